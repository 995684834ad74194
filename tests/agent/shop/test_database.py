import sqlite3
from pathlib import Path

import pytest

from agent.shop.orders import OrderStore
from headstart.errors import DatabaseError


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
        await store.get_order_history("ada")
    with pytest.raises(DatabaseError, match="locked"):
        await store.cancel_order("ada", "C789", "", key="k")
    direct.execute("ROLLBACK")
    assert (await store.get_order_history("ada")).value.count == 3
    assert (await store.cancel_order("ada", "C789", "", key="k")).done


async def test_a_value_that_does_not_fit_is_named(store: OrderStore, direct: sqlite3.Connection) -> None:
    direct.execute("UPDATE orders SET eta = 'soon' WHERE order_id = 'A123'")
    with pytest.raises(DatabaseError, match=r"orders\.eta: .*'soon'"):
        await store.get_order_history("ada")
    assert (await store.get_order_history("ben")).value.count == 2


async def test_journal_mode_is_left_alone(orders_path: Path, direct: sqlite3.Connection) -> None:
    store = await OrderStore.open(orders_path)
    await store.get_order_history("ada")
    await store.cancel_order("ada", "C789", "", key="k")
    await store.close()
    assert direct.execute("PRAGMA journal_mode").fetchone() == ("delete",)
