"""Whether what one line states is true of the records: the facts of one statement must come from one of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from agent.shop.english.asking import STATUSES
from agent.shop.english.correction import Correction
from agent.shop.english.facts import Kind, Known, Record, Span
from agent.shop.english.numbers import BEGUN, WRITTEN
from agent.shop.english.unfinished import BARELY_NAMING, NAMING
from headstart.guard import Violation

SUPERLATIVE = re.compile(r"\b(?P<which>newest|latest|most recent|most expensive|dearest) order is\b", re.IGNORECASE)
DENYING = re.compile(r"\b(?:no|not|never|can't|can’t|cannot|couldn't|couldn’t)\b", re.IGNORECASE)
_NAMED = re.compile(NAMING + r" \($")
_BARELY_NAMED = re.compile(BARELY_NAMING + r" \($")
"""What stands before an order's number in brackets is the name of its items."""
_CUT_SHORT = re.compile(NAMING + r" \((?P<inside>[^)]*)")
"""A name with something else in the bracket than a number: it may be one that was cut short."""
_MISHEADED = re.compile(rf"(?:^|(?<=[.!?] ))Your (?P<run>[^.:(\n]{{1,80}}) {WRITTEN}:")
"""A heading within a sentence that has begun with a name."""
_NUMBER_BEGUN = re.compile(BEGUN)
_JOINED = re.compile(r"^[\s,]*(?:and|&|,)[\s\w'’]*$")
_OF_NAMES = (Correction.WRONG_ORDER, Correction.OFF_TOPIC, Correction.UNVERIFIED_NUMBER, Correction.UNVERIFIED_ITEM)
_WRONG: dict[Kind, Correction] = {
    "date": Correction.WRONG_DATE,
    "amount": Correction.WRONG_AMOUNT,
    "status": Correction.WRONG_STATUS,
    "carrier": Correction.WRONG_CARRIER,
}
"""What is wrong where a fact of this kind is another record's."""


@dataclass(slots=True)
class Scope:
    """The records that the statement may be about, as its facts come."""

    line: str
    known: Known
    asked: frozenset[str]
    subjects: list[Record] = field(default_factory=list[Record])
    wide: bool = False
    """Whether several orders are the subject together: "A1 and B2 have shipped"."""
    _named_at: int = 0
    _pending: list[list[Record]] = field(default_factory=list[list[Record]])
    _told: bool = False
    """Whether something has been said of the subject."""
    _bound: bool = False
    """Whether the subject stands as a heading, `A1: …`: what is named then is all of it."""

    def take(self, fact: Span) -> Violation | None:
        """The next fact of the line; what about it no record holds."""
        owners = self.known.records_with(fact)
        said = self.line[fact.start : fact.end]
        if fact.kind not in ("number", "item"):
            return self._predicate(fact, owners, said)
        if not owners:
            if DENYING.search(self.line[: fact.start]) and fact.kind == "number":
                return None
            unverified = Correction.UNVERIFIED_NUMBER if fact.kind == "number" else Correction.UNVERIFIED_ITEM
            return Violation(fact.start, said, unverified, self._one())
        between = self.line[self._named_at : fact.start]
        both = [record for record in self.subjects if record in owners]
        beside = re.search(r"\(\s*$|:\s*(?:\d+ x )?$", between) is not None
        apart = self._bound or beside or not _JOINED.match(between)
        if fact.kind == "number" and between.endswith("("):
            both = [record for record in both if all(record in one for one in self._pending)]
            if violation := self._misnamed(fact, owners):
                return violation
        if both:
            self.subjects = both
        elif self.subjects and not self._told and apart:
            return Violation(fact.start, said, Correction.WRONG_ORDER, self._one())
        elif self.subjects and not self._told:
            self.subjects, self.wide = [*self.subjects, *owners], True
        else:
            self.subjects, self.wide, self._pending = owners, False, []
        if self.asked and not any(record.key in self.asked for record in self.subjects):
            meant = [self.known.records[key].line for key in self.asked if key in self.known.records]
            one = meant[0] if len(meant) == 1 else ""
            return Violation(fact.start, said, Correction.OFF_TOPIC, one, final=bool(one))
        if violation := self._superlative(fact, said):
            return violation
        if fact.kind == "number":
            self._bound = self.line[fact.end : fact.end + 1] == ":"
        self._pending = [] if fact.kind == "number" else [*self._pending, owners]
        self._named_at, self._told = fact.end, False
        return None

    def _misnamed(self, fact: Span, owners: list[Record]) -> Violation | None:
        """Whether the name before a number in brackets is another than the order's."""
        before = self.line[: fact.start]
        named = _NAMED.search(before)
        if named is None:
            named, items = _BARELY_NAMED.search(before), [item for record in owners for item in record.items]
            firsts = {item.partition(" ")[0] for item in items}
            if named is None or named["run"] in items or named["run"].partition(" ")[0] not in firsts:
                return None
        whole = re.compile(rf"(?:^|, | and |\d x ){re.escape(named.group('run'))} \(")
        if any(whole.search(record.line) for record in owners):
            return None
        said = self.line[named.start("run") : fact.end]
        return Violation(named.start("run"), said, Correction.WRONG_NAME, owners[0].line if len(owners) == 1 else "")

    def _predicate(self, fact: Span, owners: list[Record], said: str) -> Violation | None:
        self._told = True
        of = self.subjects or list(self.known.records.values())
        fitting = [record for record in of if record in owners]
        wanted = len(of) if self.wide and fact.kind == "status" and self.subjects else 1
        if len(fitting) < wanted:
            return Violation(fact.start, said, _WRONG[fact.kind], self._one())
        if self.subjects and not self.wide:
            self.subjects = fitting
        return None

    def _superlative(self, fact: Span, said: str) -> Violation | None:
        which = SUPERLATIVE.search(self.line[: fact.start])
        if which is None:
            return None
        newest = which.group("which").lower() in ("newest", "latest", "most recent")
        right = self.known.newest if newest else self.known.dearest
        if right is None or any(record.key == right for record in self.subjects):
            return None
        line = self.known.newest_line if newest else self.known.dearest_line
        wrong = Correction.WRONG_NEWEST if newest else Correction.WRONG_DEAREST
        return Violation(fact.start, said, wrong, line)

    def _one(self) -> str:
        return self.subjects[0].line if len(self.subjects) == 1 else ""


