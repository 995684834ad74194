"""The decoding loop against transformers' `generate()`: tokens a second, time to the first token, memory, cancelling.

Everything that is compared is measured in interleaved rounds of one run, so that a machine that gets slower
gets slower for all; a ratio is the median of the rounds' ratios, `_least` and `_most` are the rounds' extremes. Run it
with `python -m bench.decoding` (some minutes; `--quick` for a look). `--shape llama-3-8b` takes randomly initialised
weights of that shape, for a GPU, `--dtype nf4` in four bit.
"""

import argparse
import asyncio
import random
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langchain_core.messages import SystemMessage

from agent.shop.phrases import INSTRUCTIONS, PHRASES
from bench import report
from headstart.llama.loading.choice import choose_model
from headstart.llama.loading.threads import configure_threads
from headstart.llama.loading.weights import Loaded, load
from headstart.world.opened import ToolResult, answer

if TYPE_CHECKING:
    from bench.decoding_ways import Writers

configure_threads()  # Before anything below imports torch.

CUSTOMER, QUESTION = "eight8", "Hi, can you tell me the status of my recent orders?"
FREE = "The history of the bicycle begins in the early nineteenth century, when a German baron"
PACKAGES = ("torch", "transformers", "bitsandbytes", "llguidance")
LOAD = """
import time
started = time.perf_counter()
from headstart.llama.loading.choice import choose_model
from headstart.llama.loading.threads import configure_threads
from headstart.llama.loading.weights import load
configure_threads()
load(choose_model("embedded", {dtype!r}))
print(time.perf_counter() - started)
"""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured; lengths in tokens."""

    rounds: int = 5
    made: int = 64
    """Made by each generation at most."""
    prefix: int = 400
    """What is warm before the question."""
    short: int = 500
    long: int = 7_500
    question: int = 20
    loads: int = 3


QUICK = Scale(rounds=2, made=32, prefix=64, short=64, long=256, loads=1)

Samples = dict[str, dict[str, list[float]]]


def program_prompt(loaded: Loaded) -> list[int]:
    """What the program gives the model when the customer has asked: instructions, tools, orders, question."""
    from langchain_core.messages import HumanMessage

    from agent.shop.orders import OrderStore
    from agent.shop.tools import TOOLS, read
    from agent.turn import conversation
    from headstart.llama.format.prompt import PromptRenderer
    from headstart.llama.format.tool_calls import CHATML
    from headstart.speculation.calls import Call
    from headstart.world.langchain import schemas

    async def history() -> ToolResult:
        store = await OrderStore.open(report.ROOT / "data" / "orders.sqlite")
        try:
            return answer(await read(store, CUSTOMER, "get_order_history", {}))
        finally:
            await store.close()

    found = (Call.of("get_order_history"), *asyncio.run(history()))
    messages = [SystemMessage(INSTRUCTIONS), *conversation.exchanges([], [found], PHRASES), HumanMessage(QUESTION)]
    return PromptRenderer(loaded.tokenizer, CHATML).question(messages, schemas(TOOLS), room=100_000).tokens


def decoding(writers: "Writers", prompts: dict[str, list[int]], scale: Scale) -> tuple[dict[str, float], Samples]:
    """Tokens a second after the first, each prompt in each way, and how they compare."""
    samples: Samples = {}
    metrics: dict[str, float] = {}
    for kind, prompt in prompts.items():
        ways = writers.ways(kind)
        rates: dict[str, list[float]] = {name: [] for name in ways}
        texts = {name: way(prompt, scale.made).tokens for name, way in ways.items()}
        for number in range(scale.rounds):
            names = list(ways)[number % len(ways) :] + list(ways)[: number % len(ways)]
            for name in names:
                rates[name].append(ways[name](prompt, scale.made).rate)
        samples[kind] = rates
        if "generate" in ways:
            metrics |= compared(f"{kind}_speedup", rates["headstart"], rates["generate"])
            metrics |= compared(f"{kind}_speedup_of_generate_lookup", rates["generate, lookup"], rates["generate"])
            # In bf16 a near-tie may fall otherwise in a pass of another width; in float32 tests hold them to be equal.
            metrics[f"{kind}_same_as_generate"] = float(texts["headstart"] == texts["generate"])
        metrics |= compared(f"{kind}_over_plain", rates["headstart"], rates["plain"])
        if "headstart, tools" in ways:
            metrics |= compared(f"{kind}_with_tools_over_without", rates["headstart, tools"], rates["headstart"])
    return metrics, samples


def first_tokens(writers: "Writers", text: list[int], scale: Scale) -> tuple[dict[str, float], Samples]:
    """Seconds to the first token: cold and warm, and after a short and a long context, with attention's part of it."""
    from bench.decoding_ways import AttentionClock

    decoder, question = writers.decoder, text[-scale.question :]
    seconds: dict[str, list[float]] = {name: [] for name in ("cold", "warm", "short", "long")}
    attention: dict[str, list[float]] = {name: [] for name in ("short", "long")}

    def first(prefix: list[int], *, warm: bool) -> float:
        decoder.forget()
        if warm:
            decoder.prefill(prefix)
        list(decoder.generate(prefix + question, max_new_tokens=1))
        return decoder.stats.prefill_s

    first(text[: scale.prefix], warm=True)
    for _ in range(scale.rounds):
        seconds["cold"].append(first(text[: scale.prefix], warm=False))
        seconds["warm"].append(first(text[: scale.prefix], warm=True))
    contexts = {"short": text[: scale.short], "long": text[: scale.long]}
    decoder.forget()
    for context in contexts.values():
        decoder.prefill(context)
    for number in range(scale.rounds + 1):
        for name, context in contexts.items():
            with AttentionClock(writers.model) as clock:
                list(decoder.generate(context + question, max_new_tokens=1))
            if number:  # The first pass of each takes up memory.
                seconds[name].append(decoder.stats.prefill_s)
                attention[name].append(clock.seconds)
            # The question goes, the context stays.
            decoder.conversations.current.crop(len(context))
    metrics = compared("warm_ttft_ratio", seconds["warm"], seconds["cold"])
    metrics |= compared("ttft_7500_over_500", seconds["long"], seconds["short"])
    for name, spent in attention.items():
        metrics[f"attention_s_{name}"] = statistics.median(spent)
        rest = [all_ - one for all_, one in zip(seconds[name], spent, strict=True)]
        metrics[f"overhead_s_{name}"] = statistics.median(rest)
    return metrics, {"first_token_s": seconds, "attention_s": attention}


