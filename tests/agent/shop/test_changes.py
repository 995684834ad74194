import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.shop import contents, policy
from agent.shop.orders import OrderStore
from agent.shop.records import Status
from headstart.errors import DatabaseError

NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
MORE = """
    INSERT INTO products VALUES
        ('P5', 'Yoga Mat, blue', '', 3800, 1),
        ('P6', 'Desk Lamp, black', '', 4900, 1),
        ('P7', 'Desk Lamp, brass', '', 5900, 1),
        ('P8', 'Desk Lamp, steel', '', 5900, 0);
    UPDATE products SET in_stock = 1 WHERE product_id = 'P2';
    INSERT INTO product_variants VALUES ('P5', 'P2'), ('P6', 'P3'), ('P7', 'P3'), ('P8', 'P3');
    INSERT INTO orders VALUES
        ('F333', 'ada', 'Processing', '2026-01-31', 13790, NULL, NULL, '2026-02-06', NULL, NULL);
    INSERT INTO order_items VALUES
        ('F333', 1, 'P1', 'Smart Coffee Mug', 1, 3990),
        ('F333', 2, 'P3', 'Desk Lamp', 2, 4900);
"""


@pytest.fixture(autouse=True)
def more(direct: sqlite3.Connection) -> None:
    """Versions of products, and an order of two items that waits."""
    direct.executescript(MORE)


WRITES: list[Callable[..., Awaitable[Any]]] = [
    lambda store, order_id, **kw: store.cancel_order("ada", order_id, "changed my mind", **kw),
    lambda store, order_id, **kw: store.request_return("ada", order_id, "yoga mat", "too small", **kw),
    lambda store, order_id, **kw: store.change_address("ada", order_id, "12 Elm Street, Leeds", **kw),
    lambda store, order_id, **kw: store.exchange_item("ada", order_id, "mat", "the blue one", **kw),
    lambda store, order_id, **kw: store.remove_item("ada", order_id, "lamp", 0, **kw),
]
WRITTEN = ["C789", "B456", "C789", "C789", "F333"]
"""To which order each of them may be done."""


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


@pytest.mark.parametrize(("write", "order_id"), zip(WRITES, WRITTEN, strict=True))
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
        (WRITES[3], "C789", "Yoga Mat (C789) will be exchanged for Yoga Mat, blue; you will pay $6.00 more."),
        (WRITES[4], "F333", "2 x Desk Lamp will be taken out of F333; the order will come to $39.90."),
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


@pytest.mark.parametrize(("write", "order_id"), zip(WRITES, WRITTEN, strict=True))
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
    assert (await store.get_order_history("ada")).value.count == 4
    with pytest.raises(DatabaseError, match="the table changes"):
        await store.cancel_order("ada", "C789", "", key="k")
    await store.close()


async def test_several_items_go_back_in_one_return(store: OrderStore, direct: sqlite3.Connection) -> None:
    change = await store.request_return("ada", "B456", "the mug and the mat", "", key="k")
    assert change.message == "A return for Smart Coffee Mug and Yoga Mat (B456) is registered."
    assert direct.execute("SELECT line FROM returns ORDER BY line").fetchall() == [(1,), (2,)]


async def test_an_item_that_has_not_shipped_is_exchanged_in_its_order(store: OrderStore) -> None:
    change = await store.exchange_item("ada", "C789", "", "the mat in blue", key="k")
    assert not change.done  # Nothing is named, and of one item more than its name is asked for.
    change = await store.exchange_item("ada", "C789", "mat", "in blue", key="k")
    assert change.message == "Yoga Mat (C789) is now exchanged for Yoga Mat, blue; you pay $6.00 more."
    order = (await store.get_order("ada", "C789")).value.order
    assert order is not None
    assert (order.items[0].item, order.total_cents) == ("Yoga Mat, blue", 3800)
    back = await store.exchange_item("ada", "C789", "mat", "the usual one", key="k2")
    assert back.message == "Yoga Mat, blue (C789) is now exchanged for Yoga Mat; you get $6.00 back."


