"""Facts as cards under an answer, drawn from the data and reachable by key: Enter begins a question about one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import DataTable, Static

from headstart.world.cards import Line, Shown, Table

BESIDE_CELLS = 15
"""What speaker, paddings, frame and scrollbar take beside a table."""
ELASTIC_CELLS = 22
"""How wide the column that gives way is at most."""


@dataclass
class AskAbout(Message):
    """The customer chose a record: a question about it begins like this."""

    start: str


class FactCard(Static, can_focus=True):
    """One record in a frame."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "ask", "Ask about it", id="card.ask", tooltip="Begin a question about this one"),
        Binding("down,right", "app.focus_next", "Next", show=False, id="card.next", tooltip="The next card"),
        Binding("up,left", "app.focus_previous", "Previous", show=False, id="card.previous", tooltip="The card before"),
    ]

    def __init__(self, title: str, body: Content, start: str) -> None:
        super().__init__(body, markup=False)
        self.border_title = Content(title)
        self._start = start

    def action_ask(self) -> None:
        if self._start:
            self.post_message(AskAbout(self._start))

    def on_click(self) -> None:
        """A click does the same."""
        self.action_ask()


class RecordsTable(DataTable[Content]):
    """Several records, one a row."""

    def __init__(self, table: Table) -> None:
        super().__init__(cursor_type="row", cell_padding=1)
        self._table = table

    def on_mount(self) -> None:
        """Filled when it is known how much room there is: under an answer of a kept conversation that comes later."""
        if self._room() > 0:
            self._fill()
        else:
            self.call_after_refresh(self._fill)

    def _room(self) -> int:
        return self.screen.query_one("#conversation").size.width - BESIDE_CELLS

    def _fill(self) -> None:
        """As many columns as there is room for, each as wide as it needs to be."""
        table, room = self._table, self._room()
        places = list(range(len(table.columns)))
        widths = [max(len(cell) for cell in column) for column in zip(table.columns, *table.rows, strict=True)]
        elastic = table.elastic
        widths[elastic] = min(widths[elastic], ELASTIC_CELLS)
        if sum(widths) + 2 * len(widths) > room:
            if table.expendable is not None:
                places.remove(table.expendable)
            shown = sum(widths[place] for place in places) + 2 * len(places)
            widths[elastic] = max(8, min(widths[elastic], room - shown + widths[elastic]))
        for place in places:
            self.add_column(self._cell(table.columns[place], place, widths), width=widths[place])
        for number, row in enumerate(table.rows):
            cells = [self._cell(row[place], place, widths) for place in places]
            styled = [Content.styled(cell, "bold") if i == 0 else Content(cell) for i, cell in enumerate(cells)]
            self.add_row(*styled, key=str(number))

    def _cell(self, text: str, place: int, widths: list[int]) -> str:
        if place in self._table.right:
            return f"{text:>{widths[place]}}"
        return text if len(text) <= widths[place] else f"{text[: widths[place] - 1]}…"

    @on(DataTable.RowSelected)
    def _chosen(self, event: DataTable.RowSelected) -> None:
        event.stop()
        if self._table.ask:
            self.post_message(AskAbout(self._table.ask[int(event.row_key.value or 0)]))


def card(shown: Shown) -> Widget:
    """The widget that shows a card or a table."""
    if isinstance(shown, Table):
        return RecordsTable(shown)
    return FactCard(shown.title, Content("\n").join(map(_line, shown.lines)), shown.ask)


def _line(line: Line) -> Content:
    return Content(line) if isinstance(line, str) else Content.assemble(*line)
