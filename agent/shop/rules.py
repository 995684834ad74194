"""What is worth looking up in this shop before anybody asks.

A rule is one small function from what is known to candidates, each with the chance that it will be
asked for. Those chances are first guesses: the `Predictor` corrects them by what each rule's lookups were
really worth, and switches a rule off that does not pay. A new rule is written and listed in a few
lines, and nothing else has to change:

    @rule("typing")
    def the_gift_card_asked_about(moment: Moment) -> Iterator[Candidate]:
        if moment.words & {"voucher", "gift"}:
            yield Candidate(Call.of("get_account"), 0.4, "the_gift_card_asked_about", "you asked about a gift card")

    RULES = (..., the_gift_card_asked_about)

Rules see plain data (the artifacts' `data`) and must not fail on text: whatever a customer types is
only ever compared, never taken for an order that is not among theirs.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.shop.english import kinds, naming, numbers, ways_on, whose
from agent.shop.english.asking import asks_for_parcel
from agent.shop.records import Status
from headstart.world import Call, Candidate, Moment, rule
from headstart.world.rules import candidates

ORDER_HISTORY = Call.of("get_order_history")

BACK = re.compile(r"\b(?:it|its|it's|that|this|those|they|them|their|one)\b", re.IGNORECASE)
"""A question with one of these and no order in it goes on about the last one."""
UNDER_WAY = (Status.SHIPPED, Status.OUT_FOR_DELIVERY, Status.DELAYED)
LIKELY_PARCELS = 3
"""So many parcels at most are looked up before one is named."""
ACCOUNT = frozenset({"email", "mail", "mailbox", "account", "profile", "address", "name", "username", "login"})
ACCOUNT_OR_ORDER = frozenset({"street", "registered", "data", "details", "live", "living", "since", "joined", "signed"})
"""These ask for the account only where no order is spoken of: `details of A123`, `since when is it on its way`."""
SENDING = frozenset({"send", "ship", "deliver", "change", "another", "new"})

Order = Mapping[str, Any]


@dataclass(frozen=True)
class Mentions:
    """What the shop's rules need of a moment."""

    orders: Sequence[Order]
    """Of the order history, newest first, also those that it only knows by name; empty until it is in."""
    unknown: int
    """How many still older orders it does not know."""
    meant: list[tuple[Order, float, str]]
    """The orders that the text names (`orders_meant`)."""


def mentions(moment: Moment) -> Mentions:
    """For `Moment.once`."""
    history = moment.held(ORDER_HISTORY)
    orders = [*_orders(history), *(history.get("older", ()) if history else ())]
    unknown = history["count"] - len(orders) if history else 0
    return Mentions(orders, unknown, orders_meant(moment.text, orders))


def while_typing(text: str, history: Mapping[str, Any] | None, recent: Sequence[str] = ()) -> list[Candidate]:
    """What the text typed so far makes likely.

    `history` is the data of `get_order_history`, None until it is in; `recent` are the orders of the last answer.
    """
    return candidates(RULES, "typing", Moment(text=text, recent=recent, held={ORDER_HISTORY: history}.get))


@rule("sign-in")
def the_order_history(_moment: Moment) -> Iterator[Candidate]:
    """Most customers come with a question about an order."""
    yield Candidate(ORDER_HISTORY, 0.9, "the_order_history", "sign-in")


@rule("typing")
def the_order_typed_about(moment: Moment) -> Iterator[Candidate]:
    """An order that is named by its number or by an item: its parcel when that is the question, else the order."""
    tracking = asks_for_parcel(moment.text)
    for order, chance, why in moment.once(mentions).meant:
        yield _about(order, chance, "the_order_typed_about", why, parcel=tracking)


@rule("typing")
def the_older_order_typed_about(moment: Moment) -> Iterator[Candidate]:
    """A number that is not among the known orders of somebody who has more."""
    seen = moment.once(mentions)
    if not seen.unknown or seen.meant:
        return
    for number in numbers.full_numbers(moment.text):
        about = {"order_id": number}
        parcel = asks_for_parcel(moment.text)
        yield _about(about, 0.6, "the_older_order_typed_about", "you typed a number", parcel=parcel)


@rule("typing")
def the_parcel_of_the_order_talked_about(moment: Moment) -> Iterator[Candidate]:
    """A question for a parcel that goes on about the one order of the last answer."""
    if len(moment.recent) != 1 or not asks_for_parcel(moment.text) or moment.once(mentions).meant:
        return
    chance = 0.7 if BACK.search(moment.text) or len(moment.words) < 6 else 0.4
    about = {"order_id": moment.recent[0]}
    yield _about(about, chance, "the_parcel_of_the_order_talked_about", "you asked about its order", parcel=True)


