"""The kept conversations' file, as LangGraph's checkpointer writes it; imports LangGraph, so only threads import this.

Whatever goes wrong in the file comes out as a DatabaseError that names it: an error of the disk told as the model's
would send the customer to mend the wrong thing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langgraph.checkpoint.base import id as checkpoint_ids
from langgraph.checkpoint.sqlite import SqliteSaver

from headstart.errors import DatabaseError
from headstart.storage import damage, make_folder, unusable

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig
    from langgraph.checkpoint.base import CheckpointTuple


class KeptSaver(SqliteSaver):
    """The checkpointer over one connection to the file, which `close` closes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        make_folder(path.parent)
        try:
            connection = sqlite3.connect(path, check_same_thread=False)
        except sqlite3.Error as error:
            raise unusable(error, path) from error
        super().__init__(connection)
        try:
            # A power failure may cost the last turn; else each first word waits for the disk twice.
            connection.execute("PRAGMA synchronous = NORMAL")
            # What a turn replaces is overwritten, so that deleting a conversation leaves nothing of it.
            connection.execute("PRAGMA secure_delete = ON")
            self.setup()
            connection.execute(
                "CREATE TABLE IF NOT EXISTS conversation_titles (thread_id TEXT PRIMARY KEY, title TEXT NOT NULL)"
            )
            connection.execute(
                "CREATE TABLE IF NOT EXISTS conversation_rows (thread_id TEXT PRIMARY KEY, checkpoint_id TEXT NOT NULL,"
                " first_question TEXT NOT NULL, last_at TEXT NOT NULL, turns INTEGER NOT NULL)"
            )
            connection.commit()
            newest = connection.execute("SELECT max(checkpoint_id) FROM checkpoints").fetchone()[0]
        except sqlite3.Error as error:
            connection.close()
            raise unusable(error, path) from error
        _go_on_after(newest)

    def close(self) -> None:
        """Close the connection; what a thread still asks for then is a DatabaseError."""
        self.conn.close()

    @contextmanager
    def cursor(self, transaction: bool = True) -> Generator[sqlite3.Cursor]:
        """LangGraph's, with errors that name the file."""
        try:
            with super().cursor(transaction) as cursor:
                yield cursor
        except sqlite3.Error as error:
            with self.lock:
                _undo(self.conn)
            raise unusable(error, self.path) from error

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """LangGraph's; a checkpoint that cannot be read is damage to the file."""
        try:
            return super().get_tuple(config)
        except DatabaseError:
            raise
        except Exception as error:
            found = damage(f"a conversation cannot be read: {type(error).__name__}")
            raise unusable(found, self.path) from error


def _undo(connection: sqlite3.Connection) -> None:
    """End what a failed transaction has left open, or its lock would stand in everybody's way."""
    try:
        connection.rollback()
    except sqlite3.Error:
        return


def _go_on_after(newest: str | None) -> None:
    """Let the next checkpoint be newer than those of the file, though the clock was set back in between.

    The newest is the one with the greatest id, and ids begin with the time.
    """
    if not newest:
        return
    try:
        digits = newest.replace("-", "")
        made = int(digits[:12] + digits[13:16], 16)
    except ValueError:
        return
    ids: Any = checkpoint_ids
    ids._last_v6_timestamp = max(ids._last_v6_timestamp or 0, made)
