import asyncio
from pathlib import Path

import pytest

from agent.shop.orders import OrderStore
from headstart.errors import SessionClosedError

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


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
        assert (await store.get_order_history("ada")).value.count == 3
    await store.close()


async def endless(store: OrderStore) -> None:
    async with store._pool.snapshot() as connection:
        await connection.execute_fetchall(ENDLESS)


async def test_reads_cancelled_at_any_point_leave_the_pool_usable(orders_path: Path) -> None:
    store = await OrderStore.open(orders_path, readers=2)
    for yields in range(40):
        reads = [asyncio.create_task(store.get_order_history("ada")) for _ in range(5)]
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
    waiting = asyncio.create_task(store.get_order_history("ada"))
    for _ in range(10):
        await asyncio.sleep(0)
    await store.close()
    for read in (running, waiting, store.get_order_history("ada")):
        with pytest.raises(SessionClosedError):
            await read
