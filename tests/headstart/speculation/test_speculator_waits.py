import asyncio
import contextlib
import gc
import weakref

import pytest
from stubs.fake_reads import HISTORY, ORDER, FakeReads, begun, holds

from bench.virtual_time import now_s, run_virtual
from headstart.speculation import Call, Fetched, Speculator


def numbered(number: int) -> Call:
    return Call.of("get_order", {"n": number})


async def hang(_owner: str, _call: Call) -> Fetched[str]:
    await asyncio.Event().wait()
    raise AssertionError("never set")


async def hang_stubbornly(_owner: str, _call: Call) -> Fetched[str]:
    while now_s() < 900:  # Long after the test.
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(1_000)
    raise AssertionError("nobody waits for it any more")


def test_no_timer_keeps_it_when_nothing_runs_any_more() -> None:
    async def run(_owner: str, _call: Call) -> Fetched[str]:
        return Fetched("rows")

    async def body() -> None:
        speculator = Speculator(run, deadline_s=600)
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await speculator.claim("ada", HISTORY)
        await speculator.forget("ada")
        gone = weakref.ref(speculator)
        del speculator
        gc.collect()
        assert gone() is None

    asyncio.run(body())


@pytest.mark.parametrize("revisions", [True, False])
@pytest.mark.parametrize("ahead", [True, False])
def test_a_read_longer_than_its_time_to_live_runs_once_for_all_who_wait(revisions: bool, ahead: bool) -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        shop.took_s = 5.0
        if ahead:
            speculator.speculate("ada", HISTORY, reason="sign-in")
        claims = [await begun(speculator) for _ in range(4)]
        await asyncio.sleep(3)
        claims.append(await begun(speculator))
        outcomes = [(await claim).partition(":")[0] for claim in claims]
        assert outcomes == ["joined" if ahead else "miss", *["joined"] * 4]
        assert shop.runs == 1
        assert (await speculator.claim("ada", HISTORY)).outcome == "stale", "it was asked after the time to live"

    holds(body, revisions=revisions, time_to_live_s=1.0)


def test_the_time_to_live_is_held_against_the_moment_of_the_claim() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(9)
        shop.revision_s = 3.0
        assert (await speculator.claim("ada", HISTORY)).outcome == "hit", "at nine seconds it was fresh"
        assert shop.runs == 1

    holds(body, time_to_live_s=10.0, deadline_s=5.0)


def test_who_asked_before_a_run_began_need_not_look_at_the_revision() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.speculate("ada", ORDER, reason="sign-in")
        speculator.speculate("ada", HISTORY, reason="sign-in")
        waiting = await begun(speculator)
        shop.revision_fails = True
        assert await waiting == "joined: ada 1"

    holds(body, concurrency=1)


def test_a_stale_result_is_renewed_once_however_often_the_data_changes_meanwhile() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(5)
        shop.changes = 2
        claims = [await begun(speculator) for _ in range(4)]
        await asyncio.sleep(1)
        shop.changes = 3
        assert await claims[0] == "stale: ada 2"
        await asyncio.wait(claims)
        assert shop.runs == 3, "one renewal, and one for all who joined it late"

    holds(body)


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_revision_that_hangs_holds_no_claim_past_the_deadline(stubborn: bool) -> None:
    async def body() -> None:
        async def run(_owner: str, _call: Call) -> Fetched[str]:
            await asyncio.sleep(1)
            return Fetched("rows", 1)

        async def revision(_owner: str) -> int:
            await (hang_stubbornly if stubborn else hang)(_owner, HISTORY)
            return 1

        speculator = Speculator[str](run, revision=revision, clock=now_s, deadline_s=5.0)
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(2)
        claim = await speculator.claim("ada", HISTORY)
        assert (claim.outcome, claim.value) == ("stale", "rows")
        assert now_s() == pytest.approx(2 + 5 + 1)
        await speculator.revalidate("ada")
        assert now_s() == pytest.approx(8 + 5)
        await speculator.close()
        assert now_s() <= 13 + 5

    run_virtual(body())


def test_the_first_claim_past_its_deadline_takes_the_run_from_all() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        shop.took_s = 100.0
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(1)
        first = await begun(speculator)
        await asyncio.sleep(2)
        second = await begun(speculator)
        shop.took_s = 2.0
        await asyncio.sleep(4)
        assert (shop.runs, shop.present) == (2, 1), "one run for one key"
        assert (await first, await second) == ("miss: ada 1", "joined: ada 1")

    holds(body, deadline_s=5.0)


def test_an_old_exchange_put_while_a_claim_waits_is_held_against_the_revision() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        shop.revision_s = 1.0
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(5)
        claim = await begun(speculator)
        shop.changes = 2
        speculator.invalidate("ada")
        speculator.put("ada", HISTORY, Fetched("old", 1), reason="resumed", age_s=100.0)
        assert await claim == "stale: ada 2"

    holds(body)


def test_the_deadline_is_one_for_the_run_and_the_revision_together() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        shop.took_s, shop.revision_s = 4.0, 100.0
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(0.1)
        asked_s = now_s()
        assert (await speculator.claim("ada", HISTORY)).outcome == "stale"
        assert now_s() - asked_s == pytest.approx(5 + 4)

    holds(body, deadline_s=5.0)


