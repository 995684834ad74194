"""A simulated latency for any world: what a slow service would do to the conversation."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any

from headstart.world.desk import Desk
from headstart.world.members import Backend, Found, User, Write


class Slow(Backend):
    """Another backend whose calls take `latency_s` longer; signing in and revisions are as quick as they are."""

    def __init__(self, backend: Backend, latency_s: float) -> None:
        self.backend = backend
        self.latency_s = latency_s
        """May be changed while it runs."""

    async def call(self, user: User, tool: str, arguments: Mapping[str, Any], write: Write | None) -> Found:
        """Sleep, then call."""
        await asyncio.sleep(self.latency_s)
        return await self.backend.call(user, tool, arguments, write)

    async def sign_in(self, name: str, password: str) -> User:
        """As the backend does."""
        return await self.backend.sign_in(name, password)

    async def revision(self, user: User) -> int | None:
        """As the backend says."""
        return await self.backend.revision(user)

    def today(self) -> date:
        """As the backend says."""
        return self.backend.today()

    @property
    def desk(self) -> Desk | None:
        """As the backend has."""
        return self.backend.desk