async def test_a_delivered_item_is_exchanged_for_its_return(store: OrderStore, direct: sqlite3.Connection) -> None:
    change = await store.exchange_item("ada", "B456", "mat", "in blue", key="k")
    assert change.done
    assert "leaves as soon as the old one has been handed to the carrier" in change.message
    assert direct.execute("SELECT line, exchange_for FROM returns").fetchall() == [(2, "P5")]
    history = (await store.get_order_history("ada")).value
    assert [one.exchange_for for one in history.returns] == ["Yoga Mat, blue"]
    assert contents.refund(history.returns[0]) == (
        "You asked on 2026-02-01 to exchange Yoga Mat (B456) for Yoga Mat, blue; it has not reached us yet."
    )


async def test_which_version_is_asked_where_nobody_knows(store: OrderStore) -> None:
    change = await store.exchange_item("ada", "F333", "lamp", "another one", key="k")
    assert not change.done
    assert change.message.split("\n") == [
        "Which one would you like in the place of Desk Lamp (F333)?",
        "- Desk Lamp, black, $49.00",
        "- Desk Lamp, brass, $59.00",
    ]
    change = await store.exchange_item("ada", "B456", "mug", "the red one", key="k")
    assert change.message.startswith("Smart Coffee Mug (B456) comes in no other version.")


async def test_fewer_of_an_item_stay_in_the_order(store: OrderStore) -> None:
    change = await store.remove_item("ada", "F333", "lamp", 1, key="k")
    assert change.message == "1 x Desk Lamp is taken out of F333; the order comes to $88.90."
    order = (await store.get_order("ada", "F333")).value.order
    assert order is not None
    assert [(item.item, item.quantity) for item in order.items] == [("Smart Coffee Mug", 1), ("Desk Lamp", 1)]


async def test_an_order_is_never_left_without_an_item(store: OrderStore, direct: sqlite3.Connection) -> None:
    direct.execute("UPDATE order_items SET quantity = 2 WHERE order_id = 'C789'")
    for count in (0, 2, 3):
        change = await store.remove_item("ada", "C789", "mat", count, key=f"k{count}")
        assert "holds nothing else" in change.message
    assert (await store.remove_item("ada", "C789", "mat", 1, key="k")).done


async def test_ones_own_address_is_changed_and_what_was_ordered_goes_where_it_was_to_go(
    store: OrderStore, direct: sqlite3.Connection
) -> None:
    told = await store.change_default_address("ada", "12 Elm Street, Leeds", key="k", dry_run=True)
    assert told.message == (
        "Your address will be 12 Elm Street, Leeds. 3 orders placed before still go to 9 Maple Lane, Exeter."
    )
    assert (await store.get_account("ada")).value.address == "9 Maple Lane, Exeter"
    change = await store.change_default_address("ada", "12 Elm Street,\n Leeds", key="k")
    assert change.message.startswith("Your address is now 12 Elm Street, Leeds. 3 orders")
    assert (await store.get_account("ada")).value.address == "12 Elm Street, Leeds"
    going = direct.execute("SELECT order_id, ship_to FROM orders WHERE ship_to IS NOT NULL ORDER BY 1").fetchall()
    assert going == [(key, "9 Maple Lane, Exeter") for key in ("A123", "C789", "F333")]
    assert (await store.get_account("ben")).value.address == "3 Mill Road, York"
    assert not (await store.change_default_address("ada", "12 elm street, leeds", key="k2")).done
    assert not (await store.change_default_address("ada", " ", key="k3")).done


UNDONE = [*WRITES, lambda store, order_id, **kw: store.change_default_address("ada", "12 Elm Street, Leeds", **kw)]


def without_trail(connection: sqlite3.Connection) -> list[str]:
    """Everything but the audit trail, and the revisions that count what happened."""
    counted = re.compile(r",\d+\);$")
    return [
        counted.sub(");", line) if "customers" in line else line for line in dump(connection) if '"changes"' not in line
    ]


