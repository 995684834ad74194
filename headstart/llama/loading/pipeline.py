"""Between a loaded model and the `HuggingFacePipeline` that LangChain knows one as."""

import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from weakref import WeakValueDictionary

from langchain_huggingface import HuggingFacePipeline
from transformers import PreTrainedModel, PreTrainedTokenizerBase, TextGenerationPipeline

from headstart.errors import ModelError
from headstart.llama.decoding.int8 import is_int8
from headstart.llama.loading.checks import check_chat
from headstart.llama.loading.choice import EMBEDDED, Device, Dtype, ModelChoice, is_cached
from headstart.llama.loading.weights import Loaded, load

_in_use: WeakValueDictionary[tuple[str, str, str], Loaded] = WeakValueDictionary()
_loading = threading.Lock()


def _after_fork() -> None:
    """Another thread may have had the lock. What the parent has loaded cannot work here, so it is loaded anew."""
    global _loading
    _loading = threading.Lock()
    _in_use.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def in_process(choice: ModelChoice) -> Loaded:
    """The model that was chosen: as it is, where this process has it loaded already, for weights need no second copy.

    Raises: ModelError as `weights.load` does.
    """
    with _loading:
        loaded = _in_use.get(_key(choice))
        if loaded is None:
            loaded = load(choice)
            _in_use[_key(choice)] = loaded
        return loaded


def handed_over(llm: Any) -> bool:
    """Whether a pipeline is somebody's own, with settings of its own, and not made by `pipeline_over`."""
    return getattr(getattr(llm, "pipeline", None), "headstart_loaded", None) is None


def made_again(llm: Any) -> None:
    """Raise TypeError unless another process can load this pipeline's model by its name."""
    loaded: Loaded | None = getattr(getattr(llm, "pipeline", None), "headstart_loaded", None)
    if loaded is None:
        raise TypeError(
            "Expected to pickle a ChatLlama that was made of a model's name, found one over a pipeline, whose weights "
            "no pickle should hold: pickle its settings, and make the chat model where it is used."
        )
    source = loaded.choice.source
    if not (source == EMBEDDED or Path(source).is_dir() or is_cached(source)):
        raise TypeError(
            f"Expected to pickle a ChatLlama whose model can be loaded by its name, found {source!r}, which lies "
            "neither in a folder nor in the hub's cache: make the chat model where it is used."
        )


def pipeline_over(loaded: Loaded) -> HuggingFacePipeline:
    """The pipeline that `ChatHuggingFace` takes."""
    pipeline = TextGenerationPipeline(model=loaded.model, tokenizer=cast(Any, loaded.tokenizer))
    # The pipeline keeps what is loaded alive, and so its place among the models in use.
    cast(Any, pipeline).headstart_loaded = loaded
    _in_use.setdefault(_key(loaded.choice), loaded)
    return HuggingFacePipeline(pipeline=pipeline, model_id=loaded.choice.source)


def loaded_of(
    llm: Any, tokenizer: PreTrainedTokenizerBase | None = None, name: str | None = None, dtype: str | None = None
) -> Loaded:
    """What a pipeline is over, whoever made it.

    Args:
        tokenizer: in place of the pipeline's own.
        name: what the model is called, for a pipeline that does not know; `auto` and None ask nothing.
        dtype: what its weights are expected to be held in; `auto` and None ask nothing.

    Raises: ModelError when it is no local text generation, or its model cannot hold a conversation; ValueError when the
    pipeline holds another model, or the same in another dtype.
    """
    pipeline: Any = getattr(llm, "pipeline", None)
    if not isinstance(getattr(pipeline, "model", None), PreTrainedModel):
        raise ModelError(f"Expected a HuggingFacePipeline over a local model, found {type(llm).__name__}.")
    loaded: Loaded | None = getattr(pipeline, "headstart_loaded", None)
    model: Any = pipeline.model
    found: Any = tokenizer or pipeline.tokenizer
    if loaded is None:
        source = str(_asked(name) or llm.model_id or model.name_or_path)
        check_chat(model, found, source)
        device: Device = "cuda" if model.device.type == "cuda" else "cpu"
        choice = ModelChoice(Path(source).name, source, device, _dtype(model), "It was handed over as a pipeline.")
        loaded = Loaded(model.eval(), found, choice)
    elif found is not loaded.tokenizer:
        check_chat(model, found, loaded.choice.source)
        loaded = replace(loaded, tokenizer=found)
    for field, wanted, held in (("model_id", name, loaded.choice.source), ("dtype", dtype, loaded.choice.dtype)):
        if _asked(wanted) not in (None, held):
            raise ValueError(f"Expected the pipeline's own {held!r} as {field}, found {wanted!r}: leave {field} out.")
    return loaded


def _asked(value: str | None) -> str | None:
    return None if value == "auto" else value


def _dtype(model: Any) -> Dtype:
    if getattr(model, "is_loaded_in_4bit", False):
        return "nf4"
    if is_int8(model):
        return "int8"
    return "float32" if str(model.dtype) == "torch.float32" else "bf16"


def _key(choice: ModelChoice) -> tuple[str, str, str]:
    return choice.source, choice.device, choice.dtype
