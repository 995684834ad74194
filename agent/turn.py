"""One turn while it runs: what the graph's nodes are given besides the state, and what they leave behind.

Futures, stores and callbacks live here and travel in LangGraph's runtime context, so the state stays
plain data that any checkpointer can save. Everything below runs in the turn's own thread; what belongs
to the event loop is reached through `Bridge` only.
"""

import asyncio
import threading
import uuid
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCall, ToolMessage
from langchain_core.runnables import Runnable

from agent import conversation
from agent.bridge import Bridge, Lookups, TurnStoppedError
from agent.events import Event, TextArrived, ToolUse
from agent.lookups import FAILED_LOOKUPS
from agent.settings import HeadStarts
from agent.shop import policy
from agent.shop.english import intent, naming, sentences, target
from agent.shop.english.asking import asks_for_parcel, wants_elsewhere
from agent.shop.english.correction import Correction
from agent.shop.english.facts import Known, known
from agent.shop.english.guard import Guard
from agent.shop.english.question import NOTHING, Question, understood
from agent.shop.english.target import Target
from headstart.errors import ArgumentsError, HeadstartError, ModelError
from headstart.speculation.speculator import Call, Claim
from headstart.text import printable, printable_data
from headstart.timeline import DatabaseUse, Interval, ModelCall, PerformanceLog, Prices, Timeline
from headstart.world import Found, User
from headstart.world.langchain import schemas
from headstart.world.opened import Answer, Artifact, Described, artifact

TRIES = 2
"""How often the model may try again at one place before the data speak."""


