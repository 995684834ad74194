"""The facts of a text, in any language with Latin digits: numbers, dates, amounts, and names in quotation marks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["number", "date", "name"]

QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "»": "«", "‹": "›"}
MARKS = frozenset(QUOTES) | frozenset(QUOTES.values())
LONGEST_NAME = 120
"""Characters; what is longer is speech and no name."""

_DATE = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
_NUMBER = r"\d+(?:[.,:/'’\u00a0\u202f]\d+)*"
_TOKEN = re.compile(rf"(?P<date>{_DATE})|(?P<word>[^\W\d_]*(?:[-_]?)){_NUMBER}(?:[-_]?[^\W_]+)*")
_BEGUN = re.compile(r"[^\s\"“”„«»‹›]{1,40}$")
"""A word at the very end of a text: the next piece may go on with it, and `A` become `A124`."""
_ORDINAL = re.compile(r"[ \t]*(?:[-*•][ \t]+)?\d{1,3}[.)](?=\s)")
"""`1. ` at the beginning of a line numbers the line and says nothing."""
_SINGLE = re.compile(r"\d+(?:[.,'’\u00a0\u202f]\d+)*")
"""One number, of which no part may stand for itself, as the 5 of 1.5."""
_PARTS = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Fact:
    """A span of a text that states something which can be looked for."""

    kind: Kind
    start: int
    end: int
    text: str
    """As it stands there; of a name without its quotation marks."""


def facts(text: str) -> list[Fact]:
    """The facts of a text in their order. What begins a line as its number is none."""
    names = list(_names(text))
    found = list(names)
    for match in _TOKEN.finditer(text):
        line = text.rfind("\n", 0, match.start()) + 1
        ordinal = _ORDINAL.match(text, line)
        inside = any(name.start <= match.start() < name.end for name in names)
        if inside or (ordinal is not None and match.start() < ordinal.end()):
            continue
        kind: Kind = "date" if match["date"] else "number"
        found.append(Fact(kind, match.start(), match.end(), match.group()))
    return sorted(found, key=lambda fact: fact.start)


def begun(text: str) -> int:
    """Where at the end of a text a fact has begun that may go on; its length where none has."""
    at = len(text)
    if match := _BEGUN.search(text):
        at = match.start()
    return min([at, *(name.start for name in _quoted(text) if name.close is None)])


class Stated:
    """What results and questions state, to look facts up in."""

    def __init__(self, texts: Iterable[str]) -> None:
        whole = "\n".join(texts)
        self._text = " ".join(whole.casefold().split())
        self._tokens = {match.group().casefold() for match in _TOKEN.finditer(whole)}
        self._values = {value for token in self._tokens for value in _values(token)}
        composed = (token for token in self._tokens if not _SINGLE.fullmatch(token))
        self._parts = {_plain(part) for token in composed for part in _digits(token)}

    def holds(self, fact: Fact) -> bool:
        """Whether some text states it: the same token, the same value, or a part of a date or number of one."""
        said = fact.text.casefold()
        if fact.kind == "name":
            return " ".join(said.split()) in self._text
        if said in self._tokens or _values(said) & self._values:
            return True
        digits = _digits(said)
        if fact.kind == "date":  # Written the other way round: 26.11.2026 for 2026-11-26.
            return any(sorted(map(_plain, digits)) == sorted(map(_plain, _digits(token))) for token in self._tokens)
        return len(digits) == 1 and _plain(digits[0]) in self._parts and not said[0].isalpha()


class _Quoted(NamedTuple):
    """A name in quotation marks, from the first to the last; one that is still open has no last."""

    start: int
    close: int | None


def _names(text: str) -> Iterable[Fact]:
    for start, close in _quoted(text):
        if close is not None:
            yield Fact("name", start + 1, close, text[start + 1 : close].strip(" .,!?;:"))


def _quoted(text: str) -> Iterable[_Quoted]:
    """Names from left to right; what stands within a closed one opens no other, however the text goes on."""
    at = 0
    while at < len(text):
        mark = text[at]
        if mark in QUOTES and _opens(text, at):
            close = text.find(QUOTES[mark], at + 1)
            inside = text[at + 1 : close] if close > at else text[at + 1 :]
            if len(inside) <= LONGEST_NAME and "\n" not in inside:
                if close < 0:
                    yield _Quoted(at, None)
                elif inside.strip():
                    yield _Quoted(at, close)
                    at = close
        at += 1


def _opens(text: str, at: int) -> bool:
    """Whether a quotation mark stands where a name may begin; an inch mark or an apostrophe does not."""
    return at == 0 or not text[at - 1].isalnum()


def _digits(token: str) -> list[str]:
    return [part for part in _PARTS.findall(token) if part.isdigit()]


def _plain(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _values(token: str) -> set[str]:
    """What number a token may be: `1,299.00` is 1299, `1.299,00` too, and `1,5` is 1.5 or 15."""
    bare = re.sub(r"^[^\d]+|[^\d]+$", "", token)
    if not re.fullmatch(r"\d+(?:[.,'’\u00a0\u202f]\d+)*", bare) or (token[:1].isalpha() and token[:1].isascii()):
        return set()
    whole, mark, rest = bare, "", ""
    for place in range(len(bare) - 1, -1, -1):
        if not bare[place].isdigit():
            whole, mark, rest = bare[:place], bare[place], bare[place + 1 :]
            break
    found = {_plain(re.sub(r"\D", "", bare))} if not mark or len(rest) == 3 else set[str]()
    if mark in (".", ",") and (len(rest) != 3 or re.search(r"\D", whole) is None):
        fraction = rest.rstrip("0")
        number = _plain(re.sub(r"\D", "", whole))
        found.add(f"{number}.{fraction}" if fraction else number)
    return found
