"""Help, made from the bindings themselves, so that it cannot say anything else than what the keys do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

KEY_WIDTH = 10
SAID_WIDTH = 41
GROUPS = ("prompt", "card", "find", "chat")
"""What comes first; the rest follows as it is."""


class HelpScreen(ModalScreen[None]):
    """The keys of the screen below."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,enter,q", "dismiss", "Close", id="help.close")]

    def __init__(self, active: Iterable[ActiveBinding]) -> None:
        super().__init__()
        own = [one.binding for one in active if one.binding.id]
        self._listed = sorted({binding.id: binding for binding in own}.values(), key=_group)

    def compose(self) -> ComposeResult:
        """A key a line."""
        with VerticalScroll(id="card") as card:
            card.border_title = "Keys"
            card.border_subtitle = "dim: the name in HEADSTART_KEYMAP · Esc closes"
            yield Static(Content("\n").join(self._line(binding) for binding in self._listed), markup=False)

    def _line(self, binding: Binding) -> Content:
        key = self.app.get_key_display(binding)
        said = binding.tooltip or binding.description
        return Content.assemble((f"{key:<{KEY_WIDTH}}", "bold"), f"{said:<{SAID_WIDTH}}", (f" {binding.id}", "dim"))


def _group(binding: Binding) -> int:
    group = (binding.id or "").partition(".")[0]
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)
