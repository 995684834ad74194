"""One line that says as much as fits, in whole words."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

SEPARATOR = " · "


class Fitting(Widget):
    """Shows the first of its forms that fits, the longest first; where none does, the last is cut."""

    def __init__(self, *forms: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self._forms = forms

    @property
    def content(self) -> str:
        """The longest form."""
        return self._forms[0]

    def show(self, *forms: str) -> None:
        """Other forms of it."""
        self._forms = forms
        self.refresh(layout=True)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as the longest form."""
        return max(Content(form).cell_length for form in self._forms)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line."""
        return 1

    def render(self) -> RenderResult:
        """The form that fits today's width."""
        width = self.content_size.width
        forms = [Content(form) for form in self._forms]
        return next((form for form in forms if form.cell_length <= width), forms[-1])


def fitting(parts: list[Content], width: int) -> Content:
    """As many parts, the most important first, as fit into so many cells; always the first. 0: all of them."""
    shown = Content("")
    for number, part in enumerate(parts):
        longer = Content(SEPARATOR).join([shown, part]) if number else part
        if number and width and longer.cell_length > width:
            break
        shown = longer
    return shown