def counted(count: int, noun: str, known: Known, line: str) -> bool:
    """Whether there are so many orders, in all, found or of a status."""
    if known.count is None:
        return True  # Nothing is known of counts: not for this guard to judge.
    if noun.startswith("order"):
        return count in {known.count, len(known.listed), *known.found} or "match" in line
    status = STATUSES[noun]
    return known.by_status.get(status, 0) == count


def misnamed(line: str, known: Known, items: Sequence[str]) -> Violation | None:
    """A name that was cut short, or a heading within a sentence that has begun with a name."""
    if (cut := _CUT_SHORT.search(line)) and not _NUMBER_BEGUN.fullmatch(cut.group("inside").rstrip()):
        named = re.sub(r"^\d+ x ", "", re.split(r", | and ", cut.group("run"))[-1])
        whole = any(line.startswith(item[: len(line) - at], at) for item in items for at in _heads(line, item))
        begun = [item for item in items if item.startswith(named) and item != named]
        if begun and not whole:
            holders = [one for one in known.records.values() if begun[0] in one.items and one.status]
            instead = holders[0].line if len(holders) == 1 else ""
            return Violation(cut.start("run"), line[cut.start("run") :], Correction.WRONG_NAME, instead)
    if headed := _MISHEADED.search(line):
        return Violation(headed.start("run"), line[headed.start("run") :], Correction.BROKEN_SENTENCE, final=True)
    return None


def held_otherwise(line: str, known: Known) -> Violation | None:
    """Whether what an order is said to hold is written otherwise than its record writes it."""
    begin = line.rfind("It holds ")
    if begin < 0:
        return None
    said, records = line[begin:], [one for one in known.records.values() if one.holding]
    contents = [one.holding for one in records if one.key in line] or [one.holding for one in records]
    if not contents or any(one.startswith(said) or said.startswith(one) for one in contents):
        return None
    right = max(contents, key=lambda one: _agreeing(one, said))
    at = _agreeing(right, said)
    return Violation(begin + at, said[at:], Correction.WRONG_CONTENTS, right, final=True)


def _heads(line: str, item: str) -> list[int]:
    """Where in a line an item's name may begin."""
    return [found.start() for found in re.finditer(re.escape(item[:1]), line)] if item else []


def _agreeing(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    parts = (at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right)
    return next(parts, min(len(one), len(other)))


def from_its_name(line: str, violation: Violation) -> Violation:
    """The same from the beginning of the name in which it stands: half a name is not shown."""
    for named in re.finditer(NAMING, line):
        start = named.start("run")
        if violation.reason in _OF_NAMES and start < violation.start <= named.end("run") + len(" ("):
            return replace(violation, start=start, text=line[start : violation.start] + violation.text)
    return violation
