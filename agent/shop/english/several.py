"""A cancellation or a return of several orders or items at once: those that are named, or all but some."""

import re
from datetime import date

from agent.shop import policy
from agent.shop.english import kinds, naming
from agent.shop.english.facts import Known
from agent.shop.records import Order, Status
from headstart.guard import Verdict
from headstart.guard.check import Made

SURE = 0.5
MOST = 8
"""So many changes are proposed at once; each is confirmed."""

_TOOLS = {kinds.CANCEL: "cancel_order", kinds.RETURN: "request_return"}
_BESIDE = frozenset(
    {kinds.CANCEL, kinds.RETURN, kinds.REMOVE, kinds.ANGRY, "all orders", "help: cancelling", "help: returns", "talk"}
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


def several(text: str, known: Known, today: date) -> Verdict | None:
    """The changes, one call an order; what to read before them; None where not several are asked for."""
    kind, name = _asked(text)
    if not name:
        return None
    named = _apart(text, known)
    every = _ALL.search(text) is not None
    if not every and len(named) < 2:
        return None
    if known.count is None:
        return Verdict(calls=[Made("get_order_history", {})])
    kept_at = _BUT.search(text) if every else None
    kept = text[kept_at.end() :] if kept_at else ""
    wanted = _apart(text[: kept_at.start()] if kept_at else text, known)
    if every and not kept_at and _ONE_ORDER.search(text) and len(wanted) < 2:
        return None  # `all of order B456`: one order, whose items the model and the shop tell apart.
    orders = [one for key in wanted if (one := _order(key, known))] or _possible(name, known, today)
    calls = [call for order in orders for call in _calls(kind, order, kept, known)][:MOST]
    if calls:
        return Verdict(calls=calls)
    return Verdict(answer=policy.NONE_POSSIBLE[name]) if not kept else None


def _asked(text: str) -> tuple[str, str]:
    """Whether a cancellation or a return is asked for and nothing else, and the tool for it."""
    likely = kinds.likelihoods(text)
    kind = max(_TOOLS, key=lambda one: likely.get(one, 0.0))
    if likely.get(kind, 0.0) < SURE or any(chance >= SURE for one, chance in likely.items() if one not in _BESIDE):
        return "", ""
    return kind, _TOOLS[kind]


def _apart(text: str, known: Known) -> list[str]:
    """The orders that a text names in different words; of several that the same words name, all or none."""
    found = [one for one in naming.meant(text, known.named()) if one.likeness >= naming.SURE]
    words = {one.at for one in found if one.by == "item"}
    if len(words) + sum(one.by == "number" for one in found) < 2 and not _ALL.search(text):
        return []
    return [one.order_id for one in found]


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


def _calls(kind: str, order: Order, kept: str, known: Known) -> list[Made]:
    """The calls about one order, without what is kept."""
    if not kept:
        items = [item.item for item in order.items]
    else:
        stays = [one.order_id for one in naming.meant(kept, known.named()) if one.by == "number"]
        items = (
            []
            if order.order_id in stays
            else [item.item for item in order.items if not naming.meant(kept, [("", [item.item])])]
        )
    if not items:
        return []
    whole = len(items) == len(order.items)
    if kind == kinds.RETURN:
        what = "all" if whole and len(items) > 1 else " and ".join(items)
        return [Made("request_return", {"order_id": order.order_id, "item": what})]
    if whole or order.status not in (Status.PROCESSING, Status.DELAYED):
        return [Made("cancel_order", {"order_id": order.order_id})]
    return [Made("remove_item", {"order_id": order.order_id, "item": item}) for item in items]
