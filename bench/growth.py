"""How the cost grows: with orders, with turns, with sessions, with the database's latency.

    python -m bench.growth

Times to the first word are taken with the real model and a customer who lets everything settle before Enter; the
lookups' own cost and the Speculator's are taken without a model. For each, a line is fitted over the logarithm of the
size. Flat means that the slope is under 5 % a decade and that its 95 % interval includes 0.
"""

import argparse
import asyncio
import concurrent.futures
import os
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("GOMP_SPINCOUNT", "20000")  # As headstart.llama.loading.threads says, before torch is imported.

from agent.models.loading import load_chat_llama
from agent.settings import load_settings
from agent.shop.demo_data import bundled
from bench import report, sitting, speculation
from bench.scripted import ScriptedModel
from bench.stats import fit_slope, spread
from headstart.llama.chat_model import ChatLlama

ORDERS = (1, 10, 100, 1_000, 10_000)
TURNS = 200
SESSIONS = (1, 10, 100, 1_000, 10_000)
LATENCIES_S = (0.0, 0.01, 0.1, 1.0, 10.0)
ORDERS_QUESTION = "What is the status of my newest order?"
TURN_QUESTIONS = ("Where is my {item}?", "When did I order the {item}?", "What did I pay for the {item}?")
THINK_S = 12.0
"""Of typing before each question over ever slower databases: longer than the slowest."""
TURN_BUDGET_S = 140.0
PASSWORD = "demo"

Points = dict[str, list[float]]
"""Measured seconds by size; a JSON object's keys are text."""


