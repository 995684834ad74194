import asyncio
import threading
from typing import Any

import pytest

from bench.virtual_time import now_s, run_virtual
from headstart.speculation import Call, Fetched, Ledger, Speculator

CART = Call.of("cart")


def test_what_a_claimer_does_with_its_value_nobody_else_sees() -> None:
    async def body() -> None:
        async def run(_owner: str, _call: Call) -> Fetched[Any]:
            await asyncio.sleep(1)
            return Fetched({"items": ["mug"]})

        speculator = Speculator[Any](run, clock=now_s)
        first, joined = await asyncio.gather(*(speculator.claim("ada", CART) for _ in range(2)))
        first.value["items"].append("mine")
        assert joined.value == {"items": ["mug"]}
        peeked = speculator.peek("ada", CART)
        assert peeked is not None
        peeked.value["items"].clear()
        hit = await speculator.claim("ada", CART)
        assert (hit.outcome, hit.value) == ("hit", {"items": ["mug"]})
        hit.value.clear()
        assert speculator.peek("ada", CART) == Fetched({"items": ["mug"]})
        await speculator.close()

    run_virtual(body())


@pytest.mark.parametrize("ahead", [True, False])
def test_what_a_run_does_with_what_it_returned_nobody_sees(ahead: bool) -> None:
    async def body() -> None:
        mine = {"items": ["mug"]}

        async def run(_owner: str, _call: Call) -> Fetched[Any]:
            return Fetched(mine)

        speculator = Speculator[Any](run, clock=now_s)
        if ahead:
            speculator.speculate("ada", CART, reason="likely")
            await asyncio.sleep(1)
        else:
            await speculator.claim("ada", CART)
        mine["items"].append("later")
        assert (await speculator.claim("ada", CART)).value == {"items": ["mug"]}
        await speculator.close()

    run_virtual(body())


def test_what_is_put_is_kept_as_it_was_put() -> None:
    async def body() -> None:
        async def run(_owner: str, _call: Call) -> Fetched[Any]:
            raise AssertionError

        speculator = Speculator[Any](run, clock=now_s)
        speculator.sign_in("ada")
        mine = ["mug"]
        speculator.put("ada", CART, Fetched(mine))
        mine.append("later")
        claim = await speculator.claim("ada", CART)
        assert (claim.outcome, claim.value) == ("hit", ["mug"])
        await speculator.close()

    run_virtual(body())


def test_what_cannot_be_copied_is_refused_with_the_way_out() -> None:
    async def body() -> None:
        async def run(_owner: str, _call: Call) -> Fetched[Any]:
            return Fetched(threading.Lock())

        speculator = Speculator[Any](run, clock=now_s, concurrency=1)
        assert speculator.speculate("ada", CART, reason="likely")
        await asyncio.sleep(1)
        assert [ahead.state for ahead in speculator.ahead("ada")] == ["failed"]
        with pytest.raises(TypeError, match="hand in `copy`"):
            await speculator.claim("ada", CART)
        with pytest.raises(TypeError, match="hand in `copy`"):
            speculator.put("ada", CART, Fetched(threading.Lock()))
        assert speculator.peek("ada", CART) is None
        shared = Speculator[Any](run, clock=now_s, copy=lambda value: value)
        assert (await shared.claim("ada", CART)).value is (await shared.claim("ada", CART)).value
        await speculator.close()
        await shared.close()

    run_virtual(body())


def test_a_copy_that_fails_at_a_claim_counts_nothing() -> None:
    async def body() -> None:
        fail = False

        def copy(value: Any) -> Any:
            if fail:
                raise OSError("no room")
            return value

        async def run(_owner: str, _call: Call) -> Fetched[Any]:
            return Fetched("rows")

        speculator = Speculator[Any](run, clock=now_s, copy=copy)
        speculator.speculate("ada", CART, reason="likely")
        await asyncio.sleep(1)
        fail = True
        with pytest.raises(TypeError, match="copied"):
            await speculator.claim("ada", CART)
        assert speculator.ledger("ada") == Ledger(issued=1)
        fail = False
        assert (await speculator.claim("ada", CART)).outcome == "hit"
        await speculator.close()

    run_virtual(body())
