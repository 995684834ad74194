"""The chat screen: conversation, gauge, prompt. It shows what the app tells it and asks the app for the rest."""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING, ClassVar

from textual import events, getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from tui import garbage, messages
from tui.figures.facts import facts_of
from tui.figures.readings import SessionReadings
from tui.figures.words import tenths
from tui.screens.timeline import TimelineScreen
from tui.widgets.ahead_panel import AheadPanel
from tui.widgets.cards import AskAbout
from tui.widgets.conversation import AgentMessage, Conversation, PersonMessage, Said, earlier, note
from tui.widgets.find_bar import FindBar
from tui.widgets.keys_footer import KeysFooter
from tui.widgets.latency_gauge import GaugeStrip, LatencyGauge
from tui.widgets.prompt import Prompt
from tui.widgets.status_bar import StatusBar
from tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from agent.events import PersonSaid, TurnResult
    from agent.models.loading import ModelState
    from agent.session.conversations import KeptTurn
    from agent.session.session import Session
    from headstart.errors import HeadstartError
    from headstart.speculation.speculator import Ahead
    from headstart.world import User
    from headstart.world.cards import Shown

TURNS_KEPT = 100
"""Turns whose spans are held for the timeline."""
TICK_S = 0.1
QUIET_TICKS = 5
"""Ticks without anything running after which the gauge rests."""


def _quiet(key: str, action: str, name: str, id: str, tooltip: str, *, priority: bool = False) -> Binding:
    """A binding that the help and the palette list, and the footer has no room for."""
    return Binding(key, action, name, show=False, id=id, tooltip=tooltip, priority=priority)


