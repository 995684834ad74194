"""Tool results brought to the calls they belong to, by their ids.

A chat template shows calls and results one after the other and no ids at all: the model takes the first result for the
first call's. Yet results come in the order in which tools were done, or people were asked, some late and some never.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from headstart.llama.format.contents import text_of

NO_RESULT = "Error: this call has no result."
"""What stands for a result that never came, so that the next one is not taken for it."""
_STANDS_IN = "stands_in"
_LABELLED = "labelled"


@dataclass(slots=True, eq=False)
class _Slot:
    """A call, and the result it was given."""

    message: int
    id: str
    name: str
    valid: bool
    result: ToolMessage | None = None


def paired(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The conversation with each result right after its call's message, in the order of the calls.

    A call without a result gets a stand-in as soon as anything else follows. A result that belongs to no call, or to
    which one cannot be told, stays where it is and says so.
    """
    slots = _matched(messages)
    ours = {slot.message: [one for one in slots if one.message == slot.message] for slot in slots}
    placed = {id(slot.result) for slot in slots if slot.result is not None}
    open_ends = _open_ends(messages, placed)
    shown: list[BaseMessage] = []
    for at, message in enumerate(messages):
        if isinstance(message, ToolMessage):
            if id(message) not in placed:
                shown.append(_labelled(message, [slot for slot in slots if slot.message < at]))
            continue
        shown.append(message)
        followed = at not in open_ends
        waiting = ours.get(at, [])
        for number, slot in enumerate(waiting):
            if slot.result is not None:
                name = slot.result.name or slot.name
                named = slot.result.name == name
                shown.append(slot.result if named else slot.result.model_copy(update={"name": name}))
            elif slot.valid and (followed or any(later.result for later in waiting[number + 1 :])):
                shown.append(_stand_in(slot))
    return shown


def stands_in(message: BaseMessage) -> bool:
    """Whether `paired` put this message in, for a result that never came."""
    return bool(message.additional_kwargs.get(_STANDS_IN))


def one_by_one(messages: Sequence[BaseMessage]) -> Iterator[BaseMessage]:
    """A conversation that is `paired` already, with one call a message, each followed by its result."""
    rest = list(messages)
    while rest:
        message = rest.pop(0)
        if not isinstance(message, AIMessage) or len(message.tool_calls) < 2:
            yield message
            continue
        for number, call in enumerate(message.tool_calls):
            invalid = [] if number else message.invalid_tool_calls
            yield AIMessage("" if number else message.content, tool_calls=[call], invalid_tool_calls=invalid)
            if rest and isinstance(rest[0], ToolMessage) and not rest[0].additional_kwargs.get(_LABELLED):
                yield rest.pop(0)


def _matched(messages: Sequence[BaseMessage]) -> list[_Slot]:
    slots: list[_Slot] = []
    at = 0
    while at < len(messages):
        message = messages[at]
        if isinstance(message, AIMessage):
            calls = [(call["id"], call["name"], True) for call in message.tool_calls]
            calls += [(call["id"], call["name"] or "", False) for call in message.invalid_tool_calls]
            slots += [_Slot(at, given or "", name, valid) for given, name, valid in calls]
        run: list[ToolMessage] = []
        while at < len(messages) and isinstance(messages[at], ToolMessage):
            run.append(cast(ToolMessage, messages[at]))
            at += 1
        if run:
            _match([one for one in run if not one.additional_kwargs.get(_LABELLED)], slots)
        else:
            at += 1
    return slots


def _match(run: Sequence[ToolMessage], slots: Sequence[_Slot]) -> None:
    """Give results that came together to calls made before."""
    left: list[ToolMessage] = []
    for number, result in enumerate(run):
        alike = [one for one in run[number:] if one.tool_call_id == result.tool_call_id]
        found = _of_id(result, slots, alike) if result.tool_call_id else None
        if found is None:
            left.append(result)
        else:
            found.result = result
    last = slots[-1].message if slots else -1
    known = {slot.id for slot in slots if slot.id}
    nameless = [result for result in left if result.tool_call_id not in known]
    free = [
        slot
        for slot in slots
        if slot.message == last and slot.result is None and slot.valid
        if not slot.id or any(not result.tool_call_id for result in nameless)
    ]
    nameless = [one for one in nameless if not one.tool_call_id or not any(slot.id for slot in free)]
    # Without ids there are the names, and where they leave a choice, the order: all or nothing.
    if Counter(_names(nameless, free)) == Counter(slot.name for slot in free):
        for name, result in zip(_names(nameless, free), nameless, strict=True):
            next(slot for slot in free if slot.name == name and slot.result is None).result = result
        return
    for result in nameless:
        same = [slot for slot in free if slot.name == result.name]
        if len(same) == 1 and sum(one.name == result.name for one in nameless) == 1:
            same[0].result = result


def _names(results: Sequence[ToolMessage], slots: Sequence[_Slot]) -> list[str]:
    """The names of results; where none has one, those of the calls in their order."""
    if len(results) == len(slots) and not any(result.name for result in results):
        return [slot.name for slot in slots]
    return [result.name or "" for result in results]


def _of_id(result: ToolMessage, slots: Sequence[_Slot], alike: Sequence[ToolMessage]) -> _Slot | None:
    """The call that a result's id leads to, if it leads to one.

    The last message's calls come first: many a model counts its calls anew in each message.
    """
    same = [slot for slot in slots if slot.id == result.tool_call_id]
    if not same:
        return None
    last = slots[-1].message
    if any(slot.message == last for slot in same):
        same = [slot for slot in same if slot.message == last]
    free = [slot for slot in same if slot.result is None]
    named = [slot for slot in free if slot.name == result.name]
    if result.name and (named or len(same) > 1):  # An id that several calls have is told by the name, or not at all.
        free, alike = named, [one for one in alike if one.name == result.name]
    several = len({slot.message for slot in free}) > 1
    # Two calls of one id with a result each: the order tells. With one result it does not.
    return None if not free or several or len(alike) < len(free) else free[0]


def _open_ends(messages: Sequence[BaseMessage], placed: set[int]) -> set[int]:
    """Where the conversation ends but for results that have gone to their calls."""
    ends: set[int] = set()
    for at in range(len(messages) - 1, -1, -1):
        if isinstance(messages[at], ToolMessage) and id(messages[at]) in placed:
            continue
        ends.add(at)
        break
    return ends


def _stand_in(slot: _Slot) -> ToolMessage:
    return ToolMessage(
        NO_RESULT, tool_call_id=slot.id, name=slot.name, status="error", additional_kwargs={_STANDS_IN: True}
    )


def _labelled(message: ToolMessage, slots: Sequence[_Slot]) -> ToolMessage:
    """A result that no call above can be read to have, said to be one; where no calls are there is nothing to say."""
    if not slots or message.additional_kwargs.get(_LABELLED):
        return message
    same = [slot for slot in slots if slot.id and slot.id == message.tool_call_id]
    name = message.name or next((slot.name for slot in same), "") or "a tool"
    if not same:
        label = f"This is a result of {name}, of none of the calls above:"
    elif any(slot.result is None for slot in same):
        label = f"This is a result of {name}, it is not known of which call:"
    else:
        label = f"This is another result of {name}:"
    marks = {**message.additional_kwargs, _LABELLED: True}
    return message.model_copy(update={"content": f"{label}\n{text_of(message)}", "additional_kwargs": marks})
