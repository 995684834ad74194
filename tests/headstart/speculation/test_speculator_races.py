import asyncio

import pytest
from stubs.fake_reads import HISTORY, ORDER, FakeReads, begun, holds

from bench.virtual_time import now_s
from headstart.speculation.ledger import Ledger
from headstart.speculation.speculator import Fetched, Speculator


def test_two_claims_at_once_on_a_stale_result_renew_it_once() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(5)
        shop.changes = 2
        first, second = await begun(speculator), await begun(speculator)
        assert (await first, await second) == ("stale: ada 2", "joined: ada 2")
        assert shop.runs == 2

    holds(body)


def test_an_invalidation_while_the_revision_is_read_is_heeded() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        shop.revision_s = 1.0
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(5)
        claim = asyncio.create_task(speculator.claim("ada", HISTORY))
        await asyncio.sleep(0)
        speculator.invalidate("ada")
        assert (await claim).outcome == "miss"
        assert shop.runs == 2

    holds(body)


def test_a_put_while_the_revision_is_read_answers_the_claim() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        shop.revision_s = 1.0
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(5)
        claim = await begun(speculator)
        shop.changes = 2
        speculator.put("ada", HISTORY, Fetched("written", 2))
        assert await claim == "hit: written"
        assert shop.runs == 1

    holds(body)


def test_a_put_result_is_a_hit_until_it_is_stale_itself() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.sign_in("ada")
        speculator.put("ada", ORDER, Fetched("written", 1))
        assert speculator.ready("ada") == [ORDER]
        claim = await speculator.claim("ada", ORDER)
        assert (claim.outcome, claim.value, claim.waited_s, claim.reason) == ("hit", "written", 0.0, "written")
        shop.changes = 2
        assert (await speculator.claim("ada", ORDER)).outcome == "stale"
        assert speculator.ledger("ada") == Ledger(hit=1, stale=1)

    holds(body)


def test_a_put_takes_the_place_of_a_run_that_began_before_it_and_not_of_one_that_began_later() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(1)
        speculator.put("ada", HISTORY, Fetched("of last week", 1), age_s=600_000.0, reason="resumed")
        assert speculator.peek("ada", HISTORY) is None
        speculator.put("ada", HISTORY, Fetched("written", 1))
        await asyncio.sleep(5)
        assert speculator.peek("ada", HISTORY) == Fetched("written", 1)
        assert speculator.ledger("ada").wasted == 1

    holds(body)


def test_a_put_of_a_revision_known_to_be_old_is_left_out() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        shop.changes = 7
        await speculator.claim("ada", HISTORY)
        speculator.put("ada", HISTORY, Fetched("older", 6))
        assert speculator.peek("ada", HISTORY) == Fetched("ada 7", 7)

    holds(body)


def test_one_stale_claim_hides_every_other_result_of_that_revision() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        speculator.speculate("ada", ORDER, reason="typed")
        await asyncio.sleep(5)
        assert speculator.ready("ada") == [HISTORY, ORDER]
        shop.changes = 2
        await speculator.claim("ada", HISTORY)
        assert speculator.ready("ada") == []
        assert speculator.peek("ada", ORDER) is None
        assert speculator.speculate("ada", ORDER, reason="renewed")

    holds(body)


def test_a_result_too_old_is_neither_shown_nor_kept_from_being_renewed() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(11)
        assert speculator.ready("ada") == []
        assert speculator.peek("ada", HISTORY) is None
        assert speculator.speculate("ada", HISTORY, reason="again")

    holds(body, time_to_live_s=10.0)


def test_the_time_to_live_counts_from_the_start_of_the_query() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(10.5)
        assert (await speculator.claim("ada", HISTORY)).outcome == "stale"

    holds(body, revisions=False, time_to_live_s=10.0)


def test_what_cannot_be_shown_to_be_fresh_is_run_again() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(5)
        shop.revision_fails = True
        assert (await speculator.claim("ada", HISTORY)).outcome == "stale"

    holds(body)


