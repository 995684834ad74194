"""CustomerSession joins it all, from sign-in to sign-out, for one customer.

The event loop owns the database and the Speculator; the model has a thread of its own; a turn runs in
the thread that calls `ask` (a Textual thread worker, or one of asyncio's in `headstart ask`) and
reaches the loop only through its `Bridge`. LangChain and LangGraph are imported in threads alone: the
prefetch starts while they may still be loading.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from agent.errors import ModelError, QuestionError, SessionClosedError
from agent.events import AheadChanged, Confirmation, Event, StepFinished, TurnOutcome, TurnResult
from agent.settings import HeadStarts, Settings, Strategy
from agent.shop import calls, rules
from agent.shop.calls import Answer
from agent.speculation.ledger import Ledger
from agent.speculation.prediction import Candidate, Predictor
from agent.speculation.speculator import Ahead, Call, Claim, Fetched, Speculator
from agent.text import printable, printable_data
from agent.timeline import PerformanceLog, Prices, Timeline, turn_figures

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langgraph.graph.state import CompiledStateGraph

    from agent.conversation import Found
    from agent.shop.accounts import Customer
    from agent.shop.orders import OrderStore
    from agent.shop.records import Change
    from agent.turn import Bridge, Turn

PLACED_WHILE_TYPING = 2
"""How many results of what is typed about stand in the prompt at most: each one must be read by the model."""

MIN_WARM_CHARS = 3
"""Typed text shorter than this is not worth a prefill."""


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
        self._store = store
        self._settings = settings
        self._model = model
        self._model_name = model_name
        self._graph = graph
        self._loop = asyncio.get_running_loop()
        self._speculator: Speculator[Answer] = Speculator(
            self._look_up,
            revision=store.revision if store.has_revisions else None,
            timeline=timeline,
            time_to_live_s=settings.time_to_live,
            on_change=self._ahead_changed,
        )
        self._turn: Turn | None = None
        self._turn_lock = threading.Lock()
        self._first_id: str | None = None
        self._typed = ""
        self._warming: asyncio.Task[None] | None = None
        self._warm_cancelled = threading.Event()
        self._closed = threading.Event()
        self._predictor = predictor
        self._issued: dict[Call, Candidate] = {}
        """What was issued and not used yet; at sign-out it counts against its rule."""
        self._since_s = timeline.clock()

    # Sign-in to Enter: on the event loop.

    def begin(self) -> None:
        """The customer has signed in: start what the first question will need."""
        self.timeline.end(self.timeline.start("customer", "sign-in"))
        self._speculator.sign_in(self.customer.customer_id)
        self._speculate(rules.sign_in_candidates())
        self.warm()

    def set_strategy(self, strategy: Strategy) -> None:
        """From the next turn on."""
        self.strategy = strategy
        self._speculator.invalidate(self.customer.customer_id)
        self._speculate(rules.sign_in_candidates())
        self.warm()

    def typed(self, text: str) -> None:
        """The customer paused while typing: look up what it is about, prefill what is written so far."""
        text = printable(text)
        if text != self._typed:
            self._typed = text
            self._speculate(rules.while_typing(text, self._history()))
            self.warm()

    def ahead(self) -> list[Ahead]:
        """What was looked up ahead, why, and how it stands."""
        return self._speculator.ahead(self.customer.customer_id)

    def ledger(self) -> Ledger:
        """The counts since sign-in."""
        return self._speculator.ledger(self.customer.customer_id).copy()

    @property
    def warming(self) -> bool:
        """Whether a prefill is under way or about to be."""
        return self._warming is not None and not self._warming.done()

    def warm(self) -> None:
        """Prefill the prompt as it stands, in the background; a newer prefill replaces an older one."""
        if self._closed.is_set() or not self._starts().cache:
            return
        self._warm_cancelled.set()
        self._warm_cancelled = threading.Event()
        self._warming = self._loop.create_task(self._warm(self._warming, self._warm_cancelled))

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

    async def close(self) -> None:
        """Sign out: stop everything, hold nothing of this customer any more."""
        self._closed.set()
        self._warm_cancelled.set()
        if turn := self._turn:
            turn.cancelled.set()
            turn.bridge.stop(closing=True)
        if self._warming:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        await asyncio.to_thread(self._drained)
        for candidate in self._issued.values():
            self._predictor.outcome(candidate, used=False)
        self._issued.clear()
        await self._speculator.close()
        if self._model.done() and not self._model.cancelled() and self._model.exception() is None:
            forget = getattr(self._model.result(), "forget", None)
            if forget is not None:
                await asyncio.to_thread(forget)
        self.timeline.clear()

    def _drained(self) -> None:
        """Wait until no turn runs any more; a stopped one ends at its next forward pass."""
        with self._turn_lock:
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
        from agent.shop.tools import schemas
        from agent.turn import Bridge, Turn

        entered_s = self.timeline.clock()
        self._warm_cancelled.set()
        bridge = Bridge(self._loop)
        return Turn(
            question=question,
            strategy=strategy,
            starts=HeadStarts(strategy, self._settings.without),
            model=partial(self._ready_model, bridge),
            tools=schemas(),
            lookups=self,
            bridge=bridge,
            timeline=self.timeline,
            prices=self.prices,
            emit=self.on_event,
            tool_rounds=self._settings.tool_rounds,
            log=PerformanceLog(self.timeline.clock, entered_s),
            entered_s=entered_s,
            first_id=self._first_id,
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
        from agent.turn import TurnStoppedError

        graph = self._graph()
        config: Any = {"configurable": {"thread_id": self.thread_id}}
        before = len(self.messages()) if isinstance(given, dict) else None
        step_s = self.timeline.clock()
        try:
            if before is not None and not turn.starts.data:
                # Nothing that was speculated before may help this turn, or its figures would lie.
                turn.bridge.run(self._drop_speculated())
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
        ground = grounding.ground(answer, [result.text for result in results])
        by_id = {
            made["id"]: Call.of(made["name"], made["args"])
            for message in standing
            for made in getattr(message, "tool_calls", [])
        }
        sources = [by_id[results[i].tool_call_id] for i in ground.sources if results[i].tool_call_id in by_id]
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
            figures=figures,
            strategy=turn.strategy,
            model=self._model_name(),
            performance_log=tuple(turn.log.lines),
            spans=tuple(self.timeline.spans(self._since_s)),
            entered_s=turn.entered_s,
            ended_s=ended_s,
        )
        if messages is not None:
            self._graph().update_state(
                {"configurable": {"thread_id": self.thread_id}},
                {"performance_log": turn.log.lines, "spans": [span.as_dict() for span in result.spans]},
                as_node="final_answer",
            )
        self._turn = None
        self._since_s = ended_s
        self._loop.call_soon_threadsafe(self._after_turn, figures.prompt_tokens + figures.completion_tokens)
        return result

    def messages(self) -> list[BaseMessage]:
        """The conversation as it is kept; reads the state file, so call it in a thread."""
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

    async def claim(self, call: Call) -> Claim[Answer]:
        """The result of a read, from what was speculated or run now."""
        return await self._speculator.claim(self.customer.customer_id, call)

    async def to_place(self, question: str) -> list[Call]:
        """The calls whose results are there and belong into this question's prompt."""
        return self._to_place(question)

    async def speculate_at_enter(self, question: str) -> None:
        """What the question is about, looked up beside the model's first call; the notebook's way under `overlap`."""
        if self._starts().data:
            self._speculate(rules.while_typing(question, self._history()))
            return
        for candidate in rules.sign_in_candidates():
            self._speculator.speculate(self.customer.customer_id, candidate.call, reason="Enter")

    async def preview(self, name: str, arguments: dict[str, Any]) -> Change:
        """What a write would do; changes nothing."""
        with self.timeline.span("database", f"{name}?"):
            return await calls.write(self._store, self.customer.customer_id, name, arguments, key="", dry_run=True)

    async def write(self, name: str, arguments: dict[str, Any], key: str) -> Change:
        """Do a write once, then forget what it may have made untrue and look it up again."""
        owner = self.customer.customer_id
        with self.timeline.span("database", name):
            change = await calls.write(self._store, owner, name, arguments, key=f"{self.thread_id}:{key}")
        self._speculator.invalidate(owner)
        self._speculate(replace(one, reason="after your change") for one in rules.sign_in_candidates())
        return change

    def use(self, call: Call) -> None:
        """An answer rests on this call."""
        self._loop.call_soon_threadsafe(self._used, call)

    def _used(self, call: Call) -> None:
        self._speculator.use(self.customer.customer_id, call)
        if candidate := self._issued.pop(call, None):
            self._predictor.outcome(candidate, used=True)

    async def _look_up(self, owner: str, call: Call) -> Fetched[Answer]:
        content, artifact = await calls.read(self._store, owner, call.name, call.mapping())
        artifact["data"] = printable_data(artifact["data"])
        self._loop.call_soon(self._after_result, call, artifact["data"])
        return Fetched((printable(content), artifact), artifact["revision"])

    async def _drop_speculated(self) -> None:
        self._speculator.invalidate(self.customer.customer_id)

    def _starts(self) -> HeadStarts:
        return HeadStarts(self.strategy, self._settings.without)

    def _speculate(self, candidates: Iterable[Candidate]) -> None:
        """Issue what is worth it; only reads that are declared safe, whatever a rule says."""
        if self._closed.is_set() or not self._starts().data:
            return
        safe = [one for one in candidates if calls.BY_NAME[one.call.name].speculation_safe]
        for candidate in self._predictor.choose(safe):
            if self._speculator.speculate(self.customer.customer_id, candidate.call, reason=candidate.reason):
                self._issued[candidate.call] = candidate

    def _after_result(self, call: Call, data: dict[str, Any]) -> None:
        """A result usually brings the next question with it."""
        self._speculate(rules.after_result(call, data, self._history()))

    def _history(self) -> dict[str, Any] | None:
        """The orders, once they are in."""
        fetched = self._speculator.peek(self.customer.customer_id, rules.ORDER_HISTORY)
        return fetched.value[1]["data"] if fetched else None

    def _to_place(self, text: str) -> list[Call]:
        """What pays its place in the prompt: the orders, and nearest to the question what it is about."""
        ready = self._speculator.ready(self.customer.customer_id)
        meant = [candidate.call for candidate in rules.while_typing(text, self._history())][:PLACED_WHILE_TYPING]
        return [*(c for c in ready if c == rules.ORDER_HISTORY), *(c for c in reversed(meant) if c in ready)]

    def _ahead_changed(self, _owner: str) -> None:
        self.on_event(AheadChanged())
        if self._turn is None and self._speculator.ready(self.customer.customer_id):
            self.warm()

    def _after_turn(self, prompt_tokens: int) -> None:
        self._speculator.refill(self.customer.customer_id)
        self._typed = ""
        if self._closed.is_set():
            return
        if prompt_tokens > self._settings.max_prompt_tokens:
            self._loop.create_task(asyncio.to_thread(self._shorten))
        self.warm()

    def _shorten(self) -> None:
        """Drop the older half of the conversation from the prompt (never from what is kept)."""
        from agent import conversation

        messages = self.messages()
        start = next((i for i, m in enumerate(messages) if m.id == self._first_id), 0)
        self._first_id = conversation.newer_half(messages[start:]) or self._first_id
        self._loop.call_soon_threadsafe(self.warm)

    # Warming the model's cache.

    async def _warm(self, older: asyncio.Task[None] | None, cancelled: threading.Event) -> None:
        if older:
            await asyncio.gather(older, return_exceptions=True)
        try:
            model = await asyncio.wrap_future(self._model)
        except Exception:
            return  # The turn that needs the model will say what is wrong with it.
        prefill = getattr(model, "prefill", None)
        if prefill is None or cancelled.is_set() or self._turn is not None:
            return
        owner = self.customer.customer_id
        found = [
            (call, *fetched.value)
            for call in self._to_place(self._typed)
            if (fetched := self._speculator.peek(owner, call)) is not None
        ]
        await asyncio.to_thread(self._prefill, prefill, found, cancelled)

    def _prefill(self, prefill: Callable[..., Any], found: list[Found], cancelled: threading.Event) -> None:
        from agent import conversation
        from agent.shop.tools import schemas

        context = self._starts().context
        prompt = conversation.in_prompt(self.messages(), context=context, first_id=self._first_id)
        if context:
            prompt += conversation.exchanges(prompt, found)
        typed = self._typed if len(self._typed) >= MIN_WARM_CHARS else None
        with self.timeline.span("model", "prefill", "typed" if typed else ""):
            stats = prefill(prompt, tools=schemas(), partial_text=typed, cancelled=cancelled.is_set)
        self.prices.note_prefill(stats.computed_tokens, stats.prefill_s)


def _confirmation(request: dict[str, Any]) -> Confirmation:
    return Confirmation(
        tool=request["tool"],
        arguments=request["arguments"],
        message=request["message"],
        before=request["before"],
        after=request["after"],
        key=request["key"],
    )
