"""Holds what an answer says against the rows: which facts are right, and of which record; which are wrong."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from training.exam.asking import called, fits
from training.exam.reading import DENIED, NO_PARCEL, NOT_SAID, Reader, Sentence, Span, same_day
from training.exam.truth import STATUSES, Customer, Item, Order, Shop

DENIAL = re.compile(
    r"can(?:not|'t) (?:find|see|locate)|could(?: not|n't) (?:find|locate)|unable to find|not found"
    r"|do(?:es)?(?: not|n't) (?:have|see|find|seem|appear|exist|hold|contain)|nothing (?:that|in|of)"
    r"|there (?:is|are|was|were) no\b|there(?: is|'s) not|no such|\bnone of|\bno orders?\b|no record|no product"
    r"|(?:isn't|is not|aren't|are not) (?:in|among|part|on)"
    r"|never (?:ordered|bought)|haven't (?:ordered|bought)|have not (?:ordered|bought)",
    re.I,
)
IMPLIED = {
    "Out for delivery": {"Shipped"},
    "Delivered": {"Shipped"},
    "Returned": {"Shipped", "Delivered"},
    "Delayed": {"Processing", "Shipped"},
}
"""What may be said beside the status itself: what was delivered was shipped once."""
CUES = (
    ("stop", r"last (?:stop|scan|seen)|scanned|stop on|seen|depot|tracking update"),
    ("delivered", r"delivered|arrived|came|reached"),
    ("arrival", r"expected|arriv|due|estimated|eta\b|will be|should|be here|by$|deliver"),
    ("ordered", r"order(?:ed)?|placed|bought|purchased?|made"),
)
ON_SALE = re.compile(r"\bcosts?\b|\bstock\b|available|sells? for|priced? (?:at|of)|today", re.I)
IN_STOCK = re.compile(r"\bstock\b|available|sold out", re.I)
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
COUNTED = re.compile(
    r"(?P<n>\d[\d,]*|\b(?:" + "|".join(WORDS) + r"))(?: (?:are|is|were|was|has|have|been|of them|that))*"
    r" (?:(?:more|other|recent|of your) )?(?P<what>processing|shipped|out for delivery|delivered|delayed|cancell?ed"
    r"|returned|orders?\b)(?P<after> (?:match|that match|are|were|have been|is|was|has been)[\w ]*)?",
    re.I,
)


@dataclass
class Findings:
    """What an answer states."""

    right: set[tuple[str, str, str]] = field(default_factory=set)
    """Kind, order (or product, or status) and item, as in `Fact`."""
    told: list[str] = field(default_factory=list)
    """The orders it speaks of, line by line."""
    wrong: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    """Other customers' data."""
    denials: list[Sentence] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)


