import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bench.virtual_time import now_s, run_virtual
from headstart.speculation.speculator import Call, Fetched, Speculator

HISTORY = Call.of("get_order_history")


class FakeShop:
    """Takes `took_s` for each call, counts them, and knows a revision for each owner."""

    def __init__(self, took_s: float = 3.0) -> None:
        self.took_s = took_s
        self.runs: list[tuple[str, Call]] = []
        self.cancelled = 0
        self.failures = 0
        self.revisions: dict[str, int] = {}

    async def run(self, owner: str, call: Call) -> Fetched[str]:
        self.runs.append((owner, call))
        number = len(self.runs)
        try:
            await asyncio.sleep(self.took_s)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.failures:
            self.failures -= 1
            raise OSError("the database is away")
        return Fetched(f"{owner} {call.name} {number}", self.revisions.get(owner, 1))

    async def revision(self, owner: str) -> int:
        return self.revisions.get(owner, 1)


Body = Callable[[Speculator[str], FakeShop], Awaitable[None]]


def holds(body: Body, **options: object) -> None:
    async def run() -> None:
        shop = FakeShop()
        speculator = Speculator[str](shop.run, revision=shop.revision, clock=now_s, **options)  # type: ignore[arg-type]  # of many types
        await body(speculator, shop)
        await speculator.close()

    run_virtual(run())


def test_a_finished_fresh_result_is_a_hit_that_waits_for_nothing() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        assert speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(5)
        claim = await speculator.claim("ada", HISTORY)
        assert (claim.outcome, claim.waited_s, claim.value) == ("hit", 0.0, "ada get_order_history 1")
        assert (claim.start_s, claim.end_s, claim.reason) == (0.0, 3.0, "sign-in")
        assert len(shop.runs) == 1

    holds(body)


def test_a_claim_of_a_flight_under_way_waits_for_the_rest_only() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(2)
        claim = await speculator.claim("ada", HISTORY)
        assert (claim.outcome, claim.waited_s) == ("joined", 1.0)
        assert len(shop.runs) == 1

    holds(body)


def test_what_was_never_speculated_is_a_miss_and_runs_now() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        claim = await speculator.claim("ada", HISTORY)
        assert (claim.outcome, claim.waited_s) == ("miss", 3.0)

    holds(body)


def test_a_changed_revision_makes_a_result_stale_and_renews_it() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(5)
        shop.revisions["ada"] = 2
        claim = await speculator.claim("ada", HISTORY)
        assert (claim.outcome, claim.value, claim.revision) == ("stale", "ada get_order_history 2", 2)
        assert (await speculator.claim("ada", HISTORY)).outcome == "hit"

    holds(body)


def test_another_owners_revision_changes_nothing() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(5)
        shop.revisions["bob"] = 9
        assert (await speculator.claim("ada", HISTORY)).outcome == "hit"

    holds(body)


def test_a_result_past_its_time_to_live_is_stale() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(3 + 11)
        assert (await speculator.claim("ada", HISTORY)).outcome == "stale"

    holds(body, time_to_live_s=10.0)


def test_owners_never_share_a_result() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(5)
        claim = await speculator.claim("bob", HISTORY)
        assert (claim.outcome, claim.value) == ("miss", "bob get_order_history 2")

    holds(body)


def test_arguments_in_another_order_are_the_same_call() -> None:
    assert Call.of("x", {"a": 1, "b": 2}) == Call.of("x", {"b": 2, "a": 1})
    assert Call.of("x", {"a": 1}) != Call.of("x", {"a": "1"})


def test_one_flight_for_a_key_however_often_it_is_wanted() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        assert speculator.speculate("ada", HISTORY, reason="sign-in")
        assert not speculator.speculate("ada", HISTORY, reason="typed")
        claims = await asyncio.gather(*(speculator.claim("ada", HISTORY) for _ in range(3)))
        assert {claim.value for claim in claims} == {"ada get_order_history 1"}
        assert len(shop.runs) == 1

    holds(body)


def test_two_claims_of_an_unspeculated_call_share_one_run() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        claims = await asyncio.gather(*(speculator.claim("ada", HISTORY) for _ in range(2)))
        assert len(shop.runs) == 1
        assert [claim.outcome for claim in claims] == ["miss", "joined"]

    holds(body)


