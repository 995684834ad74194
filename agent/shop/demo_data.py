"""The demo's database: a copy of the shipped one in the user's data folder, its dates moved to today.

Shipped data ages. Left as it was built, every order of the demo would be long delivered, and no parcel on its way.
"""

import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

from headstart.errors import DatabaseError
from headstart.storage import DATA, is_damage, make_folder, set_aside, unusable

log = logging.getLogger(__name__)

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


def working_copy(folder: Path, today: date, on_damage: Callable[[str], None] = log.warning) -> Path:
    """The demo's database for use, in `folder`: its newest order is from the day before `today`.

    The customers' changes are kept, until another version of the data is shipped. A damaged copy is set aside and
    begun anew, which `on_damage` is told in a sentence. Raises DatabaseError.
    """
    source, copy = bundled(), folder / FILE
    try:
        make_folder(folder, DATA)
        with _one_at_a_time(folder):
            version = _version_of_sound(copy)
            if version is None and copy.is_file():
                aside = set_aside(copy)
                on_damage(
                    f"The demo's orders were damaged and are as they were shipped again. The file is now {aside}."
                )
            if version != _version(source):
                _replace(source, copy)
            _move_dates(copy, today)
    except (OSError, sqlite3.Error) as error:
        raise unusable(error, copy, DATA) from error
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


def _version_of_sound(copy: Path) -> int | None:
    """None where there is no copy or a damaged one."""
    if not copy.is_file():
        return None
    try:
        # Opened for writing, so that what a crash left half done is rolled back and not taken for damage.
        with closing(sqlite3.connect(copy)) as connection:
            sound = connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            return int(connection.execute("PRAGMA user_version").fetchone()[0]) if sound else None
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return None
        raise  # locked or unreadable, which copying would not mend


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
