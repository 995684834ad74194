"""Guards: what of an answer may be shown, decided while it streams."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from headstart.guard.correction import Correction
from headstart.guard.facts import MARKS, Fact, Kind, Stated, begun, facts

UNSURE = "I can't say that for certain."
"""Where an answer turns out to be unfounded and there is nothing to say in its place."""

_WHY: dict[Kind, Correction] = {
    "number": Correction.UNVERIFIED_NUMBER,
    "date": Correction.UNVERIFIED_DATE,
    "name": Correction.UNVERIFIED_NAME,
}


@dataclass(frozen=True, slots=True)
class Violation:
    """Something said that no record holds."""

    start: int
    """Where in the answer it begins: what stands before it is held to be true."""
    text: str
    """What was said."""
    reason: str
    replacement: str = ""
    """What the records say in its place; empty where they say nothing."""
    final: bool = False
    """Whether the records shall speak at once, without another try of the model."""
    sought: str = ""
    """What has to be searched for before this may be said."""


class Guard(Protocol):
    """Lets the text of an answer through as far as it is true.

    `feed` gives what may be shown; when there is a `violation` nothing more comes until `back` or `mend`.
    """

    @property
    def text(self) -> str:
        """All that was shown."""
        ...

    @property
    def violation(self) -> Violation | None:
        """What was said that cannot be shown."""
        ...

    @property
    def completed(self) -> Any:
        """Why something was added to the answer, as a correction; None where nothing was."""
        ...

    def feed(self, piece: str) -> str:
        """Take a piece of the answer; the text that is certain now."""
        ...

    def finish(self) -> str:
        """The answer is over: what was held back, and what has to be added."""
        ...

    def back(self) -> None:
        """The writer has gone back to the end of `text`."""
        ...

    def mend(self) -> str:
        """What to say in the place of the violation; ends the answer."""
        ...


class FactsGuard:
    """A guard that knows facts alone: each must stand in one of these texts.

    `texts` are tool results, and what the user wrote: a number that they typed may be said again. `unsure` is said
    where something cannot be.
    """

    def __init__(self, texts: Sequence[str], *, unsure: str = UNSURE) -> None:
        self.text = ""
        self.violation: Violation | None = None
        self.completed: str | None = None
        self._stated = Stated(texts)
        self._unsure = unsure
        self._held = ""

    def feed(self, piece: str) -> str:
        """Take a piece of the answer; the text that is certain now."""
        if self.violation is not None:
            return ""
        self._held += piece
        return self._let_through(over=False)

    def finish(self) -> str:
        """The answer is over: what was held back."""
        if self.violation is not None:
            return ""
        return self._let_through(over=True)

    def back(self) -> None:
        """The writer has gone back to the end of `text`."""
        self.violation, self._held = None, ""

    def mend(self) -> str:
        """Says that it is not certain; ends the answer."""
        self.back()
        line = self.text.rpartition("\n")[2]
        said = f"{'' if line.endswith(' ') else ' '}… {self._unsure}" if line.strip() else self._unsure
        self.text += said
        return said

    def _let_through(self, *, over: bool) -> str:
        """What is certain of what is held. No fact goes over a line, so what stands before this one is done with."""
        before = self.text.rfind("\n") + 1
        lines, shown_to = self.text[before:] + self._held, len(self.text) - before
        certain = max(len(lines) if over else begun(lines), shown_to)
        for fact in facts(lines):
            if shown_to < fact.end <= certain and not self._stated.holds(fact):
                certain = max(_beginning(lines, fact), shown_to)
                self.violation = Violation(before + certain, lines[certain : fact.end], _WHY[fact.kind])
                break
        shown = lines[shown_to:certain]
        self.text, self._held = self.text + shown, lines[certain:]
        return shown


def _beginning(text: str, fact: Fact) -> int:
    """Where what must not be shown begins: a name with its quotation mark, an amount with its sign."""
    start = fact.start - (fact.kind == "name")
    while fact.kind != "name" and start and not text[start - 1].isspace() and text[start - 1] not in MARKS:
        if text[start - 1].isalnum():
            break
        start -= 1
    return start
