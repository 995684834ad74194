"""Holds an answer against the tool results it rests on, record by record, while it streams.

Plain words pass at once; only a span that looks like a fact is held back until it is complete and found in the
records. The facts of one statement must come from one record: the usual error of a small model is the number of
one order with the item of another. A denial ("I can't find …") is held against the records too, and so is a list
that tells an order twice.

What is not judged: statuses and days in words of its own ("it came yesterday"), numbers without a unit, reasons
and advice, items that are described and not named.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from agent.shop.english.asking import STATUS_WORDS, extreme_asked
from agent.shop.english.correction import Correction
from agent.shop.english.facts import Known, Span, facts
from agent.shop.english.numbers import WRITTEN
from agent.shop.english.sentences import NEW_ADDRESS, NOT_UNDERSTOOD, ONLY_YOURS, with_way_on
from agent.shop.english.statements import (
    DENYING,
    SUPERLATIVE,
    Scope,
    counted,
    from_its_name,
    held_otherwise,
    misnamed,
)
from agent.shop.english.understanding import NOTHING, Understanding
from agent.shop.english.unfinished import BULLET, beginnings, judged, sentence_start, unfinished
from headstart.guard import Grounding, Violation
from headstart.guard.streaming import UNSURE

SHORTEST_OVERLAP = 8
"""Characters by which a begun statement must agree with the data's sentence to be ended by it."""

_COUNT = re.compile(rf"\b(?P<count>\d+) (?P<noun>orders?|{STATUS_WORDS})\b", re.IGNORECASE)
_DENIAL = re.compile(
    r"(?:^|(?<=[.!?] )|(?<=sorry, )|(?<=but ))I (?:can(?:'t|’t|not)|could(?:n't|n’t| not)|do(?:n't|n’t| not))"
    r" (?:find|see|have) (?:an? |any |the |your )?(?P<words>[^.\n]{2,120}?)(?= among | in your |[.!]|$)",
    re.IGNORECASE,
)
_NO_ORDER = re.compile(rf"\bno (?:such )?(?:order|product) (?P<number>{WRITTEN})\b", re.IGNORECASE)
_NO_ORDERS = re.compile(r"\byou (?:have|have placed|do(?:n't|n’t| not) have) (?:no|any) orders\b", re.IGNORECASE)
_OWN_DATA = re.compile(r"(?:^|(?<=[.!?] ))Your (?P<field>name|email|address|user name) is ")
_TOTAL = re.compile(r"\byou have (?:no|any|\d+) orders?\b", re.IGNORECASE)
_REFUSAL = re.compile(r"\b(?:can't|can’t|cannot|can only|don't have|don’t have|not able)\b", re.IGNORECASE)
_CALL = re.compile(r"<\s?/?\s?[|_]?[a-z]*_?(?:tool|call)|\{\"name\"?:", re.IGNORECASE)
"""A call that does not parse is no answer either."""
_EMPTY = frozenset({"a", "an", "the", "any", "it", "one", "that", "this"})
"""Words of a denial that name nothing."""


def ground(answer: str, known: Known, results: Sequence[str]) -> Grounding:
    """Hold a finished answer against the records, and find the results that it rests on."""
    guard = Guard(known)
    guard.feed(answer)
    guard.finish()
    found = facts(answer, known.items)
    stated = {answer[fact.start : fact.end] for fact in found if fact.kind != "status"}
    sources = tuple(at for at, result in enumerate(results) if _rests_on(answer, stated, result))
    numbers = dict.fromkeys(fact.value for fact in found if fact.kind == "number")
    orders = tuple(number for number in numbers if number in known.records and known.records[number].status)
    return Grounding(guard.violation is None, sources, orders)


def _rests_on(answer: str, stated: set[str], result: str) -> bool:
    if any(span in result for span in stated):
        return True
    return any(len(part) > 12 and part in answer for part in re.split(r"(?<=[.!?])\s", result))


