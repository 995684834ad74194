"""One pass of tokens through the model: over transformers' `forward`, or over a shorter way through the same weights.

A pass of a few tokens through the eager layers of transformers spends more time between the products than in
them: 93 operations a layer, and a reordering of the weights in every product. `LlamaPass` does the same sums with
46, over weights that are brought once into the order that oneDNN multiplies in. On two
cores a pass of 1, 8 and 16 tokens at a context of 500 took 19, 20 and 24 ms by it and 34, 29 and 35 ms by `forward`.
"""

import contextlib
import ctypes
import mmap
import sys
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel
from transformers.cache_utils import Cache

from headstart.llama.decoding.attention import grouped_attention
from headstart.llama.decoding.int8 import Int8Linear

_COPIED_AT_MOST = 1 << 30
"""Bytes of linear weights up to which reordered copies are held beside the model's own."""
_FEW_TOKENS = 8
"""The width of a pass that the order of the weights is chosen for."""
_MADV_PAGEOUT = 21
"""Since Linux 5.4; an older kernel says no, and the memory stays in use."""


class Pass(Protocol):
    """Puts tokens through the model."""

    def __call__(self, ids: Tensor, cache: Cache, keep: int) -> Tensor | None:
        """Extend `cache`, which holds all earlier tokens, by the `(tokens,)` in `ids`.

        Returns: the logits after the last `keep` tokens, `(keep, vocabulary)`, None for a `keep` of 0.
        """
        ...


class EagerPass:
    """Transformers' own `forward`, for every model and device."""

    def __init__(self, model: PreTrainedModel) -> None:
        self._logits: Any = model
        self._hidden: Any = cast(Any, model).base_model

    def __call__(self, ids: Tensor, cache: Cache, keep: int) -> Tensor | None:
        """As `Pass` says."""
        if not keep:
            self._hidden(input_ids=ids[None], past_key_values=cache, use_cache=True)
            return None
        out = self._logits(input_ids=ids[None], past_key_values=cache, use_cache=True, logits_to_keep=keep)
        return cast(Tensor, out.logits)[0]


