"""The shop's own tools over a database in memory, called without an event loop.

`OrderStore`, its queries, its rules and the contents of the results are the program's; only the way to SQLite is
another: the same thread, so that no call ever waits.
"""

import sqlite3
from collections.abc import Coroutine, Iterable
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosqlite

from agent.shop import records, tools
from agent.shop.orders import OrderStore
from headstart.speculation.calls import Call
from headstart.world import Found, Write
from headstart.world.opened import taken

T = TypeVar("T")

SCHEMA = Path(__file__).parents[2] / "data" / "schema.sql"


class Connection:
    """What the shop's queries ask of aiosqlite, answered at once."""

    def __init__(self) -> None:
        self._sqlite = sqlite3.connect(":memory:", isolation_level=None)
        self._sqlite.row_factory = sqlite3.Row
        self._sqlite.executescript(_schema())

    async def execute_fetchall(self, sql: str, parameters: Iterable[Any] = ()) -> list[sqlite3.Row]:
        """All rows."""
        return self._sqlite.execute(sql, tuple(parameters)).fetchall()

    async def commit(self) -> None:
        """Keep what the transaction changed."""
        self._sqlite.commit()

    async def rollback(self) -> None:
        """Undo what the transaction changed."""
        self._sqlite.rollback()

    def insert(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Rows of a table, as `COLUMNS` names their values."""
        named, marks = ", ".join(COLUMNS[table]), ", ".join("?" * len(COLUMNS[table]))
        self._sqlite.executemany(f"INSERT INTO {table} ({named}) VALUES ({marks})", rows)  # noqa: S608  Constants.


COLUMNS = {
    "customers": ("customer_id", "name", "email", "password_hash", "address", "created_at"),
    "products": ("product_id", "name", "description", "price_cents", "in_stock"),
    "orders": (
        "order_id",
        "customer_id",
        "status",
        "ordered_on",
        "total_cents",
        "carrier",
        "tracking_number",
        "eta",
        "delivered_on",
    ),
    "order_items": ("order_id", "line", "product_id", "item", "quantity", "unit_price_cents"),
    "shipment_events": ("order_id", "at", "place", "event"),
}


@cache
def _schema() -> str:
    return SCHEMA.read_text()


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration as ended:
        return ended.value
    work.close()
    raise RuntimeError("Expected the shop to answer at once, found that it waits.")


class Shop:
    """One customer's data behind the shop's tools; `today` is the shop's day."""

    def __init__(
        self,
        account: records.Account,
        orders: Iterable[records.Order],
        products: Iterable[records.Product],
        events: Iterable[tuple[str, records.ShipmentEvent]],
        today: date,
    ) -> None:
        self.customer_id = account.customer_id
        self.today = today
        orders = list(orders)
        connection = Connection()
        connection.insert(
            "customers",
            [(account.customer_id, account.name, account.email, "", account.address, account.created_at.isoformat())],
        )
        connection.insert(
            "products", [(one.product_id, one.name, one.description, one.price_cents, one.in_stock) for one in products]
        )
        connection.insert("orders", [_order_row(account.customer_id, order) for order in orders])
        connection.insert(
            "order_items",
            [
                (order.order_id, item.line, item.product_id, item.item, item.quantity, item.unit_price_cents)
                for order in orders
                for item in order.items
            ],
        )
        connection.insert(
            "shipment_events", [(order_id, one.at.isoformat(), one.place, one.event) for order_id, one in events]
        )
        self._store = at_once(OrderStore.over(cast("aiosqlite.Connection", connection), self._now))

    def read(self, call: Call) -> Found:
        """What a reading tool gives."""
        return at_once(tools.read(self._store, self.customer_id, call.name, call.mapping()))

    def write(self, call: Call, key: str, on: date | None = None) -> Found:
        """What a writing tool does on that day, once for a key."""
        self.today = on or self.today
        arguments = taken(tools.BY_NAME[call.name].arguments, call.mapping())
        return at_once(tools.write(self._store, self.customer_id, call.name, arguments, Write(key, dry_run=False)))

    def _now(self) -> datetime:
        return datetime.combine(self.today, time(12), UTC)


def _order_row(customer_id: str, order: records.Order) -> tuple[Any, ...]:
    return (
        order.order_id,
        customer_id,
        order.status.value,
        order.ordered_on.isoformat(),
        order.total_cents,
        order.carrier,
        order.tracking_number,
        order.eta and order.eta.isoformat(),
        order.delivered_on and order.delivered_on.isoformat(),
    )