class ChatScreen(Screen[None]):
    """One customer's chat, dropped whole at sign-out."""

    CSS_PATH = "chat.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "#prompt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="chat.stop", tooltip="Stop the answer; what is written stays"),
        Binding("f2", "strategy", "Strategy", id="chat.strategy", tooltip="Strategy of the next turn"),
        Binding("f3", "app.history", "History", id="chat.history", tooltip="Conversations: open, export, delete"),
        Binding("f4", "timeline", "Timeline", id="chat.timeline", tooltip="Where the time of each turn went"),
        _quiet("f5", "app.settings", "Settings", "chat.settings", "Theme, strategy, what is shown"),
        _quiet(
            "f6",
            "app.ahead_panel",
            "Ahead panel",
            "chat.ahead_panel",
            "Show or hide what is looked up ahead",
            priority=True,
        ),
        _quiet("f7", "copy", "Copy", "chat.copy", "Copy the selection or the last answer", priority=True),
        _quiet("ctrl+f", "find", "Find", "chat.find", "Search in this conversation", priority=True),
        _quiet("ctrl+n", "app.new_conversation", "New", "chat.new", "A new conversation"),
        _quiet("shift+tab", "app.focus_previous", "Cards", "chat.cards", "To the cards; Enter asks about one"),
        _quiet("pageup", "page(-1)", "Page up", "chat.page_up", "Scroll the conversation up", priority=True),
        _quiet("pagedown", "page(1)", "Page down", "chat.page_down", "Scroll it down", priority=True),
        _quiet("ctrl+end", "end", "To the end", "chat.end", "To the end of the conversation", priority=True),
    ]

    conversation = getters.query_one("#conversation", Conversation)
    gauge = getters.query_one(LatencyGauge)
    strip = getters.query_one("#strip", GaugeStrip)
    ahead_panel = getters.query_one("#ahead", AheadPanel)
    prompt = getters.query_one("#prompt", Prompt)
    status = getters.query_one(StatusBar)
    find_bar = getters.query_one(FindBar)
    entry = getters.query_one("#entry", Horizontal)

    def __init__(
        self,
        session: Session,
        *,
        limit: int,
        model: ModelState,
        project: str | None,
        kept: tuple[KeptTurn, ...] = (),
        shows_ahead: bool = True,
        draft: str = "",
    ) -> None:
        super().__init__()
        self._user = session.user
        self._world = session.world
        self._readings = SessionReadings(session)
        self._looks_ahead = bool(session.ahead())
        self._limit = limit
        self._model = model
        self._project = project
        self._kept = kept
        """What was said before, in a conversation that goes on."""
        self._shows_ahead = shows_ahead
        self._draft = draft
        """What was typed before this screen was there."""
        self._question = ""
        self._answer: AgentMessage | None = None
        self._waits = False
        """Whether a question was sent that has no end yet."""
        self._results: deque[TurnResult] = deque(maxlen=TURNS_KEPT)
        """The turns of this sitting, for the timeline."""
        self._above: list[Shown] = []
        """The cards under the newest answer: the one after it does not show the same again."""
        self._found: list[Said] = []
        self._found_at = 0
        self._ticker: Timer | None = None
        self._quiet = 0
        self._answered = False
        """Whether a turn has ended since the last look for garbage."""

    def compose(self) -> ComposeResult:
        """The design's picture, top to bottom and left to right."""
        yield StatusBar(_named(self._user, self._world.name), self._model, self._project)
        with Horizontal(id="middle"):
            with Vertical(id="left"):
                yield Conversation(self._welcome(), *earlier(self._kept, self._world), id="conversation")
                yield FindBar()
                yield GaugeStrip(id="strip")
                with Horizontal(id="entry"):
                    yield Static(">", id="sign", markup=False)
                    asked = [turn.question for turn in self._kept]
                    yield Prompt(
                        self._draft,
                        id="prompt",
                        asked=asked,
                        limit=self._limit,
                        placeholder=self._world.phrases.placeholder,
                        takes=self._takes,
                    )
            with VerticalScroll(id="right", can_focus=False):
                yield LatencyGauge()
                ahead = AheadPanel(id="ahead")
                ahead.display = self._shows_ahead
                yield ahead
        yield KeysFooter()
        yield TooSmall()

    def on_mount(self) -> None:
        """The gauge moves only while something runs."""
        self._ticker = self.set_interval(TICK_S, self._tick, pause=True)
        with contextlib.suppress(NoMatches):  # Taken down before it was up: somebody quits at once.
            self.watch(self.conversation, "scroll_y", self._mark_more)
            self.watch(self.conversation, "virtual_size", self._mark_more)
        self.readings_changed()

    def on_resize(self) -> None:
        """The strip gives way to the gauge, or the other way round."""
        self.readings_changed()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc has something to stop only during a turn."""
        return None if action == "stop" and self._answer is None else True

    @property
    def is_up(self) -> bool:
        """Whether it has its widgets, which are taken from it when the program quits."""
        return bool(self.query("#prompt"))

    # What the customer does.

    def _takes(self, text: str) -> bool:
        """Whether the question can be asked; says why it cannot."""
        question = text.strip()
        if not question:
            self.notify("Type a question first, then press Enter.", timeout=3, markup=False)
        elif len(question) > self._limit:
            found = f"The question has {len(question):,} characters, at most {self._limit:,} fit."
            self.notify(f"{found} Shorten it.", severity="warning", markup=False)
        elif self._waits:
            self.notify("One question at a time: Esc stops the answer that is being written.", timeout=4, markup=False)
        else:
            self._waits = True
            return True
        return False

    @on(Prompt.Sent)
    def _send(self, message: Prompt.Sent) -> None:
        self.post_message(messages.QuestionAsked(message.text.strip()))

    def refused(self, question: str) -> None:
        """It could not be asked: it is the customer's again."""
        self._waits = False
        self.prompt.put_back(question)

    def on_key(self, event: events.Key) -> None:
        """What is typed while something else than a field has the focus is meant for the prompt."""
        if event.is_printable and event.character:
            event.stop()
            self.prompt.take(event.character)
            self.prompt.focus()

    def on_paste(self, event: events.Paste) -> None:
        """The same, pasted."""
        self.prompt.focus()
        self.prompt.post_message(events.Paste(event.text))

    @on(Prompt.Paused)
    def _pause(self, message: Prompt.Paused) -> None:
        self.post_message(messages.TypingPaused(message.text))

    @on(AskAbout)
    def _begin_question(self, message: AskAbout) -> None:
        self.prompt.insert(message.start)
        self.prompt.focus()

    def action_stop(self) -> None:
        self.post_message(messages.StopAsked())

    def action_strategy(self) -> None:
        self.post_message(messages.StrategyAsked())

    def action_copy(self) -> None:
        selected = self.get_selected_text()
        said = self.conversation.to_copy()
        if text := selected or (said.text.strip() if said else ""):
            self.app.copy_to_clipboard(text)
            what = "the selection" if selected else "the answer" if isinstance(said, AgentMessage) else "the question"
            advice = "Where it does not arrive, the terminal forbids OSC 52: select with Shift and the mouse."
            self.notify(advice, title=f"Copied {what}", timeout=4, markup=False)
        else:
            self.notify("There is nothing to copy yet.", timeout=3, markup=False)

    def action_page(self, step: int) -> None:
        """Page up and down, also from the prompt."""
        self.conversation.scroll_relative(y=step * max(1, self.conversation.size.height - 2), animate=False)

    def action_end(self) -> None:
        self.conversation.scroll_end(animate=False)
        self.conversation.anchor()

    def _mark_more(self) -> None:
        """A word on the line above the prompt while there is more below; the layout stays as it is."""
        with contextlib.suppress(NoMatches):
            below = self.conversation.max_scroll_y - self.conversation.scroll_y
            self.entry.border_title = "↓ more below, ^End" if below >= 1 else ""

    # Search.

    def action_find(self) -> None:
        self.find_bar.open()

    @on(FindBar.Sought)
    def _seek(self, message: FindBar.Sought) -> None:
        self._found = self.conversation.holding(message.words)
        self._found_at = len(self._found) - 1
        self._show_find(message.words)
        if not self.find_bar.display:
            self.prompt.focus()

    @on(FindBar.Stepped)
    def _step_find(self, message: FindBar.Stepped) -> None:
        if self._found:
            self._found_at = (self._found_at + message.step) % len(self._found)
            self._show_find(" ")

    def _show_find(self, words: str) -> None:
        self.conversation.mark(self._found[self._found_at] if self._found else None)
        count = f"{self._found_at + 1} of {len(self._found)}" if self._found else "not found"
        self.find_bar.say(count if words else "")

    def action_timeline(self) -> None:
        if self._results:
            self.app.push_screen(TimelineScreen(tuple(self._results)))
        else:
            self.notify("Ask something first: the timeline shows turns that have ended.", timeout=4, markup=False)

    # What the app tells.

    def show_ahead(self, shows: bool) -> None:
        """The ahead panel is wanted, or it is not."""
        self._shows_ahead = shows
        self.ahead_panel.display = shows

    def show_model(self, state: ModelState) -> None:
        """How far the model is."""
        self._model = state
        if self.is_mounted:
            self.status.show_model(state)
            self.readings_changed()

    def prefetch_finished(self, found: tuple[Ahead, ...]) -> None:
        """What sign-in started is in."""
        ready = [one.took_s or 0.0 for one in found if one.state == "ready"]
        for welcome in self.query("#welcome-state").results(Static):
            took = f"✓ {self._world.phrases.ready} ({tenths(max(ready))})" if ready else ""
            welcome.update(took)

    async def begin_turn(self, question: str) -> None:
        """A turn runs."""
        self._question = question
        self._readings.begin_turn()
        self._answer = await self.conversation.begin(question)
        self.refresh_bindings()
        self.readings_changed()

    async def show_tokens(self, text: str) -> None:
        """More of the answer."""
        if self._answer:
            self._readings.first_word()
            await self._answer.write(text)

    async def stopping(self) -> None:
        """Esc was pressed: nothing more will be shown of this answer."""
        if self._answer:
            await self._answer.stop(Content.styled("■ stopped", "dim"))

    async def end_turn(self, result: TurnResult) -> None:
        """A turn was answered or stopped."""
        answer = self._end(result)
        earlier = tuple(self._results)
        self._results.append(result)
        if answer is None:
            return
        above, self._above = self._above, []
        if result.ended == "stopped" and not result.answer.strip():
            await self.conversation.take_back(answer, "stopped before the first word; the question is in the prompt")
            self.prompt.put_back(result.question)
        else:
            self._above = [fact for fact in facts_of(result, self._world, earlier) if fact not in above]
            with self.app.batch_update():
                await answer.stop(note(result))
                await answer.show(self._above)

    async def person_wrote(self, said: PersonSaid) -> None:
        """A person answers a ticket, or has the conversation now."""
        await self.conversation.add(PersonMessage(said.ticket, said.text, said.author))

    async def fail_turn(self, error: HeadstartError) -> None:
        """A turn failed: the question comes back, the conversation stays usable."""
        answer = self._end(None)
        self.prompt.put_back(self._question)
        if answer:
            await self.conversation.take_back(answer, str(error))

    def readings_changed(self) -> None:
        """Something may have begun: draw, and keep drawing while it runs."""
        self._quiet = 0
        if self._ticker and self.is_mounted:
            self._ticker.resume()
            self._draw()

    def _end(self, result: TurnResult | None) -> AgentMessage | None:
        answer, self._answer = self._answer, None
        self._waits = False
        self._answered = True
        self._readings.end_turn(result)
        self.refresh_bindings()
        self.readings_changed()
        if self.prompt.text.strip():
            self.post_message(messages.TypingPaused(self.prompt.text))
        return answer

    def _tick(self) -> None:
        self._draw()
        self._quiet += 1
        if self._quiet >= QUIET_TICKS and self._ticker:
            self._ticker.pause()
            if self._answered and not self.prompt.text:
                self._answered = False
                garbage.collect()

    def _draw(self) -> None:
        reading = self._readings.take()
        if reading.turn_runs or reading.running:
            self._quiet = 0
        with contextlib.suppress(NoMatches):  # The screen is being taken down: nobody looks any more.
            if self.has_class("-wide"):
                self.gauge.show(reading)
                self.ahead_panel.show(reading.ahead, reading.ledger)
            else:
                self.strip.show(reading)

    def _welcome(self) -> Vertical:
        first = f"Hello {self._user.name.split(' ')[0]}." if self._user.name else "Hello."
        ahead = f"⋯ {self._world.phrases.looking}" if self._looks_ahead else ""
        return Vertical(
            Static(first, id="hello", markup=False),
            Static(self._world.phrases.welcome, id="welcome-hint", markup=False),
            Static(ahead, id="welcome-state", markup=False),
            id="welcome",
        )


def _named(user: User, world: str) -> tuple[str, ...]:
    return (f"{user.name} ({user.id})", user.name) if user.name else (world,)
