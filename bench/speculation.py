"""The engine's own cost: one speculate and one claim over a run that takes no time, with ever more sessions.

Measured in processor time, so that other work on the machine does not count. Run it with `python -m bench.speculation`.
"""

import argparse
import asyncio
import gc
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from bench import report
from headstart.speculation.calls import Call, Fetched
from headstart.speculation.speculator import Speculator

SESSIONS = (1, 10, 100, 1_000, 10_000)
CALLS = 2_000
"""Timed in each round, spread over the sessions."""
HELD = 4
"""Results that every session holds while the others are timed."""


async def _instant(_owner: str, _call: Call) -> Fetched[int]:
    return Fetched(1, 1)


async def _revision(_owner: str) -> int:
    return 1


class Room:
    """A Speculator with so many signed-in sessions."""

    def __init__(self, sessions: int) -> None:
        self.owners = [f"customer{i}" for i in range(sessions)]
        self.speculator: Speculator[int] = Speculator(_instant, revision=_revision, budget=10**9, concurrency=64)
        self._next = 0

    async def fill(self) -> None:
        """Give every session some results."""
        for owner in self.owners:
            for i in range(HELD):
                await self._one(owner, Call.of("get_order", {"order_id": f"held {i}"}))

    async def round_us(self, calls: int) -> float:
        """Microseconds a call, over `calls` of them."""
        started_s = time.process_time()
        for _ in range(calls):
            self._next += 1
            owner = self.owners[self._next % len(self.owners)]
            await self._one(owner, Call.of("get_order", {"order_id": f"A{self._next}"}))
        return (time.process_time() - started_s) / calls * 1e6

    async def _one(self, owner: str, call: Call) -> None:
        self.speculator.speculate(owner, call, reason="bench")
        claim = await self.speculator.claim(owner, call)
        self.speculator.use(owner, claim.call)
        self.speculator.refill(owner)


async def measure(rounds: int, sessions: Sequence[int] = SESSIONS, calls: int = CALLS) -> dict[int, list[float]]:
    """Microseconds a call by number of sessions, in interleaved rounds."""
    rooms = {count: Room(count) for count in sessions}
    for room in rooms.values():
        await room.fill()
        await room.round_us(calls // 4)
    gc.collect()
    gc.freeze()
    measured: dict[int, list[float]] = {count: [] for count in sessions}
    for _ in range(rounds):
        for count, room in rooms.items():
            measured[count].append(await room.round_us(calls))
    gc.unfreeze()
    for room in rooms.values():
        await room.speculator.close()
    return measured


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--json", type=Path)
    chosen = options.parse_args(arguments)
    measured = asyncio.run(measure(chosen.rounds))
    median = {count: statistics.median(values) for count, values in measured.items()}
    first, last = SESSIONS[0], SESSIONS[-1]
    ratios = [b / a for a, b in zip(measured[first], measured[last], strict=True)]
    rows = [[f"{n:,}", f"{median[n]:.0f}", f"{min(v):.0f}", f"{max(v):.0f}"] for n, v in measured.items()]
    print(report.table(("sessions", "µs a call", "least", "most"), rows))
    print(f"\n{last:,} over {first}: {statistics.median(ratios):.2f}")
    metrics = {
        "cost_us_per_call": round(max(median.values()), 1),
        "cost_ratio_10000_over_1": round(statistics.median(ratios), 3),
    }
    samples = {"us_per_call": {str(n): [round(v, 1) for v in values] for n, values in measured.items()}}
    where = report.write("speculation", metrics, samples, path=chosen.json)
    print(f"written to {where.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
