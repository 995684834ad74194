"""The words of the Speculator: a call, what was fetched for it, and what became of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

T = TypeVar("T")

Outcome = Literal["hit", "joined", "stale", "miss"]
State = Literal["waiting", "in flight", "ready", "failed"]


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """A tool call as a key: the same arguments in another order are the same call."""

    name: str
    arguments: str = "{}"
    """Canonical JSON."""

    @classmethod
    def of(cls, name: str, arguments: Mapping[str, Any] | None = None) -> "Call":
        """A call with its arguments as a mapping."""
        return cls(name, json.dumps(arguments or {}, sort_keys=True, ensure_ascii=False, separators=(",", ":")))

    def mapping(self) -> dict[str, Any]:
        """The arguments as a tool takes them."""
        return dict(json.loads(self.arguments))


@dataclass(frozen=True, slots=True)
class Fetched(Generic[T]):
    """What a run returned, with the owner's revision that its snapshot was read at."""

    value: T
    revision: int | None = None
    """None where the database keeps no revisions: then only the time to live speaks for freshness."""


@dataclass(frozen=True, slots=True)
class Claim(Generic[T]):
    """What a claim got."""

    call: Call
    outcome: Outcome
    value: T
    revision: int | None
    waited_s: float
    """From the claim to its answer; 0 for a hit."""
    start_s: float
    """When the query that answered began."""
    end_s: float
    """Equal to `start_s` where the result was put there without a query."""
    reason: str
    """Why it had been speculated; empty for a miss."""
    first: bool
    """Whether nothing had used this very result before: only then is its time hidden by this claim."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A speculative call as the screen shows it."""

    call: Call
    reason: str
    state: State
    outcome: Outcome | None
    age_s: float
    took_s: float | None
    used: bool = False
