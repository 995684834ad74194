"""What the references of a tool's schema lead to, all of it in its `$defs`, where the grammar looks for it."""

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import unquote

from headstart.llama.format.closing import COMPOSED, Schema

_log = logging.getLogger(__name__)


def referring(root: Schema, name: str) -> Schema:
    """The schema with every reference within it led to `$defs`.

    What leads nowhere, or only back to itself, is any value; a warning names it and the tool `name`.
    """
    defined: Schema = {}

    def led(value: Any) -> Any:
        if isinstance(value, list):
            return [led(one) for one in cast(list[Any], value)]
        if not isinstance(value, dict):
            return value
        schema = {key: led(one) for key, one in cast(Schema, value).items()}
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        found = _found(root, reference)
        if found is None:
            _log.warning(
                "The tool %r refers to %r, which is not in its schema: any value may stand there.", name, reference
            )
            return {key: one for key, one in schema.items() if key != "$ref"}
        key = (
            reference.rpartition("/")[2] if reference.startswith(("#/$defs/", "#/definitions/")) else f"root{reference}"
        )
        key = re.sub(r"\W", "_", key) if reference.count("/") == 2 else re.sub(r"\W", "_", reference)
        if key not in defined:
            defined[key] = None
            defined[key] = led(found)
        return {**schema, "$ref": f"{_PLACE}{key}"}

    bare = {key: one for key, one in root.items() if key not in ("$defs", "definitions", "$schema", "$id")}
    made = led(bare)
    for key in defined:
        _open_circle(defined, key, name)
    return {**made, "$defs": defined} if defined else made


_PLACE = "#/$defs/"


def _found(root: Schema, reference: str) -> Any:
    """What a reference within the schema leads to, by its place (`#/a/b`) or an anchor; None where there is nothing."""
    if reference == "#":
        return {key: one for key, one in root.items() if key not in ("$defs", "definitions")}
    if not reference.startswith("#/"):
        return next((one for one in _within(root) if reference == f"#{one.get('$anchor')}"), None)
    found: Any = root
    for step in reference[2:].split("/"):
        step = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and step.isdigit() and int(step) < len(cast(list[Any], found)):
            found = found[int(step)]
        elif isinstance(found, dict) and step in found:
            found = found[step]
        else:
            return None
    return cast(Any, found)


def _within(value: Any) -> Iterator[Schema]:
    """Every object at every depth."""
    if isinstance(value, Mapping):
        yield cast(Schema, value)
        value = list(cast(Schema, value).values())
    for one in cast(list[Any], value) if isinstance(value, list) else ():
        yield from _within(one)


def _open_circle(defined: Schema, key: str, name: str) -> None:
    """Take out of a definition what leads back to it without an object or a list between: nothing could be written."""
    if (back := {one for one in _beside(defined[key]) if key in _reached(defined, one)}) == set():
        return
    _log.warning("The tool %r has %r refer to itself alone: any value may stand there.", name, f"{_PLACE}{key}")

    def opened(schema: Any) -> Any:
        if not isinstance(schema, dict):
            return schema
        made = {word: one for word, one in cast(Schema, schema).items() if word != "$ref" or _key(str(one)) not in back}
        for word in made.keys() & set(COMPOSED):
            made[word] = [opened(one) for one in made[word]]
        return made

    defined[key] = opened(defined[key])


def _reached(defined: Schema, key: str) -> set[str]:
    reached, next_ones = {key}, [key]
    while next_ones:
        fresh = {one for one in _beside(defined.get(next_ones.pop())) if one not in reached}
        reached |= fresh
        next_ones += fresh
    return reached


def _beside(schema: Any) -> Iterator[str]:
    """The definitions that a value itself, and nothing within it, is held to."""
    if not isinstance(schema, Mapping):
        return
    found = cast(Schema, schema)
    if isinstance(found.get("$ref"), str):
        yield _key(found["$ref"])
    for word in COMPOSED:
        for one in found.get(word, ()):
            yield from _beside(one)


def _key(reference: str) -> str:
    return reference.removeprefix(_PLACE)
