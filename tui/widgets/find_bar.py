"""Search in the conversation: a line above the prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class FindBar(Horizontal):
    """Hidden until it is opened; says how many turns were found."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="find.close", tooltip="Close the search"),
        Binding("up,enter", "step(-1)", "Earlier", id="find.earlier", tooltip="The find before"),
        Binding("down", "step(1)", "Later", id="find.later", tooltip="The find after"),
    ]

    @dataclass
    class Sought(Message):
        """Other words are looked for; empty when the search is closed."""

        words: str

    @dataclass
    class Stepped(Message):
        """On to another of the finds."""

        step: int

    words = getters.query_one(Input)

    def compose(self) -> ComposeResult:
        """The words, and what was found."""
        yield Static("find", classes="sign", markup=False)
        yield Input(compact=True, placeholder="words in a question or an answer")
        yield Static(id="finds", markup=False)

    def open(self) -> None:
        """Show it, with the words of last time."""
        self.display = True
        self.words.focus()
        self.words.action_select_all()
        self.post_message(self.Sought(self.words.value))

    def say(self, text: str) -> None:
        """How many there are."""
        self.query_one("#finds", Static).update(text)

    def action_close(self) -> None:
        self.display = False
        self.post_message(self.Sought(""))

    def action_step(self, step: int) -> None:
        """Up, down and Enter."""
        self.post_message(self.Stepped(step))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self.post_message(self.Sought(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_step(-1)
