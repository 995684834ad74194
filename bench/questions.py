"""What is asked of every lane, and what an answer must state to count as right."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.shop.orders import OrderStore
from agent.shop.records import Order

FIRST = "Hi, can you tell me the status of my recent orders?"
SECOND = "What is the tracking number of my {item}?"
"""No order history holds a tracking number: every lane has to look it up."""
MOST_ORDERS = 4


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the facts of its answer."""

    text: str
    facts: tuple[tuple[str, ...], ...]
    """Words that must stand together on one line of the answer, fact by fact."""

    def is_answered_by(self, answer: str) -> bool:
        """Whether the answer states every fact."""
        lines = [line.lower() for line in re.split(r"\n|(?<=[a-z])\. ", answer)]
        return all(any(all(word.lower() in line for word in fact) for line in lines) for fact in self.facts)


async def sample_customers(store: OrderStore, count: int) -> list[str]:
    """Demo customers with 2 to 4 orders whose items differ, one of them with a parcel; user123 first."""
    found: list[str] = []
    for number in range(123, 373):
        if len(found) == count:
            break
        name = f"user{number}"
        orders = (await store.get_order_history(name)).value.orders
        items = [item.item for order in orders for item in order.items]
        fits = 2 <= len(orders) <= MOST_ORDERS and len(set(items)) == len(items) and _with_parcel(orders) is not None
        if fits:
            found.append(name)
    return found


async def two_questions(store: OrderStore, customer_id: str) -> list[Question]:
    """The notebook's question, then one that calls for another lookup."""
    orders = (await store.get_order_history(customer_id)).value.orders
    order = _with_parcel(orders)
    assert order is not None, f"expected an order with a parcel for {customer_id}, found none"
    statuses = tuple((each.order_id, each.status.value) for each in orders)
    return [
        Question(FIRST, statuses),
        Question(SECOND.format(item=order.items[0].item.lower()), ((order.tracking_number or "",),)),
    ]


def _with_parcel(orders: Sequence[Order]) -> Order | None:
    """The newest order that has a tracking number."""
    return next((order for order in orders if order.tracking_number), None)
