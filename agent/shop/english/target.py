"""Which order a change concerns where the customer has named none.

A change of "my order" concerns the orders for which the shop's rules allow it. If there is one, it is proposed by
name; if there are several, the customer is asked; if there is none, they are told why not. No order is ever guessed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from langchain_core.messages import ToolCall

from agent.shop import contents, policy
from agent.shop.english import asking, naming, numbers, wishes
from agent.shop.english.facts import AND, Known


@dataclass(frozen=True, slots=True)
class Target:
    """Either the call to make or what to answer in its place; neither where all orders have to be read first."""

    call: ToolCall | None = None
    answer: str = ""


def target(
    call: ToolCall, said: Sequence[str], known: Known, *, pointed: Sequence[str], recent: Sequence[str], today: date
) -> Target:
    """The change, about the order that the customer's last messages mean.

    `pointed` are the orders that the question names or points at, `recent` those of the last answer that told of any.
    """
    name, number = call["name"], str(call["args"].get("order_id", ""))
    text = _without(str(call["args"].get("address", "")), said)
    named = known.mentioned(text)
    if any(numbers.plain(one) not in map(numbers.plain, known.order_ids()) for one in numbers.full_numbers(text)):
        return Target(call)  # A number that is none of theirs: the shop says so.
    numbered = known.mentioned(text, numbers_only=True)
    if numbered or (not named and len(pointed) == 1):
        of = numbered or list(pointed)
        return Target(_about(call, number if number in of else of[0], said, known))
    if named:
        return _one_of(call, named, said, known, today)
    if known.count is None:
        return Target()
    may = [key for key in known.order_ids() if _possible(name, key, known, today)]
    if len(recent) == 1 and (recent[0] in may or asking.goes_back(text)):
        return Target(_about(call, recent[0], said, known))
    if known.count == 1 and known.order_ids():
        return Target(_about(call, known.order_ids()[0], said, known))  # What is not allowed, the rules explain.
    if len(may) == 1 and not _older(name, known):
        return Target(_about(call, may[0], said, known))
    if not may and not _older(name, known):
        return Target(answer=policy.NONE_POSSIBLE[name] if known.count else contents.NO_ORDERS)
    return Target(answer=_which(name, may, known))


def _one_of(call: ToolCall, named: Sequence[str], said: Sequence[str], known: Known, today: date) -> Target:
    """Of the orders that hold what was named, the one for which the change is possible."""
    number = str(call["args"].get("order_id", ""))
    may = [key for key in named if _possible(call["name"], key, known, today)]
    items = [known.records[key].items for key in named if key in known.records]
    if len(named) > 1 and len(may) > 1 and not AND.search("\n".join(said)) and items:
        return Target(answer=_which(call["name"], may, known))
    of = may or list(named)
    return Target(_about(call, number if number in of else of[0], said, known))


def wanted(text: str, known: Known) -> ToolCall | None:
    """The change that a text asks for of "my order", where it names none; without an order yet."""
    name = wishes.change_of_mine(text)
    if not name or known.mentioned(text) or numbers.full_numbers(text):
        return None
    return ToolCall(name=name, args={"order_id": "", **({"item": ""} if name == "request_return" else {})}, id=None)


def _about(call: ToolCall, order_id: str, said: Sequence[str], known: Known) -> ToolCall:
    """The call about that order; of several items none is chosen that the customer did not name."""
    args: dict[str, Any] = {**call["args"], "order_id": order_id}
    record = known.records.get(order_id)
    if "item" in call["args"] and record is not None:
        items = record.items
        named = [item for item in items if naming.meant("\n".join(said), [("", [item])])] or list(items)
        right = any(naming.meant(str(args.get("item", "")), [("", [item])]) for item in named)
        if len(named) == 1 and not right:
            args["item"] = named[0]
        elif len(named) > 1 and (len(named) == len(items) or not right):
            args["item"] = ""  # The shop asks which one.
    return ToolCall(name=call["name"], args=args, id=call["id"], type="tool_call")


def _possible(name: str, key: str, known: Known, today: date) -> bool:
    record = known.records.get(key)
    return record is not None and record.order is not None and policy.possible(name, record.order, today)


def _older(name: str, known: Known) -> bool:
    """Whether there may be another order for it among those that are not listed."""
    unread = [status for key, status in known.older_status.items() if key not in known.records]
    return not known.whole or any(status in policy.CHANGEABLE[name] for status in unread)


def _which(name: str, may: Sequence[str], known: Known) -> str:
    return "\n".join([policy.WHICH[name], *(f"- {known.records[key].line}" for key in may)])


def _without(address: str, said: Sequence[str]) -> str:
    """The customer's words but for the address, in which a post code may look like an order's number."""
    text = "\n".join(said)
    return re.sub(re.escape(address), " ", text, flags=re.IGNORECASE) if address.strip() else text
