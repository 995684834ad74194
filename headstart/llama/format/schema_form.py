"""A JSON schema without words that are used as none, which hand-written ones hold: what reads it need not look."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, cast

_log = logging.getLogger(__name__)


def formed(schema: Any, tool: str, place: str = "", *, says: bool = True) -> Any:
    """The schema; what is no JSON schema, such as `"required": true` at a property, is left out.

    Args: `says` logs a warning that names the tool and the place.
    """
    if not isinstance(schema, Mapping):
        return schema
    made: dict[str, Any] = {}
    for key, value in cast(Mapping[str, Any], schema).items():
        inner = f"{place}.{key}".strip(".")
        if not _FORMS.get(key, _anything)(value):
            if says:
                _log.warning("The tool %r has %r for %r, which is no JSON schema: it is left out.", tool, value, inner)
        elif _FORMS.get(key) is _by_name:
            made[key] = {name: formed(one, tool, f"{inner}.{name}", says=says) for name, one in value.items()}
        elif _FORMS.get(key) in (_schemas, _items) and isinstance(value, list):
            made[key] = [formed(one, tool, inner, says=says) for one in cast(list[Any], value)]
        else:
            made[key] = formed(value, tool, inner, says=says) if _FORMS.get(key) in (_schema, _items) else value
    return made


def _schema(value: Any) -> bool:
    return isinstance(value, Mapping | bool)


def _by_name(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_schema, cast(Mapping[str, Any], value).values()))


def _schemas(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_schema, cast(list[Any], value)))


def _items(value: Any) -> bool:
    """Before the draft of 2020 a list: a schema for each place."""
    return _schema(value) or _schemas(value)


def _names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in cast(list[Any], value))


def _anything(_: Any) -> bool:
    return True


_FORMS: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"), _by_name),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _schemas),
    **dict.fromkeys(("additionalProperties", "contains", "not", "if", "then", "else", "propertyNames"), _schema),
    "items": _items,
    "required": _names,
    "enum": lambda value: isinstance(value, list),
    "dependentRequired": lambda value: (
        isinstance(value, Mapping) and all(map(_names, cast(Mapping[str, Any], value).values()))
    ),
}
