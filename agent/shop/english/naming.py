"""Which orders a text means: by their numbers, or by words of their items' names, both typed loosely.

Speculation asks it what to look up while the customer types, the guard what an answer may be about. Both must
understand a text alike, or the one would look up what the other does not let pass.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeAlias

from rapidfuzz import fuzz

from agent.shop.english.numbers import DIGITS, LOOSE, plain
from agent.shop.terms import singular, tells

Named: TypeAlias = tuple[str, Sequence[str]]
"""An order's number and the names of its items."""

_WORD = re.compile(r"[^\W\d_]{2,}|[^\W_]{3,}")
_ASIDE = re.compile(r"[,(\":–]| - | (?:for|with|in|from) ", re.IGNORECASE)
"""What follows says which one it is, or how big, and no longer what it is."""
_OTHERWISE = frozenset(
    re.findall(
        r"\w+",
        "account bill board book box card case charge check cover date day drop hand letter light line mail mark name"
        " number order pack place point post press ring set stand street time track watch",
    )
)
"""Words for things that customers use for other things: `set me back`, `where does it stand`, `drop me a line`."""

_MANY = re.compile(
    r"\b(?:both|all|each|every|either|neither|orders|purchases|ones|parcels|packages|copies|any of|two|three|twice)\b",
    re.IGNORECASE,
)
_ARE = re.compile(r"\b(?:are|were|aren['’]t|weren['’]t)\b(?! (?:you|we|they|there)\b)", re.IGNORECASE)

SURE = 0.8
"""From this likeness on a text names what the thing is, and not just a word that stands in its name too."""
_ALIKE = 84.0
"""Two words of five letters and more are the same from this rapidfuzz ratio on: a slip of the finger passes."""


@dataclass(frozen=True, slots=True)
class Meant:
    """An order that a text means."""

    order_id: str
    by: Literal["number", "item"]
    likeness: float = 1.0
    """0 to 1."""
    rank: int = 1
    """Among the orders that the same words name, the newest being the first."""
    item: str = ""
    at: frozenset[int] = field(default_factory=frozenset)
    """Which words of the text name it."""


def meant(text: str, orders: Iterable[Named]) -> list[Meant]:
    """The orders that a text means, numbers before items, the surest first; `orders` come newest first.

    `#b 456`, `B-456` and, where it is no other's, `order 456` mean B456. A name counts by what the thing is
    (`headphones` of `Wireless Headphones, black`); of two names the one with more words in the text stands.
    """
    orders = list(orders)
    typed = {plain(number) for number in LOOSE.findall(text)}
    digits = set(DIGITS.findall(text))
    numbered = [key for key, _ in orders if plain(key) in typed]
    for digit in sorted(digits):
        alike = [key for key, _ in orders if re.sub(r"\D", "", key) == digit]
        numbered += alike if len(alike) == 1 and alike[0] not in numbered else []
    found = [Meant(key, "number") for key in numbered]
    words = tuple(singular(word) if tells(word) else "" for word in _WORD.findall(text.casefold()))
    by_item = _by_item(words, orders)
    told_already = {one.at for one in by_item if one.order_id in numbered}
    return found + [one for one in by_item if one.order_id not in numbered and one.at not in told_already]


def newest(text: str, found: Sequence[Meant]) -> list[Meant]:
    """Of several orders of one and the same item the newest, unless the text speaks of more than one.

    Two items that the same words fit, `Desk Lamp` and `Floor Lamp`, are both meant: nobody knows which.
    """
    first: dict[tuple[frozenset[int], str], Meant] = {}
    for one in found:
        if one.by == "item":
            first.setdefault((one.at, one.item), one)
    return [one for one in found if one.by == "number" or first[one.at, one.item] is one or _several(text, one.item)]


def _several(text: str, item: str) -> bool:
    """Whether a text speaks of more than one of an item: `both mugs`, `where are my mugs`; shears are always many."""
    if _MANY.search(text):
        return True
    words = re.findall(r"[^\W\d_]{3,}", text.casefold())
    heads = _parts(item).heads
    plural = {word for word in re.findall(r"[^\W\d_]{3,}", item.casefold()) if singular(word) != word}
    if any(singular(word) in heads for word in plural):
        return False
    return any(singular(word) != word and singular(word) in heads for word in words) or _ARE.search(text) is not None


