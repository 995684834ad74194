"""Which candidates are worth a call: rules, what their candidates turned out to be worth, and the gate.

A rule is a small function from what is known to candidates, each with a probability. Left to
themselves, rules grow stale and optimistic; so every rule's outcomes are counted (used or wasted), its
probabilities are drawn towards what it has really hit, and a rule that does not pay is switched off
and says so. What is worth a call is decided in one place, `Predictor.choose`: a candidate is issued
when its probability times the tool's measured seconds beats the cost of a call.

Knows neither the shop nor the model.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from headstart.speculation import border
from headstart.speculation.calls import Call

PRIOR_STRENGTH = 8.0
"""How many outcomes a rule's own claim about its probability counts for."""

MIN_OUTCOMES = 20
"""No rule is switched off on less."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A call that may be worth making before anybody asks."""

    call: Call
    probability: float
    """That the model will ask for it, 0 to 1."""
    rule: str
    """Whose idea it is; its hit rate is learned under this name."""
    reason: str = ""
    """What the customer may read of it; never an argument of the call."""

    def __post_init__(self) -> None:
        if not isinstance(self.call, Call):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"Expected a candidate's call as a Call, found {type(self.call).__name__}.")
        if not isinstance(self.rule, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"Expected the name of a candidate's rule as a str, found {type(self.rule).__name__}.")
        if not isinstance(self.probability, int | float):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"Expected a probability as a number, found {type(self.probability).__name__}.")
        if not 0 <= self.probability <= 1:
            raise ValueError(f"Expected a probability from 0 to 1, found {self.probability}.")


@dataclass(slots=True)
class HitRate:
    """A rule's outcomes: a Beta distribution, and how many calls the rule had expected to be used."""

    used: float = 0.0
    wasted: float = 0.0
    expected: float = 0.0
    """The sum of the probabilities that the rule gave to those outcomes."""

    @property
    def outcomes(self) -> float:
        """How many there were."""
        return self.used + self.wasted

    def probability(self, claimed: float) -> float:
        """What a probability that the rule gives is worth: scaled by used over expected, with the prior's pull to 1."""
        scale = (self.used + PRIOR_STRENGTH) / (self.expected + PRIOR_STRENGTH)
        return min(1.0, max(0.0, claimed * scale))

    def mean(self, prior: float = 0.5) -> float:
        """The mean of the Beta distribution, from a prior of `PRIOR_STRENGTH` outcomes."""
        return (self.used + prior * PRIOR_STRENGTH) / (self.outcomes + PRIOR_STRENGTH)

    def add(self, *, used: bool, expected: float) -> None:
        """One outcome."""
        self.used += used
        self.wasted += not used
        self.expected += expected