def test_a_failed_speculation_is_silent_and_run_afresh_once_when_claimed() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        shop.failures = 1
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(5)
        assert [flight.state for flight in speculator.ahead("ada")] == ["failed"]
        claim = await speculator.claim("ada", HISTORY)
        assert (claim.outcome, claim.value) == ("miss", "ada get_order_history 2")
        assert speculator.ledger("ada").failed == 1

    holds(body)


def test_a_claim_that_fails_itself_raises_and_can_be_tried_again() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        shop.failures = 1
        with pytest.raises(OSError, match="away"):
            await speculator.claim("ada", HISTORY)
        assert (await speculator.claim("ada", HISTORY)).outcome == "miss"

    holds(body)


def test_past_the_deadline_a_claim_runs_the_call_itself() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        shop.took_s = 100.0
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(1)
        shop.took_s = 2.0
        claim = await speculator.claim("ada", HISTORY)
        assert claim.outcome == "miss"
        assert now_s() == pytest.approx(1 + 5 + 2)

    holds(body, deadline_s=5.0)


def test_speculation_keeps_to_its_concurrency_and_a_claim_does_not_wait_for_a_place() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        orders = [Call.of("get_order", {"order_id": f"A{n}"}) for n in range(4)]
        for call in orders:
            speculator.speculate("ada", call, reason="typed")
        await asyncio.sleep(1)
        assert len(shop.runs) == 2
        claim = await speculator.claim("ada", orders[3])
        assert (claim.outcome, claim.waited_s) == ("joined", 3.0)
        assert now_s() == pytest.approx(4.0)

    holds(body, concurrency=3)


def test_the_budget_ends_speculation_until_the_turn_refills_it() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        orders = [Call.of("get_order", {"order_id": f"A{n}"}) for n in range(4)]
        assert [speculator.speculate("ada", call, reason="typed") for call in orders] == [True, True, False, False]
        speculator.refill("ada")
        assert speculator.speculate("ada", orders[2], reason="typed")

    holds(body, budget=2)


def test_signing_out_cancels_flights_and_holds_nothing() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        speculator.speculate("bob", HISTORY, reason="sign-in")
        await asyncio.sleep(1)
        await speculator.forget("ada")
        assert shop.cancelled == 1
        assert speculator.ahead("ada") == []
        assert [flight.state for flight in speculator.ahead("bob")] == ["in flight"]

    holds(body)


def test_after_a_write_nothing_held_answers_a_claim() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(5)
        speculator.invalidate("ada")
        assert (await speculator.claim("ada", HISTORY)).outcome == "miss"

    holds(body)


def test_a_write_while_a_claim_waits_for_its_flight_makes_it_run_again() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(1)
        waiting = asyncio.create_task(speculator.claim("ada", HISTORY))
        await asyncio.sleep(1)
        speculator.invalidate("ada")
        assert (await waiting).value == "ada get_order_history 2"

    holds(body)


def test_the_ledger_adds_up() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        other = Call.of("get_order", {"order_id": "A1"})
        speculator.speculate("ada", HISTORY, reason="sign-in")
        speculator.speculate("ada", other, reason="typed")
        await asyncio.sleep(5)
        await speculator.claim("ada", HISTORY)
        speculator.use("ada", HISTORY)
        speculator.use("ada", HISTORY)
        ledger = speculator.ledger("ada")
        speculator.invalidate("ada")
        assert (ledger.issued, ledger.used, ledger.wasted, ledger.hit) == (2, 1, 1, 1)
        assert ledger.hidden_s == pytest.approx(3.0)

    holds(body)


def test_a_result_hides_its_time_for_the_first_use_only() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        await asyncio.sleep(5)
        assert (await speculator.claim("ada", HISTORY)).first
        speculator.use("ada", HISTORY)
        assert not (await speculator.claim("ada", HISTORY)).first

    holds(body)


def test_a_cancelled_claim_leaves_the_speculative_flight_alone() -> None:
    async def body(speculator: Speculator[str], shop: FakeShop) -> None:
        speculator.speculate("ada", HISTORY, reason="sign-in")
        claim = asyncio.create_task(speculator.claim("ada", HISTORY))
        await asyncio.sleep(1)
        claim.cancel()
        await asyncio.sleep(4)
        assert (await speculator.claim("ada", HISTORY)).outcome == "hit"

    holds(body)
