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
    HelpArticle,
    HelpFound,
    Item,
    Order,
    OrderDetails,
    OrderHistory,
    OrderMatches,
    ProductDetails,
    ReturnedItem,
    ReturnState,
    Shipment,
    Status,
)
from headstart.text import one_line


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
    """The content of `get_account`: four lines, whatever lines an address has in the database."""
    name, email, address = map(one_line, (customer.name, customer.email, customer.address))
    return (
        f"Your name is {name}.\nYour email is {email}.\nYour address is {address}.\n"
        f"Your user name is {customer.customer_id}, customer since {day(customer.created_at)}."
    )


def will_hand_over(reason: str) -> str:
    """What a customer confirms before a person is asked."""
    return f"A person gets this conversation: {reason.rstrip('.!? ')}."


def handed_over(ticket: int) -> str:
    """What happens next, once a person has been asked."""
    return (
        f"I have handed this over: your number is {ticket}. On working days a person answers within two hours; "
        "you will read it here, also if you sign in again later. I'm still here for anything else."
    )


NO_DESK = "Nobody can be asked from here: this shop's database has no tickets."
NO_ARTICLE = "No help article fits this."


def help_found(found: HelpFound) -> str:
    """The content of `search_help`: the article that fits best, its title with each paragraph, then other titles."""
    if not found.articles:
        return NO_ARTICLE
    best, others = found.articles[0], found.articles[1:]
    lines = [f"{best.title}: {paragraph}" for paragraph in best.text.split("\n\n")]
    return "\n".join([*lines, *([f"See also: {'; '.join(one.title for one in others)}."] if others else [])])


def help_answer(article: HelpArticle) -> str:
    """What of an article answers: its first paragraph."""
    return article.text.partition("\n\n")[0]


def spent(history: OrderHistory) -> str:
    """`You have spent $1,338.90 on 2 orders in all.`"""
    return (
        f"You have spent {money(history.spent_cents)} on {plural(history.bought, 'order')} in all{_without(history)}."
    )


def spent_in(history: OrderHistory, year: int) -> str:
    """`You have spent $39.90 in 2026.`"""
    return f"You have spent {money(history.spent_by_year.get(year, 0))} in {year}{_without(history)}."


def _without(history: OrderHistory) -> str:
    left_out = history.count - history.bought
    return ", without what was cancelled or returned" if left_out else ""


def cheapest(order: Order) -> str:
    """The sentence about the order with the lowest total."""
    return f"Your cheapest order is {named(order)}, {money(order.total_cents)}."


def oldest(order: Order) -> str:
    """The sentence about the first order."""
    return f"Your first order is {named(order)}, ordered on {order.ordered_on}."


def next_to_arrive(order: Order) -> str:
    """The sentence about what comes next."""
    return f"Your next delivery: {order_status(order)} {ordered(order)}"


def refund(returned: ReturnedItem) -> str:
    """Where the refund of a return stands."""
    what, amount = f"{returned.item} ({returned.order_id})", money(returned.cents)
    if returned.exchange_for:
        return _exchange(returned, what)
    match returned.state:
        case ReturnState.REQUESTED:
            asked = f"You asked on {returned.requested_on} to return {what}"
            return f"{asked}; it has not reached us yet, and you get {amount} back when it has been checked."
        case ReturnState.RECEIVED:
            return f"{what} has reached us, and {amount} is on its way back to you."
        case ReturnState.REFUNDED:
            return f"{amount} for {what} has been refunded."


def _exchange(returned: ReturnedItem, what: str) -> str:
    new = returned.exchange_for
    match returned.state:
        case ReturnState.REQUESTED:
            asked = f"You asked on {returned.requested_on} to exchange {what} for {new}"
            return f"{asked}; it has not reached us yet."
        case ReturnState.RECEIVED | ReturnState.REFUNDED:
            return f"{what} has reached us, and {new} is on its way to you."


def totals(history: OrderHistory) -> tuple[str, ...]:
    """Every sentence about all orders that is no part of the history's own content."""
    told = ((cheapest, history.cheapest), (oldest, history.oldest), (next_to_arrive, history.next_to_arrive))
    return (
        spent(history),
        *(spent_in(history, year) for year in history.spent_by_year),
        *(sentence(order) for sentence, order in told if order),
        *map(refund, history.returns),
    )


NO_RETURNS = "I see no return of yours so far."
NOTHING_TO_COME = "Nothing is on its way to you at the moment."


def change(result: Change) -> str:
    """The content of every write."""
    return result.message
