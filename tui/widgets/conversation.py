"""The conversation: what the customer asked and what the agent answers, streamed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Markdown, Static

from tui.figures.facts import facts_kept
from tui.figures.words import corrections, seconds, tenths
from tui.widgets.cards import card
from tui.widgets.drawn import Drawn

if TYPE_CHECKING:
    from agent.events import TurnResult
    from agent.session.conversations import KeptTurn
    from headstart.world.cards import Shown
    from headstart.world.opened import Described

TURNS_SHOWN = 50
"""With more, the oldest quarter is let go of."""
BLOCK_END = "\n\n"
BULLET = re.compile(r"^[-*] ", re.MULTILINE)
MARKS = re.compile(r"\*\*|__|`")
"""What Markdown does not show."""
LET_GO = "earlier turns are kept; F3 exports them"
LAID_OUT = 2
"""Screens of the conversation that are laid out. Every word that is streamed lays all of it out again, so what lies
further up is left out of it until the customer scrolls there."""
UNFOLDED = 20
"""Questions and answers that come back at a time."""
AS_IT_WAS = "── above: as it was then · below: looked up anew ──"
EARLIER = 25
"""Turns of a kept conversation that are shown again; the export has them all."""


class Conversation(VerticalScroll):
    """A transcript that stays at its end unless the customer scrolls up."""

    def __init__(self, *widgets: Widget, id: str) -> None:
        super().__init__(*widgets, id=id, can_focus=True)

    def on_mount(self) -> None:
        """Stay at the end."""
        self.anchor()
        self.call_after_refresh(self._fold)

    async def begin(self, question: str) -> AgentMessage:
        """A question, and the place of its answer."""
        answer = AgentMessage()
        with self.app.batch_update():  # Laid out once, not after each step.
            for old in [child for child in self.children if child.has_class("transient")]:
                await old.remove()
            await self._let_go_of_the_oldest()
            self._fold()
            await self.mount(UserMessage(question), answer)
            self.anchor()
        return answer

    async def _let_go_of_the_oldest(self) -> None:
        """A conversation of a whole day shall cost no more than one of an hour; F3 exports all of it."""
        questions = [child for child in self.children if isinstance(child, UserMessage)]
        if len(questions) < TURNS_SHOWN:
            return
        first_kept = self.children.index(questions[len(questions) - TURNS_SHOWN + TURNS_SHOWN // 4])
        await self.remove_children(self.children[:first_kept])
        await self.mount(Static(LET_GO, classes="aside", markup=False), before=0)

    def _fold(self) -> None:
        """Leave out of the layout what lies far above the end."""
        lines = 0
        for child in reversed(self.children):
            child.display = child.display and lines < LAID_OUT * self.size.height
            lines += child.outer_size.height if child.display else 0

    def _unfold(self, first: int) -> None:
        """Lay out what is there from the child of this number on; what is seen stays where it is."""
        folded = [child for child in self.children[first:] if not child.display]
        if not folded:
            return
        before = self.virtual_size.height
        for child in folded:
            child.display = True
        self.call_after_refresh(
            lambda: self.scroll_relative(y=self.virtual_size.height - before, animate=False, immediate=True)
        )

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolled up to what is not laid out."""
        super().watch_scroll_y(old_value, new_value)
        if new_value < 1 and old_value > new_value:
            self._unfold(max(0, sum(not child.display for child in self.children) - UNFOLDED))

    def action_scroll_home(self) -> None:
        """To the very beginning."""
        for child in self.children:
            child.display = True
        super().action_scroll_home()

    def holding(self, words: str) -> list[Said]:
        """The questions and answers that hold these words, oldest first."""
        sought = words.casefold()
        said = [child for child in self.children if isinstance(child, UserMessage | AgentMessage | PersonMessage)]
        return [one for one in said if sought and sought in one.text.casefold()]

    def mark(self, found: Said | None) -> None:
        """Show which of the finds it is."""
        for marked in self.query(".-found"):
            marked.remove_class("-found")
        if found:
            found.add_class("-found")
            for child in self.children[self.children.index(found) :]:
                child.display = True
            self.call_after_refresh(self.scroll_to_widget, found, animate=False)

    def to_copy(self) -> Said | None:
        """The find that is marked, else the newest answer."""
        said = [child for child in self.children if isinstance(child, UserMessage | AgentMessage)]
        newest = next((one for one in reversed(said) if isinstance(one, AgentMessage) and one.text), None)
        return next((one for one in said if one.has_class("-found")), newest)

    async def add(self, message: PersonMessage) -> None:
        """What a person wrote, at the end."""
        await self.mount(message)
        self.anchor()

    async def take_back(self, answer: AgentMessage, why: str) -> None:
        """A turn that failed leaves nothing but the reason, until the next one."""
        asked = list(self.query(UserMessage))[-1:]
        for widget in [*asked, answer]:
            await widget.remove()
        await self.mount(Static(f"✗ {why}", classes="transient error", markup=False))


