"""Which call usually follows, learned from finished conversations of any agent.

Two things are learned. *Sources*: where a tool's argument was found in the results that were known by
then (`get_order_details.order_id` stands in `get_user_details` under `orders.*`), so that every
candidate is derived and none guessed. *Chances*: for each candidate, the chance that it is asked for
at the next model step and that it is asked for at all (`features.py` says what they rest on).

Knows no shop: it is told tool names only by the conversations it learns from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bench.learned.features import features_of
from bench.learned.logistic import Logistic
from bench.learned.moment import History, Scene, Source
from headstart.speculation.calls import Call


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
    """Names that the customer may say of what is not known yet."""
    themes: dict[str, list[str]] = field(default_factory=dict)
    """What a conversation may be about, by the words that say so; `chang*` is any word that begins so."""
    ever: dict[str, Logistic] = field(default_factory=dict)
    soon: dict[str, Logistic] = field(default_factory=dict)

    def chances(self, known: History, *, unasked: bool = False) -> list[Chance]:
        """Every candidate that is neither known nor asked for, likeliest first; `unasked` includes the known."""
        scene = Scene(known, self.sources, self.vocabulary, self.themes)
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
            "themes": self.themes,
            "ever": {tool: logistic.as_json() for tool, logistic in self.ever.items()},
            "soon": {tool: logistic.as_json() for tool, logistic in self.soon.items()},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Transitions":
        """From what `as_json` gave. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            tuple(Source(*map(str, source)) for source in kept["sources"]),
            frozenset(map(str, kept["vocabulary"])),
            {str(theme): list(map(str, listed)) for theme, listed in _object(kept, "themes").items()},
            {str(tool): Logistic.from_json(part) for tool, part in _object(kept, "ever").items()},
            {str(tool): Logistic.from_json(part) for tool, part in _object(kept, "soon").items()},
        )


def _object(kept: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if not isinstance(kept[name], Mapping):
        raise TypeError(f"Expected `{name}` as an object, found {type(kept[name]).__name__}.")
    return kept[name]