def with_orders(source: Path, copy: Path, sizes: Sequence[int], today: date) -> dict[int, str]:
    """Copy the demo's orders and add a customer for each size; the customers' names by size."""
    shutil.copyfile(source, copy)
    names = {size: f"growth{size}" for size in sizes}
    with sqlite3.connect(copy) as db:
        (hashed,) = db.execute("SELECT password_hash FROM customers WHERE customer_id = 'user123'").fetchone()
        products = db.execute("SELECT product_id, name, price_cents FROM products ORDER BY product_id").fetchall()
        for number, (size, name) in enumerate(names.items()):
            about = (name, "Grow Example", f"{name}@example.org", hashed, "1 Example Street, Exeter", "2020-01-01")
            db.execute("INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, 0)", about)
            for nth in range(size):
                order_id = f"{'GHJKL'[number]}{100_000 + nth}"
                day = today - timedelta(days=1 + nth // 4)
                product_id, item, price = products[nth % len(products)]
                order = (order_id, name, "Delivered", day.isoformat(), price + nth, "NorthPost", f"NP{nth}", None)
                values = (*order, (day + timedelta(days=1)).isoformat(), None)
                db.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
                db.execute("INSERT INTO order_items VALUES (?, 1, ?, ?, 1, ?)", (order_id, product_id, item, price))
    db.close()
    return names


async def by_orders(folder: Path, model: ChatLlama, rounds: int) -> dict[str, Points]:
    """Enter to the first word and the history's own query, by the customer's number of orders."""
    path = folder / "orders.sqlite"
    names = with_orders(bundled(), path, ORDERS, date.today())
    ttft_s: Points = {str(size): [] for size in ORDERS}
    query_s: Points = {str(size): [] for size in ORDERS}
    async with sitting.opened(folder, model, "orders", orders=path, db_latency=0.0) as engine:
        for number in range(-1, rounds):
            for size, name in names.items():
                began_s = time.perf_counter()
                await engine.backend.store.get_order_history(name)
                took_s = time.perf_counter() - began_s
                session = await engine.sign_in(name, PASSWORD)
                await sitting.settled(session)
                await sitting.typed(session, ORDERS_QUESTION, 0.5)
                await sitting.settled(session)
                figures = (await sitting.asked(session, ORDERS_QUESTION)).figures
                await session.close()
                if number >= 0:  # The first round warms the process up.
                    ttft_s[str(size)].append(figures.first_token_s or figures.total_s)
                    query_s[str(size)].append(took_s)
            print(f"orders: round {number + 1} of {rounds}", flush=True)
    return {"ttft_s": ttft_s, "query_s": query_s}


async def by_turns(folder: Path, model: ChatLlama, turns: int, budget_s: float) -> dict[str, Any]:
    """Enter to the first word, turn after turn of one conversation, until the turns or the seconds are used up."""
    ttft_s: Points = {}
    prompt_tokens: dict[str, int] = {}
    async with sitting.opened(folder, model, "turns", db_latency=0.0) as engine:
        orders = (await engine.backend.store.get_order_history("user123")).value.orders
        items = [order.items[0].item for order in orders]
        session = await engine.sign_in("user123", PASSWORD)
        began_s = time.perf_counter()
        for number in range(1, turns + 1):
            if time.perf_counter() - began_s > budget_s:
                break
            text = TURN_QUESTIONS[number % len(TURN_QUESTIONS)].format(item=items[number % len(items)].lower())
            session.typed(text)
            await sitting.settled(session)
            figures = (await sitting.asked(session, text)).figures
            await sitting.settled(session)
            ttft_s[str(number)] = [figures.first_token_s or figures.total_s]
            prompt_tokens[str(number)] = figures.prompt_tokens
            if number % 20 == 0:
                print(f"turns: {number}, {figures.prompt_tokens} tokens", flush=True)
    return {"ttft_s": ttft_s, "prompt_tokens": prompt_tokens}


async def by_latency(folder: Path, rounds: int) -> dict[str, Points]:
    """Enter to the end of the turn by the database's latency, with a scripted model; all at once, in real time."""
    asyncio.get_running_loop().set_default_executor(concurrent.futures.ThreadPoolExecutor(64))
    found: dict[str, Points] = {
        strategy: {str(latency): [] for latency in LATENCIES_S} for strategy in ("ahead", "sequential")
    }

    async def one(strategy: str, latency_s: float, number: int) -> None:
        options = {"db_latency": latency_s, "strategy": strategy}
        async with sitting.opened(folder, ScriptedModel(), f"{strategy} {latency_s} {number}", **options) as engine:
            session = await engine.sign_in("user123", PASSWORD)
            await sitting.typed(session, "What is the status of my orders?", THINK_S if strategy == "ahead" else 0.0)
            result = await sitting.asked(session, "What is the status of my orders?")
            found[strategy][str(latency_s)].append(result.figures.total_s)
            await session.close()

    async with sitting.opened(folder, ScriptedModel(), "first"):
        pass  # The orders are copied once and not by all at the same time.
    for number in range(rounds):
        await asyncio.gather(*(one(strategy, latency_s, number) for strategy in found for latency_s in LATENCIES_S))
    return found


def fitted(points: Mapping[str, Sequence[float]], name: str) -> tuple[dict[str, float], str]:
    """The slope over a curve's points (sizes above 0) as metrics, and as words."""
    pairs = [(float(size), value) for size, values in points.items() for value in values if float(size) > 0]
    if len({size for size, _ in pairs}) < 2:
        return {}, f"{name}: too few points"
    slope = fit_slope([size for size, _ in pairs], [value for _, value in pairs])
    figures = {"slope": slope.a_decade, "slope_low": slope.low, "slope_high": slope.high}
    metrics = {f"{name}_{what}": round(value, 4) for what, value in figures.items()}
    return {**metrics, f"{name}_flat": float(slope.is_flat)}, f"{name}: {slope}"


def medians(title: str, points: Mapping[str, Sequence[float]], scale: float = 1.0) -> str:
    """A curve as a small table."""
    rows = [[size, spread([value * scale for value in values])] for size, values in points.items()]
    return report.table((title, "median [quartiles]"), rows)


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All curves that were asked for."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "latency" in options.curves:
            found["latency"] = await by_latency(folder / "latency", options.rounds // 3 or 1)
        if "sessions" in options.curves:
            measured = await speculation.measure(options.rounds, SESSIONS)
            found["sessions"] = {"call_us": {str(count): values for count, values in measured.items()}}
        if {"orders", "turns"} & set(options.curves):
            settings = load_settings()
            model = await asyncio.to_thread(load_chat_llama, settings, lambda _: None)
            assert isinstance(model, ChatLlama)
            if "orders" in options.curves:
                (folder / "orders").mkdir()
                found["orders"] = await by_orders(folder / "orders", model, options.rounds)
            if "turns" in options.curves:
                found["turns"] = await by_turns(folder / "turns", model, options.turns, options.turn_budget)
    return found


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=6, help="measurements of each size")
    parser.add_argument("--turns", type=int, default=TURNS, help="of the long conversation, at most")
    parser.add_argument("--turn-budget", type=float, default=TURN_BUDGET_S, help="seconds for the long conversation")
    parser.add_argument("--curves", default="latency,sessions,orders,turns", type=lambda text: text.split(","))
    parser.add_argument("--json", type=Path, help="where the result goes instead of bench/results")
    options = parser.parse_args()
    found = asyncio.run(measure(options))
    curves: dict[str, Mapping[str, Sequence[float]]] = {}
    if "orders" in found:
        curves |= {"orders_ttft": found["orders"]["ttft_s"], "orders_query": found["orders"]["query_s"]}
    if "turns" in found:
        curves["turns_ttft"] = found["turns"]["ttft_s"]
    if "sessions" in found:
        curves["sessions_call"] = found["sessions"]["call_us"]
    if "latency" in found:
        curves |= {f"latency_{strategy}": points for strategy, points in found["latency"].items()}
    metrics: dict[str, float] = {}
    for name, points in curves.items():
        figures, words = fitted(points, name)
        metrics |= figures
        if name != "turns_ttft":
            print("\n" + medians(name, points))
        print(words)
    if "turns" in found:
        reached = len(found["turns"]["ttft_s"])
        metrics["turns_reached"] = reached
        thirds = list(found["turns"]["ttft_s"].values())
        early, late = (
            statistics.median(v for (v,) in part) for part in (thirds[: reached // 4], thirds[-reached // 4 :])
        )
        metrics["turns_last_quarter_over_first"] = round(late / early, 3)
        print(f"{reached} turns; the last quarter's TTFT over the first's: {late / early:.2f}")
    packages = ("torch", "transformers", "langgraph", "numpy")
    print("written to", report.write("growth", metrics, found, packages=packages, path=options.json).name)


if __name__ == "__main__":
    main()
