"""One line of text that is asked for: a title, or the name of a file."""

from __future__ import annotations

from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static


class LineScreen(ModalScreen[str | None]):
    """Gives the line, or None when it was left with Esc."""

    CSS_PATH = "line.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", id="line.cancel")]

    line = getters.query_one(Input)

    def __init__(self, question: str, value: str, hint: str) -> None:
        super().__init__()
        self._question = question
        self._value = value
        self._hint = hint

    def compose(self) -> ComposeResult:
        """The line, with its question on the frame."""
        with Vertical(id="card") as card:
            card.border_title = self._question
            card.border_subtitle = f"{self._hint}, Esc cancels"
            yield Input(self._value, compact=True, select_on_focus=False)
            yield Static(id="below", markup=False)

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())
