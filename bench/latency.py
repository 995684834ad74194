"""Side by side: the same questions on the same model and slow database, through what one would use instead.

    python -m bench.latency

Rounds are interleaved: in each, every lane holds a conversation of two questions with the same customer, from a cold
cache of its own, in turning order. Typing is replayed at 40 words a minute; `at once` asks as soon as the sign-in is
over. Whether an answer states what was asked is counted for each lane. A second table repeats it with a scripted
model that takes as long as the notebook's printed run on a GPU.
"""

import argparse
import asyncio
import concurrent.futures
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

os.environ.setdefault("GOMP_SPINCOUNT", "20000")  # As headstart.llama.loading.threads says, before torch is imported.

from langchain_core.language_models import BaseChatModel

from agent.engine import Engine
from agent.models.loading import load_chat_llama
from agent.settings import load_settings
from bench import report, sitting
from bench.lanes import CreateAgent, GenerateLlama, Measured, Notebook, of_session
from bench.questions import FIRST, SECOND, Question, sample_customers, two_questions
from bench.scripted import ScriptedModel
from bench.stats import spread
from headstart.llama.chat_model import ChatLlama

BUDGET_S = 300.0
SELDOM = 3
"""Lanes that explain the others are measured in every third round."""
NOTEBOOK_S = (4.21, 3.55)
"""A decision and an answer, as a published copy of the notebook prints them for Llama 3 8B in 4 bit on a GPU."""
SCRIPTED_ROUNDS = 1


@dataclass(frozen=True)
class Lane:
    """One way to answer."""

    key: str
    name: str
    strategy: str = ""
    without: tuple[str, ...] = ()
    types: bool = False
    every: int = 1
    """In which rounds it is measured."""


LANES = (
    Lane("a", "create_agent"),
    Lane("b", "the notebook's graph"),
    Lane("c", "sequential", "sequential"),
    Lane("d", "overlap", "overlap"),
    Lane("e0", "ahead, at once", "ahead"),
    Lane("e", "ahead, typing", "ahead", types=True),
    Lane("e-cache", "ahead, typing, without cache", "ahead", ("cache",), types=True, every=SELDOM),
    Lane("e-context", "ahead, typing, without context", "ahead", ("context",), types=True, every=SELDOM),
    Lane("e-data", "ahead, typing, without data", "ahead", ("data",), types=True, every=SELDOM),
    Lane("f", "create_agent on generate()", every=SELDOM),
)
SCRIPTED = tuple(lane for lane in LANES if lane.key not in ("e-cache", "f"))
"""A scripted model has no cache to warm and no other way to generate."""

Turns = dict[str, list[dict[str, Any]]]


async def through_session(engine: Engine, lane: Lane, customer: str, questions: Sequence[str]) -> list[Measured]:
    """A conversation through Headstart's session."""
    session = await engine.sign_in(customer, "demo")
    measured: list[Measured] = []
    for question in questions:
        if lane.types:
            await sitting.typed(session, question)
        measured.append(of_session(await sitting.asked(session, question)))
    await session.close()
    return measured


async def through_graph(
    lane: Lane, model: BaseChatModel, engine: Engine, customer: str, questions: Sequence[str]
) -> list[Measured]:
    """A conversation through one of the others, from a cold cache."""
    if isinstance(model, ChatLlama):
        await asyncio.to_thread(model.forget)
    make: Callable[..., CreateAgent | Notebook] = Notebook if lane.key == "b" else CreateAgent
    agent = make(model, engine.world, customer)
    return [await agent.ask(question) for question in questions]


async def conversation(folder: Path, lane: Lane, model: BaseChatModel, customer: str, latency_s: float) -> Turns:
    """One lane's two turns with one customer."""
    options = {"db_latency": latency_s, "strategy": lane.strategy or "ahead", "without": ",".join(lane.without)}
    async with sitting.opened(folder, model, lane.key, **options) as engine:
        questions = await two_questions(engine.backend.store, customer)
        texts = [question.text for question in questions]
        measured = await (
            through_session(engine, lane, customer, texts)
            if lane.strategy
            else through_graph(lane, model, engine, customer, texts)
        )
    pairs = enumerate(zip(questions, measured, strict=True), 1)
    return {lane.key: [turn(place, question, one) for place, (question, one) in pairs]}