@dataclass(slots=True)
class Guard:
    """Lets the text of an answer through as far as it is true.

    `feed` gives what may be shown; when there is a `violation` nothing more comes until `back` or `mend`.
    """

    known: Known
    question: Understanding = NOTHING
    searched: bool = True
    """Whether all orders were searched, where there are more than are known; a denial has to wait for it."""
    text: str = ""
    """All that was shown."""
    violation: Violation | None = None
    completed: Correction | None = None
    """Why something was added to the answer."""
    _held: str = ""
    _items: list[str] = field(default_factory=list[str])
    _begun_names: frozenset[str] = frozenset()
    _ways: tuple[str, ...] = ()
    """Sentences that may stream where only whole ones are judged."""
    _bullets: list[str] = field(default_factory=list[str])
    """The orders told in a list so far."""

    def __post_init__(self) -> None:
        self._items = self.known.items
        self._begun_names = beginnings(self._items)
        may_tell = [self.known.records[key] for key in self.question.tells or () if key in self.known.records]
        lines = [f"{head}{one.line}" for one in may_tell for head in ("Your ", f"Order {one.key}: ", "- ")]
        summary = (self.known.summary,) if self.question.tells else ()
        declining = () if self.question.account else (ONLY_YOURS,)
        self._ways = (*self.question.answer.split("\n"), *summary, *declining, *lines)

    def feed(self, piece: str) -> str:
        """Take a piece of the answer; the text that is certain now."""
        if self.violation is not None:
            return ""
        self._held += piece
        return self._let_through(final=False)

    def finish(self) -> str:
        """The answer is over: what was held back, and the rest of a list that left orders out."""
        shown = "" if self.violation is not None else self._let_through(final=True)
        return shown if self.violation is not None else shown + self._rest()

    def back(self) -> None:
        """The writer has gone back to the end of `text`."""
        self.violation, self._held = None, ""

    def mend(self) -> str:
        """What to say, from the data, in the place of the violation; ends the statement that it stands in."""
        assert self.violation is not None
        violation, line = self.violation, self.text.rpartition("\n")[2]
        self.back()
        bullet = self.question.tells is None and any(map(BULLET.match, (f"{line} ", violation.text)))
        untold = self._left_of_list() if bullet else []
        record = self._suited(line, self._record_for(violation, untold))
        said = self._instead(violation, line, record, bullet=bullet, untold=untold)
        self._bullets += [key for key in untold if self.known.records[key].line == record][:1]
        self.text += said
        return said + self._rest()

    def _record_for(self, violation: Violation, untold: Sequence[str]) -> str:
        """The record to tell in the place of the violation: the only one asked for, what the violation meant, or
        the first that is not told yet; empty for none. In a list it is one of the list's untold orders."""
        records, question = self.known.records, self.question
        asked = [key for key in question.only if key in records] if question.tells is None else []
        unnamed = [key for key in question.orders if key in records and key not in self.text]
        record = records[asked[0]].line if len(asked) == 1 else violation.replacement
        if not record and unnamed:
            record = records[unnamed[0]].line
        if untold and record not in {records[key].line for key in untold}:
            record = records[untold[0]].line
        return record

    def _instead(self, violation: Violation, line: str, record: str, *, bullet: bool, untold: Sequence[str]) -> str:
        question = self.question
        if violation.reason is Correction.REPEATED_ORDER and not untold:
            return ""
        if violation.reason is Correction.OFF_TOPIC and self._has_answered():
            return ""
        if question.tells is not None or (question.answer and not record):
            return _answered(line, question.answer)
        if record:
            return f"- {record}" if bullet and not line else _continued(line, record)
        if line.strip():
            return f"{'' if line.endswith(' ') else ' '}… {UNSURE}"
        return NOT_UNDERSTOOD

    def _has_answered(self) -> bool:
        """Whether what the question asks for has been told."""
        question = self.question
        if question.needs and all(value in self.text for value, _ in question.needs):
            return True
        return question.tells is not None and question.answer in self.text

    def _suited(self, line: str, instead: str) -> str:
        """Of an order's record and its parcel that one with which the line can go on."""
        parcels = [one.parcel for one in self.known.records.values() if one.line == instead and one.parcel]
        return parcels[0] if parcels and _overlap(BULLET.sub("", line), parcels[0]) else instead

    def _let_through(self, *, final: bool) -> str:
        lines_end = len(self.text) + len(self._held)
        whole = self.text + self._held
        begin = whole.rfind("\n", 0, len(self.text)) + 1
        safe = len(self.text)
        while True:
            end = whole.find("\n", begin)
            over = final or end >= 0
            line = whole[begin : end if end >= 0 else lines_end]
            certain, violation = self._check(line, over=over)
            safe = max(safe, begin + certain)
            if violation is not None:
                start = max(begin + violation.start, len(self.text))
                self.violation = replace(violation, start=start)
                safe = start
                break
            if end < 0:
                break
            safe = max(safe, end + 1)
            begin = end + 1
        shown = whole[len(self.text) : safe]
        self.text, self._held = self.text + shown, whole[len(self.text) + len(shown) :]
        return shown

    def _check(self, line: str, *, over: bool) -> tuple[int, Violation | None]:
        """How far a line is certain, and what in it violates the records; `over` when nothing more comes of it."""
        certain = len(line) if over else unfinished(line, self._begun_names)
        if self.question.tells is not None and not over:
            certain = min(certain, judged(line, self._ways))
        found = facts(line, self._items)
        if not over:
            # A fact at the very end may go on with the next piece: `$39` with `.90`, `K48` with `21`.
            certain = min([certain, *(fact.start for fact in found if fact.end >= len(line.rstrip(".,")))])
        ready = [fact for fact in found if fact.end <= certain]
        violation = self._off_point(line, certain, ready) or self._statement(line, ready)
        violation = violation or self._claims(line, certain, over=over)
        if violation is None and over and BULLET.match(line):
            self._note_bullet(ready)
        return certain, from_its_name(line, violation) if violation else None

    def _off_point(self, line: str, certain: int, ready: Sequence[Span]) -> Violation | None:
        """What the question does not ask for, where it is known what it asks for."""
        question, known = self.question, self.known
        if question.tells is None or any(way.startswith(line) for way in self._ways):
            return None
        certainly = line[:certain]
        beside = [
            fact.start
            for fact in ready
            if fact.kind in ("number", "item")
            and not any(record.key in question.tells for record in known.records_with(fact))
            and not DENYING.search(line[: fact.start])
        ]
        if not question.tells and question.answer != known.summary:
            beside += [one.start() for one in _TOTAL.finditer(certainly)]
        if question.account:
            beside += [one.start() for one in _REFUSAL.finditer(certainly)]
            beside += [one.start() for one in _OWN_DATA.finditer(certainly) if one["field"] not in question.account]
        if not beside:
            return None
        start = sentence_start(line[: min(beside) + 1])
        return Violation(start, line[start:], Correction.OFF_TOPIC, question.answer, final=True)

    def _statement(self, line: str, ready: Sequence[Span]) -> Violation | None:
        """Whether the facts of a line come from one record at a time."""
        if len(line) > 12 and any(quoted.startswith(line) for quoted in self.known.quotable):
            return None
        scope = Scope(line, self.known, self.question.only)
        for fact in ready:
            if violation := scope.take(fact):
                return violation
        listed = bool(scope.subjects) and all(record.key in self._bullets for record in scope.subjects)
        if listed and BULLET.match(line):
            return Violation(0, line, Correction.REPEATED_ORDER, final=not self._left_of_list())
        return None

    def _claims(self, line: str, certain: int, *, over: bool) -> Violation | None:
        """Counts, superlatives and denials."""
        known = self.known
        if call := _CALL.search(line):
            return Violation(call.start(), line[call.start() :], Correction.BROKEN_LOOKUP)
        for count in _COUNT.finditer(line):
            if count.end() > certain or (not over and count.end() == len(line)):
                continue
            if not counted(int(count.group("count")), count.group("noun").lower(), known, line):
                return Violation(count.start(), count.group(), Correction.WRONG_COUNT, known.summary)
        for denial in _DENIAL.finditer(line):
            ended = over or any(mark in line[denial.start() :] for mark in ".!")
            if ended and (violation := self._denial(denial, line)):
                return violation
        for denial in _NO_ORDER.finditer(line):
            if record := known.records.get(denial.group("number").upper()):
                return Violation(0, line[: denial.end()], Correction.EXISTING_ORDER_DENIED, record.line, final=True)
        if known.count and (none := _NO_ORDERS.search(line)):
            return Violation(0, line[: none.end()], Correction.EXISTING_ORDER_DENIED, known.summary, final=True)
        if (own := _OWN_DATA.match(line)) and known.account:
            said = next((said for said in known.quotable if said.startswith(own.group())), line)
            if not said.startswith(line) and not line.startswith(said):
                return Violation(own.end(), line[own.end() :], Correction.WRONG_ACCOUNT_DATA, said)
        if NEW_ADDRESS in line and self.question.answer and not self.question.elsewhere:
            return Violation(line.index(NEW_ADDRESS), line, Correction.NEEDLESS_QUESTION, final=True)
        return self._beside(line) or misnamed(line, known, self._items) or held_otherwise(line, known)

    def _denial(self, denial: re.Match[str], line: str) -> Violation | None:
        """Whether what is denied is there, was asked for beyond doubt, or was never looked for."""
        known, question, words = self.known, self.question, denial.group("words")
        said = line[denial.start() :]
        if named := known.with_item_words(words):
            return Violation(
                denial.start(),
                said,
                Correction.EXISTING_ORDER_DENIED,
                " Your ".join(record.line for record in named),
                final=True,
            )
        own = _as_ones_own(words, question.text)
        if question.only and question.answer and not own:
            return Violation(denial.start(), said, Correction.EXISTING_ORDER_DENIED, final=True)
        begins = not self.text and not line[: denial.start()].strip()
        if not self.searched and begins and own:
            return Violation(denial.start(), said, Correction.NOT_SEARCHED, sought=words.strip(), final=True)
        return None

    def _beside(self, line: str) -> Violation | None:
        """An order that was asked for, told of as the newest or the dearest, which nobody has asked."""
        extreme = SUPERLATIVE.search(line) if self.question.only else None
        if extreme is None or extreme_asked(self.question.text):
            return None
        start = sentence_start(line[: extreme.start() + 1])
        return Violation(start, line[start : extreme.end()], Correction.OFF_TOPIC, final=True)

    def _note_bullet(self, ready: Sequence[Span]) -> None:
        for fact in ready:
            if fact.kind == "number" and fact.value in self.known.records:
                self._bullets.append(str(fact.value))
                return

    def _rest(self) -> str:
        """What the answer has left out of a list, of what was asked about and of what it must hold."""
        return self._rest_of_list() + self._rest_of_wanted() + self._rest_of_needs() + self._way_on()

    def _way_on(self) -> str:
        """Where to go from an answer that leads nowhere."""
        said = with_way_on(self.text.rstrip())
        self.text += said
        return said

    def _left_of_list(self) -> list[str]:
        return [key for key in self.known.listed if key not in self._bullets]

    def _rest_of_list(self) -> str:
        """The orders that a list of all orders has left out."""
        known = self.known
        if not self._bullets or not self.text.startswith(known.summary) or not known.summary:
            return ""
        left_out = self._left_of_list()
        self.completed = Correction.INCOMPLETE_LIST if left_out else None
        self._bullets += left_out
        said = "".join(f"\n- {known.records[key].line}" for key in left_out)
        self.text += said
        return said

    def _rest_of_wanted(self) -> str:
        """What was asked about and left out, where the answer tells of the rest of it."""
        wanted = [key for key in self.question.orders if key in self.known.records]
        left_out = [key for key in wanted if key not in self.text]
        quoted = any(said in self.text for said in self.known.quotable)
        if len(wanted) < 2 or len(left_out) in (0, len(wanted)) or quoted:
            return ""
        self.completed = Correction.INCOMPLETE_LIST
        said = "".join(f" Your {self.known.records[key].line}" for key in left_out)
        self.text += said
        return said

    def _rest_of_needs(self) -> str:
        """What the question asks for and the answer does not hold, unless it asks back or declines."""
        lacking = [said for value, said in self.question.needs if value not in self.text]
        refuses = _REFUSAL.search(self.text) is not None and not self.question.account
        if not lacking or refuses or self.text.rstrip().endswith("?"):
            return ""
        self.completed = Correction.INCOMPLETE_ANSWER
        lines = bool(self.question.account) or lacking[0].startswith("- ")
        said = "".join(f"{chr(10) if lines else ' '}{one}" for one in lacking)
        self.text += said
        return said


