"""`headstart accounts`: add, reset and unlock, over the same accounts as the sign-in."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from agent.engine import Engine
from agent.settings import Settings
from headstart.errors import SettingsError
from tui.streams import is_terminal


def add(settings: Settings, customer_id: str, name: str, email: str, address: str) -> None:
    """Add an account."""
    password = _new_password()
    _with_accounts(
        settings, lambda accounts: accounts.add(customer_id, password, name=name, email=email, address=address)
    )
    print(f"{customer_id} is added.")


def reset(settings: Settings, customer_id: str) -> None:
    """Give an account another password."""
    password = _new_password()
    _with_accounts(settings, lambda accounts: accounts.reset_password(customer_id, password))
    print(f"{customer_id} has a new password.")


def unlock(settings: Settings, customer_id: str) -> None:
    """End the wait after failed sign-ins."""
    _with_accounts(settings, lambda accounts: accounts.unlock(customer_id))
    print(f"{customer_id} may sign in at once.")


def _with_accounts(settings: Settings, work: Callable[[Any], Awaitable[object]]) -> None:
    async def run() -> None:
        engine = Engine(settings)
        try:
            await engine.open()
            accounts = getattr(engine.backend, "accounts", None)
            if accounts is None:
                raise SettingsError(
                    f"The world {engine.world.described.name} keeps no accounts that could be changed here."
                )
            await work(accounts)
        finally:
            await engine.close()

    asyncio.run(run())


def _new_password() -> str:
    if not is_terminal(sys.stdin):
        line = sys.stdin.readline() if sys.stdin is not None else ""  # pyright: ignore[reportUnnecessaryComparison]
        if not (password := line.rstrip("\r\n")) or "\ufffd" in password:
            found = "bytes that are no UTF-8" if password else "nothing"
            raise SettingsError(f"A password was expected on standard input, found {found}.")
        return password
    password = getpass.getpass("New password: ")
    if password != getpass.getpass("Once more: "):
        raise SettingsError("The two passwords differ; nothing was changed.")
    return password
