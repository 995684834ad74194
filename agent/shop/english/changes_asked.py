"""Changes that are beyond doubt before the model writes a word: of several orders, of an item, of the customer's own.

What is named is taken from the customer's own records; whether it may be done, and what is missing for it, the shop
says in its preview. Nothing is done before the customer has confirmed it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from langchain_core.messages import ToolCall

from agent.shop import policy
from agent.shop.english import kinds, naming, numbers
from agent.shop.english.addresses import address_in, is_address, tidy
from agent.shop.english.facts import Known
from agent.shop.english.sentences import NEW_OWN_ADDRESS
from agent.shop.english.several import several
from agent.shop.english.target import target
from agent.shop.english.understanding import Understanding
from agent.shop.terms import terms
from headstart.guard import Asked, Verdict
from headstart.guard.check import Made

PERHAPS, AFTER_A_CHANGE = 0.25, 0.2
"""The likelihoods from which on a change is taken for what is asked where more than words speaks for it: that it names
an item or is likelier than all else, and that the last answer told of a change."""
NEARLY = 0.6
"""The share of the likeliest kind's likelihood from which on a change is meant: its article is as likely as it."""

_DONE = re.compile(
    r"\b(?:is now cancelled|is registered|now goes to|is now exchanged|is taken out of|address is now)\b"
)
_WHICH_VERSION = re.compile(r"Which one would you like in the place of (?P<item>.+) \((?P<order>\w+)\)\?")
_WHICH_ITEM = re.compile(r"Please name one item of (?P<order>\w+) to (?P<verb>return|take out|exchange): it holds ")
_TOOLS = {"return": "request_return", "take out": "remove_item", "exchange": "exchange_item"}
_NUMBERS = {word: number for number, word in enumerate(["one", "two", "three", "four", "five", "six"], start=1)}
_A_COUNT = rf"(\d|{'|'.join(_NUMBERS)})"
_LESS = re.compile(
    rf"\b{_A_COUNT} (?:of (?:the|my|them|those)|less|fewer|too many)\b"
    rf"|\b(?:remove|take(?: out)?|drop|delete) {_A_COUNT}\b",
    re.IGNORECASE,
)
_STAY = re.compile(
    r"\b(?:only|just|make (?:it|that)|down to|reduce (?:\w+ ){0,4}to|keep)(?: (?:want|need|take|have|be))?"
    rf" {_A_COUNT}\b"
    rf"|\b{_A_COUNT} (?:is enough|would do|will do|is plenty)\b"
    rf"|\b{_A_COUNT} (?:\w+ )?instead of\b",
    re.IGNORECASE,
)


def change_asked(asked: Asked, question: Understanding, known: Known, today: date) -> Verdict | None:
    """The change that is due, what has to be read or asked before it, or None where the model is to write."""
    if (replied := _replied(asked, known)) is not None:
        return replied
    text = asked.question
    likely = kinds.likelihoods(text)
    has_changed = bool(asked.answers and _DONE.search(asked.answers[-1]))
    if likely.get(kinds.UNDO, 0.0) >= (AFTER_A_CHANGE if has_changed else kinds.SURE):
        return _call("undo_change")
    moved, redirected = likely.get(kinds.DEFAULT_ADDRESS, 0.0), likely.get(kinds.REDIRECT, 0.0)
    if not question.orders and moved >= max(PERHAPS, redirected, NEARLY * kinds.likeliest(text)[1]):
        address = address_in(text)
        return _call("change_default_address", address=address) if address else Verdict(answer=NEW_OWN_ADDRESS)
    if (calls := several(text, known, today, question.orders)) is not None:
        return calls
    # What is not known yet may be named.
    name = _of_one_item(likely, named=known.count is None or bool(question.orders or known.mentioned(text)))
    return _of_an_item(name, asked, question, known, today) if name else None


