"""What is right where a customer asks for facts of their orders."""

import itertools
from collections.abc import Callable, Mapping, Sequence

from training.exam.ask_orders import HISTORY
from training.exam.expectation import Call, Expected
from training.exam.second import senses
from training.exam.second.rows import Reading, Rows, Wanted, Way
from training.exam.second.totals import kept, next_orders, periods
from training.exam.truth import STATUSES, Order


def _facts(rows: Rows, each: Callable[[Order], Sequence[Reading]], *, dated: bool = False) -> Wanted:
    """Facts of every order that is named; without one any order's, or to be asked which."""
    if not rows.orders:
        readings = [reading for order in rows.customer.orders for reading in each(order)]
        return Wanted(((HISTORY,),), tuple(readings), ("asks",), (HISTORY, *rows.around_all()))
    needs = tuple(rows.asker.reads(order, dated=dated) for order in rows.orders)
    products = itertools.product(*(each(order) for order in rows.orders))
    readings = tuple(tuple(itertools.chain(*one)) for one in products)
    return Wanted(needs, readings, allowed=rows.around, orders=rows.numbers)


def _status(rows: Rows) -> Wanted:
    return _facts(rows, lambda order: [(Expected("status", order.order_id),)])


def _price(rows: Rows) -> Wanted:
    def each(order: Order) -> list[Reading]:
        # "What did I pay for the mug?" is its price or the order's total; of a number it is the total.
        item = [(Expected("item price", order.order_id, rows.asked.item),)] if rows.asked.item else []
        return [(Expected("total", order.order_id),), *item]

    return _facts(rows, each, dated=True)


def _dates(rows: Rows) -> Wanted:
    ordered, arrives = senses.ORDERED.search(rows.text), senses.ARRIVAL.search(rows.text)
    kinds = ("ordered",) if ordered and not arrives else ("arrival",) if arrives and not ordered else ()
    if senses.SHIPPED.search(rows.text) and not arrives:
        # The rows have no day of dispatch: the last stop or what is known of the delivery is all that can be said.
        kinds = ("last stop", "arrival", "status")
    return _facts(rows, lambda order: _any_of(order, kinds or ("ordered", "arrival")))


def _any_of(order: Order, kinds: Sequence[str]) -> list[Reading]:
    return [(Expected(kind, order.order_id),) for kind in kinds]


def _delivery(rows: Rows) -> Wanted:
    def each(order: Order) -> list[Reading]:
        unsent = [(Expected("status", order.order_id),)] if not order.stops else []
        facts: list[Reading] = []
        for words, kinds in (
            (senses.TRACKING, ("tracking",)),
            (senses.CARRIER, ("carrier",)),
            (senses.PLACE, ("last stop", *(("status",) if order.status == "Delivered" else ()))),
        ):
            if words.search(rows.text):
                facts = [(*a, *b) for a in facts or [()] for b in _any_of(order, kinds)]
        if not facts and senses.TRACK.search(rows.text):
            facts = _any_of(order, ("tracking", "last stop"))
        # Of what has not been sent there is no parcel to tell of: that it is being processed answers it.
        return [*(facts or _any_of(order, ("carrier", "tracking", "last stop", "arrival"))), *unsent]

    found = _facts(rows, each)
    if not rows.orders:
        return found
    tracks = tuple((Call("track_shipment", order_id=order.order_id),) for order in rows.orders if order.stops)
    return Wanted(tracks or found.needs, found.readings, allowed=rows.around, orders=rows.numbers)


def _two_orders(rows: Rows) -> Wanted:
    if senses.COMPARES_PRICES.search(rows.text):
        return _facts(rows, lambda order: _any_of(order, ("total",)), dated=True)
    if senses.ORDERED.search(rows.text) and not senses.ARRIVAL.search(rows.text):
        return _facts(rows, lambda order: _any_of(order, ("ordered", "status")))
    return _facts(rows, lambda order: _any_of(order, ("status", "arrival")))


def _history(
    rows: Rows, *readings: Reading, ways: tuple[Way, ...] = (), searched: Sequence[str] = (), orders: Sequence[str] = ()
) -> Wanted:
    searches = tuple(Call("search_orders", words=status) for status in searched)
    return Wanted(((HISTORY, *searches),), readings, ways, (*rows.around_all(), *searches), tuple(orders))


