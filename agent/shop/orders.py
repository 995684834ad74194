"""OrderStore: the customers' orders, read from SQLite and changed in transactions.

It is the one door to the shop's data. What it reads comes with the customer's revision of the same moment, so
that a result fetched ahead of time can later be told from a stale one; a revision read a moment later would call
a stale row fresh.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Generic, TypeVar

import aiosqlite

from agent.shop import queries
from agent.shop.changes import Changes
from agent.shop.contents import NO_DESK
from agent.shop.database import BUSY_TIMEOUT_S, READ_COLUMNS, check_columns, columns, connect
from agent.shop.english import kinds
from agent.shop.help.articles import Article, shelf
from agent.shop.help.search import search_help
from agent.shop.pool import ReaderPool
from agent.shop.records import (
    Account,
    Change,
    Handover,
    HelpFound,
    OrderDetails,
    OrderHistory,
    OrderMatches,
    ProductDetails,
    Shipment,
)
from agent.shop.terms import order_number
from agent.shop.tickets import ShopDesk
from agent.shop.writer import OrderWriter, Request
from headstart.errors import DatabaseError
from headstart.world import Write

T = TypeVar("T")


@dataclass(frozen=True)
class Versioned(Generic[T]):
    """What was read, and the customer's revision at that moment."""

    value: T
    revision: int | None
    """None in a database without revisions: only time tells then how old a result is."""


def utc_now() -> datetime:
    """The moment, aware."""
    return datetime.now(UTC)


