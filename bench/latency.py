"""Side by side: the same questions on the same model and slow database, through what one would use instead.

    python -m bench.latency

Rounds are interleaved: in each, every lane holds a short conversation with the same customer, from a cold cache of
its own. Typing is replayed at 40 words a minute; `at once` asks as soon as the sign-in is over.
"""

import argparse
import asyncio
import concurrent.futures
import os
import statistics
import tempfile
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("GOMP_SPINCOUNT", "20000")

from agent.engine import Engine, load_chat_llama
from agent.events import TurnResult
from agent.llama.chat_model import ChatLlama
from agent.settings import load_settings
from bench import report
from bench.lanes import CreateAgent, GenerateLlama, Measured, Notebook, of_session, typed

WORDS_A_MINUTE = 40
CHARACTERS_A_WORD = 5
QUESTIONS = ("Hi, can you tell me the status of my recent orders?", "Where is my {item}?")
CUSTOMERS = ("user123", "user126", "user130", "user141", "user152", "user163")


@dataclass(frozen=True)
class Lane:
    """One way to answer."""

    key: str
    name: str
    strategy: str = ""
    without: tuple[str, ...] = ()
    types: bool = False


LANES = (
    Lane("a", "create_agent"),
    Lane("b", "the notebook's graph"),
    Lane("c", "sequential", "sequential"),
    Lane("d", "overlap", "overlap"),
    Lane("e0", "ahead, at once", "ahead"),
    Lane("e", "ahead, typing", "ahead", types=True),
    Lane("e-cache", "ahead, typing, without cache", "ahead", ("cache",), types=True),
    Lane("e-context", "ahead, typing, without context", "ahead", ("context",), types=True),
    Lane("e-data", "ahead, typing, without data", "ahead", ("data",), types=True),
    Lane("f", "create_agent on generate()"),
)


@asynccontextmanager
async def engine(folder: Path, model: ChatLlama, lane: Lane, latency_s: float) -> AsyncGenerator[Engine]:
    """An engine over the demo's orders whose model is loaded already."""
    settings = load_settings(
        data_folder=folder / "data",
        state_folder=folder / f"state {lane.key}",
        db_latency=latency_s,
        strategy=lane.strategy or "ahead",
        without=",".join(lane.without),
    )
    opened = Engine(settings, load_model=lambda *_: model)
    await opened.open()
    opened.start_model()
    await asyncio.wrap_future(opened.model)
    await asyncio.to_thread(opened.graph)
    try:
        yield opened
    finally:
        opened.model = concurrent.futures.Future()  # It stays open for the next lane.
        await opened.close()


async def through_session(opened: Engine, lane: Lane, customer: str, questions: Sequence[str]) -> list[Measured]:
    """A conversation through Headstart's session."""
    session = await opened.sign_in(customer, "demo")
    measured: list[Measured] = []
    for question in questions:
        if lane.types:
            await typed(session, question, 60.0 * len(question) / CHARACTERS_A_WORD / WORDS_A_MINUTE)
        result = await asyncio.to_thread(session.ask, question)
        assert isinstance(result, TurnResult)
        measured.append(of_session(result))
    await session.close()
    return measured


async def through_graph(lane: Lane, model: ChatLlama, opened: Engine, customer: str, questions: Sequence[str]) -> Any:
    """A conversation through one of the others, from a cold cache."""
    model.forget()
    make: Callable[..., Any] = Notebook if lane.key == "b" else CreateAgent
    agent = make(model, opened.store, customer)
    return [await agent.ask(question) for question in questions]


async def measure(rounds: int, latency_s: float, lanes: Sequence[Lane]) -> dict[str, list[dict[str, Any]]]:
    """Every lane's turns: the first and the second question of each round."""
    settings = load_settings()
    model = await asyncio.to_thread(load_chat_llama, settings, lambda _: None)
    assert isinstance(model, ChatLlama)
    generate = GenerateLlama(llm=model.llm, max_tokens=settings.max_answer_tokens)
    turns: dict[str, list[dict[str, Any]]] = {lane.key: [] for lane in lanes}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            customer = CUSTOMERS[number % len(CUSTOMERS)]
            for lane in lanes:
                async with engine(Path(folder), model, lane, latency_s) as opened:
                    orders = (await opened.store.get_order_history(customer)).value.orders
                    questions = [one.format(item=orders[-1].items[0].item.lower()) for one in QUESTIONS]
                    if lane.strategy:
                        measured = await through_session(opened, lane, customer, questions)
                    else:
                        used = generate if lane.key == "f" else model
                        measured = await through_graph(lane, used, opened, customer, questions)
                for place, one in enumerate(measured, 1):
                    turns[lane.key].append({"round": number, "question": place, **asdict(one)})
                shown = "  ".join(f"{one.ttft_s:5.2f}/{one.total_s:5.2f}" for one in measured)
                print(f"round {number + 1}  {lane.name:32} {shown}", flush=True)
    return turns


def figure(turns: Sequence[dict[str, Any]], name: str, question: int | None = 1) -> float:
    """The median of a figure over the rounds; None takes both questions."""
    return statistics.median(turn[name] for turn in turns if question in (None, turn["question"]))


def metrics(turns: dict[str, list[dict[str, Any]]]) -> dict[str, float]:
    """The ratios of medians, paired by the round's customer and question."""
    found: dict[str, float] = {}
    for other, name in (("a", "create_agent"), ("b", "notebook"), ("c", "sequential")):
        if other in turns and "e" in turns:
            for what in ("ttft", "total"):
                ratios = [
                    mine[f"{what}_s"] / theirs[f"{what}_s"]
                    for mine, theirs in zip(turns["e"], turns[other], strict=True)
                    if mine["question"] == 1
                ]
                found[f"{what}_vs_{name}"] = round(statistics.median(ratios), 4)
    if "e" in turns:
        waited = sorted(turn["waited_s"] for turn in turns["e"])
        found["waited_s_median"] = round(statistics.median(waited), 3)
        found["waited_s_p90"] = round(waited[int(0.9 * (len(waited) - 1))], 3)
    return found


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--latency", type=float, default=3.0, help="seconds a query")
    parser.add_argument("--lanes", default=",".join(lane.key for lane in LANES))
    parser.add_argument("--json", type=Path, help="where the result goes instead of bench/results")
    options = parser.parse_args()
    chosen = [lane for lane in LANES if lane.key in options.lanes.split(",")]
    turns = asyncio.run(measure(options.rounds, options.latency, chosen))
    rows: list[list[str]] = []
    for lane in chosen:
        ones = turns[lane.key]
        cells = [f"{figure(ones, name, place):.2f}" for place in (1, 2) for name in ("ttft_s", "total_s", "waited_s")]
        rows.append([lane.name, *cells])
    head = ("median seconds", "1st TTFT", "total", "waited", "2nd TTFT", "total", "waited")
    print(report.table(head, rows))
    found = metrics(turns)
    print(found)
    packages = ("torch", "transformers", "langchain", "langgraph", "langchain-huggingface")
    samples = {"latency_s": options.latency, "words_a_minute": WORDS_A_MINUTE, "turns": turns}
    print("written to", report.write("latency", found, samples, packages=packages, path=options.json).name)


if __name__ == "__main__":
    main()
