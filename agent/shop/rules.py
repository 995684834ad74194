"""What is worth looking up in this shop before anybody asks.

A rule is one small function from what is known to candidates, each with the chance that it will be
asked for. Those chances are first guesses: the `Predictor` corrects them by what each rule's lookups were
really worth, and switches a rule off that does not pay. A new rule is written and registered in a few
lines, and nothing else has to change:

    @rule("typing")
    def the_product_asked_about(moment: Moment) -> Iterator[Candidate]:
        for order, item, likeness in named_items(moment.text, moment.orders):
            if "price" in moment.words or "stock" in moment.words:
                call = Call.of("get_product", {"product_id": item["product_id"]})
                yield Candidate(call, 0.5 * likeness, "the_product_asked_about", f"you asked about {item['item']}")

Rules see plain data (the artifacts' `data`) and must not fail on text: whatever a customer types is
only ever compared, never taken for an order that is not among theirs.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from rapidfuzz import fuzz

from agent.shop.records import Status
from agent.speculation.calls import Call
from agent.speculation.prediction import Candidate

ORDER_HISTORY = Call.of("get_order_history")

When = Literal["sign-in", "typing", "result"]

LIKE = 80.0
"""An item counts as named from this likeness on (rapidfuzz, 0 to 100)."""

TRACKING = re.compile(
    r"\b(track\w*|parcels?|packages?|shipment|courier|carrier|arriv\w*|on (?:its|the) way"
    r"|where(?:'s|’s| is| are)|when will)",
    re.IGNORECASE,
)
NUMBERS = re.compile(r"[a-z]{1,4}[\s#-]{0,2}\d{2,}|#\s?\w{2,}", re.IGNORECASE)

FULL_NUMBER = re.compile(r"\b[a-oq-z]\d{3,}\b", re.IGNORECASE)
"""An order's number written in one piece; a P is a product's."""
UNDER_WAY = (Status.SHIPPED, Status.OUT_FOR_DELIVERY, Status.DELAYED)
LIKELY_PARCELS = 3
"""So many parcels at most are looked up before one is named."""
SENDING = frozenset({"send", "ship", "deliver", "change", "another", "new"})

Order = Mapping[str, Any]
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a rule may look at."""

    text: str = ""
    """What has been typed so far."""
    orders: Sequence[Order] = ()
    """Of the order history, newest first; empty until it is in."""
    unlisted: int = 0
    """How many older orders the history does not list."""
    call: Call | None = None
    """The call whose result has just come."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """Its result."""

    @property
    def words(self) -> frozenset[str]:
        """The words typed, in lower case."""
        return frozenset(re.findall(r"\w+", self.text.lower()))


Rule = Callable[[Moment], Iterator[Candidate]]
RULES: dict[When, list[Rule]] = {"sign-in": [], "typing": [], "result": []}


def rule(when: When) -> Callable[[Rule], Rule]:
    """Register a rule for one kind of moment."""

    def registered(function: Rule) -> Rule:
        RULES[when].append(function)
        return function

    return registered


def sign_in_candidates() -> list[Candidate]:
    """What the sign-in alone makes likely."""
    return _candidates("sign-in", Moment())


def while_typing(text: str, history: Mapping[str, Any] | None) -> list[Candidate]:
    """What the text typed so far makes likely; `history` is the data of `get_order_history`, None until it is in."""
    orders = _orders(history)
    unlisted = history["count"] - len(orders) if history else 0
    return _candidates("typing", Moment(text=text, orders=orders, unlisted=unlisted))


def after_result(call: Call, data: Mapping[str, Any], history: Mapping[str, Any] | None = None) -> list[Candidate]:
    """What usually follows a result; `data` is its artifact's data."""
    return _candidates("result", Moment(orders=_orders(history), call=call, data=data))


@rule("sign-in")
def the_order_history(_moment: Moment) -> Iterator[Candidate]:
    """Most customers come with a question about an order."""
    yield Candidate(ORDER_HISTORY, 0.9, "the_order_history", "sign-in")


@rule("typing")
def the_order_typed_about(moment: Moment) -> Iterator[Candidate]:
    """An order that is named by its number or by an item: its parcel when that is the question, else the order."""
    tracking = asks_for_parcel(moment.text)
    for order, chance, why in orders_meant(moment.text, moment.orders):
        yield _about(order, chance, "the_order_typed_about", why, parcel=tracking)


