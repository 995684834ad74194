import asyncio
from collections import deque
from collections.abc import Coroutine
from typing import Any, Literal, get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from stubs.fake_world import CALLS, OWNERS, Asked, Behaviour, Fact, FakeWorld, Visit, issuer, pause

from bench.virtual_time import VirtualTimeLoop, now_s
from headstart.errors import SessionClosedError
from headstart.speculation.ledger import Ledger
from headstart.speculation.speculator import Call, Claim, Fetched, Speculator

TIME_TO_LIVE_S = 10.0
DEADLINE_S = 5.0
KEEP = 2


owners = st.sampled_from([*OWNERS[:1] * 3, *OWNERS])
calls = st.sampled_from([*CALLS[:1] * 2, *CALLS])
"""Much happens to one owner's one call: there things meet."""
changes = st.sets(calls, min_size=1)
pauses = st.sampled_from([0.0, 0.0, 1.0, -1.0, -2.0])
later = st.tuples(st.sampled_from([0.0, 0.0, 1.0, 2.0, 5.0]), st.sampled_from([0.0, -1.0, -2.0, -3.0, -4.0]))
"""When something happens: at once, or in the middle of what else goes on then."""
rarely = st.sampled_from([False, False, False, False, True])
behaviours = st.builds(
    Behaviour,
    before_s=st.sampled_from([1.0, 0.0, 1.0, 3.0, -1.0, 8.0]),
    after_s=pauses,
    cleanup_s=pauses,
    revision_s=pauses,
    fails=rarely,
    forgets=rarely,
    stubborn=rarely,
    revision_fails=rarely,
)
Happening = Literal[
    "speculate", "claim", "foreign write", "own write", "put", "interrupt", "cancel", "enter", "sign out"
]
OFTEN: tuple[Happening, ...] = ("speculate", "claim", "foreign write")
happenings = st.lists(st.tuples(st.sampled_from([*OFTEN * 3, *get_args(Happening)]), later), min_size=2, max_size=8)


