"""An engine and a session without a database or a model: what the screens are shown is written down in a test."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agent.events import AheadChanged, Confirmation, Event, TextArrived, ToolUse, TurnOutcome, TurnResult
from agent.models.loading import ModelState
from agent.session.conversations import Kept, KeptTurn
from agent.settings import Settings, Strategy
from agent.shop.english.correction import Correction
from agent.shop.world import WORLD
from headstart.errors import HeadstartError, SignInError
from headstart.speculation.ledger import Ledger
from headstart.speculation.speculator import Ahead, Call, State
from headstart.timeline import Span, Timeline, TurnFigures
from headstart.world import User
from headstart.world.opened import Described

READY = ModelState("ready", 1.0, "SmolLM2 135M · cpu · bf16")
ORDER_HISTORY = Call.of("get_order_history")
FIGURES = TurnFigures(
    total_s=1.62,
    first_token_s=0.14,
    database_waited_s=0.0,
    database_hidden_s=3.0,
    sequential_estimate_s=6.9,
    model_s=1.6,
    prompt_tokens=840,
    cached_tokens=812,
    completion_tokens=64,
    tokens_per_s=52.4,
)


class FakeClock:
    """Stands still unless it is told to move."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Script:
    """What one turn does: its words, then its end."""

    words: str = ""
    error: Exception | None = None
    confirmation: Confirmation | None = None
    figures: TurnFigures = FIGURES
    grounded: bool = True
    spans: tuple[Span, ...] = ()
    tool_calls: tuple[ToolUse, ...] = ()
    sources: tuple[Call, ...] = ()
    corrected: tuple[Correction, ...] = ()
    after_s: float = 1.62
    """How far the clock is by the end of the turn."""


@dataclass
class FakeSession:
    """Answers by script; with a `gate`, each word waits for it."""

    user: User
    clock: FakeClock
    scripts: list[Script] = field(default_factory=list)
    gate: threading.Event | None = None
    on_event: Callable[[Event], None] = lambda _: None
    strategy: Strategy = "ahead"
    state: State = "in flight"
    outcome: Any = None
    counts: Ledger = field(default_factory=lambda: Ledger(issued=1))
    thread_id: str = "user123:now"
    lacks: tuple[str, ...] = ()
    world: Described = field(default_factory=lambda: Described(WORLD))

    def __post_init__(self) -> None:
        self.timeline = Timeline(self.clock)
        self.asked: list[str] = []
        self.typings: list[str] = []
        self.confirmed: list[bool] = []
        self.closed = False
        self.stopped = threading.Event()
        self.running = threading.Event()
        """Set while a turn runs in its thread."""
        self._words: list[str] = []
        self._entered_s = 0.0

    def prefetched(self) -> None:
        """The order history is in."""
        self.state = "ready"
        self.on_event(AheadChanged())

    def ahead(self) -> list[Ahead]:
        took_s = 3.0 if self.state == "ready" else None
        return [Ahead(ORDER_HISTORY, "sign-in", self.state, self.outcome, 1.2, took_s)]

    def ledger(self) -> Ledger:
        return replace(self.counts)

    def set_strategy(self, strategy: Strategy) -> None:
        self.strategy = strategy

    def typed(self, text: str) -> None:
        self.typings.append(text)

    def ask(self, question: str, strategy: Strategy | None = None) -> TurnOutcome:
        self.asked.append(question)
        self.stopped.clear()
        self._words = []
        self._entered_s = self.clock()
        return self._run(self.scripts.pop(0) if self.scripts else Script("I have nothing more to say."))

    def confirm(self, confirmation: Confirmation, *, confirmed: bool) -> TurnOutcome:
        self.confirmed.append(confirmed)
        return self._run(Script("Done." if confirmed else "I have left it as it is."))

    def stop(self) -> None:
        self.stopped.set()

    async def close(self) -> None:
        self.stopped.set()
        self.closed = True

    def _run(self, script: Script) -> TurnOutcome:
        self.running.set()
        try:
            for word in script.words.split(" ") if script.words else []:
                while self.gate is not None and not self.gate.wait(0.02):
                    if self.stopped.is_set():
                        break
                if self.stopped.is_set():
                    break
                self._words.append(word)
                self.on_event(TextArrived(f"{word} "))
            if script.error:
                raise script.error
            if script.confirmation:
                return script.confirmation
            return self._result(script)
        finally:
            self.running.clear()

    def _result(self, script: Script) -> TurnResult:
        self.clock.now_s = self._entered_s + script.after_s
        if self.state == "ready":
            self.outcome = "hit"
            self.counts.used = 1
        return TurnResult(
            question=self.asked[-1],
            answer=" ".join(self._words),
            ended="stopped" if self.stopped.is_set() else "answered",
            tool_calls=script.tool_calls,
            grounded=script.grounded,
            sources=script.sources,
            corrected=script.corrected,
            figures=script.figures,
            strategy=self.strategy,
            model=READY.name,
            performance_log=(),
            spans=script.spans,
            entered_s=self._entered_s,
            ended_s=self.clock.now_s,
        )


