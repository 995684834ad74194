"""Which call usually follows, learned from finished conversations of any agent.

Two things are learned. *Sources*: where a tool's argument was found in the results that were known by
then (`get_order_details.order_id` stands in `get_user_details` under `orders.*`), so that every
candidate is derived and none guessed. *Chances*: for each candidate, the chance that it is asked for
at the next model step and that it is asked for at all, from features that any tool world has:
position in its list, what was asked before, the fields of its record and of the records around it and
whether the customer named it. (Which other words the customer used was tried and told nothing more.)

Knows no shop: it is told tool names only by the conversations it learns from.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from rapidfuzz import fuzz, process

from agent.speculation.calls import Call
from agent.speculation.logistic import Logistic

SIGN_IN = Call.of("sign_in")
"""The call whose result is what the sign-in itself made known."""

_WORD = re.compile(r"[^\W_]+")

ALIKE = 85.0
"""Two words count as the same from this rapidfuzz ratio on: plurals and slips of the finger pass."""


@dataclass(slots=True)
class Known:
    """What is known at one moment of a conversation."""

    said: list[str] = field(default_factory=list)
    """The customer's messages, the last one perhaps still being typed."""
    results: dict[Call, Any] = field(default_factory=dict)
    """Plain data of every call that was run, whether asked for or speculated."""
    asked: list[Call] = field(default_factory=list)
    """What the model asked for, writes included, in order."""
    together: int = 0
    """How many calls the last model step that called anything asked for at once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The calls of one model step."""

    calls: tuple[Call, ...]


Event: TypeAlias = str | Asked
"""A customer's message, or what a model step asked for."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A finished conversation to learn from."""

    events: tuple[Event, ...]
    results: Mapping[Call, Any]
    """Of every call that could be looked up in it: asked for or not."""
    signed_in: Any = None
    """What the sign-in made known; the customer's messages before the first call were said by then."""
    key: str = ""
    group: str = ""
    """Traces of one group (a customer) resemble each other; together they count as one."""


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
        case dict():
            for key, value in data.items():
                yield from scalars(value, f"{path}.{key}" if path else str(key))
        case list() | tuple():
            for value in data:
                yield from scalars(value, f"{path}.*" if path else "*")
        case _:
            return


def _places(data: Any, path: Sequence[str], place: Place) -> Iterator[tuple[str, Place]]:
    if isinstance(data, Mapping):
        if path and path[0] in data:
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


@lru_cache(maxsize=200_000)
def _said(word: str, text: str) -> bool:
    spoken = words(text)
    return word in spoken or process.extractOne(word, spoken, scorer=fuzz.ratio, score_cutoff=ALIKE) is not None


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


def _names(record: Mapping[str, Any]) -> list[str]:
    return [value for value in record.values() if is_name(value)]


def names_around(source: Source, result: Call, data: Any) -> set[str]:
    """The names in the records in which a result holds a source's argument."""
    if source.within != result.name or not source.path:
        return set()
    found = _places(data, source.path.split("."), Place(result, (), ()))
    return {name for _, place in found if place.records for name in _names(place.records[0])}


@dataclass(slots=True)
class Scene:
    """What the features of all candidates of one moment share."""

    known: Known
    sources: Sequence[Source]
    vocabulary: frozenset[str]
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
            self.names[call] = sorted({name for p in places if p.records for name in _names(p.records[0])})
        self.common = self._common()

    def mention(self, call: Call, text: str | None = None) -> int:
        text = self.text if text is None else text
        found = self._mentions.get((call, text))
        if found is None:
            found = max((mentioned(name, text) for name in self.names[call]), default=0)
            self._mentions[call, text] = found
        return found

    def holds(self, result: Call) -> int:
        """How well a result fits what the customer named: of the candidates inside it, the best."""
        return max((self.mention(call) for call in self.inside.get(result, ())), default=-1)

    def number_said(self, call: Call) -> bool:
        if call not in self._numbers:
            self._numbers[call] = any(_spoken(str(value), self.text) for value in call.mapping().values())
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
        features += [f"asked {min(5, count)} {name}" for name, count in self.counts.items()]
        features += [f"not asked {name}" for name in {s.tool for s in self.sources} if name not in self.counts]
        return features


