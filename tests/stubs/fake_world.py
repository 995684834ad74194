"""A shop whose whole history is known: what was true when, what ran in it, and who waited for what.

The state machine of the Speculator holds every answer against it.
"""

import asyncio
import math
from collections import Counter
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import cast

from bench.virtual_time import now_s
from headstart.speculation.speculator import Call, Claim, Fetched

issuer: ContextVar[str] = ContextVar("issuer", default="nobody")
"""Whoever speaks to the Speculator says so here, and every run must see it."""

OWNERS = ("ada", "bob")
CALLS = (Call.of("history"), Call.of("order", {"id": "A1"}), Call.of("order", {"id": "A2"}))


@dataclass(frozen=True)
class Fact:
    """What the shop says of one call, and when that was so."""

    owner: str
    call: Call
    version: int
    moment: int
    """In the order of events: when it was read, or put there."""
    read_s: float
    run: int | None


@dataclass(frozen=True)
class Behaviour:
    """Of the database. Seconds; below zero so many passes of the loop."""

    before_s: float = 1.0
    after_s: float = 0.0
    cleanup_s: float = 0.0
    revision_s: float = 0.0
    fails: bool = False
    forgets: bool = False
    """Its result is None, `Fetched` forgotten."""
    stubborn: bool = False
    """An interrupted read returns its rows all the same."""
    revision_fails: bool = False


@dataclass
class Visit:
    """What the test knows of an owner from sign-in to sign-out."""

    issued: int = 0
    spent: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    claimed: dict[Call, Claim[Fact]] = field(default_factory=dict)
    """In this turn."""
    used: set[int | None] = field(default_factory=set)
    invalidated: int = -1
    revision: int = 0
    """The newest that a claim has returned."""


@dataclass(eq=False)
class Run:
    number: int
    key: tuple[str, Call]
    visit: Visit | None
    wanted: bool
    live: bool = True
    failed_s: float = -1.0


@dataclass(eq=False)
class Asked:
    key: tuple[str, Call]
    visit: Visit
    moment: int
    asked_s: float


class FakeWorld:
    """The shop as it truly is, and everything that ever ran in it."""

    def __init__(self, *, revisions: bool) -> None:
        self.revisions = revisions
        self.behaviour = Behaviour()
        self.moment = 0
        self.revision_of = dict.fromkeys(OWNERS, 1)
        self.began: dict[tuple[str, Call], list[int]] = {(o, c): [0] for o in OWNERS for c in CALLS}
        self.visits: dict[str, Visit] = {}
        self.pending: list[Asked] = []
        self.runs: list[Run] = []
        self.present: set[Run] = set()
        self.wrong: list[str] = []

    def expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.wrong.append(what)

    def tick(self) -> int:
        self.moment += 1
        return self.moment

    def write(self, owner: str, calls: set[Call]) -> dict[Call, int]:
        moment = self.tick()
        self.revision_of[owner] += 1
        for call in calls:
            self.began[owner, call].append(moment)
        return {call: len(self.began[owner, call]) - 1 for call in calls}

    def true_between(self, fact: Fact, first: int, last: int) -> bool:
        began = [*self.began[fact.owner, fact.call], math.inf]
        return began[fact.version] <= last and began[fact.version + 1] > first

    def wanted(self, key: tuple[str, Call]) -> bool:
        return any(asked.key == key for asked in self.pending)

    async def run(self, owner: str, call: Call) -> Fetched[Fact]:
        key, behaviour = (owner, call), self.behaviour
        run = Run(len(self.runs), key, self.visits.get(owner), self.wanted(key))
        self.expect(issuer.get() == owner, "a run in a foreign context")
        self.expect(run.visit is not None, "a run began for an owner who is not signed in")
        self.expect(not any(r.live and r.key == key for r in self.present), "two runs of one key at once")
        self.runs.append(run)
        self.present.add(run)
        try:
            await pause(behaviour.before_s)
            fetched = self._read(owner, call, run)
            await pause(behaviour.after_s)
        except asyncio.CancelledError:
            run.live = False
            await pause(behaviour.cleanup_s)
            if not behaviour.stubborn:
                raise
            return self._read(owner, call, run)
        finally:
            self.present.remove(run)
        if behaviour.fails or behaviour.forgets:
            run.failed_s = now_s()
        if behaviour.fails:
            raise OSError("the database is away")
        return cast("Fetched[Fact]", None) if behaviour.forgets else fetched

    async def revision(self, owner: str) -> int | None:
        self.expect(issuer.get() == owner, "a look at the revision in a foreign context")
        behaviour = self.behaviour
        await pause(behaviour.revision_s)
        if behaviour.revision_fails:
            raise OSError("the database is away")
        return self.revision_of[owner]

    def fact(self, owner: str, call: Call, version: int, run: Run | None = None) -> Fact:
        return Fact(owner, call, version, self.tick(), now_s(), run.number if run else None)

    def _read(self, owner: str, call: Call, run: Run) -> Fetched[Fact]:
        fact = self.fact(owner, call, len(self.began[owner, call]) - 1, run)
        return Fetched(fact, self.revision_of[owner] if self.revisions else None)


async def pause(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)
    for _ in range(round(-seconds)):
        await asyncio.sleep(0)
