import random
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor
from transformers import LlamaForCausalLM

from headstart.llama.decoding import passes
from headstart.llama.decoding.attention import grouped_attention
from headstart.llama.decoding.choosing import Sampling
from headstart.llama.decoding.decoder import Decoder
from headstart.llama.decoding.kv_cache import common_prefix
from headstart.llama.decoding.prompt_lookup import PromptLookup

PATIENT_S = 300


def oracle(model: LlamaForCausalLM, prompt: list[int], count: int) -> list[int]:
    ids = torch.tensor([prompt])
    made = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=count, do_sample=False)
    return made[0, len(prompt) :].tolist()


@pytest.mark.timeout(PATIENT_S)
@pytest.mark.parametrize("seed", range(10))
def test_tokens_are_those_of_generate_over_random_prompts_and_cut_points(model: LlamaForCausalLM, seed: int) -> None:
    draw = random.Random(seed)
    decoder = Decoder(model, prefill_chunk=16)
    base = [draw.randrange(60) for _ in range(90)]
    for _ in range(10):
        prompt = base[: draw.randrange(1, 90)] + [draw.randrange(60) for _ in range(draw.randrange(20))]
        if draw.random() < 0.4:
            prompt = (prompt * 3)[:100]
        if draw.random() < 0.5:
            decoder.prefill(prompt[: draw.randrange(1, len(prompt) + 1)])
        if draw.random() < 0.2:
            decoder.forget(draw.randrange(5))
        assert list(decoder.generate(prompt, max_new_tokens=25)) == oracle(model, prompt, 25)
        assert decoder.cached[: len(prompt)] == prompt


def test_drafts_are_accepted_where_the_answer_repeats_itself(repetitive: LlamaForCausalLM) -> None:
    decoder = Decoder(repetitive)
    prompt = list(range(2, 22))

    assert list(decoder.generate(prompt, max_new_tokens=100)) == oracle(repetitive, prompt, 100)
    assert decoder.stats.accepted_tokens > 30
    assert decoder.stats.forwards < 75


def test_the_stop_token_is_the_last_one_even_inside_a_draft(model: LlamaForCausalLM) -> None:
    prompt = list(range(2, 30))
    free = oracle(model, prompt, 20)
    stop = free[9]
    decoder = Decoder(model)

    assert list(decoder.generate(prompt, max_new_tokens=20, stop_ids={stop})) == free[: free.index(stop) + 1]
    assert decoder.stats.finish_reason == "stop"


def test_warmed_tokens_are_those_a_prefill_added_since_the_last_answer(model: LlamaForCausalLM) -> None:
    decoder = Decoder(model, prefill_chunk=8)
    first = list(range(2, 40))
    answer = list(decoder.generate(first, max_new_tokens=4))
    held = len(decoder.cached)
    second = first + answer + list(range(10, 30))
    warmed = decoder.prefill(second[:-5])
    list(decoder.generate(second, max_new_tokens=2))

    assert warmed.finished
    assert warmed.computed_tokens == len(second) - 5 - held
    assert decoder.stats.cached_tokens == len(second) - 5
    assert decoder.stats.warmed_tokens == len(second) - 5 - held
    list(decoder.generate(second, max_new_tokens=2))
    assert decoder.stats.warmed_tokens == 0
    assert decoder.stats.cached_tokens == len(second) - 1


@pytest.mark.parametrize("chunks", [0, 1, 3])
def test_a_cancelled_prefill_keeps_whole_chunks_and_the_answer_is_the_same(
    model: LlamaForCausalLM, chunks: int
) -> None:
    decoder = Decoder(model, prefill_chunk=8)
    prompt = [7, 3, 9, 11] * 16
    asked = iter(range(100))
    stats = decoder.prefill(prompt, cancelled=lambda: next(asked) >= chunks)

    assert stats.cached_tokens == 8 * chunks
    assert not stats.finished
    assert list(decoder.generate(prompt, max_new_tokens=10)) == oracle(model, prompt, 10)


