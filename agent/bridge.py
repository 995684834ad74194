"""The way from a turn's thread to the event loop, and what a turn may ask for there."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine, Sequence
from datetime import date
from typing import Any, Protocol, TypeVar

from agent.errors import DatabaseError, SessionClosedError
from agent.shop.calls import Answer
from agent.shop.records import Change
from agent.speculation.speculator import Call, Claim

T = TypeVar("T")


class TurnStoppedError(Exception):
    """The customer stopped the turn before anything was written."""


class Lookups(Protocol):
    """What a turn asks of the event loop's side, bound to the customer who is signed in."""

    async def claim(self, call: Call) -> Claim[Answer]:
        """The result of a read."""
        ...

    async def claim_ahead(self, standing: Sequence[Call], question: str) -> list[Claim[Answer] | DatabaseError]:
        """What stands in the prompt and what belongs there for this question, claimed before the model reads it."""
        ...

    async def look_up_at_enter(self, question: str) -> None:
        """Issue what the question will most likely need, now."""
        ...

    async def preview(self, name: str, arguments: dict[str, Any]) -> Change:
        """What a write would do."""
        ...

    async def write(self, name: str, arguments: dict[str, Any], key: str) -> Change:
        """Do it, once."""
        ...

    def today(self) -> date:
        """The shop's day; from any thread."""
        ...

    def use(self, call: Call) -> None:
        """An answer rests on this call."""
        ...


class Bridge:
    """The way from a thread to the event loop; every wait ends when the turn is stopped or the session closes."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._closed = threading.Event()
        self._cut: concurrent.futures.Future[None] = concurrent.futures.Future()

    def fresh(self) -> "Bridge":
        """For the next turn."""
        return Bridge(self._loop)

    def stop(self, *, closing: bool = False) -> None:
        """End every wait."""
        if closing:
            self._closed.set()
        if not self._cut.done():
            self._cut.set_result(None)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and wait for its result."""
        if self._cut.done():
            work.close()
            raise self._end()
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        both: list[concurrent.futures.Future[Any]] = [future, self._cut]
        concurrent.futures.wait(both, return_when=concurrent.futures.FIRST_COMPLETED)
        if not future.done():
            future.cancel()
            raise self._end()
        return future.result()

    def _end(self) -> Exception:
        return SessionClosedError("The session ended.") if self._closed.is_set() else TurnStoppedError()
