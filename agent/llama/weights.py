"""Which model this machine runs, and loading it.

`auto` takes the notebook's Llama 3 8B Instruct where there is a CUDA device and its weights lie on
this machine already, and the embedded SmolLM2 everywhere else; nothing is ever downloaded unasked.
What is chosen is decided apart from loading it, so that `doctor` can say it without waiting.

Nothing here imports torch before it must: `configure_threads` has to run first, and `doctor` and
`--help` need none of it.
"""

import contextlib
import json
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from agent.errors import ModelError
from agent.llama import embedded

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

PREFERRED = "meta-llama/Meta-Llama-3-8B-Instruct"
EMBEDDED = "embedded"
EMBEDDED_NAME = "SmolLM2 135M"

Device: TypeAlias = Literal["cpu", "cuda"]
Dtype: TypeAlias = Literal["bf16", "float32", "nf4"]
DTYPES = ("auto", "bf16", "float32", "nf4")


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


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """One step of loading, for a progress bar."""

    step: str
    fraction: float
    """0 to 1 over the whole of loading, not of this step."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model and its tokenizer, ready for `Decoder` and `ChatLlama`."""

    model: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase"
    choice: ModelChoice


Report: TypeAlias = Callable[[LoadProgress], None]


def configure_threads() -> None:
    """Make torch a good neighbour. To be called before torch is imported: OpenMP reads its settings once, on loading.

    Its threads spin while they wait for work, by default long enough that beside one other busy
    process decoding falls to a tenth. A bounded spin costs nothing when alone (measured on two cores:
    19.9 tokens/s either way) and doubles the speed in company. A value in the environment is left alone.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "20000")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def choose_model(spec: str = "auto", dtype: str = "auto") -> ModelChoice:
    """Decide without loading anything.

    Args:
        spec: `auto`, `embedded`, a hub id or a local folder.
        dtype: `auto`, `bf16`, `float32` or `nf4` (4 bit through bitsandbytes).

    Raises: ModelError for a dtype that is none of these.
    """
    if dtype not in DTYPES:
        raise ModelError(f"Expected one of {', '.join(DTYPES)} as the model's dtype, found {dtype!r}.")
    if spec == EMBEDDED:
        return _embedded(dtype, "asked for")
    if spec != "auto":
        device: Device = "cuda" if _cuda() else "cpu"
        nf4 = device == "cuda" and "llama" in spec.lower() and not Path(spec).is_dir()
        return ModelChoice(Path(spec).name, spec, device, _resolve(dtype, "nf4" if nf4 else "bf16"), "asked for")
    if not is_cached(PREFERRED):
        return _embedded(dtype, f"{PREFERRED} is not on this machine")
    if not _cuda():
        return _embedded(dtype, f"{PREFERRED} is on this machine, but no CUDA device")
    why = "a CUDA device is here and the weights are on this machine"
    return ModelChoice("Llama 3 8B", PREFERRED, "cuda", _resolve(dtype, "nf4"), why)


def is_cached(hub_id: str) -> bool:
    """Whether the weights of a hub model lie in the local hub cache, index and all."""
    from huggingface_hub import try_to_load_from_cache

    def cached(name: str) -> Path | None:
        found = try_to_load_from_cache(hub_id, name)
        return Path(found) if isinstance(found, str) else None

    if cached("config.json") is None:
        return False
    index = cached("model.safetensors.index.json")
    if index is None:
        return cached("model.safetensors") is not None
    shards = set(json.loads(index.read_text())["weight_map"].values())
    return all(cached(shard) is not None for shard in shards)


def load(choice: ModelChoice, progress: Report | None = None, cache: Path | None = None) -> Loaded:
    """Load what was chosen; the embedded model is converted first, in a process of its own, where it was not yet.

    Args:
        progress: told of each step, on the calling thread.
        cache: the folder for converted models, the user's cache folder by default.

    Raises: ModelError saying what was expected, what was found and what to do.
    """
    report = progress or _unreported
    configure_threads()
    if choice.source == EMBEDDED:
        folder = _converted(cache or embedded.cache_root(), report)
        try:
            return _load(choice, str(folder), report)
        except ModelError:
            # The manifest knows sizes only: a folder that is whole by them and still does not load is made anew.
            _convert(folder, report, afresh=True)
    return _load(choice, choice.source if choice.source != EMBEDDED else str(folder), report)  # noqa
