"""Arguments as a JSON schema takes them: its defaults filled in, and one spelling for one number."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

_DEPTH = 32
"""References may go round in a circle; no arguments are nested as deep as this."""


def filled(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with every default that the schema names, and whole numbers without a point."""
    taken = _taken(dict(arguments), schema, schema, _DEPTH)
    return cast("dict[str, Any]", taken)


def _taken(value: Any, schema: Any, root: Mapping[str, Any], depth: int) -> Any:
    schema = _resolved(schema, root, depth)
    if depth == 0 or not schema:
        return value
    parts = [part for key in ("allOf", "anyOf", "oneOf") for part in _parts(schema.get(key))]
    if isinstance(value, float):
        kinds = {kind for part in [schema, *parts] for kind in _kinds(_resolved(part, root, depth))}
        return int(value) if value.is_integer() and kinds & {"integer", "number"} else value
    if isinstance(value, list):
        items = schema.get("items")
        return [_taken(held, items, root, depth - 1) for held in cast("list[Any]", value)]
    if isinstance(value, dict):
        return _object_taken(cast("dict[str, Any]", value), schema, root, depth)
    return value


def _object_taken(
    value: dict[str, Any], schema: Mapping[str, Any], root: Mapping[str, Any], depth: int
) -> dict[str, Any]:
    properties = schema.get("properties")
    described = cast("Mapping[str, Any]", properties) if isinstance(properties, Mapping) else {}
    defaults = {
        name: part["default"]
        for name, part in ((name, _resolved(part, root, depth)) for name, part in described.items())
        if "default" in part and name not in _parts(schema.get("required"))
    }
    return {name: _taken(held, described.get(name), root, depth - 1) for name, held in {**defaults, **value}.items()}


def _resolved(schema: Any, root: Mapping[str, Any], depth: int) -> Mapping[str, Any]:
    """The schema that a local reference means, with what stands beside the reference."""
    if not isinstance(schema, Mapping):
        return {}
    found = cast("Mapping[str, Any]", schema)
    reference = found.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/") or depth == 0:
        return found
    target: Any = root
    for step in reference[2:].split("/"):
        target = cast("Mapping[str, Any]", target).get(step) if isinstance(target, Mapping) else None
    beside = {key: part for key, part in found.items() if key != "$ref"}
    return {**_resolved(target, root, depth - 1), **beside}


def _parts(value: Any) -> Sequence[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else ()


def _kinds(schema: Mapping[str, Any]) -> Sequence[str]:
    kind = schema.get("type")
    return (kind,) if isinstance(kind, str) else _parts(kind)
