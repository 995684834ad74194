import importlib.util
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest
from argon2 import PasswordHasher, extract_parameters

DATA = Path(__file__).parents[2] / "data"
HASH = re.compile(r"\$argon2id\$[^']*")


@pytest.fixture(scope="module")
def build_orders() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_orders", DATA / "build_orders.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["build_orders"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def shipped() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{(DATA / 'orders.sqlite').as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


def dump(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump())


def test_two_builds_have_the_same_dump_which_is_that_of_the_shipped_file(
    build_orders: ModuleType, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        build_orders.build(tmp_path / name, hash_memory_kib=8)
    one = dump(tmp_path / "one")
    assert one == dump(tmp_path / "two")
    # The shipped hashes took more memory; all else must be as built.
    assert HASH.sub("HASH", one) == HASH.sub("HASH", dump(DATA / "orders.sqlite"))
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["one", "two"]


def test_notebook_customer_has_exactly_its_two_orders(shipped: sqlite3.Connection) -> None:
    rows = shipped.execute(
        "SELECT c.name, order_id, status, line, item, quantity FROM customers AS c JOIN orders USING (customer_id)"
        " JOIN order_items USING (order_id) WHERE customer_id = 'user123' ORDER BY order_id"
    ).fetchall()
    assert rows == [
        ("Ada Moreno", "A123", "Shipped", 1, "QuantumLeap AI Processor", 1),
        ("Ada Moreno", "B456", "Delivered", 1, "Smart Coffee Mug", 1),
    ]


@pytest.mark.parametrize(
    ("customer_id", "count"), [("new0", 0), ("one1", 1), ("eight8", 8), ("forty40", 40), ("thousand1000", 1000)]
)
def test_customers_have_the_orders_their_name_promises(
    shipped: sqlite3.Connection, customer_id: str, count: int
) -> None:
    assert shipped.execute("SELECT name FROM customers WHERE customer_id = ?", (customer_id,)).fetchone()
    assert shipped.execute("SELECT count(*) FROM orders WHERE customer_id = ?", (customer_id,)).fetchone() == (count,)


@pytest.mark.parametrize(
    "query",
    [
        "PRAGMA foreign_key_check",
        "SELECT 1 FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
        "SELECT order_id FROM orders JOIN order_items USING (order_id) GROUP BY order_id"
        " HAVING total_cents <> sum(quantity * unit_price_cents)",
        "SELECT order_id FROM orders WHERE order_id NOT IN (SELECT order_id FROM order_items)",
        "SELECT order_id FROM orders WHERE order_id NOT IN ('A123', 'B456')"
        " AND order_id NOT GLOB '[A-Z][0-9][0-9][0-9][0-9]'",
        "SELECT order_id FROM orders WHERE (status IN ('Processing', 'Shipped', 'Out for delivery', 'Delayed'))"
        " <> (eta IS NOT NULL)",
        "SELECT order_id FROM orders WHERE (status IN ('Delivered', 'Returned')) <> (delivered_on IS NOT NULL)",
        "SELECT order_id FROM orders WHERE status IN ('Shipped', 'Out for delivery', 'Delivered', 'Returned')"
        " AND tracking_number IS NULL",
        "SELECT order_id FROM orders WHERE (tracking_number IS NOT NULL)"
        " <> (order_id IN (SELECT order_id FROM shipment_events))",
        "SELECT order_id FROM orders WHERE delivered_on < ordered_on OR eta < ordered_on",
        "SELECT order_id FROM orders WHERE delivered_on > '2026-01-31'",
        "SELECT order_id FROM shipment_events JOIN orders USING (order_id) WHERE date(at) < ordered_on",
        "SELECT order_id FROM orders JOIN customers USING (customer_id) WHERE date(created_at) > ordered_on",
        "SELECT email FROM customers GROUP BY email HAVING count(*) > 1",
        "SELECT 1 WHERE (SELECT max(ordered_on) FROM orders) <> '2026-01-31'",
        "SELECT 1 WHERE (SELECT count(DISTINCT status) FROM orders) <> 7",
        "SELECT customer_id FROM customers WHERE revision <> 0",
    ],
)
def test_data_hangs_together(shipped: sqlite3.Connection, query: str) -> None:
    assert shipped.execute(query).fetchall() == []


def test_lines_are_spread_as_meant(shipped: sqlite3.Connection) -> None:
    counts = dict(
        shipped.execute(
            "SELECT lines, count(*) * 100.0 / (SELECT count(*) FROM orders)"
            " FROM (SELECT count(*) AS lines FROM order_items GROUP BY order_id) GROUP BY lines"
        )
    )
    assert counts == {1: pytest.approx(70, abs=4), 2: pytest.approx(22, abs=4), 3: pytest.approx(8, abs=3)}


def test_password_of_the_demo_is_demo_at_the_full_cost(shipped: sqlite3.Connection) -> None:
    (password_hash,) = shipped.execute("SELECT password_hash FROM customers WHERE customer_id = 'user123'").fetchone()
    assert extract_parameters(password_hash).memory_cost == 19_456
    assert PasswordHasher().verify(password_hash, "demo")


def test_file_is_small() -> None:
    assert (DATA / "orders.sqlite").stat().st_size < 2_000_000
