"""Cards: a result's data as the screen shows it under an answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Styled = tuple[str, Literal["bold", "dim"]]
Line = str | Sequence[str | Styled]
"""A line of a card: text, or parts of it of which some stand out or stand back. Never read as markup."""


@dataclass(frozen=True, slots=True)
class Card:
    """One record in a frame."""

    title: str
    lines: Sequence[Line] = ()
    ask: str = ""
    """How a question about it begins when the user chooses the card."""


@dataclass(frozen=True, slots=True)
class Table:
    """Several records, one a row."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    ask: Sequence[str] = ()
    """How a question about each row begins when the user chooses it."""
    elastic: int = 0
    """The column that gives way where there is little room."""
    expendable: int | None = None
    """The column that is left out where there is still less."""
    right: Sequence[int] = ()
    """The columns that are set flush right."""


Shown = Card | Table

Cards = Callable[[str, Sequence[tuple[str, Any]]], Sequence[Shown]]
"""From an answer and the results that it rests on, as pairs of kind and data, to what is shown under it."""


def by_kind(cards: Mapping[str, Callable[[Any], Shown | None]]) -> Cards:
    """The simple form: one function for each kind of data, whatever the answer says."""

    def shown(_answer: str, found: Sequence[tuple[str, Any]]) -> list[Shown]:
        made = [cards[kind](data) for kind, data in found if kind in cards]
        return [card for card in made if card is not None]

    return shown
