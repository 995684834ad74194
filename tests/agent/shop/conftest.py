import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from agent.shop.orders import OrderStore

SCHEMA = Path(__file__).parents[3] / "data" / "schema.sql"
NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)

ROWS = """
    INSERT INTO customers (customer_id, name, email, password_hash, address, created_at) VALUES
        ('ada', 'Ada Moreno', 'ada@example.com', :hash, '9 Maple Lane, Exeter', '2025-10-06T08:00:00+00:00'),
        ('ben', 'Ben Cohen', 'ben@example.com', :hash, '3 Mill Road, York', '2025-11-06T08:00:00+00:00'),
        ('new', 'Nia Park', 'nia@example.com', :hash, '1 Park Avenue, Leeds', '2026-01-06T08:00:00+00:00');
    INSERT INTO products VALUES
        ('P1', 'Smart Coffee Mug', 'A mug that keeps your drink warm.', 3990, 1),
        ('P2', 'Yoga Mat', 'A non-slip rubber mat.', 3200, 0),
        ('P3', 'Desk Lamp', 'A dimmable lamp for the coffee corner.', 4900, 1);
    INSERT INTO orders VALUES
        ('A123', 'ada', 'Shipped', '2026-01-28', 4900, 'NorthPost', 'NP1', '2026-02-04', NULL, NULL),
        ('B456', 'ada', 'Delivered', '2026-01-15', 7190, 'NorthPost', 'NP2', NULL, '2026-01-20', NULL),
        ('C789', 'ada', 'Processing', '2026-01-31', 3200, NULL, NULL, '2026-02-06', NULL, NULL),
        ('D111', 'ben', 'Processing', '2026-01-30', 3990, NULL, NULL, '2026-02-05', NULL, NULL),
        ('E222', 'ben', 'Delivered', '2026-01-10', 3200, 'BlueVan', 'BV1', NULL, '2026-01-15', NULL);
    INSERT INTO order_items VALUES
        ('A123', 1, 'P3', 'Desk Lamp', 1, 4900),
        ('B456', 1, 'P1', 'Smart Coffee Mug', 1, 3990),
        ('B456', 2, 'P2', 'Yoga Mat', 1, 3200),
        ('C789', 1, 'P2', 'Yoga Mat', 1, 3200),
        ('D111', 1, 'P1', 'Smart Coffee Mug', 1, 3990),
        ('E222', 1, 'P2', 'Yoga Mat', 1, 3200);
    INSERT INTO shipment_events VALUES
        ('A123', '2026-01-28T16:00:00+00:00', 'Warehouse', 'Handed over'),
        ('A123', '2026-01-30T20:00:00+00:00', 'Exeter depot', 'Arrived'),
        ('E222', '2026-01-15T14:00:00+00:00', 'York', 'Delivered');
"""


@pytest.fixture(scope="session")
def cheap_hash() -> str:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("demo")


@pytest.fixture(scope="session")
def orders_bytes(cheap_hash: str) -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA.read_text(encoding="utf-8"))
        connection.executescript(ROWS.replace(":hash", f"'{cheap_hash}'"))
        connection.execute("UPDATE customers SET revision = 0")
        connection.commit()
        return connection.serialize()


@pytest.fixture
def orders_path(tmp_path: Path, orders_bytes: bytes) -> Path:
    path = tmp_path / "my orders?#1.sqlite"  # a name that a URI must quote
    path.write_bytes(orders_bytes)
    return path


@pytest.fixture
def direct(orders_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(orders_path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        yield connection


@pytest.fixture
async def store(orders_path: Path) -> AsyncIterator[OrderStore]:
    opened = await OrderStore.open(orders_path, busy_timeout_s=0.0, clock=lambda: NOW)
    yield opened
    await opened.close()
