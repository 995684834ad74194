"""CustomerSession joins it all, from sign-in to sign-out, for one customer.

The event loop owns the database and the lookups; the model has a thread of its own; a turn runs in the
thread that calls `ask` (a Textual thread worker, or one of asyncio's in `headstart ask`) and reaches
the loop only through its `Bridge`. LangChain and LangGraph are imported in threads alone: the
prefetch starts while they may still be loading.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from agent.conversations import drop_older, resting_on
from agent.errors import ModelError, QuestionError, SessionClosedError
from agent.events import AheadChanged, Confirmation, Event, StepFinished, TurnOutcome, TurnResult
from agent.lookups import CustomerLookups
from agent.settings import HeadStarts, Settings, Strategy
from agent.shop.calls import Answer
from agent.speculation.ledger import Ledger
from agent.speculation.prediction import Predictor
from agent.speculation.speculator import Ahead, Call
from agent.text import printable
from agent.timeline import PerformanceLog, Prices, Timeline, turn_figures
from agent.warming import Warmer

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langgraph.graph.state import CompiledStateGraph

    from agent.bridge import Bridge
    from agent.conversation import Found
    from agent.shop.accounts import Customer
    from agent.shop.orders import OrderStore
    from agent.turn import Turn


class CustomerSession:
    """One signed-in customer's conversation. Create it on the event loop, then `begin`."""

    def __init__(
        self,
        customer: Customer,
        *,
        store: OrderStore,
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
        self.customer = customer
        self.strategy: Strategy = settings.strategy
        self.timeline = timeline
        self.prices = prices
        self.on_event = on_event
        self.thread_id = thread_id or f"{customer.customer_id}:{uuid.uuid4()}"
        self._settings = settings
        self._model = model
        self._model_name = model_name
        self._graph = graph
        self._loop = asyncio.get_running_loop()
        self._lookups = CustomerLookups(
            customer.customer_id,
            store=store,
            timeline=timeline,
            predictor=predictor,
            time_to_live_s=settings.time_to_live,
            starts=self._starts,
            on_change=self._ahead_changed,
        )
        self._turn: Turn | None = None
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
        )
        self._closed = threading.Event()
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
        `confirm` goes on. Raises QuestionError, ModelError, DatabaseError or SessionClosedError; the
        conversation is then as it was before the question.
        """
        question = self._checked(question)
        with self._turn_lock:
            turn = self._new_turn(question, strategy or self.strategy)
            self._turn = turn
            return self._run(turn, {"question": question, "user_id": self.customer.customer_id})

    def confirm(self, confirmation: Confirmation, *, confirmed: bool) -> TurnOutcome:
        """Go on with the turn that asked for the customer's word; blocks like `ask`."""
        from langgraph.types import Command

        with self._turn_lock:
            turn = self._turn
            if turn is None:
                raise SessionClosedError("Nothing waits for a confirmation.")
            now_s = self.timeline.clock()
            turn.paused[-1] = (turn.paused[-1][0], now_s)
            turn.log.add(f"customer: {'confirmed' if confirmed else 'declined'} {confirmation.tool}")
            return self._run(turn, Command(resume={"key": confirmation.key, "confirmed": confirmed}))

    def stop(self) -> None:
        """Stop the running turn; from any thread, returns at once."""
        if turn := self._turn:
            turn.stop()
            self._loop.call_soon_threadsafe(self._lookups.give_up)

    async def close(self) -> None:
        """Sign out: stop everything, hold nothing of this customer any more."""
        self._closed.set()
        self._warmer.cancel()
        if turn := self._turn:
            turn.cancelled.set()
            turn.bridge.stop(closing=True)
        await self._warmer.close()
        if self._adopting:
            self._adopting.cancel()
            await asyncio.gather(self._adopting, return_exceptions=True)
        await asyncio.to_thread(self._drained)
        await self._lookups.close()
        if self._model.done() and not self._model.cancelled() and self._model.exception() is None:
            forget = getattr(self._model.result(), "forget", None)
            if forget is not None:
                await asyncio.to_thread(forget, self.thread_id)
        self.timeline.clear()

    def _drained(self) -> None:
        """Wait until nothing reads the state file any more; a stopped turn ends at its next forward pass."""
        with self._turn_lock, self._state_lock:
            pass

    def _checked(self, question: str) -> str:
        if self._closed.is_set():
            raise SessionClosedError("You have signed out.")
        question = printable(question).strip()
        if not question:
            raise QuestionError("The question is empty. Write something first.")
        limit = self._settings.max_question_chars
        if len(question) > limit:
            raise QuestionError(f"The question has {len(question):,} characters, at most {limit:,} fit. Shorten it.")
        return question

    def _new_turn(self, question: str, strategy: Strategy) -> Turn:
        from agent.bridge import Bridge
        from agent.shop.tools import schemas
        from agent.turn import Turn

        entered_s = self.timeline.clock()
        self._warmer.cancel()
        bridge = Bridge(self._loop)
        return Turn(
            question=question,
            strategy=strategy,
            starts=HeadStarts(strategy, self._settings.without),
            model=partial(self._ready_model, bridge),
            tools=schemas(),
            lookups=self._lookups,
            customer_id=self.customer.customer_id,
            thread_id=self.thread_id,
            bridge=bridge,
            timeline=self.timeline,
            prices=self.prices,
            emit=self.on_event,
            tool_rounds=self._settings.tool_rounds,
            log=PerformanceLog(self.timeline.clock, entered_s),
            entered_s=entered_s,
            first_id=self._first_id,
            guarded=self._settings.guard,
        )

    def _ready_model(self, bridge: Bridge) -> BaseChatModel:
        """The model, waiting for it to load; stopping the turn ends the wait."""

        async def loaded() -> BaseChatModel:
            return await asyncio.wrap_future(self._model)

        if self._model.done():
            return self._model.result()
        with self.timeline.span("model", "loading"):
            return bridge.run(loaded())

    def _run(self, turn: Turn, given: Any) -> TurnOutcome:
        from agent.bridge import TurnStoppedError

        graph = self._graph()
        config: Any = {"configurable": {"thread_id": self.thread_id}}
        before = len(self.messages()) if isinstance(given, dict) else None
        step_s = self.timeline.clock()
        try:
            if before is not None and not turn.starts.data:
                # Nothing that was speculated before may help this turn, or its figures would lie.
                turn.bridge.run(self._lookups.drop())
            for update in graph.stream(given, config, context=turn, stream_mode="updates"):
                if "__interrupt__" in update:
                    turn.paused.append((self.timeline.clock(), self.timeline.clock()))
                    return _confirmation(update["__interrupt__"][0].value)
                now_s = self.timeline.clock()
                for node, change in update.items():
                    detail = str((change or {}).get("agent_decision") or "results in")
                    self.on_event(StepFinished(node, now_s - step_s, detail))
                step_s = now_s
        except TurnStoppedError:
            self._roll_back(before)
            return self._finished(turn, "", stopped=True)
        except SessionClosedError:
            raise
        except Exception as error:
            self._roll_back(before)
            if self._closed.is_set():
                raise SessionClosedError("The session ended.") from error
            if type(error).__module__.startswith("agent."):
                raise
            raise ModelError(
                f"The model failed in the middle of the answer: {printable(str(error)) or type(error).__name__}. "
                "Your question is kept; ask it again."
            ) from error
        messages = self.messages()
        return self._finished(turn, messages[-1].text, stopped=turn.cancelled.is_set(), messages=messages)

    def _finished(
        self, turn: Turn, answer: str, *, stopped: bool, messages: list[BaseMessage] | None = None
    ) -> TurnResult:
        from agent import conversation, grounding
        from agent.turn import describe

        ended_s = self.timeline.clock()
        standing = conversation.in_prompt(messages or [], context=turn.starts.context, first_id=turn.first_id)
        results = conversation.tool_results(standing)
        ground = grounding.ground(answer, turn.known(results), [result.text for result in results])
        by_id = {
            made["id"]: Call.of(made["name"], made["args"])
            for message in standing
            for made in getattr(message, "tool_calls", [])
        }
        told_by = [results[i].tool_call_id for i in ground.sources]
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
            sources=tuple(dict.fromkeys(map(describe, sources))),
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
                {"configurable": {"thread_id": self.thread_id}},
                {
                    "performance_log": turn.log.lines,
                    "spans": [span.as_dict() for span in result.spans],
                    "messages": [] if stopped else resting_on(messages, told_by),
                },
                as_node="final_answer",
            )
            drop_older(self._graph(), self.thread_id)
        self._turn = None
        self._since_s = ended_s
        if (
            messages is not None
            and figures.prompt_tokens + figures.completion_tokens > self._settings.max_prompt_tokens
        ):
            self._shorten(messages)
            standing = conversation.in_prompt(messages, context=turn.starts.context, first_id=self._first_id)
        reads = conversation.reads_standing(standing) if messages is not None else None
        self._loop.call_soon_threadsafe(self._after_turn, reads, ground.orders)
        return result

    def _ahead_now(self, turn: Turn) -> tuple[Ahead, ...]:
        """What is held ahead, asked of the loop after what this turn used has been entered there."""

        async def held() -> tuple[Ahead, ...]:
            return tuple(self._lookups.ahead())

        return () if self._closed.is_set() else turn.bridge.fresh().run(held())

    def messages(self) -> list[BaseMessage]:
        """The conversation as it is kept; reads the state file, so call it in a thread."""
        with self._state_lock:
            if self._closed.is_set():
                return []  # The state file may be closed under a thread that still warms.
            state = self._graph().get_state({"configurable": {"thread_id": self.thread_id}})
            return list(state.values.get("messages", []))

    def _roll_back(self, before: int | None) -> None:
        """Take out what a turn without an answer has left in the conversation."""
        from langchain_core.messages import RemoveMessage

        from agent.prompts import is_synthetic

        self._turn = None
        if before is None:
            messages = self.messages()
            before = max((i for i, m in enumerate(messages) if m.type == "human" and not is_synthetic(m)), default=0)
        left = self.messages()[before:]
        if left:
            config: Any = {"configurable": {"thread_id": self.thread_id}}
            removed = [RemoveMessage(id=message.id or "") for message in left]
            self._graph().update_state(config, {"messages": removed}, as_node="final_answer")

    # The event loop's side of a turn.

    def _starts(self) -> HeadStarts:
        return HeadStarts(self.strategy, self._settings.without)

    def _ahead_changed(self) -> None:
        self.on_event(AheadChanged())
        if self._turn is None and self._lookups.history() is not None:
            self.warm()

    def _after_turn(self, standing: Sequence[Call] | None, told: Sequence[str]) -> None:
        self._lookups.end_turn(standing, told)
        self._typed = ""
        if self._closed.is_set():
            return
        self.warm()

    def _shorten(self, messages: list[BaseMessage]) -> None:
        """Drop the older half of the conversation from the prompt (never from what is kept)."""
        from agent import conversation

        start = next((i for i, m in enumerate(messages) if m.id == self._first_id), 0)
        self._first_id = conversation.newer_half(messages[start:]) or self._first_id

    async def _adopt(self) -> None:
        """Take up the results that stand in a resumed conversation; what has changed since is renewed."""
        for call, answer, read_at in await asyncio.to_thread(self._standing_answers):
            self._lookups.adopt(call, answer, age_s=max(0.0, time.time() - read_at))
        await self._lookups.renew()
        self.warm()

    def _standing_answers(self) -> list[tuple[Call, Answer, float]]:
        from agent import conversation

        messages = self.messages()
        self._first_id = conversation.first_of_newest(messages, self._settings.max_prompt_tokens) or self._first_id
        return conversation.standing_answers(messages, first_id=self._first_id)

    # What the model's cache is warmed with.

    def _found(self) -> list[Found] | None:
        if self._turn is not None:
            return None
        calls = self._lookups.for_prompt(self._typed)
        return [(call, *answer) for call in calls if (answer := self._lookups.peek(call)) is not None]

    def _prompt(self, found: list[Found]) -> tuple[list[BaseMessage], str]:
        from agent import conversation

        context = self._starts().context
        prompt = conversation.in_prompt(self.messages(), context=context, first_id=self._first_id)
        return [*prompt, *(conversation.exchanges(prompt, found) if context else ())], self._typed


def _confirmation(request: dict[str, Any]) -> Confirmation:
    return Confirmation(
        tool=request["tool"],
        arguments=request["arguments"],
        message=request["message"],
        before=request["before"],
        after=request["after"],
        key=request["key"],
    )
