"""The words of the Speculator: a call, what was fetched for it, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from headstart.speculation.spelling import canonical, read_back

T = TypeVar("T")

Outcome = Literal["hit", "joined", "stale", "miss"]
State = Literal["waiting", "in flight", "ready", "failed"]


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """A tool call as a key: the same arguments in another order, or spelt otherwise, are the same call.

    What the spelling alone cannot tell, that an argument left out means its default, say, is told by the
    normaliser that a Speculator is given.
    """

    name: str
    arguments: str = "{}"
    """Canonical JSON, whatever spacing and order it was given in. Raises ValueError for what is no JSON object."""

    def __post_init__(self) -> None:
        if self.arguments != "{}":
            object.__setattr__(self, "arguments", canonical(read_back(self.arguments)))

    @classmethod
    def of(cls, name: str, arguments: Mapping[str, Any] | None = None) -> "Call":
        """A call with its arguments as a mapping.

        Dates, times, enums, UUIDs, decimals, pydantic models, dataclasses, sets, bytes and paths may stand in
        it; `mapping` gives them as JSON has them, which is how a tool's schema reads them. Raises TypeError for
        other objects, and for secrets: arguments are shown.
        """
        if arguments is not None and not isinstance(arguments, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"Expected the arguments of a call as a mapping, found {type(arguments).__name__}.")
        call = cls(name)
        if arguments:
            object.__setattr__(call, "arguments", canonical(arguments))  # Once: what is canonical is not read again.
        return call

    def mapping(self) -> dict[str, Any]:
        """The arguments as a tool takes them."""
        return read_back(self.arguments)


@dataclass(frozen=True, slots=True)
class Fetched(Generic[T]):
    """What a run returned, with the owner's revision that its snapshot was read at."""

    value: T
    """May be None: that nothing was found is a result like any other."""
    revision: int | None = None
    """None where the database keeps no revisions: then only the time to live speaks for freshness."""

    def __post_init__(self) -> None:
        if self.revision is not None and not isinstance(self.revision, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"Expected a revision as an int or None, found {type(self.revision).__name__}.")


@dataclass(frozen=True, slots=True)
class Claim(Generic[T]):
    """What a claim got."""

    call: Call
    """As it was claimed; a normaliser may have found it under another spelling."""
    outcome: Outcome
    value: T
    """A copy of its own: what the claimer does with it, no other claim sees."""
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
