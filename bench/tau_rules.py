"""The rules of the yardstick's shop: the plain ones whose points are known, and those that go with what is learned.

A rule sees what is known (and whether the sign-in was this moment) and gives candidates.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.learned.moment import History, Scene, mentioned, themes_of
from bench.learned.patterns import next_in_list
from bench.learned.transitions import Transitions
from bench.tau_world import CATALOGUE, CUSTOMER, ORDER, PRODUCT, Policy
from headstart.speculation.calls import Call
from headstart.speculation.prediction import Candidate

THEMES = {
    "swap": (
        "exchang*",
        "modif*",
        "chang*",
        "switch*",
        "swap*",
        "replac*",
        "upgrad*",
        "different",
        "instead",
        "cheap*",
    ),
    "give back": ("cancel*", "return*", "refund*"),
    "everything": ("all", "every", "everything", "each", "both", "entire", "whole"),
    "on offer": ("available", "option*", "kind*", "type*", "stock", "sell", "variant*", "many", "catalog*"),
    "address": ("address", "ship*", "move*"),
    "payment": ("pay*", "paid", "card", "paypal", "gift", "split"),
}
"""What customers of any shop come about."""

ALL_ITEMS = re.compile(
    r"\b(everything|(all|every|each)( (of )?(the|my|your|these|those|them))?( \w+)?"
    r" (items?|things?|products?|ones?))\b",
    re.IGNORECASE,
)


def nothing(_known: History, _signed_in: bool) -> list[Candidate]:
    """Look nothing up; what was asked for is kept."""
    return []


def customer_only(known: History, signed_in: bool) -> list[Candidate]:
    """The notebook's way: one tool, started beside the model's first call."""
    return _customer(known) if signed_in else []


def customer_and_orders(known: History, _signed_in: bool) -> list[Candidate]:
    """The customer and every order."""
    return [*_customer(known), *(Candidate(order, 1.0, "orders") for order in _orders(known))]


def every_product(known: History, signed_in: bool) -> list[Candidate]:
    """The same and every product in those orders."""
    return [*customer_and_orders(known, signed_in), *(_product(item, 1.0, "products") for item in _items(known))]


def named_products(known: History, signed_in: bool) -> list[Candidate]:
    """The customer, every order, and what the customer names."""
    text = "\n".join(known.said)
    named = [_product(item, 1.0, "products") for item in _items(known) if mentioned(item["name"], text)]
    return [*customer_and_orders(known, signed_in), *named]


PLAIN: dict[str, Policy] = {
    "nothing": nothing,
    "customer, all orders": customer_and_orders,
    "customer, all orders, all products": every_product,
    "customer, all orders, named products": named_products,
}


def swap_everything(known: History, _learned: Transitions) -> list[Candidate]:
    """Who wants every item swapped needs every product of the orders that were read."""
    text = "\n".join(known.said)
    if not ALL_ITEMS.search(text) or "swap" not in themes_of(text, THEMES):
        return []
    read = [data for call, data in known.results.items() if call.name == ORDER and call in known.asked]
    return [_product(item, 0.5, "swap_everything") for order in read for item in order["items"]]


def not_theirs(known: History, learned: Transitions) -> list[Candidate]:
    """Who names a product that is in none of their orders, and none that is, asks what the shop has."""
    orders = _orders(known)
    if not orders or not all(order in known.results for order in orders):
        return []
    text = "\n".join(known.said)
    own = {item["name"] for item in _items(known)}
    named = {name for name in learned.vocabulary if name not in own and mentioned(name, text) == 3}
    if not named or any(mentioned(name, text) >= 2 for name in own):
        return []
    catalogue = Call.of(CATALOGUE)
    listed: Mapping[str, str] = known.results.get(catalogue, {})
    found = [{"product_id": number} for name, number in listed.items() if name in named]
    return [Candidate(catalogue, 0.5, "not_theirs"), *(_product(item, 0.5, "not_theirs") for item in found)]


def through_a_list(known: History, learned: Transitions) -> list[Candidate]:
    """The library's own pattern."""
    return list(next_in_list(Scene(known, learned.sources, learned.vocabulary, learned.themes)))


BESIDE_LEARNED: Sequence[Callable[[History, Transitions], list[Candidate]]] = (
    swap_everything,
    not_theirs,
    through_a_list,
)


def _customer(known: History) -> list[Candidate]:
    user_id = next(data["user_id"] for call, data in known.results.items() if call.name == "sign_in")
    return [Candidate(Call.of(CUSTOMER, {"user_id": user_id}), 1.0, "customer")]


def _orders(known: History) -> list[Call]:
    listed = [order for call, data in known.results.items() if call.name == CUSTOMER for order in data["orders"]]
    return [Call.of(ORDER, {"order_id": order}) for order in listed]


def _items(known: History) -> list[dict[str, Any]]:
    return [item for call, data in known.results.items() if call.name == ORDER for item in data["items"]]


def _product(item: Mapping[str, Any], chance: float, rule: str) -> Candidate:
    return Candidate(Call.of(PRODUCT, {"product_id": item["product_id"]}), chance, rule)
