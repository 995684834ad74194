"""What a question asks for, held against what is known: which orders, which data, and what the data answer to it.

Words alone say what kind of thing is asked for (`asking.py`); with the records and the last answer it is
known which order "the other one" is, and that a number is nobody's. Where this is beyond doubt, the guard knows what
an answer may tell of and what it must hold; everywhere else it only holds facts against the records.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from agent.shop import contents
from agent.shop.english import asking, numbers, whose
from agent.shop.english.facts import AND, OF_MANY, Known, Record
from agent.shop.english.intent import REMEMBERED
from agent.shop.english.sentences import NOT_ALLOWED, ONLY_YOURS
from agent.shop.english.whose import Field

Needed: TypeAlias = tuple[str, str]
"""What an answer must hold, and the sentence that adds it."""

_AND = re.compile(r"\band\b|\bas well\b|\balso\b|\bplus\b|[;?].*\w", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Understanding:
    """What is asked for, as far as it is beyond doubt; empty where it is not."""

    text: str = ""
    orders: tuple[str, ...] = ()
    """The orders that the answer has to tell of."""
    only: frozenset[str] = frozenset()
    """The orders beside which no other may be told."""
    parcel: bool = False
    """Whether it asks where these are or who brings them."""
    account: tuple[Field, ...] = ()
    declined: bool = False
    """Whether it asks for somebody else's data or for what no customer may do: nothing is called for it."""
    elsewhere: bool = False
    """Whether the customer may want an order to go to another place."""
    settled: bool = False
    """Whether what is known answers it: nothing needs to be looked up."""
    answer: str = ""
    """What the data say to it."""
    tells: frozenset[str] | None = None
    """The orders that an answer may tell of, where that is narrower than `only`; None where it is not."""
    needs: tuple[Needed, ...] = ()


NOTHING = Understanding()
"""Of which nothing is known."""


def understand(said: Sequence[str], known: Known, last: Sequence[str] = (), own: str = "") -> Understanding:
    """What the last of the customer's messages asks for.

    `last` are the orders that the last answer told of, `own` is the customer's user name.
    """
    text = said[-1] if said else ""
    elsewhere = any(map(asking.wants_elsewhere, said[-REMEMBERED:]))
    return replace(_understand(text, known, last, own), elsewhere=elsewhere)


def _understand(text: str, known: Known, last: Sequence[str], own: str) -> Understanding:
    wanted = known.to_tell_of(text)
    only = frozenset[str]() if AND.search(text) else frozenset(wanted)
    if not wanted and (found := _pointed_at(text, known, last)):
        wanted, only = [found], frozenset([found])
    parcel = asking.needs_parcel(text)
    question = Understanding(text, tuple(wanted), only, parcel)
    if wanted:
        return _about(question, known)
    if whose.about_others(text, own, " ".join([own, *known.items, *(value for value, _ in known.account.values())])):
        return _closed(question, ONLY_YOURS, declined=True)
    if whose.tampers(text):
        return _closed(question, NOT_ALLOWED, declined=True)
    if unknown := known.unknown_number(text):
        return _closed(question, contents.no_such_order(unknown))
    if product := _product(text, known):
        needs = ((product.about, product.about),) if asking.asks_what_it_is(text) else ()
        return replace(question, answer=product.line, needs=needs)
    if fields := whose.account_fields(text):
        return _own_data(question, known, fields)
    return _of_all(question, known)


def _pointed_at(text: str, known: Known, last: Sequence[str]) -> str:
    """The order that "it", "the other one" or "the second one" is."""
    every, place = known.order_ids(), asking.place_asked(text)
    if whose.account_fields(text) or known.unknown_number(text):
        return ""
    if place is not None:
        return _at_place(place, every, last)
    one = last[0] if len(last) == 1 and not OF_MANY.search(text) else ""
    if asking.statuses_asked(text) or asking.asks_to_count(text) or asking.extreme_asked(text):
        return one if one and asking.asks_for_parcel(text) and asking.goes_back(text) else ""
    short = len(text.split()) < 6 and asking.asks_for_parcel(text)
    if one and (asking.goes_back(text) or short):
        return one
    sole = known.count == 1 and asking.speaks_of_one(text)
    return every[0] if sole and every else ""


def _at_place(place: int | str, every: Sequence[str], last: Sequence[str]) -> str:
    one = last[0] if len(last) == 1 and last[0] in every else ""
    if place == "before":
        older = every[every.index(one) + 1 :] if one else []
        return older[0] if older else ""
    if isinstance(place, int) and len(last) > 1:
        return last[place] if place < len(last) else ""
    if one and len(every) == 2 and place in ("other", 1):
        return next(key for key in every if key != one)
    # "My first order" may be the oldest and "the last one" the newest: only what cannot be taken in two ways.
    return every[place] if isinstance(place, int) and 0 < place < len(every) else ""


def _about(question: Understanding, known: Known) -> Understanding:
    """With what an answer about these orders must hold: of a parcel its carrier and its last stop."""
    records = [known.records[key] for key in question.orders if key in known.records]
    needs: list[Needed] = []
    for record in records if question.parcel else ():
        if record.parcel:
            said = record.parcel if len(records) == 1 else f"{record.key}: {record.parcel}"
            needs.append((record.parcel, said))
    lines = [f"Your {record.line}" for record in records]
    return replace(question, answer=" ".join(lines), needs=tuple(needs))


def _product(text: str, known: Known) -> Record | None:
    """The product that is asked about, once it was looked up."""
    typed = [numbers.plain(number).upper() for number in numbers.TYPED_PRODUCT.findall(text)]
    found = known.records.get(typed[0]) if len(typed) == 1 else None
    return found if found and found.about else None


def _closed(question: Understanding, answer: str, *, declined: bool = False, settled: bool = False) -> Understanding:
    return replace(question, answer=answer, tells=frozenset(), declined=declined, settled=settled or declined)


def _own_data(question: Understanding, known: Known, fields: tuple[Field, ...]) -> Understanding:
    said = [known.account[field] for field in fields if field in known.account]
    if not said:
        return replace(question, account=fields)
    lines = "\n".join(line for _, line in said)
    return replace(question, account=fields, answer=lines, tells=frozenset(), needs=tuple(said), settled=True)


def _of_all(question: Understanding, known: Known) -> Understanding:
    """A count, the newest or dearest order, or the orders of one status."""
    text = question.text
    if not known.summary or known.count == 0 or question.parcel:
        return question
    if asking.asks_to_count(text) and not asking.goes_back(text):
        return question if _AND.search(text) else _closed(question, known.summary, settled=True)
    if which := asking.extreme_asked(text):
        key, line = (known.newest, known.newest_line) if which == "newest" else (known.dearest, known.dearest_line)
        needs = ((key or "", line),)
        return replace(question, answer=line, tells=frozenset([key]), needs=needs, settled=True) if key else question
    if statuses := asking.statuses_asked(text):
        every = frozenset(key for key, record in known.records.items() if record.status in statuses)
        listed = [key for key in known.listed if key in every]
        if sum(known.by_status.get(status, 0) for status in statuses) > len(listed):
            return question  # Some are older than the list: the counts and a search have to say it.
        lines = [(key, f"- {known.records[key].line}") for key in listed]
        answer = "\n".join(line for _, line in lines) or known.summary
        return replace(question, answer=answer, tells=every, needs=tuple(lines), settled=True)
    return question
