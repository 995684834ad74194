"""Attention of a few new tokens over many cached ones, on the CPU.

PyTorch's fused kernel is built for long queries: with one new token at a context of 2,000 it takes
five times, at 7,500 ten times as long as three plain matrix products, because it runs the query heads
that share a key head one by one (2 cores with AVX-512, torch 2.13). Decoding is all such calls. Here
the query heads of one key head are rows of one product.
"""

import torch
from torch import Tensor

_ONE_PRODUCT_TOKENS = 1024
_ONE_PRODUCT_ROWS = 128
"""Up to so much all heads are one batched product: it copies the keys, which are a view of a larger buffer."""


def grouped_attention(query: Tensor, key: Tensor, value: Tensor, later: Tensor | None) -> Tensor:
    """Causal attention of the last tokens of one sequence.

    Args:
        query: `(kv_heads, shared · new, head_dim)`, scaled; the query heads that share a key head are stacked.
        key, value: `(kv_heads, tokens, head_dim)`; the new tokens are the last of them.
        later: `(new, new)`, minus infinity where a new token would see a later one; None for a single new token.

    Returns: `(kv_heads, shared · new, head_dim)`.
    """
    kv_heads, rows, _ = query.shape
    total = key.shape[1]
    if total <= _ONE_PRODUCT_TOKENS and rows <= _ONE_PRODUCT_ROWS:
        return torch.bmm(_weights(torch.bmm(query, key.transpose(1, 2)), later), value)
    out = torch.empty_like(query)
    for head in range(kv_heads):
        torch.mm(_weights(query[head] @ key[head].t(), later), value[head], out=out[head])
    return out


def _weights(scores: Tensor, later: Tensor | None) -> Tensor:
    """The softmax over `(…, rows, tokens)`, in float32 and back."""
    if later is not None:
        new = len(later)
        scores.view(-1, new, scores.shape[-1])[..., -new:].add_(later)
    return torch.softmax(scores, -1, dtype=torch.float32).to(scores.dtype)
