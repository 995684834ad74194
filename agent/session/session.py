"""CustomerSession joins it all, from sign-in to sign-out, for one customer.

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
from functools import partial
from typing import TYPE_CHECKING, Any

from agent.events import AheadChanged, Confirmation, Event, StepFinished, TurnOutcome, TurnResult
from agent.session.conversations import declined, drop_older, ends_open, note_turn, resting_on, settle, unanswered
from agent.session.lookups import CustomerLookups
from agent.session.warming import Warmer
from agent.settings import HeadStarts, Settings, Strategy
from agent.turn.bridge import refuse_on_loop
from headstart.errors import ConfirmationError, DatabaseError, HeadstartError, QuestionError, SessionClosedError
from headstart.llama.capabilities import capabilities_of
from headstart.speculation.ledger import Ledger
from headstart.speculation.prediction import Predictor
from headstart.speculation.speculator import Ahead, Call
from headstart.text import printable
from headstart.timeline import PerformanceLog, Prices, Timeline, turn_figures
from headstart.world import User
from headstart.world.opened import Answer, OpenWorld

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langgraph.graph.state import CompiledStateGraph

    from agent.turn.bridge import Bridge
    from agent.turn.conversation import Found
    from agent.turn.turn import Turn

log = logging.getLogger(__name__)


class CustomerSession:
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
        self._model_name = model_name
        self._graph = graph
        self._loop = asyncio.get_running_loop()
        self._lookups = CustomerLookups(
            user,
            world=world,
            timeline=timeline,
            predictor=predictor,
            time_to_live_s=settings.time_to_live,
            starts=self._starts,
            on_change=self._ahead_changed,
        )
        self._turn: Turn | None = None
        self._waiting: Confirmation | None = None
        """What the turn waits for the customer's word on."""
        self._before = 0
        """How many messages stood in the conversation before the turn's question."""
        self._display_error: Exception | None = None
        self._turn_lock = threading.Lock()
        self._state_lock = threading.Lock()
        self._resumed = thread_id is not None
        self._adopting: asyncio.Task[None] | None = None
        self._first_id: str | None = None
        self._typed = ""
        self._warmer = Warmer(
            model,
            conversation=self.thread_id,
            timeline=timeline,
            prices=prices,
            found=self._found,
            prompt=self._prompt,
            tools=self.world.tools,
        )
        self._closed = threading.Event()
        self._closing: asyncio.Task[None] | None = None
        self._since_s = timeline.clock()

    # Sign-in to Enter: on the event loop.

    def begin(self) -> None:
        """The customer has signed in: start what the first question will need."""
        self.timeline.end(self.timeline.start("customer", "sign-in"))
        self._lookups.begin()
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

    # A turn: in a thread of its own, top to bottom.

    def ask(self, question: str, strategy: Strategy | None = None) -> TurnOutcome:
        """Answer a question; blocks, so call it in a thread. One turn at a time.

        Returns the turn's result, or a `Confirmation` when a write waits for the customer's word: then
        `confirm` goes on; another question declines it. Raises QuestionError, ModelError, DatabaseError or
        SessionClosedError, what `on_event` raises as it is, and RuntimeError in the event loop's own thread. The
        conversation is then as it was before the question, unless a change was done: that is kept.
        """
        question = self._checked(question)
        refuse_on_loop(self._loop, "CustomerSession.ask")
        with self._turn_lock:
            before = self._at_rest()
            turn = self._new_turn(question, strategy or self.strategy)
            self._turn = turn
            return self._run(turn, before, {"question": question, "user_id": self.user.id})

    def confirm(self, confirmation: Confirmation, *, confirmed: bool) -> TurnOutcome:
        """Go on with the turn that asked for the customer's word; blocks like `ask`.

        Raises ConfirmationError when this change does not wait for it, or not any more.
        """
        from langgraph.types import Command

        self._check_open()
        refuse_on_loop(self._loop, "CustomerSession.confirm")
        with self._turn_lock:
            turn, waiting = self._turn, self._waiting
            if turn is None or waiting is None or _identity(waiting) != _identity(confirmation):
                raise ConfirmationError(
                    "This change does not wait for your word any more: nothing was done now. Ask for it again."
                )
            self._waiting = None
            now_s = self.timeline.clock()
            turn.paused[-1] = (turn.paused[-1][0], now_s)
            turn.log.add(f"customer: {'confirmed' if confirmed else 'declined'} {confirmation.tool}")
            given = Command(resume={"key": confirmation.key, "confirmed": confirmed})
            return self._run(turn, self._before, given)

    def stop(self) -> None:
        """Stop the running turn, or the one that waits for the customer's word; from any thread, returns at once."""
        if turn := self._turn:
            turn.stop()
            with contextlib.suppress(RuntimeError):  # The loop is closed: nothing is looked up any more.
                self._loop.call_soon_threadsafe(self._lookups.give_up)

    async def close(self) -> None:
        """Sign out: stop everything, hold nothing of this customer any more. Further calls wait for the first."""
        if self._closing is None:
            self._closing = self._loop.create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        self._closed.set()
        self._warmer.cancel()
        if turn := self._turn:
            turn.cancelled.set()
            turn.bridge.stop(closing=True)
        async with contextlib.AsyncExitStack() as last:  # Each step is taken, whatever another one raises.
            last.callback(self._let_go)
            last.push_async_callback(self._forget)
            last.push_async_callback(self._lookups.close)
            last.push_async_callback(asyncio.to_thread, self._drained)
            if self._adopting:
                self._adopting.cancel()
                await asyncio.gather(self._adopting, return_exceptions=True)
            await self._warmer.close()

    async def _forget(self) -> None:
        if self._model.done() and not self._model.cancelled() and self._model.exception() is None:
            model: Any = self._model.result()
            if capabilities_of(model).forgets:
                await asyncio.to_thread(model.forget, self.thread_id)

    def _let_go(self) -> None:
        self.timeline.clear()
        self._turn = self._waiting = None
        self.on_event = lambda _: None

    def _drained(self) -> None:
        """Wait until nothing reads the state file any more; a stopped turn ends at its next forward pass."""
        with self._turn_lock:
            if self._waiting is not None:
                try:
                    self._decline()
                except DatabaseError as error:  # It is settled when the conversation is opened again.
                    log.warning("The waiting change could not be closed in the conversation: %s", error)
            with self._state_lock:
                pass

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise SessionClosedError("You have signed out.")

    def _checked(self, question: str) -> str:
        self._check_open()
        question = printable(question).strip()
        if not question:
            raise QuestionError("The question is empty. Write something first.")
        limit = self._settings.max_question_chars
        if len(question) > limit:
            raise QuestionError(f"The question has {len(question):,} characters, at most {limit:,} fit. Shorten it.")
        return question

    def _new_turn(self, question: str, strategy: Strategy) -> Turn:
        from agent.turn.bridge import Bridge
        from agent.turn.turn import Turn

        entered_s = self.timeline.clock()
        self._warmer.cancel()
        bridge = Bridge(self._loop)
        return Turn(
            question=question,
            strategy=strategy,
            starts=HeadStarts(strategy, self._settings.without),
            model=partial(self._ready_model, bridge),
            world=self.world,
            lookups=self._lookups,
            user=self.user,
            thread_id=self.thread_id,
            bridge=bridge,
            timeline=self.timeline,
            prices=self.prices,
            emit=self._show,
            tool_rounds=self._settings.tool_rounds,
            log=PerformanceLog(self.timeline.clock, entered_s),
            entered_s=entered_s,
            first_id=self._first_id,
            guarded=self._settings.guard,
            check=self.world.check_for(self.user, self._lookups.today()),
        )

    def _ready_model(self, bridge: Bridge) -> BaseChatModel:
        """The model, waiting for it to load; stopping the turn ends the wait."""

        async def loaded() -> BaseChatModel:
            return await asyncio.wrap_future(self._model)

        if self._model.done():
            return self._model.result()
        with self.timeline.span("model", "loading"):
            return bridge.run(loaded())

    def _at_rest(self) -> int:
        """How many messages the conversation has, after closing in it what waits or was left unfinished."""
        if self._waiting is not None:
            self._decline()
        messages = self.messages()
        if ends_open(messages):
            settle(self._graph(), self.thread_id, self.world.phrases.not_confirmed)
            messages = self.messages()
        return len(messages)

    def _decline(self) -> None:
        """End the turn that waits for the customer's word: declined, with a result for each of its calls."""
        self._turn = self._waiting = None
        messages = self._stored()
        if closed := declined(messages, self.world.phrases.not_confirmed):
            self._graph().update_state(self._config, {"messages": closed}, as_node="final_answer")

    def _run(self, turn: Turn, before: int, given: Any) -> TurnOutcome:
        """Run a turn up to its end or to a change that waits for the customer's word."""
        from agent.turn.bridge import TurnStoppedError

        self._before = before
        try:
            confirmation = self._streamed(turn, given)
            if confirmation is not None:
                self._waiting = confirmation
                return confirmation
            messages = self.messages()
            self._check_open()
            return self._finished(turn, messages[-1].text, stopped=turn.cancelled.is_set(), messages=messages)
        except TurnStoppedError:
            self._roll_back(before)
            return self._finished(turn, "", stopped=True)
        except BaseException as error:
            with contextlib.suppress(Exception):  # The first error says what is wrong.
                self._roll_back(before)
            self._turn = None
            if isinstance(error, HeadstartError) or error is self._display_error or not isinstance(error, Exception):
                raise
            if self._closed.is_set():
                raise SessionClosedError("The session ended.") from error
            raise HeadstartError(
                f"The turn failed because of a fault in headstart ({type(error).__name__}: {printable(str(error))})."
                " Ask again; report it if it fails a second time."
            ) from error
        finally:
            self._display_error = None

    def _streamed(self, turn: Turn, given: Any) -> Confirmation | None:
        step_s = self.timeline.clock()
        if isinstance(given, dict) and not turn.starts.data:
            # Nothing that was speculated before may help this turn, or its figures would lie.
            turn.bridge.run(self._lookups.drop())
        for update in self._graph().stream(given, self._config, context=turn, stream_mode="updates"):
            if "__interrupt__" in update:
                turn.paused.append((self.timeline.clock(), self.timeline.clock()))
                return _confirmation(update["__interrupt__"][0].value)
            now_s = self.timeline.clock()
            for node, change in update.items():
                detail = str((change or {}).get("agent_decision") or "results in")
                self._show(StepFinished(node, now_s - step_s, detail))
            step_s = now_s
        return None

    def _show(self, event: Event) -> None:
        """Hand a turn's event to `on_event`; what that raises ends the turn and comes out of `ask` as it is."""
        try:
            self.on_event(event)
        except Exception as error:
            self._display_error = error
            raise

    def tell(self, event: Event) -> None:
        """Hand an event of no turn to `on_event`; what that raises must not stop what goes on behind it."""
        try:
            self.on_event(event)
        except Exception as error:
            log.warning("on_event raised %s at %s", type(error).__name__, type(event).__name__)

    def _finished(
        self, turn: Turn, answer: str, *, stopped: bool, messages: list[BaseMessage] | None = None
    ) -> TurnResult:
        from agent.turn import conversation

        ended_s = self.timeline.clock()
        standing = self._standing(messages or [], context=turn.starts.context, first_id=turn.first_id)
        results = conversation.results(standing)
        ground = turn.check.ground(answer, results)
        by_id = {
            made["id"]: Call.of(made["name"], made["args"])
            for message in standing
            for made in getattr(message, "tool_calls", [])
        }
        told_by = [results[i].call_id for i in ground.sources]
        sources = [by_id[call_id] for call_id in told_by if call_id in by_id]
        turn.rest_on(sources)
        figures = turn_figures(
            entered_s=turn.entered_s,
            first_word_s=turn.first_word_s,
            ended_s=ended_s,
            model_calls=turn.model_calls,
            database=turn.counted_database(),
            paused=turn.paused,
            prices=self.prices,
        )
        turn.log.add(f"turn: ended, {figures.total_s:.2f} s in all")
        result = TurnResult(
            question=turn.question,
            answer=answer,
            ended="stopped" if stopped else "answered",
            tool_calls=tuple(turn.uses.values()),
            grounded=ground.grounded,
            sources=tuple(dict.fromkeys(sources)),
            corrected=tuple(turn.corrected),
            figures=figures,
            strategy=turn.strategy,
            model=self._model_name(),
            performance_log=tuple(turn.log.lines),
            spans=tuple(self.timeline.spans(self._since_s)),
            ahead=self._ahead_now(turn),
            entered_s=turn.entered_s,
            ended_s=ended_s,
        )
        if messages is not None:
            self._graph().update_state(
                self._config,
                {
                    "performance_log": turn.log.lines,
                    "spans": [span.as_dict() for span in result.spans],
                    "messages": [] if stopped else resting_on(messages, told_by),
                },
                as_node="final_answer",
            )
            drop_older(self._graph(), self.thread_id)
            note_turn(self._graph(), self.thread_id)
        self._turn = None
        self._since_s = ended_s
        said_tokens = figures.prompt_tokens + figures.completion_tokens or conversation.estimated_tokens(standing)
        if messages is not None and said_tokens > self._settings.max_prompt_tokens:
            self._shorten(messages)
            standing = self._standing(messages, context=turn.starts.context, first_id=self._first_id)
        reads = conversation.reads_standing(standing, self.world.reads) if messages is not None else None
        self._loop.call_soon_threadsafe(self._after_turn, reads, ground.told)
        return result

    def _ahead_now(self, turn: Turn) -> tuple[Ahead, ...]:
        """What is held ahead, asked of the loop after what this turn used has been entered there."""

        async def held() -> tuple[Ahead, ...]:
            return tuple(self._lookups.ahead())

        return () if self._closed.is_set() else turn.bridge.fresh().run(held())

    def messages(self) -> list[BaseMessage]:
        """The conversation as it is kept; reads the state file, so call it in a thread."""
        with self._state_lock:
            # The state file may be closed under a thread that still warms.
            return [] if self._closed.is_set() else self._stored()

    def _stored(self) -> list[BaseMessage]:
        return list(self._graph().get_state(self._config).values.get("messages", []))

    @property
    def _config(self) -> Any:
        return {"configurable": {"thread_id": self.thread_id}}

    def _roll_back(self, before: int) -> None:
        """Take out what a turn without an answer has left in the conversation; a change that was done stays."""
        self._turn = self._waiting = None
        if closed := unanswered(self.messages()[before:], self.world.phrases.not_confirmed):
            self._graph().update_state(self._config, {"messages": closed}, as_node="final_answer")

    # The event loop's side of a turn.

    def _starts(self) -> HeadStarts:
        return HeadStarts(self.strategy, self._settings.without)

    def _ahead_changed(self) -> None:
        self.tell(AheadChanged())
        if self._turn is None and self._lookups.begun():
            self.warm()

    def _after_turn(self, standing: Sequence[Call] | None, told: Sequence[str]) -> None:
        self._lookups.end_turn(standing, told)
        self._typed = ""
        if self._closed.is_set():
            return
        self.warm()

    def _shorten(self, messages: list[BaseMessage]) -> None:
        """Drop the older half of the conversation from the prompt (never from what is kept)."""
        from agent.turn import conversation

        start = next((i for i, m in enumerate(messages) if m.id == self._first_id), 0)
        self._first_id = conversation.newer_half(messages[start:]) or self._first_id

    async def _adopt(self) -> None:
        """Take up the results that stand in a resumed conversation; what has changed since is renewed."""
        for call, answer, read_at in await asyncio.to_thread(self._standing_answers):
            self._lookups.adopt(call, answer, age_s=max(0.0, time.time() - read_at))
        await self._lookups.renew()
        self.warm()

    def _standing_answers(self) -> list[tuple[Call, Answer, float]]:
        from agent.turn import conversation

        messages = self.messages()
        self._first_id = conversation.first_of_newest(messages, self._settings.max_prompt_tokens) or self._first_id
        return conversation.standing_answers(messages, self.world.reads, first_id=self._first_id)

    # What the model's cache is warmed with.

    def _found(self) -> list[Found] | None:
        if self._turn is not None:
            return None
        calls = self._lookups.for_prompt(self._typed)
        return [(call, *answer) for call in calls if (answer := self._lookups.peek(call)) is not None]

    def _prompt(self, found: list[Found]) -> tuple[list[BaseMessage], str]:
        from agent.turn import conversation

        context = self._starts().context
        prompt = self._standing(self.messages(), context=context, first_id=self._first_id)
        return [*prompt, *(conversation.exchanges(prompt, found, self.world.phrases) if context else ())], self._typed

    def _standing(self, messages: list[BaseMessage], *, context: bool, first_id: str | None) -> list[BaseMessage]:
        """What the model is given of the conversation."""
        from agent.turn import conversation

        return conversation.in_prompt(messages, self.world.instructions, context=context, first_id=first_id)


def _confirmation(request: dict[str, Any]) -> Confirmation:
    return Confirmation(
        tool=request["tool"],
        arguments=request["arguments"],
        message=request["message"],
        before=request["before"],
        after=request["after"],
        key=request["key"],
    )


def _identity(asked: Confirmation) -> tuple[str, str, str]:
    return asked.key, asked.tool, repr(asked.arguments)
