"""What the tool results of a conversation say, as records that an answer can be held against.

A record is one order, product or account with every fact that was read of it. A newer result takes the place
of what an older one said of the same record, so that nothing outdated counts as true.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, get_args

from pydantic import ValidationError

from agent.shop import contents, records
from agent.shop.english import asking, naming, numbers
from agent.shop.english.asking import STATUS_WORDS, STATUSES
from agent.shop.english.whose import Field
from agent.shop.records import HelpFound, Order, OrderHistory, Status
from headstart.text import one_line

Kind = Literal["number", "item", "date", "amount", "status", "carrier"]

MONTHS: list[str] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    "|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
DATE = re.compile(
    r"(?<![\w-])(?:(?P<iso>\d{4}-\d{2}-\d{2})"
    rf"|(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?P<month>{_MONTH})\b\.?(?:,? (?P<year>\d{{4}}))?"
    rf"|(?P<month2>{_MONTH})\b\.? (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year2>\d{{4}}))?)(?!\w)",
    re.IGNORECASE,
)
AMOUNT = re.compile(r"\$\s?(?P<amount>\d[\d,]*(?:\.\d{1,2})?)")
STATUS = re.compile(
    r"(?<!if )(?<!not )\b(?:is|was|are|were|has|have|been|'s|’s)\s+(?:(?:now|already|still|currently|just|been)\s+)*"
    rf"(?P<status>{STATUS_WORDS})\b",
    re.IGNORECASE,
)
CARRIER = re.compile(r"\bcarrier is (?P<carrier>[A-Z]\w+)")
OF_MANY = re.compile(
    r"\b(?:orders|all(?! right)|every\w*+(?! (?:all right|alright|ok|okay|fine|in order|well)\b)|list|history|besides"
    r"|except|others?|else|instead|not (?:the|my))\b",
    re.IGNORECASE,
)
"""A question with one of these may want other orders told than those that it names."""
_NO_SUCH = re.compile(r"There is no order (?P<number>\w+) in your account")
_MY = re.compile(r"\b(?:my|mine)\b", re.IGNORECASE)
AND = re.compile(r"\band\b|\bas well\b|\balso\b|\bplus\b", re.IGNORECASE)
"""Its other half may be about something that is not known yet."""
ROLES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (role, re.compile(rf"(?:{words})\b[^.;:$\d]{{0,14}}$", re.IGNORECASE))
    for role, words in (
        ("stops", "last stop|last seen|stopped"),
        ("delivered", "delivered|arrived"),
        ("expected", "expected|estimated|arrive|arrives|due|come|comes|be here|get here"),
        ("ordered", "ordered|bought|placed|purchased"),
    )
)


@dataclass(frozen=True, slots=True)
class Span:
    """A fact-shaped span of a text."""

    kind: Kind
    start: int
    end: int
    value: Any
    """A number, an item's name or a carrier as text; (year or None, month, day); cents; a `Status`."""
    role: str = ""
    """Of a date: what happened then, if the words before it say so."""


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that was read of one order, product or account."""

    key: str
    line: str = ""
    """Its one sentence or two, as an answer can quote them."""
    numbers: frozenset[str] = frozenset()
    """Of its parcel."""
    products: frozenset[str] = frozenset()
    """The numbers of its products."""
    items: tuple[str, ...] = ()
    amounts: frozenset[int] = frozenset()
    dates: Mapping[str, frozenset[date]] = field(default_factory=dict)
    status: Status | None = None
    carrier: str | None = None
    holding: str = ""
    """The sentence that says what an order holds."""
    about: str = ""
    """What a product is, in the shop's words."""
    parcel: str = ""
    """Who carries it and where it was last, once that was looked up."""
    order: Order | None = None
    """The order itself, for the shop's rules."""

    def holds(self, fact: Span) -> bool:
        """Whether the fact is one of this record's."""
        match fact.kind:
            case "number":
                return fact.value == self.key or fact.value in self.numbers | self.products
            case "item":
                return fact.value in self.items
            case "amount":
                return fact.value in self.amounts
            case "status":
                return fact.value is self.status
            case "carrier":
                return fact.value == self.carrier
            case "date":
                known = self.dates.get(fact.role) if fact.role else frozenset().union(*self.dates.values())
                return any(_same_day(fact.value, day) for day in known or ())


