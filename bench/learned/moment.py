"""One moment of a conversation, for any agent: what is known, and every call that can be derived from it.

A candidate is a tool whose argument stands somewhere in the results known so far; nothing is guessed. A
`Scene` finds them, remembers where each stands, and holds the names in the records around them against
what the customer said.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz, process

from headstart.speculation.calls import Call

SIGN_IN = Call.of("sign_in")
"""The call whose result is what the sign-in itself made known."""

_WORD = re.compile(r"[^\W_]+")

ALIKE = 85.0
"""Two words count as the same from this rapidfuzz ratio on: plurals and slips of the finger pass."""


@dataclass(slots=True)
class History:
    """What is known at one moment of a conversation."""

    said: list[str] = field(default_factory=list)
    """The customer's messages, the last one perhaps still being typed."""
    results: dict[Call, Any] = field(default_factory=dict)
    """Plain data of every call that was run, whether asked for or speculated."""
    asked: list[Call] = field(default_factory=list)
    """What the model asked for, writes included, in order."""
    together: int = 0
    """How many calls the last model step that called anything asked for at once."""


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """An argument of a tool that stands in another tool's result."""

    tool: str
    argument: str
    """Empty for a tool that takes none."""
    within: str = ""
    path: str = ""
    """Keys joined by dots, `*` for any position of a list."""


@dataclass(slots=True)
class Place:
    """One place where a candidate's argument stands."""

    result: Call
    positions: tuple[tuple[int, int], ...]
    """Position and length of each list on the way."""
    records: tuple[Mapping[str, Any], ...]
    """The records around it, innermost first."""

    @property
    def series(self) -> tuple[Call, tuple[tuple[int, int], ...]]:
        """What the arguments of one list have in common."""
        return self.result, self.positions[:-1]


