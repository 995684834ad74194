"""The prompt: Enter sends, Ctrl+J breaks the line, and a pause in typing is told.

No text of the customer's is overwritten without a way back: each change can be undone, and what was recalled and edited
stays with its place in the history.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

PAUSE_S = 0.15
ROOM = 10
"""How many times the longest question fits, to be shortened; more of a paste is not taken."""


class Prompt(TextArea):
    """Grows with its text up to what the stylesheet allows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send", id="prompt.send", tooltip="Send the question"),
        Binding("ctrl+j", "break_line", "Line", id="prompt.newline", tooltip="Begin a new line"),
        Binding(
            "up", "earlier", "Earlier", show=False, id="prompt.earlier", tooltip="The question before (first line)"
        ),
        Binding("down", "later", "Later", show=False, id="prompt.later", tooltip="The question after (last line)"),
        Binding(
            "ctrl+underscore,ctrl+shift+minus,ctrl+slash,super+z",
            "undo",
            "Undo",
            show=False,
            id="prompt.undo",
            key_display="^_",
            tooltip="Undo; ^Y does it again",
        ),
    ]

    @dataclass
    class Sent(Message):
        """Enter was pressed, and the text taken out of the prompt."""

        text: str

    @dataclass
    class Paused(Message):
        """Nothing was typed for `PAUSE_S`."""

        text: str

    def __init__(
        self,
        draft: str = "",
        *,
        id: str,
        asked: Sequence[str] = (),
        limit: int = 2_000,
        placeholder: str = "",
        takes: Callable[[str], bool] = lambda _: True,
    ) -> None:
        super().__init__(
            draft,
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            compact=True,
            highlight_cursor_line=False,
            placeholder=placeholder,
        )
        self._limit = limit
        self._takes = takes
        """Whether a text may be sent now; what may not stays. Asked at Enter, before any key that follows it."""
        self._pause: Timer | None = None
        self._asked = list(asked)
        """The questions of this conversation, oldest first."""
        self._at = len(self._asked)
        """Which of them stands in the prompt; one past the last is the draft."""
        self._draft = ""
        self._edits: dict[int, str] = {}
        """Recalled questions that were changed and not sent, by their place."""

    def on_mount(self) -> None:
        """A draft from before is gone on with."""
        self.move_cursor(self.document.end)

    async def _on_key(self, event: events.Key) -> None:
        # In the order they came, and so not as priority bindings, which the app runs before the prompt has taken
        # the keys before them: a line that is sent in one go would be sent empty.
        if action := {"enter": self.action_send, "ctrl+j": self.action_break_line}.get(event.key):
            event.stop()
            event.prevent_default()
            action()

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        room = ROOM * self._limit - len(self.text)
        if len(event.text) > room:
            fits = max(0, self._limit - len(self.text))
            found = f"The pasted text has {len(event.text):,} characters"
            self.notify(f"{found}; the first {fits:,} are in the prompt.", severity="warning", markup=False)
            self.take(event.text[:fits])
        else:
            self.take(event.text)

    def take(self, text: str) -> None:
        """As if it had been typed."""
        selection = sorted(self.selection)
        self.move_cursor(self.replace(text, *selection, maintain_selection_offset=False).end_location)

    def action_send(self) -> None:
        if self._takes(sent := self.text):
            self._remember(sent.strip())
            self._show(self._draft)
            self._draft = ""
            self.post_message(self.Sent(sent))

    def action_break_line(self) -> None:
        """Ctrl+J; Shift+Enter is Enter to many terminals."""
        self.insert("\n")

    def undo(self) -> None:
        """What is changed next is undone by itself: Textual would undo what was there before along with it."""
        super().undo()
        self.history.checkpoint()

    def action_earlier(self) -> None:
        """Up; within a text of several lines it moves the cursor."""
        if self.cursor_location[0] > 0 or self._at == 0:
            self.action_cursor_up()
        else:
            self._recall(self._at - 1)

    def action_later(self) -> None:
        if self.cursor_location[0] < self.document.line_count - 1 or self._at == len(self._asked):
            self.action_cursor_down()
        else:
            self._recall(self._at + 1)

    def put_back(self, question: str) -> None:
        """A question that was not answered comes back, before whatever was typed since."""
        if not self.text.strip():
            self._show(question)
        else:
            self.replace(f"{question}\n", (0, 0), (0, 0), maintain_selection_offset=True)

    def _remember(self, question: str) -> None:
        """It was sent: the up arrow brings it back, and its place is as it was."""
        if self._at == len(self._asked):
            self._draft = ""
        self._edits.pop(self._at, None)
        if self._asked[-1:] != [question]:
            self._asked.append(question)
        self._at = len(self._asked)

    def _recall(self, at: int) -> None:
        self._keep()
        self._at = at
        self._show(self._edits.get(at, self._asked[at]) if at < len(self._asked) else self._draft)

    def _keep(self) -> None:
        """What stands in the prompt stays with its place."""
        if self._at == len(self._asked):
            self._draft = self.text
        elif self.text.strip() and self.text != self._asked[self._at]:
            self._edits[self._at] = self.text
        else:
            self._edits.pop(self._at, None)

    def _show(self, text: str) -> None:
        # Not by setting `text`, which forgets what could be undone.
        self.history.checkpoint()
        self.replace(text, self.document.start, self.document.end, maintain_selection_offset=False)
        self.move_cursor(self.document.end)

    @on(TextArea.Changed)
    def _restart_pause(self) -> None:
        if self._pause:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE_S, self._tell_pause)

    def _tell_pause(self) -> None:
        self.post_message(self.Paused(self.text))
