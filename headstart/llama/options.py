"""What a chat model or one of its calls is given: checked once, here, so that nothing is taken and then ignored.

What can be done is done; what cannot is refused by name. None is "not given", as everywhere in LangChain, and zero is
zero.
"""

import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from headstart.llama.decoding.choosing import Sampling

_LIMITS = ("max_tokens", "max_new_tokens", "max_completion_tokens")
_WITHOUT_EFFECT = ("api_key", "max_retries")
"""LangChain gives every chat model these: a local one has nowhere to sign in, and fails again as it failed before."""
_REFUSED: Mapping[str, tuple[Collection[Any], str]] = {
    "n": ((1,), "call it again for another answer"),
    "logprobs": ((False,), "leave it out"),
    "top_logprobs": ((0,), "leave it out"),
    "logit_bias": (({},), "leave it out"),
    "presence_penalty": ((0,), "use repetition_penalty"),
    "frequency_penalty": ((0,), "use repetition_penalty"),
    "model_kwargs": (({},), "give each of them by its own name"),
    "response_format": (({"type": "text"},), "use with_structured_output"),
}
"""What a hosted model may take and this one cannot do: the values that ask for nothing, and what to do instead."""


class Loading(BaseModel):
    """What decides which model is loaded, and how; looked at before anything is loaded."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=())

    model_id: str | None = None
    dtype: str | None = None
    dialect: str | None = None
    cache_gb: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


def _listed(stop: Any) -> Any:
    return [stop] if isinstance(stop, str) else stop


def _told_apart(value: Any) -> Any:
    """True is no number here, however much Python says so."""
    if isinstance(value, bool):
        raise ValueError("a number, not a yes or no")  # noqa: TRY004  pydantic wants a ValueError.
    return value


_Number = BeforeValidator(_told_apart)


class Options(BaseModel):
    """What an answer is written with, when the chat model's settings and the call's are put together."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    max_tokens: Annotated[int, _Number, Field(ge=1)]
    temperature: Annotated[float, _Number, Field(ge=0, allow_inf_nan=False)] = 0.0
    top_p: Annotated[float, _Number, Field(ge=0, le=1, allow_inf_nan=False)] = 1.0
    top_k: Annotated[int, _Number, Field(ge=1)] | None = None
    repetition_penalty: Annotated[float, _Number, Field(gt=0, allow_inf_nan=False)] = 1.0
    seed: Annotated[int, _Number, Field(ge=-(2**63), lt=2**63)] | None = None
    stop: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_listed)] = ()
    timeout: Annotated[float, _Number, Field(gt=0)] | None = None
    parallel_tool_calls: bool = True
    tools: Sequence[Any] = ()
    tool_choice: Any = None
    cancelled: Callable[[], bool] | None = None
    begun: str = ""
    barred: Sequence[str] = ()
    conversation: str | None = None

    @property
    def sampling(self) -> Sampling:
        """How tokens are chosen."""
        return Sampling(self.temperature, self.top_p, self.seed, self.top_k, self.repetition_penalty)


_HINTS = {
    "max_tokens": "prefill() warms the cache without an answer",
    "top_k": "leave it out to draw from every token",
    "stop": "an empty sequence stands before every text",
}


def options(settings: Mapping[str, Any], given: Mapping[str, Any]) -> Options:
    """A call's options over the chat model's settings; None stands for what is not given.

    Raises: ValueError naming what is not taken, cannot be done, or is of a wrong type or size.
    """
    asked = {**_present(settings), **_present(_named_alike(given))}
    refuse_unknown(asked, Options.model_fields)
    try:
        return Options(**asked)
    except ValidationError as error:
        raise ValueError(_sentence(error)) from error


def check_loading(fields: Mapping[str, Any]) -> None:
    """Raise ValueError for a field of `Loading` that is of a wrong type or size."""
    try:
        Loading(**fields)
    except ValidationError as error:
        raise ValueError(_sentence(error)) from error


def without_effect(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A chat model's `fields` under the names it has for them, less those that only a hosted model needs."""
    return {name: value for name, value in _named_alike(fields).items() if name not in _WITHOUT_EFFECT}


def refuse_unknown(given: Mapping[str, Any], known: Collection[str]) -> None:
    """Raise ValueError for the first name that is none, with the one that may have been meant."""
    for name in given:
        if name in known:
            continue
        meant = difflib.get_close_matches(name, known, 1)
        advice = f"did you mean {meant[0]!r}?" if meant else f"it takes {', '.join(sorted(known))}."
        raise ValueError(f"ChatLlama does not take {name!r}: {advice}")


def _named_alike(given: Mapping[str, Any]) -> dict[str, Any]:
    """With one name for the limit on an answer and for stop sequences, and without what asks for nothing.

    Raises: ValueError for two limits that differ, and for what cannot be done.
    """
    named: dict[str, Any] = dict(given)
    limits = {name: named.pop(name) for name in _LIMITS if name in named}
    found = {name: limit for name, limit in limits.items() if limit is not None}
    if len(set(map(repr, found.values()))) > 1:
        raise ValueError(f"Expected one limit on the answer, found {found}: give max_tokens alone.")
    if limits:
        named["max_tokens"] = next(iter(found.values()), None)
    if "stop_sequences" in named:
        sequences = named.pop("stop_sequences")
        named["stop"] = named.get("stop") if sequences is None else sequences
    for name, (harmless, instead) in _REFUSED.items():
        value = named.pop(name, None)
        if value is not None and not any(type(value) is type(one) and value == one for one in _both(harmless)):
            raise ValueError(f"ChatLlama cannot do {name}={value!r}: {instead}.")
    return named


def _both(harmless: Collection[Any]) -> list[Any]:
    """A zero may be whole or not."""
    return [*harmless, *(float(one) for one in harmless if type(one) is int)]


def _present(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    name = str(first["loc"][0])
    said = (
        first["msg"].removeprefix("Value error, ").removeprefix("Input should be ").removeprefix("String should have ")
    )
    hint = f" ({_HINTS[name]})" if name in _HINTS else ""
    return f"Expected for {name}: {said}, found {first['input']!r}{hint}."
