"""A linear classifier over the words and the letters of a text, 0.1 ms a text.

Each kind has a weight for every bucket that a word, a pair of words or three to five letters of a word fall into
(feature hashing, as in fastText). Letters make it robust to typos and endings, pairs tell `my order` from `an order`.
A text may ask for several things, or for none: every kind has a likelihood of its own.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

if TYPE_CHECKING:
    from numpy.typing import NDArray

LETTERS = (3, 4, 5)
"""How many letters of a word, with its beginning and end, are a feature."""
LONGEST = 600
"""Characters of a text that are read; what customers ask stands before that."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+")


def features(text: str, buckets: int) -> list[int]:
    """The buckets that a text falls into, each once, in ascending order."""
    found = (_word(match.group()) for match in _WORD.finditer(text[:LONGEST].casefold()))
    words = list(found)
    if not words:
        return []
    seen = {f"w {word}" for word in words}
    seen |= {f"b {first} {second}" for first, second in zip(["^", *words], [*words, "$"], strict=True)}
    for word in set(words):
        seen.update(_letters(word))
    return sorted({zlib.crc32(feature.encode()) % buckets for feature in seen})


def _word(found: str) -> str:
    # A number is only known for one: which it is tells nothing of what is asked.
    return "#" if found[0].isdigit() else found.replace("’", "'")


@lru_cache(maxsize=8_192)
def _letters(word: str) -> tuple[str, ...]:
    marked = f"<{word}>"
    return tuple(f"l {marked[at : at + size]}" for size in LETTERS for at in range(len(marked) - size + 1))


@dataclass(frozen=True)
class Kinds:
    """What a text may ask for, and how likely each is."""

    names: tuple[str, ...]
    weights: NDArray[Any]
    """int8, shape (buckets, kinds)."""
    scale: NDArray[Any]
    """float32, shape (kinds,): what a weight of 1 counts."""
    bias: NDArray[Any]
    """float32, shape (kinds,)."""
    learned_from: str = ""
    """A digest of the table."""

    @classmethod
    def load(cls, path: Path) -> Kinds:
        """From a file that `save` wrote. Raises ValueError for another one."""
        import numpy

        try:
            with numpy.load(path, allow_pickle=False) as file:
                noted = json.loads(str(file["noted"]))
                return cls(tuple(noted["names"]), file["weights"], file["scale"], file["bias"], noted["learned_from"])
        except (KeyError, OSError, EOFError, ValueError, BadZipFile) as error:
            raise ValueError(
                f"Expected a file of kinds at {path}, found another one: {error}. Learn it anew."
            ) from error

    def save(self, path: Path) -> None:
        """Into one file."""
        import numpy

        noted = json.dumps({"names": self.names, "learned_from": self.learned_from})
        numpy.savez_compressed(path, weights=self.weights, scale=self.scale, bias=self.bias, noted=numpy.array(noted))

    def likelihoods(self, text: str) -> dict[str, float]:
        """Of each kind, from 0 to 1, the likeliest first; nothing for a text without a word."""
        found = features(text, len(self.weights))
        if not found:
            return {}
        totals = self.weights[found].sum(axis=0, dtype="int32") * self.scale / math.sqrt(len(found)) + self.bias
        told = zip(self.names, map(_logistic, totals.tolist()), strict=True)
        return dict(sorted(told, key=lambda one: -one[1]))

    def told(self, text: str, at_least: float) -> Sequence[str]:
        """The kinds that a text asks for beyond a doubt of so much, the likeliest first."""
        return [name for name, likelihood in self.likelihoods(text).items() if likelihood >= at_least]


def _logistic(total: float) -> float:
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, total))))
