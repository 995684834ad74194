import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from agent.shop.orders import OrderStore
from agent.shop.records import Status
from headstart.errors import DatabaseError

WRITES: list[Callable[..., Awaitable[Any]]] = [
    lambda store, order_id, **kw: store.cancel_order("ada", order_id, "changed my mind", **kw),
    lambda store, order_id, **kw: store.request_return("ada", order_id, "yoga mat", "too small", **kw),
    lambda store, order_id, **kw: store.change_address("ada", order_id, "12 Elm Street, Leeds", **kw),
]


def dump(connection: sqlite3.Connection) -> list[str]:
    return list(connection.iterdump())


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
    assert change.message == "C789 now goes to 12 Elm Street, Leeds."
    assert change.before == "9 Maple Lane, Exeter"
    assert (await store.get_account("ada")).value.address == "9 Maple Lane, Exeter"
    again = await store.change_address("ada", "C789", "5 Oak Avenue, York", key="k2")
    assert (again.before, again.after) == ("12 Elm Street, Leeds", "5 Oak Avenue, York")
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
    done = await write(store, order_id, key="k")
    assert told == done.model_copy(update={"renewed": None, "revision": None, "message": told.message})
    assert dump(direct) != before


@pytest.mark.parametrize(
    ("write", "order_id", "will_be"),
    [
        (WRITES[0], "C789", "Yoga Mat (C789) will be cancelled."),
        (WRITES[1], "B456", "A return for Yoga Mat (B456) will be registered."),
        (WRITES[2], "C789", "Yoga Mat (C789) will go to "),
    ],
)
async def test_before_it_is_confirmed_a_change_is_told_as_what_will_be(
    store: OrderStore, write: Any, order_id: str, will_be: str
) -> None:
    preview = await write(store, order_id, key="k", dry_run=True)
    assert preview.message.startswith(will_be)
    assert not re.search(r"\b(?:is|now|was|goes|has)\b", preview.message)
    done = await write(store, order_id, key="k")
    assert "will" not in done.message


async def test_a_write_returns_the_order_as_it_left_it_with_the_revision_of_that(store: OrderStore) -> None:
    change = await store.cancel_order("ada", "C789", "", key="k")
    read = await store.get_order("ada", "C789")
    assert change.renewed == read.value.order
    assert change.revision == read.revision
    refused = await store.cancel_order("ada", "C789", "", key="another")
    assert (refused.done, refused.renewed, refused.revision) == (False, None, None)


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
    assert (await store.get_order_history("ada")).value.count == 3
    with pytest.raises(DatabaseError, match="the table changes"):
        await store.cancel_order("ada", "C789", "", key="k")
    await store.close()