class SpeculatorMachine(RuleBasedStateMachine):
    speculator_class: type[Speculator[Any]] = Speculator

    @initialize(revisions=st.booleans(), concurrency=st.integers(1, 3), budget=st.integers(1, 3))
    def open(self, revisions: bool, concurrency: int, budget: int) -> None:
        self.loop = VirtualTimeLoop()
        self.loop.set_exception_handler(lambda _, context: self.world.wrong.append(f"on the loop: {context}"))
        self.world = FakeWorld(revisions=revisions)
        self.concurrency, self.budget = concurrency, budget
        self.closing = False
        self.standing: dict[tuple[str, Call], Fetched[Fact]] = {}
        """Exchanges in the prompts of conversations; they outlive a sign-out."""
        self.tasks: set[asyncio.Task[None]] = set()
        self.claims: deque[asyncio.Task[None]] = deque(maxlen=8)
        self.speculator = self.speculator_class(
            self.world.run,
            revision=self.world.revision if revisions else None,
            clock=self.loop.time,
            concurrency=concurrency,
            budget=budget,
            time_to_live_s=TIME_TO_LIVE_S,
            deadline_s=DEADLINE_S,
            keep=KEEP,
        )

    def teardown(self) -> None:
        if not hasattr(self, "loop"):
            return
        try:
            self.loop.run_until_complete(self._close())
            assert not self.world.wrong, self.world.wrong[0]
        finally:
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.loop.run_until_complete(asyncio.sleep(100))
            self.loop.close()

    # What may happen, in any order and at any time.

    @rule(behaviour=behaviours)
    def database_behaves(self, behaviour: Behaviour) -> None:
        self.world.behaviour = behaviour

    @rule(seconds=st.sampled_from([-3.0, 1.0, 1.0, 3.0, 6.0, 11.0]))
    def time_passes(self, seconds: float) -> None:
        self.loop.run_until_complete(pause(seconds))

    @rule(owner=owners, call=calls)
    def speculate(self, owner: str, call: Call) -> None:
        self._happen("speculate", owner, call)

    @rule(owner=owners, call=calls, count=st.integers(1, 3))
    def claim(self, owner: str, call: Call, count: int) -> None:
        for _ in range(count):
            self._happen("claim", owner, call)

    @rule(owner=owners, changed=changes, own=st.booleans(), put=st.booleans(), lag_s=pauses)
    def write(self, owner: str, changed: set[Call], own: bool, put: bool, lag_s: float) -> None:
        if own:
            self._do(self._own_write(owner, changed, put, lag_s))
        else:
            self.world.write(owner, changed)

    @rule(owner=owners, call=calls, happenings=happenings, lasts_s=st.sampled_from([0.0, 2.0, 5.0]))
    def much_happens_at_once(
        self, owner: str, call: Call, happenings: list[tuple[Happening, tuple[float, float]]], lasts_s: float
    ) -> None:
        for what, when in happenings:
            self._happen(what, owner, call, when)
        self.loop.run_until_complete(pause(lasts_s))

    @rule(owner=owners)
    def answer_rests_on_what_was_claimed(self, owner: str) -> None:
        for call in CALLS * 2:
            self._use(owner, call)

    @rule(owner=owners)
    def turn_ends(self, owner: str) -> None:
        self._refill(owner)

    @rule(owner=owners, resumed=st.booleans())
    def enter(self, owner: str, resumed: bool) -> None:
        self._do(self._enter(owner, resumed))

    @rule(owner=owners, again=st.booleans(), now=rarely)
    def sign_out(self, owner: str, again: bool, now: bool) -> None:
        if now:
            self._do(self._sign_out(owner))
        if again:
            self._sign_in(owner)

    # What always holds.

    @invariant()
    def nothing_went_wrong(self) -> None:
        assert not self.world.wrong, self.world.wrong[0]

    @invariant()
    def counts_add_up(self) -> None:
        for owner in OWNERS:
            visit, ledger = self.world.visits.get(owner), self.speculator.ledger(owner)
            if visit is None:
                assert ledger == Ledger()
                assert not self.speculator.ahead(owner)
                assert not self.speculator.ready(owner)
                continue
            self._counts(visit, ledger)
            ahead = self.speculator.ahead(owner)
            assert sum(not a.used for a in ahead if a.reason == "likely") <= ledger.outstanding
            assert sum(a.state in ("ready", "failed") for a in ahead) <= KEEP

    @invariant()
    def what_is_shown_is_not_known_to_be_stale(self) -> None:
        world = self.world
        for (owner, call), visit in ((key, world.visits.get(key[0])) for key in world.began):
            peeked = self.speculator.peek(owner, call)
            assert peeked is not None or call not in self.speculator.ready(owner)
            if peeked is None:
                continue
            fact = peeked.value
            assert visit is not None, "a result of an owner who is not signed in"
            assert (fact.owner, fact.call) == (owner, call)
            assert self.loop.time() - fact.read_s <= TIME_TO_LIVE_S, "shown although too old"
            assert peeked.revision is None or peeked.revision >= visit.revision, "shown although known to be stale"
            assert world.revisions or fact.moment > visit.invalidated, "shown although invalidated"

    @invariant()
    def a_run_that_nobody_waits_for_holds_a_place(self) -> None:
        self.loop.run_until_complete(pause(-2.0))
        idle = [run for run in self.world.present if run.live and not self.world.wanted(run.key)]
        assert len(idle) <= self.concurrency, "more speculation at once than there are places"
        for run in idle:
            owner, call = run.key
            flying = [ahead.call for ahead in self.speculator.ahead(owner) if ahead.state == "in flight"]
            assert call in flying, "a run goes on that nobody waits for"

    # How it happens.

    def _happen(self, what: Happening, owner: str, call: Call, when: tuple[float, float] = (0.0, 0.0)) -> None:
        task = self._do(self._event(what, owner, call, when))
        if what == "claim":
            self.claims.append(task)

    async def _event(self, what: Happening, owner: str, call: Call, when: tuple[float, float]) -> None:
        for seconds in when:
            await pause(seconds)
        match what:
            case "speculate":
                self._speculate(owner, call)
            case "claim":
                await self._claim(owner, call)
            case "foreign write":
                self.world.write(owner, {call})
            case "own write" | "put":
                await self._own_write(owner, {call}, what == "put", 0.0)
            case "interrupt":
                self.speculator.interrupt(owner)
            case "cancel" if self.claims:
                self.claims.popleft().cancel()
            case "enter":
                await self._enter(owner, resumed=True)
            case "sign out":
                await self._sign_out(owner)
            case _:
                pass

    def _do(self, doing: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin it now, and let it go on while other things happen."""

        async def start() -> asyncio.Task[None]:
            task = asyncio.get_running_loop().create_task(doing)
            self.tasks.add(task)
            task.add_done_callback(self._done)
            await asyncio.sleep(0)
            return task

        return self.loop.run_until_complete(start())

    def _done(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        self.world.expect(error is None, f"{type(error).__name__}: {error}")

    def _sign_in(self, owner: str) -> Visit:
        issuer.set(owner)
        self.speculator.sign_in(owner)
        return self.world.visits.setdefault(owner, Visit())

    def _speculate(self, owner: str, call: Call) -> None:
        visit = self._sign_in(owner)
        states = {ahead.call: ahead.state for ahead in self.speculator.ahead(owner)}
        there = (
            states.get(call) in ("waiting", "in flight")
            or self.speculator.peek(owner, call) is not None
            or self.world.wanted((owner, call))
        )
        issued = self.speculator.speculate(owner, call, reason="likely")
        self.world.expect(issued or there or visit.spent >= self.budget, "not issued for no reason")
        visit.issued += issued
        visit.spent += issued
        self.world.expect(visit.spent <= self.budget, "more issued than the budget")

    async def _claim(self, owner: str, call: Call) -> Claim[Fact] | None:
        world = self.world
        if self.closing:
            return None
        asked = Asked((owner, call), self._sign_in(owner), world.tick(), now_s())
        world.pending.append(asked)
        try:
            claim = await self.speculator.claim(owner, call)
        except SessionClosedError:
            world.expect(world.visits.get(owner) is not asked.visit, "a claim ended without a sign-out")
            return None
        except (OSError, TypeError):
            blame = [r for r in world.runs if r.key == asked.key and r.wanted and r.failed_s >= asked.asked_s]
            world.expect(bool(blame), "a claim raised what no claim's run had raised")
            world.expect(world.visits.get(owner) is asked.visit, "a claim failed after the sign-out")
            return None
        finally:
            world.pending.remove(asked)
        self._check(asked, claim)
        return claim

    def _check(self, asked: Asked, claim: Claim[Fact]) -> None:
        world, fact, visit = self.world, claim.value, asked.visit
        world.expect(world.visits.get(asked.key[0]) is visit, "a claim was answered after the sign-out")
        world.expect((fact.owner, fact.call) == asked.key, "the result of another owner or call")
        world.expect(
            (claim.waited_s == 0) if claim.outcome == "hit" else claim.waited_s <= now_s() - asked.asked_s, "waited"
        )
        if world.revisions:
            world.expect(world.true_between(fact, asked.moment, world.tick()), f"a stale {claim.outcome}")
        young = fact.moment > asked.moment or now_s() - fact.read_s <= TIME_TO_LIVE_S
        world.expect(young, f"a {claim.outcome} past its time to live")
        world.expect(world.revisions or fact.moment > min(visit.invalidated, asked.moment), "an invalidated hit")
        visit.outcomes[claim.outcome] += 1
        visit.claimed[claim.call] = claim
        visit.revision = max(visit.revision, claim.revision or 0)

    async def _own_write(self, owner: str, changed: set[Call], put: bool, lag_s: float) -> None:
        world = self.world
        versions = world.write(owner, changed)
        revision = world.revision_of[owner] if world.revisions else None
        await pause(lag_s)
        self.speculator.invalidate(owner)
        if visit := world.visits.get(owner):
            visit.invalidated = world.tick()
        for call, version in versions.items() if put else ():
            self.speculator.put(owner, call, Fetched(world.fact(owner, call, version), revision))

    def _use(self, owner: str, call: Call) -> None:
        visit = self.world.visits.get(owner)
        claim = visit.claimed.get(call) if visit else None
        if visit is None or claim is None:
            return
        self.speculator.use(owner, call)
        if claim.reason == "likely":
            visit.used.add(claim.value.run)

    def _refill(self, owner: str) -> None:
        self.speculator.refill(owner)
        visit = self.world.visits.get(owner)
        if visit is None:
            return
        visit.spent = 0
        visit.claimed.clear()
        held = sum(not ahead.used for ahead in self.speculator.ahead(owner) if ahead.reason == "likely")
        self.world.expect(self.speculator.ledger(owner).outstanding == held, "outstanding is not what is held")

    async def _enter(self, owner: str, resumed: bool) -> None:
        """Every exchange that stands in a prompt is claimed before the model reads it."""
        self._sign_in(owner)
        calls = [call for whose, call in self.standing if whose == owner]
        for call in calls if resumed and self.world.revisions else ():
            fetched = self.standing[owner, call]
            age_s = now_s() - fetched.value.read_s
            self.speculator.put(owner, call, fetched, reason="resumed", age_s=age_s)
        for call in dict.fromkeys([*calls, *self.speculator.ready(owner)]):
            claim = await self._claim(owner, call)
            if claim is None:
                return
            self.standing[owner, call] = Fetched(claim.value, claim.revision)

    async def _sign_out(self, owner: str) -> None:
        visit = self.world.visits.pop(owner, None)
        ledger = self.speculator.ledger(owner)
        await self.speculator.forget(owner)
        left = [run for run in self.world.present if run.visit is visit and run.key[0] == owner]
        self.world.expect(not left, "a run was left behind at the sign-out")
        if visit is not None:
            self._settled(visit, ledger)

    async def _close(self) -> None:
        self.closing = True
        for task in list(self.tasks):
            if task not in self.claims:
                task.cancel()
        visits = [(visit, self.speculator.ledger(owner)) for owner, visit in self.world.visits.items()]
        self.world.visits.clear()
        await self.speculator.close()
        self.world.expect(not self.world.present, "a run was left behind at the end")
        await pause(-5.0)
        self.world.expect(not self.world.present, "a run began after the end")
        for visit, ledger in visits:
            self._settled(visit, ledger)

    def _settled(self, visit: Visit, ledger: Ledger) -> None:
        self._counts(visit, ledger)
        self.world.expect(ledger.outstanding == 0, "something is outstanding after the sign-out")

    def _counts(self, visit: Visit, ledger: Ledger) -> None:
        outcomes = {"hit": ledger.hit, "joined": ledger.joined, "stale": ledger.stale, "miss": ledger.missed}
        assert {name: count for name, count in outcomes.items() if count} == visit.outcomes
        assert (ledger.issued, ledger.used) == (visit.issued, len(visit.used))
        assert min(ledger.wasted, ledger.outstanding, ledger.hidden_s) >= 0
        assert ledger.failed <= ledger.issued


def test_no_order_of_events_breaks_the_speculator() -> None:
    run_state_machine_as_test(
        SpeculatorMachine,
        settings=settings(
            max_examples=150,
            stateful_step_count=40,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
