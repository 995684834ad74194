import gc
import weakref
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel, Qwen2Config, Qwen2ForCausalLM

from headstart.llama.decoding import attention, passes
from headstart.llama.decoding.int8 import in_int8
from headstart.llama.decoding.kv_cache import TokenCache
from headstart.llama.decoding.passes import EagerPass, LlamaPass, pass_of
from tests.headstart.llama.conftest import tiny_llama

SHAPE: dict[str, Any] = {
    "vocab_size": 60,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "pad_token_id": 1,
}


def logits(run: passes.Pass, model: PreTrainedModel, held: Tensor, new: Tensor) -> Tensor:
    """What a pass says after each of `new`, with `held` in the cache."""
    cache = TokenCache(model.config).cache
    assert run(held, cache, 0) is None
    found = run(new, cache, len(new))
    assert found is not None
    assert cache.get_seq_length() == len(held) + len(new)
    return found


def made(seed: int, held: int, new: int) -> tuple[Tensor, Tensor]:
    torch.manual_seed(seed)
    return torch.randint(2, 60, (held,)), torch.randint(2, 60, (new,))


@torch.inference_mode()
@pytest.mark.parametrize("new", [1, 2, 9, 70])
@pytest.mark.parametrize("copied", [True, False])
@pytest.mark.parametrize("together", [True, False])
def test_a_short_pass_computes_what_forward_does(
    monkeypatch: pytest.MonkeyPatch, new: int, *, copied: bool, together: bool
) -> None:
    if not copied:
        monkeypatch.setattr(passes, "_COPIED_AT_MOST", 0)
    if not together:
        monkeypatch.setattr(attention, "_ONE_PRODUCT_TOKENS", 0)
    model = tiny_llama(60, spread=0.5)
    held, more = made(1, 33, new)

    ours = logits(LlamaPass(model), model, held, more)

    torch.testing.assert_close(ours, logits(EagerPass(model), model, held, more), atol=1e-4, rtol=1e-4)
    theirs = model(input_ids=torch.cat([held, more])[None]).logits[0, -new:]
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)


@torch.inference_mode()
@pytest.mark.parametrize(
    "shape",
    [
        {"rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 10_000.0}},
        {
            "rope_parameters": {
                "rope_type": "llama3",
                "factor": 8.0,
                "low_freq_factor": 1.0,
                "high_freq_factor": 4.0,
                "original_max_position_embeddings": 16,
                "rope_theta": 500_000.0,
            }
        },
        {"head_dim": 24},
        {"num_key_value_heads": 1},
        {"num_key_value_heads": 4},
        {"rms_norm_eps": 0.1},
        {"tie_word_embeddings": True},
    ],
    ids=lambda shape: next(iter(shape)),
)
def test_every_shape_of_llama_goes_the_short_way_alike(shape: dict[str, Any]) -> None:
    torch.manual_seed(0)
    model = LlamaForCausalLM(LlamaConfig(**SHAPE | shape)).eval().requires_grad_(False)
    held, more = made(2, 40, 5)

    assert isinstance(pass_of(model), LlamaPass)
    torch.testing.assert_close(
        logits(pass_of(model), model, held, more), logits(EagerPass(model), model, held, more), atol=1e-4, rtol=1e-4
    )


@torch.inference_mode()
def test_in_bf16_it_is_no_further_from_the_truth_than_forward() -> None:
    exact = tiny_llama(60, spread=0.3)
    rounded = tiny_llama(60, spread=0.3).to(torch.bfloat16)
    held, more = made(3, 60, 16)
    truth = logits(EagerPass(exact), exact, held, more)

    def error(run: passes.Pass) -> float:
        return float((logits(run, rounded, held, more).float() - truth).norm() / truth.norm())

    assert error(LlamaPass(rounded)) < 1.2 * error(EagerPass(rounded))


@torch.inference_mode()
def test_in_int8_it_is_what_forward_makes_of_the_same_layers() -> None:
    model = tiny_llama(60, spread=0.3)
    in_int8(model)
    held, more = made(4, 30, 6)

    assert isinstance(pass_of(model), LlamaPass)
    ours, theirs = logits(pass_of(model), model, held, more), logits(EagerPass(model), model, held, more)
    # A sum that differs in its last bit may be rounded to another whole number.
    assert (ours - theirs).norm() / theirs.norm() < 0.02


def test_other_families_and_layers_with_more_than_weights_keep_forward() -> None:
    qwen = Qwen2ForCausalLM(Qwen2Config(**SHAPE)).eval()
    biased = LlamaForCausalLM(LlamaConfig(**SHAPE | {"attention_bias": True})).eval()
    gelu = LlamaForCausalLM(LlamaConfig(**SHAPE | {"hidden_act": "gelu"})).eval()
    adapted = tiny_llama(60)
    adapted.lm_head = type("Adapted", (nn.Linear,), {})(32, 60, bias=False)

    assert all(isinstance(pass_of(model), EagerPass) for model in (qwen, biased, gelu, adapted))


def test_a_model_has_one_pass_and_takes_it_along() -> None:
    model = tiny_llama(60)
    found = pass_of(model)
    gone = weakref.ref(found)

    assert pass_of(model) is found
    del model, found
    gc.collect()
    assert gone() is None


def test_a_model_that_keeps_forward_is_let_go_of_with_its_pass() -> None:
    qwen = Qwen2ForCausalLM(Qwen2Config(**SHAPE)).eval()
    found = pass_of(qwen)
    gone = weakref.ref(qwen)

    assert isinstance(found, EagerPass)
    del qwen, found
    gc.collect()
    assert gone() is None


@torch.inference_mode()
def test_the_models_own_weights_are_whole_after_their_memory_was_given_back() -> None:
    model = LlamaForCausalLM(LlamaConfig(**SHAPE | {"hidden_size": 256, "intermediate_size": 512})).eval()
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    pass_of(model)

    assert all(torch.equal(weight, before[name]) for name, weight in model.state_dict().items())


def gone(*_: object, **__: object) -> None:
    raise AttributeError("this release has no such operator")


def wrong(_: object, states: torch.Tensor, *__: object) -> torch.Tensor:
    return torch.zeros(len(states), 32, dtype=states.dtype)


@torch.inference_mode()
@pytest.mark.parametrize(("what", "how"), [("__init__", gone), ("__call__", gone), ("__call__", wrong)])
def test_without_its_operators_a_pass_multiplies_with_the_layers_own(
    monkeypatch: pytest.MonkeyPatch, what: str, how: Any
) -> None:
    monkeypatch.setattr(passes._Reordered, what, how)
    model = tiny_llama(60)
    held, more = made(2, 40, 5)

    assert isinstance(pass_of(model), LlamaPass)
    assert not passes._reordered_runs(torch.float32)
    torch.testing.assert_close(
        logits(pass_of(model), model, held, more), logits(EagerPass(model), model, held, more), atol=1e-4, rtol=1e-4
    )


@torch.inference_mode()
def test_without_a_way_to_give_memory_back_a_pass_is_made_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes.ctypes, "CDLL", gone)

    assert isinstance(pass_of(tiny_llama(60)), LlamaPass)
