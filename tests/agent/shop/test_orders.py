import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiosqlite
import pytest

from agent.errors import DatabaseError, SessionClosedError
from agent.shop import queries
from agent.shop.orders import OrderStore
from agent.shop.records import HISTORY_LIMIT, Status

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

READS_OF_ONE_ORDER: list[Callable[[OrderStore, str], Awaitable[Any]]] = [
    lambda store, order_id: store.get_order("ada", order_id),
    lambda store, order_id: store.track_shipment("ada", order_id),
]
WRITES: list[Callable[..., Awaitable[Any]]] = [
    lambda store, order_id, **kw: store.cancel_order("ada", order_id, "changed my mind", **kw),
    lambda store, order_id, **kw: store.request_return("ada", order_id, "yoga mat", "too small", **kw),
    lambda store, order_id, **kw: store.change_address("ada", order_id, "12 Elm Street, Leeds", **kw),
]


def dump(connection: sqlite3.Connection) -> list[str]:
    return list(connection.iterdump())


async def test_history_is_newest_first_with_aggregates_over_all(store: OrderStore) -> None:
    history = (await store.order_history("ada")).value
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
    history = (await store.order_history("new")).value
    assert len(history.orders) == HISTORY_LIMIT
    assert [order.order_id for order in history.orders[:3]] == ["N018", "N019", "N016"]
    assert history.count == history.count_by_status[Status.DELIVERED] == 20
    assert history.dearest == history.orders[0]


async def test_customer_without_orders_has_an_empty_history(store: OrderStore) -> None:
    history = (await store.order_history("new")).value
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
    assert {order.order_id for order in (await store.order_history("ada")).value.orders} == own


@pytest.mark.parametrize("write", WRITES)
async def test_writes_never_touch_another_customers_order(
    store: OrderStore, direct: sqlite3.Connection, write: Any
) -> None:
    before = dump(direct)
    for order_id in ("D111", "E222"):
        change = await write(store, order_id, key="k")
        assert not change.done
        assert change.message == f"There is no order {order_id} in your account."
    assert dump(direct) == before


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
        "INSERT INTO returns VALUES (1, 'B456', 1, 'broken', 'Requested', '2026-01-31T10:00:00+00:00')",
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
    direct.execute("INSERT INTO returns VALUES (1, 'B456', 1, 'broken', 'Requested', '2026-01-31T10:00:00+00:00')")
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
    assert (await store.order_history("ada")).revision is None
    assert await store.revision("ada") is None
    await store.close()


async def test_cancelled_query_is_interrupted_and_its_connection_used_again(orders_path: Path) -> None:
    store = await OrderStore.open(orders_path, readers=1)
    for yields in range(30):
        running = asyncio.create_task(endless(store))
        for _ in range(yields):
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        # With one connection, this waits for ever unless the endless query was stopped.
        assert (await store.order_history("ada")).value.count == 3
    await store.close()


async def endless(store: OrderStore) -> None:
    async with store._pool.snapshot() as connection:
        await connection.execute_fetchall(ENDLESS)


async def test_reads_cancelled_at_any_point_leave_the_pool_usable(orders_path: Path) -> None:
    store = await OrderStore.open(orders_path, readers=2)
    for yields in range(40):
        reads = [asyncio.create_task(store.order_history("ada")) for _ in range(5)]
        for _ in range(yields):
            await asyncio.sleep(0)
        for read in reads[::2]:
            read.cancel()
        kept = await asyncio.gather(*reads[1::2])
        assert [found.value.count for found in kept] == [3, 3]
    await store.close()


async def test_closing_interrupts_what_is_running_and_refuses_what_comes_after(orders_path: Path) -> None:
    store = await OrderStore.open(orders_path, readers=1)
    running = asyncio.create_task(endless(store))
    waiting = asyncio.create_task(store.order_history("ada"))
    while store._pool._free.qsize():
        await asyncio.sleep(0)
    await store.close()
    for read in (running, waiting, store.order_history("ada")):
        with pytest.raises(SessionClosedError):
            await read


