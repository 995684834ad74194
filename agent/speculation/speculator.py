"""The Speculator: read-only tool calls that run before a model asks for them, bound to one owner each.

It lives on an event loop and is touched from nowhere else. A call is keyed by owner, tool and
canonical arguments; there is one flight per key, whoever wants it. A claim is answered from a flight
only while that is fresh: not older than its time to live, and the owner's revision unchanged since the
snapshot it was read from. What may be speculated is the caller's word (`speculation_safe`): the
Speculator runs what it is given, ahead of time, and must never be given a write.

Knows neither the shop nor the model: `run` and `revision` are handed in.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from agent.speculation.ledger import Ledger
from agent.timeline import Clock, Timeline

T = TypeVar("T")

Outcome = Literal["hit", "joined", "stale", "miss"]
State = Literal["waiting", "in flight", "ready", "failed"]


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """A tool call as a key: the same arguments in another order are the same call."""

    name: str
    arguments: str = "{}"
    """Canonical JSON."""

    @classmethod
    def of(cls, name: str, arguments: Mapping[str, Any] | None = None) -> "Call":
        """A call with its arguments as a mapping."""
        return cls(name, json.dumps(arguments or {}, sort_keys=True, ensure_ascii=False, separators=(",", ":")))

    def mapping(self) -> dict[str, Any]:
        """The arguments as a tool takes them."""
        return dict(json.loads(self.arguments))


@dataclass(frozen=True, slots=True)
class Fetched(Generic[T]):
    """What a run returned, with the owner's revision that its snapshot was read at."""

    value: T
    revision: int | None = None
    """None where the database keeps no revisions: then only the time to live speaks for freshness."""


@dataclass(frozen=True, slots=True)
class Claim(Generic[T]):
    """What a claim got."""

    call: Call
    outcome: Outcome
    value: T
    revision: int | None
    waited_s: float
    start_s: float
    """When the query that answered began."""
    end_s: float
    reason: str
    """Why it had been speculated; empty for a miss."""
    first: bool
    """Whether nothing had used this very result before: only then is its time hidden by this claim."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A speculative call as the screen shows it."""

    call: Call
    reason: str
    state: State
    outcome: Outcome | None
    age_s: float
    took_s: float | None


class _Flight(Generic[T]):
    """One run of one call."""

    def __init__(self, owner: str, call: Call, reason: str, *, speculative: bool, issued_s: float) -> None:
        self.owner = owner
        self.call = call
        self.reason = reason
        self.speculative = speculative
        self.issued_s = issued_s
        self.start_s: float | None = None
        self.end_s: float | None = None
        self.task: asyncio.Task[Fetched[T]] | None = None
        self.outcome: Outcome | None = None
        self.hidden_s = 0.0
        self.used = False

    @property
    def state(self) -> State:
        if self.task is None:
            return "waiting"
        if not self.task.done():
            return "in flight"
        return "failed" if self.task.cancelled() or self.task.exception() else "ready"