def test_a_cancelled_answer_makes_no_further_pass(model: LlamaForCausalLM) -> None:
    decoder = Decoder(model)
    stop: list[bool] = []
    made = []
    for token in decoder.generate(list(range(2, 20)), max_new_tokens=50, cancelled=lambda: bool(stop)):
        made.append(token)
        stop.append(True)

    assert made == oracle(model, list(range(2, 20)), 50)[: len(made)]
    assert decoder.stats.forwards == 1
    assert decoder.stats.finish_reason == "cancelled"


def test_leaving_an_answer_early_leaves_a_cache_that_can_be_used(model: LlamaForCausalLM) -> None:
    decoder = Decoder(model)
    prompt = list(range(2, 40))
    answer = decoder.generate(prompt, max_new_tokens=50)
    next(answer)
    answer.close()

    assert decoder.stats.completion_tokens == 1
    assert list(decoder.generate(prompt, max_new_tokens=20)) == oracle(model, prompt, 20)


def test_a_pass_that_fails_half_way_leaves_nothing_behind(
    model: LlamaForCausalLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder = Decoder(model, prefill_chunk=8)
    prompt = list(range(2, 40))
    decoder.prefill(prompt[:20])

    layers_done: list[int] = []

    def broken(query: Tensor, *others: Any) -> Tensor:
        layers_done.append(1)
        if len(layers_done) > 1:
            raise RuntimeError("out of memory")
        return grouped_attention(query, *others)

    with monkeypatch.context() as patched:
        patched.setattr(passes, "grouped_attention", broken)
        with pytest.raises(RuntimeError, match="out of memory"):
            decoder.prefill(prompt)
    assert decoder.cached == []
    assert list(decoder.generate(prompt, max_new_tokens=10)) == oracle(model, prompt, 10)


def test_forgetting_drops_the_memory_and_keeps_the_beginning(model: LlamaForCausalLM) -> None:
    decoder = Decoder(model)
    prompt = list(range(2, 40))
    list(decoder.generate(prompt, max_new_tokens=5))
    decoder.forget(10)
    layer = decoder._cache.cache.layers[0]

    assert decoder.cached == prompt[:10]
    assert layer.keys.untyped_storage().nbytes() == layer.keys.numel() * 4
    other = [*prompt[:10], 50, 51, 52]
    assert list(decoder.generate(other, max_new_tokens=10)) == oracle(model, other, 10)
    assert decoder.stats.cached_tokens == 10


def test_an_empty_prompt_is_refused(model: LlamaForCausalLM) -> None:
    with pytest.raises(ValueError, match="at least one token"):
        list(Decoder(model).generate([], max_new_tokens=3))


def test_sampling_is_repeatable_by_seed_and_narrow_top_p_is_greedy(model: LlamaForCausalLM) -> None:
    prompt = list(range(2, 20))
    decoder = Decoder(model)

    def sampled(**how: float | int) -> list[int]:
        decoder.forget()
        return list(decoder.generate(prompt, max_new_tokens=20, sampling=Sampling(**how)))

    assert sampled(temperature=9.0, seed=3) == sampled(temperature=9.0, seed=3)
    assert sampled(temperature=9.0, seed=3) != sampled(temperature=9.0, seed=4)
    assert sampled(temperature=1.0, top_p=1e-6, seed=3) == oracle(model, prompt, 20)


@given(st.lists(st.integers(0, 3)), st.lists(st.integers(0, 3)))
def test_common_prefix_is_the_longest(first: list[int], second: list[int]) -> None:
    length = common_prefix(first, second)

    assert first[:length] == second[:length]
    assert first[: length + 1] != second[: length + 1] or length == len(first) == len(second)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.integers(0, 20))
def test_a_draft_is_copied_from_the_text_and_fits(text: list[int], room: int) -> None:
    draft = PromptLookup(text).draft(room)

    assert len(draft) <= room
    followed = [at for at in range(1, len(text)) if text[at - 1] == text[-1]]
    assert not draft or any((text[at:] * 20)[: len(draft)] == draft for at in followed)


def test_drafts_stop_where_they_are_never_right() -> None:
    lookup = PromptLookup([1, 2] * 40)
    drafted = []
    for _ in range(40):
        draft = lookup.draft(20)
        lookup.learn(len(draft), 0)
        drafted.append(len(draft))

    assert drafted[0] > 4
    assert drafted[-1] == 0
