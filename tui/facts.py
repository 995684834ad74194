"""Which facts of a turn's data stand under its answer: the orders and products that the answer speaks of.

They are taken from the results that the answer rests on, never from the answer's own words: those only say which
of the records is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
from headstart.speculation.calls import Call

if TYPE_CHECKING:
    from agent.conversations import KeptTurn
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


Single: TypeAlias = Order | Shipment | Product | Change
Fact: TypeAlias = Single | Orders


def facts_of(result: TurnResult, earlier: Sequence[TurnResult] = ()) -> list[Fact]:
    """What to show, in the order of the sources; nothing for an answer without facts.

    An answer may rest on what an earlier turn looked up: `earlier` are the turns before it, oldest first.
    """
    if result.ended != "answered":
        return []
    return _facts(result.answer, [_row(use.record, use.data) for use in _rested_on(result, earlier)])


def facts_kept(turn: KeptTurn) -> list[Fact]:
    """The same of a kept turn: as it was when it was answered."""
    return _facts(turn.answer, [_row(str(found.get("record")), found.get("data")) for found in turn.facts])


def _facts(answer: str, found: Sequence[Row | None]) -> list[Fact]:
    rows = [row for row in found if row is not None]
    known = [fact for row in rows for fact in _single(row)]
    single = _one_each([fact for fact in known if _is_told(fact, answer)], answer)
    shown = {fact.order_id for fact in single if not isinstance(fact, Product)}
    listed = {order.order_id: order for row in rows for order in _listed(row) if order.order_id not in shown}
    meant = [order for order in listed.values() if _is_told(order, answer)]
    if not meant and not single:
        single = _one_each(known, answer)
        meant = [] if single else list(listed.values())
    facts: list[Fact] = [*meant, *single] if len(meant) <= CARDS else [Orders(tuple(meant)), *single]
    return facts


def _rested_on(result: TurnResult, earlier: Sequence[TurnResult]) -> list[ToolUse]:
    """This turn's calls that its answer rests on, then the newest results of those that earlier turns made."""
    own = [use for use in result.tool_calls if use.used]
    if not result.sources:
        return own
    missing = dict.fromkeys(result.sources)
    for use in own:
        missing.pop(_call(use), None)
    made = [use for turn in (*earlier, result) for use in turn.tool_calls if use.record not in ("", Change.__name__)]
    newest = {source: use for use in made if (source := _call(use)) in missing}
    return [*own, *newest.values()]


def _call(use: ToolUse) -> Call:
    return Call.of(use.name, use.arguments)


def _row(record: str, data: object) -> Row | None:
    kind = RECORDS.get(record)
    try:
        return kind.model_validate(data) if kind else None
    except ValidationError:
        return None  # A checkpoint of an older version: the answer stands without its card.


def _single(row: Row) -> Iterator[Single]:
    match row:
        case Shipment(order=Order()) | Change():
            yield row
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
        subject = fact.product_id if isinstance(fact, Product) else fact.order_id
        before = by_subject.get(subject)
        if before is None or _weight(fact, answer) >= _weight(before, answer):
            by_subject[subject] = fact
    return list(by_subject.values())


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
        case Change():
            return True
    said = answer.casefold()
    return bool(re.search(rf"\b{re.escape(number)}\b", answer)) or any(item.casefold() in said for item in items)
