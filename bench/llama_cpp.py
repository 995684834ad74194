"""Against another engine: the same weights under llama.cpp, on the same prompts, with as many threads.

    pip install -c constraints.txt -e '.[llama-cpp]' && python -m bench.llama_cpp

The prompts are this program's own: instructions, tools, the orders as they stand there after a sign-in, the notebook's
question. Both engines are given tokens and give tokens, greedily, until the stop token; both keep the prompt before
the question in their cache. llama.cpp runs the GGUF that the embedded model comes from, its adapter merged in, adapted
tensors as Q8_0; once more with the prompt lookup of its Python package, and once more all in Q4_1, which is the
fastest and rounds most of the adapter away (see how many of its answers are right). This program runs what it always
does, and once more in int8. In a pair of lanes of their own both have read the question too, as this program does while
it is typed. Rounds are interleaved. Without `llama-cpp-python` nothing is measured.
"""

import argparse
import asyncio
import importlib.util
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("GOMP_SPINCOUNT", "20000")  # As headstart.llama.loading.threads says, before torch is imported.

from langchain_core.messages import HumanMessage

from agent.models.loading import load_chat_llama
from agent.settings import load_settings
from agent.shop.phrases import INSTRUCTIONS, PHRASES
from agent.shop.rules import ORDER_HISTORY
from agent.shop.tools import TOOLS
from agent.turn import conversation
from bench import report, sitting
from bench.merged_gguf import write_merged
from bench.questions import Question, sample_customers, two_questions
from bench.stats import spread
from headstart.llama.chat_model import ChatLlama
from headstart.world import User
from headstart.world.langchain import schemas
from headstart.world.opened import answer as answer_of

CONTEXT = 2048
MOST_TOKENS = 400
TYPED_REST = 8
"""Tokens of a prompt that are not known before Enter: the last of the question and what opens the answer."""
MISSING = (
    "llama-cpp-python is not installed, so nothing was measured against llama.cpp. It is built from source, which takes"
    " minutes and a compiler: pip install -c constraints.txt -e '.[llama-cpp]'"
)


TYPED = ("headstart, typed", "llama.cpp, typed")


@dataclass(frozen=True, slots=True)
class Case:
    """A prompt as tokens, and what its answer must state."""

    prefix: list[int]
    """What is in the cache when the question comes."""
    prompt: list[int]
    question: Question


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine: how it is made warm, and how it answers."""

    name: str
    warm: Callable[[Sequence[int]], None]
    """Forget everything, then take these tokens in."""
    generate: Callable[[Sequence[int]], Generator[int, None, None]]
    """Tokens, the stop token not among them."""
    typed: bool = False
    """Whether the question was read while it was typed."""


def ours(model: ChatLlama, name: str = "headstart") -> Engine:
    """This program's decoder."""
    local = model._local
    decoder, stop_ids = local.decoder, local._stop_ids

    def warm(tokens: Sequence[int]) -> None:
        decoder.forget()
        if tokens:
            decoder.prefill(list(tokens))

    def generate(prompt: Sequence[int]) -> Generator[int, None, None]:
        for token in decoder.generate(list(prompt), max_new_tokens=MOST_TOKENS, stop_ids=stop_ids):
            if token not in stop_ids:
                yield token

    return Engine(name, warm, generate)


def llama_cpp(path: Path, stop_ids: Sequence[int], threads: int, name: str, *, drafts: bool = False) -> Engine:
    """llama.cpp over a GGUF file; `drafts` switches on the prompt lookup that llama-cpp-python brings."""
    from llama_cpp import Llama
    from llama_cpp.llama_speculative import LlamaPromptLookupDecoding

    draft: Any = LlamaPromptLookupDecoding(max_ngram_size=3, num_pred_tokens=10) if drafts else None
    # With drafts every token's logits are kept, and the buffer for them is made only when it is asked for.
    options: dict[str, Any] = {"draft_model": draft, "logits_all": drafts, "verbose": False}
    llama = Llama(str(path), n_ctx=CONTEXT, n_threads=threads, n_threads_batch=threads, **options)

    def warm(tokens: Sequence[int]) -> None:
        llama.reset()
        if tokens:
            llama.eval(list(tokens))

    def generate(prompt: Sequence[int]) -> Generator[int, None, None]:
        for count, token in enumerate(llama.generate(list(prompt), temp=0.0)):
            if token in stop_ids or count == MOST_TOKENS:
                return
            yield token

    return Engine(name, warm, generate)


async def cases(model: ChatLlama, count: int) -> list[Case]:
    """The prompts that so many customers' first question makes under `ahead`."""
    found: list[Case] = []
    renderer, tools = model._local.renderer, schemas(TOOLS)
    with tempfile.TemporaryDirectory() as name:
        async with sitting.opened(Path(name), model, "cases", db_latency=0.0) as engine:
            for customer in await sample_customers(engine.backend.store, count):
                found_ahead = await engine.world.read(User(customer), ORDER_HISTORY)
                standing = conversation.in_prompt([], INSTRUCTIONS, context=True)
                standing += conversation.exchanges(standing, [(ORDER_HISTORY, *answer_of(found_ahead))], PHRASES)
                question = (await two_questions(engine.backend.store, customer))[0]
                prompt = renderer.question([*standing, HumanMessage(question.text)], tools, room=CONTEXT - MOST_TOKENS)
                found.append(Case(renderer.conversation(standing, tools), prompt.tokens, question))
    return found