def _by_item(words: tuple[str, ...], orders: Sequence[Named]) -> list[Meant]:
    if not any(words):
        return []
    every: list[Meant] = []
    whole: dict[str, frozenset[int]] = {}
    """Which words name any of an order's items."""
    for key, items in orders:
        likenesses = [_likeness(item, words) for item in items]
        whole[key] = frozenset[int]().union(*(at for at, likeness, _ in likenesses if likeness >= SURE))
        best = max(likenesses, key=lambda m: (len(m[0]), m[1]), default=None)
        if best is not None and best[1]:
            every.append(Meant(key, "item", best[1], item=best[2], at=best[0]))
    # A stable sort: of equals the newest stays first.
    every.sort(key=lambda one: (-len(one.at), -len(whole[one.order_id]), -one.likeness))
    chosen: list[Meant] = []
    claimed: set[int] = set()
    for one in every:
        same = [other for other in chosen if other.at == one.at]
        if not same and one.at & claimed:
            continue
        if any(whole[one.order_id] < whole[other.order_id] for other in chosen):
            continue  # `jacket and soundbar` is the order of both, not another one of a soundbar.
        if same and one.likeness < same[0].likeness - 0.15:
            continue
        claimed |= one.at
        chosen.append(Meant(one.order_id, "item", one.likeness, len(same) + 1, one.item, one.at))
    return sorted(chosen, key=lambda one: (one.rank, -one.likeness))


@dataclass(frozen=True, slots=True)
class _Parts:
    """A name in lower case and singular."""

    what: tuple[str, ...]
    """The words that say what the thing is."""
    heads: frozenset[str]
    """Those of them that say it alone: `chest` and `drawer` of `Chest of Drawers`, `mug` of `Smart Coffee Mug`."""
    rest: tuple[str, ...]


@lru_cache(maxsize=16_384)
def _parts(name: str) -> _Parts:
    aside = _ASIDE.search(name)
    base = name[: aside.start()] if aside and aside.start() else name
    halves = [re.findall(r"[^\W\d_]{3,}", half) for half in re.split(r" of | and | & ", base)]
    # Measures and abbreviations say no more than the numbers beside them: "Tin 26 cm", "Sun Cream SPF 50".
    said = [[singular(word.casefold()) for word in half if not word.isupper()] for half in halves]
    what = tuple(word for half in said for word in half)
    rest = tuple(singular(word) for word in re.findall(r"[^\W\d_]{3,}", name[len(base) :].casefold()) if tells(word))
    if not what:
        return _Parts(rest, frozenset(rest[-1:]), ())
    return _Parts(what, frozenset(half[-1] for half in said if half), rest)


@lru_cache(maxsize=65_536)
def _likeness(name: str, words: tuple[str, ...]) -> tuple[frozenset[int], float, str]:
    """Which words of the text stand in the name, and how much they say that this thing is meant."""
    parts = _parts(name)
    spots = {part: _spots(part, words) for part in {*parts.what, *parts.rest}}
    heard = {part for part in parts.what if spots[part]}
    heads = heard & parts.heads
    if not heard:
        return frozenset(), 0.0, name
    if heard == set(parts.what) and not heads <= _OTHERWISE:
        likeness = 1.0
    elif len(heard) > 1:
        likeness = 1.0 if heard == set(parts.what) else 0.95 if heads else 0.85
    elif heads:
        likeness = 0.6 if heads <= _OTHERWISE else 0.95
    elif max(map(len, heard)) >= 6:
        likeness = 0.5
    else:
        return frozenset(), 0.0, name
    exact = any(words[spot] == part for part in heard for spot in spots[part])
    at = frozenset[int]().union(*spots.values())
    return at, likeness if exact else likeness * 0.95, name


def _spots(part: str, words: tuple[str, ...]) -> frozenset[int]:
    exact = frozenset(at for at, word in enumerate(words) if word == part)
    if exact or len(part) < 4:
        return exact
    return frozenset(at for at, word in enumerate(words) if len(word) >= 4 and _alike(part, word))


@lru_cache(maxsize=65_536)
def _alike(part: str, word: str) -> bool:
    if abs(len(part) - len(word)) > 2:
        return False
    swapped = len(part) == len(word) and sorted(part) == sorted(word) and part[0] == word[0]
    return swapped or (len(part) >= 5 and fuzz.ratio(part, word) >= _ALIKE)
