import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_core.utils.function_calling import convert_to_openai_tool
from transformers import PreTrainedTokenizerFast

from headstart.errors import ModelError, SessionClosedError
from headstart.llama.chat_model import ChatLlama
from headstart.llama.format.prompt import PromptRenderer
from headstart.llama.format.tool_calls import CHATML
from tests.stubs.fake_decoder import WAIT_S, FakeDecoder

SYSTEM = SystemMessage("Be kind.")
QUESTION = [SYSTEM, HumanMessage("Where is my coffee mug?")]
CALL = {"name": "get_order", "args": {"order_id": "A123"}, "id": "1", "type": "tool_call"}


@tool
def get_order(order_id: str) -> str:
    """One order."""
    return order_id


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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
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
    assert after["cached_tokens"] == len(
        chat._local.renderer.shared_beginning([SYSTEM], [convert_to_openai_tool(get_order)])
    )


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


def test_a_closed_model_answers_no_more(chat: ChatLlama) -> None:
    chat.close()

    with pytest.raises(SessionClosedError):
        chat.invoke(QUESTION)
    with pytest.raises(SessionClosedError):
        chat.prefill(QUESTION)
    chat.forget()