@rule("typing")
def the_older_order_typed_about(moment: Moment) -> Iterator[Candidate]:
    """A number that is not among the listed orders of somebody who has more."""
    if not moment.unlisted or orders_meant(moment.text, moment.orders):
        return
    for number in FULL_NUMBER.findall(moment.text):
        about = {"order_id": number.upper()}
        parcel = asks_for_parcel(moment.text)
        yield _about(about, 0.6, "the_older_order_typed_about", "you typed a number", parcel=parcel)


@rule("typing")
def the_parcel_on_its_way(moment: Moment) -> Iterator[Candidate]:
    """A question for a parcel that names none yet: the orders on their way, then those delivered last."""
    if not asks_for_parcel(moment.text) or orders_meant(moment.text, moment.orders):
        return
    under_way = [order for order in moment.orders if order["status"] in UNDER_WAY]
    delivered = [order for order in moment.orders if order["status"] == Status.DELIVERED]
    for rank, order in enumerate([*under_way, *delivered][:LIKELY_PARCELS]):
        yield _about(order, 0.45 / (1 + rank), "the_parcel_on_its_way", "you asked for a parcel", parcel=True)


@rule("typing")
def the_account_typed_about(moment: Moment) -> Iterator[Candidate]:
    """A question for what the shop knows of the customer, unless something is to be sent elsewhere."""
    if moment.words & {"email", "mail", "account", "profile", "address", "name"} and not moment.words & SENDING:
        yield Candidate(Call.of("get_account"), 0.6, "the_account_typed_about", "you asked about your account")


@rule("typing")
def the_product_typed_about(moment: Moment) -> Iterator[Candidate]:
    """The number of a product that the customer has ordered."""
    typed = {_plain(number) for number in NUMBERS.findall(moment.text)}
    known = {item["product_id"] for order in moment.orders for item in order["items"]}
    for product_id in sorted(known):
        if _plain(product_id) in typed:
            call = Call.of("get_product", {"product_id": product_id})
            yield Candidate(call, 0.8, "the_product_typed_about", "you typed its number")


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


def asks_for_parcel(text: str) -> bool:
    """Whether a text asks where something is, and not what it is."""
    return TRACKING.search(text) is not None


def orders_meant(text: str, orders: Sequence[Order]) -> list[tuple[Order, float, str]]:
    """The orders that a text names, with the chance that it means them and why; by number first, else by item.

    Numbers are known in lower case, with spaces or a `#` in them. Of several orders of one item the newest is
    likeliest.
    """
    typed = {_plain(number) for number in NUMBERS.findall(text)}
    by_number = [order for order in orders if _plain(order["order_id"]) in typed]
    if by_number:
        return [(order, 0.85, "you typed its number") for order in by_number]
    meant: dict[str, tuple[Order, float, str]] = {}
    items: dict[str, int] = {}
    for order, item, likeness in named_items(text, orders):
        rank = items[item["item"]] = items.get(item["item"], 0) + 1
        chance = 0.7 * likeness / rank
        if chance > meant.get(order["order_id"], (order, 0.0, ""))[1]:
            meant[order["order_id"]] = (order, chance, "you typed its item")
    return sorted(meant.values(), key=lambda found: -found[1])


def named_items(text: str, orders: Sequence[Order]) -> list[tuple[Order, Item, float]]:
    """The items that a text names, loosely, newest order first, with a likeness from 0 to 1.

    A name counts whole (`wireless headphones`) or by its last word (`headphones`), which says what a thing is.
    """
    text = text.lower()
    if len(text.strip()) < 3:
        return []
    found = []
    for order in orders:
        for item in order["items"]:
            name = str(item["item"]).lower()
            whole = fuzz.partial_ratio(name, text) if len(text) >= len(name) else 0.0
            last = 0.95 * max((fuzz.ratio(name.split()[-1], w) for w in re.findall(r"\w{3,}", text)), default=0.0)
            if (likeness := max(whole, last)) >= LIKE:
                found.append((order, item, likeness / 100.0))
    best = max((likeness for _, _, likeness in found), default=0.0)
    return [named for named in found if named[2] >= best - 0.1]


def _candidates(when: When, moment: Moment) -> list[Candidate]:
    found = [candidate for function in RULES[when] for candidate in function(moment)]
    return sorted(found, key=lambda candidate: -candidate.probability)


def _orders(history: Mapping[str, Any] | None) -> Sequence[Order]:
    return history.get("orders", ()) if history else ()


def _about(order: Order, chance: float, name: str, why: str, *, parcel: bool) -> Candidate:
    tool = "track_shipment" if parcel else "get_order"
    return Candidate(Call.of(tool, {"order_id": order["order_id"]}), chance, name, why)


def _plain(number: str) -> str:
    return "".join(c for c in number.lower() if c.isalnum())
