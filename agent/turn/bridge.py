"""Runs coroutines on the event loop from a turn's thread, and says what a turn may ask for there."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine, Sequence
from datetime import date
from typing import Any, Protocol, TypeVar

from headstart.errors import ArgumentsError, DatabaseError, SessionClosedError, WorldError
from headstart.speculation.speculator import Call, Claim
from headstart.world import Found, Said
from headstart.world.opened import ToolResult

T = TypeVar("T")

FailedLookup = DatabaseError | WorldError | ArgumentsError
FAILED_LOOKUPS = (DatabaseError, WorldError, ArgumentsError)
"""What keeps one lookup from its result, and nothing else."""


_LOOK_AGAIN_S = 1.0
"""How often a wait looks whether the event loop is still there."""


def refuse_on_loop(loop: asyncio.AbstractEventLoop, what: str) -> None:
    """Raise RuntimeError in the event loop's own thread, which would wait for itself without end."""
    try:
        running = asyncio.get_running_loop()
    except RuntimeError:
        return
    if running is loop:
        raise RuntimeError(f"{what} waits for the event loop: call it in another thread, as with asyncio.to_thread.")


class TurnStoppedError(Exception):
    """The customer stopped the turn before anything was written."""


class Lookups(Protocol):
    """What a turn asks of the event loop's side, bound to the customer who is signed in."""

    async def claim(self, call: Call) -> Claim[ToolResult]:
        """The result of a read."""
        ...

    async def claim_ahead(self, standing: Sequence[Call], question: str) -> Sequence[Claim[ToolResult] | FailedLookup]:
        """What stands in the prompt and what belongs there for this question, claimed before the model reads it."""
        ...

    async def drop(self) -> None:
        """Forget what was speculated."""
        ...

    async def look_up_at_enter(self, question: str) -> None:
        """Issue what the question will most likely need, now."""
        ...

    async def preview(self, call: Call) -> Found:
        """What a write would do."""
        ...

    async def write(self, call: Call, key: str, said: Sequence[Said] = ()) -> Found:
        """Do it, once."""
        ...

    def today(self) -> date:
        """The world's day; from any thread."""
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
        """Run a coroutine on the loop and wait for its result; raises RuntimeError in the loop's own thread."""
        try:
            self._check_can_wait()
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        except BaseException as error:
            work.close()
            if self._loop.is_closed():
                raise SessionClosedError("The session ended.") from error
            raise
        both: list[concurrent.futures.Future[Any]] = [future, self._cut]
        while not concurrent.futures.wait(both, _LOOK_AGAIN_S, concurrent.futures.FIRST_COMPLETED).done:
            if self._loop.is_closed():
                raise SessionClosedError("The session ended.")
        if not future.done():
            future.cancel()
            raise self._end()
        try:
            return future.result()
        except concurrent.futures.CancelledError as error:
            raise SessionClosedError("The session ended.") from error

    def _check_can_wait(self) -> None:
        refuse_on_loop(self._loop, "Bridge.run")
        if self._cut.done():
            raise self._end()

    def _end(self) -> Exception:
        return SessionClosedError("The session ended.") if self._closed.is_set() else TurnStoppedError()
