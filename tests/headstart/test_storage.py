import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headstart import storage
from headstart.storage import check_database, make_folder, set_aside, unusable


@pytest.mark.parametrize(
    ("number", "found", "advice"),
    [
        (errno.EROFS, "read-only file system", "give another folder with HEADSTART_STATE_FOLDER"),
        (errno.ENOSPC, "the disk is full", "Make room"),
        (errno.EDQUOT, "quota", "Delete files"),
        (errno.EACCES, "permission denied", "chmod u+"),
        (errno.ENOTDIR, "expected a folder", "Move that file away"),
        (errno.EISDIR, "expected a file", "Move that folder away"),
        (errno.EMFILE, "too many files", "ulimit -n"),
        (errno.EIO, "the disk reports an error", "Check the disk"),
        (errno.ENAMETOOLONG, "file name too long", "Give another folder"),
    ],
)
def test_the_advice_follows_from_the_errno(tmp_path: Path, number: int, found: str, advice: str) -> None:
    error = unusable(OSError(number, os.strerror(number)), tmp_path / "kept.sqlite")
    assert str(tmp_path / "kept.sqlite") in str(error)
    assert found in str(error)
    assert advice in str(error)
    assert error.exit_code == 4


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (sqlite3.SQLITE_FULL, "the disk is full"),
        (sqlite3.SQLITE_BUSY, "locked by another program"),
        (sqlite3.SQLITE_CORRUPT, "damaged"),
        (sqlite3.SQLITE_NOTADB, "damaged"),
        (sqlite3.SQLITE_IOERR, "the disk reports an error"),
    ],
)
def test_the_advice_follows_from_sqlites_code(tmp_path: Path, code: int, found: str) -> None:
    error = sqlite3.OperationalError("it failed")
    error.sqlite_errorcode = code
    assert found in str(unusable(error, tmp_path / "kept.sqlite"))


def test_what_sqlite_hides_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "kept.sqlite"
    with pytest.raises(sqlite3.OperationalError) as raised:
        sqlite3.connect(path).execute("CREATE TABLE t (x)")
    assert f"{tmp_path / 'file'} is a file, expected a folder" in str(unusable(raised.value, path))


@given(st.integers(min_value=1, max_value=133))
def test_every_errno_has_one_sentence_of_advice(number: int) -> None:
    said = str(unusable(OSError(number, os.strerror(number)), Path("/nowhere/kept.sqlite")))
    assert said.startswith("/nowhere/kept.sqlite cannot be used: ")
    assert said.endswith((".", "'"))


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    for folder in (tmp_path / "state", tmp_path / "state" / "deep" / "er"):
        with pytest.raises(storage.DatabaseError, match=r"state.* is a file, expected a folder"):
            make_folder(folder)


def test_a_link_to_nowhere_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "kept.sqlite").symlink_to(tmp_path / "none" / "kept.sqlite")
    with pytest.raises(storage.DatabaseError, match=r"a link to nowhere .* Move it away"):
        check_database(tmp_path / "kept.sqlite")


def test_a_file_is_set_aside_with_its_journal_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    for text in ("one", "two"):
        path.write_text(text)
        path.with_name("kept.sqlite-journal").write_text(text)
        set_aside(path)
    asides = sorted(one for one in tmp_path.iterdir() if not one.name.endswith("-journal"))
    assert [one.read_text() for one in asides] == ["one", "two"]
    assert len(list(tmp_path.iterdir())) == 4
    assert all(".damaged-" in one.name for one in tmp_path.iterdir())


def test_a_file_in_use_or_missing_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    check_database(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE t (x)")
        other.execute("BEGIN EXCLUSIVE")
        check_database(path)


def test_checking_keeps_the_locks_of_this_process(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as mine:
        mine.execute("CREATE TABLE t (x)")
        mine.execute("BEGIN EXCLUSIVE")
        unusable(OSError(errno.EACCES, "x"), path)
        with closing(sqlite3.connect(path, timeout=0)) as other, pytest.raises(sqlite3.OperationalError):
            other.execute("INSERT INTO t VALUES (1)")
