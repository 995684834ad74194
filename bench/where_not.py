"""Where a head start does not help, and what it costs there.

    python -m bench.where_not

A fast database, questions about no order, a customer who asks at once, and one who types one thing and asks another:
each with the real model, `ahead` beside `sequential` (or what comes closest), in interleaved rounds, with the lookups
and the seconds that were wasted.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("GOMP_SPINCOUNT", "20000")  # As headstart.llama.loading.threads says, before torch is imported.

from agent.models.loading import load_chat_llama
from agent.settings import load_settings
from agent.shop.orders import OrderStore
from bench import report, sitting
from bench.questions import FIRST, sample_customers
from bench.stats import spread
from headstart.llama.chat_model import ChatLlama
from headstart.speculation.calls import Call
from headstart.timeline import Span, clipped

BUDGET_S = 110.0
SLOW_S = 3.0
SMALL_TALK = "Thank you, that is all!"
ACCOUNT = "Which email address do you have of me?"
PARCEL = "Where is the parcel with my {item} right now?"
SHORT = "Status of my orders?"


@dataclass(frozen=True)
class Way:
    """One way to come to a question."""

    name: str
    question: str
    latency_s: float = SLOW_S
    strategy: str = "ahead"
    types: bool = False
    types_first: str = ""
    """Typed and erased before the question is."""


CASES: dict[str, Sequence[Way]] = {
    "a database that takes no time": (
        Way("sequential", SHORT, 0.0, "sequential"),
        Way("ahead, at once", SHORT, 0.0),
        Way("ahead, typing", SHORT, 0.0, types=True),
    ),
    "a database of 50 ms": (
        Way("sequential", SHORT, 0.05, "sequential"),
        Way("ahead, at once", SHORT, 0.05),
        Way("ahead, typing", SHORT, 0.05, types=True),
    ),
    "no question at all": (
        Way("sequential", SMALL_TALK, strategy="sequential"),
        Way("ahead, typing", SMALL_TALK, types=True),
    ),
    "asked at once": (
        Way("sequential", FIRST, strategy="sequential"),
        Way("overlap", FIRST, strategy="overlap"),
        Way("ahead, at once", FIRST),
    ),
    "a question about something else": (
        Way("sequential", ACCOUNT, strategy="sequential"),
        Way("ahead, at once", ACCOUNT),
        Way("ahead, typing", ACCOUNT, types=True),
        Way("ahead, typed about a parcel before", ACCOUNT, types=True, types_first=PARCEL),
    ),
}


async def turn(folder: Path, model: ChatLlama, way: Way, customer: str, visit: int = 0) -> dict[str, Any]:
    """Sign in, come to the question, ask it, sign out; what it took and what was wasted.

    Each `visit` has a state of its own: what the rules learn in one case shall not help or harm the next.
    """
    options = {"db_latency": way.latency_s, "strategy": way.strategy}
    async with sitting.opened(folder, model, f"visit {visit}", **options) as engine:
        item = await _item(engine.backend.store, customer)
        session = await engine.sign_in(customer, "demo")
        if way.types_first:
            await sitting.typed(session, way.types_first.format(item=item))
        if way.types:
            await sitting.typed(session, way.question)
        result = await sitting.asked(session, way.question)
        await sitting.settled(session)
        queries = [span for span in session.timeline.spans() if span.lane == "database"]
        ledger = session.ledger()
        await session.close()
    figures = result.figures
    used = {(one.name, one.arguments) for one in (Call.of(u.name, u.arguments) for u in result.tool_calls if u.used)}
    unused = [span for span in queries if (span.name, span.detail) not in used]
    return {
        "ttft_s": round(figures.total_s if figures.first_token_s is None else figures.first_token_s, 4),
        "total_s": round(figures.total_s, 4),
        "waited_s": round(figures.database_waited_s, 4),
        "issued": ledger.issued,
        "wasted": ledger.issued - ledger.used,
        "wasted_s": round(sum((span.end_s or span.start_s) - span.start_s for span in unused), 4),
        "prefill_s": round(prefilled(result.spans, result.entered_s), 4),
        "answer": result.answer,
    }


def prefilled(spans: Sequence[Span], entered_s: float) -> float:
    """Seconds that the model worked before Enter."""
    intervals = [span.interval(entered_s) for span in spans if span.lane == "model"]
    return sum(end - start for start, end in clipped(intervals, (float("-inf"), entered_s)))


async def _item(store: OrderStore, customer: str) -> str:
    orders = (await store.get_order_history(customer)).value.orders
    return orders[0].items[0].item.lower()


Turns = dict[str, dict[str, list[dict[str, Any]]]]


async def measure(budget_s: float, rounds: int, cases: Sequence[str]) -> Turns:
    """Every way of every case, in as many rounds as the budget allows, at least one."""
    settings = load_settings()
    model = await asyncio.to_thread(load_chat_llama, settings, lambda _: None)
    assert isinstance(model, ChatLlama)
    found: Turns = {case: {way.name: [] for way in CASES[case]} for case in cases}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with sitting.opened(folder, model, "first", db_latency=0.0) as engine:
            customers = await sample_customers(engine.backend.store, rounds + 1)
        await turn(folder, model, Way("warm-up", SHORT, 0.0), customers.pop())
        began_s, longest_s, visit = time.perf_counter(), 0.0, 0
        for number, customer in enumerate(customers, 1):
            round_s = time.perf_counter()
            if round_s - began_s + longest_s > budget_s:
                break
            for case in cases:
                for way in CASES[case]:
                    visit += 1
                    one = await turn(folder, model, way, customer, visit)
                    found[case][way.name].append(one)
                    print(f"round {number}  {case}, {way.name}: {one['ttft_s']:.2f} s", flush=True)
            longest_s = max(longest_s, time.perf_counter() - round_s)
    return found


def gained_s(ways: dict[str, list[dict[str, Any]]], name: str) -> float:
    """Seconds to the first word that a way gains over `sequential`, the median over the rounds."""
    pairs = zip(ways["sequential"], ways[name], strict=True)
    return statistics.median(plain["ttft_s"] - other["ttft_s"] for plain, other in pairs)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--budget", type=float, default=BUDGET_S, help="seconds for the rounds")
    parser.add_argument("--rounds", type=int, default=9, help="at most")
    parser.add_argument("--cases", default="", help="beginnings of the cases' names, with commas; all by default")
    parser.add_argument("--json", type=Path, help="where the result goes instead of bench/results")
    options = parser.parse_args()
    cases = [case for case in CASES if case.startswith(tuple(options.cases.split(",")))]
    found = asyncio.run(measure(options.budget, options.rounds, cases))
    rows: list[list[str]] = []
    metrics: dict[str, float] = {}
    for case, ways in found.items():
        for name, turns in ways.items():
            cells = [spread([one[what] for one in turns]) for what in ("ttft_s", "total_s", "waited_s")]
            costs = [f"{statistics.fmean(one[what] for one in turns):.1f}" for what in ("issued", "wasted", "wasted_s")]
            prefill = f"{statistics.median(one['prefill_s'] for one in turns):.2f}"
            gained = gained_s(ways, name)
            rows.append([f"{case}: {name}", *cells, f"{gained:+.2f}", *costs, prefill])
            if name != "sequential":
                metrics[f"gained_s {case}: {name}"] = round(gained, 3)
                metrics[f"wasted_calls {case}: {name}"] = round(statistics.fmean(one["wasted"] for one in turns), 2)
    heads = ("seconds", "TTFT", "total", "waited", "gained", "issued", "wasted", "wasted s", "model before")
    print("\n" + report.table(heads, rows))
    packages = ("torch", "transformers", "langgraph")
    where = report.write("where_not", metrics, {"turns": found}, packages=packages, path=options.json)
    print("written to", where.name)


if __name__ == "__main__":
    main()
