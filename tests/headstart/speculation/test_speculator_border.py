import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from bench.virtual_time import now_s, run_virtual
from headstart.speculation import Call, Candidate, Claim, Fetched, Ledger, Predictor, Speculator

BAD, GOOD = Call.of("bad"), Call.of("good")


class Rows:
    """What a run returns with `Fetched` forgotten."""

    value = "rows"
    revision = 1


async def _returns(value: Any) -> Any:
    return value


async def _raises(error: BaseException) -> Any:
    raise error


def _cancels_itself(_: Call) -> Awaitable[Any]:
    async def run() -> Any:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(1)

    return run()


WRONG: dict[str, Callable[[Call], Any]] = {
    "None": lambda _: _returns(None),
    "a plain value": lambda _: _returns("rows"),
    "something like a Fetched": lambda _: _returns(Rows()),
    "the class": lambda _: _returns(Fetched),
    "no async function": lambda _: Fetched("rows"),
    "no async function, None": lambda _: None,
}
FAILING: dict[str, Callable[[Call], Any]] = {
    "raises at once": lambda call: {}[call],
    "raises": lambda _: _raises(OSError("away")),
    "exits": lambda _: _raises(SystemExit(3)),
    "is interrupted": lambda _: _raises(KeyboardInterrupt()),
    "is stopped": lambda _: _raises(StopAsyncIteration()),
    "raises a cancellation": lambda _: _raises(asyncio.CancelledError()),
    "cancels itself": _cancels_itself,
}


def over(bad: Callable[[Call], Any], **options: Any) -> Speculator[str]:
    def run(_owner: str, call: Call) -> Any:
        return bad(call) if call == BAD else _returns(Fetched(call.name))

    return Speculator[str](run, clock=now_s, **options)


def is_as_it_should_be(speculator: Speculator[str]) -> None:
    """Every reading call works, whatever has come of the bad run."""
    assert speculator.peek("ada", BAD) is None
    assert BAD not in speculator.ready("ada")
    assert all(ahead.state == "failed" for ahead in speculator.ahead("ada") if ahead.call == BAD)


@pytest.mark.parametrize("bad", WRONG.values(), ids=WRONG)
def test_a_run_that_returns_no_fetched_is_told_so(bad: Callable[[Call], Any]) -> None:
    async def body() -> None:
        speculator = over(bad)
        with pytest.raises(TypeError, match=r"(?s)Expected.*found"):
            await asyncio.wait_for(speculator.claim("ada", BAD), 20)
        is_as_it_should_be(speculator)
        assert (await speculator.claim("ada", GOOD)).value == "good"
        assert speculator.ledger("ada") == Ledger(missed=1)
        await speculator.close()

    run_virtual(body())


@pytest.mark.parametrize("bad", [*WRONG.values(), *FAILING.values()], ids=[*WRONG, *FAILING])
def test_a_bad_run_ahead_fills_no_place_and_stops_nobody(bad: Callable[[Call], Any]) -> None:
    async def body() -> None:
        speculator = over(bad, concurrency=1)
        speculator.speculate("ada", BAD, reason="likely")
        speculator.speculate("ada", GOOD, reason="likely")
        speculator.speculate("bob", GOOD, reason="likely")
        await asyncio.sleep(1)
        is_as_it_should_be(speculator)
        assert speculator.ready("ada") == speculator.ready("bob") == [GOOD]
        assert speculator.ledger("ada").failed == 1
        await speculator.close()

    run_virtual(body())


@pytest.mark.parametrize("bad", FAILING.values(), ids=FAILING)
def test_what_a_claims_run_raises_is_raised_there_and_to_who_joined(bad: Callable[[Call], Any]) -> None:
    async def body() -> None:
        runs = 0

        def counted(call: Call) -> Any:
            nonlocal runs
            runs += 1
            return bad(call)

        speculator = over(counted)
        raised: list[BaseException] = []

        async def claim() -> None:
            try:
                await speculator.claim("ada", BAD)
            except BaseException as error:
                raised.append(error)

        async with asyncio.timeout(20):
            await asyncio.gather(claim(), claim())
        assert len(raised) == 2
        assert runs == 1
        assert not any(isinstance(error, asyncio.CancelledError) for error in raised), "the claim was not cancelled"
        is_as_it_should_be(speculator)
        await speculator.close()

    run_virtual(body())


