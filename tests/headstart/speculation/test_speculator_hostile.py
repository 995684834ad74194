"""Functions of a caller that do everything wrong, at any time: the Speculator stays as it should be."""

import asyncio
import contextlib
import threading
from contextvars import ContextVar
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.virtual_time import now_s, run_virtual
from headstart.errors import SessionClosedError
from headstart.speculation import Call, Fetched, Ledger, Speculator

OWNERS = ("ada", "bob", "eve")
CALLS = tuple(Call.of("get", {"n": number}) for number in range(3))
CONCURRENCY, DEADLINE_S, PATIENCE_S = 2, 5.0, 30.0
issuer: ContextVar[str] = ContextVar("issuer", default="nobody")

RUNS = (
    "sound", "sound", "sound", "none", "plain", "at once", "raises", "exits", "interrupted", "cancels itself",
    "hangs", "hangs stubbornly", "uncopyable", "claims itself",
)  # fmt: skip
REVISIONS = ("sound", "sound", "none", "text", "raises", "exits", "hangs", "hangs stubbornly", "at once")
SCREENS = ("quiet", "raises", "cancels", "looks ahead", "invalidates", "reads")
DOINGS = (
    *("speculate", "speculate", "claim", "claim", "put", "invalidate", "interrupt", "use", "refill", "forget"),
    *("peek", "revalidate", "wait", "turn", "turn screen", "turn revision", "outside"),
)

steps = st.lists(
    st.tuples(
        st.sampled_from(DOINGS),
        st.sampled_from(OWNERS),
        st.sampled_from(CALLS),
        st.integers(0, 200),
        st.sampled_from([0.0, 0.1, 1.0, 6.0]),
    ),
    min_size=10,
    max_size=60,
)


class Hostile:
    def __init__(self) -> None:
        self.run_kind, self.revision_kind, self.screen_kind = "sound", "sound", "quiet"
        self.healed = False
        self.wrong: list[str] = []
        self.live = 0
        self.claiming = 0
        self.speculator = Speculator[Any](
            self.run,
            revision=self.revision,
            clock=now_s,
            concurrency=CONCURRENCY,
            deadline_s=DEADLINE_S,
            time_to_live_s=8.0,
            keep=2,
            on_change=self.screen,
        )

    def expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.wrong.append(what)

    def run(self, owner: str, call: Call) -> Any:
        self.expect(issuer.get() == owner, "a run in a foreign context")
        kind = self.run_kind
        if kind == "at once":
            return Fetched("too early")
        return self._run(kind, owner, call)

    async def _run(self, kind: str, owner: str, call: Call) -> Any:
        issuer.set("changed by a run")
        match kind:
            case "none":
                return None
            case "plain":
                return "rows"
            case "raises":
                raise OSError("away")
            case "exits":
                raise SystemExit(1)
            case "interrupted":
                raise KeyboardInterrupt
            case "cancels itself":
                raise asyncio.CancelledError
            case "hangs":
                await asyncio.Event().wait()
            case "hangs stubbornly":
                await self._stubborn()
            case "uncopyable":
                return Fetched(one for one in "rows")
            case "claims itself":
                issuer.set(owner)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await self.speculator.claim(owner, CALLS[(CALLS.index(call) + 1) % len(CALLS)])
            case _:
                await asyncio.sleep(1)
        return Fetched([owner, call.arguments], 1)

    async def _stubborn(self) -> None:
        while not self.healed:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(3)

    def revision(self, owner: str) -> Any:
        self.expect(issuer.get() == owner, "a look at the revision in a foreign context")
        return 1 if self.revision_kind == "at once" else self._revision(self.revision_kind)

    async def _revision(self, kind: str) -> Any:
        match kind:
            case "none":
                return None
            case "text":
                return "1"
            case "raises":
                raise OSError("away")
            case "exits":
                raise SystemExit(1)
            case "hangs":
                await asyncio.Event().wait()
            case "hangs stubbornly":
                await self._stubborn()
            case _:
                await asyncio.sleep(0.1)
        return 1

    def screen(self, owner: str) -> None:
        self.expect(issuer.get() in (owner, "changed by a run"), "a change told in a foreign context")
        match self.screen_kind:
            case "raises":
                raise RuntimeError(owner)
            case "cancels":
                raise asyncio.CancelledError
            case "looks ahead":
                token = issuer.set(owner)
                self.speculator.speculate(owner, CALLS[0], reason="a change")
                issuer.reset(token)
            case "invalidates":
                self.screen_kind = "quiet"
                self.speculator.invalidate(owner)
            case "reads":
                self.speculator.ahead(owner)
                self.speculator.ready(owner)
            case _:
                pass

    async def claim(self, owner: str, call: Call) -> None:
        self.claiming += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                claim = await self.speculator.claim(owner, call)
        except (SessionClosedError, TypeError, OSError, SystemExit, KeyboardInterrupt, TimeoutError):
            return
        finally:
            self.claiming -= 1
        self.expect(claim.value == [owner, call.arguments], f"a wrong value: {claim.value}")
        claim.value.append("spoilt by who claimed it")

    async def act(self, what: str, owner: str, call: Call, number: int) -> None:
        issuer.set(owner)
        speculator = self.speculator
        match what:
            case "speculate":
                speculator.speculate(owner, call, reason="likely")
            case "claim":
                await self.claim(owner, call)
            case "put":
                rows = [owner, call.arguments]
                speculator.put(owner, call, Fetched(rows, 1), age_s=number % 10)
                rows.append("spoilt by who put it")
            case "invalidate":
                speculator.invalidate(owner)
            case "interrupt":
                speculator.interrupt(owner, [call] if number % 2 else None)
            case "use":
                speculator.use(owner, call)
            case "refill":
                speculator.refill(owner)
            case "forget":
                await speculator.forget(owner)
            case "peek":
                if found := speculator.peek(owner, call):
                    self.expect(found.value == [owner, call.arguments], f"a wrong peek: {found.value}")
                    found.value.clear()
            case "revalidate":
                with contextlib.suppress(TypeError, SystemExit):
                    await speculator.revalidate(owner)
            case "turn":
                self.run_kind = RUNS[number % len(RUNS)]
            case "turn screen":
                self.screen_kind = SCREENS[number % len(SCREENS)]
            case "turn revision":
                self.revision_kind = REVISIONS[number % len(REVISIONS)]
            case "outside":
                thread = threading.Thread(target=self.outside, args=(owner, call))
                thread.start()
                thread.join()
            case _:
                pass

    def outside(self, owner: str, call: Call) -> None:
        try:
            self.speculator.speculate(owner, call, reason="from a thread")
        except RuntimeError:
            return
        self.wrong.append("something began in a thread")

    def check(self) -> None:
        for owner in OWNERS:
            ahead, ledger = self.speculator.ahead(owner), self.speculator.ledger(owner)
            self.speculator.ready(owner)
            self.expect(min(ledger.outstanding, ledger.wasted, ledger.used) >= 0, "a count below nothing")
            self.expect(sum(one.state in ("ready", "failed") for one in ahead) <= 2, "more is kept than may be")
        flying = sum(one.state == "in flight" for owner in OWNERS for one in self.speculator.ahead(owner))
        self.expect(self.claiming > 0 or flying <= CONCURRENCY, "more is under way than there are places")


