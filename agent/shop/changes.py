"""The shop's writes: one transaction each, audited, and done once however often it is asked for.

The customer confirms a write before it happens and sees what it would change. That is the same transaction,
rolled back: a preview of its own would sooner or later tell another story than the change.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import aiosqlite

from agent.shop import contents, policy, queries
from agent.shop.contents import no_such_order
from agent.shop.database import WRITE_COLUMNS, check_columns, columns, connect, explained
from agent.shop.records import Change, Order
from agent.shop.terms import order_number
from headstart.errors import SettingsError
from headstart.text import one_line

REASON_LENGTH = 500


@dataclass(frozen=True)
class Request:
    """What is asked for by whom."""

    customer_id: str
    order_id: str
    key: str
    """The idempotency key: the same key again is the same write again. Unique over all customers."""
    dry_run: bool


Apply = Callable[[aiosqlite.Connection, Order], Awaitable[Change]]
"""Looks at the customer's order and changes it, or answers with a refusal."""


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

    async def cancel_order(self, request: Request, reason: str) -> Change:
        """Cancels an order that has not shipped."""

        async def apply(connection: aiosqlite.Connection, order: Order) -> Change:
            if refusal := policy.cancel_refusal(order):
                return _refused("cancel_order", order.order_id, refusal)
            await connection.execute_fetchall(
                "UPDATE orders SET status = 'Cancelled', eta = NULL WHERE order_id = ?", (order.order_id,)
            )
            message = contents.cancelled(order, done=not request.dry_run)
            return _done("cancel_order", order, message, order.status.value, "Cancelled")

        return await self._change("cancel_order", request, reason, apply)

    async def request_return(self, request: Request, item: str, reason: str) -> Change:
        """Registers the return of one item of a delivered order."""

        async def apply(connection: aiosqlite.Connection, order: Order) -> Change:
            rows = await connection.execute_fetchall("SELECT line FROM returns WHERE order_id = ?", (order.order_id,))
            registered = {int(row["line"]) for row in rows}
            meant = policy.item_meant(order, item)
            refusal = policy.return_refusal(order, meant, registered, self.today())
            if refusal or meant is None:
                return _refused("request_return", order.order_id, refusal or "")
            await connection.execute_fetchall(
                "INSERT INTO returns (order_id, line, reason, status, requested_at) VALUES (?, ?, ?, 'Requested', ?)",
                (
                    order.order_id,
                    meant.line,
                    one_line(reason)[:REASON_LENGTH],
                    self.stamp(),
                ),
            )
            message = contents.return_registered(order, meant, done=not request.dry_run)
            return _done("request_return", order, message, order.status.value, "Return requested")

        return await self._change("request_return", request, reason, apply)

    async def change_address(self, request: Request, address: str) -> Change:
        """Sends an order that has not shipped elsewhere; needs the column orders.ship_to."""
        address = one_line(address)

        async def apply(connection: aiosqlite.Connection, order: Order) -> Change:
            if refusal := policy.address_refusal(order, address):
                return _refused("change_address", order.order_id, refusal)
            check_columns(self._columns, {"orders": ("ship_to",)}, self._path, "changing an address")
            rows = await connection.execute_fetchall(
                "SELECT coalesce(o.ship_to, c.address) AS goes_to FROM orders AS o JOIN customers AS c"
                " ON c.customer_id = o.customer_id WHERE o.order_id = ?",
                (order.order_id,),
            )
            before = "".join(row["goes_to"] for row in rows)
            await connection.execute_fetchall(
                "UPDATE orders SET ship_to = ? WHERE order_id = ?", (address, order.order_id)
            )
            message = contents.goes_to(order, address, done=not request.dry_run)
            return _done("change_address", order, message, before, address)

        return await self._change("change_address", request, None, apply)

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

    async def close(self) -> None:
        """Closes the connection when the write under way has ended."""
        async with self._lock:
            if self._opened is not None:
                await self._opened.close()
                self._opened = None

    async def _change(self, action: str, request: Request, reason: str | None, apply: Apply) -> Change:
        async with self.transaction() as connection:
            check_columns(self._columns, WRITE_COLUMNS, self._path, "changing orders")
            if recorded := await _recorded(connection, action, request):
                return await self._with_what_it_left(connection, recorded, request)
            order = await queries.find_order(connection, request.customer_id, request.order_id)
            if order is None:
                number = order_number(request.order_id)
                return _refused(action, number, no_such_order(number))
            change = await apply(connection, order)
            if change.done and not request.dry_run:
                await connection.execute_fetchall(
                    "INSERT INTO changes (at, customer_id, order_id, action, before, after, reason, message, key)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        self.stamp(),
                        request.customer_id,
                        order.order_id,
                        action,
                        change.before,
                        change.after,
                        reason and one_line(reason)[:REASON_LENGTH],
                        change.message,
                        request.key,
                    ),
                )
                change = await self._with_what_it_left(connection, change, request)
                await connection.commit()
            return change

    async def _with_what_it_left(self, connection: aiosqlite.Connection, change: Change, request: Request) -> Change:
        renewed = await queries.find_order(connection, request.customer_id, request.order_id)
        counted = "revision" in self._columns.get("customers", ())
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

    def now(self) -> datetime:
        """The moment, in UTC."""
        return self._clock().astimezone(UTC)

    def stamp(self) -> str:
        """The moment as the database writes it."""
        return self.now().isoformat(timespec="seconds")


async def _recorded(connection: aiosqlite.Connection, action: str, request: Request) -> Change | None:
    rows = list(await connection.execute_fetchall("SELECT * FROM changes WHERE key = ?", (request.key,)))
    if not rows:
        return None
    row = rows[0]
    recorded_for = (row["customer_id"], row["action"], order_number(row["order_id"]))
    if recorded_for != (request.customer_id, action, order_number(request.order_id)):
        raise ValueError("an idempotency key belongs to one write; this one was given to another")
    return Change(
        action=action,
        order_id=row["order_id"],
        done=True,
        message=row["message"],
        before=row["before"],
        after=row["after"],
    )


def _done(action: str, order: Order, message: str, before: str, after: str) -> Change:
    return Change(action=action, order_id=order.order_id, done=True, message=message, before=before, after=after)


def _refused(action: str, order_id: str, sentence: str) -> Change:
    return Change(action=action, order_id=order_id, done=False, message=sentence)
