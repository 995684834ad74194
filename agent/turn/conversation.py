"""The messages of a conversation: what stands in the prompt, and the exchanges that speculation places there."""

import uuid
from collections.abc import Container, Sequence
from typing import Any, TypeAlias

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage

from agent.turn import synthetic
from headstart.guard import Result
from headstart.speculation.speculator import Call
from headstart.world import Phrases, Said
from headstart.world.opened import ToolResult

AHEAD = "ahead"
"""The mark in `additional_kwargs` of messages that speculation placed."""

Found: TypeAlias = tuple[Call, str, Any]
"""A call that was answered ahead: with the content and the artifact of its result."""


def exchanges(standing: Sequence[BaseMessage], found: Sequence[Found], phrases: Phrases) -> list[BaseMessage]:
    """What to append to the messages that stand in the prompt so that every found result stands there.

    A result that stands already is not placed again; one that differs from what stands is appended
    behind it, never written over it: rewriting would cost the KV cache.
    """
    appended: list[BaseMessage] = []
    for call, content, artifact in found:
        result = standing_result(standing, call)
        if result is not None and result.text == content:
            continue
        before = [*standing, *appended]
        turn_text = phrases.typing if any(map(is_ahead, before)) else phrases.signed_in
        appended += _exchange(call, content, artifact, turn_text)
    return appended


def _exchange(call: Call, content: str, artifact: Any, turn_text: str) -> list[BaseMessage]:
    call_id = f"ahead_{uuid.uuid4().hex[:16]}"
    asked = ToolCall(name=call.name, args=call.mapping(), id=call_id, type="tool_call")
    messages: list[BaseMessage] = [
        synthetic.synthetic_turn(turn_text),
        AIMessage("", tool_calls=[asked]),
        ToolMessage(content, tool_call_id=call_id, name=call.name, artifact=artifact),
    ]
    for message in messages:
        message.id = str(uuid.uuid4())
        message.additional_kwargs[AHEAD] = True
    return messages


def is_ahead(message: BaseMessage) -> bool:
    """Whether speculation placed this message."""
    return bool(message.additional_kwargs.get(AHEAD))


def in_prompt(
    messages: Sequence[BaseMessage], instructions: str, *, context: bool, first_id: str | None = None
) -> list[BaseMessage]:
    """What the model is given: the instructions and the conversation from `first_id` on.

    Without the context head start, exchanges that speculation placed are left out.
    """
    start = next((i for i, message in enumerate(messages) if message.id == first_id), 0) if first_id else 0
    kept = [message for message in messages[start:] if context or not is_ahead(message)]
    return [SystemMessage(instructions), *kept]


def calls_by_id(messages: Sequence[BaseMessage]) -> dict[str, Call]:
    """The calls that messages make, by their ids, oldest first."""
    made = (call for message in messages if isinstance(message, AIMessage) for call in message.tool_calls)
    return {call["id"] or "": Call.of(call["name"], call["args"]) for call in made}


def standing_result(messages: Sequence[BaseMessage], call: Call) -> ToolMessage | None:
    """The newest successful result of a call among messages, whoever asked for it."""
    asked = {call_id for call_id, made in calls_by_id(messages).items() if made == call}
    results = (m for m in reversed(messages) if isinstance(m, ToolMessage) and m.tool_call_id in asked)
    return next((m for m in results if m.status == "success"), None)


def reads_standing(messages: Sequence[BaseMessage], reads: Container[str]) -> list[Call]:
    """The calls of `reads` whose successful results stand among messages, whoever made them; oldest first."""
    done = {m.tool_call_id for m in messages if isinstance(m, ToolMessage) and m.status == "success"}
    made = [call for call_id, call in calls_by_id(messages).items() if call_id in done and call.name in reads]
    return list(dict.fromkeys(made))


def results(messages: Sequence[BaseMessage]) -> list[Result]:
    """Every tool result among messages."""
    return [Result(m.tool_call_id, m.text, m.artifact) for m in messages if isinstance(m, ToolMessage)]


def written(messages: Sequence[BaseMessage], writes: Container[str]) -> list[Result]:
    """The results of `writes` since the user's last message."""
    since = max((at for at, m in enumerate(messages) if isinstance(m, HumanMessage)), default=-1)
    return results([m for m in messages[since + 1 :] if isinstance(m, ToolMessage) and (m.name or "") in writes])


def answers(messages: Sequence[BaseMessage]) -> list[str]:
    """What was answered, oldest first."""
    return [m.text for m in messages if isinstance(m, AIMessage) and m.text.strip()]


def customer_said(messages: Sequence[BaseMessage]) -> list[str]:
    """What the customer wrote, oldest first."""
    return [m.text for m in messages if isinstance(m, HumanMessage) and not synthetic.is_synthetic(m)]


def said(messages: Sequence[BaseMessage]) -> list[Said]:
    """The conversation as both sides read it, oldest first: without tools and without what speculation placed."""
    return [
        Said("agent" if isinstance(m, AIMessage) else "user", m.text.strip())
        for m in messages
        if m.text.strip()
        and (isinstance(m, AIMessage) or (isinstance(m, HumanMessage) and not synthetic.is_synthetic(m)))
    ]


def newer_half(messages: Sequence[BaseMessage]) -> str | None:
    """The id of the message with which the newer half of the customer's turns begins; None for a single turn."""
    turns = [m.id for m in messages if isinstance(m, HumanMessage) and not synthetic.is_synthetic(m)]
    return turns[(len(turns) + 1) // 2] if len(turns) > 1 else None


def estimated_tokens(messages: Sequence[BaseMessage]) -> int:
    """About how many tokens messages have, where no model has counted them: a token is some four characters."""
    return sum(len(message.text) for message in messages) // 4


def first_of_newest(messages: Sequence[BaseMessage], max_tokens: int) -> str | None:
    """The id of the message with which the newest part that fits begins; None where all of it fits."""
    first: str | None = None
    while (half := newer_half(messages)) and estimated_tokens(messages) > max_tokens:
        first = half
        messages = messages[next(i for i, message in enumerate(messages) if message.id == half) :]
    return first


def standing_answers(
    messages: Sequence[BaseMessage], reads: Container[str], *, first_id: str | None
) -> list[tuple[Call, ToolResult, float]]:
    """The reads that stand in the prompt, with their results and when those were read, in seconds since the epoch."""
    standing = in_prompt(messages, "", context=True, first_id=first_id)
    found: list[tuple[Call, ToolResult, float]] = []
    for call in reads_standing(standing, reads):
        result = standing_result(standing, call)
        if result is not None and result.artifact:
            found.append((call, (result.text, result.artifact), float(result.artifact.get("read_at", 0.0))))
    return found
