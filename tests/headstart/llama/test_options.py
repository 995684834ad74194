"""Settings: what is taken does something, what cannot be done is refused by name, and zero is zero."""

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch
from langchain_core.messages import HumanMessage
from langchain_huggingface import HuggingFacePipeline
from pydantic import ValidationError
from transformers import GenerationConfig, LlamaForCausalLM, PreTrainedTokenizerFast, TextGenerationPipeline

from headstart.errors import ModelError
from headstart.llama.chat_model import DEFAULT_MAX_NEW_TOKENS, ChatLlama
from headstart.llama.decoding.choosing import Sampling
from headstart.llama.decoding.decoder import Decoder
from headstart.llama.format.tool_calls import CHATML
from headstart.llama.loading.weights import Loaded
from tests.headstart.llama.conftest import tiny_llama
from tests.headstart.llama.test_chat_model import CALL, get_account, get_order, whole
from tests.stubs.fake_decoder import FakeDecoder

QUESTION = [HumanMessage("Where is my coffee mug?")]
REFUSED: list[dict[str, Any]] = [
    {"max_tokens": 0},
    {"max_new_tokens": 0},
    {"max_completion_tokens": -1},
    {"max_tokens": "many"},
    {"max_tokens": 2.5},
    {"max_tokens": True},
    {"temperature": -0.1},
    {"temperature": float("nan")},
    {"temperature": float("inf")},
    {"temperature": "hot"},
    {"top_p": -0.1},
    {"top_p": 1.1},
    {"top_k": 0},
    {"top_k": -1},
    {"repetition_penalty": 0},
    {"seed": 2**70},
    {"seed": "x"},
    {"stop": [""]},
    {"stop": 5},
    {"stop": [5]},
    {"timeout": 0},
    {"n": 2},
    {"logprobs": True},
    {"top_logprobs": 3},
    {"logit_bias": {5: -100}},
    {"presence_penalty": 0.5},
    {"frequency_penalty": 0.5},
    {"temprature": 1.0},
    {"something": 1},
]
CALLS: list[dict[str, Any]] = [
    {"response_format": {"type": "json_object"}},
    {"parallel_tool_calls": "perhaps"},
    {"model": "another"},
    {"conversation": 5},
]


@pytest.mark.parametrize("wrong", REFUSED + CALLS, ids=str)
async def test_a_call_refuses_what_cannot_be_done_and_names_it(chat: ChatLlama, wrong: dict[str, Any]) -> None:
    name = next(iter(wrong)).replace("new_", "").replace("completion_", "")
    with pytest.raises(ValueError, match=name):
        chat.invoke(QUESTION, **wrong)
    with pytest.raises(ValueError, match=name):
        list(chat.bind(**wrong).stream(QUESTION))
    with pytest.raises(ValueError, match=name):
        await chat.ainvoke(QUESTION, **wrong)


@pytest.mark.parametrize(
    "wrong", [*REFUSED, {"cache_gb": -1}, {"cache_gb": float("nan")}, {"model_id": 5}, {"dtype": "bf16"}], ids=str
)
def test_a_chat_model_refuses_what_cannot_be_done_and_names_it(loaded: Loaded, wrong: dict[str, Any]) -> None:
    name = next(iter(wrong)).replace("new_", "").replace("completion_", "")
    with pytest.raises((ValueError, ValidationError), match=name):
        ChatLlama.from_loaded(loaded, **wrong)


def test_a_misspelt_setting_is_told_the_right_one_before_anything_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headstart.llama.chat_model.in_process", lambda _: pytest.fail("it was loaded"))
    for given, meant in (("temprature", "temperature"), ("max_token", "max_tokens"), ("cache_bg", "cache_gb")):
        with pytest.raises(ValueError, match=f"'{given}'.*'{meant}'"):
            ChatLlama(**{given: 1})


def test_the_environment_decides_nothing_in_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADSTART_MODEL", "no/such")

    assert ChatLlama.model_fields["model_id"].get_default(call_default_factory=True) == "auto"


