"""Local accounts: user names and passwords in a small SQLite file, for a world that keeps none of its own."""

import asyncio
import sqlite3
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from headstart.errors import SettingsError
from headstart.storage import check_database, make_folder, unusable
from headstart.world.accounts import Accounts, Credentials

ACCOUNTS, SIGN_INS = "accounts.sqlite", "sign_in.sqlite"
_TABLE = "CREATE TABLE IF NOT EXISTS accounts (user_id TEXT PRIMARY KEY, name TEXT, password_hash TEXT) STRICT"


class LocalKeeper:
    """Keeps accounts in a file. Only whoever runs the program can read it."""

    details = ("name",)

    def __init__(self, path: Path) -> None:
        self._path = path

    async def credentials(self, user_id: str) -> Credentials | None:
        """The account of that user name."""
        query = "SELECT user_id, name, password_hash FROM accounts WHERE user_id = ?"
        found = await asyncio.to_thread(self._rows, query, user_id)
        return Credentials(*found[0]) if found else None

    async def any_password_hash(self) -> str | None:
        """Some account's hash."""
        found = await asyncio.to_thread(self._rows, "SELECT password_hash FROM accounts LIMIT 1")
        return found[0][0] if found else None

    async def add(self, user_id: str, password_hash: str, details: Mapping[str, str]) -> None:
        """Add an account; raises SettingsError when the name is taken."""
        query = "INSERT INTO accounts VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1"
        if not await asyncio.to_thread(self._rows, query, user_id, details.get("name", ""), password_hash):
            raise SettingsError(
                f"Expected a new user name, found {user_id!r} taken. Choose another, or reset its password."
            )

    async def set_password_hash(self, user_id: str, password_hash: str) -> bool:
        """Whether there is such an account."""
        query = "UPDATE accounts SET password_hash = ? WHERE user_id = ? RETURNING 1"
        return bool(await asyncio.to_thread(self._rows, query, password_hash, user_id))

    def _rows(self, query: str, *values: str) -> list[tuple[str, ...]]:
        with self._opened() as connection:
            return connection.execute(query, values).fetchall()

    @contextmanager
    def _opened(self) -> Generator[sqlite3.Connection]:
        try:
            make_folder(self._path.parent)
            self._path.touch(mode=0o600)
            with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
                connection.execute(_TABLE)
                yield connection
        except (OSError, sqlite3.Error) as error:
            raise unusable(error, self._path) from error


def local_accounts(folder: Path) -> Accounts:
    """The accounts of a world whose state is in this folder. Raises DatabaseError for damaged files."""
    for name in (ACCOUNTS, SIGN_INS):
        check_database(folder / name)
    return Accounts(LocalKeeper(folder / ACCOUNTS), folder / SIGN_INS)