@pytest.mark.parametrize(("write", "order_id"), zip(UNDONE, [*WRITTEN, ""], strict=True))
async def test_a_change_is_taken_back_whole_and_once(
    store: OrderStore, direct: sqlite3.Connection, write: Any, order_id: str
) -> None:
    before = without_trail(direct)
    assert (await write(store, order_id, key="k")).done
    after = without_trail(direct)
    assert after != before
    told = await store.undo_change("ada", key="u", dry_run=True)
    assert "will be" in told.message
    assert without_trail(direct) == after
    done = await store.undo_change("ada", key="u")
    assert done.done
    assert without_trail(direct) == before
    assert await store.undo_change("ada", key="u") == done
    assert (await store.undo_change("ada", key="v")).message == policy.NOTHING_TO_UNDO


async def test_nobody_takes_back_what_another_customer_changed(store: OrderStore) -> None:
    assert (await store.cancel_order("ben", "D111", "", key="k")).done
    assert not (await store.undo_change("ada", key="u")).done


async def test_after_an_hour_nothing_is_taken_back(orders_path: Path) -> None:
    now = [NOW]
    store = await OrderStore.open(orders_path, busy_timeout_s=0.0, clock=lambda: now[0])
    assert (await store.cancel_order("ada", "C789", "", key="k")).done
    now[0] = NOW + timedelta(minutes=policy.UNDO_MINUTES, seconds=1)
    assert (await store.undo_change("ada", key="u")).message == policy.NOTHING_TO_UNDO
    await store.close()


async def test_what_has_gone_on_since_is_not_taken_back(store: OrderStore, direct: sqlite3.Connection) -> None:
    await store.change_address("ada", "C789", "12 Elm Street, Leeds", key="k1")
    direct.execute("UPDATE orders SET status = 'Shipped', tracking_number = 'NP9' WHERE order_id = 'C789'")
    refusal = await store.undo_change("ada", key="u1")
    assert refusal.message == "Yoga Mat (C789) has shipped since, so your change can no longer be undone."
    await store.request_return("ada", "B456", "mat", "", key="k2")
    direct.execute("UPDATE returns SET status = 'Received'")
    assert "has gone on since" in (await store.undo_change("ada", key="u2")).message


async def test_what_the_shop_has_moved_since_stays(store: OrderStore, direct: sqlite3.Connection) -> None:
    await store.change_address("ada", "C789", "12 Elm Street, Leeds", key="k")
    direct.execute("UPDATE orders SET eta = '2026-02-09' WHERE order_id = 'C789'")
    assert (await store.undo_change("ada", key="u")).done
    assert direct.execute("SELECT eta, ship_to FROM orders WHERE order_id = 'C789'").fetchone() == ("2026-02-09", None)


async def test_the_last_change_is_taken_back_first(store: OrderStore) -> None:
    await store.change_address("ada", "C789", "12 Elm Street, Leeds", key="k1")
    await store.cancel_order("ada", "C789", "", key="k2")
    assert (await store.undo_change("ada", key="u1")).message == (
        "Your last change of C789 is undone: Yoga Mat (C789) is processing, expected by 2026-02-06."
        " Say “undo that” once more for the change before it."
    )
    assert (await store.undo_change("ada", key="u2")).done
    assert not (await store.undo_change("ada", key="u3")).done


async def test_a_database_without_undo_writes_and_says_why_it_takes_nothing_back(
    orders_path: Path, direct: sqlite3.Connection
) -> None:
    direct.execute("ALTER TABLE changes DROP COLUMN undo")
    direct.execute("DROP TABLE product_variants")
    store = await OrderStore.open(orders_path, busy_timeout_s=0.0)
    assert (await store.cancel_order("ada", "C789", "", key="k1")).done
    with pytest.raises(DatabaseError, match=r"changes\.undo, expected for undoing a change"):
        await store.undo_change("ada", key="k2")
    assert "comes in no other version" in (await store.exchange_item("ada", "F333", "lamp", "black", key="k3")).message
    await store.close()