def _as_ones_own(words: str, question: str) -> bool:
    """Whether the question speaks of it as of something that the customer has: `my chisels`, `the cake stand`."""
    heard = [re.escape(word) for word in re.findall(r"\w+", words) if word.lower() not in _EMPTY]
    if not heard:
        return False
    found = re.search(rf"\b(?:my|mine|the|that|this|those|these)\b(?: [^\s?.!,;]+){{0,3}}? {heard[-1]}", question, re.I)
    return found is not None


def _answered(line: str, answer: str) -> str:
    """What to add to a line that has begun so that the whole answer is said."""
    both = next((size for size in range(min(len(line), len(answer)), 0, -1) if line.endswith(answer[:size])), 0)
    return answer[both:] if both or not line.strip() else f"{'' if line.endswith(' ') else ' '}{answer}"


def _overlap(begun: str, quoted: str) -> int:
    """Where in `quoted` it goes on as `begun` ends, 0 if nowhere."""
    for length in range(min(len(begun), len(quoted)), SHORTEST_OVERLAP - 1, -1):
        # Whole words: "Ordered on" does not go on where "delivered on" does.
        whole = length == len(begun) or not (begun[-length - 1].isalnum() and begun[-length].isalnum())
        found = re.search(rf"(?<!\w){re.escape(begun[-length:])}", quoted) if whole else None
        if found:
            return found.end()
    return 0


def _continued(line: str, quoted: str) -> str:
    """What to add to a line that has begun so that it ends as the data says."""
    begun = BULLET.sub("", line)
    if end := _overlap(begun, quoted):
        return quoted[end:]
    if not begun.strip(" -*•"):
        return f"{' ' if line.endswith(('-', '*')) else ''}{quoted}" if line else f"Your {quoted}"
    return f"{'' if line.endswith(' ') else ' '}{quoted}"