def cancelling(writers: "Writers", prompt: list[int], rounds: int) -> list[float]:
    """Seconds from the wish to stop to the end, in the middle of an answer."""
    found: list[float] = []
    for _ in range(rounds):
        wish, wished_at = threading.Event(), [0.0]

        def wish_it(wish: threading.Event = wish, wished_at: list[float] = wished_at) -> None:
            wished_at[0] = time.perf_counter()
            wish.set()

        timer = threading.Timer(0.3, wish_it)
        timer.start()
        list(writers.decoder.generate(prompt, max_new_tokens=4000, cancelled=wish.is_set))
        found.append(time.perf_counter() - wished_at[0])
        timer.join()
    return found


def grammar(loaded: Loaded, answer: list[int]) -> dict[str, float]:
    """Microseconds that the grammar of the shop's tools takes a token: of plain text, and within a call."""
    import torch

    from agent.shop.tools import TOOLS
    from headstart.llama.format.grammar import CallGrammar, CallGuide, Vocabulary
    from headstart.llama.format.tool_calls import CHATML
    from headstart.world.langchain import schemas

    tokenizer: Any = loaded.tokenizer
    width = int(loaded.model.config.vocab_size)
    started = time.perf_counter()
    vocabulary = Vocabulary(loaded.tokenizer, width, [tokenizer.eos_token_id])
    vocabulary_s = time.perf_counter() - started
    started = time.perf_counter()
    compiled = CallGrammar(vocabulary, CHATML, schemas(TOOLS))
    tools_s = time.perf_counter() - started
    arguments = {"order_id": "B456", "item": "Smart Coffee Mug", "reason": "it is too small"}
    call = CHATML.call_text({"name": "request_return", "args": arguments, "id": None, "type": "tool_call"})
    within: list[float] = []
    logits = torch.randn(width, dtype=loaded.model.dtype)
    for _ in range(5):
        guide = CallGuide(compiled, 1000)
        for token in tokenizer.encode(call, add_special_tokens=False):
            started = time.perf_counter()
            if guide.active:
                logits.masked_fill(~guide.allowed(1000), float("-inf"))
                guide.accept(token)
                within.append(time.perf_counter() - started)
            else:
                guide.accept(token)
    guide, text = CallGuide(compiled, 10_000), answer * 20
    started = time.perf_counter()
    for token in text:
        guide.accept(token)
    return {
        "grammar_us_a_token_of_text": (time.perf_counter() - started) / len(text) * 1e6,
        "grammar_us_a_token_of_a_call": statistics.median(within) * 1e6,
        "grammar_vocabulary_s": vocabulary_s,
        "grammar_tools_s": tools_s,
    }


