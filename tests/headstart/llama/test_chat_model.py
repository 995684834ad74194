import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_huggingface import ChatHuggingFace, HuggingFacePipeline
from pydantic import BaseModel
from transformers import PreTrainedTokenizerFast

from headstart.errors import ModelError
from headstart.llama.capabilities import Capabilities, capabilities_of
from headstart.llama.chat_model import ChatLlama
from headstart.llama.decoding import passes
from headstart.llama.format.text_stream import TokenText
from headstart.llama.format.tool_calls import CHATML
from tests.stubs.fake_decoder import WAIT_S, FakeDecoder

SYSTEM = SystemMessage("Be kind.")
QUESTION = [SYSTEM, HumanMessage("Where is my coffee mug?")]
CALL = {"name": "get_order", "args": {"order_id": "A123"}, "id": "1", "type": "tool_call"}


@tool
def get_order(order_id: str) -> str:
    """One order."""
    return order_id


@tool
def get_account() -> str:
    """The customer's account."""
    return ""


class Verdict(BaseModel):
    """A verdict."""

    kind: str


def whole(chunks: Iterator[AIMessageChunk]) -> AIMessageChunk:
    first, *others = chunks
    for chunk in others:
        first = first + chunk
    return first


def without_ids(message: AIMessage) -> list[dict[str, Any]]:
    return [{**call, "id": None} for call in message.tool_calls]


def test_it_is_a_chat_hugging_face_over_a_pipeline(chat: ChatLlama) -> None:
    assert isinstance(chat, ChatHuggingFace)
    assert isinstance(chat, BaseChatModel)
    assert isinstance(chat.llm, HuggingFacePipeline)
    assert capabilities_of(chat) == Capabilities(*(True,) * 6)


def test_streaming_gives_what_invoking_gives(chat: ChatLlama) -> None:
    invoked = chat.invoke(QUESTION)
    streamed = whole(chat.stream(QUESTION))

    assert streamed.text == invoked.text
    assert invoked.text
    assert invoked.usage_metadata is not None
    assert streamed.usage_metadata is not None
    assert invoked.usage_metadata["output_tokens"] == streamed.usage_metadata["output_tokens"] > 0
    assert invoked.usage_metadata["input_token_details"] == {"cache_read": 0}
    assert streamed.usage_metadata["input_token_details"] == {"cache_read": invoked.usage_metadata["input_tokens"] - 1}


def test_what_an_answer_cost_is_told(chat: ChatLlama) -> None:
    told = chat.invoke(QUESTION).response_metadata

    assert told["model_name"] == "Tiny"
    assert told["finish_reason"] == "length"
    assert told["completion_tokens"] == 24
    assert told["forwards"] >= 1
    assert told["prefill_s"] > 0
    assert told["dropped_messages"] == 0
    assert whole(chat.stream(QUESTION)).response_metadata["finish_reason"] == "length"


async def test_async_gives_what_sync_gives(chat: ChatLlama) -> None:
    expected = chat.invoke(QUESTION).text

    assert (await chat.ainvoke(QUESTION)).text == expected
    assert "".join([chunk.text async for chunk in chat.astream(QUESTION)]) == expected


def test_tools_reach_the_prompt(chat: ChatLlama, writes: Callable[..., FakeDecoder]) -> None:
    decoder = writes("Hello.")
    chat.bind_tools([get_order, get_account]).invoke(QUESTION)

    assert decoder.prompts[0].count('{"name": "get_order", "description": "One order."') == 1
    assert '{"name": "get_account"' in decoder.prompts[0]
    assert decoder.prompts[0].startswith("<|im_start|>system\nBe kind.\n\n# Tools")
    assert decoder.prompts[0].endswith("<|im_start|>assistant\n")


def test_calls_come_back_as_tool_calls(chat: ChatLlama, writes: Callable[..., FakeDecoder]) -> None:
    writes(f"One moment.\n{CHATML.call_text(CALL)}")
    bound = chat.bind_tools([get_order])
    invoked, streamed = bound.invoke(QUESTION), whole(bound.stream(QUESTION))

    for message in (invoked, streamed):
        assert message.text == "One moment."
        assert without_ids(message) == [{**CALL, "id": None}]
        assert message.tool_calls[0]["id"]
        assert message.response_metadata["finish_reason"] == "tool_calls"


def test_two_calls_in_one_message_stay_two(chat: ChatLlama, writes: Callable[..., FakeDecoder]) -> None:
    other = {**CALL, "name": "get_account", "args": {}}
    writes(f"{CHATML.call_text(CALL)}\n{CHATML.call_text(other)}")

    streamed = whole(chat.bind_tools([get_order, get_account]).stream(QUESTION))

    assert without_ids(streamed) == [{**CALL, "id": None}, {**other, "id": None}]