@dataclass(slots=True)
class Known:
    """What all standing results say together."""

    records: dict[str, Record] = field(default_factory=dict)
    listed: tuple[str, ...] = ()
    """The orders of the history, in its order."""
    summary: str = ""
    newest_line: str = ""
    dearest_line: str = ""
    """The sentences of the history about all orders, the newest and the dearest."""
    history: OrderHistory | None = None
    """The history itself, for what its orders come to."""
    help: HelpFound | None = None
    """What was found last in the help articles."""
    count: int | None = None
    by_status: Mapping[Status, int] = field(default_factory=dict)
    newest: str | None = None
    dearest: str | None = None
    found: frozenset[int] = frozenset()
    """How many orders searches have found."""
    older: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The items of orders that the history knows by name only: they were never read."""
    older_status: Mapping[str, Status] = field(default_factory=dict)
    """Where those stood."""
    account: Mapping[Field, tuple[str, str]] = field(default_factory=dict)
    """What the account says: what tells it, and its sentence."""
    quotable: tuple[str, ...] = ()
    """What other results say, line by line: changes, accounts, products, errors."""

    @property
    def items(self) -> list[str]:
        """Every item's name, longest first."""
        return sorted({item for record in self.records.values() for item in record.items}, key=lambda i: (-len(i), i))

    @property
    def whole(self) -> bool:
        """Whether every order of the customer is known, if only by its name."""
        return self.count is not None and self.count <= len(self.listed) + len(self.older)

    def order_ids(self) -> list[str]:
        """Every known order, the newest first; those outside the history come last."""
        every = dict.fromkeys([*self.listed, *self.older, *self.records])
        return [key for key in every if key not in self.records or self.records[key].status]

    def orders_in(self, text: str) -> list[str]:
        """The orders that a text names by their numbers, in its order."""
        known = set(self.order_ids())
        return list(dict.fromkeys(number for number in numbers.NUMBER.findall(text) if number in known))

    def unknown_number(self, question: str) -> str:
        """An order's number in the question that is none of the customer's; empty where that is not sure."""
        typed = numbers.full_numbers(question)
        known = {numbers.plain(key).upper() for key in [*self.older, *self.records]}
        known |= {number.upper() for record in self.records.values() for number in record.numbers | record.products}
        names = [numbers.plain(item).upper() for item in self.items]
        foreign = [one for one in typed if one not in known and not any(one in name for name in names)]
        denied = {match.group("number").upper() for line in self.quotable if (match := _NO_SUCH.match(line))}
        sure = [one for one in foreign if self.whole or one in denied]
        return sure[0] if len(sure) == 1 and len(typed) == 1 else ""

    def records_with(self, fact: Span) -> list[Record]:
        """The records that hold a fact."""
        return [record for record in self.records.values() if record.holds(fact)]

    def with_item_words(self, words: str) -> list[Record]:
        """The orders with an item whose name has all of these words."""
        asked = set(re.findall(r"\w+", words.lower()))
        return [
            record
            for record in self.records.values()
            if record.status and any(asked and asked <= set(re.findall(r"\w+", i.lower())) for i in record.items)
        ]

    def order_for_call(self, question: str, order_id: str) -> str:
        """The order that a call should be about: the given one, unless the question means another beyond doubt."""
        asked = self.certainly_about(question)
        if unknown := self.unknown_number(question):
            return unknown
        if asked:
            return order_id if order_id in asked or len(asked) > 1 else next(iter(asked))
        if order_id in self.records or order_id in self.older:
            return order_id
        typed = {numbers.plain(number).upper() for number in numbers.TYPED.findall(question)}
        alike = [number for number in typed if re.sub(r"\D", "", number) == re.sub(r"\D", "", order_id)]
        return alike[0] if len(alike) == 1 else order_id

    def tool_for(self, name: str, number: str) -> str:
        """The reading tool for a number: a product's is no order's, and the other way round."""
        record = self.records.get(number)
        if name == "get_product" and record is not None and record.status is not None:
            return "get_order"
        bought = record is None and any(number in one.products for one in self.records.values())
        return "get_product" if bought and name in ("get_order", "track_shipment") else name

    def certainly_about(self, question: str) -> frozenset[str]:
        """The orders that a question means beyond doubt, by number or by words of an item; none if unsure."""
        return frozenset() if AND.search(question) else frozenset(self.to_tell_of(question))

    def to_tell_of(self, question: str) -> list[str]:
        """The orders that an answer has to tell of: those asked for, also where the question has two halves."""
        if OF_MANY.search(asking.without_another(question)):
            return []
        found = naming.newest(question, naming.meant(question, self.named()))
        named = [one for one in found if one.likeness >= naming.SURE]
        numbered = [one for one in named if one.by == "number"]
        if numbers.TYPED.search(question) and not numbered:
            return []  # A number that is none of theirs: the item beside it may belong to that.
        if not named and len(found) == 1 and _MY.search(question):
            named = found  # Half a name is enough where it fits one of their orders: `my saffron`.
        return [one.order_id for one in named]

    def mentioned(self, text: str, *, numbers_only: bool = False) -> list[str]:
        """The orders that a text names, whatever else it asks for: each one that holds the item, not only the newest.

        A change asks for these: of two orders of one item it may be possible for the older one only.
        """
        found = naming.meant(text, self.named())
        if numbers_only:
            return [one.order_id for one in found if one.by == "number"]
        sure = [one for one in found if one.likeness >= naming.SURE]
        return [one.order_id for one in sure or (found if len(found) == 1 and _MY.search(text) else [])]

    def named(self) -> list[naming.Named]:
        """Every known order with its items, the newest first."""
        return [(key, self.records[key].items if key in self.records else self.older[key]) for key in self.order_ids()]


