import asyncio
import logging
import sqlite3
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters

from agent.shop.customers import Customers
from agent.shop.orders import OrderStore
from headstart.errors import DatabaseError, SettingsError, SignInError
from headstart.world import User
from headstart.world.accounts import PARAMETERS, WRONG, Accounts
from headstart.world.throttle import LONGEST_WAIT, wait_after

SECRET = "correct horse battery staple"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state" / "sign-in.sqlite"


@pytest.fixture
def accounts(store: OrderStore, state: Path, clock: Clock) -> Accounts:
    return Accounts(Customers(store), state, clock=clock)


async def fail(accounts: Accounts, times: int, name: str = "ada") -> str:
    message = ""
    for _ in range(times):
        with pytest.raises(SignInError) as raised:
            await accounts.sign_in(name, "wrong")
        message = str(raised.value)
    return message


async def test_right_password_signs_in(accounts: Accounts) -> None:
    assert await accounts.sign_in(" ada ", "demo") == User("ada", "Ada Moreno")


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ada", "wrong"),
        ("ada", ""),
        ("nobody", "demo"),
        ("ADA", "demo"),
        ("", "demo"),
        ("ada\0", "demo"),
        ("a" * 10_000, "demo"),
        ("ada' --", "demo"),
        ("\ud800", "demo"),
        ("ada", "\ud800"),
        ("ada", "demo\0"),
        ("ada", "demo" * 100_000),
    ],
)
async def test_every_wrong_pair_gets_the_same_message(accounts: Accounts, name: str, password: str) -> None:
    with pytest.raises(SignInError) as raised:
        await accounts.sign_in(name, password)
    assert str(raised.value) == WRONG


async def test_unknown_name_is_verified_at_the_same_cost(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    verify = PasswordHasher.verify

    def spy(self: PasswordHasher, hash: str, password: bytes) -> bool:
        verified.append(hash)
        return verify(self, hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", spy)
    for name in ("ada", "nobody", "bad\0name"):
        await fail(accounts, 1, name)
    assert len(verified) == 3
    assert len({str(extract_parameters(hash)) for hash in verified}) == 1


async def test_account_with_no_argon2id_hash_is_closed(accounts: Accounts, direct: sqlite3.Connection) -> None:
    direct.execute("UPDATE customers SET password_hash = 'demo' WHERE customer_id = 'ada'")
    with pytest.raises(SignInError, match="wrong"):
        await accounts.sign_in("ada", "demo")


@pytest.mark.parametrize("name", ["ada", "nobody"])
async def test_fifth_failure_makes_known_and_unknown_names_wait(accounts: Accounts, clock: Clock, name: str) -> None:
    assert await fail(accounts, 5, name) == WRONG
    assert "Try again in 30 seconds." in await fail(accounts, 1, name)
    clock.advance(29)
    assert "Try again in 1 second." in await fail(accounts, 1, name.upper())
    clock.advance(1)
    assert await fail(accounts, 1, name) == WRONG
    assert "Try again in 1 minute." in await fail(accounts, 1, name)


async def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    assert [wait_after(failures).total_seconds() for failures in range(3, 8)] == [0, 0, 30, 60, 120]
    assert wait_after(10) == wait_after(100_000) == LONGEST_WAIT == timedelta(minutes=15)


async def test_password_is_not_checked_while_waiting(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    await fail(accounts, 5)
    monkeypatch.setattr(PasswordHasher, "verify", lambda *_: pytest.fail("checked"))
    with pytest.raises(SignInError, match="Try again in"):
        await accounts.sign_in("ada", "demo")


async def test_waits_are_per_name(accounts: Accounts) -> None:
    await fail(accounts, 5)
    assert (await accounts.sign_in("ben", "demo")).id == "ben"


async def test_success_clears_the_failures(accounts: Accounts) -> None:
    await fail(accounts, 4)
    await accounts.sign_in("ada", "demo")
    assert await fail(accounts, 5) == WRONG


async def test_throttling_survives_reopening(accounts: Accounts, store: OrderStore, state: Path, clock: Clock) -> None:
    await fail(accounts, 5)
    with pytest.raises(SignInError, match="Try again in 30 seconds"):
        await Accounts(Customers(store), state, clock=clock).sign_in("ada", "demo")


async def test_tries_at_once_are_not_all_let_through(accounts: Accounts) -> None:
    tries = (accounts.sign_in("ada", "wrong") for _ in range(20))
    failures = [str(failure) for failure in await asyncio.gather(*tries, return_exceptions=True)]
    assert failures.count(WRONG) == 5


async def test_clock_that_was_set_back_does_not_lengthen_the_wait(accounts: Accounts, clock: Clock) -> None:
    await fail(accounts, 5)
    clock.advance(-100_000)
    assert "30 seconds" in await fail(accounts, 1)


async def test_failures_are_forgotten_after_a_day(accounts: Accounts, state: Path, clock: Clock) -> None:
    await fail(accounts, 5)
    clock.advance(86_401)
    assert await fail(accounts, 4, "ben") == WRONG
    assert await fail(accounts, 5) == WRONG


async def test_state_holds_no_names(accounts: Accounts, state: Path) -> None:
    await fail(accounts, 2, "some.body@example.com")
    assert b"some.body" not in state.read_bytes()
    assert state.stat().st_mode & 0o077 == 0


async def test_damaged_state_file_is_named(accounts: Accounts, state: Path) -> None:
    state.parent.mkdir()
    state.write_text("no database " * 100)
    with pytest.raises(DatabaseError, match=r"sign-in\.sqlite.*damaged.*Move it away"):
        await accounts.sign_in("ada", "demo")


async def test_added_account_signs_in(accounts: Accounts, direct: sqlite3.Connection) -> None:
    await accounts.add("zoe", SECRET, name="Zoe Ito", email="zoe@example.com", address="1 Elm Street, York")
    assert await accounts.sign_in("zoe", SECRET) == User("zoe", "Zoe Ito")
    (password_hash,) = direct.execute("SELECT password_hash FROM customers WHERE customer_id = 'zoe'").fetchone()
    assert extract_parameters(password_hash) == PARAMETERS


@pytest.mark.parametrize(("customer_id", "password"), [("ada", "x"), ("", "x"), ("a\nb", "x"), ("zoe", "")])
async def test_account_that_cannot_be_added_is_refused(accounts: Accounts, customer_id: str, password: str) -> None:
    with pytest.raises(SettingsError):
        await accounts.add(customer_id, password, name="Zoe", email="zoe@example.com", address="York")


async def test_reset_changes_the_password_and_ends_the_wait(accounts: Accounts) -> None:
    await fail(accounts, 5)
    await accounts.reset_password("ada", SECRET)
    await accounts.sign_in("ada", SECRET)
    assert await fail(accounts, 1) == WRONG
    with pytest.raises(SettingsError, match="nobody"):
        await accounts.reset_password("nobody", SECRET)


async def test_unlock_ends_the_wait(accounts: Accounts) -> None:
    await fail(accounts, 5)
    await accounts.unlock("Ada")
    await accounts.sign_in("ada", "demo")


async def test_password_appears_in_no_log_and_no_exception(
    accounts: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    with pytest.raises(SignInError) as raised:
        await accounts.sign_in("ada", SECRET)
    await accounts.reset_password("ada", SECRET)
    await accounts.sign_in("ada", SECRET)
    assert SECRET not in caplog.text
    assert SECRET not in repr(accounts)
    assert SECRET not in "".join(traceback.format_exception(raised.value))
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None
