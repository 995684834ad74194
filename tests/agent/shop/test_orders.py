import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiosqlite
import pytest

from agent.shop import queries
from agent.shop.orders import OrderStore
from agent.shop.records import HISTORY_LIMIT, Status
from headstart.errors import DatabaseError

READS_OF_ONE_ORDER: list[Callable[[OrderStore, str], Awaitable[Any]]] = [
    lambda store, order_id: store.get_order("ada", order_id),
    lambda store, order_id: store.track_shipment("ada", order_id),
]


async def test_history_is_newest_first_with_aggregates_over_all(store: OrderStore) -> None:
    history = (await store.get_order_history("ada")).value
    assert [order.order_id for order in history.orders] == ["C789", "A123", "B456"]
    assert history.count == 3
    assert list(history.count_by_status) == [Status.PROCESSING, Status.SHIPPED, Status.DELIVERED]
    assert history.dearest is not None
    assert history.dearest.order_id == "B456"
    assert [item.item for item in history.dearest.items] == ["Smart Coffee Mug", "Yoga Mat"]


async def test_history_lists_the_newest_and_counts_all(store: OrderStore, direct: sqlite3.Connection) -> None:
    for number in range(20):
        direct.execute(
            "INSERT INTO orders VALUES (?, 'new', 'Delivered', ?, 900, NULL, NULL, NULL, NULL, NULL)",
            (f"N{number:03}", f"2025-12-{number // 2 + 1:02}"),
        )
    history = (await store.get_order_history("new")).value
    assert len(history.orders) == HISTORY_LIMIT
    assert [order.order_id for order in history.orders[:3]] == ["N018", "N019", "N016"]
    assert history.count == history.count_by_status[Status.DELIVERED] == 20
    assert history.dearest == history.orders[0]


async def test_history_knows_the_orders_that_it_does_not_list_by_name(
    store: OrderStore, direct: sqlite3.Connection
) -> None:
    for number in range(12):
        day = f"2025-12-{31 - number:02}"
        direct.execute(
            "INSERT INTO orders VALUES (?, 'new', 'Shipped', ?, 900, NULL, NULL, NULL, NULL, NULL)", (f"N{number}", day)
        )
        direct.execute("INSERT INTO order_items VALUES (?, 1, 'P1', ?, 1, 900)", (f"N{number}", f"Thing {number}"))
    history = (await store.get_order_history("new")).value
    assert [order.order_id for order in history.older] == ["N8", "N9", "N10", "N11"]
    assert history.older[0].items[0].item == "Thing 8"
    assert (await store.get_order_history("ada")).value.older == ()


async def test_customer_without_orders_has_an_empty_history(store: OrderStore) -> None:
    history = (await store.get_order_history("new")).value
    assert (history.orders, history.count, history.dearest) == ((), 0, None)


@pytest.mark.parametrize("written", ["A123", "a123", " #a-123 ", "A 123"])
async def test_order_number_is_found_however_it_is_written(store: OrderStore, written: str) -> None:
    details = (await store.get_order("ada", written)).value
    assert details.order is not None
    assert details.order_id == details.order.order_id == "A123"


async def test_numbers_of_ones_own_with_dashes_are_found(store: OrderStore, direct: sqlite3.Connection) -> None:
    direct.execute(
        "INSERT INTO orders VALUES ('ord-7', 'new', 'Shipped', '2026-01-01', 1, NULL, NULL, NULL, NULL, NULL)"
    )
    assert (await store.get_order("new", "ORD7")).value.order_id == "ord-7"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("coffee mug", ["B456"]),
        ("my Coffee MUGS", ["B456"]),
        ("yoga mats", ["C789", "B456"]),
        ("coffee", ["B456", "A123"]),  # the name before the description
        ("shipped", ["A123"]),
        ("#a-123", ["A123"]),
        ("purple yoga mat", ["C789", "B456"]),  # none has all the words, so those with the most
        ("red", []),  # not the middle of "Delivered"
        ("100% _", []),
        ("zebra", []),
    ],
)
async def test_search_finds_orders_by_their_words(store: OrderStore, text: str, found: list[str]) -> None:
    matches = (await store.search_orders("ada", text)).value
    assert [order.order_id for order in matches.orders] == found
    assert matches.count == len(found)


async def test_search_without_words_to_look_for_lists_everything(store: OrderStore) -> None:
    assert (await store.search_orders("ada", "my orders")).value.count == 3


async def test_shipment_events_are_newest_first_and_aware(store: OrderStore) -> None:
    shipment = (await store.track_shipment("ada", "A123")).value
    assert [event.place for event in shipment.events] == ["Exeter depot", "Warehouse"]
    assert all(event.at.tzinfo for event in shipment.events)


async def test_product_and_account_are_read(store: OrderStore) -> None:
    product = (await store.get_product("ada", "p2")).value.product
    assert product is not None
    assert (product.name, product.in_stock) == ("Yoga Mat", False)
    assert (await store.get_product("ada", "P9")).value.product is None
    assert (await store.get_account("ada")).value.email == "ada@example.com"
    with pytest.raises(DatabaseError, match="nobody"):
        await store.get_account("nobody")


