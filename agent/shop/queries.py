"""The shop's SELECTs. Every function reads over a connection that its caller has put into a transaction.

A customer's number is a parameter of every query that touches customers' rows: there is no way here to ask for an
order without saying whose.
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import aiosqlite
from pydantic import ValidationError

from agent.shop.database import parsed
from agent.shop.records import (
    HISTORY_LIMIT,
    OLDER_LIMIT,
    RETURNS_LIMIT,
    Account,
    Item,
    LastChange,
    OlderItem,
    OlderOrder,
    Order,
    OrderHistory,
    OrderMatches,
    Product,
    ReturnedItem,
    ShipmentEvent,
    Snapshot,
    Status,
)
from agent.shop.terms import order_number, terms

_ORDER = "order_id, status, ordered_on, total_cents, carrier, tracking_number, eta, delivered_on"
RETURNS_COLUMNS = ("order_id", "line", "reason", "status", "requested_at", "exchange_for")
_NEWEST_FIRST = "ORDER BY ordered_on DESC, order_id"


async def _rows(connection: aiosqlite.Connection, sql: str, parameters: Iterable[object]) -> list[sqlite3.Row]:
    return list(await connection.execute_fetchall(sql, tuple(parameters)))


async def _one(connection: aiosqlite.Connection, sql: str, *parameters: object) -> sqlite3.Row | None:
    rows = await _rows(connection, sql, parameters)
    return rows[0] if rows else None


async def revision(connection: aiosqlite.Connection, customer_id: str) -> int | None:
    """The customer's revision: one indexed row. None for an unknown customer."""
    row = await _one(connection, "SELECT revision FROM customers WHERE customer_id = ?", customer_id)
    return row["revision"] if row else None


async def _orders(connection: aiosqlite.Connection, rest: str, *parameters: object) -> tuple[Order, ...]:
    """The orders that `FROM orders …` finds, with their lines."""
    rows = await _rows(connection, f"SELECT {_ORDER} FROM orders {rest}", parameters)
    if not rows:
        return ()
    places = ", ".join("?" * len(rows))
    lines = await _rows(
        connection,
        "SELECT order_id, line, product_id, item, quantity, unit_price_cents FROM order_items"
        f" WHERE order_id IN ({places}) ORDER BY order_id, line",
        [row["order_id"] for row in rows],
    )
    items: dict[str, list[Item]] = {}
    for line in lines:
        values = dict(line)
        items.setdefault(values.pop("order_id"), []).append(parsed(Item, "order_items", values))
    return tuple(parsed(Order, "orders", {**row, "items": items.get(row["order_id"], ())}) for row in map(dict, rows))


async def order_history(
    connection: aiosqlite.Connection, customer_id: str, *, returns: Collection[str] = RETURNS_COLUMNS
) -> OrderHistory:
    """The newest orders, and the counts and the dearest over all; `returns`: the columns of that table, if any."""
    counts = await _rows(
        connection, "SELECT status, count(*) AS count FROM orders WHERE customer_id = ? GROUP BY status", (customer_id,)
    )
    by_status: Mapping[str, int] = {row["status"]: row["count"] for row in counts}
    newest = await _orders(connection, f"WHERE customer_id = ? {_NEWEST_FIRST} LIMIT {HISTORY_LIMIT}", customer_id)
    dearest = await _orders(
        connection, "WHERE customer_id = ? ORDER BY total_cents DESC, ordered_on DESC, order_id LIMIT 1", customer_id
    )
    return OrderHistory(
        orders=newest,
        count=sum(by_status.values()),
        count_by_status={status: by_status[status] for status in Status if status in by_status},
        dearest=dearest[0] if dearest else None,
        older=await _older(connection, customer_id) if sum(by_status.values()) > HISTORY_LIMIT else (),
        **await _bought(connection, customer_id),
        returns=await _returns(connection, customer_id, exchanges="exchange_for" in returns) if returns else (),
    )


async def _bought(connection: aiosqlite.Connection, customer_id: str) -> dict[str, Any]:
    """What the orders come to that were neither cancelled nor returned, and those of them that stand out."""
    kept = "WHERE customer_id = ? AND status NOT IN ('Cancelled', 'Returned')"
    years = await _rows(
        connection,
        "SELECT substr(ordered_on, 1, 4) AS year, sum(total_cents) AS cents, count(*) AS count"
        f" FROM orders {kept} GROUP BY year ORDER BY year",
        (customer_id,),
    )
    outstanding: dict[str, Any] = {}
    for name, rest in (
        ("cheapest", "ORDER BY total_cents, ordered_on DESC, order_id LIMIT 1"),
        ("oldest", "ORDER BY ordered_on, order_id LIMIT 1"),
        ("next_to_arrive", "AND eta IS NOT NULL AND delivered_on IS NULL ORDER BY eta, ordered_on, order_id LIMIT 1"),
    ):
        found = await _orders(connection, f"{kept} {rest}", customer_id)
        outstanding[name] = found[0] if found else None
    return outstanding | {
        "spent_cents": sum(row["cents"] for row in years),
        "bought": sum(row["count"] for row in years),
        "spent_by_year": {int(row["year"]): row["cents"] for row in years},
    }


