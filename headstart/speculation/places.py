"""The places that bound speculation, and who is next when one is free.

One owner may issue many calls at once; the next free place goes to the owner that was served longest ago,
so that nobody waits behind another's whole list. Within an owner the calls keep their order. Of several places one
owner holds all but one at most, so that runs which hang cost nobody else the speculation.
"""

import asyncio
import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Generic

from headstart.speculation.calls import T
from headstart.speculation.flight import Flight, Visit


@dataclass(frozen=True, slots=True)
class Place(Generic[T]):
    """A place that is held."""

    visit: Visit[T]
    flight: Flight[T]
    since_s: float
    """On the event loop's clock, as it is a timer of the loop that ends it."""


class Places(Generic[T]):
    """So many flights at once hold a place; the others wait for one."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._owners_most = max(1, number - 1)
        self._held: dict[Flight[T], Place[T]] = {}
        """In the order in which they were taken."""
        self._waiting: dict[Visit[T], dict[Flight[T], None]] = {}
        self._turns: list[tuple[int, int, list[Visit[T]]]] = []
        """A heap: when the owner was last served, who came first, and the owner, taken out when it waits no more."""
        self._entries: dict[Visit[T], list[Visit[T]]] = {}
        self._ticket = count(1)

    def free_for(self, visit: Visit[T]) -> bool:
        """Whether a flight of this owner may start now."""
        return self._free and sum(place.visit is visit for place in self._held.values()) < self._owners_most

    def take(self, visit: Visit[T], flight: Flight[T]) -> None:
        """The flight holds a place."""
        flight.placed = True
        self._held[flight] = Place(visit, flight, asyncio.get_running_loop().time())
        visit.served = next(self._ticket)

    def leave(self, flight: Flight[T]) -> None:
        """Its place is free again, if it held one."""
        flight.placed = False
        self._held.pop(flight, None)

    def first(self) -> "Place[T] | None":
        """The place that has been held for longest."""
        return next(iter(self._held.values()), None)

    def wait(self, visit: Visit[T], flight: Flight[T]) -> None:
        """The flight waits for a place."""
        self._waiting.setdefault(visit, {})[flight] = None
        if visit not in self._entries:
            self._queue(visit)

    def withdraw(self, visit: Visit[T], flight: Flight[T]) -> None:
        """The flight waits no more."""
        waiting = self._waiting.get(visit)
        if waiting is None or flight not in waiting:
            return
        del waiting[flight]
        if not waiting:
            del self._waiting[visit]
            self._entries.pop(visit).clear()

    def next(self) -> Iterator[tuple[Visit[T], Flight[T]]]:
        """The flights that may start now, each with its place taken."""
        passed_over: list[tuple[int, int, list[Visit[T]]]] = []
        while self._free and self._turns:
            turn = heapq.heappop(self._turns)
            _, _, entry = turn
            if not entry:
                continue
            (visit,) = entry
            if not self.free_for(visit):
                passed_over.append(turn)
                continue
            flight = next(iter(self._waiting[visit]))
            self.withdraw(visit, flight)
            self.take(visit, flight)
            if visit in self._waiting:
                self._queue(visit)
            yield visit, flight
        for turn in passed_over:
            heapq.heappush(self._turns, turn)

    def clear(self) -> None:
        """Nobody holds a place and nobody waits for one."""
        self._held.clear()
        self._waiting.clear()
        self._entries.clear()
        self._turns.clear()

    @property
    def _free(self) -> bool:
        return len(self._held) < self._number

    def _queue(self, visit: Visit[T]) -> None:
        entry = self._entries[visit] = [visit]
        heapq.heappush(self._turns, (visit.served, next(self._ticket), entry))
