"""The shop's rules for changes: who may cancel, return and redirect what, and how a refusal is put.

Every function answers with None (go ahead) or with the one sentence that the customer is told. They look at an
order and nothing else, so that a rule can be read, tested and changed without the database.
"""

import re
from collections.abc import Collection, Sequence
from datetime import date, timedelta

from agent.shop.contents import item_names, joined, named
from agent.shop.records import Account, Item, LastChange, Order, Product, Status
from agent.shop.terms import terms

RETURN_DAYS = 30
"""How many days after the delivery an item may go back."""
ADDRESS_LENGTH = 200
"""Characters of the longest address that fits a label."""
UNDO_MINUTES = 60
"""How long a change may be taken back."""


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


def default_address_refusal(account: Account, address: str) -> str | None:
    """An address must fit a label, and be another one."""
    if not 0 < len(address) <= ADDRESS_LENGTH:
        return f"Please give your new address in at most {ADDRESS_LENGTH} characters."
    if address.casefold() == account.address.casefold():
        return f"Your address is {account.address.rstrip('.')} already."
    return None


def removal_refusal(order: Order, items: Sequence[Item], count: int = 0) -> str | None:
    """Only from what has not shipped, one item at a time, and never all that is left; `count` of it, 0 for all."""
    if not not_yet_shipped(order):
        return f"{named(order)} {_happened(order)}, so nothing can be taken out of it any more."
    if len(items) != 1:
        return _which_item(order, "take out")
    if len(order.items) == 1 and not 0 < count < order.items[0].quantity:
        return f"{named(order)} holds nothing else: cancel the order if you don't want it."
    return None


def exchange_refusal(order: Order, items: Sequence[Item], registered: Collection[int], today: date) -> str | None:
    """What has not shipped or may be returned, one item at a time."""
    if not not_yet_shipped(order) and (refusal := _too_late(order, "exchanged", today)):
        return refusal
    return _which_item(order, "exchange") if len(items) != 1 else _registered(order, items, registered)


def undo_refusal(last: LastChange, order: Order | None, *, moved: bool) -> str | None:
    """Only while the order is as the change has left it, and a return not yet on its way through the shop."""
    if last.before.order is None:
        return None
    if order is None or moved:
        return f"What you changed of {last.order_id} has gone on since, so it can no longer be undone."
    expected = Status.CANCELLED if last.action == "cancel_order" else last.before.order.status
    if order.status is not expected or order.tracking_number != last.before.order.tracking_number:
        return f"{named(order)} {_happened(order)} since, so your change can no longer be undone."
    return None


NOTHING_TO_UNDO = "There is nothing to undo: you have changed nothing in the last hour."


def return_refusal(order: Order, items: Sequence[Item], registered: Collection[int], today: date) -> str | None:
    """Only delivered items, only within `RETURN_DAYS`, each once.

    `items` is what `items_meant` found, `registered` are the lines that already have a return.
    """
    if refusal := _too_late(order, "returned", today):
        return refusal
    return _registered(order, items, registered) if items else _which_item(order, "return")


def _too_late(order: Order, done: str, today: date) -> str | None:
    """Why nothing of an order can be `done`, returned or exchanged, by where it is and since when."""
    if order.status is not Status.DELIVERED:
        return f"{named(order)} {_happened(order)}, so it cannot be {done}."
    if order.delivered_on is None:
        return f"{named(order)} has no delivery date on record, so it cannot be {done} here."
    if today - order.delivered_on > timedelta(days=RETURN_DAYS):
        since = f"was delivered on {order.delivered_on}, more than {RETURN_DAYS} days ago"
        return f"{named(order)} {since}, so it can no longer be {done}."
    return None


def _registered(order: Order, items: Sequence[Item], registered: Collection[int]) -> str | None:
    again = [item.item for item in items if item.line in registered]
    return f"A return for {joined(again)} ({order.order_id}) is already registered." if again else None


def _which_item(order: Order, to: str) -> str:
    return f"Please name one item of {order.order_id} to {to}: it holds {item_names(order)}."


