"""The command palette's list, made from the bindings: what has a key has a name there too."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App, SystemCommand

if TYPE_CHECKING:
    from textual.screen import Screen

SELF = "app.palette"


def commands(app: App[Any], screen: Screen[Any]) -> Iterator[SystemCommand]:
    """The enabled actions of a screen and of the program, each once."""
    seen = {SELF}
    for active in screen.active_bindings.values():
        binding = active.binding
        if not binding.id or binding.id in seen or not active.enabled:
            continue
        seen.add(binding.id)
        help_text = f"{binding.tooltip or binding.description} ({app.get_key_display(binding)})"
        yield SystemCommand(binding.description, help_text, partial(app.run_action, binding.action, active.node))