@pytest.mark.parametrize(
    "harmless",
    [
        {"n": 1, "logprobs": False, "top_logprobs": 0, "logit_bias": {}, "presence_penalty": 0.0},
        {"n": None, "seed": None, "temperature": None, "stop": None, "max_tokens": None},
        {"api_key": "x", "max_retries": 2, "timeout": 60, "stop": []},
    ],
    ids=str,
)
def test_what_asks_for_nothing_is_taken(loaded: Loaded, harmless: dict[str, Any]) -> None:
    made = ChatLlama.from_loaded(loaded, **harmless)

    assert made.max_tokens == DEFAULT_MAX_NEW_TOKENS
    made.close()


@pytest.mark.parametrize("name", ["max_tokens", "max_new_tokens", "max_completion_tokens"])
def test_an_answer_has_one_limit_by_any_name(chat: ChatLlama, loaded: Loaded, name: str) -> None:
    assert chat.invoke(QUESTION, **{name: 3}).usage_metadata["output_tokens"] == 3
    assert ChatLlama.from_loaded(loaded, **{name: 2}).invoke(QUESTION).usage_metadata["output_tokens"] == 2
    with pytest.raises(ValueError, match="one limit"):
        chat.invoke(QUESTION, max_tokens=4, max_new_tokens=5)


def test_stop_is_a_sequence_or_several_and_a_call_says_it_last(
    chat: ChatLlama, writes: Callable[..., FakeDecoder]
) -> None:
    writes("One. Two. Three.")
    chat.stop = " Two"

    assert chat.invoke(QUESTION).text == "One."
    assert chat.invoke(QUESTION, stop=" Three").text == "One. Two."
    assert chat.invoke(QUESTION, stop=[]).text == "One. Two. Three."
    chat.stop = None
    assert chat.invoke(QUESTION, stop=["x", " Two"]).text == "One."


def test_stop_is_taken_by_both_of_its_names(loaded: Loaded) -> None:
    assert ChatLlama.from_loaded(loaded, stop=["x"]).stop == ["x"]
    assert ChatLlama.from_loaded(loaded, stop_sequences=["x"]).stop == ["x"]


def test_the_smallest_nucleus_and_the_coldest_draw_are_the_likeliest_token(chat: ChatLlama) -> None:
    greedy = chat.invoke(QUESTION).text
    for cold in ({"top_p": 0}, {"top_p": 1e-9}, {"top_k": 1}, {"temperature": 1e-300}, {"temperature": 0}):
        assert chat.invoke(QUESTION, **{"temperature": 1.5, "seed": 3, **cold}).text == greedy
    assert chat.invoke(QUESTION, temperature=1.5, seed=3).text != greedy
    assert chat.invoke(QUESTION, temperature=1e300, seed=3).text


def test_a_seed_of_zero_is_a_seed(chat: ChatLlama) -> None:
    assert len({chat.invoke(QUESTION, temperature=5.0, seed=0).text for _ in range(4)}) == 1


@pytest.mark.parametrize("penalty", [0.8, 1.3, 3.0])
def test_repetition_is_penalised_as_generate_does_it_with_drafts_or_without(
    model: LlamaForCausalLM, penalty: float
) -> None:
    draw, decoder = random.Random(7), Decoder(model)
    for _ in range(6):
        prompt = [draw.randrange(2, 60) for _ in range(draw.randrange(3, 12))] * 3
        ours = list(decoder.generate(prompt, max_new_tokens=24, sampling=Sampling(repetition_penalty=penalty)))
        theirs = model.generate(
            torch.tensor([prompt]),
            attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
            max_new_tokens=24,
            do_sample=False,
            repetition_penalty=penalty,
        )

        assert ours == theirs[0, len(prompt) :].tolist()


def test_one_call_ends_the_answer_where_calls_are_not_to_be_parallel(
    chat: ChatLlama, writes: Callable[..., FakeDecoder]
) -> None:
    other = {**CALL, "name": "get_account", "args": {}}
    writes(f"{CHATML.call_text(CALL)}\n{CHATML.call_text(other)}")
    bound = chat.bind_tools([get_order, get_account], parallel_tool_calls=False)

    for message in (bound.invoke(QUESTION), whole(bound.stream(QUESTION))):
        assert [call["name"] for call in message.tool_calls] == ["get_order"]
        assert message.invalid_tool_calls == []
        assert message.response_metadata["finish_reason"] == "tool_calls"
    assert len(chat.bind_tools([get_order, get_account]).invoke(QUESTION).tool_calls) == 2


