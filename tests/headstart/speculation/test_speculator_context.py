import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from bench.virtual_time import now_s, run_virtual
from headstart.speculation import Call, Fetched, Speculator

ORDERS, HISTORY = Call.of("orders"), Call.of("history")
tenant: ContextVar[str] = ContextVar("tenant", default="nobody")


async def rows(owner: str, call: Call) -> Fetched[str]:
    seen = tenant.get()
    tenant.set(f"changed by the run of {owner}")
    await asyncio.sleep(1)
    return Fetched(f"{call.name} of {seen}", 1)


async def as_(name: str, work: Callable[[], Awaitable[object] | object]) -> None:
    """Something that happens in a request of this name."""

    async def request() -> None:
        tenant.set(name)
        doing = work()
        if isinstance(doing, Awaitable):
            await doing

    await asyncio.create_task(request())


def speculate(speculator: Speculator[str], owner: str, call: Call = ORDERS) -> Callable[[], object]:
    return lambda: speculator.speculate(owner, call, reason="sign-in")


def test_a_run_that_waited_sees_the_context_of_who_issued_it() -> None:
    async def body() -> None:
        speculator = Speculator[str](rows, clock=now_s, concurrency=1)
        for owner in ("ada", "bob", "eve"):
            await as_(owner, speculate(speculator, owner))
        await asyncio.sleep(5)
        for owner in ("ada", "bob", "eve"):
            claim = await speculator.claim(owner, ORDERS)
            assert (claim.outcome, claim.value) == ("hit", f"orders of {owner}")
        assert tenant.get() == "nobody"
        await speculator.close()

    run_virtual(body())


def test_a_waiting_run_that_a_claim_starts_sees_the_context_of_who_issued_it() -> None:
    async def body() -> None:
        speculator = Speculator[str](rows, clock=now_s, concurrency=1)
        await as_("first", speculate(speculator, "ada", HISTORY))
        await as_("issuer", speculate(speculator, "ada"))
        claims: list[str] = []

        async def claim() -> None:
            claims.append((await speculator.claim("ada", ORDERS)).value)

        await as_("claimer", claim)
        assert claims == ["orders of issuer"]
        await speculator.close()

    run_virtual(body())


def test_a_run_that_took_a_lost_place_sees_the_context_of_who_issued_it() -> None:
    async def body() -> None:
        async def hanging(owner: str, call: Call) -> Fetched[str]:
            if call == HISTORY:
                await asyncio.Event().wait()
            return await rows(owner, call)

        speculator = Speculator[str](hanging, clock=now_s, concurrency=1, deadline_s=5)
        await as_("ada", speculate(speculator, "ada", HISTORY))
        await as_("bob", speculate(speculator, "bob"))
        await asyncio.sleep(10)
        assert speculator.peek("bob", ORDERS) == Fetched("orders of bob", 1)
        await speculator.close()

    run_virtual(body())


def test_a_claims_own_run_and_its_look_at_the_revision_see_the_context_of_the_claim() -> None:
    async def body() -> None:
        looked: list[str] = []
        current = 1

        async def revision(_owner: str) -> int:
            looked.append(tenant.get())
            return current

        speculator = Speculator[str](rows, revision=revision, clock=now_s)
        await as_("issuer", speculate(speculator, "ada"))
        await asyncio.sleep(2)
        current = 2
        values: list[str] = []

        async def claim() -> None:
            values.append((await speculator.claim("ada", ORDERS)).value)

        await as_("claimer", claim)
        assert (values, looked) == (["orders of claimer"], ["claimer"])
        await as_("looker", lambda: speculator.revalidate("ada"))
        assert looked[-1] == "looker"
        await speculator.close()

    run_virtual(body())


def test_a_change_is_told_in_the_context_of_whose_run_it_was() -> None:
    async def body() -> None:
        told: list[tuple[str, str]] = []
        speculator = Speculator[str](
            rows, clock=now_s, concurrency=1, on_change=lambda owner: told.append((owner, tenant.get()))
        )
        for owner in ("ada", "bob"):
            await as_(owner, speculate(speculator, owner))
        await asyncio.sleep(5)
        assert told
        assert all(owner == seen for owner, seen in told)
        await speculator.close()

    run_virtual(body())


def test_a_look_ahead_out_of_a_run_or_a_change_goes_on_in_that_context() -> None:
    async def body() -> None:
        def follow(owner: str) -> None:
            if ORDERS in speculator.ready(owner):
                speculator.speculate(owner, HISTORY, reason="it follows")

        speculator = Speculator[str](rows, clock=now_s, concurrency=1, on_change=follow)
        for owner in ("ada", "bob"):
            await as_(owner, speculate(speculator, owner))
        await asyncio.sleep(9)
        for owner in ("ada", "bob"):
            assert speculator.peek(owner, HISTORY) == Fetched(f"history of {owner}", 1)
        await speculator.close()

    run_virtual(body())
