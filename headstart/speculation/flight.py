"""What the Speculator holds: one flight for each key, and one owner's visit with its flights.

A flight is looked at by several claims at once, across awaits. Each claim must see one and the same story
of it, so its state changes in one place (`land` and `drop`) and never by itself because a task has ended.
"""

import asyncio
import contextvars
from typing import Generic, Literal

from headstart.speculation.calls import Call, Fetched, Outcome, State, T
from headstart.speculation.ledger import Ledger

Origin = Literal["speculated", "claimed", "put"]


class Flight(Generic[T]):
    """One run of one call, or a result that was put there without a run."""

    def __init__(self, call: Call, reason: str, origin: Origin, issued_s: float) -> None:
        self.call = call
        self.reason = reason
        self.origin: Origin = origin
        self.issued_s = issued_s
        self.context = contextvars.copy_context()
        """Of whoever issued it. Its run sees that, whoever it is that makes room for it later."""
        self.state: State = "waiting"
        self.start_s: float | None = None
        """The snapshot is no older than this; the time to live counts from here."""
        self.end_s: float | None = None
        self.number = 0
        """In the order in which runs and claims began; 0 for a result that was put there."""
        self.task: asyncio.Task[Fetched[T] | BaseException] | None = None
        self.fetched: Fetched[T] | None = None
        self.error: BaseException | None = None
        self.placed = False
        """Whether it holds one of the places that bound speculation. A run that nobody waits for must hold one."""
        self.waiters = 0
        self.dropped = False
        """Once dropped it answers nobody, whatever its run still returns."""
        self.outcome: Outcome | None = None
        self.used = False
        self.hidden_s = 0.0
        self.touched_s = issued_s
        self._landed: asyncio.Future[None] | None = None

    @property
    def speculative(self) -> bool:
        """Whether it was issued ahead and so stands in the ledger."""
        return self.origin == "speculated"

    @property
    def under_way(self) -> bool:
        """Whether a result may still come of it."""
        return not self.dropped and self.state in ("waiting", "in flight")

    async def landing(self, timeout_s: float | None) -> None:
        """Wait until it has landed or was dropped, or for so long.

        A cancelled wait leaves the flight alone, and a drop ends the wait at once: a query that is being
        interrupted may take its time.
        """
        if self._landed is None:
            self._landed = asyncio.get_running_loop().create_future()
        self.waiters += 1
        try:
            await asyncio.wait([self._landed], timeout=timeout_s)
        finally:
            self.waiters -= 1

    def land(self, end_s: float, fetched: Fetched[T] | None, error: BaseException | None) -> None:
        """Its run has ended."""
        self.end_s = self.touched_s = end_s
        self.fetched = fetched
        self.error = error
        self.state = "failed" if fetched is None else "ready"
        self._wake()

    def drop(self) -> None:
        """Interrupt its run and send whoever waits for it to look again."""
        self.dropped = True
        if self.task is not None:
            self.task.cancel()
        self._wake()

    def lose(self) -> None:
        """Its event loop is gone, and with it its run and whoever waited."""
        self.dropped = True
        self.task = self._landed = None

    def _wake(self) -> None:
        if self._landed is not None and not self._landed.done():
            self._landed.set_result(None)


class Visit(Generic[T]):
    """One owner from sign-in to sign-out.

    A claim holds on to the visit it began in. When that is over it can neither start nor store anything,
    even where the same owner has signed in again meanwhile.
    """

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.served = 0
        """When it was last given a place, in the order of places given; 0 for never."""
        self.flights: dict[Call, Flight[T]] = {}
        self.ledger = Ledger()
        self.spent = 0
        """Of the budget, since the turn began."""
        self.revision: int | None = None
        """The newest revision that anything has shown; what was read before it is known to be stale."""
        self.over = False
        self.looks: set[asyncio.Task[int | None]] = set()
        """At the revision, under way."""
        self._unsettled: dict[Call, Flight[T]] = {}
        """Claimed and dropped since: the answer of the turn that claimed it may still rest on it."""

    def note_revision(self, revision: int | None) -> None:
        """Something has shown this revision."""
        if revision is not None and (self.revision is None or revision > self.revision):
            self.revision = revision

    def known_stale(self, fetched: Fetched[T]) -> bool:
        """Whether a newer revision than this result's has been seen."""
        return fetched.revision is not None and self.revision is not None and fetched.revision < self.revision

    def holds(self, flight: Flight[T]) -> bool:
        """Whether the flight still stands for its call."""
        return self.flights.get(flight.call) is flight

    def remove(self, flight: Flight[T]) -> None:
        """Take a flight out and enter it in the ledger, or keep it in mind until its turn is over."""
        if self.holds(flight):
            del self.flights[flight.call]
        if not flight.speculative or flight.used:
            return
        if flight.outcome is None:
            self.ledger.wasted += 1
            return
        self._settle(flight.call)
        self._unsettled[flight.call] = flight

    def claimed(self, flight: Flight[T], outcome: Outcome, waited_s: float) -> None:
        """A claim was answered from this flight."""
        match outcome:
            case "hit":
                self.ledger.hit += 1
            case "joined":
                self.ledger.joined += 1
            case "stale":
                self.ledger.stale += 1
            case "miss":
                self.ledger.missed += 1
        took_s = 0.0 if flight.end_s is None or flight.start_s is None else flight.end_s - flight.start_s
        hidden_s = max(0.0, took_s - waited_s)
        # A second claim finds a result that the first one waited for: what it hid does not grow by that.
        flight.hidden_s = hidden_s if flight.outcome is None else min(hidden_s, flight.hidden_s)
        flight.outcome = outcome
        self._settle(flight.call)

    def use(self, call: Call) -> None:
        """An answer rests on the result that was claimed last; one never claimed cannot have been used."""
        held = self.flights.get(call)
        flight = held if held is not None and held.outcome is not None else self._unsettled.pop(call, None)
        if flight is None or flight.used:
            return
        flight.used = True
        if flight.speculative:
            self.ledger.used += 1
            self.ledger.hidden_s += flight.hidden_s

    def end_turn(self) -> None:
        """The budget is whole again, and what the turn claimed and lost was not used."""
        self.spent = 0
        self.ledger.wasted += len(self._unsettled)
        self._unsettled.clear()

    def _settle(self, call: Call) -> None:
        """Another result has taken the place of the one in mind."""
        if self._unsettled.pop(call, None) is not None:
            self.ledger.wasted += 1
