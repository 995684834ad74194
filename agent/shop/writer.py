"""How the shop writes: one transaction a change, audited, and done once however often it is asked for.

The customer confirms a change before it happens and sees what it would do. That is the same transaction, rolled back:
a preview of its own would sooner or later tell another story than the change.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import aiosqlite

from agent.shop import queries
from agent.shop.contents import no_such_order
from agent.shop.database import WRITE_COLUMNS, check_columns, columns, connect, explained
from agent.shop.records import Change, Order, Snapshot
from agent.shop.terms import order_number
from headstart.errors import SettingsError
from headstart.text import one_line

REASON_LENGTH = 500


@dataclass(frozen=True)
class Request:
    """What is asked for by whom."""

    customer_id: str
    order_id: str
    """Empty for a change of no one order."""
    key: str
    """The idempotency key: the same key again is the same write again. Unique over all customers."""
    dry_run: bool


Apply = Callable[[aiosqlite.Connection, Order], Awaitable[Change]]
"""Looks at the customer's order and changes it, or answers with a refusal."""
Made = tuple[Change, Snapshot | None]
"""A change, and what it altered, as that was before; None where nothing can be written back."""


class OrderWriter:
    """The one connection that writes, opened with the first write so that a read-only database can be read."""

    def __init__(
        self,
        path: Path,
        *,
        busy_timeout_s: float,
        clock: Callable[[], datetime],
        given: aiosqlite.Connection | None = None,
    ) -> None:
        self._path = path
        self._busy_timeout_s = busy_timeout_s
        self._clock = clock
        self._given = given
        """Written over instead of one of its own."""
        self._lock = asyncio.Lock()
        self._opened: aiosqlite.Connection | None = None
        self._columns: Mapping[str, frozenset[str]] = {}

    async def change_order(self, action: str, request: Request, reason: str | None, apply: Apply) -> Change:
        """Changes the customer's order, or says that there is none."""

        async def make(connection: aiosqlite.Connection) -> Made:
            order = await queries.find_order(connection, request.customer_id, request.order_id)
            if order is None:
                number = order_number(request.order_id)
                return refused(action, number, no_such_order(number)), None
            undone = self.has("changes", "undo") and self.has("orders", "ship_to")
            before = await queries.snapshot(connection, order) if undone else None
            return await apply(connection, order), before

        return await self.change(action, request, reason, make)

    async def change(
        self,
        action: str,
        request: Request,
        reason: str | None,
        make: Callable[[aiosqlite.Connection], Awaitable[Made]],
    ) -> Change:
        """Makes a change in a transaction and notes it down; a dry run and a refusal leave nothing behind."""
        async with self.transaction() as connection:
            self.check(WRITE_COLUMNS, "changing orders")
            if recorded := await _recorded(connection, action, request):
                return await self._with_what_it_left(connection, recorded, request)
            change, before = await make(connection)
            if change.done and not request.dry_run:
                await self._note(connection, request, change, reason, before)
                change = await self._with_what_it_left(connection, change, request)
                await connection.commit()
            return change

    async def add_customer(self, customer_id: str, name: str, email: str, address: str, password_hash: str) -> None:
        """Adds an account; raises SettingsError when there is one of that name."""
        try:
            async with self.transaction() as connection:
                await connection.execute_fetchall(
                    "INSERT INTO customers (customer_id, name, email, password_hash, address, created_at)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (customer_id, name, email, password_hash, address, self.stamp()),
                )
                await connection.commit()
        except sqlite3.IntegrityError as error:
            raise SettingsError(
                f"Expected a new user name, found {customer_id!r} taken. Choose another, or reset its password."
            ) from error

    async def set_password_hash(self, customer_id: str, password_hash: str) -> bool:
        """Whether there is such an account."""
        async with self.transaction() as connection:
            rows = await connection.execute_fetchall(
                "UPDATE customers SET password_hash = ? WHERE customer_id = ? RETURNING customer_id",
                (password_hash, customer_id),
            )
            await connection.commit()
            return bool(list(rows))

    def today(self) -> date:
        """The shop's day, by which the rules count."""
        return self._clock().date()

    def now(self) -> datetime:
        """The moment, in UTC."""
        return self._clock().astimezone(UTC)

    def stamp(self) -> str:
        """The moment as the database writes it."""
        return self.now().isoformat(timespec="seconds")

    def has(self, table: str, column: str) -> bool:
        """Whether the database has it; known from the first transaction on."""
        return column in self._columns.get(table, ())

    def check(self, expected: Mapping[str, tuple[str, ...]], purpose: str) -> None:
        """Raises DatabaseError naming what the database lacks for a purpose; for use within a transaction."""
        check_columns(self._columns, expected, self._path, purpose)

    async def close(self) -> None:
        """Closes the connection when the write under way has ended."""
        async with self._lock:
            if self._opened is not None:
                await self._opened.close()
                self._opened = None

    async def _note(
        self,
        connection: aiosqlite.Connection,
        request: Request,
        change: Change,
        reason: str | None,
        before: Snapshot | None,
    ) -> None:
        noted: dict[str, str | None] = {
            "at": self.stamp(),
            "customer_id": request.customer_id,
            "order_id": change.order_id or None,
            "action": change.action,
            "before": change.before,
            "after": change.after,
            "reason": reason and one_line(reason)[:REASON_LENGTH],
            "message": change.message,
            "key": request.key,
        }
        if before is not None:
            noted["undo"] = before.model_dump_json()
        await connection.execute_fetchall(
            f"INSERT INTO changes ({', '.join(noted)}) VALUES ({', '.join('?' * len(noted))})",  # noqa: S608  Names of its own.
            tuple(noted.values()),
        )

    async def _with_what_it_left(self, connection: aiosqlite.Connection, change: Change, request: Request) -> Change:
        order_id = change.order_id
        renewed = await queries.find_order(connection, request.customer_id, order_id) if order_id else None
        counted = self.has("customers", "revision")
        revision = await queries.revision(connection, request.customer_id) if counted else None
        return change.model_copy(update={"renewed": renewed, "revision": revision})

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[aiosqlite.Connection]:
        """A transaction that ends with what its user commits; all else is rolled back.

        A write whose task is cancelled while it commits is done or not; its key tells.
        """
        async with self._lock:
            connection = await self._connection()
            try:
                await connection.execute_fetchall("BEGIN IMMEDIATE")
                yield connection
            except sqlite3.IntegrityError:
                raise
            except sqlite3.Error as error:
                raise explained(error, self._path) from error
            finally:
                await connection.rollback()

    async def _connection(self) -> aiosqlite.Connection:
        if self._opened is None:
            connection = self._given
            if connection is None:
                connection = await connect(self._path, writing=True, busy_timeout_s=self._busy_timeout_s)
            try:
                self._columns = await columns(connection, self._path)
            except BaseException:
                await connection.close()
                raise
            self._opened = connection
        return self._opened


async def _recorded(connection: aiosqlite.Connection, action: str, request: Request) -> Change | None:
    rows = list(await connection.execute_fetchall("SELECT * FROM changes WHERE key = ?", (request.key,)))
    if not rows:
        return None
    row, asked = rows[0], order_number(request.order_id)
    recorded = order_number(row["order_id"] or "")
    if (row["customer_id"], row["action"]) != (request.customer_id, action) or asked not in ("", recorded):
        raise ValueError("an idempotency key belongs to one write; this one was given to another")
    return Change(
        action=action,
        order_id=row["order_id"] or "",
        done=True,
        message=row["message"],
        before=row["before"],
        after=row["after"],
    )


def done(action: str, order_id: str, message: str, before: str, after: str) -> Change:
    """A change that was made, or would be."""
    return Change(action=action, order_id=order_id, done=True, message=message, before=before, after=after)


def refused(action: str, order_id: str, sentence: str) -> Change:
    """A change that the rules do not allow, with the sentence that the customer is told."""
    return Change(action=action, order_id=order_id, done=False, message=sentence)
