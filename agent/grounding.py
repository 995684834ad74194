"""Holds an answer against the tool results it rests on, record by record, while it streams.

Plain words pass at once; only a span that looks like a fact is held back until it is complete and found in the
records. The facts of one statement must come from one record: the usual error of a small model is the number of
one order with the item of another. A denial ("I can't find …") is held against the records too, and so is a list
that tells an order twice.

What is not judged: statuses and days in words of its own ("it came yesterday"), numbers without a unit, reasons
and advice, items that are described and not named.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from agent.facts import STATUS_WORDS, STATUSES, Fact, Known, Record, facts
from agent.prompts import NOT_UNDERSTOOD

UNSURE = "I can't say that for certain."
"""Where a statement turns out to be foreign and the data have nothing to say in its place."""
SHORTEST_OVERLAP = 8
"""Characters by which a begun statement must agree with the data's sentence to be ended by it."""

_COUNT = re.compile(rf"\b(?P<count>\d+) (?P<noun>orders?|{STATUS_WORDS})\b", re.IGNORECASE)
_DENIAL = re.compile(
    r"(?:^|(?<=[.!?] )|(?<=sorry, )|(?<=but ))I (?:can(?:'t|’t|not)|could(?:n't|n’t| not)|do(?:n't|n’t| not))"
    r" (?:find|see|have) (?:an? |any |the |your )?(?P<words>[^.\n]{2,120}?)(?= among | in your |[.!]|$)",
    re.IGNORECASE,
)
_NO_ORDER = re.compile(r"\bno (?:such )?(?:order|product) (?P<number>[A-Z]{1,4}\d{2,})\b", re.IGNORECASE)
_NO_ORDERS = re.compile(r"\byou (?:have|have placed|do(?:n't|n’t| not) have) (?:no|any) orders\b", re.IGNORECASE)
_SUPERLATIVE = re.compile(r"\b(?P<which>newest|latest|most recent|most expensive|dearest) order is\b", re.IGNORECASE)
_DENYING = re.compile(r"\b(?:no|not|never|can't|can’t|cannot|couldn't|couldn’t)\b", re.IGNORECASE)
_OWN_DATA = re.compile(r"^Your (?:name|email|address|user name) is ")
_NAMING = (
    r"(?:^|(?<=[.!?] ))(?:[-*•] (?:(?:Your |Order )?[A-Z]{1,4}\d{2,}: |Your )?|Your |(?:Order )?[A-Z]{1,4}\d{2,}: )"
    r"(?P<run>\w(?:(?! (?:is|was|has|have|are|were|cost|costs|holds|will|can)\b)[^():;!?])*)"
)
"""Where an item is named at the head of a statement."""
_NAMED = re.compile(_NAMING + r" \($")
"""What stands before an order's number in brackets is the name of its items."""
_BEING_NAMED = re.compile(_NAMING + r"(?: \((?:[A-Z]{0,4}\d*)?)?$")
"""Held back until it is known whose name it is."""
_JOINED = re.compile(r"^[\s,]*(?:and|&|,)[\s\w'’]*$")
_BULLET = re.compile(r"^\s*[-*•] ")
_PARTIAL = re.compile(r"(?:\$[\d,.]*|(?<![\w-])\d[\d,-]*|(?<!\w)[A-Z]{1,4}\d*)$")
_PREDICATE = re.compile(
    r"(?:(?<![\w-])(?P<count>\d+) |\b(?P<verb>is|was|are|were|has|have|been|'s|’s)\s+"
    r"(?:(?:now|already|still|currently|just|been)\s+)*)(?P<word>[a-z]*(?: for?(?: [a-z]*)?)?)$",
    re.IGNORECASE,
)
_CALL = re.compile(r"<\s?/?[|_]?[a-z]*_?(?:tool|call)|\{\"name\"?:", re.IGNORECASE)
"""A call that does not parse is no answer either."""
_BEGUN_CALL = re.compile(r"(?:<\s?[/|_a-z]{0,10}|\{\"?[a-z]{0,4}\"?)$", re.IGNORECASE)
DENIED = "a denial of what is there"
_VERB = re.compile(r" (?:is?|wa?s?|ar?e?|were?|ha?s?|have?|be?e?n?)$")
_CANNOT = ("I can't", "I can’t", "I cannot", "I couldn't", "I couldn’t", "I could not", "I don't", "I don’t")
_DENIALS = (
    *(f"{head} {verb}" for head in _CANNOT for verb in ("find", "see", "have")),
    "There is no order",
    "There is no product",
    "There are no orders",
    "You have no orders",
)
"""How denials begin; they are held back to their end."""