async def _returns(connection: aiosqlite.Connection, customer_id: str, *, exchanges: bool) -> tuple[ReturnedItem, ...]:
    exchange_for = "(SELECT name FROM products AS p WHERE p.product_id = r.exchange_for)" if exchanges else "NULL"
    rows = await _rows(
        connection,
        f"SELECT {exchange_for} AS exchange_for, r.order_id,"
        " i.item, r.status AS state, substr(r.requested_at, 1, 10) AS requested_on,"
        " i.quantity * i.unit_price_cents AS cents"
        " FROM orders AS o JOIN returns AS r USING (order_id) JOIN order_items AS i USING (order_id, line)"
        f" WHERE o.customer_id = ? ORDER BY r.requested_at DESC, r.order_id, r.line LIMIT {RETURNS_LIMIT}",
        (customer_id,),
    )
    return tuple(parsed(ReturnedItem, "returns", dict(row)) for row in rows)


async def _older(connection: aiosqlite.Connection, customer_id: str) -> tuple[OlderOrder, ...]:
    """The numbers and items of the orders behind those that the history lists."""
    rows = await _rows(
        connection,
        f"""
        WITH behind AS MATERIALIZED (
            SELECT order_id, status, ordered_on FROM orders WHERE customer_id = ?
            {_NEWEST_FIRST} LIMIT {OLDER_LIMIT} OFFSET {HISTORY_LIMIT}
        )
        SELECT o.order_id, o.status, i.item, i.product_id
        FROM behind AS o JOIN order_items AS i ON i.order_id = o.order_id
        ORDER BY o.ordered_on DESC, o.order_id, i.line
        """,
        (customer_id,),
    )
    items: dict[tuple[str, Status], list[OlderItem]] = {}
    for row in rows:
        items.setdefault((row["order_id"], row["status"]), []).append(
            parsed(OlderItem, "order_items", {"item": row["item"], "product_id": row["product_id"]})
        )
    return tuple(
        parsed(OlderOrder, "orders", {"order_id": order_id, "status": status, "items": lines})
        for (order_id, status), lines in items.items()
    )


async def find_order(connection: aiosqlite.Connection, customer_id: str, order_id: str) -> Order | None:
    """The customer's order of that number, however it is written: `#a-123` finds A123."""
    number = order_number(order_id)
    found = await _orders(connection, "WHERE customer_id = ? AND order_id = ?", customer_id, number) or await _orders(
        connection,  # only now, because no index helps: a database of one's own may write its numbers otherwise
        "WHERE customer_id = ? AND upper(replace(replace(replace(order_id, ' ', ''), '#', ''), '-', '')) = ?"
        " ORDER BY order_id LIMIT 1",
        customer_id,
        number,
    )
    return found[0] if found else None


def _pattern(term: str) -> str:
    # Short words only where a word begins: "red" is not in "Delivered". A term has letters and digits alone, so
    # none of LIKE's own signs can be in it and nothing needs ESCAPE.
    begins = len(term) <= 3 and term.isalpha()
    return f"% {term}%" if begins else f"%{term}%"


async def search_orders(connection: aiosqlite.Connection, customer_id: str, text: str) -> OrderMatches:
    """The orders with all the words of the text or, where none has all, those with the most.

    Words in an item's name, the status or the number rank before words in a product's description. A text
    without any word to look for matches every order.
    """
    patterns = [_pattern(term) for term in terms(text)]
    named = " + ".join(["(named LIKE ?)"] * len(patterns)) or "1"
    anywhere = " + ".join(["(named || described LIKE ?)"] * len(patterns)) or "1"
    rows = await _rows(
        connection,
        f"""
        WITH texts AS MATERIALIZED (
            SELECT o.order_id, o.ordered_on,
                ' ' || o.order_id || ' ' || o.status || ' '
                    || replace(coalesce(group_concat(i.item, ' '), ''), '-', ' ') AS named,
                replace(' ' || coalesce(group_concat(p.description, ' '), ''), '-', ' ') AS described
            FROM orders AS o
            LEFT JOIN order_items AS i ON i.order_id = o.order_id
            LEFT JOIN products AS p ON p.product_id = i.product_id
            WHERE o.customer_id = ?
            GROUP BY o.order_id
        ),
        scored AS MATERIALIZED (SELECT order_id, ordered_on, {anywhere} AS score, {named} AS rank FROM texts)
        SELECT order_id, count(*) OVER () AS count FROM scored
        WHERE score > 0 AND score = (SELECT max(score) FROM scored)
        ORDER BY rank DESC, ordered_on DESC, order_id
        LIMIT {HISTORY_LIMIT}
        """,
        [customer_id, *patterns, *patterns],
    )
    ranked = [row["order_id"] for row in rows]
    places = ", ".join("?" * len(ranked))
    orders = await _orders(connection, f"WHERE customer_id = ? AND order_id IN ({places})", customer_id, *ranked)
    return OrderMatches(
        text=text,
        orders=tuple(sorted(orders, key=lambda order: ranked.index(order.order_id))),
        count=rows[0]["count"] if rows else 0,
    )


