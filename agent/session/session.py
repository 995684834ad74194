"""Session joins it all, from sign-in to sign-out, for one customer.

The event loop owns the database and the lookups; the model has a thread of its own; a turn runs in the
thread that calls `ask` (a Textual thread worker, or one of asyncio's in `headstart ask`) and reaches
the loop only through its `Bridge`. LangChain and LangGraph are imported in threads alone: the
prefetch starts while they may still be loading.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from agent.events import AheadChanged, Confirmation, Event, TurnOutcome
from agent.session.lookups import SessionLookups
from agent.session.people import People
from agent.session.prompt import Prompt
from agent.session.transcript import Transcript
from agent.session.turns import Turns
from agent.session.warming import Warmer
from agent.settings import HeadStarts, Settings, Strategy
from headstart.errors import QuestionError, SessionClosedError
from headstart.llama.capabilities import capabilities_of
from headstart.speculation.ledger import Ledger
from headstart.speculation.prediction import Predictor
from headstart.speculation.speculator import Ahead, Call
from headstart.text import printable
from headstart.timeline import Prices, Timeline
from headstart.world import User
from headstart.world.opened import OpenWorld, ToolResult

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langgraph.graph.state import CompiledStateGraph

    from agent.turn.conversation import Found

log = logging.getLogger(__name__)


class Session:
    """One signed-in customer's conversation. Create it on the event loop, then `begin`."""

    def __init__(
        self,
        user: User,
        *,
        world: OpenWorld,
        settings: Settings,
        model: concurrent.futures.Future[BaseChatModel],
        model_name: Callable[[], str],
        graph: Callable[[], CompiledStateGraph[Any, Any]],
        timeline: Timeline,
        prices: Prices,
        predictor: Predictor,
        on_event: Callable[[Event], None] = lambda _: None,
        thread_id: str | None = None,
    ) -> None:
        self.user = user
        self.world = world.described
        self.strategy: Strategy = settings.strategy
        self.timeline = timeline
        self.prices = prices
        self.on_event = on_event
        self.thread_id = thread_id or f"{user.id}:{uuid.uuid4()}"
        self._settings = settings
        self._model = model
        self._loop = asyncio.get_running_loop()
        self._resumed = thread_id is not None
        self._adopting: asyncio.Task[None] | None = None
        self._typed = ""
        self._closed = threading.Event()
        self._closing: asyncio.Task[None] | None = None
        self._prompt = Prompt(self.world, max_tokens=settings.max_prompt_tokens)
        self._transcript = Transcript(
            self.thread_id, graph=graph, not_confirmed=self.world.phrases.not_confirmed, closed=self._closed
        )
        self._lookups = SessionLookups(
            user,
            world=world,
            timeline=timeline,
            predictor=predictor,
            time_to_live_s=settings.time_to_live,
            starts=self._starts,
            on_change=self._ahead_changed,
        )
        self._warmer = Warmer(
            model,
            conversation=self.thread_id,
            timeline=timeline,
            prices=prices,
            found=self._found,
            prompt=self._prompt_ahead,
            tools=self.world.shown,
        )
        self._people = People(world.desk, user.id, self.tell)
        self._turns = Turns(
            user,
            world=self.world,
            settings=settings,
            model=model,
            model_name=model_name,
            transcript=self._transcript,
            prompt=self._prompt,
            lookups=self._lookups,
            timeline=timeline,
            prices=prices,
            show=lambda event: self.on_event(event),
            before_turn=self._warmer.cancel,
            after_turn=self._after_turn,
            unanswered=self._people.note_unanswered,
            closed=self._closed,
        )

    # Sign-in to Enter: on the event loop.

    def begin(self) -> None:
        """The customer has signed in: start what the first question will need."""
        self.timeline.end(self.timeline.start("customer", "sign-in"))
        self._lookups.begin()
        self._people.begin()
        if self._resumed:
            self._adopting = self._loop.create_task(self._adopt())
        self.warm()

    def set_strategy(self, strategy: Strategy) -> None:
        """From the next turn on."""
        self.strategy = strategy
        self._lookups.start_afresh(f"strategy {strategy}")
        self.warm()

    def typed(self, text: str) -> None:
        """The customer paused while typing: look up what it is about, prefill what is written so far."""
        text = printable(text)
        if text != self._typed:
            self._typed = text
            self._lookups.typed(text)
            self.warm()

    @property
    def lacks(self) -> tuple[str, ...]:
        """What the model cannot do of what the strategy asks for, in words; nothing while it loads."""
        if not self._starts().cache or not self._model.done() or self._model.cancelled() or self._model.exception():
            return ()
        return capabilities_of(self._model.result()).missing

    def ahead(self) -> list[Ahead]:
        """What was looked up ahead, why, and how it stands."""
        return self._lookups.ahead()

    def ledger(self) -> Ledger:
        """The counts since sign-in."""
        return self._lookups.ledger()

    @property
    def warming(self) -> bool:
        """Whether a prefill is under way or about to be."""
        return self._warmer.busy

    def warm(self) -> None:
        """Prefill the prompt as it stands, in the background; a newer prefill replaces an older one."""
        if not self._closed.is_set() and self._starts().cache:
            self._warmer.warm()

    # A turn: in a thread of its own.

    def ask(self, question: str, strategy: Strategy | None = None) -> TurnOutcome:
        """Answer a question; blocks, so call it in a thread. One turn at a time.

        While a person has the conversation, it reaches them instead.

        Returns the turn's result, or a `Confirmation` when a write waits for the customer's word: then
        `confirm` goes on; another question declines it. Raises QuestionError, ModelError, DatabaseError or
        SessionClosedError, what `on_event` raises as it is, and RuntimeError in the event loop's own thread. The
        conversation is then as it was before the question, unless a change was done: that is kept.
        """
        question, strategy = self._checked(question), strategy or self.strategy
        if (ticket := self._people.taken) is not None:
            return self._turns.passed_on(question, strategy, ticket, self._people)
        return self._turns.ask(question, strategy)

    def confirm(self, confirmation: Confirmation, *, confirmed: bool) -> TurnOutcome:
        """Go on with the turn that asked for the customer's word; blocks like `ask`.

        Raises ConfirmationError when this change does not wait for it, or not any more.
        """
        self._check_open()
        return self._turns.confirm(confirmation, confirmed=confirmed)

    def stop(self) -> None:
        """Stop the running turn, or the one that waits for the customer's word; from any thread, returns at once."""
        if self._turns.stop():
            with contextlib.suppress(RuntimeError):  # The loop is closed: nothing is looked up any more.
                self._loop.call_soon_threadsafe(self._lookups.give_up)

    def messages(self) -> list[BaseMessage]:
        """The conversation as it is kept; reads the state file, so call it in a thread."""
        return self._transcript.messages()

    def _checked(self, question: str) -> str:
        self._check_open()
        question = printable(question).strip()
        if not question:
            raise QuestionError("The question is empty. Write something first.")
        limit = self._settings.max_question_chars
        if len(question) > limit:
            raise QuestionError(f"The question has {len(question):,} characters, at most {limit:,} fit. Shorten it.")
        return question

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise SessionClosedError("You have signed out.")

    def tell(self, event: Event) -> None:
        """Hand an event of no turn to `on_event`; what that raises must not stop what goes on behind it."""
        try:
            self.on_event(event)
        except Exception as error:
            log.warning("on_event raised %s at %s", type(error).__name__, type(event).__name__)

    # Sign-out.

    async def close(self) -> None:
        """Sign out: stop everything, hold nothing of this customer any more. Further calls wait for the first."""
        if self._closing is None:
            self._closing = self._loop.create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        self._closed.set()
        self._warmer.cancel()
        self._turns.cut()
        async with contextlib.AsyncExitStack() as last:  # Each step is taken, whatever another one raises.
            last.callback(self._let_go)
            last.push_async_callback(self._forget)
            last.push_async_callback(self._lookups.close)
            last.push_async_callback(self._people.close)
            last.push_async_callback(asyncio.to_thread, self._drain)
            if self._adopting:
                self._adopting.cancel()
                await asyncio.gather(self._adopting, return_exceptions=True)
            await self._warmer.close()

    def _drain(self) -> None:
        """Wait until nothing reads the state file any more; a stopped turn ends at its next forward pass."""
        self._turns.drain()
        self._transcript.drain()

    async def _forget(self) -> None:
        if self._model.done() and not self._model.cancelled() and self._model.exception() is None:
            model: Any = self._model.result()
            if capabilities_of(model).forgets:
                await asyncio.to_thread(model.forget, self.thread_id)

    def _let_go(self) -> None:
        self.timeline.clear()
        self._turns.forget()
        self.on_event = lambda _: None

    # The event loop's side of a turn.

    def _starts(self) -> HeadStarts:
        return HeadStarts(self.strategy, self._settings.without)

    def _ahead_changed(self) -> None:
        self.tell(AheadChanged())
        if not self._turns.running and self._lookups.begun():
            self.warm()

    def _after_turn(self, standing: Sequence[Call] | None, told: Sequence[str]) -> None:
        self._lookups.end_turn(standing, told)
        self._typed = ""
        self.warm()

    async def _adopt(self) -> None:
        """Take up the results that stand in a resumed conversation; what has changed since is renewed."""
        for call, answer, read_at in await asyncio.to_thread(self._standing_answers):
            self._lookups.adopt(call, answer, age_s=max(0.0, time.time() - read_at))
        await self._lookups.renew()
        self.warm()

    def _standing_answers(self) -> list[tuple[Call, ToolResult, float]]:
        return self._prompt.resume(self._transcript.messages())

    # What the model's cache is warmed with.

    def _found(self) -> list[Found] | None:
        if self._turns.running:
            return None
        calls = self._lookups.for_prompt(self._typed)
        return [(call, *answer) for call in calls if (answer := self._lookups.peek(call)) is not None]

    def _prompt_ahead(self, found: list[Found]) -> tuple[list[BaseMessage], str]:
        return self._prompt.ahead(self._transcript.messages(), found, context=self._starts().context), self._typed
