"""The demo's shop on one day, whose lookups wait until a test lets them through."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from agent.shop.customers import Customers
from agent.shop.demo_data import working_copy
from agent.shop.orders import OrderStore
from agent.shop.world import SIGN_INS, Shop, ShopBackend
from headstart.world import Found, Options, User, Write
from headstart.world.accounts import Accounts

TODAY = date(2026, 11, 22)


class HeldShop(Shop):
    """Opening it raises the `errors` that it is given, one at a time."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.may_open = asyncio.Event()
        self.may_open.set()
        self.may_read = asyncio.Event()
        self.may_read.set()
        self.reads_waiting = 0

    @asynccontextmanager
    async def connect(self, options: Options) -> AsyncGenerator[ShopBackend]:
        await self.may_open.wait()
        if self.errors:
            raise self.errors.pop(0)
        path = await asyncio.to_thread(_copy_to, options.data_folder)
        store = await OrderStore.open(path, clock=lambda: datetime.combine(TODAY, time(12), UTC))
        try:
            yield HeldBackend(self, store, Accounts(Customers(store), options.state_folder / SIGN_INS))
        finally:
            await store.close()


class HeldBackend(ShopBackend):
    def __init__(self, shop: HeldShop, store: OrderStore, accounts: Accounts) -> None:
        super().__init__(store, accounts)
        self._shop = shop

    async def call(self, user: User, tool: str, arguments: Mapping[str, Any], write: Write | None) -> Found:
        if write is None:
            self._shop.reads_waiting += 1
            try:
                await self._shop.may_read.wait()
            finally:
                self._shop.reads_waiting -= 1
        return await super().call(user, tool, arguments, write)


def _copy_to(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(_orders(), folder / "orders.sqlite"))


@cache
def _orders() -> Path:
    """Dated once for all tests of a run."""
    return working_copy(Path(mkdtemp(prefix="headstart-shop-")), TODAY)