async def test_cancel_changes_the_order_and_leaves_a_trace(store: OrderStore, direct: sqlite3.Connection) -> None:
    change = await store.cancel_order("ada", "c-789", "too\nlate", key="k1")
    assert change.message == "Yoga Mat (C789) is now cancelled."
    assert (change.before, change.after, change.done) == ("Processing", "Cancelled", True)
    order = (await store.get_order("ada", "C789")).value.order
    assert order is not None
    assert (order.status, order.eta) == (Status.CANCELLED, None)
    trace = direct.execute("SELECT at, customer_id, order_id, action, reason, key FROM changes").fetchall()
    assert trace == [("2026-02-01T12:00:00+00:00", "ada", "C789", "cancel_order", "too late", "k1")]


async def test_return_is_registered_once_for_each_item(store: OrderStore, direct: sqlite3.Connection) -> None:
    change = await store.request_return("ada", "B456", "the mug", "broken", key="k1")
    assert change.message == "A return for Smart Coffee Mug (B456) is registered."
    assert (change.before, change.after) == ("Delivered", "Return requested")
    again = await store.request_return("ada", "B456", "coffee mug", "broken", key="k2")
    assert not again.done
    assert again.message == "A return for Smart Coffee Mug (B456) is already registered."
    assert (await store.request_return("ada", "B456", "mat", "broken", key="k3")).done
    assert direct.execute("SELECT line, status FROM returns").fetchall() == [(1, "Requested"), (2, "Requested")]


async def test_address_is_changed_for_that_order_only(store: OrderStore, direct: sqlite3.Connection) -> None:
    change = await store.change_address("ada", "C789", " 12 Elm Street,\n Leeds\x1b[31m", key="k1")
    assert change.message == "C789 now goes to 12 Elm Street, Leeds[31m."
    assert change.before == "9 Maple Lane, Exeter"
    assert (await store.get_account("ada")).value.address == "9 Maple Lane, Exeter"
    again = await store.change_address("ada", "C789", "5 Oak Avenue, York", key="k2")
    assert (again.before, again.after) == ("12 Elm Street, Leeds[31m", "5 Oak Avenue, York")
    shipped_to = direct.execute("SELECT order_id, ship_to FROM orders WHERE ship_to IS NOT NULL").fetchall()
    assert shipped_to == [("C789", "5 Oak Avenue, York")]


@pytest.mark.parametrize("write", WRITES)
async def test_refused_write_changes_nothing(store: OrderStore, direct: sqlite3.Connection, write: Any) -> None:
    before = dump(direct)
    change = await write(store, "A123", key="k")
    assert not change.done
    assert change.message.startswith("Desk Lamp (A123) has shipped, so ")
    assert dump(direct) == before


@pytest.mark.parametrize(("write", "order_id"), zip(WRITES, ["C789", "B456", "C789"], strict=True))
async def test_dry_run_tells_what_would_be_and_changes_nothing(
    store: OrderStore, direct: sqlite3.Connection, write: Any, order_id: str
) -> None:
    before = dump(direct)
    told = await write(store, order_id, key="k", dry_run=True)
    assert dump(direct) == before
    assert told == await write(store, order_id, key="k")
    assert dump(direct) != before


@pytest.mark.parametrize(("write", "order_id"), zip(WRITES, ["C789", "B456", "C789"], strict=True))
async def test_same_key_again_returns_the_recorded_outcome(
    store: OrderStore, direct: sqlite3.Connection, write: Any, order_id: str
) -> None:
    first = await write(store, order_id, key="k")
    after = dump(direct)
    assert await write(store, order_id.lower(), key="k") == first
    assert await write(store, order_id, key="k", dry_run=True) == first
    assert dump(direct) == after


async def test_key_of_another_write_is_an_error_and_tells_nothing(store: OrderStore) -> None:
    await store.cancel_order("ada", "C789", "", key="k")
    with pytest.raises(ValueError, match="another"):
        await store.cancel_order("ben", "D111", "", key="k")


async def test_writes_at_once_with_one_key_happen_once(store: OrderStore, direct: sqlite3.Connection) -> None:
    changes = await asyncio.gather(*(store.cancel_order("ada", "C789", "", key="k") for _ in range(5)))
    assert all(change == changes[0] for change in changes)
    assert direct.execute("SELECT count(*) FROM changes").fetchone() == (1,)


async def test_cancelled_write_is_done_or_not_and_the_next_one_works(store: OrderStore) -> None:
    for yields in range(0, 60, 3):
        write = asyncio.create_task(store.change_address("ada", "C789", f"{yields} Elm Street", key=f"k{yields}"))
        for _ in range(yields):
            await asyncio.sleep(0)
        write.cancel()
        await asyncio.gather(write, return_exceptions=True)
    change = await store.cancel_order("ada", "C789", "", key="last")
    assert change.done


