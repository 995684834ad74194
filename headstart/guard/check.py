"""What a turn asks of whoever knows the answers: understand the question, guard the answer, vet the calls.

A `Check` lives for one turn. The turn shows it what was said and found, and it gives a `Reading` of that: a guard for
the answer, and a verdict on the message that the model wrote. Nothing here imports a model or LangChain.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from headstart.guard.facts import Stated, facts
from headstart.guard.streaming import UNSURE, FactsGuard, Guard

LEAST_QUOTED = 8
"""A sentence of more characters that stands in an answer was taken from its result."""


@dataclass(frozen=True, slots=True)
class Result:
    """A tool's result as it stands in the prompt."""

    call_id: str
    text: str
    artifact: Mapping[str, Any] | None = None
    """None for an error."""


@dataclass(frozen=True, slots=True)
class Made:
    """A call that a model made, or that is to be made in its place."""

    name: str
    arguments: Mapping[str, Any]
    id: str = ""
    """Empty for a call that no model made and that counts as made in this turn."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What there is to read before the model writes."""

    said: Sequence[str]
    """All that the user wrote in this conversation, the question last."""
    said_in_prompt: Sequence[str]
    """What of it stands in the prompt."""
    answers: Sequence[str]
    """What was answered so far, oldest first."""
    answers_in_prompt: Sequence[str]
    """What of it stands in the prompt."""
    results: Sequence[Result]
    """Those that stand in the prompt, oldest first."""
    written: Sequence[Result]
    """What came of the writes that were tried in this turn: their messages are the answer."""
    called: Callable[[Made], bool]
    """Whether a call was made in this turn."""
    called_tools: frozenset[str] = frozenset()

    @property
    def question(self) -> str:
        """What is asked now."""
        return self.said[-1] if self.said else ""

    @property
    def has_written(self) -> bool:
        """Whether a write was tried in this turn."""
        return bool(self.written)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a message that the model wrote; with neither calls nor an answer, it stands."""

    calls: Sequence[Made] | None = None
    """To be made in the place of what it called for or said."""
    answer: str | None = None
    """To be said in its place."""
    corrections: Sequence[str] = ()
    retry: Sequence[Made] = ()
    """Calls that may be made once more in this turn."""


STANDS = Verdict()


@dataclass(frozen=True, slots=True)
class Grounding:
    """What an answer rests on."""

    grounded: bool
    """True when nothing in it is unfounded; also when it states no fact."""
    sources: tuple[int, ...]
    """Which of the results the answer rests on, as indexes."""
    records: tuple[str, ...] = ()
    """The records that the answer tells of, by their keys."""
    unanswered: str = ""
    """The question that found no answer, where the answer says so; it is counted for whoever runs the world."""


class Reading(Protocol):
    """How a check reads what was asked, for one message of the model."""

    @property
    def guard(self) -> Guard:
        """For the answer, should it be one."""
        ...

    @property
    def beforehand(self) -> Verdict | None:
        """The calls or the answer that are beyond doubt before the model writes a word: then it is not asked.

        None where the model is to write.
        """
        ...

    @property
    def may_answer(self) -> bool:
        """False where a call has to come first: then the text of an answer is not even shown."""
        ...

    def plausible(self, call: Made) -> bool:
        """Whether a question may be after what this call gives."""
        ...

    def vet(self, calls: Sequence[Made], *, broken: bool) -> Verdict:
        """What becomes of the message: its calls, none for an answer; `broken` where some could not be read."""
        ...


class Check(Protocol):
    """What a world knows of its own questions and answers, for one turn."""

    def read(self, asked: Asked) -> Reading:
        """How to take what the model will write now."""
        ...

    def ground(self, answer: str, results: Sequence[Result]) -> Grounding:
        """What a finished answer rests on."""
        ...


@dataclass(frozen=True, slots=True)
class FactsReading:
    """Guards facts, and lets every call pass."""

    guard: Guard
    may_answer: bool = True
    beforehand: Verdict | None = None

    def plausible(self, call: Made) -> bool:
        """Every call is."""
        return True

    def vet(self, calls: Sequence[Made], *, broken: bool) -> Verdict:
        """It stands."""
        return STANDS


@dataclass(slots=True)
class FactsCheck:
    """For a world that brings no check: facts alone, in any language with Latin digits."""

    unsure: str = UNSURE
    _said: list[str] = field(default_factory=list[str])

    def read(self, asked: Asked) -> FactsReading:
        """A guard over the results and over what the user wrote."""
        self._said = list(asked.said)
        return FactsReading(FactsGuard([*(result.text for result in asked.results), *asked.said], unsure=self.unsure))

    def ground(self, answer: str, results: Sequence[Result]) -> Grounding:
        """The results that hold a fact or a sentence of the answer, and whether every fact has one."""
        found = facts(answer)
        stated = Stated([*(result.text for result in results), *self._said])
        sources = tuple(at for at, result in enumerate(results) if _rests_on(answer, result.text))
        return Grounding(all(map(stated.holds, found)), sources)


def _rests_on(answer: str, result: str) -> bool:
    stated = Stated([result])
    if any(stated.holds(fact) for fact in facts(answer)):
        return True
    sentences = re.split(r"(?<=[.!?])\s|\n", result)
    return any(len(sentence) > LEAST_QUOTED and sentence in answer for sentence in sentences)
