"""The timeline of a turn, full screen: its lanes, every span of it, and its time without head starts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Static

from tui.figures.axis import Axis, legend
from tui.figures.timeline_svg import timeline_svg
from tui.figures.turn_rows import TurnRow, as_dict, turn_rows, window
from tui.figures.words import corrections, seconds
from tui.screens.saving import file_name, save
from tui.widgets.keys_footer import KeysFooter
from tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from agent.events import TurnResult

STYLES = {"customer": "$foreground", "model": "$primary", "database": "$accent"}
NAME_STYLES = {"customer": "$foreground", "model": "$text-primary", "database": "$text-accent"}
NAME_CELLS = 10
BAR_CELLS = 30
OTHER_CELLS = 46
"""What the table's other columns and its frame take."""
MUTED = "dim"


class TimelineScreen(Screen[None]):
    """The turns of this sitting, the newest first shown."""

    CSS_PATH = "timeline.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f4", "dismiss", "Back", id="timeline.back", tooltip="Back to the chat"),
        Binding("left", "turn(-1)", "Earlier", priority=True, id="timeline.earlier", tooltip="The turn before"),
        Binding("right", "turn(1)", "Later", priority=True, id="timeline.later", tooltip="The turn after"),
        Binding("s", "export('.svg')", "SVG", id="timeline.svg", tooltip="Export it as a picture"),
        Binding("j", "export('.json')", "JSON", id="timeline.json", tooltip="Export it as JSON"),
    ]

    table = getters.query_one("#spans", DataTable)

    def __init__(self, results: Sequence[TurnResult]) -> None:
        super().__init__()
        self._results = results
        self._at = len(results) - 1
        self._rows: list[TurnRow] = []

    def compose(self) -> ComposeResult:
        """What was asked, the lanes, the comparison, the spans."""
        yield Static(id="title", markup=False)
        yield Static(id="question", markup=False)
        yield Static(id="lanes", markup=False)
        yield Static(id="compared", markup=False)
        yield Static(id="corrected", markup=False)
        yield DataTable[Content](id="spans", cursor_type="row", zebra_stripes=False, cell_padding=1)
        yield KeysFooter()
        yield TooSmall()

    def on_mount(self) -> None:
        """The newest turn."""
        self._show_turn()

    def on_resize(self) -> None:
        """The lanes take what room there is."""
        self._show_turn()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no turn before the first, none after the last."""
        if action == "turn" and isinstance(step := parameters[0], int):
            return True if 0 <= self._at + step < len(self._results) else None
        return True

    def action_turn(self, step: int) -> None:
        """Left and right."""
        self._at += step
        self._show_turn()
        self.refresh_bindings()

    def action_export(self, suffix: str) -> None:
        """S and J."""
        result = self._results[self._at]
        text = timeline_svg(result) if suffix == ".svg" else json.dumps(as_dict(result), indent=2, ensure_ascii=False)
        name = file_name(f"turn {result.question}", suffix)
        self.app.run_worker(save(self.app, name, text), group="export", exit_on_error=False)

    @on(DataTable.RowHighlighted, "#spans")
    def _mark(self, event: DataTable.RowHighlighted) -> None:
        self._draw_lanes(event.cursor_row)

    def _show_turn(self) -> None:
        result = self._results[self._at]
        self._rows = turn_rows(result)
        title = f"Turn {self._at + 1} of {len(self._results)} · {result.strategy} · {result.model}"
        self.query_one("#title", Static).update(title)
        self.query_one("#question", Static).update(f"“{' '.join(result.question.split())}”")
        self.query_one("#compared", Static).update(compared(result, self.size.width))
        sentence = corrections(result.corrected)
        corrected = self.query_one("#corrected", Static)
        corrected.display = bool(sentence)
        corrected.update(f"✎ {sentence}")
        self._fill()
        self._draw_lanes(self.table.cursor_row)

    def _fill(self) -> None:
        enter = next(number for number, row in enumerate(self._rows) if row.words == "Enter")
        self.table.clear(columns=True)
        what_cells = max(14, self.size.width - OTHER_CELLS)
        columns = (("lane", 8), ("what", what_cells), (f"{'start':>9}", 9), (f"{'took':>8}", 8), ("claim", 7))
        for name, width in columns:
            self.table.add_column(name, width=width)
        for row in self._rows:
            took = "" if row.took_s is None else seconds(row.took_s)
            style = "bold" if row.took_s is None else ""
            self.table.add_row(
                Content.styled(row.lane, NAME_STYLES[row.lane]),
                Content.styled(row.words, style),
                Content(f"{row.start_s:+7.2f} s".replace("-", "−")),
                Content(f"{took:>8}"),
                Content(row.claim),
            )
        self.table.move_cursor(row=enter)

    def _draw_lanes(self, marked: int) -> None:
        result = self._results[self._at]
        chosen = self._rows[marked] if 0 <= marked < len(self._rows) else None
        self.query_one("#lanes", Static).update(lanes(result, self._rows, self.size.width - 4, chosen))


def lanes(result: TurnResult, rows: list[TurnRow], width: int, chosen: TurnRow | None) -> Content:
    """The three lanes with Enter marked; the span that is chosen stands out."""
    spans = [(row.start_s, max(row.end_s, row.start_s + 0.001)) for row in rows]
    axis = Axis(spans, window(result, rows), max(10, width - NAME_CELLS - 2))
    lines: list[Content] = []
    for lane, style in STYLES.items():
        busy = [span for row, span in zip(rows, spans, strict=True) if row.lane == lane]
        drawn = Content.styled(axis.row(busy), style)
        if chosen and chosen.lane == lane:
            first = axis.cell(chosen.start_s)
            drawn = drawn.stylize("$foreground", first, max(first + 1, axis.cell(chosen.end_s)))
        lines.append(Content.assemble(f"{lane:<{NAME_CELLS}}", ("▕", MUTED), drawn, ("▏", MUTED)))
    start = "sign-in" if any(row.words == "signed in" for row in rows) else "last answer"
    lines.append(Content.styled(" " * NAME_CELLS + legend(axis, start, "end", 0.0), MUTED))
    return Content("\n").join(lines)


def compared(result: TurnResult, width: int) -> Content:
    """The turn beside what it would have taken without head starts."""
    took_s, sequence_s = result.figures.total_s, result.figures.sequential_estimate_s
    longest_s = max(took_s, sequence_s) or 1.0
    cells = max(4, min(BAR_CELLS, width - 36))
    rows = (("this turn", took_s, "$primary", ""), ("without head starts", sequence_s, MUTED, "≈ "))
    return Content("\n").join(
        Content.assemble(
            (f"{name:<21}", MUTED),
            ("━" * max(1, round(value_s / longest_s * cells)), style),
            f" {about}{seconds(value_s)}",
        )
        for name, value_s, style, about in rows
    )
