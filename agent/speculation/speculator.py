"""The Speculator: read-only tool calls that run before a model asks for them, bound to one owner each.

It lives on an event loop and is touched from nowhere else. A call is keyed by owner, tool and
canonical arguments; there is one flight per key, whoever wants it. A claim is answered from a flight
only while that is fresh: not older than its time to live, and the owner's revision unchanged since the
snapshot it was read from. What may be speculated is the caller's word (`speculation_safe`): the
Speculator runs what it is given, ahead of time, and must never be given a write.

Knows neither the shop nor the model: `run` and `revision` are handed in. Every await in here is a place
where anything may have happened meanwhile (a write, a sign-out, another claim's run), so after each one
the visit and the flight are looked at again.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Generic

from agent.errors import SessionClosedError
from agent.speculation.calls import Ahead, Call, Claim, Fetched, Outcome, State, T
from agent.speculation.flight import Flight, Visit
from agent.speculation.ledger import Ledger
from agent.timeline import Clock, Timeline

__all__ = ["Ahead", "Call", "Claim", "Fetched", "Outcome", "Speculator", "State"]


class Speculator(Generic[T]):
    """Speculates and answers claims for any number of owners.

    `concurrency` bounds the speculative flights of all owners under way at once; claims never wait for
    a place. `budget` is how many speculative calls an owner may issue until `refill`. `time_to_live_s`
    counts from the start of a query. `deadline_s` after it began, a claim interrupts the speculative flight
    it waits for and runs the call itself. Of each owner the `keep` finished results touched last are held.
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
        keep: int = 32,
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
        self._keep = keep
        self._on_change = on_change
        self._visits: dict[str, Visit[T]] = {}
        self._waiting: OrderedDict[Flight[T], Visit[T]] = OrderedDict()
        self._placed = 0
        self._tasks: dict[str, set[asyncio.Task[Fetched[T]]]] = {}
        """Every run that has not ended, by owner; those interrupted too, until they are over."""
        self._closed = False

    def sign_in(self, owner: str) -> None:
        """Begin an owner's visit, or raise SessionClosedError after `close`; `speculate` and `claim` do so themselves.

        Until then, and again after `forget`, nothing of the owner is held.
        """
        self._visit(owner)

    def speculate(self, owner: str, call: Call, *, reason: str) -> bool:
        """Issue a call ahead of time; False when it is there or under way already, or the budget is spent."""
        if self._closed:
            return False
        visit = self._visit(owner)
        held = visit.flights.get(call)
        if held is not None and (held.under_way or self._shown(visit, held)):
            return False
        if visit.spent >= self._budget:
            return False
        if held is not None:
            self._drop(visit, held)
        visit.spent += 1
        visit.ledger.issued += 1
        flight = visit.flights[call] = Flight[T](call, reason, "speculated", self._clock())
        self._waiting[flight] = visit
        self._fill_places()
        self._changed(visit)
        return True

    def put(self, owner: str, call: Call, fetched: Fetched[T], *, reason: str = "written", age_s: float = 0.0) -> None:
        """Make a result available without a run: what a write returned, or an exchange of a resumed conversation.

        It was read `age_s` ago. Claimed, it is held against the revision like any other. It takes the place
        of whatever began before it; nothing is stored of an owner who is not signed in, nor where a newer
        revision has been seen. A write's result is put after `invalidate`.
        """
        visit = self._visits.get(owner)
        if visit is None or visit.known_stale(fetched):
            return
        read_s = self._clock() - age_s
        held = visit.flights.get(call)
        if held is not None:
            usable = held.under_way or self._shown(visit, held)
            if usable and held.start_s is not None and held.start_s > read_s:
                return
            self._drop(visit, held)
        visit.note_revision(fetched.revision)
        flight = visit.flights[call] = Flight[T](call, reason, "put", self._clock())
        flight.start_s = read_s
        flight.land(read_s, fetched, None)
        flight.touched_s = flight.issued_s
        self._bound(visit)
        self._changed(visit)

    def refill(self, owner: str) -> None:
        """A turn is over: the owner's budget is whole again, and what it claimed and did not use is settled."""
        if visit := self._visits.get(owner):
            visit.end_turn()

    def peek(self, owner: str, call: Call) -> Fetched[T] | None:
        """A finished result without claiming it, for placing it in a prompt.

        None where it is known to be stale; a change that nobody has noticed yet is found at the claim.
        """
        visit = self._visits.get(owner)
        flight = visit.flights.get(call) if visit else None
        return flight.fetched if visit and flight and self._shown(visit, flight) else None

    def ready(self, owner: str) -> list[Call]:
        """The calls whose results are there ahead of the model and not known to be stale, in the order of issue."""
        visit = self._visits.get(owner)
        if visit is None:
            return []
        return [f.call for f in visit.flights.values() if f.origin != "claimed" and self._shown(visit, f)]

    def ahead(self, owner: str) -> list[Ahead]:
        """What was speculated (or put there) for an owner and how it stands, newest last."""
        visit = self._visits.get(owner)
        now_s = self._clock()
        return [
            Ahead(
                call=flight.call,
                reason=flight.reason,
                state=flight.state,
                outcome=flight.outcome,
                age_s=now_s - (flight.issued_s if flight.end_s is None else flight.end_s),
                took_s=None if flight.end_s is None or flight.start_s is None else flight.end_s - flight.start_s,
                used=flight.used,
            )
            for flight in (visit.flights.values() if visit else ())
            if flight.origin != "claimed"
        ]

    def ledger(self, owner: str) -> Ledger:
        """The owner's counts since sign-in; live, not a copy. Empty for one who is not signed in."""
        visit = self._visits.get(owner)
        return visit.ledger if visit else Ledger()

    async def claim(self, owner: str, call: Call) -> Claim[T]:
        """The result of a call, from its flight where that is fresh, else run now.

        Raises whatever the run raises when a claim runs it; a speculative failure is never raised but
        answered by one fresh run, which claims that wait together share. Raises SessionClosedError when the
        owner signs out meanwhile. Cancelled, it interrupts a run that only it had wanted.
        """
        visit = self._visit(owner)
        asked_s = self._clock()
        run_as: Outcome = "miss"
        found_as: Outcome = "hit"
        while True:
            flight = visit.flights.get(call)
            mine = flight is None or flight.state == "failed"
            if flight is None or flight.state == "failed":
                flight = self._run_now(visit, call, flight)
            if flight.under_way:
                found_as = "joined"
                await self._wait(visit, flight, asked_s)
            if flight.fetched is None:
                continue  # It was dropped, or its failure is nobody's news: look again.
            if mine:
                return self._claimed(visit, flight, flight.fetched, run_as, asked_s)
            fresh = await self._fresh(visit, flight, flight.fetched)
            self._check_open(visit)
            if not visit.holds(flight):
                continue
            if fresh:
                return self._claimed(visit, flight, flight.fetched, found_as, asked_s)
            run_as = "stale"
            self._drop(visit, flight)

    def use(self, owner: str, call: Call) -> None:
        """Say that an answer rests on what was last claimed of this call; counted once for each result."""
        if visit := self._visits.get(owner):
            visit.use(call)

    def interrupt(self, owner: str, calls: Iterable[Call] | None = None) -> None:
        """Stop what was speculated (of these calls), has not landed and is waited for by no claim; results stay."""
        if visit := self._visits.get(owner):
            chosen = visit.flights.values() if calls is None else filter(None, map(visit.flights.get, calls))
            self._drop_all(visit, [f for f in chosen if f.under_way and not f.waiters])

    async def revalidate(self, owner: str) -> None:
        """Look at the owner's revision: what was read before it counts as stale from now on, and may be issued again.

        A database that cannot say leaves everything as it is; the claim will find out.
        """
        visit = self._visits.get(owner)
        if visit is None or self._revision is None:
            return
        with contextlib.suppress(Exception):
            visit.note_revision(await self._revision(owner))

    def invalidate(self, owner: str) -> None:
        """The owner's data changed by a write of this session: nothing held may answer a claim any more.

        A claim that waits looks again, and runs the call afresh.
        """
        if visit := self._visits.get(owner):
            self._drop_all(visit, visit.flights.values())

    async def forget(self, owner: str) -> None:
        """The owner signed out: hold nothing of it, end its claims, and wait until its last query is over."""
        self._end(owner)
        await _over(self._tasks.get(owner, ()))

    async def close(self) -> None:
        """Forget every owner, for good."""
        self._closed = True
        for owner in list(self._visits):
            self._end(owner)
        await _over(task for tasks in self._tasks.values() for task in tasks)

    def _visit(self, owner: str) -> Visit[T]:
        visit = self._visits.get(owner)
        if visit is None:
            if self._closed:
                raise SessionClosedError("The program is quitting; nothing can be looked up any more. Start it again.")
            visit = self._visits[owner] = Visit[T](owner)
        return visit

    def _end(self, owner: str) -> None:
        visit = self._visits.pop(owner, None)
        if visit is None:
            return
        # Nobody is told: a callback that looks ahead on every change would sign the owner in again.
        visit.over = True
        for flight in list(visit.flights.values()):
            self._drop(visit, flight)
        visit.end_turn()

    def _check_open(self, visit: Visit[T]) -> None:
        if visit.over:
            raise SessionClosedError("You signed out while this was being looked up. Sign in and ask again.")

    def _shown(self, visit: Visit[T], flight: Flight[T]) -> bool:
        """Whether it has landed and, for all that is known, is fresh."""
        return flight.fetched is not None and not self._too_old(flight) and not visit.known_stale(flight.fetched)

    def _too_old(self, flight: Flight[T]) -> bool:
        # From the start of the query: where in it the snapshot was taken is not known here.
        return flight.start_s is not None and self._clock() - flight.start_s > self._time_to_live_s

    async def _fresh(self, visit: Visit[T], flight: Flight[T], fetched: Fetched[T]) -> bool:
        if self._too_old(flight):
            return False
        if self._revision is None or fetched.revision is None:
            return True
        try:
            revision = await self._revision(visit.owner)
        except Exception:
            return False  # What cannot be shown to be fresh is run again; if the database is away, that says so.
        visit.note_revision(revision)
        return revision == fetched.revision and not self._too_old(flight)

    async def _wait(self, visit: Visit[T], flight: Flight[T], asked_s: float) -> None:
        """Wait for a flight; afterwards it has landed, or is dropped and another may stand in its place.

        Only for a speculative one is there a deadline: a run that a claim began is as long as it is.
        """
        if flight.state == "waiting":
            del self._waiting[flight]
            self._start(visit, flight)
        left_s = max(0.0, asked_s + self._deadline_s - self._clock()) if flight.speculative else None
        try:
            await flight.landing(left_s)
        finally:
            if flight.under_way and not flight.waiters and not flight.placed:
                self._drop(visit, flight)
        self._check_open(visit)
        if flight.under_way:
            # Past the deadline. It is not left running beside the claim's own run: two results for one key.
            self._drop(visit, flight)
        if flight.error is not None and not flight.speculative:
            raise flight.error

    def _run_now(self, visit: Visit[T], call: Call, failed: Flight[T] | None) -> Flight[T]:
        if failed is not None:
            self._drop(visit, failed)
        flight = visit.flights[call] = Flight[T](call, "", "claimed", self._clock())
        self._start(visit, flight)
        self._changed(visit)
        return flight

    def _claimed(
        self, visit: Visit[T], flight: Flight[T], fetched: Fetched[T], outcome: Outcome, asked_s: float
    ) -> Claim[T]:
        assert flight.start_s is not None
        assert flight.end_s is not None
        now_s = self._clock()
        waited_s = 0.0 if outcome == "hit" else now_s - asked_s
        visit.claimed(flight, outcome, waited_s)
        flight.touched_s = now_s
        self._changed(visit)
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

    def _fill_places(self) -> None:
        while self._waiting and self._placed < self._concurrency:
            flight, visit = self._waiting.popitem(last=False)
            flight.placed = True
            self._placed += 1
            self._start(visit, flight)

    def _start(self, visit: Visit[T], flight: Flight[T]) -> None:
        flight.state = "in flight"
        flight.start_s = self._clock()
        flight.task = asyncio.create_task(self._fly(visit.owner, flight.call), name=f"speculate {flight.call.name}")
        self._tasks.setdefault(visit.owner, set()).add(flight.task)
        flight.task.add_done_callback(partial(self._landed, visit, flight))

    async def _fly(self, owner: str, call: Call) -> Fetched[T]:
        if self._timeline is None:
            return await self._run(owner, call)
        with self._timeline.span("database", call.name, call.arguments):
            return await self._run(owner, call)

    def _landed(self, visit: Visit[T], flight: Flight[T], task: asyncio.Task[Fetched[T]]) -> None:
        flight.task = None
        tasks = self._tasks[visit.owner]
        tasks.discard(task)
        if not tasks:
            del self._tasks[visit.owner]
        self._placed -= flight.placed
        error = SessionClosedError("The lookup was interrupted. Ask again.") if task.cancelled() else task.exception()
        if not flight.dropped:
            flight.land(self._clock(), task.result() if error is None else None, error)
            self._keep_landed(visit, flight)
        self._fill_places()
        if not flight.dropped:
            self._changed(visit)

    def _keep_landed(self, visit: Visit[T], flight: Flight[T]) -> None:
        if flight.fetched is not None:
            visit.note_revision(flight.fetched.revision)
        elif flight.speculative:
            visit.ledger.failed += 1
        else:
            visit.remove(flight)
        self._bound(visit)

    def _bound(self, visit: Visit[T]) -> None:
        """Let go of the finished result that was touched longest ago when there are too many."""
        if len(visit.flights) <= self._keep:
            return
        landed = [flight for flight in visit.flights.values() if not flight.under_way]
        if len(landed) > self._keep:
            self._drop(visit, min(landed, key=lambda flight: flight.touched_s))

    def _drop_all(self, visit: Visit[T], flights: Iterable[Flight[T]]) -> None:
        for flight in list(flights):
            self._drop(visit, flight)
        self._changed(visit)

    def _drop(self, visit: Visit[T], flight: Flight[T]) -> None:
        """Take a flight out, once: its query is interrupted, and unused it counts as wasted."""
        if flight.dropped:
            return
        self._waiting.pop(flight, None)
        flight.drop()
        visit.remove(flight)

    def _changed(self, visit: Visit[T]) -> None:
        if self._on_change:
            self._on_change(visit.owner)


async def _over(tasks: Iterable[asyncio.Task[Fetched[T]]]) -> None:
    """Wait until they are over; unlike `gather`, a wait that is cancelled does not cancel them once more."""
    if under_way := list(tasks):
        await asyncio.wait(under_way)
