"""The shop as a world: the demo comes through the same door as anybody's.

What the login screen does not need is read from disk when it is first asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headstart.errors import WorldError
from headstart.world import Backend, Found, Option, Options, User, Write

if TYPE_CHECKING:
    from agent.shop.orders import OrderStore
    from headstart.guard import Check
    from headstart.world import Phrases, Rule, Tool
    from headstart.world.accounts import Accounts
    from headstart.world.cards import Shown
    from headstart.world.desk import Desk

DEMO_LATENCY_S = 3.0
DEMO_HINT = "demo accounts: user123, eight8, forty40 …\npassword: demo"
SIGN_INS = "sign_in.sqlite"
"""The file of the failed sign-ins, in the state folder."""


class Shop:
    """A shop's orders, products and accounts, in one SQLite file."""

    name = "shop"
    options = (
        Option("orders", "A database of your own; without it the demo's.", Path),
        Option("articles", "A folder of help articles of your own, as Markdown; without it the database's.", Path),
    )

    @property
    def instructions(self) -> str:
        """The system message."""
        from agent.shop.phrases import INSTRUCTIONS

        return INSTRUCTIONS

    @property
    def tools(self) -> Sequence[Tool]:
        """Seven that read and eight that write."""
        from agent.shop.tools import TOOLS

        return TOOLS

    @property
    def rules(self) -> Sequence[Rule]:
        """What customers are likely to ask for."""
        from agent.shop.rules import RULES

        return RULES

    @property
    def phrases(self) -> Phrases:
        """The program's sentences in the shop's words."""
        from agent.shop.phrases import PHRASES

        return PHRASES

    def cards(self, answer: str, found: Sequence[tuple[str, Any]]) -> Sequence[Shown]:
        """The orders and products that an answer speaks of."""
        from agent.shop.cards import cards

        return cards(answer, found)

    def check(self, user: User, today: date) -> Check:
        """Holds answers and calls against the customer's words and every record."""
        from agent.shop.english.check import ShopCheck

        return ShopCheck(user.id, today)

    def latency_s(self, options: Options) -> float:
        """The demo's database is as slow as a real shop's service; one's own is as it is."""
        return DEMO_LATENCY_S if options["orders"] is None else 0.0

    def hint(self, options: Options) -> str:
        """How to sign in to the demo."""
        return DEMO_HINT if options["orders"] is None else ""

    @asynccontextmanager
    async def connect(self, options: Options) -> AsyncGenerator[ShopBackend]:
        """Open the orders and the accounts; raises DatabaseError."""
        from agent.shop.customers import Customers
        from agent.shop.demo_data import working_copy
        from agent.shop.english.kinds import kinds
        from agent.shop.help.articles import read_articles
        from agent.shop.orders import OrderStore
        from headstart.storage import check_database
        from headstart.world.accounts import Accounts

        path: Path | None = options["orders"]
        sign_ins = options.state_folder / SIGN_INS
        await asyncio.to_thread(check_database, sign_ins)
        if path is None:
            path = await asyncio.to_thread(working_copy, options.data_folder, date.today(), options.notice)
        await asyncio.to_thread(kinds)  # Here, for at the first key or at Enter its 0.1 s would stop the event loop.
        articles = await asyncio.to_thread(read_articles, options["articles"]) if options["articles"] else None
        store = await OrderStore.open(path, articles=articles)
        try:
            yield ShopBackend(store, Accounts(Customers(store), sign_ins))
        finally:
            await store.close()


class ShopBackend(Backend):
    """The shop's service while it is open."""

    def __init__(self, store: OrderStore, accounts: Accounts | None = None) -> None:
        self.store = store
        self.accounts = accounts
        """Signs customers in; None where that is done elsewhere."""

    async def call(self, user: User, tool: str, arguments: Mapping[str, Any], write: Write | None) -> Found:
        """Run a tool for one customer; raises DatabaseError."""
        from agent.shop import tools

        if write is None:
            return await tools.read(self.store, user.id, tool, arguments)
        return await tools.write(self.store, user.id, tool, arguments, write)

    async def sign_in(self, name: str, password: str) -> User:
        """The customer of that name; raises SignInError."""
        if self.accounts is None:
            raise WorldError("Expected the shop with its accounts, found it without. Open it with `connect`.")
        return await self.accounts.sign_in(name, password)

    async def revision(self, user: User) -> int | None:
        """The customer's revision; None in a database of one's own that counts none."""
        return await self.store.revision(user.id)

    def today(self) -> date:
        """The shop's day, by which its rules count."""
        return self.store.today()

    @property
    def desk(self) -> Desk | None:
        """Where the shop's people take over."""
        return self.store.desk

    def describe(self) -> str:
        """For `headstart doctor`."""
        return f"{self.store.path} ({'with' if self.store.has_revisions else 'no'} revisions)"


WORLD = Shop()