def test_nothing_found_is_a_result() -> None:
    async def body() -> None:
        runs = 0

        async def run(_owner: str, _call: Call) -> Fetched[None]:
            nonlocal runs
            runs += 1
            return Fetched(None)

        speculator = Speculator[None](run)
        claims = [await speculator.claim("ada", BAD) for _ in range(2)]
        assert [(claim.outcome, claim.value) for claim in claims] == [("miss", None), ("hit", None)]
        assert runs == 1
        assert speculator.peek("ada", BAD) == Fetched(None)

    run_virtual(body())


@pytest.mark.parametrize(
    "revision",
    [lambda _: _returns("7"), lambda _: _returns(7.0), lambda _: 7, lambda _: None],
    ids=["text", "a float", "no async function", "no async function, None"],
)
def test_a_revision_that_is_none_is_told_so(revision: Callable[[str], Any]) -> None:
    async def body() -> None:
        async def run(_owner: str, call: Call) -> Fetched[str]:
            return Fetched(call.name, 1)

        speculator = Speculator[str](run, revision=revision, clock=now_s)
        speculator.speculate("ada", GOOD, reason="likely")
        await asyncio.sleep(1)
        with pytest.raises(TypeError, match=r"Expected `revision`"):
            await speculator.claim("ada", GOOD)
        with pytest.raises(TypeError, match=r"Expected `revision`"):
            await speculator.revalidate("ada")
        assert speculator.ready("ada") == [GOOD]
        assert (await speculator.claim("ada", BAD)).outcome == "miss"
        await speculator.close()

    run_virtual(body())


@pytest.mark.parametrize("error", [OSError("away"), asyncio.CancelledError()], ids=["raises", "raises a cancellation"])
def test_a_revision_that_cannot_be_read_makes_the_claim_run_it_again(error: BaseException) -> None:
    async def body() -> None:
        async def run(_owner: str, call: Call) -> Fetched[str]:
            return Fetched(call.name, 1)

        speculator = Speculator[str](run, revision=lambda _: _raises(error), clock=now_s)
        speculator.speculate("ada", GOOD, reason="likely")
        await asyncio.sleep(1)
        await speculator.revalidate("ada")
        assert (await speculator.claim("ada", GOOD)).outcome == "stale"
        await speculator.close()

    run_virtual(body())


@pytest.mark.parametrize("revision", ["7", 7.0, object()])
def test_a_fetched_takes_a_revision_only(revision: Any) -> None:
    with pytest.raises(TypeError, match="revision"):
        Fetched("rows", revision)


def test_what_is_no_call_and_no_result_and_no_owner_is_refused_before_anything_is_changed() -> None:
    async def body() -> None:
        speculator = over(WRONG["None"])
        speculator.sign_in("ada")
        wrong: Any = "good"
        nothing: Any = None
        for use in (speculator.peek, speculator.use):
            with pytest.raises(TypeError, match="Expected a Call"):
                use("ada", wrong)
        with pytest.raises(TypeError, match="Expected a Call"):
            speculator.speculate("ada", wrong, reason="likely")
        with pytest.raises(TypeError, match="Expected a Call"):
            await speculator.claim("ada", nothing)
        with pytest.raises(TypeError, match="Expected a Fetched"):
            speculator.put("ada", GOOD, nothing)
        with pytest.raises(TypeError, match="owner"):
            speculator.speculate(nothing, GOOD, reason="likely")
        with pytest.raises(TypeError, match="owner"):
            await speculator.claim(nothing, GOOD)
        assert speculator.ahead("ada") == []
        assert speculator.ledger("ada") == Ledger()
        await speculator.close()

    run_virtual(body())


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_start_outside_the_loop_changes_nothing(concurrency: int) -> None:
    speculator = over(WRONG["None"], concurrency=concurrency)
    for number in range(5):
        with pytest.raises(RuntimeError, match="call_soon_threadsafe"):
            speculator.speculate("ada", Call.of("good", {"n": number}), reason="from a thread")

    async def body() -> None:
        assert speculator.ahead("ada") == []
        assert speculator.ledger("ada") == Ledger()
        speculator.speculate("ada", GOOD, reason="in the loop")
        await asyncio.sleep(1)
        assert speculator.ready("ada") == [GOOD]
        assert (await speculator.claim("ada", Call.of("good", {"n": 0}))).outcome == "miss"
        assert now_s() == 1
        await speculator.close()

    run_virtual(body())


