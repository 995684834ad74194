"""The shop's rules for changes: who may cancel, return and redirect what, and how a refusal is put.

Every function answers with None (go ahead) or with the one sentence that the customer is told. They look at an
order and nothing else, so that a rule can be read, tested and changed without the database.
"""

from collections.abc import Collection
from datetime import date, timedelta

from agent.shop.contents import item_names, named
from agent.shop.records import Item, Order, Status
from agent.shop.terms import terms

RETURN_DAYS = 30
"""How many days after the delivery an item may go back."""
ADDRESS_LENGTH = 200
"""Characters of the longest address that fits a label."""


def not_yet_shipped(order: Order) -> bool:
    """Whether the parcel is still in the warehouse; a delayed order is, as long as it has no tracking number."""
    return order.status is Status.PROCESSING or (order.status is Status.DELAYED and order.tracking_number is None)


def cancel_refusal(order: Order) -> str | None:
    """Only what has not shipped can be cancelled."""
    if not_yet_shipped(order):
        return None
    if order.status is Status.CANCELLED:
        return f"{named(order)} is already cancelled."
    return f"{named(order)} {_happened(order)}, so it can no longer be cancelled."


def address_refusal(order: Order, address: str) -> str | None:
    """Only what has not shipped can be sent elsewhere."""
    if not not_yet_shipped(order):
        return f"{named(order)} {_happened(order)}, so its address can no longer be changed."
    if not 0 < len(address) <= ADDRESS_LENGTH:
        return f"Please give the new address for {order.order_id} in at most {ADDRESS_LENGTH} characters."
    return None


def return_refusal(order: Order, item: Item | None, registered: Collection[int], today: date) -> str | None:
    """Only delivered items, only within `RETURN_DAYS`, each once.

    `item` is what `item_meant` found, `registered` are the lines that already have a return.
    """
    if order.status is not Status.DELIVERED:
        return f"{named(order)} {_happened(order)}, so it cannot be returned."
    if order.delivered_on is None:
        return f"{named(order)} has no delivery date on record, so it cannot be returned here."
    if today - order.delivered_on > timedelta(days=RETURN_DAYS):
        since = f"was delivered on {order.delivered_on}, more than {RETURN_DAYS} days ago"
        return f"{named(order)} {since}, so it can no longer be returned."
    if item is None:
        return f"Please name one item of {order.order_id} to return: it holds {item_names(order)}."
    if item.line in registered:
        return f"A return for {item.item} ({order.order_id}) is already registered."
    return None


def possible(action: str, order: Order, today: date) -> bool:
    """Whether the rules allow this change, as far as the order alone tells; an item may have its return already."""
    match action:
        case "cancel_order" | "change_address":
            return not_yet_shipped(order)
        case "request_return":
            return return_refusal(order, order.items[0], (), today) is None
        case _:
            return False


CHANGEABLE: dict[str, frozenset[Status]] = {
    "cancel_order": frozenset({Status.PROCESSING, Status.DELAYED}),
    "change_address": frozenset({Status.PROCESSING, Status.DELAYED}),
    "request_return": frozenset({Status.DELIVERED}),
}
"""The statuses outside of which a change is never possible, where no more is known of an order."""

NONE_POSSIBLE: dict[str, str] = {
    "cancel_order": "None of your orders can be cancelled any more: only what has not shipped can be.",
    "change_address": "None of your orders can go to another address any more: only what has not shipped can.",
    "request_return": f"Nothing can be returned now: only what was delivered in the last {RETURN_DAYS} days can.",
}

WHICH: dict[str, str] = {
    "cancel_order": "Which order would you like to cancel?",
    "change_address": "Which order should go to another address?",
    "request_return": "Which item would you like to return?",
}


def item_meant(order: Order, text: str) -> Item | None:
    """The one item of the order that the text names, loosely; None when no item or more than one fits."""
    asked = terms(text)
    exact = [item for item in order.items if terms(item.item) == asked or item.product_id.casefold() in asked]
    fitting = exact or [item for item in order.items if _fits(asked, item)]
    return fitting[0] if len(fitting) == 1 else None


def _fits(asked: tuple[str, ...], item: Item) -> bool:
    # "the mug" names the Smart Coffee Mug, and so does "Smart Coffee Mug (B456), the blue one".
    name = terms(item.item)
    return bool(asked) and (set(asked) <= set(name) or set(name) <= set(asked))


def _happened(order: Order) -> str:
    match order.status:
        case Status.PROCESSING:
            return "is still processing"
        case Status.SHIPPED:
            return "has shipped"
        case Status.OUT_FOR_DELIVERY:
            return "is out for delivery"
        case Status.DELIVERED:
            return "was delivered"
        case Status.DELAYED:
            return "is delayed on its way" if order.tracking_number else "is delayed"
        case Status.CANCELLED:
            return "was cancelled"
        case Status.RETURNED:
            return "was returned"
