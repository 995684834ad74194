"""The conversation: what the customer asked and what the agent answers, streamed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Markdown, Static
from textual.widgets.markdown import MarkdownStream

from tui.figures import seconds, tenths
from tui.widgets.cards import card

if TYPE_CHECKING:
    from agent.conversations import KeptTurn
    from agent.events import TurnResult
    from tui.facts import Fact

TURNS_SHOWN = 100
"""With more, the oldest quarter is let go of."""
LET_GO = "earlier turns are kept; F3 exports them"
EARLIER = 50
"""Turns of a kept conversation that are shown again; the export has them all."""


class Conversation(VerticalScroll):
    """A transcript that stays at its end unless the customer scrolls up."""

    def __init__(self, *widgets: Widget, id: str) -> None:
        super().__init__(*widgets, id=id, can_focus=True)

    def on_mount(self) -> None:
        """Stay at the end."""
        self.anchor()

    async def begin(self, question: str) -> Answer:
        """A question, and the place of its answer."""
        for old in self.query(".transient"):
            await old.remove()
        await self._let_go_of_the_oldest()
        answer = Answer()
        await self.mount(Question(question), answer)
        self.anchor()
        return answer

    async def _let_go_of_the_oldest(self) -> None:
        """A conversation of a whole day shall cost no more than one of an hour; F3 exports all of it."""
        questions = [child for child in self.children if isinstance(child, Question)]
        if len(questions) < TURNS_SHOWN:
            return
        first_kept = self.children.index(questions[len(questions) - TURNS_SHOWN + TURNS_SHOWN // 4])
        await self.remove_children(self.children[:first_kept])
        await self.mount(Static(LET_GO, classes="aside", markup=False), before=0)

    def holding(self, words: str) -> list[Said]:
        """The questions and answers that hold these words, oldest first."""
        sought = words.casefold()
        said = [child for child in self.children if isinstance(child, Question | Answer)]
        return [one for one in said if sought and sought in one.text.casefold()]

    def mark(self, found: Said | None) -> None:
        """Show which of the finds it is."""
        for marked in self.query(".-found"):
            marked.remove_class("-found")
        if found:
            found.add_class("-found")
            self.scroll_to_widget(found, animate=False)

    def to_copy(self) -> Said | None:
        """The find that is marked, else the newest answer."""
        said = [child for child in self.children if isinstance(child, Question | Answer)]
        newest = next((one for one in reversed(said) if isinstance(one, Answer) and one.text), None)
        return next((one for one in said if one.has_class("-found")), newest)

    async def take_back(self, answer: Answer, why: str) -> None:
        """A turn that failed leaves nothing but the reason, until the next one."""
        asked = list(self.query(Question))[-1:]
        for widget in [*asked, answer]:
            await widget.remove()
        await self.mount(Static(f"✗ {why}", classes="transient error", markup=False))


class Question(Horizontal):
    """What the customer asked, as it was written."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def compose(self) -> ComposeResult:
        """Who, and what."""
        yield Static("you", classes="speaker", markup=False)
        yield Static(self.text, classes="words", markup=False)


class Answer(Horizontal):
    """The agent's answer while it is written and after it."""

    def __init__(self, text: str = "", note: str = "⋯") -> None:
        super().__init__()
        self._markdown = Markdown(text, open_links=False)
        self._note = Static(note, classes="note", markup=False)
        self._note.display = bool(note)
        self._stream: MarkdownStream | None = None
        self._has_text = bool(text)

    def compose(self) -> ComposeResult:
        """Who, the text, and a line about its time."""
        yield Static("agent", classes="speaker", markup=False)
        with Vertical(classes="words"):
            yield self._markdown
            yield self._note

    @property
    def text(self) -> str:
        """As the model wrote it."""
        return self._markdown.source

    async def show(self, facts: Sequence[Fact]) -> None:
        """What the answer speaks of, from data, between text and note."""
        if facts and self.is_attached:
            await self.query_one(".words").mount(*map(card, facts), before=self._note)

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


Said: TypeAlias = Question | Answer


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


def earlier(kept: Sequence[KeptTurn]) -> list[Widget]:
    """A kept conversation's turns. Without cards: what they would show may have changed since."""
    widgets: list[Widget] = []
    if len(kept) > EARLIER:
        left_out = f"{len(kept) - EARLIER} earlier turns are kept too; the export has them (F3)."
        widgets.append(Static(left_out, classes="aside", markup=False))
    for turn in kept[-EARLIER:]:
        widgets += [Question(turn.question), Answer(turn.answer, "" if turn.answer else "no answer")]
    if kept:
        widgets.append(Static("── from here on, facts are looked up anew ──", classes="aside", markup=False))
    return widgets