def turn(place: int, question: Question, measured: Measured) -> dict[str, Any]:
    """A measured turn as plain data."""
    figures = {name: round(v, 4) if isinstance(v, float) else v for name, v in asdict(measured).items()}
    return {"question": place, "asked": question.text, "right": question.is_answered_by(measured.answer), **figures}


async def measure(budget_s: float, rounds: int, latency_s: float, lanes: Sequence[Lane]) -> Turns:
    """Every lane's turns in as many rounds as the budget allows, at least one."""
    settings = load_settings()
    model = await asyncio.to_thread(load_chat_llama, settings, lambda _: None)
    assert isinstance(model, ChatLlama)
    generate = GenerateLlama(llm=model.llm, max_tokens=settings.max_answer_tokens)
    turns: Turns = {lane.key: [] for lane in lanes}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with sitting.opened(folder, model, "warm-up", db_latency=0.0) as engine:
            customers = await sample_customers(engine.backend.store, rounds + 1)
        # The first calls of a process are slow in every lane: nobody's figures shall hold them.
        await conversation(folder, Lane("warm-up", "warm-up"), model, customers.pop(), 0.0)
        began_s, longest_s = time.perf_counter(), {True: 0.0, False: 0.0}
        for number, customer in enumerate(customers):
            round_s = time.perf_counter()
            if round_s - began_s + longest_s[number % SELDOM == 0] > budget_s:
                break
            chosen = [lane for lane in lanes if number % lane.every == 0]
            turned = chosen[number % len(chosen) :] + chosen[: number % len(chosen)]
            for lane in turned:
                used = generate if lane.key == "f" else model
                found = await conversation(folder, lane, used, customer, latency_s)
                turns[lane.key] += [{"round": number, **one} for one in found[lane.key]]
                print(f"round {number + 1}  {lane.name:32} {shown(found[lane.key])}", flush=True)
            longest_s[number % SELDOM == 0] = time.perf_counter() - round_s
            longest_s[False] = longest_s[False] or longest_s[True]
    return turns


async def measure_scripted(rounds: int, latency_s: float, lanes: Sequence[Lane]) -> Turns:
    """The same with a model that sleeps, all lanes at once: nothing is computed that could get in another's way."""
    # A turn blocks a thread, and the default pool is small.
    asyncio.get_running_loop().set_default_executor(concurrent.futures.ThreadPoolExecutor(64))
    turns: Turns = {lane.key: [] for lane in lanes}
    with tempfile.TemporaryDirectory() as name:
        async with sitting.opened(Path(name), ScriptedModel(), "first", db_latency=0.0) as engine:
            customers = await sample_customers(engine.backend.store, rounds)
        for number, customer in enumerate(customers):
            models = [ScriptedModel(decision_s=NOTEBOOK_S[0], answer_s=NOTEBOOK_S[1]) for _ in lanes]
            conversations = (
                conversation(Path(name), lane, model, customer, latency_s)
                for lane, model in zip(lanes, models, strict=True)
            )
            for found in await asyncio.gather(*conversations):
                for key, ones in found.items():
                    turns[key] += [{"round": number, **one} for one in ones]
    return turns


def shown(ones: Sequence[dict[str, Any]]) -> str:
    """A conversation's figures while the benchmark runs."""
    return "  ".join(f"{one['ttft_s']:5.2f} /{one['total_s']:6.2f} s{'' if one['right'] else ' WRONG'}" for one in ones)