def scalars(data: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every string in plain data with its path."""
    match data:
        case str():
            yield path, data
        case dict() if _is_table(data):
            for value in data.values():
                yield (f"{path}.*" if path else "*"), value
        case dict():
            for key, value in data.items():
                yield from scalars(value, f"{path}.{key}" if path else str(key))
        case list() | tuple():
            for value in data:
                yield from scalars(value, f"{path}.*" if path else "*")
        case _:
            return


def _is_table(data: Mapping[str, Any]) -> bool:
    """Whether a mapping is a list in disguise, of many names with an argument each."""
    return len(data) >= 10 and all(isinstance(value, str) for value in data.values())


def _places(data: Any, path: Sequence[str], place: Place) -> Iterator[tuple[str, Place]]:
    if isinstance(data, Mapping):
        if path and path[0] == "*" and _is_table(data):
            for i, (name, value) in enumerate(data.items()):
                inner = Place(place.result, (*place.positions, (i, len(data))), ({"name": name}, *place.records))
                yield from _places(value, path[1:], inner)
        elif path and path[0] in data:
            inner = Place(place.result, place.positions, (data, *place.records))
            yield from _places(data[path[0]], path[1:], inner)
    elif isinstance(data, (list, tuple)):
        if path and path[0] == "*":
            for i, value in enumerate(data):
                inner = Place(place.result, (*place.positions, (i, len(data))), place.records)
                yield from _places(value, path[1:], inner)
    elif isinstance(data, str) and not path:
        yield data, place


@lru_cache(maxsize=4_096)
def words(text: str) -> frozenset[str]:
    """The words of a text, in lower case."""
    return frozenset(_WORD.findall(text.lower()))


@lru_cache(maxsize=4_096)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences and list items of a text, roughly."""
    return tuple(part for part in re.split(r"[.!?;\n]+", text) if part.strip())


def themes_of(text: str, themes: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The themes of which a text holds a word, or the beginning of one where it ends with `*`."""
    heard = words(text)
    return frozenset(theme for theme, listed in themes.items() if any(_heard(word, heard) for word in listed))


def _heard(word: str, heard: frozenset[str]) -> bool:
    return any(other.startswith(word[:-1]) for other in heard) if word.endswith("*") else word in heard


@lru_cache(maxsize=200_000)
def _said(word: str, text: str) -> bool:
    heard = words(text)
    return word in heard or process.extractOne(word, heard, scorer=fuzz.ratio, score_cutoff=ALIKE) is not None


@lru_cache(maxsize=50_000)
def mentioned(name: str, text: str) -> int:
    """How much of a name a text holds, loosely: 3 all of it, 2 its last word, 1 some word, 0 nothing."""
    parts = _WORD.findall(name.lower())
    found = [_said(part, text) for part in parts]
    if not parts or not any(found):
        return 0
    return 3 if all(found) else 2 if found[-1] else 1


@lru_cache(maxsize=50_000)
def _reads_like_a_name(value: str) -> bool:
    return 2 < len(value) <= 60 and not any(c.isdigit() for c in value)


def is_name(value: Any) -> bool:
    """Whether a value reads like a name: a short string without digits."""
    return isinstance(value, str) and _reads_like_a_name(value)


def names_in(record: Mapping[str, Any]) -> list[str]:
    """The names among a record's own fields."""
    return [value for value in record.values() if is_name(value)]


def names_around(source: Source, result: Call, data: Any) -> set[str]:
    """The names in the records in which a result holds a source's argument."""
    if source.within != result.name or not source.path:
        return set()
    found = _places(data, source.path.split("."), Place(result, (), ()))
    return {name for _, place in found if place.records for name in names_in(place.records[0])}


@dataclass(slots=True)
class Scene:
    """What the features of all candidates of one moment share."""

    known: History
    sources: Sequence[Source]
    vocabulary: frozenset[str]
    themes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    text: str = ""
    last: str = ""
    asked: frozenset[Call] = frozenset()
    newest: Call | None = None
    counts: Counter[str] = field(default_factory=Counter)
    candidates: dict[Call, list[Place]] = field(default_factory=dict)
    names: dict[Call, list[str]] = field(default_factory=dict)
    """Of each candidate: the names in the records around its argument."""
    siblings: dict[str, list[Call]] = field(default_factory=lambda: defaultdict(list))
    """Of each tool: its candidates whose argument stands somewhere."""
    series: dict[Any, list[Call]] = field(default_factory=lambda: defaultdict(list))
    """The candidates of one list, in its order."""
    inside: dict[Call, set[Call]] = field(default_factory=lambda: defaultdict(set))
    """Of each result: the candidates that stand in it."""
    common: list[str] = field(default_factory=list)
    raised: frozenset[str] = frozenset()
    """The themes of what the customer said."""
    _mentions: dict[tuple[Call, str], int] = field(default_factory=dict)
    _numbers: dict[Call, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = self.known
        self.text = "\n".join(known.said)
        self.last = known.said[-1] if known.said else ""
        self.asked = frozenset(known.asked)
        self.newest = known.asked[-1] if known.asked else None
        self.counts = Counter(call.name for call in self.asked)
        for source in self.sources:
            if not source.argument:
                self.candidates.setdefault(Call.of(source.tool), [])
                continue
            path = source.path.split(".")
            for result, data in known.results.items():
                if result.name != source.within:
                    continue
                for value, place in _places(data, path, Place(result, (), ())):
                    call = Call.of(source.tool, {source.argument: value})
                    self.candidates.setdefault(call, []).append(place)
                    self.inside[result].add(call)
                    if place.positions:
                        self.series[place.series].append(call)
        for call, places in self.candidates.items():
            if places:
                self.siblings[call.name].append(call)
            self.names[call] = sorted({name for p in places if p.records for name in names_in(p.records[0])})
        self.raised = themes_of(self.text, self.themes)
        self.common = self._common()

    def mention(self, call: Call, text: str | None = None) -> int:
        """How much of the names around a candidate the customer said (`mentioned`)."""
        text = self.text if text is None else text
        found = self._mentions.get((call, text))
        if found is None:
            found = max((mentioned(name, text) for name in self.names[call]), default=0)
            self._mentions[call, text] = found
        return found

    def holds(self, result: Call) -> int:
        """How well a result fits what the customer named: of the candidates inside it, the best."""
        return max((self.mention(call) for call in self.inside.get(result, ())), default=-1)

    def themes_beside(self, call: Call) -> frozenset[str]:
        """The themes of the sentences in which the customer named a candidate."""
        beside = [part for part in sentences(self.text) if self.mention(call, part) >= 2]
        return themes_of("\n".join(beside), self.themes)

    def number_said(self, call: Call) -> bool:
        """Whether the customer gave the candidate's own number."""
        if call not in self._numbers:
            self._numbers[call] = any(spoken(str(value), self.text) for value in call.mapping().values())
        return self._numbers[call]

    def _common(self) -> list[str]:
        known = self.known
        found = {name for result in self.asked for call in self.inside.get(result, ()) for name in self.names[call]}
        named = [name for name in self.vocabulary if mentioned(name, self.text) == 3]
        missing = min(2, sum(name not in found for name in named))
        newest = self.newest.name if self.newest else "-"
        features = [
            f"after {newest}",
            f"messages {min(4, len(known.said))}",
            f"named {min(3, len(named))}",
            f"missing {missing}",
            f"after {newest} missing {missing}",
            f"together {min(2, known.together)}",
            f"length {min(4, len(self.text) // 150)}",
        ]
        features += [f"theme {theme}" for theme in self.raised]
        features.append(f"themes {' '.join(sorted(self.raised))}")
        if not named:
            features += [f"nothing named, theme {theme}" for theme in self.raised]
        if missing:
            features += [f"missing, theme {theme}" for theme in self.raised]
        features += [f"asked {min(5, count)} {name}" for name, count in self.counts.items()]
        features += [f"not asked {name}" for name in {s.tool for s in self.sources} if name not in self.counts]
        return features


@lru_cache(maxsize=50_000)
def spoken(value: str, text: str) -> bool:
    """Whether a text holds a number such as `#W12`, whatever signs and spaces it is written with."""
    plain = _plain(value)
    return len(plain) >= 3 and plain in _plain(text)


@lru_cache(maxsize=4_096)
def _plain(text: str) -> str:
    return "".join(_WORD.findall(text.lower()))
