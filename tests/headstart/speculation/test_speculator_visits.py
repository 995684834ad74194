import asyncio
import gc
import weakref

import pytest
from stubs.fake_reads import HISTORY, ORDER, FakeReads, begun, holds

from bench.virtual_time import run_virtual
from headstart.errors import SessionClosedError
from headstart.speculation.ledger import Ledger
from headstart.speculation.speculator import Call, Fetched, Speculator


def test_a_sign_out_ends_every_claim_and_waits_for_the_last_query() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        shop.cleanup_s, shop.revision_s = 2.0, 1.0
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(4)
        claims = [asyncio.create_task(speculator.claim("ada", call)) for call in (HISTORY, ORDER, ORDER)]
        await asyncio.sleep(0)
        await speculator.forget("ada")
        assert shop.present == 0
        ended = await asyncio.gather(*claims, return_exceptions=True)
        assert [type(error) for error in ended] == [SessionClosedError] * 3
        assert speculator.ahead("ada") == []

    holds(body)


def test_a_claim_from_before_the_sign_out_has_no_part_in_the_next_visit() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        claim = await begun(speculator)
        leaving = asyncio.create_task(speculator.forget("ada"))
        await asyncio.sleep(0)
        assert speculator.speculate("ada", HISTORY, reason="sign-in")
        await leaving
        with pytest.raises(SessionClosedError):
            await claim
        assert speculator.ledger("ada") == Ledger(issued=1)
        assert (await speculator.claim("ada", HISTORY)).outcome == "joined"

    holds(body)


def test_after_the_sign_out_nothing_brings_the_owner_back_but_a_sign_in() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await speculator.forget("ada")
        speculator.put("ada", HISTORY, Fetched("written", 1))
        speculator.use("ada", HISTORY)
        speculator.refill("ada")
        speculator.invalidate("ada")
        speculator.interrupt("ada")
        assert speculator.ready("ada") == []
        assert speculator.ledger("ada") == Ledger()
        assert speculator.peek("ada", HISTORY) is None

    holds(body)


def test_a_look_ahead_on_every_change_cannot_outlive_the_sign_out() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator._on_change = lambda owner: speculator.speculate(owner, ORDER, reason="a change")  # pyright: ignore
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await speculator.forget("ada")
        await asyncio.sleep(1)
        assert shop.present == 0
        assert speculator.ahead("ada") == []

    holds(body)


def test_closing_is_for_good() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        await speculator.close()
        assert not speculator.speculate("ada", HISTORY, reason="sign-in")
        with pytest.raises(SessionClosedError):
            await speculator.claim("ada", HISTORY)

    holds(body)


def test_of_old_owners_and_old_results_nothing_is_left() -> None:
    class Rows:
        def __init__(self) -> None:
            held.append(weakref.ref(self))

        def __deepcopy__(self, _memo: object) -> "Rows":
            return Rows()

    held: list[weakref.ref[Rows]] = []

    async def run(owner: str, call: Call) -> Fetched[Rows]:
        return Fetched(Rows(), 1)

    async def body() -> None:
        speculator = Speculator[Rows](run, keep=8, budget=100)
        for number in range(30):
            speculator.speculate("ada", Call.of("get_order", {"n": number}), reason="typed")
            await asyncio.sleep(0.1)
        await speculator.claim("ada", Call.of("get_order", {"n": 29}))
        gc.collect()
        assert len([rows for rows in held if rows() is not None]) == 8
        ledger = speculator.ledger("ada")
        assert (ledger.issued, ledger.wasted, ledger.outstanding) == (30, 22, 8)
        await speculator.forget("ada")
        gc.collect()
        assert not [rows for rows in held if rows() is not None]
        assert (ledger.wasted, ledger.outstanding) == (30, 0)

    run_virtual(body())


def test_what_a_turn_claimed_and_a_write_took_away_may_still_be_used_until_the_turn_is_over() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        speculator.speculate("ada", ORDER, reason="typed")
        await asyncio.sleep(5)
        await speculator.claim("ada", HISTORY)
        await speculator.claim("ada", ORDER)
        speculator.invalidate("ada")
        speculator.speculate("ada", HISTORY, reason="after your change")
        speculator.use("ada", HISTORY)
        speculator.use("ada", HISTORY)
        ledger = speculator.ledger("ada")
        assert (ledger.issued, ledger.used, ledger.wasted, ledger.outstanding) == (3, 1, 0, 2)
        speculator.refill("ada")
        assert (ledger.used, ledger.wasted, ledger.outstanding) == (1, 1, 1)
        assert [ahead.used for ahead in speculator.ahead("ada")] == [False]

    holds(body)


def test_a_second_claim_does_not_hide_what_the_first_one_waited_for() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(2)
        assert (await speculator.claim("ada", HISTORY)).outcome == "joined"
        assert (await speculator.claim("ada", HISTORY)).outcome == "hit"
        speculator.use("ada", HISTORY)
        assert speculator.ledger("ada").hidden_s == pytest.approx(2.0)

    holds(body)


def test_only_the_calls_that_are_named_are_interrupted() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        speculator.speculate("ada", ORDER, reason="typed")
        await asyncio.sleep(1)
        speculator.interrupt("ada", [ORDER, Call.of("get_account")])
        await asyncio.sleep(5)
        assert [(a.call, a.state) for a in speculator.ahead("ada")] == [(HISTORY, "ready")]
        assert (shop.present, speculator.ledger("ada").wasted) == (0, 1)

    holds(body)


def test_a_look_at_the_revision_lets_what_is_stale_be_issued_again_before_the_claim() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(4)
        await speculator.revalidate("ada")
        assert not speculator.speculate("ada", HISTORY, reason="renewed"), "it is fresh"
        shop.changes = 2
        await speculator.revalidate("ada")
        assert speculator.peek("ada", HISTORY) is None
        assert speculator.speculate("ada", HISTORY, reason="renewed")
        await asyncio.sleep(4)
        assert (await speculator.claim("ada", HISTORY)).outcome == "hit"
        await speculator.revalidate("nobody")

    holds(body)


def test_interrupting_stops_what_nobody_waits_for_and_keeps_results() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        other = Call.of("get_account")
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(5)
        speculator.speculate("ada", ORDER, reason="typed")
        speculator.speculate("ada", other, reason="typed")
        claim = await begun(speculator, ORDER)
        speculator.interrupt("ada")
        assert await claim == "joined: ada 1"
        assert speculator.ready("ada") == [HISTORY, ORDER]
        assert (shop.present, speculator.ledger("ada").wasted) == (0, 1)

    holds(body)