@dataclass(slots=True)
class Predictor:
    """Decides what is issued, and learns from what became of it.

    `cost_s` is what a call must be expected to save, in seconds; `latency_s` is a tool's measured latency
    (`Prices.tool_s`), None before the first. A rule whose mean falls under `floor` after `MIN_OUTCOMES` is
    off until `reset`; `on_switched_off` is told in one sentence.
    """

    cost_s: float = 0.6
    default_latency_s: float = 1.0
    latency_s: Callable[[str], float | None] = lambda _: None
    floor: float = 0.15
    on_switched_off: Callable[[str], None] = lambda _: None
    rates: dict[str, HitRate] = field(default_factory=dict)
    off: set[str] = field(default_factory=set)

    def choose(self, candidates: Iterable[Candidate], *, budget: int | None = None) -> list[Candidate]:
        """The candidates worth a call, the most seconds saved first, at most `budget` of them.

        Each comes with its probability as learned; of several for one call the likeliest stands. Raises TypeError
        where something else than candidates is given, by a rule that returns None, say.
        """
        best: dict[Call, Candidate] = {}
        for candidate in _checked(candidates):
            if candidate.rule in self.off:
                continue
            learned = self.rates.get(candidate.rule, _NONE).probability(candidate.probability)
            held = best.get(candidate.call)
            if held is None or learned > held.probability:
                best[candidate.call] = replace(candidate, probability=learned)
        saved_s = {call: self.saving_s(candidate) for call, candidate in best.items()}
        worth = [candidate for call, candidate in best.items() if saved_s[call] > self.cost_s]
        return sorted(worth, key=lambda c: (-saved_s[c.call], c.call))[:budget]

    def saving_s(self, candidate: Candidate) -> float:
        """Seconds that a candidate is expected to save."""
        measured = border.asked(self.latency_s, candidate.call.name)
        if measured is None:
            return candidate.probability * self.default_latency_s
        if not isinstance(measured, int | float) or math.isnan(measured):
            raise TypeError(f"Expected a tool's latency in seconds or None, found {type(measured).__name__}.")
        return candidate.probability * measured

    def outcome(self, candidate: Candidate, *, used: bool) -> None:
        """What became of an issued candidate; `candidate` as `choose` returned it."""
        rate = self.rates.setdefault(candidate.rule, HitRate())
        rate.add(used=used, expected=candidate.probability / max(rate.probability(1.0), 1e-6))
        if candidate.rule in self.off or rate.outcomes < MIN_OUTCOMES or rate.mean() >= self.floor:
            return
        self.off.add(candidate.rule)
        border.tell(
            self.on_switched_off,
            f"The rule “{candidate.rule}” is switched off: "
            f"of its {rate.outcomes:.0f} lookups {rate.used:.0f} were used.",
        )

    def reset(self, rule: str) -> None:
        """Forget a rule's outcomes; it is on again."""
        self.rates.pop(rule, None)
        self.off.discard(rule)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON for the caller to keep between sessions."""
        rates = {name: [rate.used, rate.wasted, round(rate.expected, 4)] for name, rate in sorted(self.rates.items())}
        return {"rates": rates, "off": sorted(self.off)}

    def load(self, kept: Mapping[str, Any]) -> None:
        """Take up what `as_json` gave. Raises KeyError, TypeError or ValueError for anything else."""
        rates, off = kept["rates"], kept["off"]
        if not isinstance(rates, Mapping) or not isinstance(off, list | tuple | set):
            raise TypeError("Expected `rates` as an object and `off` as a list.")
        self.rates, self.off = {str(name): _rate(counts) for name, counts in rates.items()}, set(map(str, off))


_NONE = HitRate()


def _rate(counts: Any) -> HitRate:
    if not isinstance(counts, list | tuple):
        raise TypeError(f"Expected a rule's counts as a list, found {type(counts).__name__}.")
    numbers = [float(count) for count in counts]
    if not all(math.isfinite(number) and number >= 0 for number in numbers):
        raise ValueError("Expected a rule's counts as numbers from 0 on, found others.")
    return HitRate(*numbers)


def _checked(candidates: Any) -> list[Candidate]:
    if not isinstance(candidates, Iterable):
        raise TypeError(f"Expected an iterable of Candidate, found {type(candidates).__name__}.")
    given = list(candidates)
    for candidate in given:
        if not isinstance(candidate, Candidate):
            raise TypeError(f"Expected a Candidate from each rule, found {type(candidate).__name__}.")
    return given


def _proposed(rule: Callable[..., Any], *known: Any) -> list[Candidate]:
    return _checked(rule(*known))


def proposed(rule: Callable[..., Iterable[Candidate]], *known: Any) -> list[Candidate]:
    """What a rule proposes. One that raises, or gives something else, proposes nothing, and the log says so."""
    return border.asked(_proposed, rule, *known) or []


def price_for_budget(budget: float, tried: Mapping[float, float]) -> float:
    """The price at which a mean of `budget` calls a conversation is issued, between the prices `tried`.

    `tried` says for each price how many calls a conversation past conversations would have come to. A
    `Predictor` keeps the budget with `cost_s` at the price times the seconds of its tools. Raises ValueError
    when nothing was tried.
    """
    if not tried:
        raise ValueError("No price was tried; expected the mean number of calls for at least one.")
    steps = sorted(tried.items())
    for (low, more), (high, fewer) in pairwise(steps):
        if more >= budget >= fewer:
            return high if more == fewer else low + (high - low) * (more - budget) / (more - fewer)
    return steps[0][0] if budget > steps[0][1] else steps[-1][0]
