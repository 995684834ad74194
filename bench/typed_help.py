"""A help question beside an order question, both typed as a person types: what was waited for, and the first word.

    python -m bench.typed_help

The real model over the demo's 3 s database; a customer signs in, types one of each at 40 words a minute, now the one
and now the other first. Both are about something that was not asked before in that session.
"""

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import report, sitting
from training.exam import models

CUSTOMERS = ("user123", "eight8", "one1", "user130", "user131", "user140", "user150", "user151", "user160", "user170")
HELP = (
    "What is your return policy?",
    "How long does delivery take to Spain?",
    "Which cards do you accept?",
    "It arrived broken, what can I do?",
    "How do I get an invoice for my company?",
    "Can you wrap it as a present?",
    "I forgot my password, what now?",
    "How long until I get my money back?",
    "Do you have gift cards?",
    "How do I complain about a driver?",
)
ORDERS = "What is the status of my {item}?"


async def measured(rounds: int, latency_s: float) -> list[dict[str, float | str]]:
    """By round the waiting and the time to the first word of both, in seconds."""
    model = models.load("embedded", None)
    turns: list[dict[str, float | str]] = []
    with tempfile.TemporaryDirectory() as folder:
        async with sitting.opened(Path(folder), model, "typed", db_latency=latency_s) as engine:
            for number, name in enumerate(CUSTOMERS[:rounds]):
                orders = (await engine.backend.store.get_order_history(name)).value.orders
                if not orders:
                    continue
                asked = [("help", HELP[number % len(HELP)]), ("order", ORDERS.format(item=orders[0].items[0].item))]
                session = await engine.sign_in(name, "demo")
                await sitting.settled(session)
                for kind, question in asked if number % 2 else asked[::-1]:
                    await sitting.typed(session, question)
                    figures = (await sitting.asked(session, question)).figures
                    first_s = figures.total_s if figures.first_token_s is None else figures.first_token_s
                    turns.append(
                        {"kind": kind, "question": question, "first_s": first_s, "waited_s": figures.database_waited_s}
                    )
                await engine.sign_out(session)
    return turns


def summary(turns: Sequence[dict[str, float | str]]) -> dict[str, float]:
    """Medians, the longest wait, and how much longer a help question takes to its first word."""
    of = {kind: [one for one in turns if one["kind"] == kind] for kind in ("help", "order")}
    first = {kind: statistics.median(float(one["first_s"]) for one in ones) for kind, ones in of.items()}
    return {
        "help_waited_s_max": round(max(float(one["waited_s"]) for one in of["help"]), 3),
        "help_first_word_s": round(first["help"], 4),
        "order_first_word_s": round(first["order"], 4),
        "ratio": round(first["help"] / first["order"], 3),
        "rounds": float(len(of["help"])),
    }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=len(CUSTOMERS))
    parser.add_argument("--latency", type=float, default=3.0, help="seconds a query")
    parser.add_argument("--json", type=Path, help="where the result goes")
    options = parser.parse_args()
    turns = asyncio.run(measured(options.rounds, options.latency))
    metrics = summary(turns)
    rows = [[str(t["kind"]), str(t["question"]), f"{t['first_s']:.3f}", f"{t['waited_s']:.3f}"] for t in turns]
    print(report.table(("kind", "question", "first word, s", "waited, s"), rows))
    print(metrics)
    report.write(
        "typed_help", metrics, {"turns": turns, "latency_s": options.latency}, packages=("torch",), path=options.json
    )


if __name__ == "__main__":
    main()