@pytest.mark.parametrize("read", READS_OF_ONE_ORDER)
async def test_reads_never_show_another_customers_order(store: OrderStore, read: Any) -> None:
    assert (await read(store, "E222")).value.order is None


async def test_lists_never_show_another_customers_order(store: OrderStore) -> None:
    own = {"A123", "B456", "C789"}
    for text in ("", "E222", "yoga mat", "%", "' OR 1=1 --"):
        assert {order.order_id for order in (await store.search_orders("ada", text)).value.orders} <= own
    assert {order.order_id for order in (await store.get_order_history("ada")).value.orders} == own


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO orders VALUES ('X1', 'ada', 'Shipped', '2026-01-01', 1, NULL, NULL, NULL, NULL, NULL)",
        "UPDATE orders SET status = 'Delayed' WHERE order_id = 'A123'",
        "INSERT INTO order_items VALUES ('A123', 2, 'P1', 'Smart Coffee Mug', 1, 3990)",
        "UPDATE order_items SET quantity = 2 WHERE order_id = 'A123'",
        "DELETE FROM order_items WHERE order_id = 'A123'",
        "INSERT INTO shipment_events VALUES ('A123', '2026-01-31T10:00:00+00:00', 'Exeter', 'Sorted')",
        "UPDATE shipment_events SET place = 'Exeter' WHERE order_id = 'A123' AND place = 'Warehouse'",
        "DELETE FROM shipment_events WHERE order_id = 'A123' AND place = 'Warehouse'",
        "INSERT INTO returns VALUES (1, 'B456', 1, 'broken', 'Requested', '2026-01-31T10:00:00+00:00', NULL)",
        "UPDATE customers SET address = '1 New Street' WHERE customer_id = 'ada'",
    ],
)
async def test_any_change_bumps_the_revision_of_its_customer_only(
    store: OrderStore, direct: sqlite3.Connection, statement: str
) -> None:
    direct.execute(statement)
    assert await store.revision("ada") == 1
    assert await store.revision("ben") == 0


async def test_changing_and_removing_a_return_or_an_order_bumps_the_revision(
    store: OrderStore, direct: sqlite3.Connection
) -> None:
    direct.execute(
        "INSERT INTO returns VALUES (1, 'B456', 1, 'broken', 'Requested', '2026-01-31T10:00:00+00:00', NULL)"
    )
    direct.execute("UPDATE returns SET status = 'Received'")
    assert await store.revision("ada") == 2
    direct.execute("DELETE FROM returns")
    assert await store.revision("ada") == 3
    direct.execute("DELETE FROM order_items WHERE order_id = 'C789'")
    direct.execute("DELETE FROM orders WHERE order_id = 'C789'")
    assert await store.revision("ada") == 5


async def test_an_order_that_changes_hands_bumps_both_revisions(store: OrderStore, direct: sqlite3.Connection) -> None:
    direct.execute("UPDATE orders SET customer_id = 'ben' WHERE order_id = 'A123'")
    assert (await store.revision("ada"), await store.revision("ben"), await store.revision("new")) == (1, 1, 0)


async def test_revision_is_of_the_same_moment_as_the_data(
    store: OrderStore, direct: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    direct.execute("PRAGMA journal_mode = WAL")  # so that a write can come between two reads at all
    read_revision = queries.revision

    async def read_revision_then_change(connection: aiosqlite.Connection, customer_id: str) -> int | None:
        revision = await read_revision(connection, customer_id)
        direct.execute("UPDATE orders SET status = 'Delivered' WHERE order_id = 'A123'")
        return revision

    monkeypatch.setattr(queries, "revision", read_revision_then_change)
    found = await store.get_order("ada", "A123")
    monkeypatch.undo()
    assert found.value.order is not None
    assert (found.revision, found.value.order.status) == (0, Status.SHIPPED)
    again = await store.get_order("ada", "A123")
    assert again.value.order is not None
    assert (again.revision, again.value.order.status) == (1, Status.DELIVERED)


async def test_database_without_revisions_reads_without(orders_path: Path, direct: sqlite3.Connection) -> None:
    for (trigger,) in direct.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        direct.execute(f"DROP TRIGGER {trigger}")
    direct.execute("ALTER TABLE customers DROP COLUMN revision")
    store = await OrderStore.open(orders_path)
    assert not store.has_revisions
    assert (await store.get_order_history("ada")).revision is None
    assert await store.revision("ada") is None
    await store.close()


async def test_a_store_over_one_open_connection_reads_and_writes() -> None:
    connection = await aiosqlite.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    with pytest.raises(DatabaseError, match="lacks the table customers"):
        await OrderStore.over(connection)
    await connection.executescript((Path(__file__).parents[3] / "data" / "schema.sql").read_text())
    await connection.executescript(
        "INSERT INTO customers VALUES ('ada', 'Ada', 'ada@example.com', '', '1 Elm Street', '2024-01-01T09:00:00', 0);"
        "INSERT INTO orders (order_id, customer_id, status, ordered_on, total_cents)"
        " VALUES ('A1', 'ada', 'Processing', '2024-02-01', 100);"
    )
    store = await OrderStore.over(connection)
    change = await store.cancel_order("ada", "A1", "", key="1")
    assert change.done
    assert (await store.get_order_history("ada")).value.count_by_status == {Status.CANCELLED: 1}
    await store.close()
