"""A low-rank adapter (Hu et al. 2021, arXiv 2106.09685) with as little memory traffic as two CPU cores can bear.

peft computes in float32 whenever the adapter is float32; here the products stay in bf16 and only the optimizer holds
float32 copies. What is written is peft's own format.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import LlamaForCausalLM

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


class _Product(torch.autograd.Function):
    """`x Wᵀ + s (x Aᵀ) Bᵀ` for a frozen W."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, a: Tensor, b: Tensor, scale: float) -> Tensor:
        rows = x.reshape(-1, x.shape[-1])
        low = rows @ a.t()
        out = rows @ weight.t()
        out.addmm_(low, b.t(), alpha=scale)
        ctx.save_for_backward(rows, weight, a, b, low)
        ctx.scale = scale
        return out.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor | None, ...]:
        rows, weight, a, b, low = ctx.saved_tensors
        shape = grad.shape
        grad = grad.reshape(-1, shape[-1])
        grad_low = (grad @ b) * ctx.scale
        grad_b = (grad.t() @ low) * ctx.scale
        grad_a = grad_low.t() @ rows
        grad_x = None
        if ctx.needs_input_grad[0]:
            grad_x = grad @ weight
            grad_x.addmm_(grad_low, a)
            grad_x = grad_x.view(*shape[:-1], -1)
        return grad_x, None, grad_a, grad_b, None


class LoraLinear(nn.Module):
    """A frozen projection and its low-rank correction."""

    def __init__(self, base: nn.Linear, rank: int, alpha: int) -> None:
        super().__init__()
        self.weight = base.weight
        self.lora_A = nn.Parameter(torch.empty(rank, base.in_features, dtype=base.weight.dtype))
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, rank, dtype=base.weight.dtype))
        nn.init.kaiming_uniform_(self.lora_A, a=5**0.5)
        self.scale = alpha / rank

    def forward(self, x: Tensor) -> Tensor:
        """The projection."""
        return _Product.apply(x, self.weight, self.lora_A, self.lora_B, self.scale)  # type: ignore[no-any-return]


def attach(model: LlamaForCausalLM, layers: range, rank: int, alpha: int) -> dict[str, nn.Parameter]:
    """Freeze the model, put an adapter on the projections of these layers; its parameters by peft's names."""
    model.requires_grad_(False)
    parameters: dict[str, nn.Parameter] = {}
    for number in layers:
        layer = model.model.layers[number]
        for part in (layer.self_attn, layer.mlp):
            for name in PROJECTIONS:
                base = getattr(part, name, None)
                if base is None:
                    continue
                adapted = LoraLinear(base, rank, alpha)
                setattr(part, name, adapted)
                where = "self_attn" if part is layer.self_attn else "mlp"
                path = f"base_model.model.model.layers.{number}.{where}.{name}"
                parameters[f"{path}.lora_A.weight"] = adapted.lora_A
                parameters[f"{path}.lora_B.weight"] = adapted.lora_B
    return parameters


def write(folder: Path, parameters: dict[str, Tensor], layers: range, rank: int, alpha: int, notes: dict) -> None:
    """The adapter in peft's format, each file put in place whole."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": "HuggingFaceTB/SmolLM2-135M-Instruct",
        "r": rank,
        "lora_alpha": alpha,
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": list(PROJECTIONS),
        "layers_to_transform": list(layers),
        "layers_pattern": "layers",
        "inference_mode": True,
    }
    tensors = {name: value.detach().to(torch.bfloat16).contiguous().clone() for name, value in parameters.items()}
    save_file(tensors, folder / "adapter_model.safetensors.part", metadata={"format": "pt"})
    (folder / "adapter_model.safetensors.part").chmod(0o644)  # safetensors writes for the owner only
    (folder / "adapter_model.safetensors.part").replace(folder / "adapter_model.safetensors")
    for name, value in (("adapter_config.json", config), ("training.json", notes)):
        (folder / f"{name}.part").write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
        (folder / f"{name}.part").replace(folder / name)


def merge(model: LlamaForCausalLM, folder: Path) -> LlamaForCausalLM:
    """Add an adapter's correction to the model's own weights."""
    config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "adapter_model.safetensors")
    scale = config["lora_alpha"] / config["r"]
    weights = dict(model.named_parameters())
    with torch.no_grad():
        for name in _pairs(tensors):
            a, b = (tensors[f"{name}.lora_{side}.weight"].float() for side in "AB")
            weight = weights[f"{name.removeprefix('base_model.model.')}.weight"]
            weight.copy_((weight.float() + scale * (b @ a)).to(weight.dtype))
    return model


def _pairs(tensors: dict[str, Tensor]) -> Iterator[str]:
    return (name.removesuffix(".lora_A.weight") for name in tensors if name.endswith(".lora_A.weight"))
