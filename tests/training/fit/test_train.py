import json
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from transformers import LlamaConfig, LlamaForCausalLM

from training.fit import attention, lora
from training.fit.train import USUAL_TARGETS, Batch, hidden_states, loss_of


@pytest.fixture
def model() -> LlamaForCausalLM:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=64,
        hidden_size=48,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=6,
        num_key_value_heads=2,
        tie_word_embeddings=True,
    )
    return LlamaForCausalLM(config).eval()


def randomized(parameters: dict[str, torch.nn.Parameter]) -> None:
    with torch.no_grad():
        for parameter in parameters.values():
            parameter.normal_(0, 0.1)


def test_blocks_of_attention_equal_the_fused_kernel(model: LlamaForCausalLM, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "BLOCK", 5)
    ids = torch.randint(0, 64, (2, 23))
    with torch.no_grad():
        fused = model(input_ids=ids).logits
        model.set_attn_implementation(attention.install())
        assert torch.allclose(model(input_ids=ids).logits, fused, atol=1e-5)


def test_going_on_from_the_shared_prefix_equals_the_plain_forward(model: LlamaForCausalLM) -> None:
    model.set_attn_implementation(attention.install())
    randomized(lora.attach(model, range(1, 3), 4, 8))
    prefix, ids = torch.randint(0, 64, (1, 9)), torch.randint(0, 64, (3, 14))
    with torch.no_grad():
        shared = hidden_states(model, prefix, Batch(ids, torch.ones(3, 14), of_shop=True))
        whole = torch.cat([prefix.expand(3, -1), ids], 1)
        plain = hidden_states(model, prefix, Batch(whole, torch.ones(3, 23), of_shop=False))
    assert torch.allclose(shared, plain[:, 9:], atol=1e-5)


def test_only_what_is_marked_is_learned(model: LlamaForCausalLM) -> None:
    ids, learned = torch.randint(0, 64, (2, 12)), torch.zeros(2, 12, dtype=torch.bool)
    learned[0, 7] = learned[1, 4] = True
    with torch.no_grad():
        logits = model(input_ids=ids).logits.log_softmax(-1)
        wanted = -(logits[0, 6, ids[0, 7]] + logits[1, 3, ids[1, 4]])
        loss, mean = loss_of(model, ids[:1], Batch(ids, learned, of_shop=False))
    assert torch.allclose(loss * USUAL_TARGETS, wanted, atol=1e-5)
    assert mean == pytest.approx(wanted.item() / 2)


def test_gradients_of_the_adapter_are_those_of_plain_autograd() -> None:
    torch.manual_seed(0)
    adapted = lora.LoraLinear(torch.nn.Linear(6, 5, bias=False), 2, 4)
    with torch.no_grad():
        adapted.lora_B.normal_()
    adapted.weight.requires_grad_(False)
    x = torch.randn(3, 4, 6, requires_grad=True)
    adapted(x).square().sum().backward()
    mine = [x.grad, adapted.lora_A.grad, adapted.lora_B.grad]
    again, a, b = (t.detach().clone().requires_grad_() for t in (x, adapted.lora_A, adapted.lora_B))
    (again @ adapted.weight.t() + 2 * (again @ a.t()) @ b.t()).square().sum().backward()
    for one, other in zip(mine, (again.grad, a.grad, b.grad), strict=True):
        assert torch.allclose(one, other, atol=1e-4)


def test_what_is_written_is_a_peft_adapter_and_merges_to_the_same(model: LlamaForCausalLM, tmp_path: Path) -> None:
    folder = tmp_path / "base"
    model.save_pretrained(folder)
    layers = range(1, 3)
    parameters = lora.attach(model, layers, 4, 8)
    randomized(parameters)
    with torch.no_grad():
        for parameter in parameters.values():
            parameter.copy_(parameter.bfloat16().float())
    lora.write(tmp_path / "adapter", parameters, layers, 4, 8, {"steps": 3})
    assert json.loads((tmp_path / "adapter" / "training.json").read_text()) == {"steps": 3}
    assert sorted(path.name for path in (tmp_path / "adapter").iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
        "training.json",
    ]
    ids = torch.randint(0, 64, (1, 11))
    with torch.no_grad():
        wanted = model(input_ids=ids).logits
        by_peft = PeftModel.from_pretrained(LlamaForCausalLM.from_pretrained(folder), tmp_path / "adapter")
        assert torch.allclose(by_peft(input_ids=ids).logits, wanted, atol=1e-4)
        merged = lora.merge(LlamaForCausalLM.from_pretrained(folder), tmp_path / "adapter")
        assert torch.allclose(merged(input_ids=ids).logits, wanted, atol=1e-4)
