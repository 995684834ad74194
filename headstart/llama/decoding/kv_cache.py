"""A KV cache that remembers which tokens it holds.

`DynamicCache` copies every key and value on every forward pass (it grows by concatenation), which at
2,000 tokens costs as much as a draft of ten. Here each layer writes into a buffer that doubles when
it is full; what the attention reads, and what `crop` shortens, are views of it.
"""

from collections.abc import Sequence
from typing import Any, TypeVar, cast

import torch
from torch import Tensor
from transformers import PreTrainedConfig
from transformers.cache_utils import Cache, DynamicLayer

Prefixed = TypeVar("Prefixed", list[int], str)

_FIRST_CAPACITY = 512


class GrowingLayer(DynamicLayer):
    """One layer's keys and values, `(1, kv_heads, tokens, head_dim)` each, as views of larger buffers."""

    _key_buffer: Tensor | None = None
    _value_buffer: Tensor | None = None

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Append `(1, kv_heads, new, head_dim)` states and give all of them back."""
        held = self.get_seq_length()
        total = held + key_states.shape[-2]
        if self._key_buffer is None or self._value_buffer is None or self._key_buffer.shape[-2] < total:
            self._grow(key_states, value_states, held, total)
        keys, values = cast(Tensor, self._key_buffer), cast(Tensor, self._value_buffer)
        keys[..., held:total, :] = key_states
        values[..., held:total, :] = value_states
        self.keys, self.values = keys[..., :total, :], values[..., :total, :]
        self.is_initialized = True
        return self.keys, self.values

    @property
    def nbytes(self) -> int:
        """The memory of both buffers, what is beyond the held tokens included."""
        buffers = (self._key_buffer, self._value_buffer)
        return sum(buffer.untyped_storage().nbytes() for buffer in buffers if buffer is not None)

    def shrink(self) -> None:
        """Let go of the memory beyond what is held, so that cropped tokens are gone and not only hidden."""
        if self.is_initialized:
            self.keys = self._key_buffer = cast(Tensor, self.keys).clone()
            self.values = self._value_buffer = cast(Tensor, self.values).clone()

    def _grow(self, key_states: Tensor, value_states: Tensor, held: int, total: int) -> None:
        capacity = max(_FIRST_CAPACITY, 2 * total)
        keys = key_states.new_empty((*key_states.shape[:-2], capacity, key_states.shape[-1]))
        values = value_states.new_empty((*value_states.shape[:-2], capacity, value_states.shape[-1]))
        if held:
            keys[..., :held, :] = cast(Tensor, self.keys)
            values[..., :held, :] = cast(Tensor, self.values)
        else:
            self.dtype, self.device = key_states.dtype, key_states.device
        self._key_buffer, self._value_buffer = keys, values


class TokenCache:
    """The keys and values of one token sequence, and the sequence itself.

    Forward passes through `cache` must be told with `extend`; `tokens` and the layers are then of one
    length. After an exception in the middle of a pass they are not: `clear` it.
    """

    def __init__(self, config: PreTrainedConfig) -> None:
        self._config = config
        self._layers: int = cast(Any, config).num_hidden_layers
        self.answered: list[int] = []
        """What was held when the last answer ended; the rest came from a prefill."""
        self.owner: str | None = None
        """The conversation it belongs to, where the caller names one."""
        self.clear()

    @property
    def nbytes(self) -> int:
        """The memory of all layers."""
        return sum(cast(GrowingLayer, layer).nbytes for layer in self.cache.layers)

    @torch.inference_mode()
    def fork(self, keep: int) -> "TokenCache":
        """A cache of its own that begins with a copy of the first `keep` tokens."""
        forked = TokenCache(self._config)
        for mine, its in zip(self.cache.layers, forked.cache.layers, strict=True):
            if keep:
                keys, values = cast(Tensor, cast(Any, mine).keys), cast(Tensor, cast(Any, mine).values)
                cast(GrowingLayer, its).update(keys[..., :keep, :], values[..., :keep, :])
        forked.tokens = self.tokens[:keep]
        forked.answered = self.answered[:keep]
        return forked

    def clear(self) -> None:
        """Hold nothing."""
        self.tokens: list[int] = []
        self.cache = Cache(layers=[GrowingLayer() for _ in range(self._layers)])

    def extend(self, tokens: Sequence[int]) -> None:
        """Take down the tokens of the pass that just went through `cache`."""
        self.tokens.extend(tokens)

    def crop(self, keep: int) -> None:
        """Keep the first `keep` tokens. O(layers): nothing is copied."""
        drop = len(self.tokens) - keep
        if drop <= 0:
            return
        if keep == 0:
            self.clear()
            return
        # Transformers 5 takes the number of tokens to remove, as a negative number.
        self.cache.crop(-drop)
        del self.tokens[keep:]

    def forget(self, keep: int) -> None:
        """Keep the first `keep` tokens and free the memory of all others."""
        self.crop(keep)
        del self.answered[keep:]
        for layer in self.cache.layers:
            cast(GrowingLayer, layer).shrink()


def common_prefix(first: Prefixed, second: Prefixed) -> int:
    """The length of the longest common beginning of two lists or strings; by halves, as slices compare fast."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
