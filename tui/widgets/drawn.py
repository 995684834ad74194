"""Text that is drawn anew many times a second, at no more cost than its changes are worth."""

from textual.content import Content
from textual.widgets import Static


class Drawn(Static):
    """Skips what has not changed, and leaves the layout alone while the number of lines stays.

    `Static.update` lays the whole screen out again; ten times a second, that is taken from the model.
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._drawn: Content | None = None

    def draw(self, content: Content) -> None:
        """Show it."""
        before, self._drawn = self._drawn, content
        if before is not None and before.is_same(content):
            return
        same_height = before is not None and before.plain.count("\n") == content.plain.count("\n")
        self.update(content, layout=not (same_height and bool(before and before.plain)))
