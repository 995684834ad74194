"""The kept conversations of one customer: listed, read again, renamed, deleted and written out.

LangGraph's checkpointer keeps each conversation under a thread whose name begins with the customer's. An
object of this class is bound to one customer and reaches no other's threads. Everything here reads or writes the
state file, so call it in a thread; LangGraph is imported only there.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.errors import DatabaseError
from agent.text import printable

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage
    from langgraph.graph.state import CompiledStateGraph

LISTED = 200
"""The newest that are listed."""
TITLE_CHARS = 120
UUID_CHARS = 36
RESTS_ON = "rests_on"
"""The mark in `additional_kwargs` of an answer: the ids of the tool calls whose results it rests on."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept conversation, as a list shows it."""

    thread_id: str
    title: str
    """The first question, unless the customer gave another."""
    last_at: datetime
    """When it was last written to, in UTC."""
    turns: int


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A question and its answer; nothing that speculation placed."""

    question: str
    answer: str
    tools: tuple[str, ...] = ()
    """The tools that the model asked for."""
    facts: tuple[dict[str, Any], ...] = ()
    """The typed results that the answer rests on, as `agent.shop.calls.artifact` made them; as they were then."""


class Conversations:
    """One customer's, in the file that the checkpointer writes."""

    def __init__(self, path: Path, customer_id: str) -> None:
        self.path = path
        self._customer_id = customer_id

    def listed(self) -> list[Kept]:
        """The newest first; those without a single turn are left out."""
        own = len(self._customer_id) + 1
        query = """
            SELECT thread_id, max(checkpoint_id) AS newest, title FROM checkpoints
            LEFT JOIN conversation_titles USING (thread_id)
            WHERE substr(thread_id, 1, ?) = ? AND length(thread_id) = ?
            GROUP BY thread_id ORDER BY newest DESC LIMIT ?"""
        with self._opened() as (connection, saver):
            prefix = f"{self._customer_id}:"
            rows = connection.execute(query, (own, prefix, own + UUID_CHARS, LISTED)).fetchall()
            found = [self._kept(saver, thread_id, title) for thread_id, _, title in rows]
        return [kept for kept in found if kept.turns]

    def turns(self, thread_id: str) -> list[KeptTurn]:
        """What was asked and answered, oldest first."""
        self._check(thread_id)
        with self._opened() as (_, saver):
            return turns_of(_messages(saver, thread_id)[1])

    def rename(self, thread_id: str, title: str) -> None:
        """Give another title; an empty one brings the first question back."""
        self._check(thread_id)
        title = _title(title)
        with self._opened() as (connection, _), connection:
            if title:
                connection.execute("INSERT OR REPLACE INTO conversation_titles VALUES (?, ?)", (thread_id, title))
            else:
                connection.execute("DELETE FROM conversation_titles WHERE thread_id = ?", (thread_id,))

    def delete(self, thread_id: str) -> None:
        """Delete for good: what was written is overwritten in the file."""
        self._check(thread_id)
        with self._opened() as (connection, saver):
            connection.execute("PRAGMA secure_delete = ON")
            saver.delete_thread(thread_id)
            with connection:
                connection.execute("DELETE FROM conversation_titles WHERE thread_id = ?", (thread_id,))
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # The log holds copies of the deleted pages.

    def _check(self, thread_id: str) -> None:
        prefix, _, rest = thread_id.rpartition(":")
        if prefix != self._customer_id or len(rest) != UUID_CHARS:
            raise DatabaseError("This conversation is not one of yours. Open one of the list.")

    def _kept(self, saver: Any, thread_id: str, title: str | None) -> Kept:
        at, messages = _messages(saver, thread_id)
        turns = turns_of(messages)
        first = turns[0].question if turns else ""
        return Kept(thread_id, title or _title(first), at, len(turns))

    @contextmanager
    def _opened(self) -> Generator[tuple[sqlite3.Connection, Any]]:
        """A connection of its own for each use, so that quitting has none to wait for."""
        from langgraph.checkpoint.sqlite import SqliteSaver

        try:
            with closing(sqlite3.connect(self.path, check_same_thread=False)) as connection:
                saver = SqliteSaver(connection)
                saver.setup()
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS conversation_titles (thread_id TEXT PRIMARY KEY, title TEXT NOT NULL)"
                )
                yield connection, saver
        except sqlite3.Error as error:
            raise DatabaseError(
                f"The kept conversations cannot be read: {error}. Move {self.path.name} out of the state folder."
            ) from error


