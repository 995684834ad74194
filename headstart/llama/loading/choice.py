"""Which model this machine runs.

`auto` takes the notebook's Llama 3 8B Instruct where there is a CUDA device and its weights lie on
this machine already, and the embedded SmolLM2 everywhere else; nothing is ever downloaded unasked.
What is chosen is decided apart from loading it, so that `doctor` can say it without waiting; torch is
imported only to ask for a CUDA device.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, cast

from headstart.errors import ModelError
from headstart.llama.loading.threads import configure_threads

GPU_MODEL = "meta-llama/Meta-Llama-3-8B-Instruct"
EMBEDDED = "embedded"
EMBEDDED_NAME = "SmolLM2 135M"

Device: TypeAlias = Literal["cpu", "cuda"]
Dtype: TypeAlias = Literal["bf16", "float32", "int8", "nf4"]
DTYPES = ("auto", "bf16", "float32", "int8", "nf4")


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model, where it runs and how, and why this one."""

    name: str
    """For the header: `SmolLM2 135M`."""
    source: str
    """`embedded`, a hub id or a folder."""
    device: Device
    dtype: Dtype
    why: str
    """One sentence."""


def choose_model(spec: str = "auto", dtype: str = "auto") -> ModelChoice:
    """Decide without loading anything.

    Args:
        spec: `auto`, `embedded`, a hub id or a local folder.
        dtype: `auto`, `bf16`, `float32`, `int8` (on the CPU) or `nf4` (4 bit through bitsandbytes).

    Raises: ModelError for a dtype that is none of these, or not for the device.
    """
    if dtype not in DTYPES:
        raise ModelError(f"Expected one of {', '.join(DTYPES)} as the model's dtype, found {dtype!r}.")
    choice = _choose(spec, dtype)
    if choice.device == "cuda" and choice.dtype == "int8":
        raise ModelError(
            f"Expected auto, bf16, float32 or nf4 for {choice.name} on a GPU, found int8: choose one of them."
        )
    return choice


def _choose(spec: str, dtype: str) -> ModelChoice:
    if spec == EMBEDDED:
        return _embedded(dtype, "It was asked for.")
    if spec != "auto":
        device: Device = "cuda" if _cuda() else "cpu"
        nf4 = device == "cuda" and "llama" in spec.lower() and not Path(spec).is_dir()
        return ModelChoice(
            Path(spec).name, spec, device, _resolve(dtype, "nf4" if nf4 else "bf16"), "It was asked for."
        )
    if not is_cached(GPU_MODEL):
        return _embedded(dtype, f"{GPU_MODEL} is not on this machine.")
    if not _cuda():
        return _embedded(dtype, f"{GPU_MODEL} is on this machine, but no CUDA device to run it.")
    why = "There is a CUDA device, and the weights are on this machine."
    return ModelChoice("Llama 3 8B", GPU_MODEL, "cuda", _resolve(dtype, "nf4"), why)


def is_cached(hub_id: str) -> bool:
    """Whether the weights of a hub model lie in the local hub cache, index and all."""
    from huggingface_hub import try_to_load_from_cache

    def cached(name: str) -> Path | None:
        found = try_to_load_from_cache(hub_id, name)
        return Path(found) if isinstance(found, str) else None

    if hub_id.count("/") != 1 or Path(hub_id).is_absolute() or cached("config.json") is None:
        return False
    index = cached("model.safetensors.index.json")
    if index is None:
        return cached("model.safetensors") is not None
    shards = set(json.loads(index.read_text())["weight_map"].values())
    return all(cached(shard) is not None for shard in shards)


def default_gpu_model_present() -> bool:
    """Whether what `auto` prefers on a CUDA device is on this machine."""
    return is_cached(GPU_MODEL)


def _embedded(dtype: str, why: str) -> ModelChoice:
    return ModelChoice(EMBEDDED_NAME, EMBEDDED, "cpu", _resolve(dtype, "bf16"), why)


def _resolve(dtype: str, automatic: Dtype) -> Dtype:
    return automatic if dtype == "auto" else cast(Dtype, dtype)


def _cuda() -> bool:
    configure_threads()
    import torch

    return torch.cuda.is_available()
