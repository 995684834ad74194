"""The Speculator: read-only tool calls that run before a model asks for them, bound to one owner each.

It lives on one event loop at a time and is touched from nowhere else. A call is keyed by owner, tool and
normalised arguments; there is one flight per key, whoever wants it, and its run sees the context variables
of whoever issued it. A claim is answered from a flight only while that is fresh: at the moment of the claim
not older than its time to live, and the owner's revision unchanged since the snapshot it was read from. A run
that began after the claim is as fresh as the claim's own would be. What may be speculated is the caller's word
(`speculation_safe`): the Speculator runs what it is given, ahead of time, and must never be given a write.

Knows neither the shop nor the model: all it calls is handed in, and looked at when it comes back (`border`).
Every await in here is a place where anything may have happened meanwhile (a write, a sign-out, another
claim's run), so after each one the visit and the flight are looked at again. Nothing is changed before the
last thing that may raise.
"""

import asyncio
import contextvars
import copy as copying
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Generic

from headstart.errors import SessionClosedError
from headstart.speculation import border
from headstart.speculation.calls import Ahead, Call, Claim, Fetched, Outcome, State, T
from headstart.speculation.flight import Flight, Visit
from headstart.speculation.ledger import Ledger
from headstart.speculation.places import Places
from headstart.speculation.tasks import Tasks, ended
from headstart.timeline import Clock, Timeline

__all__ = ["Ahead", "Call", "Claim", "Fetched", "Outcome", "Speculator", "State"]