@pytest.mark.parametrize("run", [hang, hang_stubbornly])
def test_runs_that_hang_hold_their_places_no_longer_than_the_deadline(run: object) -> None:
    async def body() -> None:
        hanging = hang if run is hang else hang_stubbornly

        async def some_hang(owner: str, call: Call) -> Fetched[str]:
            if owner in ("ada", "eve"):
                return await hanging(owner, call)
            await asyncio.sleep(1)
            return Fetched(call.name)

        speculator = Speculator[str](some_hang, clock=now_s, deadline_s=5.0, budget=100, concurrency=4)
        for number in range(4):
            speculator.speculate("ada", numbered(number), reason="likely")
        speculator.speculate("eve", HISTORY, reason="likely")
        speculator.speculate("bob", HISTORY, reason="likely")
        await asyncio.sleep(4.9)
        assert [ahead.state for ahead in speculator.ahead("bob")] == ["waiting"]
        await asyncio.sleep(1.2)
        assert speculator.ready("bob") == [HISTORY]
        assert [ahead.state for ahead in speculator.ahead("ada")] == ["in flight"]
        await asyncio.sleep(5)
        assert speculator.ahead("ada") == []
        ledger = speculator.ledger("ada")
        assert (ledger.issued, ledger.wasted, ledger.outstanding) == (4, 4, 0)
        await speculator.close()

    run_virtual(body())


@pytest.mark.parametrize("concurrency", [2, 3, 5])
def test_an_owner_whose_runs_hang_leaves_a_place_to_the_others(concurrency: int) -> None:
    async def body() -> None:
        async def run(owner: str, call: Call) -> Fetched[str]:
            await asyncio.sleep(600 if owner == "ada" else 1)
            return Fetched(call.name)

        speculator = Speculator[str](run, clock=now_s, deadline_s=900.0, budget=100, concurrency=concurrency)
        for number in range(20):
            speculator.speculate("ada", numbered(number), reason="likely")
        states = [ahead.state for ahead in speculator.ahead("ada")]
        assert states.count("in flight") == concurrency - 1
        for owner in ("bob", "eve"):
            speculator.speculate(owner, HISTORY, reason="likely")
            speculator.speculate(owner, ORDER, reason="likely")
        await asyncio.sleep(4.5)
        assert speculator.ready("bob") == speculator.ready("eve") == [HISTORY, ORDER]
        await speculator.close()

    run_virtual(body())


def test_an_interrupted_run_that_does_not_end_loses_its_place_too() -> None:
    async def body() -> None:
        async def run(_owner: str, call: Call) -> Fetched[str]:
            return await hang_stubbornly(_owner, call) if call == HISTORY else Fetched("rows")

        speculator = Speculator[str](run, clock=now_s, deadline_s=5.0, concurrency=1)
        speculator.speculate("ada", HISTORY, reason="likely")
        await asyncio.sleep(1)
        speculator.interrupt("ada")
        speculator.speculate("bob", ORDER, reason="likely")
        await asyncio.sleep(5)
        assert speculator.ready("bob") == [ORDER]
        await speculator.close()

    run_virtual(body())


def test_a_run_that_a_claim_waits_for_lends_its_place_on_and_is_answered() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        shop.took_s = 8.0
        speculator.speculate("ada", HISTORY, reason="likely")
        await asyncio.sleep(4)
        claim = await begun(speculator)
        shop.took_s = 1.0
        speculator.speculate("bob", ORDER, reason="likely")
        assert await claim == "joined: ada 1"
        assert speculator.ready("bob") == [ORDER]

    holds(body, deadline_s=5.0, concurrency=1)


def test_a_sign_out_waits_for_no_query_that_never_ends() -> None:
    async def body() -> None:
        speculator = Speculator[str](hang_stubbornly, clock=now_s, deadline_s=5.0)
        speculator.speculate("ada", HISTORY, reason="likely")
        await asyncio.sleep(1)
        await speculator.forget("ada")
        assert now_s() == pytest.approx(6)
        assert speculator.ahead("ada") == []
        speculator.speculate("bob", HISTORY, reason="likely")
        await asyncio.sleep(1)
        await speculator.close()
        assert now_s() == pytest.approx(12)

    run_virtual(body())


@pytest.mark.parametrize("concurrency", [1, 2, 3])
def test_places_are_shared_fairly_among_owners(concurrency: int) -> None:
    async def body() -> None:
        order: list[str] = []

        async def run(owner: str, call: Call) -> Fetched[str]:
            order.append(owner)
            await asyncio.sleep(1)
            return Fetched(call.name)

        speculator = Speculator[str](run, clock=now_s, concurrency=concurrency, budget=100)
        for number in range(20):
            speculator.speculate("ada", numbered(number), reason="likely")
        for owner in ("bob", "eve"):
            for number in range(4):
                speculator.speculate(owner, numbered(number), reason="likely")
        await asyncio.sleep(60)
        own = max(1, concurrency - 1)
        assert set(order[own : own + 2]) == {"bob", "eve"}
        turns = order[own : own + 12]
        assert all(3 <= turns.count(owner) <= 4 for owner in ("ada", "bob", "eve")), turns
        assert len(order) == 28
        await speculator.close()

    run_virtual(body())


def test_an_owner_that_leaves_the_queue_is_not_held_by_it() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.speculate("ada", HISTORY, reason="likely")
        for owner in ("bob", "eve", "bob"):
            speculator.speculate(owner, ORDER, reason="likely")
            speculator.speculate(owner, HISTORY, reason="likely")
        await speculator.forget("bob")
        speculator.interrupt("eve", [ORDER])
        await asyncio.sleep(10)
        assert speculator.ready("eve") == [HISTORY]
        assert shop.runs == 2

    holds(body, concurrency=1)
