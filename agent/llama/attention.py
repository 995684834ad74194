"""Attention of a few new tokens over many cached ones, on the CPU.

PyTorch's fused kernel is built for long queries: with one new token at a context of 2,000 it takes
five times, at 7,500 ten times as long as three plain matrix products, because it runs the query heads
that share a key head one by one (2 cores with AVX-512, torch 2.13). Decoding is all such calls. Here
the query heads of one key head are rows of one product.
"""

from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask
from transformers.modeling_utils import AttentionInterface

NAME = "headstart_grouped"
_FAMILIES = ("llama",)
"""Model types whose layers all attend to everything before: no sliding window, no soft cap."""


def use_grouped_attention(model: PreTrainedModel) -> None:
    """Switch a Llama on the CPU over to `grouped_attention`; any other model is left as it is."""
    if model.device.type != "cpu" or model.config.model_type not in _FAMILIES:
        return
    AttentionInterface.register(NAME, cast(Any, grouped_attention))
    AttentionMaskInterface.register(NAME, _mask_where_needed)
    model.set_attn_implementation(NAME)


def grouped_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    """Causal attention of the last tokens of one sequence.

    Args:
        query: `(1, heads, new, head_dim)`.
        key, value: `(1, kv_heads, tokens, head_dim)`; the new tokens are the last of them.
        attention_mask: given for batches and padding, which are left to PyTorch's kernel.

    Returns: `(1, new, heads, head_dim)`, and no weights.
    """
    if attention_mask is not None or query.shape[0] > 1 or query.requires_grad:
        return sdpa_attention_forward(module, query, key, value, attention_mask, scaling=scaling, **kwargs)
    _, heads, new, dim = query.shape
    _, kv_heads, total, _ = key.shape
    shared = heads // kv_heads
    scale = dim**-0.5 if scaling is None else scaling
    later = torch.full((new, new), float("-inf")).triu_(1) if new > 1 else None
    rows = query.reshape(kv_heads, shared * new, dim)
    out = query.new_empty((kv_heads, shared * new, dim))
    for head in range(kv_heads):
        # A loop, not one batched product: that one copies the keys, which are a view of a larger buffer.
        scores = (rows[head] @ key[0, head].t()).float().mul_(scale)
        if later is not None:
            scores.view(shared, new, total)[..., total - new :].add_(later)
        torch.mm(scores.softmax(-1).to(value.dtype), value[0, head], out=out[head])
    return out.view(1, heads, new, dim).transpose(1, 2), None


def _mask_where_needed(batch_size: int, **kwargs: Any) -> Tensor | None:
    """No mask for one sequence without padding: `grouped_attention` knows what is causal."""
    if batch_size == 1 and kwargs.get("attention_mask") is None:
        return None
    return sdpa_mask(batch_size=batch_size, **kwargs)
