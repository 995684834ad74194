"""Files and folders of the program that cannot be used: why, and the one thing to do about it.

The advice follows from the cause, not from the place where it came up: "make it writable" mends neither a full
disk nor a file that stands where a folder should. SQLite hides the cause of most of its errors, so it is looked for.
"""

import errno
import os
import sqlite3
import time
from datetime import datetime
from pathlib import Path

from headstart.errors import DatabaseError


class UnusableError(DatabaseError):
    """A file or folder, what was found there, and the one thing to do."""

    def __init__(self, path: Path, found: str, advice: str) -> None:
        self.found = f"{path} cannot be used: {found}."
        self.advice = advice
        super().__init__(f"{self.found} {advice}")


STATE = "HEADSTART_STATE_FOLDER"
DATA = "HEADSTART_DATA_FOLDER"
CACHE = "HEADSTART_CACHE_FOLDER"

CHECK_WITHIN_S = 2.0
"""A larger file is looked through no longer than this."""

_UNSPECIFIC = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def unusable(error: Exception, path: Path, setting: str = STATE) -> UnusableError:
    """The error that names the file or folder, what is wrong with it and the one thing to do.

    `setting` is the option that gives another place.
    """
    found, advice = _cause(error, path, setting)
    return UnusableError(path, found, advice)


def is_damage(error: Exception) -> bool:
    """Whether SQLite says that the file's contents are not what they should be."""
    return isinstance(error, sqlite3.Error) and _code(error) in _DAMAGED


def damage(found: str) -> sqlite3.DatabaseError:
    """SQLite's error for a file whose contents are not what they should be."""
    error = sqlite3.DatabaseError(found)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def make_folder(folder: Path, setting: str = STATE) -> None:
    """The folder, for this user alone; raises DatabaseError saying why it cannot be used."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_writable(folder)
    except OSError as error:
        raise unusable(error, folder, setting) from error


def set_aside(path: Path) -> Path:
    """Rename a damaged file so that a new one can begin; nothing is deleted."""
    stem = f"{path.name}.damaged-{datetime.now().astimezone():%Y-%m-%d}"
    aside, number = path.with_name(stem), 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{stem}-{number}")
    for part in ("", "-journal", "-wal", "-shm"):  # SQLite would play those of the old file into the new one
        beside = path.with_name(path.name + part)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + part))
    return aside


def check_database(path: Path, setting: str = STATE) -> None:
    """Raise DatabaseError where an SQLite file is damaged or cannot be written; one that is missing is fine.

    A file that another program has locked counts as sound: whoever needs it waits for the lock and says so.
    """
    try:
        if not os.path.lexists(path):
            return
        _check_writable(path, is_file=True)
        _look_through(path)
    except (OSError, sqlite3.Error) as error:
        raise unusable(error, path, setting) from error


def _check_writable(path: Path, *, is_file: bool = False) -> None:
    number = _obstacle(path)
    if is_file and not path.is_file():
        number = errno.EISDIR if path.is_dir() else errno.EINVAL
    if number:
        raise OSError(number, os.strerror(number), str(path))


def _look_through(path: Path) -> None:
    connection = sqlite3.connect(path, timeout=0.0)
    try:
        until_s = time.monotonic() + CHECK_WITHIN_S
        connection.set_progress_handler(lambda: time.monotonic() > until_s, 100_000)
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise damage(found)
    except sqlite3.OperationalError as error:
        if _code(error) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT):
            raise
    finally:
        connection.close()


def _cause(error: Exception, path: Path, setting: str) -> tuple[str, str]:
    """What was found, and the one thing to do."""
    if isinstance(error, OSError):
        return _by_number(error.errno or 0, error.strerror or str(error), path, setting)
    code = _code(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "it is locked by another program", "Close that program, or try again when it has finished."
    if code in _DAMAGED:
        return (
            f"it is damaged ({error})",
            f"Move it away to begin a new one: mv '{path}' '{path}.damaged'",
        )
    number = errno.ENOSPC if code == sqlite3.SQLITE_FULL else _obstacle(path) if code in _UNSPECIFIC else None
    if code == sqlite3.SQLITE_IOERR:
        number = number or (errno.ENOSPC if _is_full(path) else errno.EIO)
    if number:
        return _by_number(number, os.strerror(number), path, setting)
    return str(error) or type(error).__name__, f"Move it away, or give another folder with {setting}."


def _by_number(number: int, text: str, path: Path, setting: str) -> tuple[str, str]:
    another = f"give another {'file' if setting.startswith('--') else 'folder'} with {setting}"
    match number:
        case errno.ENOSPC:
            return "the disk is full", f"Make room on it, or {another}."
        case errno.EDQUOT:
            return "your quota of the disk is used up", f"Delete files of yours, or {another}."
        case errno.EROFS:
            return "it is on a read-only file system", f"Make that writable, or {another}."
        case errno.EACCES | errno.EPERM:
            place = _nearest(path)
            rights = "rwx" if place.is_dir() else "rw"
            return f"permission denied at {place}", f"Allow it with chmod u+{rights} '{place}', or {another}."
        case errno.ENOTDIR | errno.EEXIST:
            place = _nearest(path)
            found = "it" if place == path else place
            return f"{found} is a file, expected a folder", f"Move that file away, or {another}."
        case errno.EISDIR:
            return "it is a folder, expected a file", f"Move that folder away, or {another}."
        case errno.EINVAL:
            return "it is a link to nowhere or a device, expected a file", f"Move it away, or {another}."
        case errno.EMFILE | errno.ENFILE:
            return "too many files are open", "Close other programs, or raise the limit with ulimit -n."
        case errno.EIO:
            return "the disk reports an error", f"Check the disk, or {another}."
        case _:
            return text.lower() or f"error {number}", f"{another[0].upper()}{another[1:]}."


def _obstacle(path: Path) -> int | None:
    """The errno that writing this file or folder would meet, without opening it.

    It is not opened, because closing a file that SQLite has open in this process would drop its locks.
    """
    place = _nearest(path)
    if place != path and not place.is_dir():
        return errno.ENOTDIR
    folder = place if place.is_dir() else place.parent
    try:
        volume = os.statvfs(folder)
    except OSError as error:
        return error.errno
    if volume.f_flag & os.ST_RDONLY:
        return errno.EROFS
    for one in {place, folder}:
        if not os.access(one, os.W_OK | (os.X_OK if one.is_dir() else os.R_OK)):
            return errno.EACCES
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno
    return None


def _is_full(path: Path) -> bool:
    try:
        volume = os.statvfs(_nearest(path))
    except OSError:
        return False
    return volume.f_blocks > 0 and volume.f_bavail == 0


def _nearest(path: Path) -> Path:
    """The path itself or the nearest folder above it that is there."""
    for place in (path, *path.parents):
        try:
            place.lstat()
        except OSError:
            continue
        return place
    return path


def _code(error: Exception) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code
