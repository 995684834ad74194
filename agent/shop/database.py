"""Opening the shop's database, and saying plainly what is wrong with it.

A database may be one's own (`--orders PATH`). Looked at first, it fails at the start with the name of the missing
column; not looked at, it would fail in the middle of an answer with a line of SQLite's.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
from pydantic import BaseModel, ValidationError

from headstart.errors import DatabaseError
from headstart.storage import unusable

RowT = TypeVar("RowT", bound=BaseModel)

BUSY_TIMEOUT_S = 5.0
"""How long a statement waits for another program's lock before it fails."""

READ_COLUMNS: Mapping[str, tuple[str, ...]] = {
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
"""What every database must have; `customers.revision` is welcome besides."""

WRITE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "returns": ("order_id", "line", "reason", "status", "requested_at"),
    "changes": ("at", "customer_id", "order_id", "action", "before", "after", "reason", "message", "key"),
}
"""What writing needs besides; looked at before the first write."""

_MENDING = "Compare it with data/schema.sql, or leave --orders away for the demo."


async def connect(path: Path, *, writing: bool = False, busy_timeout_s: float = BUSY_TIMEOUT_S) -> aiosqlite.Connection:
    """A connection whose transactions are begun and ended by hand; the caller closes it.

    Raises DatabaseError when there is nothing to open. The journal mode is left as it is.
    """
    uri = _uri(path, "rw" if writing else "ro")
    try:
        connection = aiosqlite.connect(uri, uri=True, isolation_level=None, timeout=busy_timeout_s)
        # Nobody may have closed it when the program ends: its thread must not keep the process.
        thread: Any = getattr(connection, "_thread", connection)
        thread.daemon = True
        await connection
        try:
            connection.row_factory = sqlite3.Row
            await connection.execute_fetchall("PRAGMA foreign_keys = ON")
        except BaseException:  # a connection left open keeps its thread, and that the process
            await connection.close()
            raise
    except sqlite3.Error as error:
        raise explained(error, path) from error
    except OSError as error:
        raise unusable(error, path, "--orders") from error
    return connection


def _uri(path: Path, mode: str) -> str:
    if not path.is_file():
        raise DatabaseError(
            f"Expected the orders database at {path}, found no such file."
            " Give the right path with --orders, or leave it away for the demo."
        )
    return f"{path.absolute().as_uri()}?mode={mode}"  # as_uri quotes ? and #


async def columns(connection: aiosqlite.Connection, path: Path) -> Mapping[str, frozenset[str]]:
    """The columns of every table and view by its name; raises DatabaseError when the file cannot be read."""
    query = "SELECT m.name AS relation, c.name AS column FROM sqlite_schema AS m, pragma_table_xinfo(m.name) AS c"
    try:
        rows = await connection.execute_fetchall(query)
    except sqlite3.Error as error:
        raise explained(error, path) from error
    found: dict[str, frozenset[str]] = {}
    for row in rows:
        found[row["relation"]] = found.get(row["relation"], frozenset()) | {row["column"]}
    return found


def check_columns(
    found: Mapping[str, frozenset[str]], expected: Mapping[str, tuple[str, ...]], path: Path, purpose: str
) -> None:
    """Raises DatabaseError naming the first table or column that is missing for the purpose ("reading")."""
    for table, names in expected.items():
        if table not in found:
            tables = ", ".join(sorted(found)) or "no tables at all"
            raise DatabaseError(
                f"{path} lacks the table {table} ({', '.join(names)}), expected for {purpose};"
                f" found {tables}. {_MENDING}"
            )
        for name in names:
            if name not in found[table]:
                raise DatabaseError(
                    f"{path} lacks the column {table}.{name}, expected for {purpose};"
                    f" found {', '.join(sorted(found[table]))}. {_MENDING}"
                )


def explained(error: sqlite3.Error, path: Path) -> DatabaseError:
    """SQLite's error as one that says what to do."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:  # the low byte is the primary code
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return DatabaseError(
                f"Expected to read and write {path}, found it locked by another program."
                " Close that program, or try again when it has finished."
            )
        case sqlite3.SQLITE_NOTADB:
            return DatabaseError(
                f"Expected an SQLite database at {path}, found a file of another kind."
                " Give the right path with --orders, or leave it away for the demo."
            )
        case sqlite3.SQLITE_CORRUPT:
            return DatabaseError(
                f"Expected an SQLite database at {path}, found a damaged one ({error})."
                " Restore it from a copy, or leave --orders away for the demo."
            )
        case sqlite3.SQLITE_READONLY:
            return DatabaseError(
                f"Expected to write to {path}, found it read-only."
                " Make the file and its folder writable, or go on without changing orders."
            )
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return unusable(error, path, "--orders")
        case _:
            return DatabaseError(f"Expected {path} to answer, found: {error}. {_MENDING}")


def parsed(model: type[RowT], table: str, values: Mapping[str, Any]) -> RowT:
    """A row as the typed record; raises DatabaseError naming the column that holds something else."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        column = ".".join(map(str, first["loc"]))
        raise DatabaseError(
            f"{table}.{column}: {first['msg'].lower()}, found {str(first['input'])[:60]!r}. Mend that row."
        ) from error