class OrderStore:
    """Typed reads and writes for one database; every method says whose rows it is about.

    Reads and writes raise DatabaseError.
    """

    def __init__(self, path: Path, pool: ReaderPool, writer: OrderWriter, found: Mapping[str, frozenset[str]]) -> None:
        self.path = path
        self._pool = pool
        self._writer = writer
        self._changes = Changes(writer)
        self.has_revisions = "revision" in found["customers"]
        """False in a database of one's own without customers.revision."""
        self._help = pool if "help_words" in found else None
        """Where help articles are; None in a database of one's own without any."""
        self._returns = found.get("returns", frozenset())
        tickets = {"tickets", "ticket_messages", "unanswered"} <= found.keys()
        self.desk = ShopDesk(writer.transaction, pool.snapshot, writer.now) if tickets else None
        """None in a database of one's own without tickets."""

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        readers: int = 4,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        clock: Callable[[], datetime] = utc_now,
        articles: Sequence[Article] | None = None,
    ) -> "OrderStore":
        """Opens the database and looks at its schema first.

        Raises DatabaseError saying which file, table or column was expected and what was found. `clock` tells
        the writes the moment and the shop's day; `articles` take the place of the database's help articles.
        """
        connection = await connect(path, busy_timeout_s=busy_timeout_s)
        try:
            found = await columns(connection, path)
            check_columns(found, READ_COLUMNS, path, "reading orders")
        finally:
            await connection.close()
        store = cls(
            path,
            await ReaderPool.open(path, readers=readers, busy_timeout_s=busy_timeout_s),
            OrderWriter(path, busy_timeout_s=busy_timeout_s, clock=clock),
            found,
        )
        if articles is not None:
            store._help = ReaderPool(path, [await shelf(articles)])
        return store

    @classmethod
    async def over(cls, connection: aiosqlite.Connection, clock: Callable[[], datetime] = utc_now) -> "OrderStore":
        """Over one connection that is open and has the shop's tables, as a database in memory: one call at a time.

        Raises DatabaseError as `open` does. `close` closes the connection.
        """
        path = Path(":memory:")
        found = await columns(connection, path)
        check_columns(found, READ_COLUMNS, path, "reading orders")
        writer = OrderWriter(path, busy_timeout_s=BUSY_TIMEOUT_S, clock=clock, given=connection)
        return cls(path, ReaderPool(path, [connection]), writer, found)

    def today(self) -> date:
        """The shop's day, by which the rules count."""
        return self._writer.today()

    async def close(self) -> None:
        """Interrupts the reads, waits for the write under way, and closes every connection."""
        await self._writer.close()
        await self._pool.close()
        if self._help is not None and self._help is not self._pool:
            await self._help.close()

    async def get_order_history(self, customer_id: str) -> Versioned[OrderHistory]:
        """The customer's newest orders, with aggregates over all of them."""

        async def query(connection: aiosqlite.Connection) -> OrderHistory:
            return await queries.order_history(connection, customer_id, returns=self._returns)

        return await self._read(customer_id, query)

    async def search_orders(self, customer_id: str, text: str) -> Versioned[OrderMatches]:
        """The customer's orders that match the words best."""
        return await self._read(customer_id, lambda connection: queries.search_orders(connection, customer_id, text))

    async def get_order(self, customer_id: str, order_id: str) -> Versioned[OrderDetails]:
        """One of the customer's orders."""

        async def query(connection: aiosqlite.Connection) -> OrderDetails:
            order = await queries.find_order(connection, customer_id, order_id)
            return OrderDetails(order_id=order.order_id if order else order_number(order_id), order=order)

        return await self._read(customer_id, query)

    async def track_shipment(self, customer_id: str, order_id: str) -> Versioned[Shipment]:
        """Where the parcel of one of the customer's orders is."""

        async def query(connection: aiosqlite.Connection) -> Shipment:
            order = await queries.find_order(connection, customer_id, order_id)
            if order is None:
                return Shipment(order_id=order_number(order_id))
            events = await queries.shipment_events(connection, order)
            return Shipment(order_id=order.order_id, order=order, events=events)

        return await self._read(customer_id, query)

    async def get_product(self, customer_id: str, product_id: str) -> Versioned[ProductDetails]:
        """A product as it is sold today; the revision is the customer's and does not cover the product's row."""

        async def query(connection: aiosqlite.Connection) -> ProductDetails:
            product = await queries.find_product(connection, product_id)
            number = product.product_id if product else order_number(product_id)
            return ProductDetails(product_id=number, product=product)

        return await self._read(customer_id, query)

    async def get_account(self, customer_id: str) -> Versioned[Account]:
        """The customer's own account; raises DatabaseError when it is gone."""

        async def query(connection: aiosqlite.Connection) -> Account:
            account = await queries.account(connection, customer_id)
            if account is None:
                raise DatabaseError(f"Expected the account {customer_id!r}, found none. Sign in again.")
            return account

        return await self._read(customer_id, query)

    async def search_help(self, customer_id: str, text: str) -> Versioned[HelpFound]:
        """The help articles that fit a question, for everybody the same; none in a database without articles."""
        if self._help is None:
            return Versioned(HelpFound(text=text), None)
        async with self._help.snapshot() as connection:
            return Versioned(await search_help(connection, text, kinds.articles(text)), None)

    async def revision(self, customer_id: str) -> int | None:
        """The customer's revision now; None without revisions or without such a customer."""
        if not self.has_revisions:
            return None
        async with self._pool.snapshot() as connection:
            return await queries.revision(connection, customer_id)

    async def cancel_order(
        self, customer_id: str, order_id: str, reason: str, *, key: str, dry_run: bool = False
    ) -> Change:
        """Cancels an order, or says why not. With `dry_run` says what would be and changes nothing.

        The same `key` again returns what was done the first time. Raises ValueError for a key of another write.
        """
        return await self._changes.cancel_order(Request(customer_id, order_id, key, dry_run), reason)

    async def request_return(
        self, customer_id: str, order_id: str, item: str, reason: str, *, key: str, dry_run: bool = False
    ) -> Change:
        """Registers a return of one item, of several or of all; `key` and `dry_run` as for `cancel_order`."""
        return await self._changes.request_return(Request(customer_id, order_id, key, dry_run), item, reason)

    async def exchange_item(
        self, customer_id: str, order_id: str, item: str, wanted: str, *, key: str, dry_run: bool = False
    ) -> Change:
        """Exchanges an item for the version of it that is `wanted`; `key` and `dry_run` as for `cancel_order`."""
        return await self._changes.exchange_item(Request(customer_id, order_id, key, dry_run), item, wanted)

    async def remove_item(
        self, customer_id: str, order_id: str, item: str, count: int, *, key: str, dry_run: bool = False
    ) -> Change:
        """Takes so many of an item out of an order, 0 for all; `key` and `dry_run` as for `cancel_order`."""
        return await self._changes.remove_item(Request(customer_id, order_id, key, dry_run), item, count)

    async def change_address(
        self, customer_id: str, order_id: str, address: str, *, key: str, dry_run: bool = False
    ) -> Change:
        """Sends one order elsewhere; `key` and `dry_run` as for `cancel_order`."""
        return await self._changes.change_address(Request(customer_id, order_id, key, dry_run), address)

    async def change_default_address(
        self, customer_id: str, address: str, *, key: str, dry_run: bool = False
    ) -> Change:
        """Changes the customer's own address; `key` and `dry_run` as for `cancel_order`."""
        return await self._changes.change_default_address(Request(customer_id, "", key, dry_run), address)

    async def undo_change(self, customer_id: str, *, key: str, dry_run: bool = False) -> Change:
        """Takes back the customer's last change; `key` and `dry_run` as for `cancel_order`."""
        return await self._changes.undo_change(Request(customer_id, "", key, dry_run))

    async def contact_human(self, customer_id: str, reason: str, *, write: Write) -> Handover:
        """Opens a ticket with what was said, or says that there is no desk; `write.key` as for `cancel_order`."""
        if self.desk is None:
            return Handover(reason=reason, message=NO_DESK)
        return await self.desk.open(customer_id, reason, write.said, key=write.key, dry_run=write.dry_run)

    async def credentials(self, customer_id: str) -> tuple[str, str, str] | None:
        """Number, name and password hash of an account; for `agent.shop.accounts` only."""
        async with self._pool.snapshot() as connection:
            return await queries.credentials(connection, customer_id)

    async def any_password_hash(self) -> str | None:
        """Some account's argon2id hash, for its parameters; for `agent.shop.accounts` only."""
        async with self._pool.snapshot() as connection:
            return await queries.any_password_hash(connection)

    async def add_customer(self, customer_id: str, name: str, email: str, address: str, password_hash: str) -> None:
        """Adds an account; raises SettingsError when the name is taken."""
        await self._writer.add_customer(customer_id, name, email, address, password_hash)

    async def set_password_hash(self, customer_id: str, password_hash: str) -> bool:
        """Whether there is such an account."""
        return await self._writer.set_password_hash(customer_id, password_hash)

    async def _read(self, customer_id: str, query: Callable[[aiosqlite.Connection], Awaitable[T]]) -> Versioned[T]:
        async with self._pool.snapshot() as connection:
            revision = await queries.revision(connection, customer_id) if self.has_revisions else None
            return Versioned(await query(connection), revision)
