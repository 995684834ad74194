"""A test taken as a scenario: called by another test with every set of its parameters."""

import inspect
import itertools
from collections.abc import Callable, Iterator
from typing import Any


def calls_of(scenario: Callable[..., None]) -> Iterator[dict[str, Any]]:
    """The arguments that pytest would call it with; none where it needs a fixture."""
    marks = [mark for mark in getattr(scenario, "pytestmark", ()) if mark.name == "parametrize"]
    each: list[list[dict[str, Any]]] = []
    for mark in marks:
        names, values = mark.args
        names = [one.strip() for one in names.split(",")] if isinstance(names, str) else names
        plain = [
            getattr(value, "values", value) if type(value).__name__ == "ParameterSet" else value for value in values
        ]
        each.append([dict(zip(names, value if len(names) > 1 else (value,), strict=True)) for value in plain])
    if set(inspect.signature(scenario).parameters) == {name for sets in each for name in sets[0]}:
        for chosen in itertools.product(*each):
            yield {name: value for part in chosen for name, value in part.items()}
