"""A cancellation or a return of several orders or items at once: those that are named, or all but some."""

import re
from collections.abc import Sequence
from datetime import date

from agent.shop import policy
from agent.shop.english import kinds, naming, wishes
from agent.shop.english.facts import Known
from agent.shop.records import Order
from headstart.guard import Verdict
from headstart.guard.check import Made

MOST = 8
"""So many changes are proposed at once; each is confirmed."""

_TOOLS = {kinds.CANCEL: "cancel_order", kinds.RETURN: "request_return"}
_BESIDE = frozenset(
    {
        kinds.CANCEL,
        kinds.RETURN,
        kinds.REMOVE,
        kinds.ANGRY,
        "all orders",
        "by status",
        "contents",
        "talk",
        "help: cancelling",
        "help: returns",
    }
)
"""What may be likely beside it without being asked for."""
_ALL = re.compile(
    r"\b(?:all (?:(?:of )?(?:my|the|these|those|them|it)\b|orders|three|four|five|items|things|my)|all$|them all"
    r"|everything|both|every (?:single )?(?:one|order|item|thing)|(?:each|all)(?= (?:of|but|except))"
    r"|the (?:whole )?lot|any(?:thing)? (?:that|which|of)|the (?:others?|rest))\b",
    re.IGNORECASE,
)
_BUT = re.compile(
    r"\b(?:but(?! (?:i|we|it|they|please|can|could|now|only)\b)|except(?:ing)?(?: for)?|apart from|other than"
    r"|excluding|besides|aside from|save for|not|keep(?:ing)?|leave|without)\b",
    re.IGNORECASE,
)
_ONE_ORDER = re.compile(r"\b(?:whole|entire|complete) (?:order|purchase|parcel)\b|\border\b(?!s)", re.IGNORECASE)


def several(text: str, known: Known, today: date, pointed: Sequence[str] = ()) -> Verdict | None:
    """The changes, one call an order; what to read before them; None where not several are asked for.

    `pointed` are the orders that the text points at without a name.
    """
    kind, name = _asked(text)
    if not name:
        return None
    every = _ALL.search(text) is not None
    kept_at = _BUT.search(text) if every else None
    kept = text[kept_at.end() :] if kept_at else ""
    said = text[: kept_at.start()] if kept_at else text
    named = _named(said, known, many=every) or ([(key, ()) for key in pointed] if every else [])
    if not (kept or _are_several(kind, text, named, every=every)):
        return None
    if known.count is None:
        return Verdict(calls=[Made("get_order_history", {})])
    if kept and not naming.meant(kept, known.named()):
        return None  # What shall stay is none of theirs: nobody knows what they mean.
    orders = [(one, items) for key, items in named if (one := _order(key, known))]
    orders = orders or [(order, ()) for order in _possible(name, known, today)]
    calls = [call for order, items in orders for call in _calls(kind, order, items, kept, known)][:MOST]
    if calls:
        return Verdict(calls=calls)
    return Verdict(answer=policy.NONE_POSSIBLE[name]) if not kept else None


def _are_several(kind: str, text: str, named: Sequence[tuple[str, Sequence[str]]], *, every: bool) -> bool:
    """Whether it is about several orders, or several items of one that go back."""
    if not named:
        return every and not _ONE_ORDER.search(text)
    return len(named) > 1 or (kind == kinds.RETURN and (every or len(named[0][1]) > 1))


def _asked(text: str) -> tuple[str, str]:
    """Whether a cancellation or a return is asked for and nothing else, and the tool for it."""
    if wishes.asks_how_a_change_stands(text):
        return "", ""
    likely = kinds.likelihoods(text)
    kind = max(_TOOLS, key=lambda one: likely.get(one, 0.0))
    if likely.get(kind, 0.0) < kinds.SURE or any(
        chance >= kinds.SURE for one, chance in likely.items() if one not in _BESIDE
    ):
        return "", ""
    return kind, _TOOLS[kind]


def _named(text: str, known: Known, *, many: bool) -> list[tuple[str, tuple[str, ...]]]:
    """The orders that a text names in different words, with the items by which it names them, none by its number.

    Where the same words fit several orders it names none of them, unless it speaks of `many`.
    """
    found = [one for one in naming.meant(text, known.named()) if one.likeness >= naming.SURE]
    by_words: dict[frozenset[int], list[str]] = {}
    for one in found:
        if one.by == "item":
            by_words.setdefault(one.at, []).append(one.order_id)
    if any(len(orders) > 1 for orders in by_words.values()) and not many:
        return []
    items = dict(known.named())
    return [
        (
            one.order_id,
            () if one.by == "number" else tuple(i for i in items[one.order_id] if naming.meant(text, [("", [i])])),
        )
        for one in found
    ]


def _order(key: str, known: Known) -> Order | None:
    record = known.records.get(key)
    return record.order if record else None


def _possible(name: str, known: Known, today: date) -> list[Order]:
    """The orders of which it is possible; with a return that is registered they have had theirs."""
    returned = {one.order_id for one in known.history.returns} if known.history else set[str]()
    orders = [order for key in known.order_ids() if (order := _order(key, known))]
    return [
        order
        for order in orders
        if policy.possible(name, order, today) and (name != "request_return" or order.order_id not in returned)
    ]


def _calls(kind: str, order: Order, named: Sequence[str], kept: str, known: Known) -> list[Made]:
    """The calls about one order, without what is kept; of a return only what is named, where items are."""
    items = [item.item for item in order.items]
    if kept and order.order_id in [one.order_id for one in naming.meant(kept, known.named()) if one.by == "number"]:
        return []
    left = [item for item in items if not (kept and naming.meant(kept, [("", [item])]))]
    if kind == kinds.RETURN and named:
        left = [item for item in left if item in named]
    if not left:
        return []
    if kind == kinds.RETURN:
        what = "all" if len(left) == len(items) > 1 else " and ".join(left)
        return [Made("request_return", {"order_id": order.order_id, "item": what})]
    if len(left) == len(items):
        return [Made("cancel_order", {"order_id": order.order_id})]
    return [Made("remove_item", {"order_id": order.order_id, "item": item, "count": 0}) for item in left]
