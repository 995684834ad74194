"""What a world's rules are made of: small functions that say what is likely to be asked for, before it is.

    @rule("typing")
    def the_region_typed(moment: Moment) -> Iterator[Candidate]:
        for region in moment.words & REGIONS:
            yield Candidate(Call.of("sales_by_region", {"region": region}), 0.7, "the_region_typed", "you named it")

The chances are first guesses: the Predictor corrects them by what each rule's lookups were really worth, and switches
a rule off that does not pay. Rules see plain data and must not fail on any text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeVar, cast

from headstart.speculation.calls import Call
from headstart.speculation.prediction import Candidate, proposed

T = TypeVar("T")

When = Literal["sign-in", "typing", "result"]


@dataclass(frozen=True, eq=False)
class Moment:
    """What a rule may look at."""

    text: str = ""
    """What has been typed so far."""
    recent: Sequence[str] = ()
    """The records, by their keys, that the last answer told of."""
    call: Call | None = None
    """The call whose result has just come."""
    data: Any = None
    """Its data."""
    held: Callable[[Call], Any | None] = field(default=lambda _: None, repr=False)
    """The data of a result that is there already; None for one that is not."""
    _worked_out: dict[Callable[[Moment], Any], Any] = field(default_factory=dict, repr=False)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words typed, in lower case."""
        return frozenset(re.findall(r"\w+", self.text.lower()))

    def once(self, work: Callable[[Moment], T]) -> T:
        """What several rules need of this moment, worked out once."""
        if work not in self._worked_out:
            self._worked_out[work] = work(self)
        return cast("T", self._worked_out[work])


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `rule` makes it of a function."""

    when: When
    function: Callable[[Moment], Iterable[Candidate]]

    def __call__(self, moment: Moment) -> Iterable[Candidate]:
        """What the function proposes."""
        return self.function(moment)


def rule(when: When) -> Callable[[Callable[[Moment], Iterable[Candidate]]], Rule]:
    """Makes a rule of a function from a moment to candidates.

    `"sign-in"`: asked once, with nothing known; its results are placed in every prompt. `"typing"`: at each pause
    while a question is written. `"result"`: when a result has come.
    """

    def made(function: Callable[[Moment], Iterable[Candidate]]) -> Rule:
        return Rule(when, function)

    return made


def candidates(rules: Iterable[Rule], when: When, moment: Moment) -> list[Candidate]:
    """What the rules of one kind propose, the likeliest first; one that raises proposes nothing."""
    found = [candidate for one in rules if one.when == when for candidate in proposed(one.function, moment)]
    return sorted(found, key=lambda candidate: -candidate.probability)
