"""The demo's database: a copy of the shipped one in the user's data folder, its dates moved to today.

Shipped data ages. Left as it was built, every order of the demo would be long delivered, and no parcel on its way.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

from agent.errors import DatabaseError
from agent.shop.database import explained

FILE = "orders.sqlite"
_LOCK_TIMEOUT_S = 30.0

_MOVES = (
    "UPDATE orders SET ordered_on = date(ordered_on, :by), eta = date(eta, :by),"
    " delivered_on = date(delivered_on, :by)",
    "UPDATE shipment_events SET at = strftime('%Y-%m-%dT%H:%M:%S+00:00', at, :by)",
    "UPDATE returns SET requested_at = strftime('%Y-%m-%dT%H:%M:%S+00:00', requested_at, :by)",
    "UPDATE customers SET created_at = strftime('%Y-%m-%dT%H:%M:%S+00:00', created_at, :by)",
)


def bundled() -> Path:
    """The database as it was shipped: in a wheel beside this module, in a checkout under `data/`."""
    here = Path(__file__).parent
    places = (here / "demo" / FILE, here.parent.parent / "data" / FILE)
    for place in places:
        if place.is_file():
            return place
    raise DatabaseError(
        f"Expected the demo's database at {places[0]} or {places[1]}, found neither."
        " Run `python data/build_orders.py`, or install headstart again."
    )


def working_copy(folder: Path, today: date) -> Path:
    """The demo's database for use, in `folder`: its newest order is from the day before `today`.

    The customers' changes are kept, until another version of the data is shipped. Raises DatabaseError.
    """
    source, copy = bundled(), folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _one_at_a_time(folder):
            if not _usable(copy, _version(source)):
                _replace(source, copy)
            _move_dates(copy, today)
    except sqlite3.Error as error:
        raise explained(error, copy) from error
    except OSError as error:
        raise DatabaseError(
            f"Expected to keep the demo's database in {folder}, found that it cannot be written ({error})."
            " Make the folder writable, or give a database of your own with --orders."
        ) from error
    return copy


@contextmanager
def _one_at_a_time(folder: Path) -> Generator[None]:
    # Of two programs that start at once, one would replace the file that the other has just opened. SQLite's own
    # lock on an empty file beside it is a lock that every system has and that a crash releases.
    with closing(sqlite3.connect(folder / f"{FILE}.lock", timeout=_LOCK_TIMEOUT_S, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield
        lock.execute("ROLLBACK")


def _version(path: Path) -> int:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _usable(copy: Path, version: int) -> bool:
    if not copy.is_file():
        return False
    try:
        # Opened for writing, so that what a crash left half done is rolled back and not taken for damage.
        with closing(sqlite3.connect(copy)) as connection:
            sound = connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            return sound and int(connection.execute("PRAGMA user_version").fetchone()[0]) == version
    except sqlite3.OperationalError:
        raise  # locked or unreadable, which copying would not mend
    except sqlite3.DatabaseError:
        return False


def _replace(source: Path, copy: Path) -> None:
    for left_behind in ("-journal", "-wal", "-shm"):  # of the old file; SQLite would play them into the new one
        copy.with_name(copy.name + left_behind).unlink(missing_ok=True)
    handle, temporary = tempfile.mkstemp(dir=copy.parent, prefix=f"{FILE}.")
    os.close(handle)
    try:
        shutil.copyfile(source, temporary)
        Path(temporary).replace(copy)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _move_dates(copy: Path, today: date) -> None:
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        if not _days_behind(connection, today):
            return
        connection.execute("BEGIN IMMEDIATE")
        days = _days_behind(connection, today)  # once more, now that nobody else can move them
        for move in _MOVES:
            connection.execute(move, {"by": f"{days:+d} days"})
        connection.execute("COMMIT")


def _days_behind(connection: sqlite3.Connection, today: date) -> int:
    newest = connection.execute("SELECT max(ordered_on) FROM orders").fetchone()[0]
    return (today - timedelta(days=1) - date.fromisoformat(newest)).days
