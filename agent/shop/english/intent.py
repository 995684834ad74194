"""Whether a call is what the customer asked for: about the order that was named, and a change only at their word.

A model that is small, or that reads an instruction in an item's name, may call for a change nobody wants. The
customer confirms every change, but should not be asked to confirm one that was never theirs.
"""

import re
from collections.abc import Sequence
from typing import Any, Literal

from langchain_core.messages import ToolCall

from agent.shop.english import addresses, asking, naming, numbers, whose, wishes
from agent.shop.english.facts import Known

REMEMBERED = 2
"""A change may be asked for in so many messages: the address often comes after the order."""

_WISHES = {
    "cancel_order": re.compile(
        r"\b(?:cancel\w*|call(?:ed|ing)? (?:it |that |this )?off|void|annul\w*|withdraw\w*|revoke|scrap|abort|undo"
        r"|stop|drop|take\b.*\boff|(?:do not|don't|don’t|no longer|not) (?:want|need|require)\w*|changed my mind"
        r"|rather not|without|mistake|never ?mind|get rid|forget|halt|reverse|back out|pull|kill|remove|delete|out of)",
        re.IGNORECASE,
    ),
    "request_return": re.compile(
        r"\b(?:return\w*|refund\w*|back|keep\w*|exchange|rid of|reimburse\w*|rma|complain\w*|label|nothing for me)",
        re.IGNORECASE,
    ),
    "change_address": re.compile(
        r"\b(?:address\w*|send|sent|ship\w*|deliver\w*|dispatch\w*|(?:re-?)?rout\w*|redirect\w*|divert\w*|forward\w*"
        r"|go(?:es|ing)?|comes?|bring|brought|drop\w*|mov(?:e|ed|ing)|live|living|instead|street|to|at)\b",
        re.IGNORECASE,
    ),
}
"""What customers say who want it; broad, for it only has to tell a wish from a question after something else."""
_IDIOMS = re.compile(r"\b(?:set|get|got|call|ring|write|come)(?:s|ting|ting)? (?:me|us|you|it)? ?back\b", re.IGNORECASE)
"""What is spoken of as a price or an answer: `set me back`."""
_REASON = re.compile(
    r"(?:[,:;.!?]|\s[-–—])\s*(?:because |since |as )?(?P<reason>(?:"
    r"(?:I|we|it|they|he|she|there|someone|somebody|nobody)(?:['’]\w+)? "
    r"|(?:this|that|my|our|the|a|an|one|some) (?:\S+ ){1,3}?(?:is|are|was|were|has|have|had|does|did|do|\w+n['’]t|came"
    r"|gave|broke|took|fell|fits?|smells?|works?|needs?|\w{3,}ed)\b)"
    r"[^.!?;:]*)[.!?\s]*$"
    r"|\bbecause (?P<cause>[^.!?;:]+)[.!?\s]*$",
    re.IGNORECASE,
)
"""A clause at the end that tells why: `cancel it, we are moving`."""
_ASKS = re.compile(
    r"\b(?:cancel\w*|return\w*|refund\w*|please|(?:want|like|need) (?:it|to|this|that|you)|I'd like|would like)\b",
    re.IGNORECASE,
)
"""What a clause says that asks and gives no reason."""
_PRODUCT = re.compile(r"\b(?:products?|articles?|item (?:no|number)|ref|stock|available)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")


def about(call: ToolCall, question: str, known: Known) -> ToolCall:
    """The call, about the order that the question names where that is beyond doubt.

    `question` may be the customer's last messages, where a change was asked for in two of them.
    """
    name, args = call["name"], dict(call["args"])
    argument = "product_id" if name == "get_product" else "order_id"
    number = args.get(argument)
    if not isinstance(number, str):
        return call
    meant = number if name == "get_product" else known.order_for_call(question, number)
    tool = known.tool_for(name, meant)
    if tool in ("get_order", "track_shipment") and numbers.PRODUCT.fullmatch(meant) and _PRODUCT.search(question):
        tool = "get_product"
    if (tool, meant) != (name, number):
        args.pop(argument)
        args = {"product_id" if tool == "get_product" else "order_id": meant, **args}
    record = known.records.get(meant)
    if tool == "request_return" and record is not None and not _named(str(args.get("item", "")), record.items):
        items = _named(question, record.items) or record.items
        args |= {"item": items[0]} if len(items) == 1 else {}
    return ToolCall(name=tool, args=args, id=call["id"], type="tool_call")


def _named(text: str, items: Sequence[str]) -> list[str]:
    return [item for item in items if naming.meant(text, [("", [item])])]


def lacks(call: ToolCall, said: Sequence[str]) -> Literal["", "wish", "address"]:
    """What the customer's last messages lack for this change to be theirs; nothing if it is."""
    wish, text = _WISHES.get(call["name"]), "\n".join(said)
    if call["name"] != "change_address" and said and wishes.asks_how_a_change_stands(said[-1]):
        return "wish"
    if wish is not None and not wish.search(_IDIOMS.sub("", asking.spelled(text))):
        return "wish"
    if call["name"] == "change_address" and not _spoken(str(call["args"].get("address", "")), text):
        return "address"
    return ""


def in_own_words(call: ToolCall, said: Sequence[str]) -> ToolCall:
    """The change with the reason that the customer gave and no other, and an address without what came after it."""
    args: dict[str, Any] = dict(call["args"])
    if "address" in args:
        args["address"] = addresses.tidy(str(args["address"]))
    if args.get("reason") and not _spoken(str(args["reason"]), "\n".join(said), least=1):
        del args["reason"]
    if not args.get("reason") and call["name"] in ("cancel_order", "request_return") and said:
        args |= {"reason": reason} if (reason := _reason(said[-1])) else {}
    return ToolCall(name=call["name"], args=args, id=call["id"], type="tool_call")


def _reason(text: str) -> str:
    """Why the customer wants a change, in their own words; empty where they do not say."""
    found = _REASON.search(text)
    reason = (found["reason"] or found["cause"]).strip(" ,") if found else ""
    return reason if len(_WORD.findall(reason)) >= 2 and not _ASKS.search(reason) else ""


def invented(call: ToolCall, said: Sequence[str], known: Known) -> bool:
    """Whether a look-up is for a number that nobody has said: neither the customer nor a result."""
    number = call["args"].get("order_id")
    if call["name"] not in ("get_order", "track_shipment") or not isinstance(number, str):
        return False
    number = numbers.plain(number)
    if number in {numbers.plain(key) for key in [*known.order_ids(), *known.records]}:
        return False
    # A letter or a word is no number, though it may stand in the question.
    return not any(map(str.isdigit, number)) or number not in numbers.plain(" ".join(said))


def plausible(call: ToolCall, question: str) -> bool:
    """Whether a question may be after the account, where that is called for."""
    return call["name"] != "get_account" or whose.may_be_own(question)


def _spoken(value: str, text: str, *, least: int = 2) -> bool:
    """Whether most words of a value, and at least so many, are the customer's."""
    words, heard = _WORD.findall(value.casefold()), set(_WORD.findall(text.casefold()))
    return len(words) >= least and sum(word in heard for word in words) >= 0.75 * len(words)
