"""A turn's timeline as a picture of its own, for a report or a ticket. Every text in it is escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from tui.figures.axis import Axis
from tui.figures.turn_rows import turn_rows, window
from tui.figures.words import corrections, seconds

if TYPE_CHECKING:
    from agent.events import TurnResult

WIDTH, LEFT, RIGHT = 960, 96, 24
LANE_HEIGHT, ROW_HEIGHT = 30, 20
LANES = ("customer", "model", "database")
COLOURS = {"customer": "#6b7280", "model": "#2563eb", "database": "#d97706"}
STYLE = "text{font:13px ui-sans-serif,system-ui,sans-serif;fill:#111827}.muted{fill:#6b7280}.end{text-anchor:end}"


def timeline_svg(result: TurnResult) -> str:
    """Lanes with Enter marked, then each span with its start, duration and claim."""
    rows = turn_rows(result)
    spans = [(row.start_s, max(row.end_s, row.start_s + 0.001)) for row in rows]
    axis = Axis(spans, window(result, rows), WIDTH - LEFT - RIGHT)
    parts = [_text(24, 34, f"“{_short(result.question)}”"), _text(24, 56, _summary(result), "muted")]
    top = 80
    if sentence := corrections(result.corrected):
        parts.append(_text(24, 78, f"✎ {sentence}", "muted"))
        top += 22
    for number, lane in enumerate(LANES):
        y = top + number * LANE_HEIGHT
        parts.append(_text(24, y + 17, lane, "muted"))
        parts.append(f'<path d="M{LEFT} {y + 24.5}h{axis.width}" stroke="#e5e7eb"/>')
        for row in (row for row in rows if row.lane == lane and row.took_s is not None):
            x = axis.cell(row.start_s)
            width = max(2, axis.cell(row.end_s) - x)
            title = escape(f"{row.words}, {seconds(row.took_s or 0.0)}")
            parts.append(
                f'<rect x="{LEFT + x}" y="{y + 5}" width="{width}" height="16" rx="2" fill="{COLOURS[lane]}">'
                f"<title>{title}</title></rect>"
            )
    bottom = top + len(LANES) * LANE_HEIGHT
    enter = LEFT + axis.cell(0.0)
    parts.append(f'<path d="M{enter + 0.5} {top - 6}V{bottom + 4}" stroke="#111827" stroke-dasharray="3 3"/>')
    parts.append(_text(enter, bottom + 20, "Enter", "muted" if enter < WIDTH - 80 else "muted end"))
    y = bottom + 50
    for row in rows:
        took = "" if row.took_s is None else seconds(row.took_s)
        parts += [
            _text(24, y, row.lane, "muted"),
            _text(LEFT, y, row.words),
            _text(560, y, f"{row.start_s:+.2f} s", "end"),
            _text(680, y, took, "end"),
            _text(720, y, row.claim),
        ]
        y += ROW_HEIGHT
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 12}" viewBox="0 0 {WIDTH} {y + 12}">'
    return f'{head}<style>{STYLE}</style><rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>\n'


def _summary(result: TurnResult) -> str:
    found = result.figures
    first = "no word" if found.first_token_s is None else f"{seconds(found.first_token_s)} to the first word"
    return (
        f"{first} · {seconds(found.total_s)} in all · without head starts ≈ {seconds(found.sequential_estimate_s)}"
        f" · {result.strategy} · {result.model}"
    )


def _text(x: float, y: float, text: str, style: str = "") -> str:
    named = f' class="{style}"' if style else ""
    return f'<text x="{x}" y="{y}"{named}>{escape(text)}</text>'


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else f"{line[:99]}…"
