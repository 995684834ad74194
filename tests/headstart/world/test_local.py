from pathlib import Path

import pytest

from headstart.errors import DatabaseError, SettingsError, SignInError
from headstart.world import User
from headstart.world.local import ACCOUNTS, local_accounts


async def test_an_account_signs_in_once_it_was_added(tmp_path: Path) -> None:
    accounts = local_accounts(tmp_path)
    with pytest.raises(SignInError):
        await accounts.sign_in("ada", "secret")
    await accounts.add("ada", "secret", name="Ada Moreno")
    assert await accounts.sign_in("ada", "secret") == User("ada", "Ada Moreno")
    assert await local_accounts(tmp_path).sign_in("ada", "secret") == User("ada", "Ada Moreno")
    with pytest.raises(SignInError):
        await accounts.sign_in("ada", "Secret")
    with pytest.raises(SettingsError, match="'ada' taken"):
        await accounts.add("ada", "other")


async def test_a_password_is_kept_as_argon2id_where_nobody_else_reads(tmp_path: Path) -> None:
    await local_accounts(tmp_path).add("ada", "secret", name="Ada")
    kept = (tmp_path / ACCOUNTS).read_bytes()
    assert b"$argon2id$" in kept
    assert b"secret" not in kept
    assert (tmp_path / ACCOUNTS).stat().st_mode & 0o077 == 0


async def test_a_password_may_be_changed_for_an_account_only(tmp_path: Path) -> None:
    accounts = local_accounts(tmp_path)
    await accounts.add("ada", "secret", name="Ada")
    await accounts.reset_password("ada", "new")
    assert (await accounts.sign_in("ada", "new")).id == "ada"
    with pytest.raises(SettingsError, match="'eve'"):
        await accounts.reset_password("eve", "new")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / ACCOUNTS).write_text("neither of them " * 300)
    with pytest.raises(DatabaseError, match=ACCOUNTS):
        local_accounts(tmp_path)
