"""What a model must be to hold a conversation, checked before it fails in the middle of one.

Weights and tokenizer come from one folder and need not belong together; a base model has no chat
template; many a tokenizer names an end of text that its chat template never writes.
"""

import json
import math
from pathlib import Path
from typing import Any, cast

from headstart.errors import ModelError


def check_chat(model: Any, tokenizer: Any, source: str) -> None:
    """Hold together what came from one folder but need not belong together.

    Raises: ModelError saying what does not fit.
    """
    if not tokenizer.chat_template:
        raise ModelError(
            f"Expected a chat model, but the tokenizer of {source!r} has no chat template: "
            "choose its Instruct or Chat version."
        )
    if getattr(tokenizer, "backend_tokenizer", None) is None:
        raise ModelError(f"Expected a tokenizer.json in {source!r}, found none: choose another model.")
    rows: int = model.get_input_embeddings().weight.shape[0]
    if len(tokenizer) > rows:
        raise ModelError(
            f"Expected tokenizer and weights of {source!r} to belong together, found {len(tokenizer)} tokens and "
            f"{rows} embeddings: choose another model."
        )
    if not stop_ids(model, tokenizer):
        raise ModelError(
            f"Expected {source!r} to name a token that ends an answer, found none in its settings, tokenizer or "
            "chat template: choose another model."
        )
    if carries := _beyond_attention(model):
        raise ModelError(
            f"Expected a model of attention layers alone in {source!r}, found {carries}: what such layers carry along "
            "cannot be cut back to an earlier token, as a KV cache can. Choose another model."
        )
    if not isinstance(_text_config(model, "max_position_embeddings"), int):
        raise ModelError(
            f"Expected {source!r} to say how many tokens it takes (max_position_embeddings in its config.json), found "
            "nothing: choose another model."
        )


def context_of(model: Any) -> int:
    """How many tokens prompt and answer may have together.

    A RoPE that turns otherwise beyond the trained length would turn cached keys and new ones apart: `generate()`, which
    caches too, answers otherwise there than in one pass. So what it was trained for is the end.
    """
    context = int(_text_config(model, "max_position_embeddings"))
    rope: Any = _text_config(model, "rope_parameters") or {}
    kinds = [rope, *(kind for kind in rope.values() if isinstance(kind, dict))]
    trained = [
        int(kind.get("original_max_position_embeddings") or context)
        for kind in kinds
        if kind.get("rope_type") in ("dynamic", "longrope")
    ]
    return min([context, *trained])


def _text_config(model: Any, name: str) -> Any:
    """A setting of the part that writes text, which a model of several parts keeps apart."""
    return getattr(model.config.get_text_config(), name, None)


_ATTENTION = frozenset({"full_attention", "sliding_attention", "chunked_attention", "attention"})


def _beyond_attention(model: Any) -> str | None:
    """What of a model lies outside the KV cache: an encoder, or layers with a state of their own."""
    if model.config.is_encoder_decoder:
        return "an encoder"
    kinds: list[str] = _text_config(model, "layer_types") or []
    others = sorted(set(kinds) - _ATTENTION)
    if others:
        return f"layers of the kind {', '.join(others)}"
    stateful = getattr(model, "_is_stateful", False) or any(
        type(module).__name__ == "Conv1d" for module in model.modules()
    )
    return "layers with a state of their own (convolution, Mamba or recurrent ones)" if stateful else None


def stop_ids(model: Any, tokenizer: Any) -> frozenset[int]:
    """Every token that ends an answer: by the model, by its tokenizer, and by what ends a turn in the chat template.

    The last of them mends models whose settings name only the end of a text, such as some of Llama 3's.
    """
    found: list[Any] = [tokenizer.eos_token_id, _turn_end(tokenizer)]
    for config in (model.generation_config, model.config):
        ids = getattr(config, "eos_token_id", None)
        found.extend(ids if isinstance(ids, list) else [ids])
    return frozenset(token for token in found if isinstance(token, int))


def _turn_end(tokenizer: Any) -> int | None:
    """The special token right after an assistant's words in the chat template, if there is one."""
    words = "0words0"
    try:
        turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": words}]
        rendered = cast(str, tokenizer.apply_chat_template(turns, tokenize=False))
    except Exception:  # A template may refuse anything, with any error.
        return None
    after = tokenizer.encode(rendered.rpartition(words)[2], add_special_tokens=False)
    return after[0] if after and after[0] in tokenizer.all_special_ids else None


def check_memory(source: Path, bytes_per_weight: float, device: str, name: str) -> None:
    """Compare what the weights in a folder will take with what is free; does nothing where either is unknown.

    Args: `bytes_per_weight` as they will be held, 2 for bf16.
    Raises: ModelError with both figures.
    """
    weights = _count_weights(source)
    free = free_bytes(device)
    if weights is None or free is None:
        return
    needed = int(weights * bytes_per_weight * _OVERHEAD)
    if needed > free:
        where = "GPU memory" if device == "cuda" else "memory"
        raise ModelError(
            f"Expected {needed / 1e9:.1f} GB of free {where} for {name}, found {free / 1e9:.1f} GB: "
            "choose a smaller dtype such as nf4, or another model."
        )


_OVERHEAD = 1.1
"""What loading takes beyond the weights themselves."""


def free_bytes(device: str) -> int | None:
    """Memory that can be had without swapping, on the GPU for `cuda`; None where it cannot be told."""
    if device == "cuda":
        import torch

        return int(torch.cuda.mem_get_info()[0])
    import psutil

    return int(psutil.virtual_memory().available)


def _count_weights(folder: Path) -> int | None:
    """How many weights lie in the safetensors files of a folder, by their headers."""
    total = 0
    for path in sorted(folder.glob("*.safetensors")):
        try:
            with path.open("rb") as file:
                header: dict[str, Any] = json.loads(file.read(int.from_bytes(file.read(8), "little")))
            total += sum(math.prod(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__")
        except (OSError, ValueError, KeyError, TypeError, OverflowError, MemoryError):
            return None  # A broken file is told by whoever loads it.
    return total or None
