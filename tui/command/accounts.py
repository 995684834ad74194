"""`headstart accounts`: add, reset and unlock, over the same accounts as the sign-in."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable

import typer

from agent.engine import Engine
from agent.settings import Settings
from headstart.errors import SettingsError
from headstart.world.accounts import Accounts
from tui.terminal.streams import is_terminal


def add(settings: Settings, user_id: str, **given: str | None) -> None:
    """Add an account; what it needs and is not given is asked for."""

    async def added(accounts: Accounts) -> None:
        details = {name: given.get(name) or typer.prompt(name.capitalize()) for name in accounts.details}
        await accounts.add(user_id, _new_password(), **details)

    _with_accounts(settings, added)
    print(f"{user_id} is added.")


def reset(settings: Settings, user_id: str) -> None:
    """Give an account another password."""
    password = _new_password()
    _with_accounts(settings, lambda accounts: accounts.reset_password(user_id, password))
    print(f"{user_id} has a new password.")


def unlock(settings: Settings, user_id: str) -> None:
    """End the wait after failed sign-ins."""
    _with_accounts(settings, lambda accounts: accounts.unlock(user_id))
    print(f"{user_id} may sign in at once.")


def _with_accounts(settings: Settings, work: Callable[[Accounts], Awaitable[object]]) -> None:
    async def run() -> None:
        engine = Engine(settings)
        try:
            await engine.open()
            await work(engine.accounts)
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