def answer(engine: Engine, case: Case, decode: Callable[[Sequence[int]], str], *, warm: bool) -> dict[str, Any]:
    """One answer and what it took."""
    known = case.prompt[:-TYPED_REST] if engine.typed else case.prefix
    engine.warm(known if warm else ())
    began_s = time.perf_counter()
    tokens, first_s = [], 0.0
    for token in engine.generate(case.prompt):
        first_s = first_s or time.perf_counter() - began_s
        tokens.append(token)
    total_s = time.perf_counter() - began_s
    text = decode(tokens)
    return {
        "ttft_s": round(first_s, 4),
        "total_s": round(total_s, 4),
        "tokens": len(tokens),
        "tokens_a_second": round((len(tokens) - 1) / max(total_s - first_s, 1e-9), 2),
        "right": case.question.is_answered_by(text),
        "answer": text,
    }


def measure(engines: Sequence[Engine], cases: Sequence[Case], decode: Any, budget_s: float) -> dict[str, Any]:
    """Warm answers of all engines to all cases, once cold for the first, until the budget is used up."""
    for engine in engines:
        answer(engine, cases[0], decode, warm=True)
    cold = {engine.name: answer(engine, cases[0], decode, warm=False) for engine in engines}
    warm: dict[str, list[dict[str, Any]]] = {engine.name: [] for engine in engines}
    began_s, longest_s = time.perf_counter(), 0.0
    for number, case in enumerate(cases):
        case_s = time.perf_counter()
        if case_s - began_s + longest_s > budget_s:
            break
        turned = [*engines[number % len(engines) :], *engines[: number % len(engines)]]
        for engine in turned:
            warm[engine.name].append(answer(engine, case, decode, warm=True))
        longest_s = max(longest_s, time.perf_counter() - case_s)
        shown = "  ".join(f"{n} {w[-1]['ttft_s']:.3f} /{w[-1]['total_s']:5.2f} s" for n, w in warm.items())
        print(f"prompt {number + 1}: {shown}", flush=True)
    return {"cold": cold, "warm": warm}


def metrics(found: dict[str, Any]) -> dict[str, float]:
    """Medians of the ratios of this program to llama.cpp, prompt by prompt."""
    warm, result = found["warm"], {"prompts": float(len(found["warm"]["headstart"]))}
    for name in warm:
        if name == "headstart":
            continue
        pairs = list(zip(warm["headstart"], warm[name], strict=True))
        for what in ("ttft_s", "total_s", "tokens_a_second"):
            result[f"{what.removesuffix('_s')}_over {name}"] = statistics.median(a[what] / b[what] for a, b in pairs)
        result[f"same_answer_share {name}"] = statistics.fmean(a["answer"] == b["answer"] for a, b in pairs)
    typed = [(ours["ttft_s"], other["ttft_s"]) for ours, other in zip(*(warm[name] for name in TYPED), strict=True)]
    result["typed_ttft_over llama.cpp"] = statistics.median(a / b for a, b in typed)
    for name, ones in warm.items():
        result[f"right_share {name}"] = statistics.fmean(one["right"] for one in ones)
    return {name: round(value, 4) for name, value in result.items()}


def main() -> int:
    """The command; 3 where llama-cpp-python is not installed."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--budget", type=float, default=75.0, help="seconds for the answers")
    parser.add_argument("--prompts", type=int, default=24, help="at most")
    parser.add_argument("--json", type=Path, help="where the result goes instead of bench/results")
    options = parser.parse_args()
    if importlib.util.find_spec("llama_cpp") is None:
        print(MISSING, file=sys.stderr)
        return 3
    model, quantised = (load_chat_llama(load_settings(dtype=dtype), lambda _: None) for dtype in ("auto", "int8"))
    assert isinstance(model, ChatLlama)
    assert isinstance(quantised, ChatLlama)
    import torch

    threads = torch.get_num_threads()
    tokenizer: Any = model._local.loaded.tokenizer
    stop_ids = model._local._stop_ids
    prompts = asyncio.run(cases(model, options.prompts))
    with tempfile.TemporaryDirectory() as folder:
        merged = write_merged(Path(folder) / "merged.gguf")
        plain = llama_cpp(merged, stop_ids, threads, "llama.cpp")
        engines = [
            ours(model),
            ours(quantised, "headstart in int8"),
            plain,
            *(replace(one, name=name, typed=True) for one, name in zip((ours(model), plain), TYPED, strict=True)),
            llama_cpp(merged, stop_ids, threads, "llama.cpp with lookup", drafts=True),
            llama_cpp(write_merged(Path(folder) / "q4.gguf", "Q4_1"), stop_ids, threads, "llama.cpp in Q4_1"),
        ]
        found = measure(engines, prompts, tokenizer.decode, options.budget)
    rows = [
        [
            name,
            *(spread([one[what] for one in ones]) for what in ("ttft_s", "total_s", "tokens_a_second")),
            f"{statistics.median(one['tokens'] for one in ones):g}",
            f"{sum(one['right'] for one in ones)}/{len(ones)}",
            f"{found['cold'][name]['ttft_s']:.2f}",
        ]
        for name, ones in found["warm"].items()
    ]
    print("\n" + report.table(("warm prefix", "TTFT", "answer, s", "tokens/s", "tokens", "right", "cold TTFT"), rows))
    figures = {**metrics(found), "threads": float(threads)}
    print("\n" + "\n".join(f"{name} {value:g}" for name, value in figures.items()))
    samples = {**found, "quantisation": "Q8_0 where the adapter is merged in, the rest as in the file"}
    packages = ("torch", "transformers", "llama-cpp-python")
    print("written to", report.write("llama_cpp", figures, samples, packages=packages, path=options.json).name)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
