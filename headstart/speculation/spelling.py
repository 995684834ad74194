"""One spelling for the arguments of a call: canonical JSON, whatever objects they were handed in as.

A model writes arguments as JSON, a tool takes dates, enums and models, and a rule may hold either. All of
them must come to one key, and the key must read back as something that the tool takes. Two calls that
differ never get one spelling: what has none of its own is refused instead of being shortened.
"""

import dataclasses
import json
import os
from collections.abc import Mapping, Sequence, Set
from enum import Enum
from typing import Any

_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})


def canonical(arguments: Mapping[str, Any]) -> str:
    """Arguments as JSON with sorted names and no spaces.

    Raises TypeError for an object that JSON has no spelling for, ValueError for two names that it spells alike.
    """
    try:
        plain = arguments if _is_plain(arguments) else plain_mapping(arguments)
    except RecursionError:
        raise ValueError("Expected arguments that end somewhere, found some that hold themselves.") from None
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def read_back(arguments: str) -> dict[str, Any]:
    """The arguments that JSON spells. Raises ValueError where it spells none."""
    try:
        found = json.loads(arguments)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError("Expected the arguments of a call as a JSON object, found text that is no JSON.") from error
    if not isinstance(found, dict):
        raise ValueError(f"Expected the arguments of a call as a JSON object, found {type(found).__name__}.")  # noqa: TRY004  # the text is wrong, not its type
    return found


def plain_mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    """A mapping as JSON has it: its names are text."""
    plain = {_name(key): plain_value(held) for key, held in value.items()}
    if len(plain) != len(value):
        raise ValueError("Expected names that differ in JSON too, found two that are spelt alike (1 and '1', say).")
    return plain


def plain_value(value: Any) -> Any:
    """A value as JSON has it."""
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, Enum):
        return plain_value(value.value)
    if isinstance(value, str | int | float):
        return _without_its_class(value)
    if isinstance(value, Mapping):
        return plain_mapping(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "surrogateescape")
    if isinstance(value, Sequence):
        return [plain_value(held) for held in value]
    if isinstance(value, Set):
        return sorted(map(plain_value, value), key=lambda held: json.dumps(held, sort_keys=True))
    if hasattr(value, "model_dump"):
        return plain_value(value.model_dump(by_alias=True))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain_value(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return _leaf(value)


def _is_plain(arguments: Mapping[str, Any]) -> bool:
    """The usual case, for which nothing has to be made anew."""
    if type(arguments) is not dict:
        return False
    return all(type(name) is str and type(held) in _AS_THEY_ARE for name, held in arguments.items())


def _without_its_class(value: str | float) -> str | float:
    """The text or number itself: a subclass may print itself as something else."""
    if isinstance(value, str):
        return str.__str__(value)
    return int(value) if isinstance(value, int) else float(value)


def _name(key: Any) -> str:
    plain = plain_value(key)
    return plain if isinstance(plain, str) else json.dumps(plain, sort_keys=True, ensure_ascii=False)


def _leaf(value: Any) -> Any:
    """Dates, times, UUIDs, decimals, paths, addresses and what else pydantic knows a spelling for."""
    # Imported for the few arguments that need it: the library itself is there at once.
    from pydantic_core import PydanticSerializationError, to_jsonable_python

    if isinstance(value, os.PathLike):
        return plain_value(os.fspath(value))
    if hasattr(value, "get_secret_value"):
        raise TypeError("Expected arguments that may be shown, found a secret: keep it out of the call's arguments.")
    try:
        plain = to_jsonable_python(value)
    except (PydanticSerializationError, ValueError, TypeError) as error:
        raise TypeError(
            f"Expected arguments that JSON can spell, found {type(value).__name__}: hand in its plain value."
        ) from error
    if type(plain) not in _AS_THEY_ARE:
        # Anything that is read to be spelt, a generator say, would be used up by that.
        raise TypeError(f"Expected arguments that JSON can spell, found {type(value).__name__}: make it a list.")
    return plain
