"""The header: who is signed in, and which model answers on what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tui.figures.words import model_words
from tui.widgets.fitting import Fitting

if TYPE_CHECKING:
    from agent.models.loading import ModelState


class StatusBar(Vertical):
    """One line; a second one while turns are traced to somebody else's machine."""

    def __init__(self, who: Sequence[str], model: ModelState, project: str | None) -> None:
        """`who` is signed in, the longest form first."""
        super().__init__(id="status")
        self._who = who
        self._model = model
        self._project = project

    def compose(self) -> ComposeResult:
        """Who on the left, what on the right."""
        with Horizontal(id="status-line"):
            yield Fitting(*(f"Headstart · {who}" for who in self._who), self._who[-1], id="who")
            yield Fitting(*model_words(self._model), id="model")
        if self._project is not None:
            yield Static(f"⇡ tracing to LangSmith, project {self._project}", id="tracing", markup=False)

    def show_model(self, state: ModelState) -> None:
        """How far the model is."""
        self.query_one("#model", Fitting).show(*model_words(state))
