"""The shop's customers as the accounts that sign in."""

from collections.abc import Mapping

from agent.shop.orders import OrderStore
from headstart.world.accounts import Credentials


class Customers:
    """A keeper of accounts over the orders' database."""

    details = ("name", "email", "address")

    def __init__(self, store: OrderStore) -> None:
        self._store = store

    async def credentials(self, user_id: str) -> Credentials | None:
        """The customer of that user name."""
        found = await self._store.credentials(user_id)
        return Credentials(*found) if found else None

    async def any_password_hash(self) -> str | None:
        """Some customer's hash."""
        return await self._store.any_password_hash()

    async def add(self, user_id: str, password_hash: str, details: Mapping[str, str]) -> None:
        """Add a customer; raises SettingsError when the name is taken."""
        await self._store.add_customer(user_id, details["name"], details["email"], details["address"], password_hash)

    async def set_password_hash(self, user_id: str, password_hash: str) -> bool:
        """Whether there is such a customer."""
        return await self._store.set_password_hash(user_id, password_hash)
