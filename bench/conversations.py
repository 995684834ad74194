"""Fifty conversations of ten questions over a slow database: how long anybody waited for it, and why.

    python -m bench.conversations
    python -m bench.conversations --without help

The questions are about orders, and one in five about the shop itself. The engine, the session and the graph are the
real ones over the demo's orders, with 3 s a query; each question is typed for 5 s, word by word (half a second where
there are no head starts), with nothing between an answer and the next question; the model is scripted to ask for what
a perfect agent would. All conversations run at once, in real time.
"""

import argparse
import asyncio
import concurrent.futures
import random
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from agent.engine import Engine
from agent.events import TurnResult
from agent.settings import load_settings
from bench import report
from bench.scripted import ScriptedModel
from bench.sitting import typed

KINDS: dict[str, tuple[float, Sequence[str]]] = {
    "all orders": (14, ("What is the status of my orders?", "Show me my orders please", "How are my orders doing?")),
    "status by name": (18, ("Where is my {item}?", "Has my {item} arrived?", "What did I pay for the {item}?")),
    "status by number": (16, ("What is the status of {id}?", "When does {id} arrive?", "How much was {id}?")),
    "parcel by name": (14, ("What is the tracking number of my {item}?", "Which carrier brings the {item}?")),
    "parcel by number": (14, ("Can you track {id} for me?", "Where is the parcel of {id} right now?")),
    "contents": (8, ("What is in {id} exactly?", "Which items does {id} hold?")),
    "product": (4, ("What does {product} cost today?",)),
    "account": (4, ("Which email do you have of me?", "What is my address with you?")),
    "thanks": (8, ("Thank you!", "Great, thanks a lot")),
    "help": (
        25,
        (
            "For how long may I send things back?",
            "Which cards do you take?",
            "Do you post to Portugal?",
            "My login does not work, what shall I do?",
            "I need a bill with my company on it",
            "Can somebody wrap it as a present?",
            "The thing came with a crack in it, what now?",
            "What does the postage come to?",
            "How do I get rid of your newsletter?",
            "How do I make a complaint about a rude driver?",
            "What do you do with my data?",
            "How many days until a refund is on my account?",
        ),
    ),
}


async def customers(engine: Engine, count: int, draw: random.Random) -> list[str]:
    """The names of demo accounts with at least one order."""
    names = [f"user{number}" for number in range(123, 373)]
    draw.shuffle(names)
    found: list[str] = []
    for name in names:
        if len(found) == count:
            break
        if (await engine.backend.store.get_order_history(name)).value.orders:
            found.append(name)
    return found