@lru_cache(maxsize=50_000)
def _spoken(value: str, text: str) -> bool:
    plain = _plain(value)
    return len(plain) >= 3 and plain in _plain(text)


@lru_cache(maxsize=4_096)
def _plain(text: str) -> str:
    return "".join(_WORD.findall(text.lower()))


def _place_features(scene: Scene, call: Call, missing: str) -> list[str]:
    """Where the argument stands, and what of the places around it was asked for."""
    places = scene.candidates[call]
    if not places:
        return ["nowhere"]
    newest = scene.newest
    after = newest.name if newest else "-"
    asked = min(5, scene.counts[call.name])
    features = [f"places {min(2, len(places))}"]
    if places[0].positions:
        position, length = places[0].positions[-1]
        position, length = min(4, position), min(5, length)
        held = any(all(other in scene.asked for other in _before(scene, call, place)) for place in places)
        left = min(4, sum(other not in scene.asked for other in scene.siblings[call.name]))
        features += [
            f"position {position}",
            f"position {position} of {length}",
            f"position {position} asked {asked}",
            f"left {left}",
            f"left {left} asked {asked}",
            f"all before asked {held}",
            f"after {after} position {min(3, position)}",
            f"after {after} all before asked {held}",
        ]
        fit = max((scene.holds(other) for other in scene.asked if other.name == call.name), default=-2)
        features += [f"fit {fit}", f"fit {fit} {missing}", f"fit {fit} all before asked {held} asked {asked}"]
        features += _run_features(scene, call)
    if call in scene.known.results:
        own = scene.holds(call)
        features += [f"own {own}", f"own {own} {missing}"]
    parent = any(p.result in scene.asked for p in places)
    features.append(f"parent asked {parent}")
    if newest is not None:
        features.append(f"after parent {any(p.result == newest for p in places)}")
        beside = {p.result for p in scene.candidates.get(newest, ())} & {p.result for p in places}
        features.append(f"after {newest.name} beside {bool(beside)}")
    return features


def _before(scene: Scene, call: Call, place: Place) -> list[Call]:
    series = scene.series[place.series]
    return series[: series.index(call)]


def _run_features(scene: Scene, call: Call) -> list[str]:
    """Whether a list is being gone through, and how far this candidate is from where that has got to."""
    newest = scene.newest
    ahead = 9
    done = 0
    for place in scene.candidates[call]:
        series = scene.series[place.series]
        done = max(done, sum(other in scene.asked for other in dict.fromkeys(series)))
        if newest in series:
            distance = series.index(call) - (len(series) - 1 - series[::-1].index(newest))
            ahead = distance if 0 < distance < ahead or ahead == 9 else ahead
    step = "none" if ahead == 9 else "back" if ahead < 0 else str(min(3, ahead))
    unnamed = min(
        3, sum(scene.names[o] != [] and scene.mention(o) == 0 for o in scene.siblings[call.name] if o in scene.asked)
    )
    named = min(1, scene.mention(call))
    return [
        f"step {step}",
        f"step {step} unnamed {unnamed}",
        f"step {step} mention {named} unnamed {unnamed}",
        f"done {min(3, done)}",
        f"done {min(3, done)} unnamed {unnamed} mention {named}",
        f"unnamed {unnamed}",
        f"step {step} together {min(2, scene.known.together)}",
    ]


