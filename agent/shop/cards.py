"""Which facts of a turn's data stand under its answer, and how: the orders and products that the answer speaks of.

They are taken from the results that the answer rests on, never from the answer's own words: those only say which
of the records is meant.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import ValidationError

from agent.shop.contents import money
from agent.shop.records import (
    Change,
    Handover,
    HelpArticle,
    HelpFound,
    Order,
    OrderDetails,
    OrderHistory,
    OrderMatches,
    Product,
    ProductDetails,
    Row,
    Shipment,
)
from headstart.world.cards import Card, Line, Shown, Table

AS_A_TABLE = 2
"""More orders than this are a table."""
EVENTS = 6
"""Steps of a parcel that are listed, the newest."""
RECORDS: dict[str, type[Row]] = {
    kind.__name__: kind
    for kind in (
        OrderHistory,
        OrderMatches,
        OrderDetails,
        Shipment,
        ProductDetails,
        Change,
        HelpFound,
        Handover,
    )
}


@dataclass(frozen=True, slots=True)
class Orders:
    """Several orders, one a line."""

    orders: tuple[Order, ...]


Single: TypeAlias = Order | Shipment | Product | Change | HelpArticle | Handover
Fact: TypeAlias = Single | Orders


def cards(answer: str, found: Sequence[tuple[str, Any]]) -> list[Shown]:
    """The cards under an answer."""
    return [shown(fact) for fact in told_of(answer, found)]


def told_of(answer: str, found: Sequence[tuple[str, Any]]) -> list[Fact]:
    """What to show under an answer, in the order of the results that it rests on: pairs of kind and data."""
    rows = [row for kind, data in found if (row := _row(kind, data)) is not None]
    known = [fact for row in rows for fact in _single(row)]
    single = _one_each([fact for fact in known if _is_told(fact, answer)], answer)
    shown = {fact.order_id for fact in single if isinstance(fact, Order | Shipment | Change)}
    listed = {order.order_id: order for row in rows for order in _listed(row) if order.order_id not in shown}
    meant = [order for order in listed.values() if _is_told(order, answer)]
    if not meant and not single:
        single = _one_each(known, answer)
        meant = [] if single else list(listed.values())
    facts: list[Fact] = [*meant, *single] if len(meant) <= AS_A_TABLE else [Orders(tuple(meant)), *single]
    return facts


def _row(record: str, data: object) -> Row | None:
    kind = RECORDS.get(record)
    try:
        return kind.model_validate(data) if kind else None
    except ValidationError:
        return None  # A checkpoint of an older version: the answer stands without its card.


def _single(row: Row) -> Iterator[Single]:
    match row:
        case Shipment(order=Order()) | Change() | Handover(ticket=int()):
            yield row
        case HelpFound(articles=(HelpArticle() as article, *_)):
            yield article
        case OrderDetails(order=Order() as order):
            yield order
        case ProductDetails(product=Product() as product):
            yield product
        case _:
            return


def _one_each(facts: Sequence[Single], answer: str) -> list[Single]:
    """One of each order and product: what was done to it, else its parcel, or its price where one is told."""
    by_subject: dict[str, Single] = {}
    for fact in facts:
        subject = _subject(fact)
        before = by_subject.get(subject)
        if before is None or _weight(fact, answer) >= _weight(before, answer):
            by_subject[subject] = fact
    return list(by_subject.values())


def _subject(fact: Single) -> str:
    match fact:
        case Product():
            return fact.product_id
        case HelpArticle():
            return fact.name
        case Handover():
            return f"ticket {fact.ticket}"
        case _:
            return fact.order_id


def _weight(fact: Single, answer: str) -> int:
    if isinstance(fact, Change):
        return 2
    return int(isinstance(fact, Order) == ("$" in answer))


def _listed(row: Row) -> Iterator[Order]:
    if isinstance(row, OrderHistory | OrderMatches):
        yield from row.orders


def _is_told(fact: Single, answer: str) -> bool:
    match fact:
        case Product():
            number, items = fact.product_id, [fact.name]
        case Order():
            number, items = fact.order_id, [item.item for item in fact.items]
        case Shipment():
            number, items = fact.order_id, [item.item for item in (fact.order.items if fact.order else ())]
        case HelpArticle():
            return fact.title in answer
        case Handover():
            return fact.message in answer
        case Change():
            return True
    said = answer.casefold()
    return bool(re.search(rf"\b{re.escape(number)}\b", answer)) or any(item.casefold() in said for item in items)


def shown(fact: Fact) -> Shown:
    """One fact as the screen shows it."""
    match fact:
        case Orders():
            return _table(fact.orders)
        case Order():
            return Card(f"{fact.order_id} · {fact.status}", _order(fact), about_order(fact.order_id))
        case Product():
            return Card(fact.name, _product(fact), f"About the {fact.name}: ")
        case HelpArticle():
            # Its first paragraph stands in the answer above.
            return Card(fact.title, tuple(fact.text.split("\n\n")[1:]), f"About “{fact.title}”: ")
        case Handover():
            return Card(f"ticket {fact.ticket} · open", (fact.reason,), "")
        case Change():
            title = f"{fact.order_id or 'your account'} · {'changed' if fact.done else 'not changed'}"
            ask = about_order(fact.order_id) if fact.order_id else ""
            return Card(title, (_change(fact.before, fact.after, fact.message),), ask)
        case _:
            status = fact.order.status if fact.order else ""
            return Card(f"{fact.order_id} · {status}", _shipment(fact), about_order(fact.order_id))


def about_order(order_id: str) -> str:
    """How a question about an order begins."""
    return f"About order {order_id}: "


def items(order: Order) -> str:
    """`Smart Coffee Mug`, `2 × Lid and 3 more`."""
    first = order.items[0]
    named = first.item if first.quantity == 1 else f"{first.quantity} × {first.item}"
    return named if len(order.items) == 1 else f"{named} and {len(order.items) - 1} more"


def when(order: Order) -> str:
    """The one date that matters most."""
    if order.delivered_on:
        return f"delivered {order.delivered_on}"
    return f"expected {order.eta}" if order.eta else f"ordered {order.ordered_on}"


def _table(orders: Sequence[Order]) -> Table:
    return Table(
        columns=("order", "item", "status", "when", "total"),
        rows=tuple((o.order_id, items(o), str(o.status), when(o), money(o.total_cents)) for o in orders),
        ask=tuple(about_order(order.order_id) for order in orders),
        elastic=1,
        expendable=3,  # The status says most of it.
        right=(4,),
    )


def _order(order: Order) -> tuple[Line, ...]:
    lines: list[Line] = [
        (f"{item.quantity} × {item.item}", (f"  {money(item.unit_price_cents)}", "dim")) for item in order.items
    ]
    dates = [f"ordered {order.ordered_on}"]
    if order.delivered_on or order.eta:
        dates.append(when(order))
    lines.append(((" · ".join(dates), "dim"), (f" · {money(order.total_cents)} in all", "bold")))
    return tuple(lines)


def _shipment(shipment: Shipment) -> tuple[Line, ...]:
    order = shipment.order
    assert order is not None
    carrier = " ".join(part for part in (order.carrier, order.tracking_number) if part) or "not handed over yet"
    lines: list[Line] = [(items(order), (f" · {carrier}", "dim"), (f" · {when(order)}", "dim"))]
    for number, event in enumerate(shipment.events[:EVENTS]):
        at = (f"{event.at:%Y-%m-%d %H:%M}  ", "dim")
        name = (event.event, "bold") if number == 0 else event.event
        lines.append((f"{'●' if number == 0 else '○'} ", at, name, (f", {event.place}", "dim")))
    left = len(shipment.events) - EVENTS
    return tuple([*lines, [(f"  {left} earlier", "dim")]] if left > 0 else lines)


def _product(product: Product) -> tuple[Line, ...]:
    stock = "✓ in stock" if product.in_stock else "✗ out of stock"
    first: Line = ((money(product.price_cents), "bold"), (f" · {stock} · {product.product_id}", "dim"))
    return first, product.description


def _change(before: str | None, after: str | None, message: str) -> str:
    return f"{before or '–'} → {after or '–'}" if before is not None or after is not None else message
