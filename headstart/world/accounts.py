"""Signing in: argon2id, the same answer and the same time for every way to fail, and waits after failures.

A sign-in that answers faster for an unknown name tells a stranger who has an account here. So an unknown name, or
one that cannot be a name, is verified too, against a hash of nothing that costs what the real ones cost.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Protocol

from argon2 import Parameters, PasswordHasher, Type, extract_parameters
from argon2.exceptions import Argon2Error, InvalidHashError

from headstart.errors import DatabaseError, SettingsError, SignInError
from headstart.text import printable
from headstart.world.members import User
from headstart.world.throttle import Throttle

PARAMETERS = Parameters(
    type=Type.ID, version=19, salt_len=16, hash_len=32, time_cost=2, memory_cost=19_456, parallelism=1
)
"""OWASP's choice for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane."""
NAME_LENGTH = 100
PASSWORD_LENGTH = 1_000

WRONG = "The name or the password is wrong. Check both and try again."


def utc_now() -> datetime:
    """The moment, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is kept of an account."""

    user_id: str
    name: str
    password_hash: str
    """argon2id in encoded form; anything else opens nothing."""


class Keeper(Protocol):
    """Where accounts are kept. Its methods raise DatabaseError."""

    @property
    def details(self) -> Sequence[str]:
        """What an account has besides a user name and a password: `name`, and whatever else is to be asked for."""
        ...

    async def credentials(self, user_id: str) -> Credentials | None:
        """The account of that user name; None where there is none."""
        ...

    async def any_password_hash(self) -> str | None:
        """Some account's argon2id hash, for its parameters; None before there is one."""
        ...

    async def add(self, user_id: str, password_hash: str, details: Mapping[str, str]) -> None:
        """Add an account; raises SettingsError when the name is taken."""
        ...

    async def set_password_hash(self, user_id: str, password_hash: str) -> bool:
        """Whether there is such an account."""
        ...


class Accounts:
    """Sign-in, and what `headstart accounts` does, over a keeper and a file of failed sign-ins.

    Passwords are hashed in a thread, some 20 ms each; nothing here keeps, logs or repeats one.
    """

    def __init__(
        self, keeper: Keeper, state: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._keeper = keeper
        self._throttle = Throttle(state, clock)
        self._hasher: PasswordHasher | None = None
        self._dummy = ""

    async def sign_in(self, name: str, password: str) -> User:
        """The user of that name, written exactly.

        Raises SignInError, with one message for an unknown name and a wrong password, or with how long to wait
        after too many failures; the password is not looked at then. Raises DatabaseError.
        """
        name = name.strip()
        hasher = await self._prepared()
        found = await self._keeper.credentials(name) if _possible(name, NAME_LENGTH) else None
        wait = await asyncio.to_thread(self._throttle.charge, name)
        if wait:
            raise SignInError(f"Too many failed sign-ins for this name. Try again in {_spoken(wait)}.")
        # A hash of another kind, such as a closed account's, is opened by nothing, and that must not show either.
        kept = found.password_hash if found else ""
        expected = kept if kept.startswith("$argon2id$") else self._dummy
        secret = _encoded(password)

        def verify() -> bool:  # a closure, because the arguments of a thread's call can end up in a log
            try:
                return hasher.verify(expected, secret)
            except (Argon2Error, InvalidHashError):
                return False

        if not await asyncio.to_thread(verify) or found is None:
            raise SignInError(WRONG)
        await asyncio.to_thread(self._throttle.clear, name)
        return User(found.user_id, printable(found.name))

    @property
    def details(self) -> Sequence[str]:
        """What a new account has to be given besides a user name and a password."""
        return self._keeper.details

    async def add(self, user_id: str, password: str, **details: str) -> None:
        """Adds an account; raises SettingsError when the name is taken or something cannot be used."""
        if not _possible(user_id, NAME_LENGTH) or user_id != user_id.strip():
            raise SettingsError(f"Expected a user name of 1 to {NAME_LENGTH} printable characters. Choose another.")
        password_hash = await self._hash(password)
        given = {name: printable(details.get(name, "")) for name in self.details}
        await self._keeper.add(user_id, password_hash, given)

    async def reset_password(self, user_id: str, password: str) -> None:
        """Gives an account a new password and ends its waits; raises SettingsError for an unknown name."""
        password_hash = await self._hash(password)
        if not await self._keeper.set_password_hash(user_id, password_hash):
            raise SettingsError(f"Expected the user name of an account, found {user_id!r}. Add it first.")
        await self.unlock(user_id)

    async def unlock(self, user_id: str) -> None:
        """Ends the waits of a name."""
        await asyncio.to_thread(self._throttle.clear, user_id)

    async def _prepared(self) -> PasswordHasher:
        """The hasher, once the dummy is made: for every first sign-in alike, or its time would tell."""
        if self._hasher is None:
            real = await self._keeper.any_password_hash()
            hasher = PasswordHasher.from_parameters(_parameters(real) if real else PARAMETERS)
            self._dummy = await asyncio.to_thread(lambda: hasher.hash(secrets.token_bytes(16)))
            self._hasher = hasher
        return self._hasher

    async def _hash(self, password: str) -> str:
        secret = _encoded(password)
        if not 0 < len(secret) <= PASSWORD_LENGTH:
            raise SettingsError(f"Expected a password of 1 to {PASSWORD_LENGTH} bytes. Choose another.")
        hasher = PasswordHasher.from_parameters(PARAMETERS)
        return await asyncio.to_thread(lambda: hasher.hash(secret))


def _parameters(password_hash: str) -> Parameters:
    try:
        return extract_parameters(password_hash)
    except InvalidHashError as error:
        raise DatabaseError(
            "Passwords: expected argon2id hashes in encoded form, found a damaged one."
            " Set the password again with `headstart accounts reset`."
        ) from error


def _possible(text: str, length: int) -> bool:
    return 0 < len(text) <= length and text.isprintable()


def _encoded(password: str) -> bytes:
    # A terminal can hand over half a character; that is a wrong password, and no error that quotes it. One byte too
    # many is kept: a password that is too long must not open what its beginning would.
    return password.encode("utf-8", "surrogatepass")[: PASSWORD_LENGTH + 1]


def _spoken(wait: timedelta) -> str:
    seconds = ceil(wait.total_seconds())
    if seconds < 60:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    minutes = ceil(seconds / 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