class Speculator(Generic[T]):
    """Speculates and answers claims for any number of owners.

    `concurrency` bounds the speculative flights of all owners under way at once; claims never wait for
    a place. `budget` is how many speculative calls an owner may issue until `refill`. After `deadline_s`
    a claim stops waiting for a flight and runs the call itself.
    """

    def __init__(
        self,
        run: Callable[[str, Call], Awaitable[Fetched[T]]],
        *,
        revision: Callable[[str], Awaitable[int | None]] | None = None,
        timeline: Timeline | None = None,
        clock: Clock = time.monotonic,
        concurrency: int = 4,
        budget: int = 6,
        time_to_live_s: float = 300.0,
        deadline_s: float = 30.0,
        on_change: Callable[[str], None] | None = None,
    ) -> None:
        self._run = run
        self._revision = revision
        self._timeline = timeline
        self._clock = timeline.clock if timeline else clock
        self._concurrency = concurrency
        self._budget = budget
        self._time_to_live_s = time_to_live_s
        self._deadline_s = deadline_s
        self._on_change = on_change
        self._flights: dict[str, dict[Call, _Flight[T]]] = {}
        self._waiting: deque[_Flight[T]] = deque()
        self._running: set[_Flight[T]] = set()
        self._spent: dict[str, int] = {}
        self._ledgers: dict[str, Ledger] = {}

    def speculate(self, owner: str, call: Call, *, reason: str) -> bool:
        """Issue a call ahead of time; False when it is there or under way already, or the budget is spent."""
        flights = self._flights.setdefault(owner, {})
        held = flights.get(call)
        if held and (held.state in ("waiting", "in flight") or (held.state == "ready" and not self._too_old(held))):
            return False
        if self._spent.get(owner, 0) >= self._budget:
            return False
        self._drop(held)
        self._spent[owner] = self._spent.get(owner, 0) + 1
        self.ledger(owner).issued += 1
        flight = flights[call] = _Flight[T](owner, call, reason, speculative=True, issued_s=self._clock())
        self._waiting.append(flight)
        self._start_waiting()
        self._changed(owner)
        return True

    def refill(self, owner: str) -> None:
        """A turn is over: the owner's budget is whole again."""
        self._spent.pop(owner, None)

    def peek(self, owner: str, call: Call) -> Fetched[T] | None:
        """A finished result without claiming it, for placing it in a prompt; freshness is the claim's matter."""
        flight = self._flights.get(owner, {}).get(call)
        if flight is None or flight.state != "ready" or flight.task is None:
            return None
        return flight.task.result()

    def ready(self, owner: str) -> list[Call]:
        """The speculated calls whose results are there, in the order they were issued."""
        flights = self._flights.get(owner, {}).values()
        return [flight.call for flight in flights if flight.speculative and flight.state == "ready"]

    def ahead(self, owner: str) -> list[Ahead]:
        """What was speculated for an owner and how it stands, newest last."""
        now_s = self._clock()
        return [
            Ahead(
                call=flight.call,
                reason=flight.reason,
                state=flight.state,
                outcome=flight.outcome,
                age_s=now_s - (flight.end_s or flight.issued_s),
                took_s=None if flight.end_s is None or flight.start_s is None else flight.end_s - flight.start_s,
            )
            for flight in self._flights.get(owner, {}).values()
            if flight.speculative
        ]

    def ledger(self, owner: str) -> Ledger:
        """The owner's counts since sign-in; live, not a copy."""
        return self._ledgers.setdefault(owner, Ledger())

    async def claim(self, owner: str, call: Call) -> Claim[T]:
        """The result of a call, from its flight where that is fresh, else run now.

        Raises whatever the run raises when it is run here; a speculative failure is never raised but
        answered by one fresh run.
        """
        asked_s = self._clock()
        flight = self._flights.get(owner, {}).get(call)
        if flight is None:
            return await self._run_now(owner, call, "miss", asked_s)
        joined = flight.state in ("waiting", "in flight")
        if joined and not await self._land(flight):
            return await self._run_now(owner, call, "miss", asked_s)
        if flight.state == "failed" or flight.task is None:
            return await self._run_now(owner, call, "miss", asked_s)
        fetched = flight.task.result()
        if not await self._fresh(flight, fetched):
            return await self._run_now(owner, call, "stale", asked_s)
        return self._claimed(flight, "joined" if joined else "hit", asked_s)

    def use(self, owner: str, call: Call) -> None:
        """Say that an answer rests on this call's result."""
        flight = self._flights.get(owner, {}).get(call)
        if flight is None or flight.used:
            return
        flight.used = True
        if flight.speculative:
            ledger = self.ledger(owner)
            ledger.used += 1
            ledger.hidden_s += flight.hidden_s

    def invalidate(self, owner: str) -> None:
        """The owner's data changed by a write of this session: nothing held may answer a claim any more."""
        for flight in list(self._flights.get(owner, {}).values()):
            self._drop(flight)
        self._changed(owner)

    async def forget(self, owner: str) -> None:
        """The owner signed out: cancel what is in flight, wait until it is over, and hold nothing of it."""
        tasks = [flight.task for flight in self._flights.get(owner, {}).values() if flight.task]
        self.invalidate(owner)
        await asyncio.gather(*tasks, return_exceptions=True)
        self._flights.pop(owner, None)
        self._spent.pop(owner, None)
        self._ledgers.pop(owner, None)

    async def close(self) -> None:
        """Forget every owner."""
        for owner in list(self._flights):
            await self.forget(owner)

    async def _fresh(self, flight: _Flight[T], fetched: Fetched[T]) -> bool:
        if self._too_old(flight):
            return False
        if self._revision is None or fetched.revision is None:
            return True
        return await self._revision(flight.owner) == fetched.revision and self._held(flight)

    def _held(self, flight: _Flight[T]) -> bool:
        """Whether the flight still stands for its call: an invalidation may have come while we waited."""
        return self._flights.get(flight.owner, {}).get(flight.call) is flight

    def _too_old(self, flight: _Flight[T]) -> bool:
        return flight.end_s is not None and self._clock() - flight.end_s > self._time_to_live_s

    async def _land(self, flight: _Flight[T]) -> bool:
        """Wait for a flight under way; False when the deadline passed, it failed, or it was dropped."""
        if flight.task is None:
            self._waiting.remove(flight)
            self._start(flight)
        assert flight.task is not None
        # asyncio.wait does not cancel the task when the claim itself is cancelled or times out.
        await asyncio.wait([flight.task], timeout=self._deadline_s)
        return flight.state == "ready" and self._held(flight)

    async def _run_now(self, owner: str, call: Call, outcome: Outcome, asked_s: float) -> Claim[T]:
        flights = self._flights.setdefault(owner, {})
        held = flights.get(call)
        if held and not held.speculative and held.state == "in flight" and await self._land(held):
            return self._claimed(held, "joined", asked_s)
        self._drop(held)
        flight = flights[call] = _Flight[T](owner, call, "", speculative=False, issued_s=asked_s)
        self._start(flight)
        assert flight.task is not None
        self._changed(owner)
        try:
            await asyncio.shield(flight.task)
        except asyncio.CancelledError:
            flight.task.cancel()
            raise
        except Exception:
            self._drop(flight)
            raise
        return self._claimed(flight, outcome, asked_s)

    def _claimed(self, flight: _Flight[T], outcome: Outcome, asked_s: float) -> Claim[T]:
        assert flight.task is not None and flight.start_s is not None and flight.end_s is not None
        fetched = flight.task.result()
        flight.outcome = outcome
        waited_s = max(0.0, self._clock() - max(asked_s, flight.start_s)) if outcome != "hit" else 0.0
        ledger = self.ledger(flight.owner)
        match outcome:
            case "hit":
                ledger.hit += 1
            case "joined":
                ledger.joined += 1
            case "stale":
                ledger.stale += 1
            case "miss":
                ledger.missed += 1
        flight.hidden_s = max(0.0, flight.end_s - flight.start_s - waited_s)
        self._changed(flight.owner)
        return Claim(
            call=flight.call,
            outcome=outcome,
            value=fetched.value,
            revision=fetched.revision,
            waited_s=waited_s,
            start_s=flight.start_s,
            end_s=flight.end_s,
            reason=flight.reason,
            first=not flight.used,
        )

    def _start_waiting(self) -> None:
        while self._waiting and len(self._running) < self._concurrency:
            flight = self._waiting.popleft()
            self._running.add(flight)
            self._start(flight)

    def _start(self, flight: _Flight[T]) -> None:
        flight.start_s = self._clock()
        flight.task = asyncio.create_task(self._fly(flight), name=f"speculate {flight.call.name}")
        flight.task.add_done_callback(lambda _: self._landed(flight))

    async def _fly(self, flight: _Flight[T]) -> Fetched[T]:
        if self._timeline is None:
            return await self._run(flight.owner, flight.call)
        with self._timeline.span("database", flight.call.name, flight.call.arguments):
            return await self._run(flight.owner, flight.call)

    def _landed(self, flight: _Flight[T]) -> None:
        assert flight.task is not None
        flight.end_s = self._clock()
        self._running.discard(flight)
        failed = not flight.task.cancelled() and flight.task.exception() is not None
        if failed and flight.speculative:
            self.ledger(flight.owner).failed += 1
        self._start_waiting()
        self._changed(flight.owner)

    def _drop(self, flight: _Flight[T] | None) -> None:
        """Take a flight out; its query is cancelled, and unused it counts as wasted."""
        if flight is None:
            return
        if flight in self._waiting:
            self._waiting.remove(flight)
        if flight.task and not flight.task.done():
            flight.task.cancel()
        if self._flights.get(flight.owner, {}).get(flight.call) is flight:
            del self._flights[flight.owner][flight.call]
        if flight.speculative and not flight.used:
            self.ledger(flight.owner).wasted += 1

    def _changed(self, owner: str) -> None:
        if self._on_change:
            self._on_change(owner)
