"""A small pool of read-only connections whose reads can be cancelled.

One aiosqlite connection is one thread, so over a single connection a claimed read would wait behind speculative
ones. And cancelling the await does not cancel the query: it runs on in its thread, and would hold the connection
for a result that nobody reads.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiosqlite

from agent.shop.database import connect, explained
from headstart.errors import SessionClosedError

_REPEAT_S = 0.005


class ReaderPool:
    """Hands out snapshots; a read takes a free connection or waits for one."""

    def __init__(self, path: Path, connections: list[aiosqlite.Connection]) -> None:
        self._path = path
        self._connections = connections
        # Last in, first out: the connection used last has the warmest page cache.
        self._free: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        for connection in connections:
            self._free.put_nowait(connection)
        self._recoveries: set[asyncio.Task[None]] = set()
        self._closed = False

    @classmethod
    async def open(cls, path: Path, *, readers: int, busy_timeout_s: float) -> "ReaderPool":
        """Raises DatabaseError; opens all or none."""
        connections: list[aiosqlite.Connection] = []
        try:
            for _ in range(readers):
                connections.append(await connect(path, busy_timeout_s=busy_timeout_s))
        except BaseException:
            for connection in connections:
                await connection.close()
            raise
        return cls(path, connections)

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[aiosqlite.Connection]:
        """A connection within one read transaction: all it reads is of the same moment.

        A read that is cancelled is interrupted. Raises DatabaseError, or SessionClosedError after `close`.
        """
        connection = await self._take()
        try:
            await connection.execute_fetchall("BEGIN")
            yield connection
            await connection.rollback()
        except BaseException as error:
            recovery = asyncio.get_running_loop().create_task(self._recover(connection))
            self._recoveries.add(recovery)
            recovery.add_done_callback(self._recoveries.discard)
            if not isinstance(error, sqlite3.Error):
                raise
            if self._closed:
                raise self._closed_error() from error
            raise explained(error, self._path) from error
        self._free.put_nowait(connection)

    async def close(self) -> None:
        """Interrupts what is still being read, and closes every connection."""
        if self._closed:
            return
        self._closed = True
        borrowed = set(self._connections)
        while borrowed:
            connection = await self._returned(borrowed)
            borrowed.remove(connection)
            await connection.close()

    async def _returned(self, borrowed: set[aiosqlite.Connection]) -> aiosqlite.Connection:
        """The next connection to come back, while those that have not are interrupted again and again."""
        returned = asyncio.ensure_future(self._free.get())
        await asyncio.wait((returned,), timeout=0)
        while not returned.done():
            for connection in borrowed:
                await connection.interrupt()
            await asyncio.wait((returned,), timeout=_REPEAT_S)
        return returned.result()

    async def _take(self) -> aiosqlite.Connection:
        if self._closed:
            raise self._closed_error()
        connection = await self._free.get()
        if self._closed:
            self._free.put_nowait(connection)
            raise self._closed_error()
        return connection

    async def _recover(self, connection: aiosqlite.Connection) -> None:
        # A connection's thread works first in, first out: once it has made this cursor, the abandoned query has
        # left. Interrupted again and again because the first interrupt may have come before the query began, and
        # only until then, so that no interrupt can meet the next query (SQLite forgets one that met none).
        left = asyncio.ensure_future(connection.cursor())
        while not left.done():
            await connection.interrupt()
            await asyncio.wait((left,), timeout=_REPEAT_S)
        with suppress(sqlite3.Error):  # `close` may interrupt even this; the connection is closed next then
            await connection.rollback()
        self._free.put_nowait(connection)

    def _closed_error(self) -> SessionClosedError:
        return SessionClosedError(f"Expected {self._path} to be open, found it closed. Sign in again.")