def known_from(results: Iterable[tuple[str, Mapping[str, Any] | None]]) -> Known:
    """What results say: pairs of content and artifact (None for an error), oldest first."""
    known = Known()
    for content, artifact in results:
        match _row(artifact):
            case records.OrderHistory() as row:
                _history(known, row)
            case records.OrderMatches() as row:
                known.found |= {row.count}
                _orders(known, row.orders)
            case records.OrderDetails() as row:
                _orders(known, [row.order] if row.order else [])
                known.quotable += (content,) if row.order is None else ()
            case records.HelpFound() as row:
                known.help = row
                known.quotable += tuple(part for article in row.articles for part in article.text.split("\n\n"))
            case records.Shipment() as row:
                _shipment(known, row, content)
            case row:
                _other(known, row, content)
    return known


def _row(artifact: Mapping[str, Any] | None) -> records.Row | None:
    """The row of an artifact; None for an error, and for one that another version of the program has kept."""
    kind = getattr(records, str(artifact["record"]), None) if artifact else None
    try:
        return kind.model_validate(artifact["data"]) if kind and artifact else None
    except ValidationError:
        return None


def facts(text: str, items: Sequence[str] = ()) -> list[Span]:
    """The fact-shaped spans of a text in their order; `items` are the names to look for, longest first."""
    found = [Span("number", m.start(), m.end(), m.group()) for m in numbers.NUMBER.finditer(text)]
    for m in DATE.finditer(text):
        found.append(Span("date", m.start(), m.end(), _day(m), _role(text[: m.start()])))
    for m in AMOUNT.finditer(text):
        whole, _, cents = m.group("amount").replace(",", "").partition(".")
        found.append(Span("amount", m.start(), m.end(), int(whole) * 100 + int(cents.ljust(2, "0") or 0)))
    for m in STATUS.finditer(text):
        found.append(Span("status", m.start(), m.end(), STATUSES[m.group("status").lower()]))
    for m in CARRIER.finditer(text):
        found.append(Span("carrier", m.start("carrier"), m.end(), m.group("carrier")))
    named: list[Span] = []
    for item in items:
        at = -1
        while (at := text.find(item, at + 1)) >= 0:
            end = at + len(item)
            if not text[end : end + 1].isalnum() and not any(at < one.end and one.start < end for one in named):
                named.append(Span("item", at, end, item))
    # A name may hold anything, an amount too; what stands within it is no fact of its own.
    found = [fact for fact in found if not any(fact.start < one.end and one.start < fact.end for one in named)]
    found += named
    return sorted(found, key=lambda fact: fact.start)