def ratios(turns: Turns, prefix: str = "", over: Sequence[str] = ("ttft", "total")) -> dict[str, float]:
    """Medians of the ratios of `ahead, typing` to the others, paired by the round; the first question's."""
    found: dict[str, float] = {}
    for other, name in (("a", "create_agent"), ("b", "notebook"), ("c", "sequential")):
        if not turns.get(other) or not turns.get("e"):
            continue
        for place, suffix in ((1, ""), (2, "_second")):
            for what in over:
                theirs = {one["round"]: one for one in turns[other] if one["question"] == place}
                mine = [one for one in turns["e"] if one["question"] == place and one["round"] in theirs]
                of_rounds = [one[f"{what}_s"] / theirs[one["round"]][f"{what}_s"] for one in mine]
                found[f"{prefix}{what}_vs_{name}{suffix}"] = round(statistics.median(of_rounds), 4)
    return found


def metrics(turns: Turns) -> dict[str, float]:
    """The figures that are held against targets."""
    found = ratios(turns)
    if turns.get("e"):
        waited = sorted(one["waited_s"] for one in turns["e"])
        found["waited_s_median"] = round(statistics.median(waited), 3)
        found["waited_s_max"] = round(waited[-1], 3)
        found["rounds"] = len(waited) // 2
    for key, ones in turns.items():
        if ones:
            found[f"right_share {key}"] = round(statistics.fmean(one["right"] for one in ones), 3)
    return found


def printed(turns: Turns, lanes: Sequence[Lane], place: int, names: Sequence[str], *, scripted: bool = False) -> str:
    """One question's table: medians with quartiles, and how many answers were right (a script answers nothing)."""
    rows: list[list[str]] = []
    for lane in lanes:
        ones = [one for one in turns[lane.key] if one["question"] == place]
        if ones:
            cells = [spread([one[name] for one in ones]) for name in names]
            cells.append(f"{statistics.fmean(len(one['calls']) for one in ones):.2g}")
            if not scripted:
                cells.append(f"{statistics.median(one['tokens'] for one in ones):g}")
                cells.append(f"{sum(one['right'] for one in ones)}/{len(ones)}")
            rows.append([lane.name, *cells])
    heads = [*(name.removesuffix("_s") for name in names), "lookups", *([] if scripted else ["tokens", "right"])]
    return report.table([f"question {place}, seconds", *heads], rows)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--budget", type=float, default=BUDGET_S, help="seconds for the rounds with the model")
    parser.add_argument("--rounds", type=int, default=24, help="at most")
    parser.add_argument("--latency", type=float, default=3.0, help="seconds a query")
    parser.add_argument("--lanes", default=",".join(lane.key for lane in LANES))
    parser.add_argument("--scripted-rounds", type=int, default=SCRIPTED_ROUNDS)
    parser.add_argument("--json", type=Path, help="where the result goes instead of bench/results")
    options = parser.parse_args()
    chosen = [lane for lane in LANES if lane.key in options.lanes.split(",")]
    scripted = asyncio.run(measure_scripted(options.scripted_rounds, options.latency, SCRIPTED))
    turns = asyncio.run(measure(options.budget, options.rounds, options.latency, chosen))
    for place in (1, 2):
        print("\n" + printed(turns, chosen, place, ("ttft_s", "total_s", "waited_s", "hidden_s", "model_s")))
    decision_s, answer_s = NOTEBOOK_S
    if options.scripted_rounds:
        print(f"\nA scripted model: {decision_s} s a decision, {answer_s} s an answer")
        for place in (1, 2):
            print(
                "\n" + printed(scripted, SCRIPTED, place, ("total_s", "waited_s", "hidden_s", "model_s"), scripted=True)
            )
    found = {**metrics(turns), **ratios(scripted, "scripted_", ("total",))}
    print("\n" + "\n".join(f"{name} {value:g}" for name, value in found.items()))
    packages = ("torch", "transformers", "langchain", "langgraph", "langchain-huggingface")
    samples: dict[str, Any] = {
        "latency_s": options.latency,
        "words_a_minute": sitting.WORDS_A_MINUTE,
        "questions": [FIRST, SECOND.format(item="…")],
        "turns": turns,
    }
    if options.scripted_rounds:
        samples["scripted"] = {"decision_s": decision_s, "answer_s": answer_s, "turns": scripted}
    where = report.write("latency", cast(Any, found), samples, packages=packages, path=options.json)
    print("written to", where.name)


if __name__ == "__main__":
    main()
