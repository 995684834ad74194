"""The line of keys at the bottom."""

from textual.screen import Screen
from textual.widgets import Footer


class KeysFooter(Footer):
    """Textual's own, compact, and made anew only when there are other keys.

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
        keys = list(self.query("FooterKey"))
        if shown != self._made or len(keys) != len(shown):
            self._made = shown
            super().bindings_changed(screen)
            self.call_after_refresh(self.mutate_reactive, Footer.compact)
            return
        for key, one in zip(keys, active, strict=True):
            key.set_class(not one.enabled, "-disabled")
