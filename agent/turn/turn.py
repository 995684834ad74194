"""One turn while it runs: what the graph's nodes are given besides the state, and what they leave behind.

Futures, stores and callbacks live here and travel in LangGraph's runtime context, so the state stays
plain data that any checkpointer can save. Everything below runs in the turn's own thread; what belongs
to the event loop is reached through `Bridge` only.
"""

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCall

from agent.events import Event, TextArrived
from agent.settings import HeadStarts
from agent.turn import conversation, writing
from agent.turn.bridge import Bridge, Lookups, TurnStoppedError
from agent.turn.tool_runs import ToolRuns
from headstart.errors import HeadstartError
from headstart.guard import Asked, Check, Correction, FactsCheck, Guard, Reading, Verdict
from headstart.guard.check import Made
from headstart.llama.capabilities import Capabilities, capabilities_of
from headstart.speculation.speculator import Call
from headstart.text import printable
from headstart.timeline import Interval, ModelCall, PerformanceLog, Prices, Timeline
from headstart.world import User
from headstart.world.langchain import schemas
from headstart.world.opened import Described

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
    paused: list[Interval] = field(default_factory=list)
    guarded: bool = True
    """Whether what the records do not hold is kept from the screen."""
    check: Check = field(default_factory=FactsCheck)
    """What the world knows of its questions and answers."""
    corrected: list[str] = field(default_factory=list[str])
    """Why something that the model had written was not shown."""
    _called: set[Call] = field(default_factory=set)
    _call_ids: set[str] = field(default_factory=set)
    """Of every call of the conversation."""
    tools: ToolRuns = field(init=False)

    def __post_init__(self) -> None:
        self.tools = ToolRuns(
            world=self.world,
            lookups=self.lookups,
            bridge=self.bridge,
            thread_id=self.thread_id,
            timeline=self.timeline,
            prices=self.prices,
            log=self.log,
        )

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
        standing = self.standing(messages)
        reads = conversation.reads_standing(standing, self.world.reads)
        found: list[conversation.Found] = []
        for claim in self.bridge.run(self.lookups.claim_ahead(reads, self.question)):
            if isinstance(claim, HeadstartError):
                self.log.add(f"claimed at Enter: {claim}")
                continue
            self.tools.note(claim, skipped_decision=True)
            self.log.add(f"{claim.call.name}: claimed at Enter, {claim.outcome}")
            found.append((claim.call, *claim.value))
        return conversation.exchanges(standing, found, self.world.phrases)

    def call_model(self, node: str, messages: Sequence[BaseMessage]) -> AIMessage:
        """One message of the model over the conversation: understand, write, vet, repair.

        Its text is passed on while it streams. A turn that is stopped ends with what had been written; with nothing
        written it raises TurnStoppedError.
        """
        self._call_ids |= {str(call["id"]) for one in messages if isinstance(one, AIMessage) for call in one.tool_calls}
        prompt = self.standing(messages)
        if not self.guarded:
            return self._write_answer(node, prompt, None)
        reading = self.check.read(self._asked(messages, prompt))
        if (verdict := reading.beforehand) is not None:
            return self._without_model(verdict)
        message = self._write_answer(node, prompt, reading.guard, shown=reading.may_answer)
        if why := self._implausible(message, reading):
            # Asked again for what it was told already, it would go round in circles.
            self._correct(why)
            message = self._write_answer(node, prompt, reading.guard, tool_choice="none")
        message, stands = self._vetted(message, reading)
        if _calls(message) or not stands:
            return message
        return self._repaired(node, prompt, message, reading.guard)

    def _without_model(self, verdict: Verdict) -> AIMessage:
        """What the check knew before the model was asked: calls, or an answer."""
        if verdict.answer is None:
            return self._calling(verdict, AIMessage(""))
        self.log.add("answered from what was found, without the model")
        self.show(verdict.answer)
        return AIMessage(verdict.answer)

    def _asked(self, messages: Sequence[BaseMessage], prompt: Sequence[BaseMessage]) -> Asked:
        """What there is to read before the model writes."""
        return Asked(
            said=conversation.customer_said(messages),
            said_in_prompt=conversation.customer_said(prompt),
            answers=conversation.answers(messages),
            answers_in_prompt=conversation.answers(prompt),
            results=conversation.results(prompt),
            written=conversation.written(messages, self.world.writes),
            called=lambda made: Call.of(made.name, made.arguments) in self._called,
            called_tools=frozenset(call.name for call in self._called),
        )

    def _implausible(self, message: AIMessage, reading: Reading) -> Correction | None:
        """Why the model has to write once more, without a tool; None where what it calls for may be meant."""
        called = {Call.of(call["name"], call["args"]) for call in message.tool_calls}
        if called and called <= self._called:
            return Correction.REPEATED_LOOKUP
        self._called |= called
        if not all(map(reading.plausible, _made(message))):
            return Correction.NEEDLESS_LOOKUP
        return None

    def _vetted(self, message: AIMessage, reading: Reading) -> tuple[AIMessage, bool]:
        """The message as the check lets it stand, or with other calls or an answer in its place; whether it stands."""
        verdict = reading.vet(_made(message), broken=bool(message.invalid_tool_calls))
        for why in verdict.corrections:
            self._correct(why)
        for made in verdict.retry:
            self._called.discard(Call.of(made.name, made.arguments))
        if verdict.answer is not None:
            self.show(verdict.answer)
            return AIMessage(verdict.answer, id=message.id), False
        if verdict.calls is None:
            return message, True
        return self._calling(verdict, message), False

    def _calling(self, verdict: Verdict, message: AIMessage) -> AIMessage:
        """The verdict's calls in the place of what the model had begun."""
        calls = [_call(made.name, made.arguments, made.id) for made in verdict.calls or ()]
        own = {call["id"] for call in message.tool_calls}
        self._called |= {Call.of(made.name, made.arguments) for made in verdict.calls or () if not made.id}
        if message.tool_calls and own >= {call["id"] for call in calls}:
            return message.model_copy(update={"tool_calls": calls})
        return AIMessage("", tool_calls=calls, id=message.id)

    def _repaired(self, node: str, prompt: Sequence[BaseMessage], message: AIMessage, guard: Guard) -> AIMessage:
        """The answer, said once more from where it went wrong, and by the records where that fails."""
        barred: dict[int, list[str]] = {}
        while (violation := guard.violation) is not None and not self.cancelled.is_set():
            wrong = barred.setdefault(violation.start, [])
            self._correct(violation.reason)
            wrong.append(violation.text)
            if violation.final or len(wrong) > TRIES or not capabilities_of(self.model()).continues:
                self.show(guard.mend())
                break
            guard.back()
            message = self._write_answer(node, prompt, guard, begun=guard.text, barred=tuple(wrong))
        return message.model_copy(update={"content": guard.text.rstrip()})

    def standing(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        """What the model is given of a conversation."""
        context, instructions = self.starts.context, self.world.instructions
        return conversation.in_prompt(messages, instructions, context=context, first_id=self.first_id)

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
        """Let the model write until it ends, is stopped or says what no record holds.

        Where its answer is not to be `shown`, it may only call: it ends with its first words.
        """
        chat_model = self.model()
        model = writing.bound(chat_model, schemas(self.world.shown), tool_choice)
        options = self._options(capabilities_of(chat_model), begun, barred)
        start_s = self.timeline.clock()
        first_s: float | None = None
        whole: AIMessageChunk | None = None
        details: dict[str, Any] = {}
        streamed = writing.streamed(model, prompt, options, self.cancelled)
        with self.timeline.span("model", node), closing(streamed) as chunks:
            for chunk in chunks:
                first_s = self.timeline.clock() if first_s is None else first_s
                text = printable(chunk.text)
                if text.strip() and not shown:
                    break
                self.show(guard.feed(text) if guard else text)
                details |= chunk.response_metadata
                # Metadata of several messages cannot be added up: LangChain raises for two different numbers.
                chunk = chunk.model_copy(update={"response_metadata": {}, "additional_kwargs": {}})
                whole = chunk if whole is None else whole + chunk
                if self.cancelled.is_set() or (guard and guard.violation):
                    break
        end_s = self.timeline.clock()
        message = self._own_ids(writing.message_of(whole, details))
        if guard is not None and shown and not _calls(message) and not self.cancelled.is_set():
            self.show(guard.finish())
            if guard.completed:
                self._correct(guard.completed)
        if self.cancelled.is_set():
            text = message.text if guard is None else guard.text
            if not text.strip():
                raise TurnStoppedError
            details = {"finish_reason": "cancelled"}
            message = AIMessage(text, id=message.id, usage_metadata=message.usage_metadata, response_metadata=details)
        self._count(writing.measured(node, prompt, message, start_s, end_s if first_s is None else first_s, end_s))
        return message

    def _options(self, can: Capabilities, begun: str, barred: tuple[str, ...]) -> dict[str, Any]:
        """What a call is given besides the messages, as far as the model takes it."""
        options: dict[str, Any] = {"cancelled": self.cancelled.is_set} if can.cancels else {}
        if can.forgets:
            options["conversation"] = self.thread_id
        return options | {"begun": begun, "barred": barred} if begun or barred else options

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

    def _correct(self, why: str) -> None:
        self.corrected.append(why)
        self.log.add(f"guard: {why}")

    def show(self, text: str) -> None:
        """Text of the answer, from the model, the check or the data."""
        text = printable(text)
        if not text:
            return
        if self.first_word_s is None and text.strip():
            self.first_word_s = self.timeline.clock()
        self.emit(TextArrived(text))

    def _count(self, call: ModelCall) -> None:
        self.model_calls.append(call)
        self.prices.note_prefill(call.prompt_tokens - call.cached_tokens, call.prefill_s)
        if call.tools_called:
            self.prices.note_decision(call.tools_called[0], call.decode_s)
        self.prices.note_decode(call.completion_tokens, call.decode_s)


def _call(name: str, arguments: Mapping[str, Any], call_id: str = "") -> ToolCall:
    return ToolCall(name=name, args=dict(arguments), id=call_id or _new_id(), type="tool_call")


def _made(message: AIMessage) -> list[Made]:
    return [Made(call["name"], call["args"], call["id"] or "") for call in message.tool_calls]


def _new_id() -> str:
    return f"call_{uuid.uuid4().hex[:16]}"


def _calls(message: AIMessage) -> bool:
    return bool(message.tool_calls or message.invalid_tool_calls)
