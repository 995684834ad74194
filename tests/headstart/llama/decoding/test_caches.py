import random
from collections.abc import Iterator

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from headstart.llama.chat_model import ChatLlama
from headstart.llama.decoding.caches import Conversations
from headstart.llama.decoding.decoder import Decoder
from headstart.llama.loading.choice import ModelChoice
from headstart.llama.loading.weights import Loaded
from tests.headstart.llama.conftest import tiny_llama
from tests.headstart.llama.decoding.test_decoder import oracle

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


@pytest.fixture
def chat(tokenizer: PreTrainedTokenizerFast) -> Iterator[ChatLlama]:
    model = tiny_llama(len(tokenizer))
    made = ChatLlama.from_loaded(
        Loaded(model, tokenizer, ModelChoice("Tiny", "tiny", "cpu", "float32", "")), max_new_tokens=4
    )
    yield made
    made.close()


KIND = SystemMessage("Be kind, and answer from what you are told only.")


def said_by(name: str) -> list[BaseMessage]:
    return [KIND, HumanMessage(f"My name is {name}, and I have a long story to tell.")]


def test_forgetting_drops_every_conversation(chat: ChatLlama) -> None:
    for name in ("Ada", "Grace"):
        chat.invoke(said_by(name))

    assert "Ada" in chat.cached_text()
    assert "Grace" in chat.cached_text()
    chat.forget()
    kept = chat.cached_text()
    assert "Be kind" in kept
    assert "Ada" not in kept
    assert "Grace" not in kept


def test_forgetting_one_conversation_leaves_the_others_and_the_instructions(chat: ChatLlama) -> None:
    for name in ("Ada", "Grace"):
        chat.invoke(said_by(name), conversation=name)
        chat.prefill([*said_by(name), AIMessage("Go on."), HumanMessage(f"{name} says more.")], conversation=name)
    chat.forget("Ada")

    assert "Ada" not in chat.cached_text()
    assert "Grace says" in chat.cached_text()
    chat.forget("Grace")
    assert "Grace" not in chat.cached_text()
    assert "Be kind" in chat.cached_text()
    shared = len(chat._local.renderer.shared_beginning([KIND], []))
    assert chat.invoke(said_by("Alan"), conversation="Alan").response_metadata["cached_tokens"] == shared


def test_forgetting_one_conversation_takes_every_cache_it_has_and_frees_the_memory(chat: ChatLlama) -> None:
    chat.invoke(said_by("Grace"), conversation="Grace")
    before = chat._local.decoder.conversations.nbytes
    for topic in ("mugs", "lamps", "shoes"):
        # Each begins otherwise, as a conversation does whose older half was dropped.
        chat.invoke([KIND, HumanMessage(f"About {topic}: Ada wants to know all of it, and soon.")], conversation="Ada")
    assert len(chat._local.decoder.conversations) > 2
    chat.forget("Ada")

    assert "Ada" not in chat.cached_text()
    assert len(chat._local.decoder.conversations) == 2, "Grace's, and the beginning that all share"
    assert chat._local.decoder.conversations.nbytes < 2 * before


def test_what_was_said_without_a_name_goes_with_any_conversation_that_is_forgotten(chat: ChatLlama) -> None:
    chat.invoke(said_by("Ada"))
    chat.invoke(said_by("Grace"), conversation="Grace")
    chat.forget("Somebody")

    assert "Ada" not in chat.cached_text()
    assert "Grace" in chat.cached_text()


def test_conversations_of_different_names_share_the_instructions_and_not_a_word_more(chat: ChatLlama) -> None:
    chat.invoke(said_by("Ada"), conversation="one")
    shared = len(chat._local.renderer.shared_beginning([KIND], []))
    again = chat.invoke(said_by("Ada"), conversation="one").response_metadata["cached_tokens"]
    other = chat.invoke(said_by("Ada"), conversation="two").response_metadata["cached_tokens"]
    nobody = chat.invoke(said_by("Ada")).response_metadata["cached_tokens"]

    assert again > shared
    assert other == nobody == shared


def test_forgetting_one_conversation_changes_no_answer_of_another(restless: LlamaForCausalLM) -> None:
    draw, decoder = random.Random(4), Decoder(restless)
    said = {name: SHARED + talk(draw) for name in "ab"}
    for name in "ab":
        list(decoder.generate(said[name], max_new_tokens=8, conversation=name, public=len(SHARED)))
    decoder.forget_conversation("a", SHARED)

    assert said["a"][len(SHARED) :] not in [held[len(SHARED) :][:30] for held in decoder.conversations.tokens()]
    for name in "ba":
        answer = list(decoder.generate(said[name], max_new_tokens=8, conversation=name, public=len(SHARED)))
        assert answer == oracle(restless, said[name], 8)
        assert decoder.stats.cached_tokens == (len(said["b"]) - 1 if name == "b" else len(SHARED))


def test_forgetting_where_nothing_is_held_is_fine(restless: LlamaForCausalLM) -> None:
    decoder = Decoder(restless)
    decoder.forget_conversation("a", SHARED)
    decoder.prefill(SHARED, conversation="b")
    decoder.forget_conversation("a", SHARED)

    assert SHARED in decoder.conversations.tokens()
    assert list(decoder.generate(SHARED, max_new_tokens=8)) == oracle(restless, SHARED, 8)


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
