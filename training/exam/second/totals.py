"""What an answer says of all orders together and of refunds, held against the rows.

The first exam's scorer reads facts of single records; sums and refunds have sentences of their own. Those that speak
of one are checked here and taken out, and the first exam's scorer reads the rest.
"""

import re
from dataclasses import dataclass, field

from training.exam.reading import MONEY, Reader, cents, same_day
from training.exam.truth import Customer, Order, Refund, Shop

CUT = re.compile(r"(?<=[.!?])\s+|\n+")
SPENT = re.compile(
    r"\bspen[dt]\b|\bin all\b|altogether|\bin total\b|comes? to|so far|\bsum of\b|paid (?:us )?a total", re.I
)
CHEAPEST = re.compile(r"cheapest|least expensive|lowest|smallest", re.I)
NEXT = re.compile(
    r"next deliver|(?:arriv|com|deliver)\w* (?:first|next|soonest)|first to (?:arrive|come)|soonest|next to", re.I
)
NOTHING_COMES = re.compile(
    r"(?:nothing|none|no orders?)\b[^.]*\b(?:on (?:its|the|their) way|to come|coming|expected)", re.I
)
NO_RETURN = re.compile(r"\b(?:no|any) (?:\w+ )?(?:returns?|refunds?)\b", re.I)
OF_A_REFUND = re.compile(r"refund|\bto return\b|reached us|\bback to you|\bpaid back|get \S+ back|money back", re.I)
STATES = (
    (
        "Refunded",
        re.compile(r"(?:has|have|was|were)(?: already)?(?: been)? (?:refunded|paid back|sent back to you)", re.I),
    ),
    (
        "Requested",
        re.compile(r"(?:not|n't) (?:yet )?(?:reached|arrived|received|come|been)|\basked on\b|requested", re.I),
    ),
    ("Received", re.compile(r"has (?:reached|arrived|been received)|we (?:have |'ve )?(?:received|got)", re.I)),
)
ORDERS = re.compile(r"\b(\d+) orders?\b")


@dataclass(frozen=True)
class Sum:
    """What some orders come to."""

    cents: int
    orders: int


@dataclass
class Totals:
    """What was read; `rest` is the answer without it."""

    rest: str
    right: set[tuple[str, str, str]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


def kept(customer: Customer) -> list[Order]:
    """The orders that were neither cancelled nor returned."""
    return [order for order in customer.orders if order.status not in ("Cancelled", "Returned")]


def next_orders(customer: Customer) -> list[Order]:
    """Those that come next: of one day all."""
    coming = [order for order in kept(customer) if order.eta and order.status != "Delivered"]
    first = min((order.eta for order in coming if order.eta), default=None)
    return [order for order in coming if order.eta == first]


def periods(customer: Customer) -> dict[str, list[Sum]]:
    """What was spent in all (``), in a year and in a month, without returned and cancelled orders, with the returned
    ones, with all. The first two are what one may honestly call spent; the third is only true of what was ordered."""
    starts = {day[:length] for order in customer.orders for day in (order.ordered_on.isoformat(),) for length in (4, 7)}
    return _Sums({start: _sums(customer, start) for start in {"", *starts}})


class _Sums(dict[str, list[Sum]]):
    def __missing__(self, _start: str) -> list[Sum]:
        return [Sum(0, 0)]


def _sums(customer: Customer, start: str) -> list[Sum]:
    sums: list[Sum] = []
    for left_out in (("Cancelled", "Returned"), ("Cancelled",), ()):
        orders = [o for o in customer.orders if o.status not in left_out and o.ordered_on.isoformat().startswith(start)]
        sums.append(Sum(sum(order.total_cents for order in orders), len(orders)))
    return sums


def read_totals(answer: str, customer: Customer, shop: Shop) -> Totals:
    """What the answer says of sums, of the cheapest and the next order, and of refunds."""
    found, reader = Totals(answer), Reader(customer, shop)
    for sentence in filter(None, CUT.split(answer)):
        spans = reader.spans(sentence)
        orders = {span.value for span in spans if span.kind == "order"}
        orders |= {order.order_id for span in spans if span.kind == "item" for order in reader.holders(span.value)}
        named = {span.value for span in spans if span.kind == "order"} or orders
        if NOTHING_COMES.search(sentence) and next_orders(customer):
            found.wrong.append(f"denied: {sentence}")
        if NO_RETURN.search(sentence) and re.search(r"\bno\b|n't|not", sentence) and _refunds(customer):
            found.wrong.append(f"denied: {sentence}")
        if not orders and SPENT.search(sentence) and MONEY.search(sentence):
            _spent(sentence, customer, found)
        elif OF_A_REFUND.search(sentence) and any(customer.by_id[number].refunds for number in named):
            _refund(sentence, customer.by_id[next(n for n in named if customer.by_id[n].refunds)], reader, found)
        elif len(named) == 1:
            _of_all(sentence, customer.by_id[next(iter(named))], customer, found)
    return found


def _refunds(customer: Customer) -> list[Refund]:
    return [one for order in customer.orders for one in order.refunds]


def _spent(sentence: str, customer: Customer, found: Totals) -> None:
    sums = [one for of_period in periods(customer).values() for one in of_period] + [Sum(0, 0)]
    counted = [int(match[1]) for match in ORDERS.finditer(sentence)]
    for match in MONEY.finditer(sentence):
        amount = cents(match[1] or match[2])
        fitting = [one for one in sums if one.cents == amount]
        if fitting and all(any(one.orders == count for one in fitting) for count in counted):
            found.right.add(("spent", str(amount), ""))
        else:
            found.wrong.append(f"{sentence.strip()} is no sum of the orders")
    found.rest = found.rest.replace(sentence, " ")


def _refund(sentence: str, order: Order, reader: Reader, found: Totals) -> None:
    spans = reader.spans(sentence)
    items = {span.value for span in spans if span.kind == "item"}
    meant = [one for one in order.refunds if one.item in items] or list(order.refunds)
    state = next((state for state, words in STATES if words.search(sentence)), "")
    amounts = {item.name: item.quantity * item.unit_cents for item in order.items}
    dates = [span.value for span in spans if span.kind == "date"]
    money = [int(span.value) for span in spans if span.kind == "money"]
    fitting = [
        one
        for one in meant
        if state in ("", one.state)
        and all(same_day(day, one.requested_on) for day in dates)
        and all(amount == amounts[one.item] for amount in money)
    ]
    if not fitting:
        found.wrong.append(f"{sentence.strip()}: it is {', '.join(f'{one.item} {one.state}' for one in meant)}")
    elif state:
        found.right |= {("refund", order.order_id, one.item) for one in fitting}
    found.rest = found.rest.replace(sentence, " ")


def _of_all(sentence: str, order: Order, customer: Customer, found: Totals) -> None:
    every = (kept(customer), customer.orders)
    cheapest = {min(one.total_cents for one in some) for some in every if some}
    for kind, words, holds in (
        ("cheapest", CHEAPEST, order.total_cents in cheapest),
        ("next", NEXT, order in next_orders(customer)),
    ):
        if words.search(sentence) and holds:
            found.right.add((kind, order.order_id, ""))
        elif words.search(sentence):
            found.wrong.append(f"{order.order_id} is not the {kind}")
