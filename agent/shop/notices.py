"""What a customer is told of a change: before it is `done` what it will do, afterwards what it has done.

The model reads the sentences of the tools that it is shown; its adapter was taught on them.
"""

from collections.abc import Sequence

from agent.shop.contents import item_names, joined, money, named, order_status, plural
from agent.shop.records import Item, LastChange, Order, Product

VERSIONS = 8
"""So many versions are listed at most."""


def cancelled(order: Order, *, done: bool) -> str:
    """`Smart Coffee Mug (B456) is now cancelled.`"""
    return f"{named(order)} {'is now' if done else 'will be'} cancelled."


def return_registered(order: Order, items: Sequence[Item], *, done: bool) -> str:
    """`A return for Yoga Mat (B456) is registered.`"""
    what = joined([item.item for item in items])
    return f"A return for {what} ({order.order_id}) {'is' if done else 'will be'} registered."


def goes_to(order: Order, address: str, *, done: bool) -> str:
    """`C789 now goes to 12 Elm Street, Leeds.`; before with the items, by which the customer knows the order."""
    goes = f"{order.order_id} now goes" if done else f"{named(order)} will go"
    return f"{goes} to {address.rstrip('.')}."


def exchanged(order: Order, item: Item, new: Product, *, waits: bool, done: bool) -> str:
    """What comes in an item's place, and what that costs; `waits`: the order has not shipped."""
    verb = "is now" if done else "will be"
    paid = _difference((new.price_cents - item.unit_price_cents) * item.quantity, done=done)
    said = f"{item.item} ({order.order_id}) {verb} exchanged for {new.name}{paid}."
    if waits:
        return said
    leaves = "The new one leaves as soon as the old one has been handed to the carrier"
    return f"{said} {leaves}; the label {'is' if done else 'will be'} in your e-mail."


def _difference(cents: int, *, done: bool) -> str:
    if not cents:
        return ""
    if cents > 0:
        return f"; you {'pay' if done else 'will pay'} {money(cents)} more"
    return f"; you {'get' if done else 'will get'} {money(-cents)} back"


def which_version(order: Order, item: Item, versions: Sequence[Product]) -> str:
    """Why an exchange cannot begin: nobody knows for which version, or there is none to have."""
    there = [version for version in versions if version.in_stock]
    if not versions:
        return f"{item.item} ({order.order_id}) comes in no other version. You can return it and order another."
    if not there:
        gone = joined([version.name for version in versions[:VERSIONS]])
        return f"{gone} cannot be had at the moment, so {item.item} ({order.order_id}) cannot be exchanged."
    lines = [f"- {version.name}, {money(version.price_cents)}" for version in there[:VERSIONS]]
    return "\n".join([f"Which one would you like in the place of {item.item} ({order.order_id})?", *lines])


def removed(order: Order, item: Item, left: int, total_cents: int, *, done: bool) -> str:
    """What is out of an order, and what the rest comes to; `left` are the pieces that stay."""
    verb = "is" if done else "will be"
    out = f"{item.quantity - left} x {item.item}" if left or item.quantity > 1 else item.item
    comes = f"the order {'comes' if done else 'will come'} to {money(total_cents)}"
    return f"{out} {verb} taken out of {order.order_id}; {comes}."


def holds(order: Order) -> str:
    """What an order holds and comes to, before a change."""
    return f"{item_names(order)}, {money(order.total_cents)}"


def total(cents: int) -> str:
    """What an order comes to, after a change."""
    return f"{money(cents)} in all"


def address_changed(before: str, address: str, left: int, *, done: bool) -> str:
    """Where the customer lives now; `left` orders still go to the old address."""
    said = f"Your address {'is now' if done else 'will be'} {address.rstrip('.')}."
    if not left:
        return said
    goes = "goes" if left == 1 else "go"
    return f"{said} {plural(left, 'order')} placed before still {goes} to {before.rstrip('.')}."


def undone(last: LastChange, order: Order | None, *, more: bool, done: bool) -> str:
    """What an undo brings back; `more`: there is another change that may be undone."""
    again = " Say “undo that” once more for the change before it." if more and done else ""
    if last.before.address is not None:
        return f"Your address {'is' if done else 'will be'} {last.before.address.rstrip('.')} again.{again}"
    said = f"Your last change of {last.order_id} {'is' if done else 'will be'} undone"
    return f"{said}: {order_status(order)}{again}" if order and done else f"{said}.{again}"
