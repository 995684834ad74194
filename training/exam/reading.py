"""Reads an answer: every fact in it, and of which order or product it is said.

Written for answers in anybody's words. It shares nothing with the agent: it knows the rows and English. A fact is
said of the record that its own sentence names, else of the one named before it on that line, else of those that the
question is about.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from training.exam.asking import called, fits, plain
from training.exam.truth import Customer, Order, Shop

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<{0}>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
DATES = (
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)\b"),
    re.compile(r"\b(?P<d>\d{1,2})(?:st|nd|rd|th)?(?: of)? " + _MONTH.format("mon") + r",?(?: (?P<y>\d{4}))?\b", re.I),
    re.compile(r"\b" + _MONTH.format("mon") + r" (?P<d>\d{1,2})(?:st|nd|rd|th)?\b,?(?: (?P<y>\d{4}))?", re.I),
    re.compile(r"\b(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})\b"),
)
MONEY = re.compile(r"(?:US)?\$ ?(\d[\d,]*(?:\.\d{1,2})?)|\b(\d[\d,]*(?:\.\d\d)?) (?:dollars|USD)\b")
NUMBER = re.compile(r"(?<![\w$.])#?([A-Za-z]{1,2})[ -]?(\d{3,9})(?![\w])")
EMAIL = re.compile(r"[\w.+-]+@[\w.-]+\.\w+")
STATUS = re.compile(
    r"(?P<Processing>\b(?:still )?(?:processing|being processed|in processing|in process)\b)"
    r"|(?P<Out>\bout for delivery\b)"
    r"|(?P<Shipped>\b(?:shipped|dispatched|been sent|on (?:its|the|their) way|in transit)\b)"
    r"|(?P<Delivered>\b(?:delivered|arrived)\b)"
    r"|(?P<Delayed>\bdelayed\b)"
    r"|(?P<Cancelled>\bcancell?ed\b)"
    r"|(?P<Returned>\b(?:returned|sent back)\b)",
    re.I,
)
NOT_SAID = re.compile(
    r"(?:can(?:not|'t|’t)? (?:no longer )?be|no longer be|to be|will be|once|when|if|until|was it|before (?:it|they)"
    r"|could be|may be|being) (?:\w+ )?$",
    re.I,
)
"""Before a word of status: nothing is claimed by it."""
DENIED = re.compile(r"(?:\bnot|n't|n’t|\bnever)(?: (?:yet|been|be|already|it|still))* $", re.I)
NO_PARCEL = re.compile(
    r"not (?:yet )?been handed|no tracking|no carrier|no parcel|not been (?:handed|given)|no shipment", re.I
)


@dataclass(frozen=True)
class Span:
    """A piece of the answer that states or names something."""

    start: int
    end: int
    kind: str
    """`order`, `item`, `product`, `tracking`, `date`, `money`, `status`, `carrier`, `place`, `email`, `unknown`."""
    value: str
    text: str


@dataclass
class Sentence:
    """One sentence or clause, the records it speaks of and the facts it states of them."""

    text: str
    line: int
    bullet: bool
    orders: tuple[Order, ...] = ()
    """Several: said of each of them; see `any_of`."""
    any_of: bool = False
    """The name fits several orders: what is said needs to be true of one."""
    facts: list[Span] = field(default_factory=list)
    items: list[Span] = field(default_factory=list)
    products: list[Span] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    start: int = 0


class Reader:
    """Reads the answers that one customer is given."""

    def __init__(self, customer: Customer, shop: Shop) -> None:
        self.customer = customer
        self.shop = shop
        names = sorted({product.name for product in shop.products.values()}, key=len, reverse=True)
        self._names = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names), re.I)
        self._by_name = {name.casefold(): name for name in names}
        own = {item.name for order in customer.orders for item in order.items}
        short = sorted({called()[name] for name in own if name in called()}, key=len, reverse=True)
        self._short = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in short), re.I) if short else None
        carriers = sorted(shop.carriers, key=len, reverse=True)
        self._carriers = re.compile("|".join(map(re.escape, carriers)), re.I) if carriers else None
        places = sorted(shop.places, key=len, reverse=True)
        self._places = re.compile("|".join(rf"\b{re.escape(place)}\b" for place in places)) if places else None

    def sentences(self, answer: str, about: Sequence[str] = ()) -> list[Sentence]:
        """What the answer says; `about` are the orders that the question is about."""
        answer = answer.replace("**", "").replace("`", "").replace("\u00a0", " ").replace("’", "'")
        read: list[Sentence] = []
        before = tuple(self.customer.by_id[number] for number in about if number in self.customer.by_id)
        for number, line in enumerate(answer.split("\n")):
            spans = self.spans(line)
            bullet = re.match(r"\s*(?:[-*•]|\d+[.)]) ", line) is not None
            current, any_of = before, len(before) > 1
            for start, end in _cuts(line, spans):
                for sentence in self._clauses(line, start, end, spans, current, any_of):
                    sentence.line, sentence.bullet = number, bullet
                    current, any_of = sentence.orders, sentence.any_of
                    read.append(sentence)
            if current and not bullet and line.strip():
                before = current
        return read

    def spans(self, text: str) -> list[Span]:
        """Every span of the line, none over another."""
        found: list[Span] = []
        free = [True] * len(text)

        def take(start: int, end: int, kind: str, value: str) -> None:
            if end > start and all(free[start:end]):
                free[start:end] = [False] * (end - start)
                found.append(Span(start, end, kind, value, text[start:end]))

        for match in EMAIL.finditer(text):
            take(*match.span(), "email", match[0].rstrip("."))
        for match in self._names.finditer(text):
            take(*match.span(), "item", self._by_name[match[0].casefold()])
        for address in (self.customer.address, *(o.ship_to for o in self.customer.orders if o.ship_to)):
            at = text.casefold().find(address.casefold())
            if at >= 0:
                take(at, at + len(address), "address", address)
        for pattern in DATES:
            for match in pattern.finditer(text):
                take(*match.span(), "date", _date(match))
        for match in MONEY.finditer(text):
            take(*match.span(), "money", str(cents(match[1] or match[2])))
        for match in NUMBER.finditer(text):
            kind, value = self._number(match[1] + match[2], match[0])
            if kind:
                take(*match.span(), kind, value)
        for kind, pattern in (("carrier", self._carriers), ("place", self._places), ("short", self._short)):
            for match in pattern.finditer(text) if pattern else ():
                take(*match.span(), "item" if kind == "short" else kind, match[0])
        for match in STATUS.finditer(text):
            word = "Out for delivery" if match.lastgroup == "Out" else str(match.lastgroup)
            take(*match.span(), "status", word)
        return sorted(found, key=lambda span: span.start)

    def _number(self, number: str, written: str) -> tuple[str, str]:
        known = number.upper()
        if known in self.customer.by_id:
            return "order", known
        if known in self.shop.products:
            return "product", known
        if known in {order.tracking for order in self.customer.orders}:
            return "tracking", known
        if number != known or " " in written.strip():
            # Not written as a number is: "in 2025", "at 300".
            return ("unknown", known) if known in self.shop.owners else ("", "")
        return "unknown", known

    def holders(self, item: str) -> list[Order]:
        """The customer's orders that hold what is called so."""
        if item in called() and not any(item == called()[name] for name in called()):
            return [order for order in self.customer.orders if any(one.name == item for one in order.items)]
        return [order for order in self.customer.orders if any(fits(item, one.name) for one in order.items)]

    def _clauses(
        self, line: str, start: int, end: int, spans: Sequence[Span], current: tuple[Order, ...], any_of: bool
    ) -> Iterator[Sentence]:
        """The sentence in pieces, one for each record or group of records that it names."""
        own = [span for span in spans if start <= span.start < end]
        groups = list(_groups(line, own))
        if not groups:
            yield self._filled(Sentence(line[start:end], 0, False, current, any_of, start=start), own)
            return
        for place, group in enumerate(groups):
            # What stands before the first name belongs to it, all else to the name before it.
            left = start if place == 0 else group[0].start
            right = groups[place + 1][0].start if place + 1 < len(groups) else end
            sentence = Sentence(line[left:right], 0, False, start=left)
            self._bind(sentence, group, line, current)
            if not sentence.orders and not any(span.kind == "unknown" for span in group) and not sentence.wrong:
                sentence.orders, sentence.any_of = current, any_of
            facts = [span for span in own if left <= span.start < right]
            stated = any(span.kind in ("date", "money", "status", "carrier", "tracking") for span in facts)
            yield self._filled(sentence, facts)
            joint = not stated and re.search(r"\b(?:and|as well as)\b|,", line[group[-1].end : right])
            current = (*current, *sentence.orders) if joint and place else sentence.orders
            any_of = sentence.any_of

    def _bind(self, sentence: Sentence, group: Sequence[Span], line: str, current: tuple[Order, ...]) -> None:
        numbers = list(dict.fromkeys(span.value for span in group if span.kind == "order"))
        items = [span for span in group if span.kind == "item"]
        if numbers:
            sentence.orders = tuple(self.customer.by_id[number] for number in numbers)
            for item in items:
                if not any(order in self.holders(item.value) for order in sentence.orders):
                    sentence.wrong.append(f"{item.text} is not in {' or '.join(numbers)}")
            sentence.wrong += self._garbled(line, group, sentence.orders)
            return
        if any(span.kind in ("unknown", "product") for span in group) and not any(map(self._held, items)):
            return
        if not items:
            return
        held = [order for order in current if all(order in self.holders(item.value) for item in items)]
        every = held or [o for o in self.customer.orders if all(o in self.holders(item.value) for item in items)]
        every = every or [order for item in items for order in self.holders(item.value)]
        sentence.orders, sentence.any_of = tuple(dict.fromkeys(every)), len(every) > 1

    def _held(self, span: Span) -> bool:
        return bool(self.holders(span.value))

    def _garbled(self, line: str, group: Sequence[Span], orders: Iterable[Order]) -> list[str]:
        """Capitalised words right before `(A12)` that are no words of the order's items."""
        number = next(span for span in group if span.kind == "order")
        before = line[: number.start]
        match = re.search(r"([^.:;!?\n]*)\($", before)
        if match is None:
            return []
        held = {plain(word) for order in orders for item in order.items for word in re.split(r"[\s-]", item.name)}
        words = re.findall(r"[A-Z][\w'-]+", match[1])
        known = {"your", "the", "order", "you", "and", "my", "status", "newest", "most", "yes", "no", "for", "item"}
        strange = [w for w in words if plain(w) not in held and w.casefold() not in known and plain(w)]
        strange = [w for w in strange if not all(plain(part) in held for part in w.split("-"))]
        return [f"{' '.join(strange)} is no item of {number.value}"] if len(strange) > 1 else []

    def _filled(self, sentence: Sentence, spans: Iterable[Span]) -> Sentence:
        for span in spans:
            if span.kind == "item":
                sentence.items.append(span)
            elif span.kind == "product":
                sentence.products.append(span)
            elif span.kind != "order":
                sentence.facts.append(span)
        return sentence