class LlamaPass:
    """A Llama on the CPU in bf16, float32 or `Int8Linear`s. The model itself is not changed."""

    @torch.inference_mode()
    def __init__(self, model: PreTrainedModel) -> None:
        config, body = cast(Any, model.config), cast(Any, model).model
        linear = _linears(model)
        self._embed: Any = body.embed_tokens
        self._rotary: Any = body.rotary_emb
        self._layers = [_Layer.of(layer, linear) for layer in body.layers]
        self._norm = _Norm.of(body.norm)
        self._head = linear(cast(Any, model).lm_head)
        self._kv_heads = int(config.num_key_value_heads)
        self._shared = int(config.num_attention_heads) // self._kv_heads
        self._dim = int(body.layers[0].self_attn.head_dim)
        self._scale = float(body.layers[0].self_attn.scaling)

    @torch.inference_mode()
    def __call__(self, ids: Tensor, cache: Cache, keep: int) -> Tensor | None:
        """As `Pass` says."""
        held, new = cache.get_seq_length(), len(ids)
        states: Tensor = self._embed(ids)
        cos, sin = self._rotation(states, held)
        later = torch.full((new, new), float("-inf"), dtype=states.dtype).triu_(1) if new > 1 else None
        for at, layer in enumerate(self._layers):
            query, key, value = self._attended(layer, states, cos, sin)
            keys, values = cache.update(key[None], value[None], at)
            mixed = grouped_attention(query, keys[0], values[0], later)
            mixed = mixed.view(self._kv_heads, self._shared, new, self._dim).permute(2, 0, 1, 3).reshape(new, -1)
            states = layer.out(mixed, "add", states)
            normed = layer.mlp_norm(states)
            states = layer.down(layer.up(normed, "mul", layer.gate(normed, "swish")), "add", states)
        return self._head(self._norm(states[new - keep :])) if keep else None

    def _attended(self, layer: "_Layer", states: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Query `(kv_heads, shared · new, dim)`, scaled; key and value `(kv_heads, new, dim)`."""
        new, kv_heads, shared = len(states), self._kv_heads, self._shared
        normed = layer.attention_norm(states)
        query = self._rotated(layer.query(normed), cos, sin).mul_(self._scale)
        key = self._rotated(layer.key(normed), cos, sin).transpose(0, 1)
        value = layer.value(normed).view(new, kv_heads, self._dim).transpose(0, 1)
        rows = query.view(new, kv_heads, shared, self._dim).permute(1, 2, 0, 3)
        return rows.reshape(kv_heads, shared * new, self._dim), key, value

    def _rotated(self, states: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        heads = states.view(len(states), -1, self._dim)
        return torch.addcmul(heads * cos, heads.roll(self._dim // 2, -1), sin)

    def _rotation(self, states: Tensor, held: int) -> tuple[Tensor, Tensor]:
        """Cosine and sine by position, `(new, 1, dim)`; the sine with the sign that rotating by halves needs."""
        positions = torch.arange(held, held + len(states))
        cos, sin = self._rotary(states[None], positions[None])
        first, second = sin[0].chunk(2, -1)
        return cos[0][:, None], torch.cat((-first, second), -1)[:, None]


_passes: "weakref.WeakKeyDictionary[PreTrainedModel, LlamaPass]" = weakref.WeakKeyDictionary()


def pass_of(model: PreTrainedModel) -> Pass:
    """The fastest pass that this model has; what a `LlamaPass` copies is made once a model, and gone with it."""
    found = _passes.get(model)
    if found is not None:
        return found
    if not _is_plain_llama(model):
        return EagerPass(model)  # It holds the model, which would never be let go of if it were kept here.
    made = _passes[model] = LlamaPass(model)
    return made


def _is_plain_llama(model: PreTrainedModel) -> bool:
    config: Any = model.config
    if config.model_type != "llama" or config.hidden_act != "silu":
        return False
    # Accelerate may have left some of the weights elsewhere.
    if any(weight.device.type != "cpu" for weight in model.parameters()):
        return False
    linears = [module for module in model.modules() if hasattr(module, "in_features")]
    # Other kinds are bitsandbytes' and adapters, which compute in ways of their own.
    return all(type(module) in (nn.Linear, Int8Linear) and getattr(module, "bias", None) is None for module in linears)


_Then: TypeAlias = str | None
"""What follows a product: `swish`, or `add` or `mul` with another tensor."""


class _Product(Protocol):
    def __call__(self, states: Tensor, then: _Then = None, other: Tensor | None = None) -> Tensor: ...


def _linears(model: PreTrainedModel) -> Callable[[nn.Module], _Product]:
    """How each linear layer of the model is multiplied with."""
    weights = [module.weight for module in model.modules() if isinstance(module, nn.Linear)]
    size = sum(weight.numel() * weight.element_size() for weight in weights)
    copied = size <= _COPIED_AT_MOST and _reordered_runs(model.dtype)

    looked_up = cast(nn.Embedding, model.get_input_embeddings()).weight

    def linear(module: nn.Module) -> _Product:
        if not copied or not isinstance(module, nn.Linear):
            return _AsItIs(module)
        product = _Reordered(module.weight)
        if module.weight is not looked_up:  # The last layer's weights may be the embedding's too.
            _page_out(module.weight)
        return product

    return linear


def _reordered_runs(dtype: torch.dtype) -> bool:
    """Whether this torch has the operators, in the form that is called here, and they multiply as its own layers do."""
    try:
        if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]  # PyTorch has not typed it.
            return False
        if dtype is torch.bfloat16 and not torch.ops.mkldnn._is_mkldnn_bf16_supported():
            return False
        return dtype in (torch.float32, torch.bfloat16) and _multiplies_alike(dtype)
    except Exception:  # Operators without a public name may be gone or changed with any release.
        return False


def _multiplies_alike(dtype: torch.dtype) -> bool:
    draw = torch.Generator().manual_seed(0)
    layer = nn.Linear(64, 32, bias=False, dtype=dtype)
    layer.weight.data = torch.randn(32, 64, generator=draw).to(dtype)
    states, other = torch.randn(3, 64, generator=draw).to(dtype), torch.randn(3, 32, generator=draw).to(dtype)
    ours, theirs = _Reordered(layer.weight), _AsItIs(layer)
    uses: list[tuple[_Then, Tensor | None]] = [(None, None), ("swish", None), ("add", other), ("mul", other)]
    return all(
        torch.allclose(ours(states, then, one).float(), theirs(states, then, one).float(), atol=0.5, rtol=0.05)
        for then, one in uses
    )


class _Reordered:
    """A product with weights in oneDNN's order, and what follows it in the same step.

    The operators are what PyTorch's compiler puts in the place of a frozen linear layer; they have no public name.
    """

    def __init__(self, weight: Tensor) -> None:
        self._weight: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, _FEW_TOKENS)

    def __call__(self, states: Tensor, then: _Then = None, other: Tensor | None = None) -> Tensor:
        product: Any = torch.ops.mkldnn._linear_pointwise
        if other is None:
            return product(states, self._weight, None, then or "none", [], "")
        return product.binary(states, other, self._weight, None, then)


def _page_out(weight: Tensor) -> None:
    """Tell Linux that these weights will hardly be read again: mapped from a file, they then take no memory.

    Without it the embedded model takes its weights' size twice.

    Nothing is lost: whoever reads them gets them back from the file, or from where the kernel has put them.
    """
    if sys.platform != "linux":
        return
    first = -(-weight.data_ptr() // mmap.PAGESIZE) * mmap.PAGESIZE
    length = (weight.data_ptr() + weight.nbytes) // mmap.PAGESIZE * mmap.PAGESIZE - first
    if length > 0:
        with contextlib.suppress(OSError, AttributeError):  # A libc without it costs memory and nothing else.
            ctypes.CDLL(None).madvise(ctypes.c_void_p(first), ctypes.c_size_t(length), _MADV_PAGEOUT)


class _AsItIs:
    """A linear layer of any kind, and what follows it."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module

    def __call__(self, states: Tensor, then: _Then = None, other: Tensor | None = None) -> Tensor:
        out: Tensor = self._module(states)
        if then == "swish":
            return functional.silu(out)
        if other is None:
            return out
        return out.add_(other) if then == "add" else out.mul_(other)


@dataclass(frozen=True, slots=True)
class _Norm:
    weight: Tensor
    epsilon: float

    @classmethod
    def of(cls, module: Any) -> "_Norm":
        return cls(module.weight, module.variance_epsilon)

    def __call__(self, states: Tensor) -> Tensor:
        return functional.rms_norm(states, self.weight.shape, self.weight, self.epsilon)


@dataclass(frozen=True, slots=True)
class _Layer:
    attention_norm: _Norm
    query: _Product
    key: _Product
    value: _Product
    out: _Product
    mlp_norm: _Norm
    gate: _Product
    up: _Product
    down: _Product

    @classmethod
    def of(cls, layer: Any, linear: Callable[[nn.Module], _Product]) -> "_Layer":
        attention, mlp = layer.self_attn, layer.mlp
        return cls(
            attention_norm=_Norm.of(layer.input_layernorm),
            query=linear(attention.q_proj),
            key=linear(attention.k_proj),
            value=linear(attention.v_proj),
            out=linear(attention.o_proj),
            mlp_norm=_Norm.of(layer.post_attention_layernorm),
            gate=linear(mlp.gate_proj),
            up=linear(mlp.up_proj),
            down=linear(mlp.down_proj),
        )
