"""Which facts of a turn's data stand under its answer: the orders and products that the answer speaks of.

They are taken from the results that the answer rests on, never from the answer's own words: those only say which
of the records is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pydantic import ValidationError

from agent.shop.records import (
    Change,
    Order,
    OrderDetails,
    OrderHistory,
    OrderMatches,
    Product,
    ProductDetails,
    Row,
    Shipment,
)

if TYPE_CHECKING:
    from agent.events import ToolUse, TurnResult

CARDS = 2
"""More orders than this are a table."""
RECORDS: dict[str, type[Row]] = {
    kind.__name__: kind for kind in (OrderHistory, OrderMatches, OrderDetails, Shipment, ProductDetails, Change)
}


@dataclass(frozen=True, slots=True)
class Orders:
    """Several orders, one a line."""

    orders: tuple[Order, ...]


Fact: TypeAlias = Order | Shipment | Product | Change | Orders


def facts_of(result: TurnResult) -> list[Fact]:
    """What to show, in the order of the sources; nothing for an answer without facts."""
    if result.ended != "answered":
        return []
    rows = [row for use in result.tool_calls if use.used and (row := _row(use)) is not None]
    single = [fact for row in rows for fact in _single(row)]
    shown = {fact.order_id for fact in single if isinstance(fact, Order | Shipment)}
    listed = {order.order_id: order for row in rows for order in _listed(row) if order.order_id not in shown}
    meant = [order for order in listed.values() if _is_meant(order, result.answer)]
    if not meant and not single:
        meant = list(listed.values())
    facts: list[Fact] = [*meant, *single] if len(meant) <= CARDS else [Orders(tuple(meant)), *single]
    return facts


def _row(use: ToolUse) -> Row | None:
    kind = RECORDS.get(use.record)
    try:
        return kind.model_validate(use.data) if kind else None
    except ValidationError:
        return None  # A checkpoint of an older version: the answer stands without its card.


def _single(row: Row) -> Iterator[Order | Shipment | Product | Change]:
    match row:
        case Shipment(order=Order()) | Change():
            yield row
        case OrderDetails(order=Order() as order):
            yield order
        case ProductDetails(product=Product() as product):
            yield product
        case _:
            return


def _listed(row: Row) -> Iterator[Order]:
    if isinstance(row, OrderHistory | OrderMatches):
        yield from row.orders


def _is_meant(order: Order, answer: str) -> bool:
    if re.search(rf"\b{re.escape(order.order_id)}\b", answer):
        return True
    said = answer.casefold()
    return any(item.item.casefold() in said for item in order.items)
