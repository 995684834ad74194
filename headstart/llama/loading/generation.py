"""The settings of somebody's own pipeline, as settings of a chat model.

`ChatHuggingFace` lets the pipeline generate, with all that its owner has set. Here the pipeline only brings its
model, so what was set is taken over, and what has no counterpart is refused: an answer is never written otherwise
than its owner said.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from headstart.errors import ModelError
from headstart.llama.loading.checks import stop_ids

_SAMPLING = ("temperature", "top_p", "top_k")
_TAKEN = {"max_new_tokens": "max_tokens", "repetition_penalty": "repetition_penalty", "stop_strings": "stop"}
_SAYS_NOTHING = frozenset(
    {
        # How a pipeline hands its text over, and how fast it is.
        *("return_full_text", "return_text", "return_tensors", "return_type", "skip_prompt", "skip_special_tokens"),
        *("clean_up_tokenization_spaces", "tokenizer", "batch_size", "prompt_lookup_num_tokens", "use_cache"),
        *("add_special_tokens", "padding", "truncation", "max_matching_ngram_size", "return_dict_in_generate"),
        *("output_attentions", "output_hidden_states", "output_scores", "output_logits"),
        # What a model's own file says about itself.
        *("transformers_version", "bos_token_id", "pad_token_id", "decoder_start_token_id", "_from_model_config"),
    }
)
_DEFAULT = {"num_beams": 1, "num_return_sequences": 1, "min_length": 0, "no_repeat_ngram_size": 0, "num_beam_groups": 1}
"""What asks for nothing, though it is not None."""


def settings_of(llm: Any) -> dict[str, Any]:
    """What a `HuggingFacePipeline`, its pipeline and its model's generation settings ask for, as `ChatLlama`'s fields.

    Greedy, and with this library's own limit, where they say nothing.

    Raises: ModelError for a setting that cannot be taken over.
    """
    pipeline: Any = llm.pipeline
    given: dict[str, Any] = {}
    layers: tuple[Mapping[str, Any], ...] = (
        _of_config(pipeline.model.generation_config),
        _of_config(getattr(pipeline, "generation_config", None)),
        getattr(pipeline, "_forward_params", {}),
        getattr(pipeline, "_generate_kwargs", {}),
        llm.pipeline_kwargs or {},
    )
    for layer in layers:
        given |= _of_config(layer.get("generation_config"))
        given |= {name: value for name, value in layer.items() if name != "generation_config"}
    given = {name: value for name, value in given.items() if value is not None and _DEFAULT.get(name) != value}
    taken = {_TAKEN[name]: given.pop(name) for name in list(given) if name in _TAKEN}
    taken |= _sampling(given)
    if "stop_sequence" in given:
        taken["stop"] = given.pop("stop_sequence")
    for name, value in given.items():
        if name not in _SAYS_NOTHING and not _already_so(name, value, pipeline):
            raise ModelError(
                f"Expected a pipeline with settings that ChatLlama can take over, found {name}={value!r}: "
                "leave it out there, or use ChatHuggingFace."
            )
    return taken


def _of_config(config: Any) -> dict[str, Any]:
    return dict(config.to_diff_dict()) if config is not None else {}


def _sampling(given: dict[str, Any]) -> dict[str, Any]:
    """Temperature and what goes with it, taken out of `given`; a `top_k` of 0 is transformers' way to switch it off."""
    found = {name: given.pop(name) for name in _SAMPLING if name in given}
    samples = given.pop("do_sample", bool(found))
    if not samples:
        return {}
    if not found.get("top_k", 1):
        del found["top_k"]
    return {"temperature": 1.0, **found}


def _already_so(name: str, value: Any, pipeline: Any) -> bool:
    """Whether a setting asks for what holds anyway."""
    holds: Callable[[], bool] | None = {
        "eos_token_id": lambda: set(_listed(value)) <= stop_ids(pipeline.model, pipeline.tokenizer),
        "max_length": lambda: value >= pipeline.model.config.max_position_embeddings,
    }.get(name)
    return holds is not None and holds()


def _listed(ids: Any) -> Collection[int]:
    return [ids] if isinstance(ids, int) else ids
