import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_huggingface import ChatHuggingFace, HuggingFacePipeline
from pydantic import BaseModel
from transformers import PreTrainedTokenizerFast

from agent.errors import ModelError, SessionClosedError
from agent.llama import passes
from agent.llama.chat_model import ChatLlama
from agent.llama.decoding import Decoder, DecodeStats
from agent.llama.prompt import PromptRenderer
from agent.llama.text_stream import TokenText
from agent.llama.tool_calls import CHATML
from agent.llama.weights import Loaded

WAIT_S = 20.0
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


class FakeDecoder(Decoder):
    """Writes the text it is handed, token by token, whatever the prompt; then what the real one does not matter."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, text: str, gate: threading.Event | None = None) -> None:
        self.text = text
        self.prompts: list[str] = []
        self.stats = DecodeStats()
        self.forwards = 0
        self._tokenizer = tokenizer
        self._gate = gate

    def generate(self, tokens: list[int], *, max_new_tokens: int, cancelled: Callable[[], bool], **_: Any) -> Any:
        self.prompts.append(self._tokenizer.decode(tokens))
        self.stats = DecodeStats(prompt_tokens=len(tokens), finish_reason="cancelled")
        written = [*self._tokenizer.encode(self.text, add_special_tokens=False), self._tokenizer.eos_token_id]
        for count, token in enumerate(written[:max_new_tokens], 1):
            if cancelled():
                return
            ended = "stop" if count == len(written) else "length" if count == max_new_tokens else "cancelled"
            self.stats = DecodeStats(prompt_tokens=len(tokens), completion_tokens=count, finish_reason=ended)
            self.forwards += 1
            yield token
            if self._gate is not None:
                self._gate.wait(WAIT_S)


@pytest.fixture
def chat(loaded: Loaded) -> Iterator[ChatLlama]:
    made = ChatLlama.from_loaded(loaded, max_new_tokens=24)
    yield made
    made.close()


@pytest.fixture
def writes(chat: ChatLlama, tokenizer: PreTrainedTokenizerFast) -> Callable[..., FakeDecoder]:
    """Makes the chat model write a given text."""

    def write(text: str, gate: threading.Event | None = None) -> FakeDecoder:
        chat.max_tokens = 1000
        chat._local.decoder = FakeDecoder(tokenizer, text, gate)
        return chat._local.decoder

    return write


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
    assert chat.accepts_cancelled


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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
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


def test_a_closed_model_answers_no_more(chat: ChatLlama) -> None:
    chat.close()

    with pytest.raises(SessionClosedError):
        chat.invoke(QUESTION)
    with pytest.raises(SessionClosedError):
        chat.prefill(QUESTION)
    chat.forget()


def test_a_prefilled_question_is_read_from_the_cache(chat: ChatLlama) -> None:
    typed = "Where is my coffee mug? Was it deliv"
    warmed = chat.prefill([SYSTEM], tools=[get_order], partial_text=typed)
    asked = chat.bind_tools([get_order]).invoke([SYSTEM, HumanMessage(typed + "ered on time?")])

    assert warmed.finished
    assert asked.response_metadata["cached_tokens"] == warmed.cached_tokens
    assert asked.response_metadata["warmed_tokens"] == warmed.cached_tokens
    fresh = ChatLlama.from_loaded(chat._local.loaded, max_new_tokens=24)
    assert fresh.bind_tools([get_order]).invoke([SYSTEM, HumanMessage(typed + "ered on time?")]).text == asked.text
    fresh.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    text=st.text(st.sampled_from("ab é.\n123 ,'s"), max_size=30),
    rest=st.text(st.sampled_from("ab é.\n1 "), max_size=10),
    data=st.data(),
)
def test_prefilled_tokens_do_not_change_while_the_customer_types_on(
    tokenizer: PreTrainedTokenizerFast, text: str, rest: str, data: st.DataObject
) -> None:
    renderer = PromptRenderer(tokenizer, CHATML)
    partial = renderer.conversation(QUESTION, (), text)
    final = renderer.question([*QUESTION, HumanMessage(text + rest)], (), room=10_000).tokens

    assert final[: len(partial)] == partial


def test_the_conversation_so_far_is_how_the_next_prompt_begins(tokenizer: PreTrainedTokenizerFast) -> None:
    renderer = PromptRenderer(tokenizer, CHATML)
    begun = renderer.conversation([*QUESTION, AIMessage("Here.")], ())
    asked = renderer.question([*QUESTION, AIMessage("Here."), HumanMessage("Thanks")], (), room=1000).tokens

    assert asked[: len(begun)] == begun
    assert len(renderer.conversation([*QUESTION, AIMessage("Here.")], (), "")) > len(begun)


def test_forgetting_keeps_the_instructions_and_tools_only(chat: ChatLlama) -> None:
    bound = chat.bind_tools([get_order])
    bound.invoke([SYSTEM, HumanMessage("My name is Ada.")])
    chat.forget()
    kept = chat._local.loaded.tokenizer.decode(list(chat._local.decoder.cached))

    assert kept.startswith("<|im_start|>system\nBe kind.")
    assert "get_order" in kept
    assert "Ada" not in kept
    after = bound.invoke([SYSTEM, HumanMessage("My name is Grace.")]).response_metadata
    assert after["cached_tokens"] == len(chat._local.renderer.shared_beginning([SYSTEM], [_schema()]))


def _schema() -> dict[str, Any]:
    from langchain_core.utils.function_calling import convert_to_openai_tool

    return convert_to_openai_tool(get_order)


def conversation(turns: int) -> list[BaseMessage]:
    made: list[BaseMessage] = [SYSTEM]
    for number in range(turns):
        call = {**CALL, "id": str(number)}
        made += [
            HumanMessage(f"Question {number}?"),
            AIMessage("", tool_calls=[call]),
            ToolMessage(f"Result {number}.", tool_call_id=str(number)),
            AIMessage(f"Answer {number}."),
        ]
    return [*made, HumanMessage("And now?")]


def test_the_oldest_turns_are_dropped_whole_where_the_context_is_too_small(
    chat: ChatLlama, writes: Callable[..., FakeDecoder]
) -> None:
    decoder = writes("Yes.")
    chat._local.context = 1000
    message = chat.invoke(conversation(30))
    dropped = message.response_metadata["dropped_messages"]
    prompt = decoder.prompts[0]

    assert dropped > 0
    assert dropped % 4 == 0
    assert prompt.startswith("<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nQuestion")
    assert f"Question {dropped // 4 - 1}?" not in prompt
    assert f"Question {dropped // 4}?" in prompt
    assert prompt.count("<tool_response>") == prompt.count("<tool_call>") == 30 - dropped // 4
    assert message.usage_metadata is not None
    assert message.usage_metadata["input_tokens"] <= 500


def test_a_turn_too_long_for_the_context_is_refused(chat: ChatLlama) -> None:
    with pytest.raises(ModelError, match="at most 1000 tokens"):
        chat.invoke([SYSTEM, HumanMessage("mug " * 2000)])


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


def test_a_turn_is_answered_while_a_prefill_is_under_way(chat: ChatLlama) -> None:
    # The predicate is asked before each chunk, so the prefill is held there until the turn waits for it.
    begun, asked = threading.Event(), threading.Event()
    chat._local.decoder._chunk = 8

    def held() -> bool:
        begun.set()
        assert asked.wait(WAIT_S)
        return False

    stats: list[Any] = []
    prefilling = threading.Thread(target=lambda: stats.append(chat.prefill(conversation(10), cancelled=held)))
    prefilling.start()
    assert begun.wait(WAIT_S)
    submit = chat._local.thread.submit

    def submitted(*arguments: Any) -> Any:
        job = submit(*arguments)
        asked.set()
        return job

    chat._local.thread.submit = submitted
    answer = chat.invoke(QUESTION)
    prefilling.join(WAIT_S)

    assert answer.text
    assert not stats[0].finished
