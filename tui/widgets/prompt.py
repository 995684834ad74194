"""The prompt: Enter sends, Ctrl+J breaks the line, and a pause in typing is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

PAUSE_S = 0.15


class Prompt(TextArea):
    """Grows with its text up to what the stylesheet allows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send", id="prompt.send", tooltip="Send the question"),
        Binding("ctrl+j", "break_line", "Line", id="prompt.newline", tooltip="Begin a new line"),
        Binding(
            "up", "earlier", "Earlier", show=False, id="prompt.earlier", tooltip="The question before (first line)"
        ),
        Binding("down", "later", "Later", show=False, id="prompt.later", tooltip="The question after (last line)"),
    ]

    @dataclass
    class Sent(Message):
        """Enter was pressed; the text is still in the prompt."""

        text: str

    @dataclass
    class Paused(Message):
        """Nothing was typed for `PAUSE_S`."""

        text: str

    def __init__(self, *, id: str, asked: Sequence[str] = ()) -> None:
        super().__init__(
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            compact=True,
            highlight_cursor_line=False,
            placeholder="Ask about your orders",
        )
        self._pause: Timer | None = None
        self._asked = list(asked)
        """The questions of this conversation, oldest first."""
        self._at = len(self._asked)
        """Which of them stands in the prompt; one past the last is the draft."""
        self._draft = ""

    async def _on_key(self, event: events.Key) -> None:
        # In the order they came, and so not as priority bindings, which the app runs before the prompt has taken
        # the keys before them: a line that is sent in one go would be sent empty.
        if action := {"enter": self.action_send, "ctrl+j": self.action_break_line}.get(event.key):
            event.stop()
            event.prevent_default()
            action()

    def action_send(self) -> None:
        """Enter."""
        self.post_message(self.Sent(self.text))

    def action_break_line(self) -> None:
        """Ctrl+J; Shift+Enter is Enter to many terminals."""
        self.insert("\n")

    def remember(self, question: str) -> None:
        """A question was asked: the up arrow brings it back."""
        if self._asked[-1:] != [question]:
            self._asked.append(question)
        self._at = len(self._asked)
        self._draft = ""

    def action_earlier(self) -> None:
        """Up; within a text of several lines it moves the cursor."""
        if self.cursor_location[0] > 0 or self._at == 0:
            self.action_cursor_up()
            return
        if self._at == len(self._asked):
            self._draft = self.text
        self._recall(self._at - 1)

    def action_later(self) -> None:
        """Down."""
        if self.cursor_location[0] < self.document.line_count - 1 or self._at == len(self._asked):
            self.action_cursor_down()
        else:
            self._recall(self._at + 1)

    def _recall(self, at: int) -> None:
        self._at = at
        self.text = self._asked[at] if at < len(self._asked) else self._draft
        self.move_cursor(self.document.end)

    def put_back(self, question: str) -> None:
        """A question that was not answered comes back, before whatever was typed since."""
        self.text = f"{question}\n{self.text}" if self.text.strip() else question
        self.move_cursor(self.document.end)

    @on(TextArea.Changed)
    def _restart_pause(self) -> None:
        if self._pause:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE_S, self._tell_pause)

    def _tell_pause(self) -> None:
        self.post_message(self.Paused(self.text))
