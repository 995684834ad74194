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
NAMED_FROM = 80
"""Columns of the terminal from which the bindings' names are listed too."""
IN_A_SHELL = """
headstart ask     the same in plain lines, made
                  for screen readers
headstart serve   the same in a browser
headstart doctor  model, data, what is missing
headstart tickets what customers handed over"""
"""What has no key: the other ways in."""
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
            yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        self._list()

    def on_resize(self) -> None:
        """The names have room, or they have not."""
        self._list()

    def _list(self) -> None:
        named = self.app.size.width >= NAMED_FROM
        hint = "dim: the name in HEADSTART_KEYMAP" if named else f"names to remap: from {NAMED_FROM} columns on"
        self.query_one("#card").border_subtitle = f"{hint} · Esc closes"
        lines = [self._line(binding, named=named) for binding in self._listed]
        self.query_one("#keys", Static).update(Content("\n").join([*lines, Content.styled(IN_A_SHELL, "dim")]))

    def _line(self, binding: Binding, *, named: bool) -> Content:
        key = self.app.get_key_display(binding)
        said = binding.tooltip or binding.description
        if not named:
            return Content.assemble((f"{key:<{KEY_WIDTH}}", "bold"), said)
        return Content.assemble((f"{key:<{KEY_WIDTH}}", "bold"), f"{said:<{SAID_WIDTH}}", (f" {binding.id}", "dim"))


def _group(binding: Binding) -> int:
    group = (binding.id or "").partition(".")[0]
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)