def _beginnings(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(text[:length] for text in texts for length in range(1, len(text) + 1))


_BEGUN_DENIALS = _beginnings(_DENIALS)
_WORD_START = re.compile(r"(?<![^\W_])\w|(?<=[^\w])[^\w\s]")
LONGEST_NAME = 120
"""Characters of an item's name that are looked for at most."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """Something said that the records do not hold."""

    start: int
    """Where in the answer it begins: what stands before it is held to be true."""
    said: str
    why: str
    instead: str = ""
    """The data's own sentence about the same, where it is known what that is about."""
    final: bool = False
    """Whether there is nothing to try again: in other words it would be as wrong."""


@dataclass(frozen=True, slots=True)
class Grounding:
    """What an answer rests on."""

    grounded: bool
    """True when nothing in it is foreign; also when it states no fact."""
    sources: tuple[int, ...]
    """Which of the results the answer rests on, as indexes."""
    orders: tuple[str, ...] = ()
    """The orders that the answer names."""


def ground(answer: str, told: Known, results: Sequence[str]) -> Grounding:
    """Hold a finished answer against the records, and find the results that it rests on."""
    guard = Guard(told)
    guard.feed(answer)
    guard.finish()
    found = facts(answer, told.items)
    stated = {answer[fact.start : fact.end] for fact in found if fact.kind != "status"}
    sources = tuple(at for at, result in enumerate(results) if _rests_on(answer, stated, result))
    numbers = dict.fromkeys(fact.value for fact in found if fact.kind == "number")
    orders = tuple(number for number in numbers if number in told.records and told.records[number].status)
    return Grounding(guard.foreign is None, sources, orders)


def _rests_on(answer: str, stated: set[str], result: str) -> bool:
    if any(span in result for span in stated):
        return True
    return any(len(part) > 12 and part in answer for part in re.split(r"(?<=[.!?])\s", result))


@dataclass(slots=True)
class Guard:
    """Lets the text of an answer through as far as it is true.

    `feed` gives what may be shown; when `foreign` is set nothing more comes until `back` or `mend`.
    """

    told: Known
    asked: frozenset[str] = frozenset()
    """The orders that the question means beyond doubt: then no other is told."""
    wanted: Sequence[str] = ()
    """The orders that the question asks about: if one of them is told, all are."""
    text: str = ""
    """All that was shown."""
    foreign: Foreign | None = None
    completed: bool = False
    """Whether orders were added that a list had left out."""
    _held: str = ""
    _items: list[str] = field(default_factory=list[str])
    _begun_names: frozenset[str] = frozenset()
    _bullets: list[str] = field(default_factory=list[str])
    """The orders told in a list so far."""

    def __post_init__(self) -> None:
        self._items = self.told.items
        self._begun_names = _beginnings(self._items)

    def feed(self, piece: str) -> str:
        """Take a piece of the answer; the text that is certain now."""
        if self.foreign is not None:
            return ""
        self._held += piece
        return self._let_through(final=False)

    def finish(self) -> str:
        """The answer is over: what was held back, and the rest of a list that left orders out."""
        shown = "" if self.foreign is not None else self._let_through(final=True)
        return shown if self.foreign is not None else shown + self._rest_of_list() + self._rest_of_wanted()

    def back(self) -> None:
        """The writer has gone back to the end of `text`."""
        self.foreign, self._held = None, ""

    def mend(self) -> str:
        """What to say, from the data, in the place of what was foreign; ends the statement that it stands in."""
        assert self.foreign is not None
        meant = [self.told.records[key].line for key in self.asked if key in self.told.records]
        instead, line = self.foreign.instead, self.text.rpartition("\n")[2]
        instead = instead or (meant[0] if len(meant) == 1 else "")
        self.back()
        bullet = _BULLET.match(f"{line} ") is not None
        left = self._left_of_list() if bullet else []
        if bullet and left and (not instead or not any(self.told.records[key].line == instead for key in left)):
            instead = self.told.records[left[0]].line
        if instead:
            said = _continued(line, instead)
        else:
            said = f"{'' if line.endswith(' ') else ' '}… {UNSURE}" if line.strip() else NOT_UNDERSTOOD
        if bullet:
            self._bullets += [key for key in left if self.told.records[key].line == instead][:1]
        self.text += said
        return said + self._rest_of_list() + self._rest_of_wanted()

    def _let_through(self, *, final: bool) -> str:
        lines_end = len(self.text) + len(self._held)
        whole = self.text + self._held
        begin = whole.rfind("\n", 0, len(self.text)) + 1
        safe = len(self.text)
        while True:
            end = whole.find("\n", begin)
            over = final or end >= 0
            line = whole[begin : end if end >= 0 else lines_end]
            certain, foreign = self._check(line, over=over)
            safe = max(safe, begin + certain)
            if foreign is not None:
                start = max(begin + foreign.start, len(self.text))
                self.foreign = replace(foreign, start=start)
                safe = start
                break
            if end < 0:
                break
            safe = max(safe, end + 1)
            begin = end + 1
        shown = whole[len(self.text) : safe]
        self.text, self._held = self.text + shown, whole[len(self.text) + len(shown) :]
        return shown

    def _check(self, line: str, *, over: bool) -> tuple[int, Foreign | None]:
        """How far a line is certain, and what in it is foreign; `over` when nothing more comes of it."""
        certain = len(line) if over else _unfinished(line, self._begun_names)
        found = facts(line, self._items)
        if not over:
            # A fact at the very end may go on with the next piece: `$39` with `.90`, `K48` with `21`.
            certain = min([certain, *(fact.start for fact in found if fact.end >= len(line.rstrip(".,")))])
        ready = [fact for fact in found if fact.end <= certain]
        foreign = self._statement(line, ready) or self._claims(line, certain, over=over)
        if foreign is None and over and _BULLET.match(line):
            self._note_bullet(ready)
        return certain, foreign

    def _statement(self, line: str, ready: Sequence[Fact]) -> Foreign | None:
        """Whether the facts of a line come from one record at a time."""
        if len(line) > 12 and any(quoted.startswith(line) for quoted in self.told.quotable):
            return None
        scope = _Scope(line, self.told, self.asked)
        for fact in ready:
            if foreign := scope.take(fact):
                return foreign
        told = bool(scope.subjects) and all(record.key in self._bullets for record in scope.subjects)
        if told and _BULLET.match(line):
            return Foreign(len(line) - len(_BULLET.sub("", line)), line, "an order that was told already")
        return None

    def _claims(self, line: str, certain: int, *, over: bool) -> Foreign | None:
        """Counts, superlatives and denials."""
        told = self.told
        if call := _CALL.search(line):
            return Foreign(call.start(), line[call.start() :], "a call written out")
        for count in _COUNT.finditer(line):
            if count.end() > certain or (not over and count.end() == len(line)):
                continue
            if not _counted(int(count.group("count")), count.group("noun").lower(), told, line):
                return Foreign(count.start(), count.group(), "a wrong count", told.summary)
        for denial in _DENIAL.finditer(line):
            ended = over or any(mark in line[denial.start() :] for mark in ".!")
            if ended and (named := told.named(denial.group("words"))):
                instead = " Your ".join(record.line for record in named)
                return Foreign(denial.start(), line[denial.start() :], DENIED, instead, final=True)
        for denial in _NO_ORDER.finditer(line):
            if record := told.records.get(denial.group("number").upper()):
                return Foreign(0, line[: denial.end()], DENIED, record.line, final=True)
        if told.count and (none := _NO_ORDERS.search(line)):
            return Foreign(0, line[: none.end()], DENIED, told.summary, final=True)
        if over and _OWN_DATA.match(line) and line not in told.quotable and told.quotable:
            return Foreign(0, line, "not what the account says")
        return None

    def _note_bullet(self, ready: Sequence[Fact]) -> None:
        for fact in ready:
            if fact.kind == "number" and fact.value in self.told.records:
                self._bullets.append(str(fact.value))
                return

    def _left_of_list(self) -> list[str]:
        return [key for key in self.told.listed if key not in self._bullets]

    def _rest_of_list(self) -> str:
        """The orders that a list of all orders has left out."""
        told = self.told
        if not self._bullets or not self.text.startswith(told.summary) or not told.summary:
            return ""
        left = self._left_of_list()
        self.completed = bool(left)
        self._bullets += left
        said = "".join(f"\n- {told.records[key].line}" for key in left)
        self.text += said
        return said

    def _rest_of_wanted(self) -> str:
        """What was asked about and left out, where the answer tells of the rest of it."""
        known = [key for key in self.wanted if key in self.told.records]
        left = [key for key in known if key not in self.text]
        if len(known) < 2 or len(left) in (0, len(known)) or any(said in self.text for said in self.told.quotable):
            return ""
        self.completed = True
        said = "".join(f" Your {self.told.records[key].line}" for key in left)
        self.text += said
        return said


@dataclass(slots=True)
class _Scope:
    """The records that the statement may be about, as its facts come."""

    line: str
    told: Known
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

    def take(self, fact: Fact) -> Foreign | None:
        """The next fact of the line; what is foreign about it."""
        owners = self.told.holding(fact)
        said = self.line[fact.start : fact.end]
        if fact.kind not in ("number", "item"):
            return self._predicate(fact, owners, said)
        if not owners:
            if _DENYING.search(self.line[: fact.start]) and fact.kind == "number":
                return None
            return Foreign(fact.start, said, "not in any result", self._one())
        between = self.line[self._named_at : fact.start]
        both = [record for record in self.subjects if record in owners]
        beside = re.search(r"\(\s*$|:\s*(?:\d+ x )?$", between) is not None
        apart = self._bound or beside or not _JOINED.match(between)
        if fact.kind == "number" and between.endswith("("):
            both = [record for record in both if all(record in one for one in self._pending)]
            if foreign := self._misnamed(fact, owners):
                return foreign
        if both:
            self.subjects = both
        elif self.subjects and not self._told and apart:
            return Foreign(fact.start, said, "of another order", self._one())
        elif self.subjects and not self._told:
            self.subjects, self.wide = [*self.subjects, *owners], True
        else:
            self.subjects, self.wide, self._pending = owners, False, []
        if self.asked and not any(record.key in self.asked for record in self.subjects):
            meant = [self.told.records[key].line for key in self.asked if key in self.told.records]
            return Foreign(fact.start, said, "not what was asked for", meant[0] if len(meant) == 1 else "")
        if foreign := self._superlative(fact, said):
            return foreign
        if fact.kind == "number":
            self._bound = self.line[fact.end : fact.end + 1] == ":"
        self._pending = [] if fact.kind == "number" else [*self._pending, owners]
        self._named_at, self._told = fact.end, False
        return None

    def _misnamed(self, fact: Fact, owners: list[Record]) -> Foreign | None:
        """Whether the name before a number in brackets is another than the order's."""
        named = _NAMED.search(self.line[: fact.start])
        if named is None:
            return None
        whole = re.compile(rf"(?:^|, | and |\d x ){re.escape(named.group('run'))} \(")
        if any(whole.search(record.line) for record in owners):
            return None
        said = self.line[named.start("run") : fact.end]
        return Foreign(named.start("run"), said, "not the name of this", owners[0].line if len(owners) == 1 else "")

    def _predicate(self, fact: Fact, owners: list[Record], said: str) -> Foreign | None:
        self._told = True
        of = self.subjects or list(self.told.records.values())
        fitting = [record for record in of if record in owners]
        wanted = len(of) if self.wide and fact.kind == "status" and self.subjects else 1
        if len(fitting) < wanted:
            return Foreign(fact.start, said, f"not the {fact.role or fact.kind} of this", self._one())
        if self.subjects and not self.wide:
            self.subjects = fitting
        return None

    def _superlative(self, fact: Fact, said: str) -> Foreign | None:
        which = _SUPERLATIVE.search(self.line[: fact.start])
        if which is None:
            return None
        newest = which.group("which").lower() in ("newest", "latest", "most recent")
        right = self.told.newest if newest else self.told.dearest
        if right is None or any(record.key == right for record in self.subjects):
            return None
        line = self.told.newest_line if newest else self.told.dearest_line
        return Foreign(fact.start, said, f"not the {which.group('which')}", line)

    def _one(self) -> str:
        return self.subjects[0].line if len(self.subjects) == 1 else ""


def _counted(count: int, noun: str, told: Known, line: str) -> bool:
    if told.count is None:
        return True  # Nothing is known of counts: not for this guard to judge.
    if noun.startswith("order"):
        return count in {told.count, len(told.listed), *told.found} or "match" in line
    status = STATUSES[noun]
    return told.by_status.get(status, 0) == count


def _unfinished(line: str, names: Collection[str]) -> int:
    """From where on the end of a line may be the beginning of a fact; `names` are the beginnings of items."""
    starts = [len(line)]
    if partial := _PARTIAL.search(line):
        starts.append(partial.start())
    if call := _BEGUN_CALL.search(line):
        starts.append(call.start())
    if naming := _BEING_NAMED.search(line):
        starts.append(naming.start("run"))
    if said := _PREDICATE.search(line):
        words = ("orders", *STATUSES) if said.group("count") else tuple(STATUSES)
        if any(word.startswith(said.group("word").lower()) for word in words):
            starts.append(said.start("count" if said.group("count") else "verb"))
    if verb := _VERB.search(line):
        starts.append(verb.start() + 1)
    ends = [line.rfind(end) + len(end) for end in (". ", "! ", "? ", "sorry, ", "but ") if end in line]
    sentence = max(ends, default=0)
    begun = line[sentence:]
    if begun in _BEGUN_DENIALS or begun.startswith(_DENIALS):
        starts.append(sentence)
    for word in _WORD_START.finditer(line, max(0, len(line) - LONGEST_NAME)):
        if line[word.start() :] in names:
            starts.append(word.start())
            break
    return min(starts)


def _continued(line: str, quoted: str) -> str:
    """What to add to a line that has begun so that it ends as the data says."""
    begun = _BULLET.sub("", line)
    for length in range(min(len(begun), len(quoted)), SHORTEST_OVERLAP - 1, -1):
        at = quoted.find(begun[-length:])
        if at >= 0:
            return quoted[at + length :]
    if not begun.strip(" -*•"):
        return f"{' ' if line.endswith(('-', '*')) else ''}{quoted}" if line else f"Your {quoted}"
    return f"{'' if line.endswith(' ') else ' '}{quoted}"