def turns_of(messages: Sequence[BaseMessage]) -> list[KeptTurn]:
    """The turns among a conversation's messages; a question without an answer has an empty one."""
    from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

    from agent.conversation import is_ahead
    from agent.prompts import is_synthetic

    turns: list[KeptTurn] = []
    results = {m.tool_call_id: m.artifact for m in messages if isinstance(m, ToolMessage) and m.artifact}
    for message in messages:
        match message:
            case HumanMessage() if not is_synthetic(message):
                turns.append(KeptTurn(printable(message.text), ""))
            case AIMessage() if turns and message.text.strip():
                ids = message.additional_kwargs.get(RESTS_ON, ())
                facts = tuple(results[one] for one in ids if one in results)
                turns[-1] = replace(turns[-1], answer=printable(message.text), facts=facts)
            case ToolMessage() if turns and not is_ahead(message):
                turns[-1] = replace(turns[-1], tools=(*turns[-1].tools, message.name or "tool"))
            case _:
                pass
    return turns


def resting_on(messages: Sequence[BaseMessage], sources: Sequence[str]) -> list[BaseMessage]:
    """A turn's answer, the last of a conversation's messages, marked with the ids of the calls it rests on.

    These are the `sources` of its facts, and what the model asked for in this turn.
    """
    from langchain_core.messages import HumanMessage, ToolMessage

    from agent.conversation import is_ahead
    from agent.prompts import is_synthetic

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


def settle(graph: CompiledStateGraph[Any, Any], thread_id: str) -> None:
    """Take out a last question that never got its answer: the program ended in the middle of the turn."""
    from langchain_core.messages import RemoveMessage

    from agent.prompts import is_synthetic

    config: Any = {"configurable": {"thread_id": thread_id}}
    messages: list[BaseMessage] = graph.get_state(config).values.get("messages", [])
    if not messages or (messages[-1].type == "ai" and not getattr(messages[-1], "tool_calls", None)):
        return
    asked = max((i for i, m in enumerate(messages) if m.type == "human" and not is_synthetic(m)), default=0)
    removed = [RemoveMessage(id=message.id or "") for message in messages[asked:]]
    graph.update_state(config, {"messages": removed}, as_node="final_answer")


def as_markdown(kept: Kept, turns: Sequence[KeptTurn]) -> str:
    """A conversation to read."""
    parts = [f"# {kept.title}\n\n{kept.last_at:%Y-%m-%d %H:%M} UTC"]
    for turn in turns:
        asked = "\n".join(f"> {line}" for line in turn.question.splitlines())
        looked_up = f"\n\n*looked up: {', '.join(turn.tools)}*" if turn.tools else ""
        parts.append(f"{asked}\n\n{turn.answer.strip()}{looked_up}")
    return "\n\n".join(parts) + "\n"


def as_json(kept: Kept, turns: Sequence[KeptTurn]) -> str:
    """The same for a program."""
    said = [{"question": turn.question, "answer": turn.answer, "tools": list(turn.tools)} for turn in turns]
    found = {"title": kept.title, "last_at": kept.last_at.isoformat(), "turns": said}
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _messages(saver: Any, thread_id: str) -> tuple[datetime, list[BaseMessage]]:
    found = saver.get_tuple({"configurable": {"thread_id": thread_id}})
    if found is None:
        raise DatabaseError("This conversation is no longer kept. Open another one of the list.")
    values = found.checkpoint["channel_values"]
    return datetime.fromisoformat(found.checkpoint["ts"]), list(values.get("messages", []))


def _title(text: str) -> str:
    return " ".join(printable(text).split())[:TITLE_CHARS]