def _role(before: str) -> str:
    return next((role for role, words in ROLES if words.search(before)), "")


def _day(match: re.Match[str]) -> tuple[int | None, int, int]:
    if iso := match.group("iso"):
        year, month, day = map(int, iso.split("-"))
        return year, month, day
    month = MONTHS.index(str(match.group("month") or match.group("month2"))[:3].lower()) + 1
    said = match.group("year") or match.group("year2")
    return int(said) if said else None, month, int(match.group("day") or match.group("day2"))


def _same_day(said: tuple[int | None, int, int], day: date) -> bool:
    return said[1:] == (day.month, day.day) and said[0] in (None, day.year)


def _history(known: Known, history: records.OrderHistory) -> None:
    known.history = history
    _orders(known, [*([history.dearest] if history.dearest else []), *history.orders])
    known.listed = tuple(order.order_id for order in history.orders)
    known.summary = contents.history_summary(history) if history.orders else contents.NO_ORDERS
    known.newest_line = contents.newest(history.orders[0]) if history.orders else ""
    known.dearest_line = contents.dearest(history.dearest) if history.dearest else ""
    known.count, known.by_status = history.count, history.count_by_status
    known.newest = known.listed[0] if known.listed else None
    known.dearest = history.dearest.order_id if history.dearest else None
    known.older_status = {order.order_id: order.status for order in history.older}
    if history.count:
        known.quotable += contents.totals(history)
    for one in history.returns:
        if record := known.records.get(one.order_id):
            dates = {**record.dates, "returned": record.dates.get("returned", frozenset()) | {one.requested_on}}
            known.records[one.order_id] = replace(record, dates=dates)
    known.older = {order.order_id: tuple(item.item for item in order.items) for order in history.older}


def _orders(known: Known, orders: Iterable[Order]) -> None:
    for order in orders:
        before = known.records.get(order.order_id)
        stops = before.dates.get("stops", frozenset()) if before else frozenset()
        record = _order(order, stops)
        same = before is not None and (before.status, before.carrier) == (record.status, record.carrier)
        known.records[order.order_id] = replace(record, parcel=before.parcel) if before and same else record


def _order(order: Order, stops: frozenset[date]) -> Record:
    days = {"ordered": order.ordered_on, "expected": order.eta, "delivered": order.delivered_on}
    return Record(
        key=order.order_id,
        line=contents.order_line(order).removeprefix(f"{order.order_id}: "),
        numbers=frozenset([order.tracking_number] if order.tracking_number else []),
        products=frozenset(item.product_id for item in order.items),
        items=tuple(item.item for item in order.items),
        amounts=frozenset([order.total_cents, *(item.unit_price_cents for item in order.items)]),
        dates={**{role: frozenset([day]) for role, day in days.items() if day}, **({"stops": stops} if stops else {})},
        status=order.status,
        carrier=order.carrier,
        holding=contents.holding(order),
        order=order,
    )


def _shipment(known: Known, tracked: records.Shipment, content: str) -> None:
    if tracked.order is None:
        known.quotable += (content,)
        return
    _orders(known, [tracked.order])
    record = known.records[tracked.order.order_id]
    stops = frozenset(event.at.date() for event in tracked.events)
    parcel = contents.carriage(tracked, tracked.order)
    known.records[record.key] = replace(record, parcel=parcel, dates={**record.dates, "stops": stops})


def _other(known: Known, row: records.Row | None, content: str) -> None:
    known.quotable += tuple(content.split("\n"))
    match row:
        case records.ProductDetails(product=records.Product() as product):
            known.records[product.product_id] = Record(
                key=product.product_id,
                line=content.removeprefix(f"{product.product_id}: "),
                items=(product.name,),
                about=product.description,
                amounts=frozenset([product.price_cents]),
            )
        case records.Change(renewed=Order() as order):
            _orders(known, [order])
        case records.Account():
            since = row.created_at.date()
            known.records[row.customer_id] = Record(row.customer_id, dates={"": frozenset([since])})
            lines = content.split("\n")
            values = (*map(one_line, (row.name, row.email, row.address)), lines[-1])
            known.account = dict(zip(get_args(Field), zip(values, lines, strict=True), strict=True))
        case _:
            pass
