"""Objects that let no property through but those that their schema names.

A model that may invent properties does. What is composed of several schemas has to let the properties of all of them
through, in each of its parts; so closing one part for itself would leave nothing that fits.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, cast

Schema: TypeAlias = dict[str, Any]

OF_NAMES = ("properties", "patternProperties", "$defs", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "additionalItems", "contains", "not", "if", "then", "else", "propertyNames")
COMPOSED = ("allOf", "anyOf", "oneOf")


class Closing:
    """Closes objects to properties that nobody named."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions

    def closed(self, schema: Any, around: Sequence[str] = ()) -> Any:
        """The schema with every object in it closed.

        Args: `around` are the properties that what it is composed with names, so it must let them through.
        """
        if not isinstance(schema, dict):
            return schema
        given = cast(Schema, schema)
        names = self._names(given)
        made = children(given, lambda child, key: child if key in COMPOSED else self.closed(child))
        if names is None:
            # It says that there may be others, and then no part of it may be closed to them.
            return made
        for key in COMPOSED:
            if isinstance(given.get(key), list):
                made[key] = [self.closed(one, [*around, *self._beside(given, key)]) for one in given[key]]
        if "oneOf" in made and "anyOf" not in made and self._exclusive(given["oneOf"]):
            # The grammar does not see that of two objects; what cannot be both needs no check.
            made["anyOf"] = made.pop("oneOf")
        own = given.get("properties", {})
        beside = dict.fromkeys([*names, *around])
        reference = str(given.get("$ref", "")).removeprefix("#/$defs/")
        if reference and set(beside) - set(self._names(self._definitions.get(reference)) or beside):
            if self._recursive(reference):
                return given
            del made["$ref"]
            made["allOf"] = [*made.get("allOf", []), self.closed(self._definitions[reference], list(beside))]
        if "properties" in given:
            made["properties"] = {**made["properties"], **{name: {} for name in beside if name not in own}}
            made.setdefault("additionalProperties", False)
        return made

    def _beside(self, schema: Schema, key: str) -> dict[str, None]:
        """The properties that what stands beside one branch of a composition names."""
        # All of `allOf` hold at once, of the others one does.
        return self._names({name: value for name, value in schema.items() if name != key or key == "allOf"}) or {}

    def _names(self, schema: Any, seen: tuple[str, ...] = ()) -> dict[str, None] | None:
        """All properties that a schema names, in its order; None where there may be others."""
        if not isinstance(schema, dict):
            return {}
        given = cast(Schema, schema)
        if given.get("additionalProperties", False) is not False or given.get("patternProperties"):
            return None
        found = dict.fromkeys([*given.get("properties", {}), *given.get("required", [])])
        parts: list[Any] = [one for key in COMPOSED for one in given.get(key, [])]
        reference = str(given.get("$ref", "")).removeprefix("#/$defs/")
        if reference and reference not in seen:
            parts.append(self._definitions.get(reference))
            seen = (*seen, reference)
        for part in parts:
            names = self._names(part, seen)
            if names is None:
                return None
            found |= names
        return found

    def _exclusive(self, branches: Sequence[Any]) -> bool:
        """Whether no value fits two of these objects."""
        objects = [self._target(branch) for branch in branches]
        return all(self._disjoint(one, other) for at, one in enumerate(objects) for other in objects[at + 1 :])

    def _disjoint(self, one: Schema, other: Schema) -> bool:
        """Whether two objects need different values of a property, or one needs a property that the other lacks."""
        for first, second in ((one, other), (other, one)):
            names = self._names(second)
            for name in first.get("required", []):
                if names is not None and "properties" in second and name not in names:
                    return True
                values, others = (values_of(each.get("properties", {}).get(name)) for each in (first, second))
                shared = values is None or others is None or any(same(value, two) for value in values for two in others)
                if not shared and name in second.get("required", []):
                    return True
        return False

    def _target(self, schema: Any) -> Schema:
        if not isinstance(schema, dict):
            return {}
        given = cast(Schema, schema)
        reference = str(given.get("$ref", "")).removeprefix("#/$defs/")
        found = self._definitions.get(reference) if reference else given
        return cast(Schema, found) if isinstance(found, dict) else {}

    def _recursive(self, reference: str) -> bool:
        """Whether a definition leads back to itself."""
        seen, waiting = set[str](), [reference]
        while waiting:
            for found in _references(self._definitions.get(waiting.pop())):
                if found == reference:
                    return True
                if found not in seen:
                    seen.add(found)
                    waiting.append(found)
        return False


def values_of(schema: Any) -> list[Any] | None:
    """All values that a schema allows, where it names them."""
    if not isinstance(schema, dict):
        return None
    found = cast(Schema, schema)
    if "const" in found:
        return [found["const"]]
    if isinstance(found.get("enum"), list):
        return cast(list[Any], found["enum"])
    return [True, False] if found.get("type") == "boolean" else None


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal; 1 and true are not."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def children(schema: Schema, change: Callable[[Any, str], Any]) -> Schema:
    """The schema with each schema in it changed; values and names are no schemas."""
    made = dict(schema)
    for key, value in schema.items():
        if key in OF_NAMES and isinstance(value, dict):
            made[key] = {name: change(one, name) for name, one in cast(Schema, value).items()}
        elif key in (*_LISTS, "items") and isinstance(value, list):
            made[key] = [change(one, key) for one in cast(list[Any], value)]
        elif key in _SINGLE and isinstance(value, dict | bool):
            made[key] = change(value, key)
    return made


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for one in cast(list[Any], schema):
            yield from _references(one)
    elif isinstance(schema, dict):
        found = cast(Schema, schema)
        if isinstance(found.get("$ref"), str):
            yield found["$ref"].removeprefix("#/$defs/")
        for one in found.values():
            yield from _references(one)