def test_a_task_that_cannot_begin_leaves_everything_as_it_was() -> None:
    async def body() -> None:
        speculator = over(WRONG["None"], concurrency=1)
        loop = asyncio.get_running_loop()

        def refuse(*_: Any, **__: Any) -> Any:
            raise OSError("no more tasks")

        speculator.speculate("ada", GOOD, reason="likely")
        await asyncio.sleep(1)
        before = speculator.ledger("ada").copy()
        loop.set_task_factory(refuse)
        with pytest.raises(OSError, match="no more"):
            speculator.speculate("ada", BAD, reason="likely")
        with pytest.raises(OSError, match="no more"):
            await speculator.claim("ada", BAD)
        assert speculator.ledger("ada") == before
        assert [ahead.call for ahead in speculator.ahead("ada")] == [GOOD]
        loop.set_task_factory(None)
        assert speculator.speculate("ada", BAD, reason="likely"), "nothing stands in its place"
        speculator.speculate("bob", GOOD, reason="likely")
        await asyncio.sleep(1)
        assert speculator.ready("bob") == [GOOD], "the place was free"
        await speculator.close()

    run_virtual(body())


def test_a_waiting_run_that_cannot_begin_stops_nobody_behind_it() -> None:
    async def body() -> None:
        speculator = over(WRONG["None"], concurrency=1)
        loop = asyncio.get_running_loop()
        refused = 0

        def refuse_one(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> Any:
            nonlocal refused
            if not refused:
                refused += 1
                raise OSError("no more tasks")
            return asyncio.Task(work, loop=loop, **options)

        calls = [Call.of("good", {"n": number}) for number in range(3)]
        for call in calls:
            speculator.speculate("ada", call, reason="likely")
        loop.set_task_factory(refuse_one)
        await asyncio.sleep(1)
        assert [ahead.state for ahead in speculator.ahead("ada")] == ["ready", "failed", "ready"]
        await speculator.close()

    run_virtual(body())


class ScreenError(Exception):
    pass


def test_a_screen_that_raises_ends_no_claim() -> None:
    async def body() -> None:
        told: list[str] = []

        def on_change(owner: str) -> None:
            told.append(owner)
            raise ScreenError

        async def run(_owner: str, call: Call) -> Fetched[str]:
            await asyncio.sleep(1)
            return Fetched(call.name)

        speculator = Speculator[str](run, clock=now_s, concurrency=1, on_change=on_change)
        assert speculator.speculate("ada", GOOD, reason="likely")
        assert speculator.speculate("bob", GOOD, reason="likely")
        claim: Claim[str] = await speculator.claim("ada", BAD)
        assert claim.outcome == "miss"
        assert (await speculator.claim("ada", GOOD)).outcome == "hit"
        await asyncio.sleep(2)
        assert speculator.ready("bob") == [GOOD]
        speculator.put("ada", GOOD, Fetched("put"))
        speculator.invalidate("ada")
        speculator.interrupt("ada")
        assert len(told) > 8
        await speculator.close()

    run_virtual(body())


def test_what_a_screen_raises_is_logged_without_a_name(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        test_a_screen_that_raises_ends_no_claim()
    assert any(isinstance(one.exc_info and one.exc_info[1], ScreenError) for one in caplog.records)
    assert not any("ada" in one.getMessage() or "bob" in one.getMessage() for one in caplog.records)


def test_a_normaliser_that_fails_changes_nothing() -> None:
    def body(normalise: Callable[[Call], Any], expected: type[Exception]) -> None:
        async def check() -> None:
            speculator = over(WRONG["None"], normalise=normalise)
            speculator.sign_in("ada")
            with pytest.raises(expected):
                speculator.speculate("ada", GOOD, reason="likely")
            with pytest.raises(expected):
                await speculator.claim("ada", GOOD)
            with pytest.raises(expected):
                speculator.put("ada", GOOD, Fetched("rows"))
            assert speculator.ahead("ada") == []
            assert speculator.ledger("ada") == Ledger()
            await speculator.close()

        run_virtual(check())

    body(lambda _: None, TypeError)
    body(lambda call: call.name, TypeError)
    body(lambda call: {}[call], KeyError)


def test_a_speculator_outlives_a_loop_that_was_left_in_the_middle() -> None:
    async def hang(_owner: str, call: Call) -> Fetched[str]:
        if call == BAD:
            await asyncio.Event().wait()
        return Fetched(call.name)

    speculator = Speculator[str](hang, concurrency=1)

    async def begin() -> None:
        speculator.speculate("ada", BAD, reason="likely")
        speculator.speculate("ada", GOOD, reason="likely")
        await asyncio.sleep(0)

    async def go_on() -> None:
        assert (await asyncio.wait_for(speculator.claim("ada", GOOD), 20)).value == "good"
        speculator.speculate("bob", GOOD, reason="likely")
        await asyncio.sleep(0.01)
        assert speculator.ready("bob") == [GOOD], "the place of the lost run is free"
        await speculator.close()

    first = asyncio.new_event_loop()
    first.run_until_complete(begin())
    lost = asyncio.all_tasks(first)
    asyncio.run(go_on())
    for task in lost:
        task.cancel()
    first.run_until_complete(asyncio.gather(*lost, return_exceptions=True))
    first.close()


def test_another_loop_beside_its_own_is_refused() -> None:
    async def body() -> None:
        speculator = over(WRONG["None"])
        await speculator.claim("ada", GOOD)

        def elsewhere() -> None:
            async def claim() -> None:
                with pytest.raises(RuntimeError, match="another"):
                    await speculator.claim("ada", GOOD)
                with pytest.raises(RuntimeError, match="another"):
                    speculator.speculate("ada", GOOD, reason="likely")

            asyncio.run(claim())

        await asyncio.to_thread(elsewhere)
        assert (await speculator.claim("ada", GOOD)).outcome == "hit"
        await speculator.close()

    asyncio.run(body())


# What a predictor is given.


def _candidates() -> Iterator[Any]:
    yield Candidate(GOOD, 0.5, "rule")
    yield None


@pytest.mark.parametrize("candidates", [None, [None], [GOOD], 3, _candidates()])
def test_a_rule_that_gives_something_else_is_told_so(candidates: Any) -> None:
    predictor = Predictor(cost_s=0.0)
    with pytest.raises(TypeError, match="Candidate"):
        predictor.choose(candidates)
    assert predictor.as_json() == {"rates": {}, "off": []}


@pytest.mark.parametrize("probability", [None, "0.5", float("nan"), -0.1, 1.5, float("inf")])
def test_a_candidate_has_a_probability(probability: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="probability"):
        Candidate(GOOD, probability, "rule")


@pytest.mark.parametrize(("call", "rule"), [(None, "rule"), ("good", "rule"), (GOOD, None), (GOOD, ["rule"])])
def test_a_candidate_is_a_call_of_a_rule(call: Any, rule: Any) -> None:
    with pytest.raises(TypeError, match="Expected"):
        Candidate(call, 0.5, rule)


def test_a_listener_of_the_predictor_that_raises_changes_nothing_about_what_is_learned(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def raises(_: str) -> Any:
        raise ScreenError

    predictor = Predictor(cost_s=0.0, on_switched_off=raises, latency_s=raises)
    for _ in range(60):
        predictor.outcome(Candidate(GOOD, 0.5, "rule"), used=False)
    assert predictor.off == {"rule"}
    assert predictor.rates["rule"].wasted == 60
    assert [one.call for one in predictor.choose([Candidate(GOOD, 0.5, "other")])] == [GOOD], "the default latency"
    assert caplog.records


@pytest.mark.parametrize("latency", ["1", float("nan"), object()])
def test_a_latency_is_a_number(latency: Any) -> None:
    with pytest.raises(TypeError, match="latency"):
        Predictor(latency_s=lambda _: latency).choose([Candidate(GOOD, 0.5, "rule")])


@pytest.mark.parametrize(
    "kept",
    [
        None,
        [],
        {"rates": None, "off": []},
        {"rates": [], "off": []},
        {"rates": {}, "off": None},
        {"rates": {}, "off": "typed"},
        {"rates": {"a": None}, "off": []},
        {"rates": {"a": "123"}, "off": []},
        {"rates": {"a": [1, float("nan"), 1]}, "off": []},
        {"rates": {"a": [1, -1, 1]}, "off": []},
        {"rates": {"a": [float("inf"), 1, 1]}, "off": []},
    ],
)
def test_a_damaged_state_is_refused_and_changes_nothing(kept: Any) -> None:
    predictor = Predictor()
    predictor.outcome(Candidate(GOOD, 0.5, "rule"), used=True)
    before = predictor.as_json()
    with pytest.raises((KeyError, TypeError, ValueError)):
        predictor.load(kept)
    assert predictor.as_json() == before