class Speculator(Generic[T]):
    """Speculates and answers claims for any number of owners.

    `run` is an async function that returns a Fetched. `concurrency` bounds the speculative flights of all owners
    under way at once, shared fairly among them, and one of several places is never the same owner's as all the
    others; claims never wait for a place. `budget` is how many speculative
    calls an owner may issue until `refill`. `time_to_live_s` counts from the start of a query to a claim.
    `deadline_s` bounds every wait but one: for a speculative flight and for the revision a claim waits that long in
    all and then runs the call itself, and that own run is as long as it is; a flight that nobody waits for is
    interrupted when it has held its place for so long; a sign-out waits no longer for a query that does not end. Of
    each owner the `keep` finished results touched last are held.

    `normalise` says which call a call is (`headstart.speculation.langchain` makes one from tools' schemas); every call
    that comes in goes through it, and `run` gets what it returns. What it raises, the caller gets. `copy` makes what
    comes in from a run and what goes out to a claim nobody else's; hand in `lambda value: value` where values are
    never changed. `on_change` is told an owner after each change; what it raises is logged.
    """

    def __init__(
        self,
        run: Callable[[str, Call], Awaitable[Fetched[T]]],
        *,
        revision: Callable[[str], Awaitable[int | None]] | None = None,
        timeline: Timeline | None = None,
        clock: Clock = time.monotonic,
        concurrency: int = 5,
        budget: int = 6,
        time_to_live_s: float = 300.0,
        deadline_s: float = 30.0,
        keep: int = 32,
        on_change: Callable[[str], None] | None = None,
        normalise: Callable[[Call], Call] | None = None,
        copy: Callable[[T], T] = copying.deepcopy,
    ) -> None:
        self._run = run
        self._revision = revision
        self._timeline = timeline
        self._clock = timeline.clock if timeline else clock
        self._budget = budget
        self._time_to_live_s = time_to_live_s
        self._deadline_s = deadline_s
        self._keep = keep
        self._on_change = on_change
        self._normalise = normalise
        self._copy = copy
        self._visits: dict[str, Visit[T]] = {}
        self._places = Places[T](concurrency)
        self._watch: asyncio.TimerHandle | None = None
        self._numbers = count(1)
        self._tasks = Tasks()
        self._closed = False

    @property
    def normalises(self) -> bool:
        """Whether a normaliser was handed in."""
        return self._normalise is not None

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The event loop that it lives on; None before its first use."""
        return self._tasks.loop

    def sign_in(self, owner: str) -> None:
        """Begin an owner's visit, or raise SessionClosedError after `close`; `speculate` and `claim` do so themselves.

        Until then, and again after `forget`, nothing of the owner is held.
        """
        self._visit(owner)

    def speculate(self, owner: str, call: Call, *, reason: str) -> bool:
        """Issue a call ahead of time; False when it is there or under way already, or the budget is spent."""
        if self._closed:
            return False
        self._enter_loop()
        call = border.call_by(self._normalise, call)
        visit = self._visit(owner)
        held = visit.flights.get(call)
        if held is not None and (held.under_way or self._shown(visit, held)):
            return False
        if visit.spent >= self._budget:
            return False
        flight = Flight[T](call, reason, "speculated", self._clock())
        if self._places.free_for(visit):
            self._start(visit, flight)
            self._places.take(visit, flight)
            self._watch_places()
        else:
            self._places.wait(visit, flight)
        if held is not None:
            self._drop(visit, held)
        visit.spent += 1
        visit.ledger.issued += 1
        visit.flights[call] = flight
        self._changed(visit)
        return True

    def put(self, owner: str, call: Call, fetched: Fetched[T], *, reason: str = "written", age_s: float = 0.0) -> None:
        """Make a result available without a run: what a write returned, or an exchange of a resumed conversation.

        It was read `age_s` ago. Claimed, it is held against the revision like any other. It takes the place
        of whatever began before it; nothing is stored of an owner who is not signed in, nor where a newer
        revision has been seen. A write's result is put after `invalidate`.
        """
        call = border.call_by(self._normalise, call)
        if not isinstance(fetched, Fetched):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise border.BorderError(
                f"Expected a Fetched to put, found {type(fetched).__name__}: write Fetched(value)."
            )
        visit = self._visits.get(owner)
        if visit is None or visit.known_stale(fetched):
            return
        fetched = self._owned(fetched)
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
        """A copy of a finished result without claiming it, for placing it in a prompt.

        None where it is known to be stale; a change that nobody has noticed yet is found at the claim.
        """
        visit = self._visits.get(owner)
        flight = visit.flights.get(border.call_by(self._normalise, call)) if visit else None
        if visit is None or flight is None or flight.fetched is None or not self._shown(visit, flight):
            return None
        return self._owned(flight.fetched)

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
        answered by one fresh run, which claims that wait together share. Raises TypeError where `run` returned no
        Fetched, and SessionClosedError when the owner signs out meanwhile. Cancelled, it interrupts a run that only
        it had wanted.
        """
        self._enter_loop()
        key = border.call_by(self._normalise, call)
        visit = self._visit(owner)
        asked_s, asked = self._clock(), next(self._numbers)
        own: Flight[T] | None = None
        run_as: Outcome = "miss"
        found_as: Outcome = "hit"
        while True:
            self._check_open(visit)
            flight = visit.flights.get(key)
            if flight is None or flight.state == "failed":
                flight = own = self._run_now(visit, key, flight)
            if flight.under_way:
                found_as = "joined"
                await self._wait(visit, flight, asked_s)
            elif self._too_old(flight, asked_s):
                run_as = "stale"
                self._drop(visit, flight)
                continue
            if flight.fetched is None:
                continue  # It was dropped, or its failure is nobody's news: look again.
            if flight.number > asked:
                return self._claimed(visit, flight, call, run_as if flight is own else found_as, asked_s)
            fresh = await self._fresh(visit, flight.fetched, asked_s)
            self._check_open(visit)
            if not visit.holds(flight):
                continue
            if fresh:
                return self._claimed(visit, flight, call, found_as, asked_s)
            run_as = "stale"
            self._drop(visit, flight)

    def use(self, owner: str, call: Call) -> None:
        """Say that an answer rests on what was last claimed of this call; counted once for each result."""
        call = border.call_by(self._normalise, call)
        if visit := self._visits.get(owner):
            visit.use(call)

    def interrupt(self, owner: str, calls: Iterable[Call] | None = None) -> None:
        """Stop what was speculated (of these calls), has not landed and is waited for by no claim; results stay."""
        keys = None if calls is None else [border.call_by(self._normalise, call) for call in calls]
        if visit := self._visits.get(owner):
            chosen = visit.flights.values() if keys is None else filter(None, map(visit.flights.get, keys))
            self._drop_all(visit, [f for f in chosen if f.under_way and not f.waiters])

    async def revalidate(self, owner: str) -> None:
        """Look at the owner's revision: what was read before it counts as stale from now on, and may be issued again.

        A database that cannot say leaves everything as it is; the claim will find out.
        """
        visit = self._visits.get(owner)
        if visit is None or self._revision is None:
            return
        self._enter_loop()
        visit.note_revision(await self._read_revision(visit, self._deadline_s))

    def invalidate(self, owner: str) -> None:
        """The owner's data changed by a write of this session: nothing held may answer a claim any more.

        A claim that waits looks again, and runs the call afresh.
        """
        if visit := self._visits.get(owner):
            self._drop_all(visit, visit.flights.values())

    async def forget(self, owner: str) -> None:
        """The owner signed out: hold nothing of it, end its claims, and wait until its last query is over.

        Not for ever: a query that goes on although it was interrupted is left to itself after `deadline_s`.
        """
        self._enter_loop()
        self._end(owner)
        await self._tasks.over(owner, self._deadline_s)

    async def close(self) -> None:
        """Forget every owner, for good."""
        self._closed = True
        self._enter_loop()
        for owner in list(self._visits):
            self._end(owner)
        await self._tasks.over(None, self._deadline_s)

    def _visit(self, owner: str) -> Visit[T]:
        visit = self._visits.get(owner)
        if visit is None:
            if self._closed:
                raise SessionClosedError("The program is quitting; nothing can be looked up any more. Start it again.")
            if not isinstance(owner, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                # All who have no name would be one owner, and see each other's results.
                raise border.BorderError(f"Expected an owner's name as a str, found {type(owner).__name__}.")
            visit = self._visits[owner] = Visit[T](owner)
        return visit

    def _end(self, owner: str) -> None:
        visit = self._visits.pop(owner, None)
        if visit is None:
            return
        # Nobody is told: a callback that looks ahead on every change would sign the owner in again.
        visit.over = True
        for look in visit.looks:
            look.cancel()
        for flight in list(visit.flights.values()):
            self._drop(visit, flight)
        visit.end_turn()

    def _check_open(self, visit: Visit[T]) -> None:
        if visit.over:
            raise SessionClosedError("You signed out while this was being looked up. Sign in and ask again.")

    def _enter_loop(self) -> None:
        """This must be the loop's own thread. What was under way on an earlier loop, which is over, is given up."""
        if not self._tasks.enter_loop():
            return
        for visit in self._visits.values():
            for flight in [flight for flight in visit.flights.values() if flight.under_way]:
                flight.lose()
                visit.remove(flight)
        self._places.clear()
        self._watch = None

    def _shown(self, visit: Visit[T], flight: Flight[T]) -> bool:
        """Whether it has landed and, for all that is known, is fresh."""
        if flight.fetched is None or visit.known_stale(flight.fetched):
            return False
        return not self._too_old(flight, self._clock())

    def _too_old(self, flight: Flight[T], at_s: float) -> bool:
        # From the start of the query: where in it the snapshot was taken is not known here.
        return flight.start_s is not None and at_s - flight.start_s > self._time_to_live_s

    async def _fresh(self, visit: Visit[T], fetched: Fetched[T], asked_s: float) -> bool:
        """Whether nothing has changed since; what cannot be shown to be fresh in time is run again."""
        if self._revision is None or fetched.revision is None:
            return True
        revision = await self._read_revision(visit, self._left_s(asked_s))
        visit.note_revision(revision)
        return revision == fetched.revision

    async def _read_revision(self, visit: Visit[T], within_s: float) -> int | None:
        """The owner's revision now; None where the database cannot say, or not in time.

        In a task of its own: one that does not even heed being cancelled must not hold up the claim.
        """
        assert self._revision is not None
        read = partial(border.revision_by, self._revision, visit.owner)
        task = self._tasks.start(visit.owner, read, "revision")
        visit.looks.add(task)
        try:
            await ended(task, within_s)
        finally:
            visit.looks.discard(task)
            task.cancel()
        if not task.done() or task.cancelled():
            return None
        found = task.result()
        if isinstance(found, Exception) and not isinstance(found, border.BorderError):
            return None
        if isinstance(found, BaseException):
            raise found
        return found

    def _left_s(self, asked_s: float) -> float:
        return max(0.0, asked_s + self._deadline_s - self._clock())

    async def _wait(self, visit: Visit[T], flight: Flight[T], asked_s: float) -> None:
        """Wait for a flight; afterwards it has landed, or is dropped and another may stand in its place.

        Only for a speculative one is there a deadline: a run that a claim began is as long as it is.
        """
        if flight.state == "waiting":
            self._start(visit, flight)
            self._places.withdraw(visit, flight)
        left_s = self._left_s(asked_s) if flight.speculative else None
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
        flight = Flight[T](call, "", "claimed", self._clock())
        self._start(visit, flight)
        if failed is not None:
            self._drop(visit, failed)
        visit.flights[call] = flight
        self._changed(visit)
        return flight

    def _claimed(self, visit: Visit[T], flight: Flight[T], call: Call, outcome: Outcome, asked_s: float) -> Claim[T]:
        assert flight.fetched is not None
        assert flight.start_s is not None
        assert flight.end_s is not None
        fetched = self._owned(flight.fetched)
        now_s = self._clock()
        waited_s = 0.0 if outcome == "hit" else now_s - asked_s
        claim = Claim(
            call=call,
            outcome=outcome,
            value=fetched.value,
            revision=fetched.revision,
            waited_s=waited_s,
            start_s=flight.start_s,
            end_s=flight.end_s,
            reason=flight.reason,
            first=not flight.used,
        )
        visit.claimed(flight, outcome, waited_s)
        flight.touched_s = now_s
        self._changed(visit)
        return claim

    def _owned(self, fetched: Fetched[T]) -> Fetched[T]:
        """A copy of it: what is kept belongs to nobody else, and so does what is given."""
        value = border.owned(self._copy, fetched.value)
        return fetched if value is fetched.value else replace(fetched, value=value)

    def _fill_places(self) -> None:
        for visit, flight in self._places.next():
            try:
                self._start(visit, flight)
            except Exception as error:  # Its own loss: those behind it are started all the same.
                self._places.leave(flight)
                flight.land(self._clock(), None, error)
                self._keep_landed(visit, flight)
        self._watch_places()

    def _watch_places(self) -> None:
        """Look again when the run that has held its place for longest has held it for too long."""
        first = self._places.first()
        if first is None and self._watch is not None:
            self._watch.cancel()  # The loop would keep this and all it holds until then.
            self._watch = None
        if first is None or self._watch is not None:
            return
        at_s = first.since_s + self._deadline_s
        # In a context of its own: the next look is nobody's in particular.
        self._watch = asyncio.get_running_loop().call_at(at_s, self._take_places, context=contextvars.Context())

    def _take_places(self) -> None:
        """Who has held a place for too long, interrupted or not, loses it to who is next."""
        self._watch = None
        now_s = asyncio.get_running_loop().time()
        while (first := self._places.first()) is not None and first.since_s + self._deadline_s <= now_s:
            visit, flight = first.visit, first.flight
            self._places.leave(flight)
            if flight.under_way and not flight.waiters:
                self._drop(visit, flight)
                flight.context.run(self._changed, visit)
        self._fill_places()

    def _start(self, visit: Visit[T], flight: Flight[T]) -> None:
        """Begin its run in the context of whoever issued it; where that raises, nothing has changed."""
        fly = partial(self._fly, visit.owner, flight.call)
        name = f"speculate {flight.call.name}"
        flight.task = flight.context.run(self._tasks.start, visit.owner, fly, name)
        flight.state = "in flight"
        flight.start_s = self._clock()
        flight.number = next(self._numbers)
        flight.task.add_done_callback(partial(self._landed, visit, flight), context=flight.context)

    async def _fly(self, owner: str, call: Call) -> Fetched[T]:
        if self._timeline is None:
            return self._owned(await border.fetched_by(self._run, owner, call))
        with self._timeline.span("database", call.name, call.arguments):
            return self._owned(await border.fetched_by(self._run, owner, call))

    def _landed(self, visit: Visit[T], flight: Flight[T], task: asyncio.Task[Fetched[T] | BaseException]) -> None:
        flight.task = None
        self._places.leave(flight)
        if task.cancelled():
            found: Fetched[T] | BaseException = SessionClosedError("The lookup was interrupted. Ask again.")
        else:
            found = task.result()
        if not flight.dropped:
            failed = isinstance(found, BaseException)
            flight.land(self._clock(), None if failed else found, found if failed else None)
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
        self._places.withdraw(visit, flight)
        flight.drop()
        visit.remove(flight)

    def _changed(self, visit: Visit[T]) -> None:
        if self._on_change:
            border.tell(self._on_change, visit.owner)
