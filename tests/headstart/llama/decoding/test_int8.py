import gc
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from transformers import LlamaForCausalLM

from headstart.errors import ModelError
from headstart.llama.decoding.decoder import Decoder
from headstart.llama.decoding.int8 import Int8Linear, in_int8, is_int8
from headstart.llama.loading import choice
from headstart.llama.loading.choice import ModelChoice, choose_model
from headstart.llama.loading.weights import load
from tests.headstart.llama.conftest import tiny_llama
from tests.headstart.llama.decoding.test_decoder import oracle


@pytest.fixture
def linear() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(96, 160, bias=False)


@pytest.fixture
def rounded() -> LlamaForCausalLM:
    model = tiny_llama(60, spread=0.5)
    in_int8(model)
    return model


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("rows", [1, 3, 40])
@torch.inference_mode()
def test_a_layer_in_eight_bits_is_within_two_percent_of_the_layer(
    linear: nn.Linear, rows: int, dtype: torch.dtype
) -> None:
    states = torch.randn(1, rows, 96)
    exact = linear(states)
    found = Int8Linear(linear)(states.to(dtype))

    assert found.dtype == dtype
    assert found.shape == exact.shape
    assert (found.float() - exact).norm() / exact.norm() < 0.02


@torch.inference_mode()
def test_a_token_is_the_same_in_a_pass_of_one_and_of_many(linear: nn.Linear) -> None:
    layer, states = Int8Linear(linear), torch.randn(17, 96)
    together = layer(states)

    for row in range(17):
        assert torch.equal(layer(states[row : row + 1])[0], together[row])


@torch.inference_mode()
def test_zeros_stay_zeros_and_an_empty_pass_is_none(linear: nn.Linear) -> None:
    layer = Int8Linear(linear)

    assert not layer(torch.zeros(2, 96)).any()
    assert layer(torch.zeros(2, 3, 96)).shape == (2, 3, 160)


def test_every_linear_layer_is_replaced_and_the_embedding_stays(rounded: LlamaForCausalLM) -> None:
    assert is_int8(rounded)
    assert not is_int8(tiny_llama(60))
    assert not any(isinstance(module, nn.Linear) for module in rounded.modules())
    assert rounded.get_input_embeddings().weight.dtype == torch.float32


@pytest.mark.parametrize("seed", range(5))
def test_tokens_in_eight_bits_are_those_of_generate_on_the_same_weights(rounded: LlamaForCausalLM, seed: int) -> None:
    draw = random.Random(seed)
    decoder = Decoder(rounded, prefill_chunk=16)
    prompt = [draw.randrange(60) for _ in range(50)]
    decoder.prefill(prompt[: draw.randrange(1, 50)])

    assert list(decoder.generate(prompt, max_new_tokens=25)) == oracle(rounded, prompt, 25)


def test_eight_bits_are_for_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "_cuda", lambda: True)

    assert choose_model("embedded", "int8").dtype == "int8"
    with pytest.raises(ModelError, match=r"bf16.*found int8"):
        choose_model("some/Llama-model", "int8")


@pytest.mark.timeout(600)
@torch.inference_mode()
def test_the_embedded_model_in_eight_bits_is_near_the_exact_one(converted: Path) -> None:
    exact: Any = load(choose_model("embedded", "float32"), cache=converted)
    orders = "Yoga Mat (P29829) is being processed. Ordered on 2026-11-04, $82.51.\nDesk Lamp (K48) was delivered.\n"
    ids = torch.tensor([exact.tokenizer.encode(f"{orders}Once more:\n{orders}")])
    wanted = exact.model(input_ids=ids).logits[0].float()
    del exact
    gc.collect()  # The two need not be in memory at once.
    found: Any = load(choose_model("embedded", "int8"), cache=converted)
    got = found.model(input_ids=ids).logits[0].float()
    chances = wanted.softmax(-1)
    apart = (chances * (chances.log() - got.log_softmax(-1))).sum(-1)

    assert isinstance(found.choice, ModelChoice)
    assert is_int8(found.model)
    assert apart.mean() < 0.06, "nats between the distributions of the next token, on average"
    assert (wanted.argmax(-1) == got.argmax(-1)).float().mean() > 0.9