def test_who_joins_another_claims_run_late_is_not_given_what_changed_meanwhile() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        first = await begun(speculator)
        await asyncio.sleep(1)
        shop.changes = 2
        second = await begun(speculator)
        assert (await first, await second) == ("miss: ada 1", "stale: ada 2")

    holds(body)


def test_a_cancelled_miss_interrupts_its_run() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        claim = await begun(speculator)
        claim.cancel()
        await asyncio.sleep(0.1)
        assert shop.present == 0
        assert (await speculator.claim("ada", HISTORY)).outcome == "miss"

    holds(body)


def test_a_cancelled_miss_goes_on_for_who_has_joined_it() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        first, second = await begun(speculator), await begun(speculator)
        first.cancel()
        assert await second == "joined: ada 1"
        assert shop.runs == 1

    holds(body)


def test_a_claim_given_up_leaves_no_more_speculation_running_than_there_are_places() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        speculator.speculate("ada", ORDER, reason="typed")
        claim = await begun(speculator, ORDER)
        assert shop.present == 2
        claim.cancel()
        await asyncio.sleep(0.1)
        assert shop.present == 1

    holds(body, concurrency=1)


def test_the_place_of_an_interrupted_run_is_free_once_that_is_over() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        shop.cleanup_s = 1.0
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(0.1)
        speculator.interrupt("ada")
        speculator.speculate("ada", ORDER, reason="typed")
        await asyncio.sleep(0.5)
        assert [ahead.state for ahead in speculator.ahead("ada")] == ["waiting"]
        await asyncio.sleep(1)
        assert [ahead.state for ahead in speculator.ahead("ada")] == ["in flight"]

    holds(body, concurrency=1)


def test_claims_past_the_deadline_share_one_run_and_the_late_flight_is_interrupted() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        shop.took_s = 100.0
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(1)
        shop.took_s = 2.0
        first, second = await begun(speculator), await begun(speculator)
        assert (await first, await second) == ("miss: ada 1", "joined: ada 1")
        assert (shop.runs, shop.present) == (2, 0)
        assert now_s() == pytest.approx(1 + 5 + 2)

    holds(body, deadline_s=5.0)


def test_a_long_run_of_anothers_claim_is_no_reason_to_run_it_again() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        shop.took_s = 20.0
        first, second = await begun(speculator), await begun(speculator)
        assert (await first, await second) == ("miss: ada 1", "joined: ada 1")
        assert shop.runs == 1

    holds(body, deadline_s=5.0)


def test_claims_that_wait_for_a_failing_speculation_share_one_fresh_run() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        shop.failures = 1
        speculator.speculate("ada", HISTORY, reason="sign-in")
        first, second = await begun(speculator), await begun(speculator)
        assert (await first, await second) == ("miss: ada 1", "joined: ada 1")
        assert shop.runs == 2
        ledger = speculator.ledger("ada")
        assert (ledger.issued, ledger.failed, ledger.wasted, ledger.outstanding) == (1, 1, 1, 0)

    holds(body)


def test_a_fresh_run_that_fails_too_is_raised_to_all_who_wait_for_it() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        shop.failures = 2
        speculator.speculate("ada", HISTORY, reason="sign-in")
        results = await asyncio.gather(await begun(speculator), await begun(speculator), return_exceptions=True)
        assert [type(result) for result in results] == [OSError, OSError]
        assert shop.runs == 2

    holds(body)


def test_rows_of_a_read_that_was_interrupted_by_a_write_answer_nobody() -> None:
    async def body(speculator: Speculator[str], shop: FakeReads) -> None:
        shop.stubborn, shop.cleanup_s = True, 1.0
        speculator.speculate("ada", HISTORY, reason="sign-in")
        claim = await begun(speculator)
        speculator.invalidate("ada")
        shop.changes = 2
        assert await claim == "miss: ada 2"
        assert speculator.peek("ada", HISTORY) == Fetched("ada 2", 2)

    holds(body, revisions=False)
