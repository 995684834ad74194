"""The schema of a call's arguments as the grammar can follow it.

llguidance follows most of JSON Schema, and says of the rest that it does not. What can be said in other words is said
in those; what cannot is left out at its own place, with a warning that names the tool and the detail, and everything
around it stays as strict as it was. Objects are closed to properties that the schema does not name, unless it says
that there may be others: a model that may invent properties does.
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias, cast

from headstart.errors import ModelError
from headstart.llama.format.closing import COMPOSED, OF_NAMES, Closing, Schema, children, same, values_of
from headstart.llama.format.references import referring
from headstart.llama.format.schema_form import formed

_log = logging.getLogger(__name__)

Works: TypeAlias = Callable[[Any], str]
"""Tries a schema: an empty text where the grammar follows it, else what it does not understand."""

_UNIMPLEMENTED = re.compile(r"Unimplemented keys: (\[[^\]]*\])")
_MANY = 4
"""Conditions of one object that are written out as alternatives, whose number doubles with each."""


def arguments_schema(name: str, parameters: object, works: Works) -> Schema:
    """The schema that a call of the tool `name` is held to.

    Raises: ModelError for parameters that are no object's schema.
    """
    if parameters is None or parameters is True:
        parameters = {}
    if not isinstance(parameters, Mapping):
        raise ModelError(f"Expected a JSON schema as the parameters of the tool {name!r}, found {parameters!r}.")
    root = referring(formed(parameters, name), name)
    defined = root.pop("$defs", {})
    kinds = root.get("type", "object")
    if kinds != "object" and "object" not in kinds:
        raise ModelError(f"Expected the parameters of the tool {name!r} to be an object, found {kinds!r}.")
    root["type"] = "object"
    if not any(key in root for key in (*OF_NAMES, *COMPOSED, "$ref", "additionalProperties", "if", "required")):
        # A tool that names no parameters has none.
        root["additionalProperties"] = False
    definitions = {key: _plain(schema) for key, schema in defined.items()}
    closing = Closing(definitions)
    closed = {key: closing.closed(schema) for key, schema in definitions.items()}
    follower = _Follower(name, works, closed)
    for key, schema in closed.items():
        follower.definitions[key] = follower.followed(schema, key)
    return follower.whole(closing.closed(_plain(root)))


def _plain(schema: Any) -> Any:
    """The schema in the words that the grammar knows, with the same meaning."""
    if schema is True:
        return {}
    if not isinstance(schema, dict):
        return schema
    made = children(cast(Schema, schema), lambda child, _: _plain(child))
    if made.pop("nullable", False) is True:
        return {"anyOf": [_plain_keywords(made), {"type": "null"}]}
    return _plain_keywords(made)


def _plain_keywords(schema: Schema) -> Schema:
    made = dict(schema)
    if made.get("unevaluatedProperties") is False:
        del made["unevaluatedProperties"]  # Objects are closed anyway.
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        # Drafts before the sixth.
        if isinstance(made.get(exclusive), bool) and made.pop(exclusive) and limit in made:
            made[exclusive] = made.pop(limit)
    cases: list[list[Any]] = [_cases(key, value) for key, value in _dependencies(made)]
    if "if" in made and (split := _split(made)) is not None:
        cases.append(split)
        made = {key: value for key, value in made.items() if key not in ("if", "then", "else")}
    elif "if" in made and "then" not in made and "else" not in made:
        del made["if"]
    if (refused := made.get("not")) is not None and (left := _without(made, refused)) is not None:
        made = left
    if 0 < len(cases) <= _MANY:
        made = {key: value for key, value in made.items() if key not in ("dependentRequired", "dependentSchemas")}
        made["allOf"] = [*made.get("allOf", []), *({"anyOf": alternatives} for alternatives in cases)]
    return made


def _dependencies(schema: Schema) -> Iterator[tuple[str, Any]]:
    for key, names in schema.get("dependentRequired", {}).items():
        yield key, {"required": names}
    yield from schema.get("dependentSchemas", {}).items()


def _cases(key: str, then: Any) -> list[Any]:
    """That where a property is given something else holds."""
    return [{"properties": {key: False}}, _both({"required": [key]}, then)]


def _split(schema: Schema) -> list[Any] | None:
    """The alternatives that an `if` makes; None where its opposite cannot be said."""
    condition, then, otherwise = schema["if"], schema.get("then", {}), schema.get("else", {})
    opposite = _opposite(condition, schema)
    if opposite is None:
        return None
    return [_both(condition, then), *(_both(one, otherwise) for one in opposite)]


def _opposite(condition: Any, schema: Schema) -> list[Any] | None:
    """What holds where a condition on the values of some properties, or on their presence, does not."""
    if not isinstance(condition, dict) or set(cast(Schema, condition)) - {"properties", "required", "type"}:
        return None
    found = cast(Schema, condition)
    if found.get("type", "object") != "object":
        return None
    opposite: list[Any] = [{"properties": {name: False}} for name in found.get("required", [])]
    for name, wanted in found.get("properties", {}).items():
        values, allvalues_of = values_of(wanted), values_of(schema.get("properties", {}).get(name))
        if values is None or allvalues_of is None:
            return None
        others = [value for value in allvalues_of if value not in values]
        opposite.append({"properties": {name: {"enum": others}}, "required": [name]} if others else False)
    return [one for one in opposite if one is not False]


def _without(schema: Schema, refused: Any) -> Schema | None:
    """The schema without what its `not` refuses; None where that cannot be said."""
    rest = {key: value for key, value in schema.items() if key != "not"}
    values, refusedvalues_of = values_of(rest), values_of(refused)
    if values is not None and refusedvalues_of is not None:
        left = [value for value in values if not any(same(value, one) for one in refusedvalues_of)]
        return {"enum": left} if left else None
    if isinstance(refused, dict) and set(cast(Schema, refused)) == {"required"} and len(refused["required"]) == 1:
        [name] = cast(list[str], refused["required"])
        return {**rest, "properties": {**rest.get("properties", {}), name: False}}
    return None


def _both(one: Any, other: Any) -> Any:
    if other in ({}, True):
        return one
    return other if one in ({}, True) else {"allOf": [one, other]}


class _Follower:
    """Leaves out what the grammar does not follow, each detail at its own place."""

    def __init__(self, tool: str, works: Works, definitions: dict[str, Any]) -> None:
        self._tool, self._works = tool, works
        self.definitions = dict(definitions)

    def whole(self, schema: Schema) -> Schema:
        """The schema of the arguments, with its definitions."""
        defined = {"$defs": self.definitions} if self.definitions else {}
        made = cast(Schema, self.followed(schema, ""))
        # What is right by itself may not fit together.
        made = self._loosened(made, "", lambda one: self._works({**one, **defined}))
        return {"type": "object", **made, **defined}

    def followed(self, schema: Any, place: str) -> Any:
        """The schema, or as much of it as can be followed."""
        if not self._problem(schema) or not isinstance(schema, dict):
            return schema
        made = children(cast(Schema, schema), lambda child, key: self.followed(child, f"{place}.{key}".strip(".")))
        return self._loosened(made, place, self._problem)

    def _loosened(self, schema: Schema, place: str, problem_of: Works) -> Schema:
        while schema and (problem := problem_of(schema)):
            schema, left_out = _loosened(schema, problem)
            _log.warning(
                "The grammar cannot follow %s of %s in the tool %r, so a call may break it: %s",
                left_out,
                place or "the arguments",
                self._tool,
                problem.splitlines()[0].rpartition("JSON schema: ")[2],
            )
        return schema

    def _problem(self, schema: Any) -> str:
        if not isinstance(schema, dict):
            return ""
        # A definition that is at fault is mended by itself; here it stands for any value.
        definitions = {key: {} for key in self.definitions}
        return self._works({**cast(Schema, schema), "$defs": definitions} if definitions else schema)


def _loosened(schema: Schema, problem: str) -> tuple[Schema, str]:
    """The schema without one detail, and its name."""
    unknown = _UNIMPLEMENTED.search(problem)
    names = re.findall(r'"([^"]+)"', unknown.group(1)) if unknown else []
    if "oneOf" in schema and ("oneOf" in problem or "oneOf" in names):
        rest = {key: value for key, value in schema.items() if key != "oneOf"}
        either = {"anyOf": schema["oneOf"]}
        if "anyOf" in rest:
            return {**rest, "allOf": [*rest.get("allOf", []), either]}, "'only one' of oneOf"
        return {**rest, **either}, "'only one' of oneOf"
    if "min/maxProperties" in problem:
        names = ["minProperties", "maxProperties"]
    names = [name for name in names if name in schema]
    if names:
        return {key: value for key, value in schema.items() if key not in names}, ", ".join(map(repr, names))
    order = ("format", "pattern", "type", "required", "minProperties", "maxProperties", "$ref", *COMPOSED)
    likely = [key for key in order if key in schema and key.lower() in problem.splitlines()[0].lower()]
    details = [key for key in schema if key not in ("type", "properties", "$defs", "additionalProperties")]
    left_out = next(iter(likely or (["pattern"] if "regex" in problem and "pattern" in schema else details)), None)
    if left_out is None:
        return {}, "the schema"
    return {key: value for key, value in schema.items() if key != left_out}, repr(left_out)