def _record_features(scene: Scene, call: Call) -> list[str]:
    """What the records around the argument say, and whether the customer named it."""
    places = scene.candidates[call]
    said = scene.number_said(call)
    others = [other for other in scene.siblings[call.name] if other != call]
    features = [f"number said {said}"]
    if not said and any(scene.number_said(other) for other in others):
        features.append("another number said")
    if not scene.names[call]:
        return features
    mention, mention_last = scene.mention(call), scene.mention(call, scene.last)
    better = min(3, sum(scene.mention(other) > mention for other in others))
    same = min(5, sum(scene.mention(other) == mention for other in others))
    newest = scene.newest.name if scene.newest else "-"
    parent = any(p.result in scene.asked for p in places)
    after_parent = any(p.result == scene.newest for p in places)
    features += [
        f"mention {mention}",
        f"mention last {mention_last}",
        f"better {better}",
        f"mention {mention} better {better}",
        f"mention {mention} same {same}",
        f"mention {mention} after {newest}",
        f"mention {mention} after parent {after_parent}",
        f"mention {mention} parent asked {parent}",
        f"mention {mention} asked {min(3, scene.counts[call.name])}",
        f"mention {mention} messages {min(4, len(scene.known.said))}",
    ]
    if any(_spoken(str(v), scene.text) for p in places for v in p.result.mapping().values()):
        features += ["parent number said", f"mention {mention} parent number said"]
    written = any(
        v in other.mapping().values()
        for p in places
        for v in p.result.mapping().values()
        for other in scene.asked
        if other != p.result
    )
    features.append(f"parent changed {written}")
    for around in {name for p in places for record in p.records[1:] for name in _names(record)}:
        features += [f"in {around}", f"in {around} mention {mention}"]
    return features


def features_of(scene: Scene, call: Call) -> list[str]:
    """Everything the chances of one candidate rest on."""
    missing = next(f for f in scene.common if f.startswith("missing"))
    return [*scene.common, *_place_features(scene, call, missing), *_record_features(scene, call)]


@dataclass(frozen=True, slots=True)
class Chance:
    """A candidate's chances."""

    call: Call
    ever: float
    """That the model asks for it before the conversation ends."""
    soon: float
    """That the next model step which asks for anything asks for it."""

    @property
    def urgency(self) -> float:
        """Whether to look it up now or to wait and know more, 0 to 1.

        Waiting one step loses the call when it comes next, and saves it when it never comes; where it
        comes later, waiting costs nothing.
        """
        return self.soon / (self.soon + 1.0 - self.ever) if self.soon < 1.0 else 1.0


@dataclass(slots=True)
class Transitions:
    """Learned sources and chances; `fit` makes it, plain JSON keeps it."""

    sources: tuple[Source, ...] = ()
    vocabulary: frozenset[str] = frozenset()
    ever: dict[str, Logistic] = field(default_factory=dict)
    soon: dict[str, Logistic] = field(default_factory=dict)

    def chances(self, known: Known, *, unasked: bool = False) -> list[Chance]:
        """Every candidate that is neither known nor asked for, likeliest first; `unasked` includes the known."""
        scene = Scene(known, self.sources, self.vocabulary)
        found = []
        for call in scene.candidates:
            if call in scene.asked or (call in known.results and not unasked) or call.name not in self.ever:
                continue
            features = features_of(scene, call)
            found.append(
                Chance(call, self.ever[call.name].probability(features), self.soon[call.name].probability(features))
            )
        return sorted(found, key=lambda chance: (-chance.urgency, chance.call))

    def as_json(self) -> dict[str, Any]:
        """Plain JSON for the caller to keep."""
        return {
            "sources": [[s.tool, s.argument, s.within, s.path] for s in self.sources],
            "vocabulary": sorted(self.vocabulary),
            "ever": {tool: logistic.as_json() for tool, logistic in self.ever.items()},
            "soon": {tool: logistic.as_json() for tool, logistic in self.soon.items()},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Transitions":
        """From what `as_json` gave. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            tuple(Source(*map(str, source)) for source in kept["sources"]),
            frozenset(map(str, kept["vocabulary"])),
            {str(tool): Logistic.from_json(part) for tool, part in kept["ever"].items()},
            {str(tool): Logistic.from_json(part) for tool, part in kept["soon"].items()},
        )