@pytest.mark.parametrize("body", ['{"name": "get_order", "arguments": 1}', "nonsense", '{"name": "get', '{"a": 1}'])
def test_a_call_that_cannot_be_read_comes_back_as_invalid(
    chat: ChatLlama, writes: Callable[..., FakeDecoder], body: str
) -> None:
    writes(f"<tool_call>{body}</tool_call>")
    bound = chat.bind_tools([get_order])
    invoked, streamed = bound.invoke(QUESTION), whole(bound.stream(QUESTION))

    assert invoked.invalid_tool_calls[0]["args"] == body
    for message in (invoked, streamed):
        assert len(message.invalid_tool_calls) == 1
        assert message.tool_calls == []


def test_a_conversation_with_a_tools_result_can_be_continued(
    chat: ChatLlama, writes: Callable[..., FakeDecoder]
) -> None:
    decoder = writes("It is on its way.")
    messages = [*QUESTION, AIMessage("", tool_calls=[CALL]), ToolMessage("Mug (A123) is shipped.", tool_call_id="1")]
    chat.bind_tools([get_order]).invoke(messages)

    assert CHATML.call_text(CALL) in decoder.prompts[0]
    assert "<tool_response>\nMug (A123) is shipped.\n</tool_response>" in decoder.prompts[0]


def test_tool_choice_none_shows_tools_and_reads_no_calls(chat: ChatLlama, writes: Callable[..., FakeDecoder]) -> None:
    decoder = writes(CHATML.call_text(CALL))
    message = chat.bind_tools([get_order], tool_choice="none").invoke(QUESTION)

    assert "get_order" in decoder.prompts[0]
    assert message.tool_calls == []
    assert message.text == CHATML.call_text(CALL)


def test_a_stop_sequence_ends_the_answer_before_itself(chat: ChatLlama, writes: Callable[..., FakeDecoder]) -> None:
    decoder = writes("One. Two. Three. Four. Five. Six.")
    message = chat.invoke(QUESTION, stop=[" Three"])

    assert message.text == "One. Two."
    assert message.response_metadata["finish_reason"] == "stop"
    assert decoder.forwards < len(decoder._tokenizer.encode(decoder.text))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_text_streams_in_whole_characters(tokenizer: PreTrainedTokenizerFast, text: str) -> None:
    stream = TokenText(tokenizer.backend_tokenizer)
    pieces = [stream.feed(token) for token in tokenizer.encode(text, add_special_tokens=False)]

    assert "".join(pieces) == text.replace("<|im_start|>", "").replace("<|im_end|>", "")


def test_a_cancelled_stream_ends_and_says_so(chat: ChatLlama, writes: Callable[..., FakeDecoder]) -> None:
    gate, cancelled = threading.Event(), threading.Event()
    decoder = writes("one two three four five six", gate)
    chunks = []
    for chunk in chat.stream(QUESTION, cancelled=cancelled.is_set):
        chunks.append(chunk)
        cancelled.set()
        gate.set()

    assert decoder.forwards == 1
    assert whole(iter(chunks)).response_metadata["finish_reason"] == "cancelled"


def test_cancelled_can_be_bound_and_a_call_cut_short_is_no_call(
    chat: ChatLlama, writes: Callable[..., FakeDecoder]
) -> None:
    writes(CHATML.call_text(CALL))
    asked = iter(range(1000))
    bound = chat.bind_tools([get_order]).bind(cancelled=lambda: next(asked) > 8)
    message = bound.invoke(QUESTION)

    assert message.response_metadata["finish_reason"] == "cancelled"
    assert message.tool_calls == message.invalid_tool_calls == []


async def test_a_cancelled_task_stops_the_model(chat: ChatLlama, writes: Callable[..., FakeDecoder]) -> None:
    gate = threading.Event()
    decoder = writes("one two three four five six", gate)
    arrived = asyncio.Event()

    async def consume() -> None:
        async for _ in chat.astream(QUESTION):
            arrived.set()

    task = asyncio.create_task(consume())
    await asyncio.wait_for(arrived.wait(), WAIT_S)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.set()
    await asyncio.to_thread(chat.close)

    assert decoder.forwards < len(decoder._tokenizer.encode(decoder.text))


def test_what_breaks_in_the_model_is_a_model_error(chat: ChatLlama, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patched:
        patched.setattr(passes, "grouped_attention", broken)
        with pytest.raises(ModelError, match="out of memory"):
            list(chat.stream(QUESTION))
    assert chat.invoke(QUESTION).text


def test_tokens_of_a_conversation_are_counted_as_they_are_prompted(chat: ChatLlama) -> None:
    counted = chat.get_num_tokens_from_messages(QUESTION, [get_order])
    usage = chat.bind_tools([get_order]).invoke(QUESTION).usage_metadata

    assert usage is not None
    assert usage["input_tokens"] - counted == len(chat.get_token_ids("<|im_start|>assistant\n"))


def test_tracing_is_told_model_and_settings(chat: ChatLlama) -> None:
    told = chat._get_ls_params(stop=["x"], temperature=0.5)

    assert told["ls_model_name"] == "Tiny"
    assert told["ls_temperature"] == 0.5
    assert told["ls_max_tokens"] == 24
    assert told["ls_stop"] == ["x"]