def possible(action: str, order: Order, today: date) -> bool:
    """Whether the rules allow this change, as far as the order alone tells; an item may have its return already."""
    match action:
        case "cancel_order" | "change_address" | "remove_item":
            return not_yet_shipped(order)
        case "exchange_item":
            return not_yet_shipped(order) or possible("request_return", order, today)
        case "request_return":
            return return_refusal(order, order.items[:1], (), today) is None
        case _:
            return False


CHANGEABLE: dict[str, frozenset[Status]] = {
    "cancel_order": frozenset({Status.PROCESSING, Status.DELAYED}),
    "change_address": frozenset({Status.PROCESSING, Status.DELAYED}),
    "request_return": frozenset({Status.DELIVERED}),
    "remove_item": frozenset({Status.PROCESSING, Status.DELAYED}),
    "exchange_item": frozenset({Status.PROCESSING, Status.DELAYED, Status.DELIVERED}),
}
"""The statuses outside of which a change is never possible, where no more is known of an order."""

NONE_POSSIBLE: dict[str, str] = {
    "cancel_order": "None of your orders can be cancelled any more: only what has not shipped can be.",
    "change_address": "None of your orders can go to another address any more: only what has not shipped can.",
    "request_return": f"Nothing can be returned now: only what was delivered in the last {RETURN_DAYS} days can.",
    "remove_item": "Nothing can be taken out of your orders any more: only what has not shipped can be changed.",
    "exchange_item": f"Nothing can be exchanged now: only what has not shipped or came within {RETURN_DAYS} days can.",
}

WHICH: dict[str, str] = {
    "cancel_order": "Which order would you like to cancel?",
    "change_address": "Which order should go to another address?",
    "request_return": "Which item would you like to return?",
    "remove_item": "Which order is it about?",
    "exchange_item": "Which item would you like to exchange?",
}

EVERYTHING = re.compile(r"\b(?:all|both|every(?:thing)?|each|whole|entire|lot)\b", re.IGNORECASE)
_APART = re.compile(r"\s*(?:,|;|&|\+|\band\b|\bplus\b)\s*", re.IGNORECASE)


SIZES = {"s": "small", "m": "medium", "l": "large"}
"""What a size is called that is a letter."""


def items_meant(order: Order, text: str, registered: Collection[int] = ()) -> tuple[Item, ...]:
    """The items of the order that the text names, loosely: one, several, or all that have no return yet.

    Empty where it names none, or where more than one fits and nobody knows which.
    """
    if (one := item_meant(order, text)) is not None:
        return (one,)
    named = [item_meant(order, part) for part in _APART.split(text) if terms(part)]
    if named and all(named):
        return tuple(dict.fromkeys(item for item in named if item))
    if EVERYTHING.search(text):
        return tuple(item for item in order.items if item.line not in registered) or order.items
    return ()


def item_meant(order: Order, text: str) -> Item | None:
    """The one item of the order that the text names, loosely; None when no item or more than one fits."""
    asked = terms(text)
    exact = [item for item in order.items if terms(item.item) == asked or item.product_id.casefold() in asked]
    fitting = exact or [item for item in order.items if _fits(asked, item)]
    return fitting[0] if len(fitting) == 1 else None


def version_meant(item: Item, versions: Sequence[Product], wanted: str) -> Product | None:
    """The version of an item that is wanted; where words do not tell, the only one that can be had.

    What tells is what stands in its name beside the item's: `black`, `44` of `size 44`, `4 TB`.
    """
    heard = _words(wanted)
    heard |= {letter for letter, word in SIZES.items() if word in heard}
    own = [(version, _words(version.name) - _words(item.item) - {"size"}) for version in versions]
    if told := [version for version, words in own if words and words <= heard]:
        return told[0] if len(told) == 1 and told[0].in_stock else None
    there = [version for version in versions if version.in_stock]
    return there[0] if len(there) == 1 else None


def _words(text: str) -> set[str]:
    """The words that tell one version from another: also a single letter or digit, and `4tb` as `4 tb`."""
    return set(re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+(?:[.,]\d+)?", text.casefold()))


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