_LINK = re.compile(
    r"[\s,()&#:–—\"'-]*(?:(?:and|with|of|the|your|order|number|nr\.?|no\.?|x|\d+)[\s,()&#:–—\"'-]*)*", re.I
)


def _groups(line: str, spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Names that stand together and mean one record: `Yoga Mat and 2 x Desk Lamp (A1)`, `A1: Mug (A1)`."""
    group: list[Span] = []
    for span in spans:
        if span.kind not in ("order", "item", "unknown"):
            continue
        if not group:
            group = [span]
            continue
        between = line[group[-1].end : span.start]
        numbers = {one.value for one in group if one.kind in ("order", "unknown")}
        clash = span.kind != "item" and numbers and span.value not in numbers
        after = span.kind == "item" and numbers and re.search(r"\band\b|,", between) and not between.startswith(" (")
        if clash or after or not _LINK.fullmatch(between):
            yield group
            group = [span]
        else:
            group.append(span)
    if group:
        yield group


def _cuts(line: str, spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Where the line's sentences begin and end; no full stop inside a span ends one."""
    ends = [
        match.end()
        for match in re.finditer(r"[.!?;](?=\s|$)", line)
        if not any(span.start <= match.start() < span.end for span in spans)
        and not re.search(r"\b(?:no|nr|St|Mr|Mrs|approx)\.$", line[: match.end()])
    ]
    starts = [0, *ends]
    return [(a, b) for a, b in zip(starts, [*ends, len(line)], strict=True) if line[a:b].strip()]


def _date(match: re.Match[str]) -> str:
    """`2026-11-02`, with `0000` for a year that is not said."""
    parts = match.groupdict()
    month = int(parts["m"]) if parts.get("m") else MONTHS.index(parts["mon"].casefold()) + 1
    return f"{parts.get('y') or '0000'}-{month:02d}-{int(parts['d']):02d}"


def same_day(said: str, day: date | None) -> bool:
    """Whether the date that was said is that day."""
    if day is None:
        return False
    whole = day.isoformat()
    return said == whole or (said.startswith("0000") and said[4:] == whole[4:])


def cents(amount: str) -> int:
    """`1,299.5` → 129950."""
    return round(float(amount.replace(",", "")) * 100)
