"""The app over the real engine, session, graph and shop; only the model is handed its words, and the clock its time."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, ClassVar

from langchain_core.messages import HumanMessage
from stubs.fake_clock import FakeClock
from stubs.fake_llama import FakeLlama
from stubs.held_shop import HeldShop
from stubs.waiting import PATIENCE_S
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

import tui
from agent.engine import Engine
from agent.models.loading import ModelState
from agent.session.session import Session
from agent.settings import Settings
from agent.turn.synthetic import is_synthetic
from headstart.world.opened import Described
from tui.app import HeadstartApp
from tui.screens.chat import ChatScreen
from tui.widgets.conversation import AgentMessage

NAME = "SmolLM2 135M · cpu · bf16"
READY = ModelState("ready", 1.0, NAME)


class App(HeadstartApp):
    """Closes its engine on its own loop, which no fixture could after a snapshot."""

    CSS_PATH: ClassVar[Any] = [f"{tui.__path__[0]}/{path}" for path in HeadstartApp.CSS_PATH]

    async def on_unmount(self) -> None:
        await self.sessions.close()


class Chat:
    """A chat, and the few things that tests do with it.

    The replies are the model's, in order. With a `gate`, each of its words but the first `free_words`
    waits for it. While it is `loading`, the
    model is in that state, until `loaded` is set. Where the shop is `held`, its lookups and the model's prefills wait
    for `looked_up`. The shop's opening raises `open_errors`, one at a time.
    """

    def __init__(
        self,
        settings: Settings,
        *replies: Any,
        gate: threading.Event | None = None,
        free_words: int = 0,
        loading: ModelState | None = None,
        held: bool = False,
        open_errors: tuple[Exception, ...] = (),
    ) -> None:
        self.clock = FakeClock()
        self.gate = gate
        self.llama = (
            FakeLlama(replies=list(replies))
            .with_gate(gate, free_words=free_words)
            .with_clock(self.clock, self._settled)
        )
        self.shop = HeldShop(*open_errors)
        self.loaded = threading.Event()
        self.load_error: Exception | None = None
        if held:
            self.shop.may_read.clear()
            self.llama.may_prefill.clear()
        if loading is None:
            self.loaded.set()
        self._loading = loading
        self._engine: Engine | None = None
        self.app = App(settings, self._make_engine)
        self.app.animation_level = "none"
        self.app.theme = "textual-dark"

    def _make_engine(self, settings: Settings, on_model: Callable[[ModelState], None]) -> Engine:
        world = Described(self.shop)
        self._engine = Engine(settings, world=world, load_model=self._load, clock=self.clock, on_model=on_model)
        return self._engine

    def _load(self, settings: Settings, report: Callable[[ModelState], None]) -> FakeLlama:
        if self._loading:
            report(self._loading)
        while not self.loaded.wait(0.02):
            if self.engine._closed:
                break
        if self.load_error:
            raise self.load_error
        report(READY)
        return self.llama

    @property
    def engine(self) -> Engine:
        assert self._engine is not None
        return self._engine

    @property
    def session(self) -> Session:
        assert self.app.sessions.session is not None
        return self.app.sessions.session

    @property
    def screen(self) -> ChatScreen:
        assert isinstance(self.app.screen, ChatScreen)
        return self.app.screen

    @property
    def asked(self) -> list[str]:
        """The questions that reached the model, in order."""
        said = {
            message.id or id(message): message.text
            for prompt in self.llama.prompts
            for message in prompt[-1:]
            if isinstance(message, HumanMessage) and not is_synthetic(message)
        }
        return list(said.values())

    @property
    def shown(self) -> str:
        """The answers' text as it stands on the screen."""
        return "\n".join(answer.text for answer in self.screen.query(AgentMessage))

    @property
    def notes(self) -> str:
        """What stands under the answers."""
        return "\n".join(str(note.content) for note in self.screen.query(".note"))

    @property
    def toasts(self) -> list[str]:
        return [notification.message for notification in self.app._notifications]

    async def until(self, pilot: Pilot[None], holds: Callable[[], object]) -> None:
        ends_s = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < ends_s, f"It did not come to hold within {PATIENCE_S:.0f} s."
            await asyncio.sleep(0.01)

    async def opened(self, pilot: Pilot[None]) -> None:
        await self.until(pilot, lambda: self.app.sessions.is_open)
        await self.still(pilot)

    async def sign_in(self, pilot: Pilot[None], user: str = "user123", password: str = "demo") -> None:
        await self.opened(pilot)
        self.app.sessions.login.user.value = user
        self.app.sessions.login.password.value = password
        self.app.sessions.login.password.focus()
        await pilot.press("enter")
        if password == "demo":
            await self.until(pilot, lambda: self.app.screen.query("Prompt:focus"))
            if self.shop.may_read.is_set():
                await self.rests(pilot)
        await self.still(pilot)

    async def ready(self, pilot: Pilot[None], user: str = "user123") -> None:
        """Signed in, and what was held for that is there."""
        await self.sign_in(pilot, user)
        await self.looked_up(pilot)

    async def looked_up(self, pilot: Pilot[None], took_s: float = 3.0) -> None:
        """Let what was held through: the prefill first, then the lookups, which took so long by the chat's clock."""
        await self.until(pilot, lambda: self.running("database"))
        began_s = self.clock()
        if self.loaded.is_set():
            await self.until(pilot, lambda: self.llama.prefills_waiting)
            self.llama.may_prefill.set()
            await self.until(pilot, lambda: not self.session.warming)
        await self.let_through(pilot, began_s + took_s - self.clock())

    async def let_through(self, pilot: Pilot[None], after_s: float) -> None:
        """So much later, let what is looked up through; what is looked up from then on is held again."""
        self.clock.move(after_s)
        self.shop.may_read.set()
        await self.rests(pilot)
        self.shop.may_read.clear()
        await self.still(pilot)

    async def rests(self, pilot: Pilot[None]) -> None:
        """Nothing is looked up or prefilled any more."""

        def nothing_runs() -> bool:
            session = self.session
            loads = self.loaded.is_set()
            return not self.running("database") and not (loads and (session.warming or not self.engine.model.done()))

        await self.until(pilot, lambda: self.session.ahead() and self.app.sessions.prefetched)
        await self.until(pilot, nothing_runs)

    def _settled(self) -> bool:
        """Whether every lookup that was issued waits in the shop, or is in."""
        session = self.app.sessions.session
        in_flight = sum(one.state == "in flight" for one in session.ahead()) if session else 0
        return in_flight == self.shop.reads_waiting

    @property
    def claim_waits(self) -> bool:
        """Whether a turn waits for a lookup."""
        visits = self.session._lookups._speculator._visits
        return any(flight.waiters for visit in visits.values() for flight in visit.flights.values())

    def running(self, lane: str) -> bool:
        return any(span.lane == lane for span in self.session.timeline.running())

    async def ask(self, pilot: Pilot[None], question: str = "Where is my mug?") -> None:
        self.screen.prompt.text = question
        await pilot.press("enter")

    async def writes(self, pilot: Pilot[None]) -> None:
        """The model has begun to write."""
        await self.until(pilot, lambda: self.llama.writing)

    async def answered(self, pilot: Pilot[None], turns: int = 1) -> None:
        """So many turns have ended, whatever way."""
        await self.until(pilot, lambda: self.app.turns.begun >= turns and self.app.turns.running is None)
        await self.until(pilot, lambda: not self.session.warming)
        await self.still(pilot)

    async def still(self, pilot: Pilot[None]) -> None:
        """Nothing blinks, everything that was posted has been drawn."""
        for screen in self.app.screen_stack:
            for field in screen.query(Input):
                field.cursor_blink = False
            for area in screen.query(TextArea):
                area.cursor_blink = False
        for _ in range(3):
            await pilot.pause(0.0)
