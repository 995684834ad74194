"""Holds an answer against the tool results it rests on.

A first, coarse form: every date, amount, order and tracking number in the answer must stand in one of
the results. That catches what is invented; it does not catch a fact taken from the wrong record.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_FACT = re.compile(
    r"\d{4}-\d{2}-\d{2}"  # a date
    r"|\$\d[\d,]*(?:\.\d{2})?"  # an amount
    r"|\b[A-Z]{1,4}\d{2,}\b"  # a number of an order, a product or a parcel
)


@dataclass(frozen=True, slots=True)
class Grounding:
    """What an answer rests on."""

    grounded: bool
    """True when each fact of the answer stands in a result; also when it states none."""
    sources: tuple[int, ...]
    """Which of the results the answer rests on, as indexes."""


def facts(text: str) -> set[str]:
    """The dates, amounts and numbers in a text."""
    return set(_FACT.findall(text))


def ground(answer: str, results: Sequence[str]) -> Grounding:
    """Hold an answer against the contents of tool results."""
    stated = facts(answer)
    known: set[str] = set().union(*(facts(result) for result in results))
    sources = tuple(index for index, result in enumerate(results) if _rests_on(answer, stated, result))
    return Grounding(grounded=stated <= known, sources=sources)


def _rests_on(answer: str, stated: Iterable[str], result: str) -> bool:
    if facts(result) & set(stated):
        return True
    return any(sentence in answer for sentence in _sentences(result))


def _sentences(result: str) -> list[str]:
    """Sentences long enough that an answer holds them only by quoting."""
    return [part.strip() for part in re.split(r"(?<=[.!?])\s", result) if len(part.strip()) > 12]
