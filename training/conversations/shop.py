"""The shop's own tools over a database in memory, called without an event loop.

`OrderStore`, its queries, its rules and the contents of the results are the program's; only the way to SQLite is
another: the same thread, so that no call ever waits.
"""

import sqlite3
from collections.abc import Coroutine, Iterable, Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosqlite

from agent.shop import records, tools
from agent.shop.database import READ_COLUMNS
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

    def insert(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Rows of a table, by its columns; what else a row holds is left out."""
        names = READ_COLUMNS[table]
        marks = ", ".join("?" * len(names))
        self._sqlite.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608  Constants.
            [[row[name] for name in names] for row in rows],
        )


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
        self._customer_id = account.customer_id
        self._today = self._day = today
        connection = Connection()
        connection.insert("customers", [{**_row(account), "password_hash": ""}])
        connection.insert("products", map(_row, products))
        for order in orders:
            row = _row(order)
            connection.insert("orders", [{**row, "customer_id": account.customer_id}])
            connection.insert("order_items", [{**item, "order_id": order.order_id} for item in row["items"]])
        connection.insert("shipment_events", [{**_row(event), "order_id": order_id} for order_id, event in events])
        self._store = at_once(OrderStore.over(cast("aiosqlite.Connection", connection), self._now))

    def read(self, call: Call) -> Found:
        """What a reading tool gives."""
        return at_once(tools.read(self._store, self._customer_id, call.name, call.mapping()))

    def write(self, call: Call, key: str, on: date | None = None) -> Found:
        """What a writing tool does on that day, once for a key."""
        self._day = on or self._today
        arguments = taken(tools.BY_NAME[call.name].arguments, call.mapping())
        return at_once(tools.write(self._store, self._customer_id, call.name, arguments, Write(key, dry_run=False)))

    def _now(self) -> datetime:
        return datetime.combine(self._day, time(12), UTC)


def _row(record: records.Row | records.Order | records.Product | records.ShipmentEvent) -> dict[str, Any]:
    return record.model_dump(mode="json")