async def questions(
    engine: Engine, name: str, turns: int, draw: random.Random, without: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """Kinds and questions of one conversation; the first is about all orders as often as not."""
    orders = (await engine.backend.store.get_order_history(name)).value.orders
    kinds = {kind: weight for kind, (weight, _) in KINDS.items() if kind not in without}
    drawn = draw.choices(list(kinds), list(kinds.values()), k=turns)
    if draw.random() < 0.5:
        drawn[0] = "all orders"
    asked: list[tuple[str, str]] = []
    for kind in drawn:
        order = draw.choice(orders)
        item = draw.choice(order.items)
        told = draw.choice(KINDS[kind][1])
        asked.append((kind, told.format(item=item.item.lower(), id=order.order_id, product=item.product_id)))
    return asked


def reasons(result: TurnResult) -> Iterator[str]:
    """Why a turn waited: each lookup that was not there."""
    for use in result.tool_calls:
        if use.waited_s > 0.01:
            yield f"{use.name}: {use.outcome}"


async def conversation(
    engine: Engine, name: str, asked: Sequence[tuple[str, str]], think_s: float, threads: concurrent.futures.Executor
) -> list[dict[str, Any]]:
    """One customer's turns, with what each waited and why."""
    loop = asyncio.get_running_loop()
    session = await engine.sign_in(name, "demo")
    turns: list[dict[str, Any]] = []
    for kind, question in asked:
        await typed(session, question, think_s)
        result = await loop.run_in_executor(threads, session.ask, question)
        assert isinstance(result, TurnResult)
        turns.append(
            {
                "kind": kind,
                "waited_s": result.figures.database_waited_s,
                "hidden_s": result.figures.database_hidden_s,
                "reasons": list(reasons(result)),
            }
        )
    ledger = session.ledger()
    turns[-1]["ledger"] = {
        name: getattr(ledger, name) for name in ("issued", "used", "hit", "joined", "stale", "missed")
    }
    return turns


async def measure(
    count: int, turns: int, latency_s: float, think_s: float, strategy: str, seed: int, without: Sequence[str] = ()
) -> list[list[Any]]:
    """All conversations at once."""
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(count) as threads:
        settings = load_settings(
            data_folder=Path(folder) / "data", state_folder=Path(folder) / "state", db_latency=0.0, strategy=strategy
        )
        engine = Engine(settings, load_model=lambda *_: ScriptedModel())
        await engine.open()
        engine.start_model()
        await asyncio.to_thread(engine.graph)
        plans = [
            (name, await questions(engine, name, turns, draw, without)) for name in await customers(engine, count, draw)
        ]
        engine.latency_s = latency_s
        done = await asyncio.gather(*(conversation(engine, name, asked, think_s, threads) for name, asked in plans))
        await engine.close()
    return done


def summary(done: Sequence[Sequence[dict[str, Any]]]) -> dict[str, float]:
    """The figures over all turns."""
    waited = sorted(turn["waited_s"] for turns in done for turn in turns)
    ledgers = [turns[-1]["ledger"] for turns in done]
    issued, used = (sum(ledger[name] for ledger in ledgers) for name in ("issued", "used"))
    return {
        "conversations": len(done),
        "turns": len(waited),
        "waited_s_median": round(statistics.median(waited), 3),
        "waited_s_p90": round(waited[int(0.9 * (len(waited) - 1))], 3),
        "waited_s_mean": round(statistics.mean(waited), 3),
        "waited_not_at_all_share": round(sum(one < 0.01 for one in waited) / len(waited), 3),
        "issued_mean": round(issued / len(done), 2),
        "precision": round(used / issued, 3) if issued else 0.0,
    }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--conversations", type=int, default=50)
    parser.add_argument("--turns", type=int, default=10)
    parser.add_argument("--latency", type=float, default=3.0, help="seconds a query")
    parser.add_argument("--think", type=float, default=5.0, help="seconds of typing a question")
    parser.add_argument("--without", action="append", default=[], choices=list(KINDS), help="leave such questions out")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="where the result goes instead of bench/results")
    options = parser.parse_args()
    metrics: dict[str, float] = {}
    samples: dict[str, Any] = {"latency_s": options.latency, "think_s": options.think, "seed": options.seed}
    samples |= {"without": options.without}
    rows: list[list[str]] = []
    for strategy in ("sequential", "overlap", "ahead"):
        # Without head starts nothing happens while somebody types: they need not type for long.
        think_s = options.think if strategy == "ahead" else min(options.think, 0.5)
        done = asyncio.run(
            measure(
                options.conversations,
                options.turns,
                options.latency,
                think_s,
                strategy,
                options.seed,
                options.without,
            )
        )
        figures = summary(done)
        why = Counter(reason for turns in done for turn in turns for reason in turn["reasons"])
        kinds = {kind: [t["waited_s"] for turns in done for t in turns if t["kind"] == kind] for kind in KINDS}
        samples[strategy] = {
            **figures,
            "waited_because": dict(why.most_common()),
            "waited_s_mean_by_kind": {kind: round(statistics.mean(w), 2) for kind, w in kinds.items() if w},
        }
        rows.append([strategy, *(f"{figures[name]:g}" for name in list(figures)[2:])])
        if strategy == "ahead":
            metrics = figures
    print(report.table(["strategy", "median s", "p90 s", "mean s", "not at all", "issued", "precision"], rows))
    for strategy in ("sequential", "overlap", "ahead"):
        print(f"{strategy}: waited because", samples[strategy]["waited_because"])
    where = report.write("conversations", metrics, samples, packages=("langgraph",), path=options.json)
    print("written to", where.name)


if __name__ == "__main__":
    main()
