"""Makes the questions about orders: text and expectation together, from the customer's rows."""

from collections.abc import Callable
from dataclasses import dataclass

from training.exam import goods
from training.exam import order_questions as tables
from training.exam.asking import Asker, Reference, called, fits, slots
from training.exam.expectation import Call, Category, ExamQuestion, Expected
from training.exam.truth import LISTED, STATUSES, Order

HISTORY = Call("get_order_history")
SPOKEN = {
    "Processing": "in processing",
    "Shipped": "shipped by now",
    "Out for delivery": "out for delivery",
    "Delivered": "delivered by now",
    "Delayed": "delayed",
    "Cancelled": "cancelled",
    "Returned": "returned",
}


@dataclass
class Last:
    """What was asked last: about which order, and what."""

    order: Order
    kind: str


@dataclass
class OrderQuestions:
    """Each method asks one question of its category, or gives None where this customer's orders do not allow it."""

    asker: Asker
    last: Last | None = None

    def _ask(
        self, category: Category, kind: str, table: str, about: Reference | None, *, dated: bool = True
    ) -> ExamQuestion | None:
        if about is None:
            return None
        told = slots(self.asker.deck.line(table), x=about.phrase)
        self.last = Last(about.order, kind)
        return ExamQuestion(
            self.asker.typed(told, about.phrase),
            category,
            kind,
            needs=(self.asker.reads(about.order, dated=dated),),
            asked=(Expected(kind, about.order.order_id),),
            allowed=self.asker.around(about.order),
            orders=(about.order.order_id,),
        )

    def status_by_name(self) -> ExamQuestion | None:
        """Status of an item's order."""
        return self._ask("status by name", "status", tables.STATUS, self.asker.reference(False), dated=False)

    def status_by_number(self) -> ExamQuestion | None:
        """Status of an order by its number."""
        return self._ask("status by number", "status", tables.STATUS, self.asker.reference(True), dated=False)

    def price(self) -> ExamQuestion | None:
        """What an order cost."""
        return self._ask("price", "total", tables.PRICE, self.asker.reference())

    def dates(self) -> ExamQuestion | None:
        """When it was ordered, or when it comes or came."""
        if self.asker.draw.random() < 0.45:
            return self._ask("dates", "ordered", tables.ORDERED, self.asker.reference())
        return self._ask("dates", "arrival", tables.ARRIVAL, self.asker.reference(), dated=False)

    def delivery(self, about: Reference | None = None, category: Category = "delivery") -> ExamQuestion | None:
        """Carrier, tracking number or last stop."""
        asker = self.asker
        about = about or asker.reference()
        if about is None or about.order.status == "Cancelled":
            return None
        line = asker.deck.line(tables.PARCEL if asker.draw.random() < 0.4 else tables.CARRIER)
        asked = delivery_facts(line, about.order)
        self.last = Last(about.order, "delivery")
        return ExamQuestion(
            asker.typed(slots(line, x=about.phrase), about.phrase),
            category,
            "parcel" if asked[0].kind == "last stop" else "carrier",
            needs=((Call("track_shipment", order_id=about.order.order_id),),),
            asked=asked,
            allowed=asker.around(about.order),
            orders=(about.order.order_id,),
        )

    def the_notebooks(self) -> ExamQuestion:
        """The one question that every demo begins with."""
        return self._list(tables.THE_QUESTION, "the notebook's question")

    def several(self) -> ExamQuestion | None:
        """All orders, those of a status, or those that one name fits."""
        asker, customer = self.asker, self.asker.customer
        draw = asker.draw.random()
        if draw < 0.75 and (question := self._same_name()):
            return question
        if draw < 0.35:
            return self._of_status()
        table = tables.SOLE if len(customer.orders) == 1 and draw < 0.8 else tables.ALL
        return self._list(asker.typed(asker.deck.line(table)), "all")

    def _list(self, told: str, kind: str) -> ExamQuestion:
        customer = self.asker.customer
        self.last = None
        return ExamQuestion(
            told,
            "several orders",
            kind,
            needs=((HISTORY,),),
            asked=tuple(Expected("status", order.order_id) for order in customer.listed) or (Expected("count", "all"),),
            allowed=(HISTORY,),
            orders=tuple(order.order_id for order in customer.listed),
        )

    def _of_status(self) -> ExamQuestion | None:
        asker, customer = self.asker, self.asker.customer
        if not 1 < len(customer.orders) <= LISTED:
            return None
        absent = [status for status in STATUSES if not customer.counts[status]]
        status = asker.draw.choice(absent if asker.draw.random() < 0.2 else sorted(customer.counts))
        chosen = [order for order in customer.orders if order.status == status]
        self.last = None
        return ExamQuestion(
            asker.typed(slots(asker.deck.line(tables.BY_STATUS), s=SPOKEN[status])),
            "several orders",
            "by status",
            needs=((HISTORY, *(Call("search_orders", order_id=o.order_id, words=status) for o in chosen[:1])),),
            asked=tuple(Expected("status", order.order_id) for order in chosen) or (Expected("none", status),),
            allowed=(HISTORY,),
            orders=tuple(order.order_id for order in chosen),
        )

    def _same_name(self) -> ExamQuestion | None:
        asker = self.asker
        pairs = [
            (one, other, called()[item.name])
            for place, one in enumerate(asker.customer.orders[:60])
            for other in asker.customer.orders[place + 1 : 60]
            for item in one.items
            if any(fits(called()[item.name], twin.name) for twin in other.items)
        ]
        pairs = [(a, b, words) for a, b, words in pairs if self._exactly(words, a, b)]
        if not pairs:
            return None
        one, other, words = asker.draw.choice(pairs)
        self.last = None
        phrase = asker.draw.choice(("my ", "the ")) + words
        both = [call for order in (one, other) for call in asker.reads(order)]
        return ExamQuestion(
            asker.typed(slots(asker.deck.line(tables.STATUS), x=phrase), phrase),
            "several orders",
            "one name, two orders",
            needs=tuple(tuple(c for c in both if c.order_id in ("", order.order_id)) for order in (one, other)),
            asked=(Expected("status", one.order_id), Expected("status", other.order_id)),
            allowed=asker.around(one, other),
            orders=(one.order_id, other.order_id),
        )

    def _exactly(self, words: str, one: Order, other: Order) -> bool:
        orders = self.asker.customer.orders
        found = {order.order_id for order in orders if any(fits(words, item.name) for item in order.items)}
        both_listed = self.asker.listed(one) and self.asker.listed(other)
        return found == {one.order_id, other.order_id} and (both_listed or len(orders) > LISTED)

    def aggregates(self) -> ExamQuestion | None:
        """Counts, the newest and the dearest."""
        asker, customer = self.asker, self.asker.customer
        kind = asker.draw.choice(("count", "count of a status", "newest", "newest", "dearest", "dearest"))
        if not customer.orders:
            kind = "count"
        told, fact = "", Expected("count", "all")
        match kind:
            case "count":
                told = asker.deck.line(tables.COUNT)
            case "count of a status":
                fact = Expected("count", asker.draw.choice(sorted(customer.counts)))
                told = slots(asker.deck.line(tables.COUNT_STATUS), s=SPOKEN[fact.about])
            case "newest":
                told, fact = asker.deck.line(tables.NEWEST), Expected("newest", customer.orders[0].order_id)
            case _:
                told, fact = asker.deck.line(tables.DEAREST), Expected("dearest", customer.dearest.order_id)
        self.last = None
        if kind in ("newest", "dearest") and (order := customer.by_id[fact.about]) in customer.listed:
            self.last = Last(order, "status")
        orders = (fact.about,) if kind in ("newest", "dearest") else ()
        return ExamQuestion(
            asker.typed(told),
            "aggregates",
            kind,
            needs=((HISTORY,),),
            asked=(fact,),
            allowed=(HISTORY,),
            orders=orders,
        )

    def contents(self) -> ExamQuestion | None:
        """The items of an order."""
        asker = self.asker
        about = asker.reference(asker.draw.random() < 0.7)
        if about is None:
            return None
        line, order = asker.deck.line(tables.CONTENTS), about.order
        priced = "price" in line
        kinds = ("item", "item price") if priced else ("item",)
        self.last = Last(order, "status")
        by_number = Call("get_order", order_id=order.order_id)
        return ExamQuestion(
            asker.typed(slots(line, x=about.phrase), about.phrase),
            "contents and products",
            "contents",
            needs=((by_number,) if priced else asker.reads(order),),
            asked=tuple(Expected(kind, order.order_id, item.name) for kind in kinds for item in order.items),
            allowed=asker.around(order),
            orders=(order.order_id,),
        )

    def follow_up(self) -> ExamQuestion | None:
        """Of the order asked about before this, of another one alike, or of the other of two."""
        asker, last = self.asker, self.last
        if last is None:
            return None
        kinds: dict[str, tuple[str, Callable[[], ExamQuestion | None]]] = {
            "total": (tables.THEN_PRICE, lambda: self._then("total", tables.THEN_PRICE)),
            "ordered": (tables.THEN_ORDERED, lambda: self._then("ordered", tables.THEN_ORDERED)),
            "status": (tables.THEN_STATUS, lambda: self._then("status", tables.THEN_STATUS)),
        }
        choices = [make for kind, (_, make) in kinds.items() if kind != last.kind]
        if last.order.status != "Cancelled" and last.kind != "delivery":
            choices.append(self._then_delivery)
        if last.kind in kinds or last.kind == "arrival":
            choices += [self._then_other, self._then_other]
            if len(asker.customer.orders) == 2:
                choices += [self._the_other] * 4
        return asker.draw.choice(choices)()

    def _then(self, kind: str, table: str) -> ExamQuestion | None:
        assert self.last
        order = self.last.order
        about = Reference(order, "it", "", "", False)
        question = self._ask("follow-up", kind, table, about, dated=kind != "status")
        return question

    def _then_delivery(self) -> ExamQuestion | None:
        assert self.last
        order, line = self.last.order, self.asker.deck.line(tables.THEN_CARRIER)
        self.last = Last(order, "delivery")
        return ExamQuestion(
            self.asker.typed(line),
            "follow-up",
            "carrier",
            needs=((Call("track_shipment", order_id=order.order_id),),),
            asked=delivery_facts(line, order),
            allowed=self.asker.around(order),
            orders=(order.order_id,),
        )

    def _then_other(self) -> ExamQuestion | None:
        assert self.last
        kind, before = self.last.kind, self.last.order
        about = self.asker.reference(allowed=lambda order: order is not before)
        dated = kind not in ("status", "arrival")
        return self._ask("follow-up", kind, tables.THEN_OTHER_ORDER, about, dated=dated)

    def _the_other(self) -> ExamQuestion | None:
        assert self.last
        kind, before = self.last.kind, self.last.order
        other = next(order for order in self.asker.customer.orders if order is not before)
        about = Reference(other, "", "", "", False)
        return self._ask("follow-up", kind, tables.THE_OTHER, about, dated=kind not in ("status", "arrival"))

    def two_things(self) -> ExamQuestion | None:
        """Two orders, or two facts of one."""
        asker = self.asker
        first = asker.reference()
        second = asker.reference(allowed=lambda order: first is not None and order is not first.order)
        if first is None or second is None:
            return None
        form = asker.draw.random()
        self.last = None
        if form < 0.3:
            kinds, line = ("status", "status"), asker.deck.line(tables.BOTH_STATUS)
        elif form < 0.45:
            kinds, line = ("total", "total"), asker.deck.line(tables.BOTH_PRICE)
        else:
            table = tables.MIXED if form < 0.7 else tables.ONE_TWICE
            named, _, line = asker.deck.line(table).partition("|")
            one, two = (kind if kind != "price" else "total" for kind in named.split(", "))
            kinds = (one, two)
            second = second if table is tables.MIXED else first
        groups = [
            asker.reads(about.order, dated=first is second or kind in ("total", "ordered"))
            for about, kind in zip((first, second), kinds, strict=True)
        ]
        return ExamQuestion(
            asker.typed(slots(line, x=first.phrase, y=second.phrase), first.phrase, second.phrase),
            "two things",
            "of one order" if first is second else "of two orders",
            needs=tuple(dict.fromkeys(groups)),
            asked=tuple(Expected(k, about.order.order_id) for about, k in zip((first, second), kinds, strict=True)),
            allowed=asker.around(first.order, second.order),
            orders=tuple(dict.fromkeys((first.order.order_id, second.order.order_id))),
        )

    def not_bought(self) -> ExamQuestion | None:
        """An item that is in none of the orders."""
        asker = self.asker
        bought = {word for order in asker.customer.orders for item in order.items for word in item.name.split()}
        product = asker.draw.choice(goods.products())
        if any(fits(word, " ".join(bought)) for word in product.called.split()):
            return None
        phrase = asker.draw.choice(("my ", "the ", "that ")) + product.called
        search = Call("search_orders", words=f"{product.name} {product.called}")
        self.last = None
        return ExamQuestion(
            asker.typed(slots(asker.deck.line(tables.NOT_BOUGHT), x=phrase), phrase),
            "nothing found",
            "item",
            needs=((search, HISTORY) if len(asker.customer.orders) <= LISTED else (search,),),
            manner="denied",
            allowed=(HISTORY, search),
            absent=product.called,
        )


def delivery_facts(line: str, order: Order) -> tuple[Expected, ...]:
    """What a question of `CARRIER` or `PARCEL` asks for: the firm, the number, both, or the last stop."""
    words = line.lower()
    if line in tables.PARCEL:
        return (Expected("last stop", order.order_id),)
    number = any(word in words for word in ("number", "code", "no.", "follow"))
    firm = any(word in words for word in ("carrier ", "who", "which", "firm", "company")) and "page" not in words
    wanted = ("carrier",) * firm + ("tracking",) * number
    return tuple(Expected(kind, order.order_id) for kind in wanted or ("carrier",))
