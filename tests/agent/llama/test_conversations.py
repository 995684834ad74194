import random

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from agent.llama.chat_model import ChatLlama
from agent.llama.conversations import Conversations
from agent.llama.decoding import Decoder
from agent.llama.weights import Loaded, ModelChoice
from tests.agent.llama.conftest import tiny_llama
from tests.agent.llama.test_decoding import oracle

SHARED = list(range(2, 42))
"""Instructions and tools, say."""


def talk(draw: random.Random, tokens: int = 30) -> list[int]:
    return [draw.randrange(2, 60) for _ in range(tokens)]


@pytest.fixture
def restless() -> LlamaForCausalLM:
    return tiny_llama(60, spread=0.5)


def test_conversations_that_take_turns_each_find_their_own_cache(restless: LlamaForCausalLM) -> None:
    draw, decoder = random.Random(1), Decoder(restless)
    said = {name: SHARED + talk(draw) for name in "abc"}
    for round_ in range(3):
        for name in "abc":
            answer = list(decoder.generate(said[name], max_new_tokens=12))

            assert answer == oracle(restless, said[name], 12)
            if round_:
                # All but the last token of the answer before, which no pass has read, and the new question.
                assert decoder.stats.cached_tokens == len(said[name]) - 11
            said[name] = said[name] + answer + talk(draw, 10)
    assert len(decoder.conversations) == 3


def test_the_shared_beginning_is_computed_once_for_all(restless: LlamaForCausalLM) -> None:
    draw, decoder = random.Random(2), Decoder(restless)
    decoder.prefill(SHARED)
    for _ in range(4):
        said = SHARED + [draw.randrange(2, 60) for _ in range(30)]
        list(decoder.generate(said, max_new_tokens=5))

        assert decoder.stats.cached_tokens >= len(SHARED)
        assert decoder.stats.cached_tokens < len(SHARED) + 5


def test_what_is_typed_anew_at_the_end_stays_one_conversation(restless: LlamaForCausalLM) -> None:
    decoder = Decoder(restless)
    decoder.prefill([*SHARED, 5, 6, 7])
    decoder.prefill([*SHARED, 5, 8, 9, 10])

    assert len(decoder.conversations) == 1
    assert decoder.cached == [*SHARED, 5, 8, 9, 10]


def test_a_question_asked_again_is_answered_the_same_from_its_cache(restless: LlamaForCausalLM) -> None:
    decoder = Decoder(restless)
    first = list(decoder.generate(SHARED, max_new_tokens=40))

    assert list(decoder.generate(SHARED, max_new_tokens=40)) == first
    assert decoder.stats.cached_tokens == len(SHARED) - 1
    assert len(decoder.conversations) == 1


def test_memory_is_bounded_and_the_longest_silent_conversation_goes_first(restless: LlamaForCausalLM) -> None:
    draw = random.Random(3)
    measure = Decoder(restless)
    measure.prefill(SHARED)
    one = measure.conversations.nbytes
    decoder = Decoder(restless, cache_bytes=3 * one)
    said = [SHARED + talk(draw) for _ in range(5)]
    for tokens in said[:3]:
        decoder.prefill(tokens)
    decoder.prefill(said[0])
    for tokens in said[3:]:
        decoder.prefill(tokens)

        assert decoder.conversations.nbytes <= 3 * one
    held = decoder.conversations.tokens()
    assert held == [said[0], said[3], said[4]]


def test_the_conversation_in_use_stays_however_large_it_is(restless: LlamaForCausalLM) -> None:
    decoder = Decoder(restless, cache_bytes=1)
    said = SHARED * 4

    assert list(decoder.generate(said, max_new_tokens=8)) == oracle(restless, said, 8)
    assert decoder.cached[: len(said)] == said


def test_a_copied_beginning_is_a_copy(restless: LlamaForCausalLM) -> None:
    caches = Conversations(restless.config, 1 << 30)
    decoder = Decoder(restless)
    decoder.conversations = caches
    decoder.prefill([*SHARED, *range(2, 30)])
    first = caches.current
    before = first.cache.layers[0].keys.clone()
    decoder.prefill([*SHARED, *range(30, 58)])

    assert caches.current is not first
    assert (first.cache.layers[0].keys == before).all()


def test_forgetting_drops_every_conversation(tokenizer: PreTrainedTokenizerFast) -> None:
    model = tiny_llama(len(tokenizer))
    chat = ChatLlama.from_loaded(
        Loaded(model, tokenizer, ModelChoice("Tiny", "tiny", "cpu", "float32", "")), max_new_tokens=4
    )
    system = SystemMessage("Be kind, and answer from what you are told only.")
    for name in ("Ada", "Grace"):
        chat.invoke([system, HumanMessage(f"My name is {name}, and I have a long story to tell.")])

    assert "Ada" in chat.cached_text()
    assert "Grace" in chat.cached_text()
    chat.forget()
    kept = chat.cached_text()
    chat.close()
    assert "Be kind" in kept
    assert "Ada" not in kept
    assert "Grace" not in kept


def test_two_customers_get_the_answers_they_would_get_alone(tokenizer: PreTrainedTokenizerFast) -> None:
    model = tiny_llama(len(tokenizer), spread=0.5)
    loaded = Loaded(model, tokenizer, ModelChoice("Tiny", "tiny", "cpu", "float32", ""))
    together = ChatLlama.from_loaded(loaded, max_new_tokens=8)
    talks: dict[str, list[BaseMessage]] = {name: [SystemMessage("Be kind.")] for name in ("Ada", "Grace")}
    for number in range(3):
        for name, messages in talks.items():
            messages.append(HumanMessage(f"I am {name}, and this is my question number {number}."))
            alone = ChatLlama.from_loaded(loaded, max_new_tokens=8)
            answer = together.invoke(messages)

            assert answer.text == alone.invoke(messages).text
            alone.close()
            messages.append(AIMessage(answer.text))
    together.close()