async def shipment_events(connection: aiosqlite.Connection, order: Order) -> tuple[ShipmentEvent, ...]:
    """The order's stops, newest first."""
    rows = await _rows(
        connection,
        "SELECT at, place, event FROM shipment_events WHERE order_id = ? ORDER BY at DESC",
        (order.order_id,),
    )
    return tuple(parsed(ShipmentEvent, "shipment_events", dict(row)) for row in rows)


async def find_product(connection: aiosqlite.Connection, product_id: str) -> Product | None:
    """The product of that number."""
    row = await _one(
        connection,
        "SELECT product_id, name, description, price_cents, in_stock FROM products WHERE product_id IN (?, ?)",
        product_id,
        order_number(product_id),
    )
    return parsed(Product, "products", dict(row)) if row else None


async def versions(connection: aiosqlite.Connection, item: Item) -> tuple[Product, ...]:
    """The other versions of an item's product, whether in stock or not: another size, colour or capacity."""
    rows = await _rows(
        connection,
        """
        WITH family AS (SELECT coalesce(
            (SELECT version_of FROM product_variants WHERE product_id = ?1), ?1) AS product_id)
        SELECT p.product_id, p.name, p.description, p.price_cents, p.in_stock
        FROM products AS p JOIN family AS f
        ON p.product_id = f.product_id
            OR p.product_id IN (SELECT product_id FROM product_variants WHERE version_of = f.product_id)
        WHERE p.product_id <> ?1 ORDER BY p.product_id
        """,
        (item.product_id,),
    )
    return tuple(parsed(Product, "products", dict(row)) for row in rows)


async def goes_to(connection: aiosqlite.Connection, order: Order) -> str:
    """The address to which an order goes."""
    row = await _one(
        connection,
        "SELECT coalesce(o.ship_to, c.address) AS goes_to FROM orders AS o JOIN customers AS c"
        " ON c.customer_id = o.customer_id WHERE o.order_id = ?",
        order.order_id,
    )
    return row["goes_to"] if row else ""


async def registered_returns(connection: aiosqlite.Connection, order: Order) -> tuple[int, ...]:
    """The lines of an order that have a return."""
    rows = await _rows(connection, "SELECT line FROM returns WHERE order_id = ? ORDER BY line", (order.order_id,))
    return tuple(int(row["line"]) for row in rows)


async def snapshot(connection: aiosqlite.Connection, order: Order) -> Snapshot:
    """What a change of an order may alter, as it is now."""
    row = await _one(connection, "SELECT ship_to FROM orders WHERE order_id = ?", order.order_id)
    returned = await registered_returns(connection, order)
    return Snapshot(order=order, ship_to=row["ship_to"] if row else None, returned=returned)


async def last_change(connection: aiosqlite.Connection, customer_id: str, since: datetime) -> LastChange | None:
    """The customer's last change since then that was not taken back."""
    row = await _one(
        connection,
        "SELECT rowid AS number, action, coalesce(order_id, '') AS order_id, before AS was, after AS \"to\", undo"
        " FROM changes WHERE customer_id = ? AND at >= ? AND undo IS NOT NULL AND undone_at IS NULL"
        " ORDER BY rowid DESC LIMIT 1",
        customer_id,
        since.isoformat(timespec="seconds"),
    )
    if row is None:
        return None
    values = dict(row)
    try:
        before = Snapshot.model_validate_json(values.pop("undo"))
    except ValidationError:
        return None  # Written by another version of the program.
    return parsed(LastChange, "changes", {**values, "before": before})


async def returns_moved(connection: aiosqlite.Connection, last: LastChange) -> bool:
    """Whether a return that a change has registered has gone on since."""
    rows = await _rows(
        connection, "SELECT line FROM returns WHERE order_id = ? AND status <> 'Requested'", (last.order_id,)
    )
    return any(int(row["line"]) not in last.before.returned for row in rows)


async def account(connection: aiosqlite.Connection, customer_id: str) -> Account | None:
    """The customer's own row, without the password."""
    row = await _one(
        connection,
        "SELECT customer_id, name, email, address, created_at FROM customers WHERE customer_id = ?",
        customer_id,
    )
    return parsed(Account, "customers", dict(row)) if row else None


async def credentials(connection: aiosqlite.Connection, customer_id: str) -> tuple[str, str, str] | None:
    """Number, name and password hash of an account; for `agent.shop.accounts` only."""
    row = await _one(
        connection, "SELECT customer_id, name, password_hash FROM customers WHERE customer_id = ?", customer_id
    )
    return (row["customer_id"], row["name"], row["password_hash"]) if row else None


async def any_password_hash(connection: aiosqlite.Connection) -> str | None:
    """Some account's argon2id hash, for its parameters."""
    row = await _one(connection, "SELECT password_hash FROM customers WHERE password_hash LIKE '$argon2id$%' LIMIT 1")
    return row["password_hash"] if row else None
