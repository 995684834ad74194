"""What is looked up ahead, over the chat: for terminals too narrow to have it beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from tui.widgets.ahead_panel import AheadPanel

if TYPE_CHECKING:
    from agent.session.session import Session

TICK_S = 0.2


class AheadScreen(ModalScreen[None]):
    """The panel as it stands, while it is open."""

    CSS_PATH = "ahead.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f6,enter,q", "dismiss", "Close", id="ahead.close")]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="card") as card:
            card.border_title = "Looked up ahead"
            card.border_subtitle = "Esc closes"
            yield AheadPanel()

    def on_mount(self) -> None:
        """Now, and while something runs."""
        self._draw()
        self.set_interval(TICK_S, self._draw)

    def _draw(self) -> None:
        self.query_one(AheadPanel).show(tuple(self._session.ahead()), self._session.ledger())
