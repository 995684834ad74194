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

from headstart.errors import DatabaseError
from headstart.storage import unusable
from headstart.text import one_line, printable

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage
    from langgraph.checkpoint.base import Checkpoint
    from langgraph.graph.state import CompiledStateGraph

    from agent.session.checkpoints import KeptSaver

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
    """The typed results that the answer rests on, as `headstart.world.opened.artifact` made them; as they were then."""


class Conversations:
    """One customer's, in the file that the checkpointer writes."""

    def __init__(self, path: Path, user_id: str) -> None:
        self.path = path
        self._user_id = user_id

    def listed(self) -> list[Kept]:
        """The newest first; those without a single turn are left out.

        A row says what a conversation held at one checkpoint. It is written when a turn ends; where that was not so
        (an older file, a crash in between), it is written now.
        """
        query = """
            SELECT thread_id, max(c.checkpoint_id), r.checkpoint_id, first_question, last_at, turns, title
            FROM checkpoints AS c LEFT JOIN conversation_rows AS r USING (thread_id)
            LEFT JOIN conversation_titles USING (thread_id)
            WHERE thread_id > ? AND thread_id < ? AND length(thread_id) = ?
            GROUP BY thread_id ORDER BY 2 DESC LIMIT ?"""
        prefix = f"{self._user_id}:"
        bounds = (prefix, f"{self._user_id};", len(prefix) + UUID_CHARS, LISTED)
        kept: list[Kept] = []
        with self._opened() as saver:
            for thread_id, newest, noted, *row, title in saver.conn.execute(query, bounds).fetchall():
                first, last_at, turns = row if noted == newest else _note(saver, thread_id)
                kept.append(Kept(thread_id, title or first, datetime.fromisoformat(last_at), turns))
        return [one for one in kept if one.turns]

    def turns(self, thread_id: str) -> list[KeptTurn]:
        """What was asked and answered, oldest first."""
        self._check(thread_id)
        with self._opened() as saver:
            return turns_of(_stored(saver, thread_id)[1])

    def rename(self, thread_id: str, title: str) -> None:
        """Give another title; an empty one brings the first question back."""
        self._check(thread_id)
        title = _title(title)
        with self._opened() as saver, saver.cursor() as cursor:
            if title:
                cursor.execute("INSERT OR REPLACE INTO conversation_titles VALUES (?, ?)", (thread_id, title))
            else:
                cursor.execute("DELETE FROM conversation_titles WHERE thread_id = ?", (thread_id,))

    def delete(self, thread_id: str) -> None:
        """Delete for good: what was written is overwritten in the file."""
        self._check(thread_id)
        with self._opened() as saver:
            with saver.cursor() as cursor:
                for table in ("checkpoints", "writes", "conversation_titles", "conversation_rows"):
                    cursor.execute(f"DELETE FROM {table} WHERE thread_id = ?", (thread_id,))  # noqa: S608  Known names.
            saver.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # The log holds copies of the deleted pages.

    def _check(self, thread_id: str) -> None:
        prefix, _, rest = thread_id.rpartition(":")
        if prefix != self._user_id or len(rest) != UUID_CHARS:
            raise DatabaseError("This conversation is not one of yours. Open one of the list.")

    @contextmanager
    def _opened(self) -> Generator[KeptSaver]:
        """A connection of its own for each use, so that quitting has none to wait for."""
        from agent.session.checkpoints import KeptSaver

        saver = KeptSaver(self.path)
        try:
            with closing(saver):
                yield saver
        except sqlite3.Error as error:
            raise unusable(error, self.path) from error


def turns_of(messages: Sequence[BaseMessage]) -> list[KeptTurn]:
    """The turns among a conversation's messages; a question without an answer has an empty one."""
    from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

    from agent.turn.conversation import is_ahead
    from agent.turn.synthetic import is_synthetic

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


def note_turn(graph: CompiledStateGraph[Any, Any], thread_id: str) -> None:
    """Write the row that the list shows of a conversation."""
    saver: Any = graph.checkpointer
    _note(saver, thread_id)


def _note(saver: KeptSaver, thread_id: str) -> tuple[str, str, int]:
    """Write a conversation's row: its first question, when it was last written to, and its turns."""
    checkpoint, messages = _stored(saver, thread_id)
    turns = turns_of(messages)
    row = (_title(turns[0].question) if turns else "", checkpoint["ts"], len(turns))
    with saver.cursor() as cursor:
        values = (thread_id, checkpoint["id"], *row)
        cursor.execute("INSERT OR REPLACE INTO conversation_rows VALUES (?, ?, ?, ?, ?)", values)
    return row


def _stored(saver: KeptSaver, thread_id: str) -> tuple[Checkpoint, list[BaseMessage]]:
    found = saver.get_tuple({"configurable": {"thread_id": thread_id}})
    if found is None:
        raise DatabaseError("This conversation is no longer kept. Open another one of the list.")
    return found.checkpoint, list(found.checkpoint["channel_values"].get("messages", []))


def _title(text: str) -> str:
    return one_line(text)[:TITLE_CHARS]