def test_usage_is_streamed_unless_it_is_not_wanted(chat: ChatLlama) -> None:
    assert whole(chat.stream(QUESTION)).usage_metadata is not None
    assert whole(chat.stream(QUESTION, stream_usage=False)).usage_metadata is None
    assert whole(chat.stream(QUESTION, stream_options={"include_usage": False})).usage_metadata is None


def own(tokenizer: PreTrainedTokenizerFast, model_settings: dict[str, Any] | None = None, **given: Any) -> Any:
    """A pipeline as its owner makes one, here or through LangChain."""
    model = tiny_llama(len(tokenizer))
    model.generation_config = GenerationConfig(pad_token_id=1, **model_settings or {})
    through_langchain = given.pop("pipeline_kwargs", None)
    pipeline = TextGenerationPipeline(model=model, tokenizer=tokenizer, **given)
    return HuggingFacePipeline(pipeline=pipeline, model_id="own", pipeline_kwargs=through_langchain)


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        ({"pipeline_kwargs": {"max_new_tokens": 4}}, {"max_tokens": 4}),
        ({"max_new_tokens": 4}, {"max_tokens": 4}),
        ({"model_settings": {"max_new_tokens": 4}}, {"max_tokens": 4}),
        ({"model_settings": {"max_new_tokens": 4}, "pipeline_kwargs": {"max_new_tokens": 5}}, {"max_tokens": 5}),
        ({"generation_config": GenerationConfig(max_new_tokens=6)}, {"max_tokens": 6}),
        ({"temperature": 0.6, "top_p": 0.9, "top_k": 7}, {"temperature": 0.6, "top_p": 0.9, "top_k": 7}),
        ({"do_sample": True}, {"temperature": 1.0}),
        ({"do_sample": False, "temperature": 0.6}, {"temperature": None}),
        ({"do_sample": True, "temperature": 0.5, "top_k": 0}, {"temperature": 0.5, "top_k": None}),
        ({"repetition_penalty": 1.2}, {"repetition_penalty": 1.2}),
        ({"stop_strings": ["x"]}, {"stop": ["x"]}),
        ({"num_beams": 1, "return_full_text": False, "use_cache": True}, {"temperature": None}),
    ],
    ids=str,
)
def test_the_settings_of_a_pipeline_are_taken_over(
    tokenizer: PreTrainedTokenizerFast, pipeline: dict[str, Any], expected: dict[str, Any]
) -> None:
    chat = ChatLlama(llm=own(tokenizer, **pipeline))

    assert {name: getattr(chat, name) for name in expected} == expected
    assert ChatLlama(llm=own(tokenizer, **pipeline), max_tokens=9).max_tokens == 9, "what is given here goes before"
    chat.close()


@pytest.mark.parametrize(
    "pipeline",
    [
        {"num_beams": 4},
        {"no_repeat_ngram_size": 2},
        {"min_new_tokens": 5},
        {"bad_words_ids": [[5]]},
        {"eos_token_id": 7},
        {"max_length": 20},
        {"model_settings": {"min_p": 0.1}},
        {"pipeline_kwargs": {"typical_p": 0.5}},
    ],
    ids=str,
)
def test_a_pipelines_setting_that_cannot_be_taken_over_is_refused(
    tokenizer: PreTrainedTokenizerFast, pipeline: dict[str, Any]
) -> None:
    with pytest.raises(ModelError, match="can take over"):
        ChatLlama(llm=own(tokenizer, **pipeline))


def test_a_pipeline_that_asks_for_nothing_is_answered_from_as_ever(tokenizer: PreTrainedTokenizerFast) -> None:
    chat = ChatLlama(llm=own(tokenizer))

    assert (chat.max_tokens, chat.temperature) == (DEFAULT_MAX_NEW_TOKENS, None)
    chat.close()
