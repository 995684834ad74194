"""What the model reads of a tool's result: one record a line, in sentences that an answer can quote.

A small model copies well and counts badly. So every record begins with the order's number and holds
it once more behind the item's name: looked up by number or by name, the answer lies ahead of the
place where the question's words were found, and can be copied forward from there. Aggregates come as
finished sentences. Prompt lookup then finds whole answers in the prompt.

The embedded model's adapter is trained on these formats: a change here changes the fingerprint
(`agent/prompts.py`) and calls for new training.
"""

from collections.abc import Sequence
from datetime import date

from agent.shop.records import (
    Account,
    Change,
    Item,
    Order,
    OrderDetails,
    OrderHistory,
    OrderMatches,
    ProductDetails,
    Shipment,
    Status,
)


def money(cents: int) -> str:
    """`129900` → `$1,299.00`."""
    return f"${cents // 100:,}.{cents % 100:02d}"


def joined(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def item_names(order: Order) -> str:
    """The order's items as one name: `Yoga Mat`, `Yoga Mat and 2 x Desk Lamp`."""
    return joined([item.item if item.quantity == 1 else f"{item.quantity} x {item.item}" for item in order.items])


def status_phrase(order: Order) -> str:
    """The order's status as the predicate of a sentence, with the date that goes with it."""
    expected = f", expected by {order.eta}" if order.eta else ""
    match order.status:
        case Status.PROCESSING:
            return f"is processing{expected}"
        case Status.SHIPPED:
            return f"has shipped{expected}"
        case Status.OUT_FOR_DELIVERY:
            return f"is out for delivery{expected}"
        case Status.DELIVERED:
            return f"was delivered on {order.delivered_on}" if order.delivered_on else "was delivered"
        case Status.DELAYED:
            return f"is delayed{expected}"
        case Status.CANCELLED:
            return "was cancelled"
        case Status.RETURNED:
            return "was returned"


def named(order: Order) -> str:
    """`Smart Coffee Mug (B456)`."""
    return f"{item_names(order)} ({order.order_id})"


def order_status(order: Order) -> str:
    """`Smart Coffee Mug (B456) was delivered on 2026-11-02.`"""
    return f"{named(order)} {status_phrase(order)}."


def ordered(order: Order) -> str:
    """`Ordered on 2026-10-28 for $39.90.`"""
    return f"Ordered on {order.ordered_on} for {money(order.total_cents)}."


def order_line(order: Order) -> str:
    """The record of one order on one line, to be quoted whole whatever was asked of it."""
    return f"{order.order_id}: {order_status(order)} {ordered(order)}"


def plural(count: int, noun: str) -> str:
    """`1 order`, `2 orders`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def history_summary(history: OrderHistory) -> str:
    """`You have 3 orders: 1 shipped and 2 delivered.`"""
    counts = joined([f"{count} {status.value.lower()}" for status, count in history.count_by_status.items()])
    return f"You have {plural(history.count, 'order')}: {counts}."


NO_ORDERS = "You have no orders yet."


def newest(order: Order) -> str:
    """The sentence about the newest order."""
    return f"Your newest order is {named(order)}, ordered on {order.ordered_on}."


def dearest(order: Order) -> str:
    """The sentence about the order with the highest total."""
    return f"Your most expensive order is {named(order)}, {money(order.total_cents)}."


def order_history(history: OrderHistory) -> str:
    """The content of `get_order_history`."""
    if not history.orders:
        return NO_ORDERS
    lines = [history_summary(history), newest(history.orders[0])]
    if history.dearest:
        lines.append(dearest(history.dearest))
    if history.count > len(history.orders):
        lines.append(f"These are the newest {len(history.orders)}:")
    return "\n".join([*lines, *map(order_line, history.orders)])


def order_matches(matches: OrderMatches) -> str:
    """The content of `search_orders`."""
    if not matches.orders:
        return f'None of your orders matches "{matches.text}".'
    listed = "" if matches.count == len(matches.orders) else f" These are the newest {len(matches.orders)}:"
    verb = "matches" if matches.count == 1 else "match"
    head = f'{plural(matches.count, "order")} {verb} "{matches.text}".{listed}'
    return "\n".join([head, *map(order_line, matches.orders)])


def no_such_order(order_id: str) -> str:
    """What every tool says of a number that is not among the customer's orders."""
    return f"There is no order {order_id} in your account."


def _item(item: Item) -> str:
    each = " each" if item.quantity > 1 else ""
    return f"{item.quantity} x {item.item} ({item.product_id}) at {money(item.unit_price_cents)}{each}"


def holding(order: Order) -> str:
    """`It holds 1 x Smart Coffee Mug (P102) at $39.90.`"""
    return f"It holds {joined([_item(item) for item in order.items])}."


def order_details(details: OrderDetails) -> str:
    """The content of `get_order`: all of it on one line, so that nothing has to be chosen."""
    order = details.order
    return no_such_order(details.order_id) if order is None else f"{order_line(order)} {holding(order)}"


def day(moment: date) -> str:
    """The calendar day of a moment, as the data writes it."""
    return moment.strftime("%Y-%m-%d")


def carriage(tracked: Shipment, order: Order) -> str:
    """`The carrier is NorthPost, tracking number NP1. Last stop on 2026-11-02: Delivered, Lyon.`"""
    if not tracked.events:
        return "It has not been handed to a carrier."
    last = tracked.events[0]
    where = f"Last stop on {day(last.at)}: {last.event}, {last.place}."
    if not order.carrier or not order.tracking_number:
        return where
    return f"The carrier is {order.carrier}, tracking number {order.tracking_number}. {where}"


def shipment(tracked: Shipment) -> str:
    """The content of `track_shipment`: what is known of the parcel on one line, then the stops before the last."""
    order = tracked.order
    if order is None:
        return no_such_order(tracked.order_id)
    before = [f"{day(event.at)}: {event.event}, {event.place}." for event in tracked.events[1:]]
    return "\n".join([f"{order.order_id}: {order_status(order)} {carriage(tracked, order)}", *before])


def product_details(details: ProductDetails) -> str:
    """The content of `get_product`."""
    product = details.product
    if product is None:
        return f"There is no product {details.product_id} in the shop."
    stock = "is in stock" if product.in_stock else "is out of stock"
    name = f"{product.name} ({product.product_id})"
    return f"{product.product_id}: {name} costs {money(product.price_cents)} and {stock}. {product.description}"


def account(customer: Account) -> str:
    """The content of `get_account`."""
    return (
        f"Your name is {customer.name}.\nYour email is {customer.email}.\nYour address is {customer.address}.\n"
        f"Your user name is {customer.customer_id}, customer since {day(customer.created_at)}."
    )


def cancelled(order: Order, *, done: bool) -> str:
    """What a cancellation has done; before it is `done`, what it will do: no model reads that."""
    return f"{named(order)} {'is now' if done else 'will be'} cancelled."


def return_registered(order: Order, item: Item, *, done: bool) -> str:
    """As `cancelled`, of a return."""
    return f"A return for {item.item} ({order.order_id}) {'is' if done else 'will be'} registered."


def goes_to(order: Order, address: str, *, done: bool) -> str:
    """As `cancelled`, of a new address; before it is done with the items, by which the customer knows the order."""
    goes = f"{order.order_id} now goes" if done else f"{named(order)} will go"
    return f"{goes} to {address.rstrip('.')}."


def change(result: Change) -> str:
    """The content of every write."""
    return result.message
