"""Text that is drawn anew many times a second, at no more cost than its changes are worth."""

from textual.content import Content
from textual.widgets import Static


class Drawn(Static):
    """Skips what has not changed, and leaves the layout alone while its height stays.

    `Static.update` lays the whole screen out again; ten times a second, that is taken from the model.
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._drawn: Content | None = None

    def draw(self, content: Content) -> None:
        before, self._drawn = self._drawn, content
        if before is not None and before.is_same(content):
            return
        width = self.size.width
        height = before.get_height({}, width) if before and width else None
        stays = height is not None and height == content.get_height({}, width)
        self.update(content, layout=self.styles.is_auto_height and not stays)