def _count(rows: Rows) -> Wanted:
    orders = [order for order in rows.customer.orders if senses.within(order, senses.period(rows.text))]
    if len(orders) < len(rows.customer.orders):
        return _history(rows, (Expected("number", str(len(orders))),))
    asked = senses.statuses(rows.text)
    counts = [sum(rows.customer.counts[status] for status in reading) for reading in asked]
    said = [(Expected("number", str(count)),) for count in counts]
    # Each status counted, as a summary does, answers it too; so does "none" where there is none.
    summed = [tuple(Expected("count", s) for s in reading if rows.customer.counts[s]) for reading in asked]
    none = [(Expected("none", reading[0]),) for reading, count in zip(asked, counts, strict=True) if not count]
    return _history(
        rows, *(said or [(Expected("count", "all"),)]), *filter(None, summed), *none, searched=_words(asked)
    )


def _words(readings: Sequence[Sequence[str]]) -> list[str]:
    return sorted({status for reading in readings for status in reading})


def _by_status(rows: Rows) -> Wanted:
    readings: list[Reading] = []
    asked = senses.statuses(rows.text)
    for statuses in asked or [(status,) for status in STATUSES]:
        chosen = [order.order_id for order in rows.customer.orders if order.status in statuses]
        readings.append(tuple(Expected("status", number) for number in chosen) or (Expected("none", statuses[0]),))
        if senses.WHETHER.search(rows.text):
            readings.append(tuple(Expected("count", status) for status in statuses if rows.customer.counts[status]))
    return _history(rows, *filter(None, readings), searched=_words(asked))


def _all_orders(rows: Rows) -> Wanted:
    listed = tuple(Expected("status", order.order_id) for order in rows.customer.listed)
    numbers = [order.order_id for order in rows.customer.listed]
    return _history(rows, listed, orders=numbers)


def _one_of_all(rows: Rows, kind: str, orders: Sequence[Order]) -> Wanted:
    return _history(rows, *((Expected(kind, order.order_id),) for order in orders))


def _newest(rows: Rows) -> Wanted:
    day = rows.customer.orders[0].ordered_on
    found = [order for order in rows.customer.orders if order.ordered_on == day]
    if not senses.HOW_IT_IS.search(rows.text):
        return _one_of_all(rows, "newest", found)
    return _history(rows, *((Expected("newest", o.order_id), Expected("status", o.order_id)) for o in found))


def _dearest(rows: Rows) -> Wanted:
    orders = [order for order in rows.customer.orders if senses.within(order, senses.period(rows.text))]
    cents = max((order.total_cents for order in orders), default=0)
    return _one_of_all(rows, "dearest", [order for order in orders if order.total_cents == cents])


def _cheapest(rows: Rows) -> Wanted:
    # Whether a cancelled order is one's cheapest can be seen in two ways.
    found = [min(some, key=lambda order: order.total_cents) for some in (kept(rows.customer), rows.customer.orders)]
    return _one_of_all(rows, "cheapest", found)


def _first_to_arrive(rows: Rows) -> Wanted:
    return _one_of_all(rows, "next", next_orders(rows.customer))


def _spent(rows: Rows) -> Wanted:
    sums = periods(rows.customer)[senses.period(rows.text)][:2]
    return _history(rows, *((Expected("spent", str(one.cents)),) for one in sums))


def _contents(rows: Rows) -> Wanted:
    def each(order: Order) -> list[Reading]:
        listed = tuple(Expected("item", order.order_id, item.name) for item in order.items)
        if not senses.HOW_MANY.search(rows.text):
            return [listed]
        counts = {len(order.items), sum(item.quantity for item in order.items)}
        return [listed, *((Expected("number", str(count)),) for count in sorted(counts))]

    return _facts(rows, each)


TABLE: Mapping[str, Callable[[Rows], Wanted]] = {
    "status_by_name": _status,
    "status_by_number": _status,
    "price": _price,
    "dates": _dates,
    "delivery": _delivery,
    "two_orders": _two_orders,
    "count": _count,
    "newest": _newest,
    "dearest": _dearest,
    "all_orders": _all_orders,
    "by_status": _by_status,
    "contents": _contents,
    "spent_total": _spent,
    "cheapest": _cheapest,
    "first_to_arrive": _first_to_arrive,
}
"""By the kinds of question about orders."""
