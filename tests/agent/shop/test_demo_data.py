import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.shop import demo_data
from headstart.errors import DatabaseError

TODAY = date(2026, 11, 22)
COLUMNS = (
    ("orders", "order_id", "ordered_on"),
    ("orders", "order_id", "eta"),
    ("orders", "order_id", "delivered_on"),
    ("shipment_events", "rowid", "at"),
    ("returns", "return_id", "requested_at"),
    ("customers", "customer_id", "created_at"),
)


@pytest.fixture
def shipped(orders_path: Path, direct: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> Path:
    direct.execute(
        "INSERT INTO returns VALUES (1, 'B456', 1, 'broken', 'Requested', '2026-01-22T10:00:00+00:00', NULL)"
    )
    monkeypatch.setattr(demo_data, "bundled", lambda: orders_path)
    return orders_path


def ask(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(query).fetchall()


def dates(path: Path, table: str, key: str, column: str) -> dict[Any, date | None]:
    rows = ask(path, f"SELECT {key}, {column} FROM {table}")
    return {row: text and date.fromisoformat(text[:10]) for row, text in rows}


def test_newest_order_is_from_yesterday_and_all_dates_moved_alike(shipped: Path, tmp_path: Path) -> None:
    copy = demo_data.working_copy(tmp_path / "data", TODAY)
    assert ask(copy, "SELECT max(ordered_on) FROM orders") == [("2026-11-21",)]
    moved = TODAY - timedelta(days=1) - date(2026, 1, 31)
    for column in COLUMNS:
        expected = {row: day and day + moved for row, day in dates(shipped, *column).items()}
        assert dates(copy, *column) == expected, column


def test_moments_keep_their_time_and_form(shipped: Path, tmp_path: Path) -> None:
    copy = demo_data.working_copy(tmp_path, TODAY)
    for query in ("SELECT substr(at, 11) FROM shipment_events", "SELECT substr(created_at, 11) FROM customers"):
        assert ask(copy, query) == ask(shipped, query)


def test_later_start_moves_by_the_difference_and_keeps_changes(shipped: Path, tmp_path: Path) -> None:
    copy = demo_data.working_copy(tmp_path, TODAY)
    ask(copy, "UPDATE orders SET status = 'Cancelled' WHERE order_id = 'C789'")
    assert demo_data.working_copy(tmp_path, TODAY + timedelta(days=3)) == copy
    rows = ask(copy, "SELECT ordered_on, eta, status FROM orders WHERE order_id = 'C789'")
    assert rows == [("2026-11-24", "2026-11-30", "Cancelled")]


def test_second_start_of_a_day_changes_nothing(shipped: Path, tmp_path: Path) -> None:
    copy = demo_data.working_copy(tmp_path, TODAY)
    before = copy.read_bytes()
    demo_data.working_copy(tmp_path, TODAY)
    assert copy.read_bytes() == before


@pytest.mark.parametrize("damage", ["PRAGMA user_version = 99", None])
def test_other_version_or_damaged_copy_is_copied_anew(shipped: Path, tmp_path: Path, damage: str | None) -> None:
    copy = demo_data.working_copy(tmp_path, TODAY)
    if damage:
        ask(copy, damage)
    else:
        copy.write_bytes(copy.read_bytes()[:9_000])
    ask(shipped, "UPDATE customers SET name = 'Ada Lovelace' WHERE customer_id = 'ada'")
    demo_data.working_copy(tmp_path, TODAY)
    assert ask(copy, "SELECT name FROM customers WHERE customer_id = 'ada'") == [("Ada Lovelace",)]
    assert ask(copy, "SELECT max(ordered_on) FROM orders") == [("2026-11-21",)]


def test_programs_that_start_at_once_move_once(shipped: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as programs:
        copies = list(programs.map(lambda _: demo_data.working_copy(tmp_path / "data", TODAY), range(16)))
    assert set(copies) == {tmp_path / "data" / "orders.sqlite"}
    assert ask(copies[0], "SELECT max(ordered_on) FROM orders") == [("2026-11-21",)]
    assert {file.name for file in (tmp_path / "data").iterdir()} == {"orders.sqlite", "orders.sqlite.lock"}


def test_shipped_database_is_not_touched(shipped: Path, tmp_path: Path) -> None:
    before = shipped.read_bytes()
    demo_data.working_copy(tmp_path, TODAY)
    assert shipped.read_bytes() == before


def test_folder_that_cannot_be_made_is_named(shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseError, match="is a file, expected a folder"):
        demo_data.working_copy(tmp_path / "file" / "data", TODAY)


def test_bundled_database_is_found_in_a_checkout() -> None:
    assert demo_data.bundled().name == "orders.sqlite"


def test_a_damaged_copy_is_set_aside_and_told(shipped: Path, tmp_path: Path) -> None:
    copy = demo_data.working_copy(tmp_path, TODAY)
    cut = copy.read_bytes()[:9_000]
    copy.write_bytes(cut)
    told: list[str] = []
    demo_data.working_copy(tmp_path, TODAY, told.append)
    (aside,) = tmp_path.glob("orders.sqlite.damaged-*")
    assert aside.read_bytes() == cut
    assert [str(aside) in one for one in told] == [True]
