import asyncio

from bench.virtual_time import now_s, run_virtual
from headstart.speculation import Call, Fetched, Speculator

SHOUTED, SAID = Call.of("find", {"text": "MUG"}), Call.of("find", {"text": "mug"})
OTHER = Call.of("find", {"text": "Cup"})


def lowered(call: Call) -> Call:
    return Call.of(call.name, {name: str(value).lower() for name, value in call.mapping().items()})


def test_every_way_in_goes_by_the_normalised_call() -> None:
    async def body() -> None:
        asked: list[Call] = []

        async def run(_owner: str, call: Call) -> Fetched[str]:
            asked.append(call)
            await asyncio.sleep(1)
            return Fetched("rows")

        speculator = Speculator[str](run, clock=now_s, normalise=lowered)
        assert speculator.speculate("ada", SHOUTED, reason="likely")
        assert not speculator.speculate("ada", SAID, reason="likely")
        claim = await speculator.claim("ada", SHOUTED)
        assert (claim.outcome, claim.call) == ("joined", SHOUTED), "the call as it was claimed"
        assert asked == speculator.ready("ada") == [SAID]
        assert speculator.peek("ada", SHOUTED) == speculator.peek("ada", SAID) == Fetched("rows")
        speculator.use("ada", SHOUTED)
        assert speculator.ledger("ada").used == 1
        speculator.put("ada", SHOUTED, Fetched("written"))
        assert (await speculator.claim("ada", SAID)).value == "written"
        speculator.speculate("ada", OTHER, reason="likely")
        speculator.interrupt("ada", [lowered(OTHER)])
        speculator.speculate("ada", OTHER, reason="likely")
        speculator.interrupt("ada", [OTHER])
        assert speculator.ready("ada") == [SAID]
        assert [ahead.call for ahead in speculator.ahead("ada")] == [SAID]
        await speculator.close()

    run_virtual(body())