@rule("typing")
def the_parcel_on_its_way(moment: Moment) -> Iterator[Candidate]:
    """A question for a parcel that names none yet: the orders on their way, then those delivered last."""
    if not asks_for_parcel(moment.text) or moment.once(mentions).meant:
        return
    orders = moment.once(mentions).orders
    under_way = [order for order in orders if order["status"] in UNDER_WAY]
    delivered = [order for order in orders if order["status"] == Status.DELIVERED]
    for rank, order in enumerate([*under_way, *delivered][:LIKELY_PARCELS]):
        yield _about(order, 0.45 / (1 + rank), "the_parcel_on_its_way", "you asked for a parcel", parcel=True)


@rule("typing")
def the_account_typed_about(moment: Moment) -> Iterator[Candidate]:
    """A question for what the shop knows of the customer, unless something is to be sent elsewhere."""
    meant = moment.once(mentions).meant
    loosely = moment.words & ACCOUNT_OR_ORDER and not meant and not BACK.search(moment.text)
    surely = whose.account_fields(moment.text) and not meant
    if surely or ((moment.words & ACCOUNT or loosely) and not moment.words & SENDING):
        yield Candidate(Call.of("get_account"), 0.6, "the_account_typed_about", "you asked about your account")


@rule("typing")
def the_help_typed_about(moment: Moment) -> Iterator[Candidate]:
    """The help article that the text asks for, while it is typed."""
    named = bool(moment.once(mentions).meant or numbers.full_numbers(moment.text))
    if article := ways_on.article_guessed(moment.text, named=named):
        chance = kinds.articles(moment.text)[article]
        yield Candidate(
            Call.of("search_help", {"text": article}), chance, "the_help_typed_about", "you ask how it works"
        )


@rule("typing")
def the_product_typed_about(moment: Moment) -> Iterator[Candidate]:
    """The number of a product: surer if the customer has ordered it, never if it is an order's."""
    orders = moment.once(mentions).orders
    bought = {numbers.plain(item["product_id"]): item["product_id"] for order in orders for item in order["items"]}
    ordered = {numbers.plain(order["order_id"]) for order in orders}
    for typed in dict.fromkeys(map(numbers.plain, numbers.TYPED_PRODUCT.findall(moment.text))):
        if typed not in ordered:
            call = Call.of("get_product", {"product_id": bought.get(typed, typed.upper())})
            chance = 0.8 if typed in bought else 0.6
            yield Candidate(call, chance, "the_product_typed_about", "you typed its number")


@rule("result")
def the_late_parcel(moment: Moment) -> Iterator[Candidate]:
    """Whoever's newest orders are late or under way will often ask where they are."""
    if moment.call != ORDER_HISTORY:
        return
    chances = {Status.DELAYED: 0.45, Status.OUT_FOR_DELIVERY: 0.35, Status.SHIPPED: 0.3}
    under_way = [order for order in _orders(moment.data) if order["status"] in chances]
    for rank, order in enumerate(under_way[:LIKELY_PARCELS]):
        why = f"your {'newest ' if rank == 0 else ''}order is {str(order['status']).lower()}"
        chance = chances[order["status"]] * 0.8**rank
        yield _about(order, chance, f"the_late_parcel: {order['status']}", why, parcel=True)


@rule("result")
def the_parcel_of_an_order_looked_up(moment: Moment) -> Iterator[Candidate]:
    """After the details of an order on its way, where it is."""
    order = moment.data.get("order")
    if moment.call and moment.call.name == "get_order" and order and order["status"] in UNDER_WAY:
        yield _about(order, 0.35, "the_parcel_of_an_order_looked_up", "its order was looked up", parcel=True)


def orders_meant(text: str, orders: Sequence[Order]) -> list[tuple[Order, float, str]]:
    """The orders that a text names, the likeliest first, with the chance that it means them and why.

    Of several orders of one item the newest is likeliest.
    """
    by_id = {order["order_id"]: order for order in orders}
    named = naming.meant(text, [(key, [item["item"] for item in order["items"]]) for key, order in by_id.items()])
    return [
        (by_id[one.order_id], 0.85, "you typed its number")
        if one.by == "number"
        else (by_id[one.order_id], 0.7 * one.likeness / (1, 1.25, 2, 3)[min(one.rank, 4) - 1], "you typed its item")
        for one in named
    ]


def _orders(history: Mapping[str, Any] | None) -> Sequence[Order]:
    return history.get("orders", ()) if history else ()


def _about(order: Order, chance: float, name: str, why: str, *, parcel: bool) -> Candidate:
    tool = "track_shipment" if parcel else "get_order"
    return Candidate(Call.of(tool, {"order_id": order["order_id"]}), chance, name, why)


RULES = (
    the_order_history,
    the_order_typed_about,
    the_older_order_typed_about,
    the_parcel_of_the_order_talked_about,
    the_parcel_on_its_way,
    the_account_typed_about,
    the_help_typed_about,
    the_product_typed_about,
    the_late_parcel,
    the_parcel_of_an_order_looked_up,
)
