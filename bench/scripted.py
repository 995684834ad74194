"""A model that decides rightly: what a perfect agent would ask for, so that only the lookups are measured."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk, ChatResult

from agent.turn import synthetic
from headstart.speculation.calls import Call

NUMBER = re.compile(r"\b[A-Z]\d{2,}\b")


class ScriptedModel(BaseChatModel):
    """Takes `decision_s` for a decision and `answer_s` for an answer, in real seconds."""

    decision_s: float = 0.4
    answer_s: float = 0.6

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        """Knows them already."""
        return self.bind(**kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        question = next(
            m.text for m in reversed(messages) if isinstance(m, HumanMessage) and not synthetic.is_synthetic(m)
        )
        call = needed(question, messages)
        if call is None:
            time.sleep(self.answer_s)
            last = next((m.text for m in reversed(messages) if isinstance(m, ToolMessage)), "You're welcome!")
            yield ChatGenerationChunk(message=AIMessageChunk(content=last.split("\n")[0]))
            return
        time.sleep(self.decision_s)
        chunk = tool_call_chunk(name=call.name, args=call.arguments, id=f"call_{len(messages)}", index=0)
        yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=[chunk]))


def needed(question: str, messages: Sequence[BaseMessage]) -> Call | None:
    """The call that this question still needs, None when its answer stands among the messages."""
    standing = _standing(messages)
    if re.search(r"thank|great|hello", question, re.IGNORECASE):
        return None
    if re.search(r"e-?mail|my address|my name", question, re.IGNORECASE):
        return _unless(Call.of("get_account"), standing)
    number = NUMBER.search(question)
    if number is not None and number.group().startswith("P"):
        return _unless(Call.of("get_product", {"product_id": number.group()}), standing)
    history = standing.get(Call.of("get_order_history"))
    if number is None and history is None:
        return Call.of("get_order_history")
    orders = list(_orders(standing))
    order_id = number.group() if number else _named(question, orders)
    if order_id is None:
        return None
    if re.search(r"track|carrier|parcel", question, re.IGNORECASE):
        return _unless(Call.of("track_shipment", {"order_id": order_id}), standing)
    if re.search(r"what is in|items", question, re.IGNORECASE):
        return _unless(Call.of("get_order", {"order_id": order_id}), standing)
    known = any(order["order_id"] == order_id for order in orders)
    return None if known else Call.of("get_order", {"order_id": order_id})


def _unless(call: Call, standing: Mapping[Call, Any]) -> Call | None:
    return None if call in standing else call


def _standing(messages: Sequence[BaseMessage]) -> dict[Call, Mapping[str, Any]]:
    results = {m.tool_call_id: m.artifact["data"] for m in messages if isinstance(m, ToolMessage) and m.artifact}
    return {
        Call.of(made["name"], made["args"]): results[made["id"]]
        for message in messages
        if isinstance(message, AIMessage)
        for made in message.tool_calls
        if made["id"] in results
    }


def _orders(standing: Mapping[Call, Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for data in standing.values():
        yield from data.get("orders", ())
        if order := data.get("order"):
            yield order


def _named(question: str, orders: Sequence[Mapping[str, Any]]) -> str | None:
    text = question.lower()
    for order in orders:
        if any(item["item"].lower() in text for item in order["items"]):
            return str(order["order_id"])
    return None
