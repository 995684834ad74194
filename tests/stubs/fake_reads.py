"""A slow database for one customer, and a Speculator over it on virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.virtual_time import now_s, run_virtual
from headstart.speculation.speculator import Call, Fetched, Speculator

HISTORY = Call.of("get_order_history")
ORDER = Call.of("get_order", {"order_id": "A1"})


@dataclass
class FakeReads:
    """Reads at the start of each run; `changes` counts what the customer's data has been through."""

    took_s: float = 3.0
    revision_s: float = 0.0
    cleanup_s: float = 0.0
    failures: int = 0
    revision_fails: bool = False
    stubborn: bool = False
    changes: int = 1
    runs: int = 0
    present: int = 0

    async def run(self, owner: str, call: Call) -> Fetched[str]:
        self.runs += 1
        self.present += 1
        fetched = Fetched(f"{owner} {self.changes}", self.changes)
        try:
            await asyncio.sleep(self.took_s)
        except asyncio.CancelledError:
            await asyncio.sleep(self.cleanup_s)
            if not self.stubborn:
                raise
        finally:
            self.present -= 1
        if self.failures:
            self.failures -= 1
            raise OSError("the database is away")
        return fetched

    async def revision(self, owner: str) -> int:
        await asyncio.sleep(self.revision_s)
        if self.revision_fails:
            raise OSError("the database is away")
        return self.changes


Body = Callable[[Speculator[str], FakeReads], Awaitable[None]]


def holds(body: Body, *, revisions: bool = True, **options: object) -> None:
    async def run() -> None:
        shop = FakeReads()
        revision = shop.revision if revisions else None
        speculator = Speculator[str](shop.run, revision=revision, clock=now_s, **options)  # type: ignore[arg-type]
        await body(speculator, shop)
        await speculator.close()
        assert shop.present == 0

    run_virtual(run())


async def begun(speculator: Speculator[str], call: Call = HISTORY) -> "asyncio.Task[str]":
    """A claim under way; its outcome and value."""

    async def claim() -> str:
        claimed = await speculator.claim("ada", call)
        return f"{claimed.outcome}: {claimed.value}"

    task = asyncio.create_task(claim())
    await asyncio.sleep(0.1)
    return task
