"""Conversations as earlier sessions left them, in the real state file."""

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from stubs.shop_rows import artifact

from agent.engine import KEPT_IN
from agent.session.checkpoints import KeptSaver
from agent.session.conversations import RESTS_ON
from agent.session.transcript import Transcript
from agent.shop.records import Row
from agent.turn.graph import build_graph


def turn(question: str, answer: str, *rows: Row) -> list[BaseMessage]:
    """A turn whose answer rests on a result for each of the rows."""
    found: list[BaseMessage] = []
    for number, row in enumerate(rows):
        call = {"name": "get_order", "args": {}, "id": f"{question} {number}", "type": "tool_call"}
        found.append(AIMessage("", tool_calls=[call]))
        found.append(
            ToolMessage("found", tool_call_id=call["id"], name="get_order", artifact=dict(artifact(row, None)))
        )
    marks = {RESTS_ON: [f"{question} {number}" for number in range(len(rows))]}
    return [HumanMessage(question), *found, AIMessage(answer, additional_kwargs=marks)]


def keep(folder: Path, thread_id: str, last_at: datetime, *turns: Sequence[BaseMessage]) -> None:
    """Write a conversation into the state folder; the newest last."""
    saver = KeptSaver(folder / KEPT_IN)
    with closing(saver):
        graph = build_graph(saver)
        kept = Transcript(thread_id, graph=lambda: graph, not_confirmed="", closed=threading.Event())
        kept.keep([message for said in turns for message in said], performance_log=[], spans=[])
    date(folder, thread_id, last_at)


def date(folder: Path, thread_id: str, last_at: datetime) -> None:
    """Let a conversation have been written to at this time."""
    with closing(sqlite3.connect(folder / KEPT_IN)) as connection, connection:
        row = (last_at.isoformat(), thread_id)
        connection.execute("UPDATE conversation_rows SET last_at = ? WHERE thread_id = ?", row)
