"""The customer's word before anything of theirs is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from agent.text import printable

if TYPE_CHECKING:
    from agent.events import Confirmation


class ConfirmScreen(ModalScreen[bool]):
    """A write with its before and after. Declining is what happens by itself: it has the focus, and Esc."""

    CSS_PATH = "confirm.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "#no"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes"),
        Binding("n,escape", "answer(False)", "No", id="confirm.no"),
        Binding("left,right", "app.focus_next", "Other button", show=False, id="confirm.other"),
    ]

    def __init__(self, confirmation: Confirmation) -> None:
        super().__init__()
        self._confirmation = confirmation

    def compose(self) -> ComposeResult:
        """What would change, and the two answers."""
        asked = self._confirmation
        with Vertical(id="card") as card:
            card.border_title = "Confirm this change"
            yield Static(printable(asked.message), id="message", markup=False)
            if asked.before is not None or asked.after is not None:
                with Vertical(id="change"):
                    yield Static(f"now    {printable(asked.before or '–')}", markup=False)
                    yield Static(f"then   {printable(asked.after or '–')}", id="after", markup=False)
            with Horizontal(id="buttons"):
                yield Button("y  Yes, do it", id="yes", variant="warning", compact=True)
                yield Button("n  No, leave it", id="no", compact=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, confirmed: bool) -> None:
        """By key."""
        self.dismiss(confirmed)