@dataclass(slots=True)
class Turn:
    """The runtime context of one turn."""

    question: str
    strategy: str
    starts: HeadStarts
    model: Callable[[], BaseChatModel]
    """Gives the model, waiting for it to load; stopping the turn ends the wait."""
    world: Described
    lookups: Lookups
    bridge: Bridge
    timeline: Timeline
    prices: Prices
    emit: Callable[[Event], None]
    tool_rounds: int
    log: PerformanceLog
    entered_s: float
    user: User = field(default_factory=lambda: User(""))
    thread_id: str = ""
    """Of the conversation; with a write's call it makes the key that lets it happen only once."""
    cancelled: threading.Event = field(default_factory=threading.Event)
    first_id: str | None = None
    """The message with which the prompt begins."""
    first_word_s: float | None = None
    model_calls: list[ModelCall] = field(default_factory=list)
    database: list[DatabaseUse] = field(default_factory=list)
    paused: list[Interval] = field(default_factory=list)
    uses: dict[Call, ToolUse] = field(default_factory=dict)
    guarded: bool = True
    """Whether what the records do not hold is kept from the screen."""
    corrected: list[Correction] = field(default_factory=list[Correction])
    """Why something that the model had written was not shown."""
    _changed: bool = False
    """Whether a change was tried: its message is the answer."""
    _previews: dict[str, Found] = field(default_factory=dict)
    _called: set[Call] = field(default_factory=set)
    _call_ids: set[str] = field(default_factory=set)
    """Of every call of the conversation."""
    _known: tuple[tuple[str, ...], Known] | None = None
    """The calls of the results that were read last, and what they say."""

    def stop(self) -> None:
        """The customer pressed Esc."""
        self.cancelled.set()
        self.bridge.stop()

    def claim_ahead(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        """Claim at Enter what stands in the prompt or is ready to, and give the exchanges to append.

        Runs before the first forward pass. What stands in the prompt is claimed too, whoever asked for it, or
        the model would answer from what has gone stale. What is in flight and does not stand there yet is
        left to the model's own call.
        """
        if not self.starts.context:
            return []
        standing = self._standing(messages)
        reads = conversation.reads_standing(standing, self.world.reads)
        found: list[conversation.Found] = []
        for claim in self.bridge.run(self.lookups.claim_ahead(reads, self.question)):
            if isinstance(claim, HeadstartError):
                self.log.add(f"claimed at Enter: {claim}")
                continue
            self._note(claim, skipped_decision=True)
            self.log.add(f"{claim.call.name}: claimed at Enter, {claim.outcome}")
            found.append((claim.call, *claim.value))
        return conversation.exchanges(standing, found, self.world.phrases)

    def call_model(self, node: str, messages: Sequence[BaseMessage]) -> AIMessage:
        """One call of the model over the conversation; its text is passed on while it streams.

        A turn that is stopped ends with what had been written; with nothing written it raises
        TurnStoppedError.
        """
        self._call_ids |= {str(call["id"]) for one in messages if isinstance(one, AIMessage) for call in one.tool_calls}
        prompt = self._standing(messages)
        if not self.guarded:
            return self._write_answer(node, prompt, None)
        results = conversation.tool_results(prompt)
        told = self.known(results)
        question = NOTHING if self._changed else self._understood(messages, told)
        searched = (
            told.count is None
            or told.count <= len(told.listed)
            or any(call.name == "search_orders" for call in self._called)
        )
        guard = Guard(told, question, searched)
        unread = self._unread(question, told)
        change = None if self._changed else target.wanted(self.question, told)
        message = self._write_answer(node, prompt, guard, shown=unread is None and change is None)
        again = self._repeats(message)
        if again or not all(intent.plausible(call, self.question) for call in message.tool_calls):
            # Asked again for what it was told already, it would go round in circles.
            self._correct(Correction.REPEATED_LOOKUP if again else Correction.NEEDLESS_LOOKUP)
            message = self._write_answer(node, prompt, guard, tool_choice="none")
        if change is not None and not _calls(message):
            message = AIMessage("", tool_calls=[_call(change["name"], **change["args"])], id=message.id)
        if _calls(message):
            return self._as_asked(prompt, message, guard)
        if unread is not None:
            self._correct(Correction.NOT_READ)
            return self._calling(unread, message)
        if guard.foreign is not None and guard.foreign.sought:
            self._correct(guard.foreign.why)
            return self._calling(_call("search_orders", text=guard.foreign.sought), message)
        barred: dict[int, list[str]] = {}
        while guard.foreign is not None and not self.cancelled.is_set():
            foreign, again = guard.foreign, barred.setdefault(guard.foreign.start, [])
            self._correct(foreign.why)
            again.append(foreign.said)
            if foreign.final or len(again) > TRIES or not getattr(self.model(), "accepts_begun", False):
                self._show(guard.mend())
                break
            guard.back()
            message = self._write_answer(node, prompt, guard, begun=guard.text, barred=tuple(again))
        return message.model_copy(update={"content": guard.text.rstrip()})

    def _standing(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        """What the model is given."""
        context, instructions = self.starts.context, self.world.instructions
        return conversation.in_prompt(messages, instructions, context=context, first_id=self.first_id)

    def known(self, results: Sequence[ToolMessage]) -> Known:
        """What these results say; worked out once for the same results."""
        of = tuple(result.tool_call_id for result in results)
        if self._known is None or self._known[0] != of:
            self._known = of, known((result.text, result.artifact) for result in results)
        return self._known[1]

    def _write_answer(
        self,
        node: str,
        prompt: Sequence[BaseMessage],
        guard: Guard | None,
        *,
        begun: str = "",
        barred: tuple[str, ...] = (),
        tool_choice: str | None = None,
        shown: bool = True,
    ) -> AIMessage:
        """Let the model write until it ends, is stopped or says something foreign.

        Where its answer is not to be `shown`, it may only call: it ends with its first words.
        """
        chat_model = self.model()
        try:
            model = chat_model.bind_tools(
                list(schemas(self.world.tools)), **({"tool_choice": tool_choice} if tool_choice else {})
            )
        except Exception as error:
            raise model_failed(error) from error
        options: dict[str, Any] = (
            {"cancelled": self.cancelled.is_set} if getattr(chat_model, "accepts_cancelled", False) else {}
        )
        if getattr(chat_model, "accepts_conversation", False):
            options["conversation"] = self.thread_id
        if begun or barred:
            options |= {"begun": begun, "barred": barred}
        start_s = self.timeline.clock()
        whole: AIMessageChunk | None = None
        details: dict[str, Any] = {}
        with self.timeline.span("model", node), closing(_streamed(model, prompt, options)) as chunks:
            for chunk in chunks:
                text = printable(chunk.text)
                if text.strip() and not shown:
                    break
                self._show(guard.feed(text) if guard else text)
                details |= chunk.response_metadata
                # Metadata of several messages cannot be added up: LangChain raises for two different numbers.
                chunk = chunk.model_copy(update={"response_metadata": {}, "additional_kwargs": {}})
                whole = chunk if whole is None else whole + chunk
                if self.cancelled.is_set() or (guard and guard.foreign):
                    break
        end_s = self.timeline.clock()
        message = self._own_ids(_message(whole, details))
        if guard is not None and shown and not _calls(message) and not self.cancelled.is_set():
            self._show(guard.finish())
            if guard.completed:
                self._correct(guard.completed)
        if self.cancelled.is_set():
            text = message.text if guard is None else guard.text
            if not text.strip():
                raise TurnStoppedError
            message = AIMessage(text, id=message.id, response_metadata={"finish_reason": "cancelled"})
        self._count(node, message, start_s, end_s)
        return message

    def _own_ids(self, message: AIMessage) -> AIMessage:
        """Each call with an id that no other call of the conversation has.

        Results are paired by it and a write happens once for it, yet there are models that give none, or count
        from nought in each answer.
        """
        calls: list[ToolCall] = []
        for call in message.tool_calls:
            own = call["id"] if call["id"] and call["id"] not in self._call_ids else _new_id()
            self._call_ids.add(own)
            calls.append(ToolCall(name=call["name"], args=call["args"], id=own, type="tool_call"))
        return message.model_copy(update={"tool_calls": calls}) if calls else message

    def _repeats(self, message: AIMessage) -> bool:
        """Whether it only calls what it has called in this turn already."""
        made = {Call.of(call["name"], call["args"]) for call in message.tool_calls}
        again = bool(made) and made <= self._called
        self._called |= made
        return again

    def _understood(self, messages: Sequence[BaseMessage], told: Known) -> Question:
        """What the customer asks for, with what was said before it."""
        said = conversation.customer_said(messages)
        answers = [one.text for one in messages if isinstance(one, AIMessage) and one.text.strip()]
        last = told.orders_in(answers[-1]) if answers else []
        return understood(said, told, last, self.user.id)

    def _unread(self, question: Question, told: Known) -> ToolCall | None:
        """The call for what the question asks for and no result says yet, if it was not made in this turn."""
        calls = [_call("get_account")] if question.account and not told.account else []
        for key in question.orders:
            record = told.records.get(key)
            if question.parcel if record else asks_for_parcel(question.text):
                calls += [] if record and record.parcel else [_call("track_shipment", order_id=key)]
            elif record is None:
                calls.append(_call("get_order", order_id=key))
        return next((call for call in calls if Call.of(call["name"], call["args"]) not in self._called), None)

    def _calling(self, call: ToolCall, message: AIMessage) -> AIMessage:
        """The call in the place of what the model had begun."""
        self._called.add(Call.of(call["name"], call["args"]))
        return AIMessage("", tool_calls=[call], id=message.id)

    def _as_asked(self, prompt: Sequence[BaseMessage], message: AIMessage, guard: Guard) -> AIMessage:
        """The message with its calls held against the customer's words, or an answer where nobody asked for them."""
        said = conversation.customer_said(prompt)[-intent.REMEMBERED :]
        question = guard.question
        if question.declined or (question.settled and not any(map(self._is_write, message.tool_calls))):
            self._correct(Correction.NEEDLESS_LOOKUP)
            return self._answered(message, question.answer)
        calls: list[ToolCall] = []
        for call in message.tool_calls:
            write = self._is_write(call)
            named = bool(guard.told.wanted(self.question)) or not write
            meant = intent.about(call, self.question if named else "\n".join(said), guard.told)
            if (meant["name"], meant["args"]) != (call["name"], call["args"]):
                self._correct(Correction.CHANGE_OF_WRONG_ORDER if write else Correction.LOOKUP_OF_WRONG_ORDER)
            if intent.invented(meant, conversation.customer_said(prompt), guard.told):
                self._correct(Correction.LOOKUP_OF_UNKNOWN_NUMBER)
                if guard.told.summary:
                    return self._answered(message, question.answer or guard.told.summary)
                meant = ToolCall(name="get_order_history", args={}, id=meant["id"], type="tool_call")
            if write and (lacking := intent.lacks(meant, said)):
                self._correct(Correction.CHANGE_NOT_ASKED_FOR)
                asks = lacking == "address" or wants_elsewhere(self.question)
                return self._answer_without_change(message, guard, asks=asks)
            if write:
                found = self._target(meant, prompt, guard)
                if found.call is None and found.answer:
                    self._correct(Correction.CHANGE_OF_UNNAMED_ORDER)
                    return self._answered(message, found.answer)
                if found.call is None:
                    if (history := _call("get_order_history"))["name"] in {one.name for one in self._called}:
                        return self._answered(message, policy.WHICH[call["name"]])  # The orders cannot be read.
                    self._called.discard(Call.of(call["name"], call["args"]))
                    return self._calling(history, message)
                if found.call["args"]["order_id"] != meant["args"].get("order_id"):
                    self._correct(Correction.CHANGE_OF_UNNAMED_ORDER)
                meant = found.call
            calls.append(intent.in_own_words(meant, said) if write else meant)
        return message.model_copy(update={"tool_calls": calls})

    def _target(self, call: ToolCall, prompt: Sequence[BaseMessage], guard: Guard) -> Target:
        """The order that a change is about, by what the customer said and what was told last."""
        told, said = guard.told, conversation.customer_said(prompt)
        answers = [one.text for one in prompt if isinstance(one, AIMessage) and one.text.strip()]
        recent = next(
            (orders for text in reversed(answers[-intent.REMEMBERED :]) if (orders := told.orders_in(text))), []
        )
        alone = told.mentioned(self.question) or naming.full_numbers(self.question)
        words = [self.question] if alone else said[-intent.REMEMBERED :]
        pointed, today = guard.question.orders, self.lookups.today()
        return target.target(call, words, told, pointed=pointed, recent=recent, today=today)

    def _answered(self, message: AIMessage, answer: str) -> AIMessage:
        self._show(answer)
        return AIMessage(answer, id=message.id)

    def _answer_without_change(self, message: AIMessage, guard: Guard, *, asks: bool) -> AIMessage:
        """What the data say of the orders that the question names, or a question back."""
        answer = sentences.NEW_ADDRESS if asks else guard.question.answer or sentences.NOT_UNDERSTOOD
        return self._answered(message, answer)

    def run_tools(self, message: AIMessage, approve: Callable[[ToolCall, Found], bool]) -> list[ToolMessage]:
        """The results of a message's calls: writes after the customer's word, reads claimed together.

        `approve` may leave by an exception (LangGraph's interrupt), so it is asked for every write
        before anything is done.
        """
        calls = message.tool_calls
        self._changed = self._changed or any(map(self._is_write, calls))
        approved = {call["id"]: self._approved(call, approve) for call in calls if self._is_write(call)}
        results = self.bridge.run(self._run_all([call for call in calls if call["id"] not in approved]))
        for call in calls:
            if call["id"] in approved:
                results[call["id"]] = self._write(call, approved[call["id"]])
        invalid = [
            ToolMessage(f"This call could not be read: {call['error']}.", tool_call_id=call["id"] or "", status="error")
            for call in message.invalid_tool_calls
        ]
        return [*(results[call["id"]] for call in calls), *invalid]

    def show(self, text: str) -> None:
        """Text of the answer that no model wrote."""
        self._show(text)

    def rest_on(self, sources: Sequence[Call]) -> None:
        """The answer rests on these calls."""
        for call in sources:
            self.lookups.use(call)
            if use := self.uses.get(call):
                self.uses[call] = replace(use, used=True)

    def _correct(self, why: Correction) -> None:
        self.corrected.append(why)
        self.log.add(f"guard: {why}")

    def _show(self, text: str) -> None:
        text = printable(text)
        if not text:
            return
        if self.first_word_s is None and text.strip():
            self.first_word_s = self.timeline.clock()
        self.emit(TextArrived(text))

    def _count(self, node: str, message: AIMessage, start_s: float, end_s: float) -> None:
        usage = message.usage_metadata
        details = message.response_metadata
        cached = (usage.get("input_token_details") or {}).get("cache_read", 0) if usage else 0
        call = ModelCall(
            name=node,
            start_s=start_s,
            end_s=end_s,
            prompt_tokens=usage["input_tokens"] if usage else 0,
            cached_tokens=cached or 0,
            warmed_tokens=int(details.get("warmed_tokens", 0)),
            completion_tokens=usage["output_tokens"] if usage else 0,
            prefill_s=float(details.get("prefill_s", 0.0)),
            decode_s=float(details.get("decode_s", 0.0)),
            tools_called=tuple(made["name"] for made in message.tool_calls),
        )
        self.model_calls.append(call)
        self.prices.note_prefill(call.prompt_tokens - call.cached_tokens, call.prefill_s)
        if call.tools_called:
            self.prices.note_decision(call.tools_called[0], call.decode_s)
        self.prices.note_decode(call.completion_tokens, call.decode_s)

    def _is_write(self, call: ToolCall) -> bool:
        tool = self.world.by_name.get(call["name"])
        return tool is not None and tool.effect == "write"

    def _approved(self, call: ToolCall, approve: Callable[[ToolCall, Found], bool]) -> Found | None:
        """The preview of an approved write, None for one that the customer declined."""
        key = call["id"] or ""
        if key not in self._previews:
            try:
                made = Call.of(call["name"], call["args"])
                with self._querying(made):
                    self._previews[key] = self.bridge.run(self.lookups.preview(made))
            except ArgumentsError as error:
                self._previews[key] = Found(str(error), refused=True)
        preview = self._previews[key]
        return preview if preview.refused or approve(call, preview) else None

    def _write(self, call: ToolCall, preview: Found | None) -> ToolMessage:
        if preview is None:
            return _result(call, self.world.phrases.not_confirmed, None, "success")
        change = preview
        made = Call.of(call["name"], call["args"])
        if not preview.refused:
            with self._querying(made):
                change = self.bridge.run(self.lookups.write(made, f"{self.thread_id}:{call['id'] or ''}"))
        self.log.add(f"{call['name']}: {'refused by the rules' if change.refused else 'done'}")
        result: Artifact = {**artifact(change), "revision": None, "done": not change.refused}
        waited_s = sum(use.end_s - use.start_s for use in self.database if use.call == made)
        self.uses[made] = ToolUse(
            made.name, call["args"], "miss", waited_s, result["record"], result["data"], used=True
        )
        # A refusal by the rules is an answer, not a failure of the tool.
        return _result(call, printable(change.text), result, "success")

    @contextmanager
    def _querying(self, call: Call) -> Generator[None]:
        """Database time of a write: nothing hides it."""
        start_s = self.timeline.clock()
        try:
            yield
        finally:
            self.database.append(DatabaseUse(call, start_s, self.timeline.clock()))

    async def _run_all(self, calls: Sequence[ToolCall]) -> dict[str | None, ToolMessage]:
        messages = await asyncio.gather(*map(self._read, calls))
        return {call["id"]: message for call, message in zip(calls, messages, strict=True)}

    async def _read(self, call: ToolCall) -> ToolMessage:
        if call["name"] not in self.world.by_name:
            return _result(call, f"There is no tool {printable(call['name'])}.", None, "error")
        try:
            claim = await self.lookups.claim(Call.of(call["name"], call["args"]))
        except ArgumentsError as error:
            return _result(call, str(error), None, "error")
        except FAILED_LOOKUPS as error:
            self.log.add(f"{call['name']}: {error}")
            return _result(call, self.world.phrases.unreadable, None, "error")
        self.lookups.use(claim.call)
        self._note(claim, skipped_decision=False)
        self.log.add(f"{call['name']}: {claim.outcome}, waited {claim.waited_s:.2f} s")
        content, found = claim.value
        return _result(call, content, found, "success")

    def _note(self, claim: Claim[Answer], *, skipped_decision: bool) -> None:
        _, found = claim.value
        self.uses[claim.call] = ToolUse(
            name=claim.call.name,
            arguments=claim.call.mapping(),
            outcome=claim.outcome,
            waited_s=claim.waited_s,
            record=found["record"],
            data=found["data"],
            used=not skipped_decision,
        )
        if claim.end_s == claim.start_s:
            return  # Written through: no query has run.
        self.prices.note_tool(claim.call.name, claim.end_s - claim.start_s)
        if claim.first:
            self.database.append(DatabaseUse(claim.call, claim.start_s, claim.end_s, skipped_decision=skipped_decision))

    def counted_database(self) -> list[DatabaseUse]:
        """The queries this turn used for the first time: those that the answer does not rest on hid nothing."""
        used = {call for call, use in self.uses.items() if use.used}
        return [use for use in self.database if not use.skipped_decision or use.call in used]


def _call(name: str, **arguments: str) -> ToolCall:
    return ToolCall(name=name, args=arguments, id=_new_id(), type="tool_call")


def _new_id() -> str:
    return f"call_{uuid.uuid4().hex[:16]}"


def model_failed(error: Exception) -> ModelError:
    """What the customer reads where the model raised something."""
    return ModelError(
        f"The model failed in the middle of the answer: {printable(str(error)) or type(error).__name__}. "
        "Your question is kept; ask it again."
    )


def _streamed(
    model: Runnable[Any, AIMessage], prompt: Sequence[BaseMessage], options: dict[str, Any]
) -> Generator[AIMessageChunk]:
    """What the model writes, as chunks; raises ModelError for whatever it raises.

    A model that cannot stream gives its answer as one whole message.
    """
    try:
        with closing(cast(Generator[BaseMessage], model.stream(list(prompt), **options))) as stream:
            for message in stream:
                if isinstance(message, AIMessageChunk):
                    yield message
                elif isinstance(message, AIMessage):
                    yield _chunk(message)
    except HeadstartError:
        raise
    except Exception as error:
        raise model_failed(error) from error


def _chunk(message: AIMessage) -> AIMessageChunk:
    return AIMessageChunk(
        content=message.content,
        id=message.id,
        tool_calls=message.tool_calls,
        invalid_tool_calls=message.invalid_tool_calls,
        usage_metadata=message.usage_metadata,
        response_metadata=message.response_metadata,
    )


def _calls(message: AIMessage) -> bool:
    return bool(message.tool_calls or message.invalid_tool_calls)


def _message(chunk: AIMessageChunk | None, details: dict[str, Any]) -> AIMessage:
    if chunk is None:
        return AIMessage("")
    return AIMessage(
        content=printable(chunk.text),
        id=chunk.id,
        tool_calls=printable_data(chunk.tool_calls),
        invalid_tool_calls=printable_data(chunk.invalid_tool_calls),
        usage_metadata=chunk.usage_metadata,
        response_metadata=details,
    )


def _result(call: ToolCall, content: str, found: Any, status: str) -> ToolMessage:
    return ToolMessage(content, tool_call_id=call["id"] or "", name=call["name"], artifact=found, status=status)
