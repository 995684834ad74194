"""The line of keys at the bottom."""

from rich.cells import cell_len
from textual import events
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey  # It has no public name; Textual is pinned.

FIRST = ("help", "command_palette", "send", "stop", "dismiss")
"""What a line too short for all keys shows before any other: from the first two everything else can be found."""
BETWEEN = 1
"""Cells between key and description, and between two keys."""


class KeysFooter(Footer):
    """Textual's own, compact, with only the keys that fit; made anew only when there are other keys.

    At each end of a turn just one key is dimmed or not. And Textual 8.2 lets keys that are gone watch `compact`; they
    are dropped only when that changes, which is never: a day's chat would carry thousands of them.
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)
        self._made: list[tuple[str, str]] = []

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Dim what cannot be pressed now; make the keys anew only where there are others."""
        active = [one for one in screen.active_bindings.values() if one.binding.show]
        shown = [(one.binding.action, one.binding.description) for one in active]
        keys = list(self.query(FooterKey))
        if shown != self._made or len(keys) != len(shown):
            self._made = shown
            super().bindings_changed(screen)
            self.call_after_refresh(self.mutate_reactive, Footer.compact)
            self.call_after_refresh(self._show_what_fits)
            return
        for key, one in zip(keys, active, strict=True):
            key.set_class(not one.enabled, "-disabled")

    def on_resize(self, event: events.Resize) -> None:
        """More of them fit, or fewer."""
        self._show_what_fits()

    def _show_what_fits(self) -> None:
        room = self.size.width + BETWEEN
        for key in sorted(self.query(FooterKey), key=lambda key: key.action.rpartition(".")[2] not in FIRST):
            room -= cell_len(f"{key.key_display}{key.description}") + 2 * BETWEEN
            key.display = room >= 0