def measure(loaded: Loaded, scale: Scale) -> tuple[dict[str, float], dict[str, Any]]:
    """All of it on one loaded model; a model without a tokenizer writes random text and calls no tools."""
    from bench.decoding_ways import UNREPEATED, Writers

    draw = random.Random(1)
    width = int(loaded.model.config.vocab_size)
    tokenizer: Any = loaded.tokenizer
    text = [draw.randrange(3, width) for _ in range(scale.long + scale.question)]
    if tokenizer is None:
        listed = text[:60] * 3
        prompts = {"grounded": listed, "free": text[:20], "unrepeated": text[:20]}
        writers = Writers(loaded, unrepeated=text[: 20 + scale.made])
    else:
        unrepeated = tokenizer.encode(UNREPEATED)
        prompts = {"grounded": program_prompt(loaded), "free": tokenizer.encode(FREE), "unrepeated": unrepeated[:20]}
        writers = Writers(loaded, unrepeated=unrepeated)
    print("first tokens …", flush=True)
    metrics, first = first_tokens(writers, text, scale)
    peak_with_long_gb = peak_rss_gb()
    writers.decoder.forget()
    print("tokens a second …", flush=True)
    speeds, rates = decoding(writers, prompts, scale)
    cancels = cancelling(writers, prompts["free"], scale.rounds)
    metrics = speeds | metrics | {"cancel_s": max(cancels), "peak_rss_gb_after_7500": peak_with_long_gb}
    if tokenizer is not None:
        metrics |= grammar(loaded, text[: scale.made])
    return metrics, {"tokens_a_second": rates, "cancel_s": cancels, **first}


def compared(name: str, over: Sequence[float], under: Sequence[float]) -> dict[str, float]:
    """The median of the rounds' ratios, and the least and the most of them."""
    ratios = [one / other for one, other in zip(over, under, strict=True)]
    return {name: statistics.median(ratios), f"{name}_least": min(ratios), f"{name}_most": max(ratios)}


def loads(dtype: str, rounds: int) -> list[float]:
    """Seconds from the interpreter's first line to a loaded model, imports and all, each in a process of its own."""
    load(choose_model("embedded", dtype))  # Converted, if it was not yet, and read once by the file system.
    command = [sys.executable, "-c", LOAD.format(dtype=dtype)]
    return [
        float(subprocess.run(command, cwd=report.ROOT, capture_output=True, text=True, check=True).stdout)
        for _ in range(rounds)
    ]


def peak_rss_gb() -> float:
    """The most memory this process has held; macOS counts bytes, Linux kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    options = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    options.add_argument("--rounds", type=int)
    options.add_argument("--quick", action="store_true", help="a look at everything, for no committed result")
    options.add_argument("--shape", help="random weights of this shape (llama-3-8b) and not the embedded model")
    options.add_argument("--dtype", default="bf16")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args(arguments)
    scale = QUICK if chosen.quick else Scale()
    if chosen.rounds:
        scale = Scale(**{name: getattr(scale, name) for name in Scale.__slots__} | {"rounds": chosen.rounds})

    started = time.perf_counter()
    loaded = load_or_make(chosen.shape, chosen.dtype)
    peak_gb = peak_of_an_answer(loaded)
    metrics, samples = measure(loaded, scale)
    metrics["peak_rss_gb"] = peak_gb
    if not chosen.shape:
        samples["load_s"] = loads(chosen.dtype, scale.loads)
        metrics["load_s"] = statistics.median(samples["load_s"])
    samples |= {"dtype": chosen.dtype, "shape": chosen.shape, "took_s": round(time.perf_counter() - started, 1)}
    show(samples["tokens_a_second"], metrics)
    rounded = {name: round(value, 4) for name, value in metrics.items()}
    where = report.write("decoding", rounded, samples, packages=PACKAGES, path=chosen.json)
    print(f"{samples['took_s']} s, written to {where.name}")
    return 0


def load_or_make(shape: str | None, dtype: str) -> Loaded:
    """The embedded model, or random weights of a shape."""
    if shape is None:
        return load(choose_model("embedded", dtype))
    from bench.decoding_ways import random_model

    return random_model(shape, dtype)


def peak_of_an_answer(loaded: Loaded) -> float:
    """Gigabytes at most until the program's first answer has been written."""
    from headstart.llama.decoding.decoder import Decoder

    prompt = program_prompt(loaded) if loaded.tokenizer is not None else list(range(3, 400))
    list(Decoder(loaded.model).generate(prompt, max_new_tokens=32))
    return peak_rss_gb()


def show(speeds: Samples, metrics: dict[str, float]) -> None:
    """Two tables: every way, and every figure."""
    rows = [
        [f"{kind}, {way}", *(f"{value(found):.1f}" for value in (statistics.median, min, max))]
        for kind, ways in speeds.items()
        for way, found in ways.items()
    ]
    print(report.table(("tokens a second", "median", "least", "most"), rows))
    print()
    figures = [name for name in metrics if not name.endswith(("_least", "_most"))]
    spread = [[f"{metrics.get(f'{name}_{end}', metrics[name]):.3f}" for end in ("least", "most")] for name in figures]
    table = [[name, f"{metrics[name]:.3f}", *ends] for name, ends in zip(figures, spread, strict=True)]
    print(report.table(("figure", "median", "least", "most"), table))


if __name__ == "__main__":
    raise SystemExit(main())