async def test_latency_is_slept_before_reads_and_writes_but_not_before_the_revision(
    store: OrderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    store.latency_s = 3.0
    monkeypatch.setattr("agent.shop.orders.asyncio.sleep", sleep)
    await store.revision("ada")
    assert slept == []
    await store.order_history("ada")
    await store.cancel_order("ada", "C789", "", key="k")
    assert slept == [3.0, 3.0]


async def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"nowhere\.sqlite, found no such file.*--orders"):
        await OrderStore.open(tmp_path / "nowhere.sqlite")
    assert not list(tmp_path.iterdir())


async def test_file_of_another_kind_is_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database, but longer than a header of a hundred bytes " * 50)
    with pytest.raises(DatabaseError, match="a file of another kind"):
        await OrderStore.open(path)


async def test_truncated_file_is_said_to_be_damaged(orders_path: Path) -> None:
    orders_path.write_bytes(orders_path.read_bytes()[:20_000])
    with pytest.raises(DatabaseError, match="damaged"):
        await OrderStore.open(orders_path)


async def test_empty_file_lacks_its_tables(tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite"
    path.touch()
    with pytest.raises(DatabaseError, match=r"the table customers .* found no tables at all\."):
        await OrderStore.open(path)


async def test_missing_column_is_named_with_what_was_found(orders_path: Path, direct: sqlite3.Connection) -> None:
    direct.execute("ALTER TABLE orders RENAME COLUMN eta TO expected_on")
    with pytest.raises(DatabaseError, match=r"orders\.eta, .* found .*expected_on.* data/schema\.sql"):
        await OrderStore.open(orders_path)


async def test_locked_database_is_said_to_be_locked(orders_path: Path, direct: sqlite3.Connection) -> None:
    direct.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseError, match="locked by another program"):
        await OrderStore.open(orders_path, busy_timeout_s=0.0)


async def test_lock_that_comes_later_is_told_and_passes(store: OrderStore, direct: sqlite3.Connection) -> None:
    direct.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseError, match="locked"):
        await store.order_history("ada")
    with pytest.raises(DatabaseError, match="locked"):
        await store.cancel_order("ada", "C789", "", key="k")
    direct.execute("ROLLBACK")
    assert (await store.order_history("ada")).value.count == 3
    assert (await store.cancel_order("ada", "C789", "", key="k")).done


async def test_a_value_that_does_not_fit_is_named(store: OrderStore, direct: sqlite3.Connection) -> None:
    direct.execute("UPDATE orders SET eta = 'soon' WHERE order_id = 'A123'")
    with pytest.raises(DatabaseError, match=r"orders\.eta: .*'soon'"):
        await store.order_history("ada")
    assert (await store.order_history("ben")).value.count == 2


async def test_database_without_ship_to_reads_and_cancels_but_changes_no_address(
    orders_path: Path, direct: sqlite3.Connection
) -> None:
    direct.execute("ALTER TABLE orders DROP COLUMN ship_to")
    store = await OrderStore.open(orders_path, busy_timeout_s=0.0)
    with pytest.raises(DatabaseError, match=r"orders\.ship_to, expected for changing an address"):
        await store.change_address("ada", "C789", "12 Elm Street", key="k1")
    assert (await store.cancel_order("ada", "C789", "", key="k2")).done
    await store.close()


async def test_database_without_an_audit_trail_reads_but_does_not_write(
    orders_path: Path, direct: sqlite3.Connection
) -> None:
    direct.execute("DROP TABLE changes")
    store = await OrderStore.open(orders_path, busy_timeout_s=0.0)
    assert (await store.order_history("ada")).value.count == 3
    with pytest.raises(DatabaseError, match="the table changes"):
        await store.cancel_order("ada", "C789", "", key="k")
    await store.close()


async def test_journal_mode_is_left_alone(orders_path: Path, direct: sqlite3.Connection) -> None:
    store = await OrderStore.open(orders_path)
    await store.order_history("ada")
    await store.cancel_order("ada", "C789", "", key="k")
    await store.close()
    assert direct.execute("PRAGMA journal_mode").fetchone() == ("delete",)
