"""The conversation: what the customer asked and what the agent answers, streamed."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Markdown, Static
from textual.widgets.markdown import MarkdownStream

from agent.events import TurnResult
from tui.figures import seconds, tenths


class Conversation(VerticalScroll):
    """A transcript that stays at its end unless the customer scrolls up."""

    def __init__(self, *widgets: Widget, id: str) -> None:
        super().__init__(*widgets, id=id, can_focus=True)

    def on_mount(self) -> None:
        """Stay at the end."""
        self.anchor()

    async def begin(self, question: str) -> "Answer":
        """A question, and the place of its answer."""
        for old in self.query(".transient"):
            await old.remove()
        answer = Answer()
        await self.mount(Question(question), answer)
        self.anchor()
        return answer

    async def take_back(self, answer: "Answer", why: str) -> None:
        """A turn that failed leaves nothing but the reason, until the next one."""
        asked = list(self.query(Question))[-1:]
        for widget in [*asked, answer]:
            await widget.remove()
        await self.mount(Static(f"✗ {why}", classes="transient error", markup=False))


class Question(Horizontal):
    """What the customer asked, as it was written."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """Who, and what."""
        yield Static("you", classes="speaker", markup=False)
        yield Static(self._text, classes="words", markup=False)


class Answer(Horizontal):
    """The agent's answer while it is written and after it; facts from data will stand between text and note."""

    def __init__(self) -> None:
        super().__init__()
        self._markdown = Markdown(open_links=False)
        self._note = Static("⋯", classes="note", markup=False)
        self._stream: MarkdownStream | None = None
        self._has_text = False

    def compose(self) -> ComposeResult:
        """Who, the text, and a line about its time."""
        yield Static("agent", classes="speaker", markup=False)
        with Vertical(classes="words"):
            yield self._markdown
            yield self._note

    async def write(self, text: str) -> None:
        """Append to the answer."""
        if self._stream is None:
            self._stream = Markdown.get_stream(self._markdown)
        if not self._has_text:
            self._has_text = True
            self._note.display = False
        await self._stream.write(text)

    async def stop(self, note: str | Content = "") -> None:
        """Nothing more will be written; what was stays."""
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.stop()
        self._note.display = bool(note)
        self._note.update(note)

    async def on_unmount(self) -> None:
        """The stream ends with its answer, on whatever path."""
        if self._stream is not None:
            stream, self._stream = self._stream, None
            await stream.stop()


def note(result: TurnResult) -> Content:
    """The line under an answer: its time, and a word where the data does not bear it out."""
    found = result.figures
    ttft = f"TTFT {seconds(found.first_token_s)}" if found.first_token_s is not None else "no word"
    parts = [ttft, f"waited {tenths(found.database_waited_s)}", f"hidden {tenths(found.database_hidden_s)}"]
    if result.ended == "stopped":
        parts.insert(0, "■ stopped")
    line = Content.styled(" · ".join(parts), "dim")
    if result.ended == "answered" and not result.grounded:
        return Content.assemble(line, ("\n! not every fact here stands in the data", "$text-warning"))
    return line
