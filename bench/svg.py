"""Pictures of results: bars by lane, curves by size.

Plain SVG with a ground of its own, light or dark as the reader's system is, so that it reads on any page.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

STYLE = """<style>
.ground { fill: #ffffff; }
text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #24292f; }
.title { font-size: 15px; font-weight: 600; }
.quiet { fill: #57606a; font-size: 12px; }
.strong { font-weight: 600; }
.first { fill: #8c959f; } .rest { fill: #d0d7de; }
.first.own { fill: #0969da; } .rest.own { fill: #9cc9f5; }
.spread { stroke: #24292f; stroke-width: 1.2; }
.axis { stroke: #d0d7de; stroke-width: 1; }
.line { fill: none; stroke-width: 2; }
.s0 { stroke: #0969da; fill: #0969da; } .s1 { stroke: #bc4c00; fill: #bc4c00; }
.line.s0, .line.s1 { fill: none; } .dot { stroke: none; opacity: 0.55; }
@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117; }
text { fill: #e6edf3; } .quiet { fill: #9198a1; }
.first { fill: #7d8590; } .rest { fill: #3d444d; }
.first.own { fill: #4493f8; } .rest.own { fill: #1f4d87; }
.spread { stroke: #e6edf3; } .axis { stroke: #3d444d; }
.s0 { stroke: #4493f8; fill: #4493f8; } .s1 { stroke: #f0883e; fill: #f0883e; }
}
</style>"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One lane: seconds to the first word and to the last, and the first's quartiles."""

    label: str
    first_s: float
    total_s: float
    low_s: float
    high_s: float
    own: bool
    """Whether it is this program's and not somebody else's."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure by size: a line through the medians of each series, a dot for each measurement."""

    title: str
    across: str
    up: str
    series: Mapping[str, Mapping[float, Sequence[float]]]


def bars(title: str, subtitle: str, rows: Sequence[Bar], width: int = 760) -> str:
    """Horizontal bars, the seconds to the first word stronger than the rest of the answer."""
    left, right, top, step = 280, 64, 70, 30
    most = max(row.total_s for row in rows)
    scale = (width - left - right) / most
    drawn: list[str] = [
        _text(16, 26, title, "title"),
        _text(16, 46, subtitle, "quiet"),
    ]
    for at, row in enumerate(rows):
        y = top + at * step
        own = " own" if row.own else ""
        drawn += [
            _text(left - 10, y + 14, row.label, "strong" if row.own else "", "end"),
            f'<rect class="rest{own}" x="{left}" y="{y}" width="{row.total_s * scale:.1f}" height="19" rx="2"/>',
            f'<rect class="first{own}" x="{left}" y="{y}" width="{row.first_s * scale:.1f}" height="19" rx="2"/>',
            f'<line class="spread" x1="{left + row.low_s * scale:.1f}" x2="{left + row.high_s * scale:.1f}"'
            f' y1="{y + 9.5}" y2="{y + 9.5}"/>',
            _text(left + row.total_s * scale + 6, y + 14, f"{row.first_s:.2f} s"),
        ]
    foot = top + len(rows) * step + 14
    drawn.append(
        _text(16, foot, "Strong: Enter to the first word (the number; the line spans its quartiles).", "quiet")
    )
    drawn.append(_text(16, foot + 16, "Faint: from there to the last word.", "quiet"))
    return _svg(width, foot + 30, drawn)


def panels(title: str, subtitle: str, shown: Sequence[Panel], width: int = 760) -> str:
    """Panels in two columns, sizes on a logarithmic axis, figures from zero."""
    each_w, each_h = (width - 24) // 2, 210
    drawn: list[str] = [_text(16, 26, title, "title"), _text(16, 46, subtitle, "quiet")]
    for at, panel in enumerate(shown):
        drawn += _panel(panel, 12 + (at % 2) * each_w, 60 + (at // 2) * each_h, each_w - 12, each_h - 12)
    return _svg(width, 60 + math.ceil(len(shown) / 2) * each_h, drawn)


def _panel(panel: Panel, x: int, y: int, width: int, height: int) -> list[str]:
    left, top, inner_w, inner_h = x + 52, y + 30, width - 68, height - 74
    sizes = sorted({size for points in panel.series.values() for size in points if size > 0})
    most = max(value for points in panel.series.values() for values in points.values() for value in values) * 1.1
    low, decades = math.log10(sizes[0]), math.log10(sizes[-1] / sizes[0]) or 1.0

    def place(size: float, value: float) -> tuple[float, float]:
        return left + (math.log10(size) - low) / decades * inner_w, top + inner_h * (1 - value / most)

    bottom = top + inner_h
    drawn = [
        _text(x + 4, y + 16, panel.title, "strong"),
        f'<line class="axis" x1="{left}" x2="{left + inner_w}" y1="{bottom}" y2="{bottom}"/>',
        f'<line class="axis" x1="{left}" x2="{left}" y1="{top}" y2="{bottom}"/>',
        _text(left - 6, top + 10, f"{most / 1.1:.3g}", "quiet", "end"),
        _text(left - 6, bottom, "0", "quiet", "end"),
        _text(left + inner_w / 2, bottom + 34, f"{panel.across} · {panel.up}", "quiet", "middle"),
    ]
    ticks = [10.0**power for power in range(math.ceil(low - 1e-9), math.floor(low + decades + 1e-9) + 1)]
    drawn += [_text(place(tick, 0)[0], bottom + 16, f"{tick:,g}", "quiet", "middle") for tick in ticks]
    for number, (name, points) in enumerate(panel.series.items()):
        kept = [(size, values) for size, values in sorted(points.items()) if size > 0 and values]
        middle = [place(size, statistics.median(values)) for size, values in kept]
        if len(kept) <= 20:
            path = " ".join(f"{px:.1f},{py:.1f}" for px, py in middle)
            drawn.append(f'<polyline class="line s{number}" points="{path}"/>')
        dots = [place(size, value) for size, values in kept for value in values]
        drawn += [f'<circle class="dot s{number}" cx="{px:.1f}" cy="{py:.1f}" r="2.4"/>' for px, py in dots]
        if len(panel.series) > 1:
            drawn.append(_text(left + inner_w, middle[-1][1] - 8, name, "quiet", "end"))
    return drawn


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(width: int, height: int, drawn: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    ground = f'<rect class="ground" width="{width}" height="{height}" rx="6"/>'
    return "\n".join([head, STYLE, ground, *drawn, "</svg>"]) + "\n"
