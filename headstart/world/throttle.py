"""Growing waits after failed sign-ins, kept over restarts.

Kept in memory only, they would end with the program: a guesser starts it anew for every five tries.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from headstart.storage import make_folder, unusable

FREE_FAILURES = 4
"""So many failures in a row cost nothing; the next one costs `FIRST_WAIT`, and each one after it twice the last."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)
"""After the last failure; it keeps the file from growing with every name that was ever tried."""

_TABLE = """
    CREATE TABLE IF NOT EXISTS failed_sign_ins (
        name_sha256 TEXT PRIMARY KEY, failures INTEGER NOT NULL, last_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
"""


def wait_after(failures: int) -> timedelta:
    """How long after the last of so many failures in a row nobody may try again."""
    if failures <= FREE_FAILURES:
        return timedelta(0)
    return min(FIRST_WAIT * 2 ** min(failures - FREE_FAILURES - 1, 10), LONGEST_WAIT)


class Throttle:
    """Counts failures per name in a small SQLite file. Its methods block: call them off the event loop.

    No names are kept, only their SHA-256, and an unknown name is counted like a known one.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._clock = clock

    def charge(self, name: str) -> timedelta:
        """Counts a try, as failed until `clear` says otherwise; or, while waiting, counts nothing.

        Returns how long to wait: zero when the try may go ahead. Counted beforehand, so that many tries at once
        are not all let through by the same count.
        """
        with self._transaction() as connection:
            now = self._clock().astimezone(UTC)
            connection.execute("DELETE FROM failed_sign_ins WHERE last_at < ?", (_text(now - FORGOTTEN_AFTER),))
            query = "SELECT failures, last_at FROM failed_sign_ins WHERE name_sha256 = ?"
            failures, last_at = connection.execute(query, (_key(name),)).fetchone() or (0, _text(now))
            wait = wait_after(failures)
            # A clock that was set back must not lengthen the wait.
            left = min(wait, datetime.fromisoformat(last_at) + wait - now)
            if left > timedelta(0):
                return left
            connection.execute(
                "INSERT INTO failed_sign_ins VALUES (?, 1, ?) ON CONFLICT (name_sha256)"
                " DO UPDATE SET failures = failures + 1, last_at = excluded.last_at",
                (_key(name), _text(now)),
            )
            return timedelta(0)

    def clear(self, name: str) -> None:
        """Forgets the failures of a name."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM failed_sign_ins WHERE name_sha256 = ?", (_key(name),))

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        try:
            make_folder(self._path.parent)
            self._path.touch(mode=0o600)
            with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(_TABLE)
                yield connection
                connection.execute("COMMIT")
        except (OSError, sqlite3.Error) as error:
            raise unusable(error, self._path) from error


def _key(name: str) -> str:
    return hashlib.sha256(name.strip().casefold().encode("utf-8", "surrogatepass")).hexdigest()


def _text(moment: datetime) -> str:
    # Always with microseconds: without, the texts of two moments would not sort as the moments do.
    return moment.isoformat(timespec="microseconds")
