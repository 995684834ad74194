"""What a model must be to hold a conversation, told when it is loaded."""

import pytest
import torch
from transformers import (
    Lfm2Config,
    Lfm2ForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    Mamba2Config,
    Mamba2ForCausalLM,
    MambaConfig,
    MambaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from headstart.errors import ModelError
from headstart.llama.decoding.decoder import Decoder
from headstart.llama.loading.checks import check_chat, context_of
from tests.headstart.llama.conftest import tiny_llama
from tests.headstart.llama.decoding.test_decoder import oracle

SMALL = {"vocab_size": 500, "hidden_size": 32, "num_hidden_layers": 2, "pad_token_id": 0, "eos_token_id": 1}
ATTENTION = {"num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 32}


@pytest.mark.parametrize(
    "model",
    [
        lambda: MambaForCausalLM(MambaConfig(**SMALL)),
        lambda: Mamba2ForCausalLM(Mamba2Config(**SMALL, num_heads=4, head_dim=16, n_groups=1)),
        lambda: Lfm2ForCausalLM(Lfm2Config(**SMALL, **ATTENTION, layer_types=["conv", "full_attention"])),
    ],
    ids=["mamba", "mamba2", "lfm2"],
)
def test_a_model_with_layers_that_carry_a_state_is_refused(model: object, tokenizer: PreTrainedTokenizerFast) -> None:
    with pytest.raises(ModelError, match="attention layers alone"):
        check_chat(model(), tokenizer, "stateful")


def test_a_model_of_attention_layers_is_taken(tokenizer: PreTrainedTokenizerFast) -> None:
    sliding = Qwen2Config(**SMALL, **ATTENTION, layer_types=["sliding_attention", "full_attention"], sliding_window=8)
    models: list[PreTrainedModel] = [tiny_llama(500), Qwen2ForCausalLM(sliding)]

    for model in models:
        check_chat(model, tokenizer, "plain")


@pytest.mark.parametrize("kind", ["dynamic", "longrope"])
def test_a_rope_that_turns_otherwise_beyond_the_trained_length_ends_there(kind: str) -> None:
    factors = {"short_factor": [1.0] * 4, "long_factor": [2.0] * 4} if kind == "longrope" else {}
    rope = {"rope_type": kind, "factor": 4.0, "rope_theta": 1e4, "original_max_position_embeddings": 64, **factors}
    torch.manual_seed(0)
    config = LlamaConfig(
        **SMALL | {"eos_token_id": None}, **ATTENTION, max_position_embeddings=256, rope_parameters=rope
    )
    model = LlamaForCausalLM(config).eval().requires_grad_(False)
    prompt, decoder = list(range(2, 40)), Decoder(model)
    decoder.prefill(prompt[:20])

    assert context_of(model) == 64
    assert list(decoder.generate(prompt, max_new_tokens=20)) == oracle(model, prompt, 20), "the same up to there"


def test_other_ropes_have_the_context_they_name() -> None:
    assert context_of(tiny_llama(60, context=512)) == 512