def _of_one_item(likely: Mapping[str, float], *, named: bool) -> str:
    """The change of one item that is likelier than a change of the whole order; empty where there is none.

    Where an item is `named`, less is enough, and who asks how exchanges work wants one.
    """
    exchange = max(likely.get(kinds.EXCHANGE, 0.0), likely.get(kinds.HELP + "exchanges", 0.0) if named else 0.0)
    chance, name = max((likely.get(kinds.REMOVE, 0.0), "remove_item"), (exchange, "exchange_item"))
    whole = max(likely.get(kinds.CANCEL, 0.0), likely.get(kinds.RETURN, 0.0))
    return name if chance >= (PERHAPS if named else kinds.SURE) and chance > whole else ""


def _of_an_item(name: str, asked: Asked, question: Understanding, known: Known, today: date) -> Verdict | None:
    """An exchange or a removal, of the order that is named, pointed at, told of last or the only one possible."""
    if known.count is None:
        return None if "get_order_history" in asked.called_tools else _call("get_order_history")
    text = asked.question
    arguments = {"order_id": "", "item": ""} | ({"wanted": text} if name == "exchange_item" else {"count": 0})
    call = ToolCall(name=name, args=arguments, id=None, type="tool_call")
    recent = known.orders_in(asked.answers[-1]) if asked.answers else []
    found = target(call, [text], known, pointed=question.orders, recent=recent, today=today)
    if found.call is None:
        return Verdict(answer=found.answer) if found.answer else None
    return _made(name, found.call["args"]["order_id"], str(found.call["args"]["item"]), text, known)


def _made(name: str, order_id: str, item: str, text: str, known: Known) -> Verdict:
    """The call about an item of an order; the only item of an order is not taken out, the order is cancelled."""
    record = known.records.get(order_id)
    items = record.order.items if record and record.order else ()
    if not item and len(items) == 1:
        item = items[0].item
    match name:
        case "exchange_item":
            return _call(name, order_id=order_id, item=item, wanted=_without_numbers(text, order_id))
        case "remove_item":
            of = next((one.quantity for one in items if one.item == item), 0)
            count = count_of(text, of)
            if len(items) == 1 and not count:
                return _call("cancel_order", order_id=order_id)
            return _call(name, order_id=order_id, item=item, count=count)
        case _:
            return _call(name, order_id=order_id, item=item)


def count_of(text: str, of: int) -> int:
    """How many of so many pieces shall go; 0 for all."""
    if of < 2:
        return 0
    if stay := _STAY.search(text):
        return max(of - _number(stay), 0)
    less = _LESS.search(text)
    count = _number(less) if less else 0
    return count if count < of else 0


def _number(found: re.Match[str]) -> int:
    word = next(group for group in found.groups() if group).casefold()
    return _NUMBERS.get(word) or int(word)


def _replied(asked: Asked, known: Known) -> Verdict | None:
    """What the answer to a question of the shop's leads to: which address, which version, which item."""
    last, text = asked.answers[-1] if asked.answers else "", asked.question
    if last.endswith(NEW_OWN_ADDRESS):
        address = address_in(text) or (tidy(text) if is_address(text) else "")
        return _call("change_default_address", address=address) if address else None
    if which := _WHICH_VERSION.search(last):
        offered = set(terms(last[which.end() :]))
        if not set(terms(text)) & offered:
            return None
        return _call("exchange_item", order_id=which["order"], item=which["item"], wanted=text)
    if which := _WHICH_ITEM.search(last):
        record = known.records.get(which["order"])
        named = named_items(text, record.items if record else ())
        if not named and not policy.EVERYTHING.search(text):
            return None
        before = asked.said[-2] if len(asked.said) > 1 else text
        item = " and ".join(named) or text
        return _made(_TOOLS[which["verb"]], which["order"], item, f"{before}\n{text}", known)
    return None


def named_items(text: str, items: Sequence[str]) -> list[str]:
    """Those of an order's items that a text names."""
    return [item for item in items if naming.meant(text, [("", [item])])]


def _without_numbers(text: str, order_id: str) -> str:
    """A text without the order's number, whose digits are no size."""
    return numbers.LOOSE.sub(
        lambda found: "" if numbers.plain(found.group()) == numbers.plain(order_id) else found.group(), text
    )


def _call(name: str, **arguments: object) -> Verdict:
    return Verdict(calls=[Made(name, arguments)])
