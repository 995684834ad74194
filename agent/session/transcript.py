"""One conversation as LangGraph's checkpointer keeps it, and how a turn without an answer is closed in it.

Everything here reads or writes the state file, so call it in a thread; LangGraph is imported only there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from agent.session.conversations import RESTS_ON, note_turn

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage
    from langgraph.graph.state import CompiledStateGraph

    from agent.turn.turn import Turn


class Transcript:
    """A session's conversation. `closed` is set when nothing more may be read; `drain` waits for who still reads."""

    def __init__(
        self,
        thread_id: str,
        *,
        graph: Callable[[], CompiledStateGraph[Any, Any]],
        not_confirmed: str,
        closed: threading.Event,
    ) -> None:
        self.thread_id = thread_id
        self._graph = graph
        self._not_confirmed = not_confirmed
        self._closed = closed
        self._reading = threading.Lock()

    def messages(self) -> list[BaseMessage]:
        """What was said, oldest first; nothing once the session is closed."""
        with self._reading:
            # The state file may be closed under a thread that still warms.
            return [] if self._closed.is_set() else self.stored()

    def stored(self) -> list[BaseMessage]:
        """What was said, also while the session closes."""
        return list(self._graph().get_state(self._config).values.get("messages", []))

    def drain(self) -> None:
        """Wait until nobody reads any more."""
        with self._reading:
            pass

    def stream(self, given: Any, turn: Turn) -> Iterator[dict[str, Any]]:
        """Run the graph on what it is given; gives what each node changed."""
        return self._graph().stream(given, self._config, context=turn, stream_mode="updates")

    def rest(self) -> int:
        """Close a last question that was left open; gives how many messages there are then."""
        messages = self.messages()
        if ends_open(messages):
            settle(self._graph(), self.thread_id, self._not_confirmed)
            messages = self.messages()
        return len(messages)

    def decline(self) -> None:
        """Close the turn whose change was not confirmed: each of its calls gets a result that says so."""
        self._append(declined(self.stored(), self._not_confirmed))

    def roll_back(self, before: int) -> None:
        """Take out what a turn without an answer left behind the first `before` messages; a change done stays."""
        self._append(unanswered(self.messages()[before:], self._not_confirmed))

    def keep(self, answer: Sequence[BaseMessage], *, performance_log: list[str], spans: list[dict[str, Any]]) -> None:
        """End a turn: what its answer rests on and what it took, in one checkpoint that replaces those before."""
        self._update({"messages": list(answer), "performance_log": performance_log, "spans": spans})
        drop_older(self._graph(), self.thread_id)
        note_turn(self._graph(), self.thread_id)

    def _append(self, messages: list[BaseMessage]) -> None:
        if messages:
            self._update({"messages": messages})

    def _update(self, values: dict[str, Any]) -> None:
        self._graph().update_state(self._config, values, as_node="final_answer")

    @property
    def _config(self) -> Any:
        return {"configurable": {"thread_id": self.thread_id}}


def resting_on(messages: Sequence[BaseMessage], sources: Sequence[str]) -> list[BaseMessage]:
    """A turn's answer, the last of a conversation's messages, marked with the ids of the calls it rests on.

    These are the `sources` of its facts, and what the model asked for in this turn.
    """
    from langchain_core.messages import HumanMessage, ToolMessage

    from agent.turn.conversation import is_ahead
    from agent.turn.synthetic import is_synthetic

    asked = max((i for i, m in enumerate(messages) if isinstance(m, HumanMessage) and not is_synthetic(m)), default=0)
    own = [m.tool_call_id for m in messages[asked:] if isinstance(m, ToolMessage) and not is_ahead(m)]
    answer = messages[-1]
    marks = {**answer.additional_kwargs, RESTS_ON: list(dict.fromkeys([*own, *sources]))}
    return [answer.model_copy(update={"additional_kwargs": marks})]


def drop_older(graph: CompiledStateGraph[Any, Any], thread_id: str) -> None:
    """Keep a conversation's newest checkpoint alone, which holds all of it.

    Each step of the graph leaves one, a copy of all that was said: the file would grow with the square of the turns.
    """
    saver: Any = graph.checkpointer
    with saver.cursor() as cursor:
        for table in ("writes", "checkpoints"):
            query = f"""
                DELETE FROM {table} WHERE thread_id = :thread AND checkpoint_id <
                (SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = :thread)"""  # noqa: S608  Two known names.
            cursor.execute(query, {"thread": thread_id})


def settle(graph: CompiledStateGraph[Any, Any], thread_id: str, not_confirmed: str) -> None:
    """Close a last question that never got its answer: the program ended in the middle of the turn."""
    from agent.turn.synthetic import is_synthetic

    config: Any = {"configurable": {"thread_id": thread_id}}
    messages: list[BaseMessage] = graph.get_state(config).values.get("messages", [])
    if not ends_open(messages):
        return
    asked = max((i for i, m in enumerate(messages) if m.type == "human" and not is_synthetic(m)), default=0)
    graph.update_state(config, {"messages": unanswered(messages[asked:], not_confirmed)}, as_node="final_answer")


def ends_open(messages: Sequence[BaseMessage]) -> bool:
    """Whether a conversation's last question has no answer yet."""
    return bool(messages) and (messages[-1].type != "ai" or bool(getattr(messages[-1], "tool_calls", None)))


def unanswered(turn: Sequence[BaseMessage], not_confirmed: str) -> list[BaseMessage]:
    """What closes a turn that got no answer: its messages are removed, unless it has changed something.

    A change that is forgotten would be asked for a second time. `not_confirmed` is the result of a call that was not
    made.
    """
    from langchain_core.messages import AIMessage, RemoveMessage, ToolMessage

    done = [
        message.text
        for message in turn
        if isinstance(message, ToolMessage) and isinstance(message.artifact, dict) and message.artifact.get("done")
    ]
    if not done:
        return [RemoveMessage(id=message.id or "") for message in turn]
    if isinstance(turn[-1], AIMessage) and not turn[-1].tool_calls:
        return []
    return [*_results_of_open_calls(turn, not_confirmed), AIMessage(" ".join(done))]


def declined(messages: Sequence[BaseMessage], not_confirmed: str) -> list[BaseMessage]:
    """What closes a turn whose change was not confirmed: a result for each open call, and an answer that says so."""
    from langchain_core.messages import AIMessage

    results = _results_of_open_calls(messages, not_confirmed)
    return [*results, AIMessage(not_confirmed)] if results else []


def _results_of_open_calls(messages: Sequence[BaseMessage], not_confirmed: str) -> list[BaseMessage]:
    from langchain_core.messages import AIMessage, ToolMessage

    answered = {message.tool_call_id for message in messages if isinstance(message, ToolMessage)}
    calls = [call for message in messages if isinstance(message, AIMessage) for call in message.tool_calls]
    return [
        ToolMessage(not_confirmed, tool_call_id=call["id"] or "", name=call["name"])
        for call in calls
        if call["id"] not in answered
    ]