class FakeConversations:
    """What is kept, in memory."""

    path = Path("/home/ada/.local/state/headstart/conversations.sqlite")

    def __init__(self, *kept: Kept, turns: tuple[KeptTurn, ...] = ()) -> None:
        self.kept = list(kept)
        self._turns = list(turns)
        self.error: HeadstartError | None = None

    def listed(self) -> list[Kept]:
        if self.error:
            raise self.error
        return list(self.kept)

    def turns(self, thread_id: str) -> list[KeptTurn]:
        if self.error:
            raise self.error
        return list(self._turns)

    def rename(self, thread_id: str, title: str) -> None:
        self.kept = [replace(kept, title=title) if kept.thread_id == thread_id else kept for kept in self.kept]

    def delete(self, thread_id: str) -> None:
        self.kept = [kept for kept in self.kept if kept.thread_id != thread_id]


class FakeModelFuture:
    """Done, or never done."""

    def __init__(self, *, done: bool) -> None:
        self._done = done

    def done(self) -> bool:
        return self._done


class FakeEngine:
    """Opens at once, has one account, `user123` with the password `demo`."""

    def __init__(
        self,
        settings: Settings,
        on_model: Callable[[ModelState], None] = lambda _: None,
        *,
        scripts: list[Script] | None = None,
        gate: threading.Event | None = None,
        model_state: ModelState = READY,
        open_error: HeadstartError | None = None,
        spans: tuple[Span, ...] = (),
        kept: FakeConversations | None = None,
    ) -> None:
        self.kept = kept or FakeConversations()
        self.asked_for: list[str] = []
        """Whose conversations were asked for."""
        self.settings = settings
        self.model_state = ModelState("not loaded", 0.0)
        self.model = FakeModelFuture(done=model_state.ready)
        self.session: FakeSession | None = None
        self.closed = False
        self.clock = FakeClock()
        self._on_model = on_model
        self._scripts = scripts or []
        self._gate = gate
        self._next_state = model_state
        self._open_error = open_error
        self._spans = spans
        self.latency_s = 3.0 if settings.db_latency is None else settings.db_latency

    def start_model(self) -> None:
        self.report(self._next_state)

    def report(self, state: ModelState) -> None:
        self.model_state = state
        self._on_model(state)

    async def open(self) -> None:
        if self._open_error:
            error, self._open_error = self._open_error, None
            raise error

    async def sign_in(self, name: str, password: str, on_event: Callable[[Event], None]) -> FakeSession:
        if (name, password) != ("user123", "demo"):
            raise SignInError("The name or the password is wrong. Check both and try again.")
        user = User("user123", "Ada Moreno")
        self.session = FakeSession(user, self.clock, self._scripts, self._gate, on_event)
        for span in self._spans:
            self._play(self.session, span)
        self.session.timeline.end(self.session.timeline.start("customer", "sign-in"))
        return self.session

    async def sign_out(self, session: FakeSession) -> None:
        await session.close()

    def conversations(self, user_id: str) -> FakeConversations:
        self.asked_for.append(user_id)
        return self.kept

    async def resume(
        self, session: FakeSession, thread_id: str | None, on_event: Callable[[Event], None]
    ) -> FakeSession:
        await session.close()
        self.session = FakeSession(session.user, self.clock, self._scripts, self._gate, on_event)
        self.session.thread_id = thread_id or "user123:new"
        return self.session

    async def close(self) -> None:
        self.closed = True
        if self.session:
            await self.session.close()

    def _play(self, session: FakeSession, span: Span) -> None:
        now_s, self.clock.now_s = self.clock.now_s, span.start_s
        number = session.timeline.start(span.lane, span.name, span.detail)
        if span.end_s is not None:
            self.clock.now_s = span.end_s
            session.timeline.end(number)
        self.clock.now_s = now_s