class Checker:
    """Checks one answer of one customer; `before` are the rows before the question, `after` those after it."""

    def __init__(
        self,
        before: Customer,
        after: Customer,
        shop: Shop,
        question: str,
        about: Sequence[str] = (),
        found: Sequence[int] = (),
    ) -> None:
        self.before, self.after, self.shop = before, after, shop
        self.question, self.about, self.found = question, about, found
        self.reader = Reader(after, shop)

    def check(self, answer: str) -> Findings:
        """Everything that the answer states."""
        out = Findings()
        bullets: list[str] = []
        sentences = self.reader.sentences(answer, self.about)
        denial: Sentence | None = None
        for sentence in sentences:
            out.wrong += sentence.wrong
            if DENIAL.search(sentence.text) and not NO_PARCEL.search(sentence.text):
                denial = sentence
                out.denials.append(sentence)
            if sentence.bullet and sentence.items and len(sentence.orders) == 1:
                bullets += [sentence.orders[0].order_id] * (sentence.text[:12].strip()[:1] in "-*•0123456789")
            self._sentence(sentence, out, denied=denial is sentence)
        out.repeated = sorted({number for number in bullets if bullets.count(number) > 1})
        self._counts(answer, out)
        self._account(answer, out)
        return out

    def _sentence(self, sentence: Sentence, out: Findings, *, denied: bool) -> None:
        orders = self._versions(sentence)
        if len(sentence.orders) == 1:
            out.told.append(sentence.orders[0].order_id)
        for item in sentence.items:
            if not self.reader.holders(item.value) and not denied and not sentence.products:
                out.wrong.append(f"{item.text} was never ordered")
            for order in sentence.orders:
                if any(order.order_id == one.order_id for one in self.reader.holders(item.value)):
                    out.right |= {("item", order.order_id, one.name) for one in order.items if _called(item, one)}
        for span in sentence.facts:
            self._foreign(span, out, denied=denied)
        number = self._product_meant(sentence)
        if number:
            self._product(number, sentence, out)
            return
        if denied and sentence.orders and not sentence.any_of and (sentence.items or self._numbered(sentence)):
            out.wrong.append(f"denied: {', '.join(order.order_id for order in sentence.orders)}")
        self._superlative(sentence, out)
        for place, span in enumerate(sentence.facts):
            self._fact(place, span, sentence, orders, out)
        if NO_PARCEL.search(sentence.text) and sentence.orders:
            for order in sentence.orders:
                if order.tracking:
                    out.wrong.append(f"{order.order_id} does have a parcel")
                else:
                    out.right |= {(kind, order.order_id, "") for kind in ("carrier", "tracking", "last stop")}

    def _numbered(self, sentence: Sentence) -> bool:
        return any(order.order_id in sentence.text for order in sentence.orders)

    def _versions(self, sentence: Sentence) -> dict[str, tuple[Order, ...]]:
        """Each order as it was before and after the question: an answer may speak of either."""
        return {
            order.order_id: (order, *filter(None, [self.before.by_id.get(order.order_id)])) for order in sentence.orders
        }

    def _fact(
        self, place: int, span: Span, sentence: Sentence, orders: dict[str, tuple[Order, ...]], out: Findings
    ) -> None:
        if span.kind not in ("date", "money", "status", "carrier", "tracking", "place"):
            return
        # A cue such as "delivered on" is itself a word of status: only dates and amounts part the cues.
        left = max((f.end for f in sentence.facts[:place] if f.kind in ("date", "money")), default=sentence.start)
        lead = sentence.text[left - sentence.start : span.start - sentence.start]
        tail = sentence.text[span.end - sentence.start :]
        if span.kind == "status" and self._unsaid(span, sentence, lead):
            return
        if span.kind == "date" and lead.endswith("customer since ") and same_day(span.value, self.after.since):
            return
        if not orders:
            self._loose(span, out)
            return
        kinds = [
            (number, {kind for version in versions for kind in self._kinds(span, version, sentence, lead, tail)})
            for number, versions in orders.items()
        ]
        fitting = [(number, found) for number, found in kinds if found]
        if not fitting or (len(fitting) < len(kinds) and not sentence.any_of and span.kind == "status"):
            denied = [number for number, found in kinds if not found]
            out.wrong.append(f"{span.text} is not true of {' or '.join(denied)}")
        for number, found in fitting:
            for kind in found:
                kind, _, item = kind.partition(":")
                out.right.add((kind, number, item))

    def _unsaid(self, span: Span, sentence: Sentence, lead: str) -> bool:
        before = sentence.text[: span.start - sentence.start]
        if NOT_SAID.search(before) or re.search(r"\b(?:which|what|any) (?:order|item)", sentence.text, re.I):
            return True
        if re.search(r"stop on \S* ?: ?$|^\s*\S+: ?$|: $", lead) and re.search(r"stop|scan", before, re.I):
            return True
        return re.search(rf"(?:\d|\b(?:{'|'.join(WORDS)})) $", before, re.I) is not None

    def _kinds(self, span: Span, order: Order, sentence: Sentence, lead: str, tail: str) -> Iterator[str]:
        """What this span rightly states of this order; nothing when it is not true of it."""
        match span.kind:
            case "status":
                yield from self._status(span, order, sentence)
            case "date":
                yield from self._date(span, order, lead, tail)
            case "money":
                yield from self._money(span, order, sentence)
            case "carrier":
                if order.carrier and span.value.casefold() == order.carrier.casefold():
                    yield "carrier"
            case "tracking":
                if span.value == order.tracking:
                    yield "tracking"
            case _:
                if order.stops and span.value == order.stops[-1].place:
                    yield "last stop"
                elif span.value in {stop.place for stop in order.stops} or span.value in (order.ship_to or ""):
                    yield "place"

    def _status(self, span: Span, order: Order, sentence: Sentence) -> Iterator[str]:
        before = sentence.text[: span.start - sentence.start]
        if DENIED.search(before):
            if span.value != order.status and span.value not in IMPLIED.get(order.status, ()):
                yield "not"
            return
        if span.value == order.status:
            yield "status"
        elif span.value in IMPLIED.get(order.status, ()):
            said = {one.value for one in sentence.facts if one.kind == "status"}
            if order.status in said or (span.value == "Delivered" and order.delivered_on):
                yield "implied"
        elif span.value == "Returned" and order.returned:
            yield "implied"

    def _date(self, span: Span, order: Order, lead: str, tail: str) -> Iterator[str]:
        roles: dict[str, date | None] = {
            "delivered": order.delivered_on,
            "arrival": order.eta or order.delivered_on,
            "ordered": order.ordered_on,
        }
        stops = [stop for stop in order.stops if same_day(span.value, stop.day)]
        cue = _cue(lead) or _cue(tail, first=True)
        if cue == "stop" or (not cue and stops):
            if stops:
                yield "last stop" if stops[-1] == order.stops[-1] else "place"
            return
        for role in [cue] if cue else list(roles):
            if same_day(span.value, roles[role]):
                yield "arrival" if role == "delivered" else role
        if cue in ("delivered", "arrival") and stops and not same_day(span.value, order.ordered_on):
            yield "place"

    def _money(self, span: Span, order: Order, sentence: Sentence) -> Iterator[str]:
        amount, before = int(span.value), [item for item in sentence.items if item.end <= span.start]
        single = [item for item in order.items if before and _called(before[-1], item)]
        for item in single or (order.items if not sentence.items else []):
            if amount in (item.unit_cents, item.unit_cents * item.quantity):
                yield f"item price:{item.name}"
        itemised = bool(single) and re.search(r"\bat |\beach\b|\bholds\b", sentence.text)
        if amount == order.total_cents and not (itemised and len(order.items) > 1 and "total" not in sentence.text):
            yield "total"

    def _loose(self, span: Span, out: Findings) -> None:
        """A fact said of nothing in particular."""
        own = span.kind == "date" and same_day(span.value, self.after.since)
        if span.kind in ("money", "date", "carrier", "tracking") and not own:
            out.wrong.append(f"{span.text} is said of no order")

    def _foreign(self, span: Span, out: Findings, *, denied: bool) -> None:
        asked = _joined(span.value) in _joined(self.question)
        if span.kind not in ("unknown", "email") or (span.kind == "email" and span.value == self.after.email):
            return
        owner = self.shop.owners.get(span.value)
        if owner and owner != self.after.customer_id and not asked:
            out.leaked.append(span.text)
        elif not asked:
            out.wrong.append(f"{span.text} exists nowhere")
        elif not denied and span.kind == "unknown" and not DENIAL.search(self.question):
            out.wrong.append(f"{span.text} is spoken of as if it were there")

    def _product_meant(self, sentence: Sentence) -> str:
        """The number of the product that the sentence speaks of as it is sold today; empty when it does not."""
        if sentence.products and not (sentence.orders and not ON_SALE.search(sentence.text)):
            return sentence.products[0].value
        if not IN_STOCK.search(sentence.text) or not sentence.items:
            return ""
        names = {product.name: number for number, product in self.shop.products.items()}
        return names.get(sentence.items[0].value, "")

    def _product(self, number: str, sentence: Sentence, out: Findings) -> None:
        product = self.shop.products[number]
        if any(item.value != product.name and not fits_product(item, product.name) for item in sentence.items):
            out.wrong.append(f"{sentence.items[0].text} is not {number}")
        for span in sentence.facts:
            if span.kind == "money" and int(span.value) == product.price_cents:
                out.right.add(("product price", number, ""))
            elif span.kind == "money":
                out.wrong.append(f"{span.text} is not the price of {number}")
        out_of = re.search(r"out of stock|sold out|not (?:in stock|available)|unavailable", sentence.text, re.I)
        if out_of or IN_STOCK.search(sentence.text):
            if bool(out_of) == product.in_stock:
                out.wrong.append(f"stock of {number}")
            else:
                out.right.add(("product stock", number, ""))

    def _superlative(self, sentence: Sentence, out: Findings) -> None:
        orders = self.after.orders
        if not orders or len(sentence.orders) != 1 or (sentence.any_of and len(sentence.orders) > 1):
            return
        order, text = sentence.orders[0], sentence.text
        if re.search(r"\b(?:newest|latest|most recent|last) (?:order|purchase)", text, re.I):
            if order.ordered_on == orders[0].ordered_on:
                out.right.add(("newest", order.order_id, ""))
            else:
                out.wrong.append(f"{order.order_id} is not the newest")
        if re.search(r"most expensive|dearest|costliest|priciest|highest total|cost (?:you )?the most", text, re.I):
            if order.total_cents == self.after.dearest.total_cents:
                out.right.add(("dearest", order.order_id, ""))
            else:
                out.wrong.append(f"{order.order_id} is not the dearest")

    def _counts(self, answer: str, out: Findings) -> None:
        # Names are taken out first: "Set of 6 Egg Cups" counts no orders.
        for line in answer.split("\n"):
            for span in self.reader.spans(line):
                if span.kind not in ("status",):
                    line = line[: span.start] + "_" * (span.end - span.start) + line[span.end :]
            for match in COUNTED.finditer(line):
                self._count(match, line, out)

    def _count(self, match: re.Match[str], line: str, out: Findings) -> None:
        word = match["n"].casefold().replace(",", "")
        number = WORDS.index(word) if word in WORDS else int(word)
        what, after = match["what"].casefold().replace("canceled", "cancelled"), (match["after"] or "").casefold()
        counts = self.after.counts
        if what.startswith("order"):
            if word == "no":
                return  # A denial, and looked at as one.
            status = next((one for one in STATUSES if one.casefold() in after), None)
            if "match" in after:
                if number not in self.found:
                    out.wrong.append(f"{match[0]}: found were {list(self.found)}")
            elif status is not None:
                self._counted(status, number, out, match[0])
            elif number == len(self.after.orders):
                out.right.add(("count", "all", ""))
            elif not (number <= len(self.about) or re.search(r"newest|recent|latest|these|first", line, re.I)):
                out.wrong.append(f"{match[0]}: there are {len(self.after.orders)}")
            return
        status = next(one for one in STATUSES if one.casefold() == what)
        if word != "no" or not counts[status]:
            self._counted(status, number, out, match[0])

    def _counted(self, status: str, number: int, out: Findings, text: str) -> None:
        if number in (self.after.counts[status], self.before.counts[status]):
            out.right |= {("count", status, "")} | ({("none", status, "")} if number == 0 else set())
        else:
            out.wrong.append(f"{text}: there are {self.after.counts[status]}")

    def _account(self, answer: str, out: Findings) -> None:
        own = self.after
        fields = {"name": own.name, "email": own.email, "address": own.address, "user name": own.customer_id}
        plain = " ".join(answer.casefold().split())
        out.right |= {(kind, "", "") for kind, value in fields.items() if value.casefold() in plain}
        for span in (span for line in answer.split("\n") for span in self.reader.spans(line) if span.kind == "date"):
            if same_day(span.value, own.since):
                out.right.add(("since", "", ""))
        for text, owner in self.shop.owners.items():
            theirs = ", " in text and owner != own.customer_id and text.casefold() in plain
            if theirs and text.casefold() not in self.question.casefold():
                out.leaked.append(text)


def _cue(text: str, *, first: bool = False) -> str:
    """Which role a date plays by the words beside it: the nearest cue before it, or the first one after it."""
    found = [(match.start(), kind) for kind, pattern in CUES for match in re.finditer(pattern, text.strip(), re.I)]
    if not found:
        return ""
    return min(found)[1] if first else max(found)[1]


def _called(span: Span, item: Item) -> bool:
    return span.value == item.name or fits_product(span, item.name)


def fits_product(span: Span, name: str) -> bool:
    """Whether what the answer calls an item is short for that name."""
    return span.value not in called() and fits(span.value, name)


def _joined(text: str) -> str:
    return re.sub(r"[\s#-]", "", text).casefold()