class UserMessage(Horizontal):
    """What the customer asked, as it was written."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def compose(self) -> ComposeResult:
        """Who, and what."""
        yield Static("you", classes="speaker", markup=False)
        yield Static(self.text, classes="words", markup=False)


class AgentMessage(Horizontal):
    """The agent's answer while it is written and after it.

    Markdown is laid out anew with every piece that is appended to it, a list whole: 30 ms and more. So a block becomes
    Markdown when it is complete, and what is being written stands below as plain text, at a tenth of that.
    """

    def __init__(self, text: str = "", note: str = "⋯", facts: Sequence[Shown] = ()) -> None:
        super().__init__()
        self._facts = facts
        self._markdown = Markdown(text, open_links=False)
        self._written = Drawn()
        self._block = ""
        """What is not Markdown yet."""
        self._note = Static(note, classes="note", markup=False)
        self._note.display = bool(note)

    def compose(self) -> ComposeResult:
        """Who, the text, and a line about its time."""
        self._written.display = False
        yield Static("agent", classes="speaker", markup=False)
        with Vertical(classes="words"):
            yield self._markdown
            yield self._written
            yield from map(card, self._facts)
            yield self._note

    @property
    def text(self) -> str:
        """As the model wrote it."""
        return self._markdown.source + self._block

    async def show(self, facts: Sequence[Shown]) -> None:
        """What the answer speaks of, from data, between text and note."""
        if facts and self.is_attached:
            await self.query_one(".words").mount(*map(card, facts), before=self._note)

    async def write(self, text: str) -> None:
        """Append to the answer."""
        with self.app.batch_update():
            self._note.display = False
            complete, end, self._block = (self._block + text).rpartition(BLOCK_END)
            if end:
                await self._markdown.append(complete + end)
            self._written.display = bool(self._block)
            self._written.draw(Content(MARKS.sub("", BULLET.sub("• ", self._block))))

    async def stop(self, note: str | Content = "") -> None:
        """Nothing more will be written; what was stays."""
        block, self._block = self._block, ""
        if block and self.is_attached:
            await self._markdown.append(block)
        self._written.display = False
        self._note.display = bool(note)
        self._note.update(note)


class PersonMessage(Horizontal):
    """What a person of the world's desk wrote, or that the conversation changed hands."""

    def __init__(self, ticket: int, text: str, speaker: str) -> None:
        super().__init__()
        self.text = text
        self._ticket = ticket
        self._speaker = speaker

    def compose(self) -> ComposeResult:
        """Who, what, and on which ticket."""
        yield Static(self._speaker, classes="speaker", markup=False)
        with Vertical(classes="words"):
            yield Static(self.text, markup=False)
            yield Static(Content.styled(f"ticket {self._ticket}", "dim"), classes="note", markup=False)


Said: TypeAlias = UserMessage | AgentMessage | PersonMessage


def note(result: TurnResult) -> Content:
    """The line under an answer: its time, and a word where the guard stepped in or the data does not bear it out."""
    found = result.figures
    ttft = f"TTFT {seconds(found.first_token_s)}" if found.first_token_s is not None else "no word"
    parts = [ttft, f"waited {tenths(found.database_waited_s)}", f"hidden {tenths(found.database_hidden_s)}"]
    if result.ended == "stopped":
        parts.insert(0, "■ stopped")
    lines = [Content.styled(" · ".join(parts), "dim")]
    if sentence := corrections(result.corrected):
        lines.append(Content.styled(f"✎ {sentence}", "dim"))
    if result.ended == "answered" and not result.grounded:
        lines.append(Content.styled("! Some of this could not be verified.", "$text-warning"))
    return Content("\n").join(lines)


def earlier(kept: Sequence[KeptTurn], world: Described) -> list[Widget]:
    """A kept conversation's turns, with the cards that stood under them: what was true then."""
    widgets: list[Widget] = []
    above: list[Shown] = []
    if len(kept) > EARLIER:
        left_out = f"{len(kept) - EARLIER} earlier turns are kept too; the export has them (F3)."
        widgets.append(Static(left_out, classes="aside", markup=False))
    for turn in kept[-EARLIER:]:
        above = [fact for fact in facts_kept(turn, world) if fact not in above]
        widgets += [UserMessage(turn.question), AgentMessage(turn.answer, "" if turn.answer else "no answer", above)]
    if kept:
        widgets.append(Static(AS_IT_WAS, classes="aside", markup=False))
    return widgets