async def lives_through(script: list[tuple[str, str, Call, int, float]]) -> None:
    world = Hostile()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: world.wrong.append(str(context)))
    doing: list[asyncio.Task[None]] = []
    for what, owner, call, number, pause_s in script:
        doing.append(asyncio.create_task(world.act(what, owner, call, number)))
        await asyncio.sleep(pause_s)
        world.check()
    await asyncio.wait_for(asyncio.gather(*doing), 10 * PATIENCE_S)
    world.run_kind = world.revision_kind = "sound"
    world.screen_kind = "quiet"
    await asyncio.sleep(2 * DEADLINE_S)  # What hangs has lost its place, stubborn or not.
    for owner in OWNERS:
        issuer.set(owner)
        world.speculator.invalidate(owner)
        world.speculator.refill(owner)
        world.expect(world.speculator.speculate(owner, CALLS[0], reason="healed"), "nothing can be issued any more")
    await asyncio.sleep(2.5)
    for owner in OWNERS:
        issuer.set(owner)
        world.expect(world.speculator.ready(owner) == [CALLS[0]], f"nothing comes of it any more for {owner}")
        await world.claim(owner, CALLS[0])
    began_s = now_s()
    await world.speculator.close()
    world.expect(now_s() - began_s < DEADLINE_S + 0.1, "closing took too long")
    world.expect(all(world.speculator.ledger(owner) == Ledger() for owner in OWNERS), "something is left of an owner")
    world.healed = True
    await asyncio.sleep(5)
    assert not world.wrong, world.wrong[0]


@settings(max_examples=150, derandomize=True, suppress_health_check=list(HealthCheck))
@given(steps)
def test_no_hostile_function_breaks_the_speculator(script: list[tuple[str, str, Call, int, float]]) -> None:
    run_virtual(lives_through(script))
