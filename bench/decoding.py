"""The decoding loop against transformers' `generate()`: tokens a second, time to the first token, memory, cancelling.

Everything that is compared is measured in interleaved rounds of one run, so that a machine that gets slower
gets slower for all. Run it with `python -m bench.decoding`; `--shape llama-3-8b` takes randomly initialised
weights of that shape, for a GPU.
"""

import argparse
import random
import resource
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from agent.llama.weights import Loaded, ModelChoice, choose_model, configure_threads, load
from bench import report

configure_threads()

TOKENS = 96
"""Made by each generation."""
PREFIX, LONG, SHORT, QUESTION = 400, 7_500, 500, 20
"""Tokens: the prefix that is warm, the long and the short context, and what is new after it."""
ITEMS = ("Yoga Mat", "Smart Coffee Mug", "Desk Lamp", "Trail Running Shoes", "Rain Jacket", "Water Bottle")


def grounded_prompt(encode: Callable[[str], list[int]]) -> list[int]:
    """Orders, and the beginning of an answer that tells them again."""
    orders = "".join(
        f"{item} (P{29829 + 31 * at}) is still being processed. Ordered on 2026-11-{at + 1:02}, ${82 + at}.51.\n"
        for at, item in enumerate(ITEMS)
    )
    return encode(f"{orders}Once more:\n{orders}Once more:\n")


def free_prompt(encode: Callable[[str], list[int]]) -> list[int]:
    """Nothing that an answer could copy."""
    return encode("The history of the bicycle begins in the early nineteenth century, when a German baron")


def random_model(shape: str) -> Loaded:
    """A model of a known shape with random weights, on the GPU where there is one."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    if shape != "llama-3-8b":
        raise SystemExit(f"Expected llama-3-8b as the shape, found {shape}.")
    config = LlamaConfig(
        vocab_size=128_256,
        hidden_size=4096,
        intermediate_size=14_336,
        num_hidden_layers=32,
        num_attention_heads=32,
        num_key_value_heads=8,
        max_position_embeddings=8192,
        rope_theta=500_000.0,
    )
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_default_dtype(torch.bfloat16)
    with torch.device(device):
        model = LlamaForCausalLM(config)
    torch.set_default_dtype(torch.float32)
    choice = ModelChoice(shape, shape, device, "bf16", "Random weights of this shape.")
    return Loaded(model.eval().requires_grad_(False), None, choice)  # type: ignore[arg-type]


class Rows:
    """The ways to write the same tokens."""

    def __init__(self, model: Any) -> None:
        from agent.llama.decoding import Decoder

        self.model = model
        self.decoder = Decoder(model)
        self.ways: dict[str, Callable[[list[int]], int]] = {
            "generate": lambda prompt: self._generate(prompt),
            "generate with lookup": lambda prompt: self._generate(prompt, prompt_lookup_num_tokens=10),
            "headstart": self._ours,
        }

    def speeds(self, prompt: list[int], rounds: int) -> dict[str, list[float]]:
        """Tokens a second of each way, the prompt's prefill counted in, in interleaved rounds."""
        measured: dict[str, list[float]] = {name: [] for name in self.ways}
        for way in self.ways.values():
            way(prompt)
        for _ in range(rounds):
            for name, way in self.ways.items():
                started = time.perf_counter()
                made = way(prompt)
                measured[name].append(made / (time.perf_counter() - started))
        return measured

    def _generate(self, prompt: list[int], **options: Any) -> int:
        import torch
        from transformers import GenerationConfig

        ids = torch.tensor([prompt], device=self.model.device)
        settings = GenerationConfig(
            max_new_tokens=TOKENS, do_sample=False, eos_token_id=None, pad_token_id=0, **options
        )
        made = self.model.generate(ids, attention_mask=torch.ones_like(ids), generation_config=settings)
        return made.shape[1] - len(prompt)

    def _ours(self, prompt: list[int]) -> int:
        self.decoder.forget()
        return len(list(self.decoder.generate(prompt, max_new_tokens=TOKENS)))

    def first_token(self, prefix: list[int], question: list[int], *, warm: bool) -> float:
        """Seconds to the first token of an answer to `question` after `prefix`."""
        self.decoder.forget()
        if warm:
            self.decoder.prefill(prefix)
        list(self.decoder.generate(prefix + question, max_new_tokens=1))
        return self.decoder.stats.prefill_s

    def cancel(self, prompt: list[int]) -> float:
        """Seconds from the wish to stop to the end, in the middle of an answer."""
        wish = threading.Event()
        wished_at = 0.0

        def wish_it() -> None:
            nonlocal wished_at
            wished_at = time.perf_counter()
            wish.set()

        timer = threading.Timer(0.4, wish_it)
        self.decoder.forget()
        timer.start()
        list(self.decoder.generate(prompt, max_new_tokens=4000, cancelled=wish.is_set))
        ended = time.perf_counter()
        timer.join()
        return ended - wished_at


class AttentionClock:
    """How long the attention of all layers takes, told by a wrapper around it."""

    def __init__(self, model: Any) -> None:
        self.seconds = 0.0
        self._modules = [layer.self_attn for layer in model.model.layers]
        self._name = model.config._attn_implementation

    def __enter__(self) -> "AttentionClock":
        from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

        self._registry, self._plain = ALL_ATTENTION_FUNCTIONS, ALL_ATTENTION_FUNCTIONS[self._name]

        def timed(*args: Any, **kwargs: Any) -> Any:
            started = time.perf_counter()
            try:
                return self._plain(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - started

        self._registry[self._name] = timed
        return self

    def __exit__(self, *_: object) -> None:
        self._registry[self._name] = self._plain


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--shape", help="random weights of this shape (llama-3-8b) and not the embedded model")
    options.add_argument("--dtype", default="bf16")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args(arguments)

    started = time.perf_counter()
    loaded = random_model(chosen.shape) if chosen.shape else load(choose_model("embedded", chosen.dtype))
    load_s = time.perf_counter() - started
    draw = random.Random(1)
    width = int(loaded.model.config.vocab_size)
    tokenizer: Any = loaded.tokenizer

    def encode(text: str) -> list[int]:
        return tokenizer.encode(text) if tokenizer else [draw.randrange(3, width) for _ in text.split()]

    rows = Rows(loaded.model)
    grounded, free = grounded_prompt(encode), free_prompt(encode)
    text = [draw.randrange(3, width) for _ in range(LONG + QUESTION)]
    first = {name: list[float]() for name in ("cold", "warm", "short", "long")}
    attention = {name: list[float]() for name in ("short", "long")}
    rows.first_token(text[:PREFIX], text[-QUESTION:], warm=True)
    for _ in range(chosen.rounds):
        first["cold"].append(rows.first_token(text[:PREFIX], text[-QUESTION:], warm=False))
        first["warm"].append(rows.first_token(text[:PREFIX], text[-QUESTION:], warm=True))
    peak_rss_gb = _peak_rss_gb()
    cancels = [rows.cancel(free) for _ in range(chosen.rounds)]
    speeds = {kind: rows.speeds(prompt, chosen.rounds) for kind, prompt in (("grounded", grounded), ("free", free))}
    for name, length in (("short", SHORT), ("long", LONG)):
        rows.decoder.forget()
        rows.decoder.prefill(text[:length])
        for _ in range(chosen.rounds):
            with AttentionClock(loaded.model) as clock:
                list(rows.decoder.generate(text[:length] + text[-QUESTION:], max_new_tokens=1))
            first[name].append(rows.decoder.stats.prefill_s)
            attention[name].append(clock.seconds)
            rows.decoder._cache.crop(length)  # The question goes, the context stays.

    def median_ratio(over: list[float], under: list[float]) -> float:
        return statistics.median(a / b for a, b in zip(over, under, strict=True))

    overhead = {name: [a - b for a, b in zip(first[name], attention[name], strict=True)] for name in attention}
    metrics = {
        "grounded_speedup": median_ratio(speeds["grounded"]["headstart"], speeds["grounded"]["generate"]),
        "free_speedup": median_ratio(speeds["free"]["headstart"], speeds["free"]["generate"]),
        "grounded_speedup_of_generate_with_lookup": median_ratio(
            speeds["grounded"]["generate with lookup"], speeds["grounded"]["generate"]
        ),
        "warm_ttft_ratio": median_ratio(first["warm"], first["cold"]),
        "ttft_7500_over_500": statistics.median(first["long"]) / statistics.median(first["short"]),
        **{f"attention_s_{name}": statistics.median(attention[name]) for name in attention},
        **{f"overhead_s_{name}": statistics.median(overhead[name]) for name in overhead},
        "peak_rss_gb": peak_rss_gb,
        "cancel_s": max(cancels),
        "load_s": load_s,
    }
    _print(speeds, metrics)
    samples = {"tokens_a_second": speeds, "first_token_s": first, "attention_s": attention, "cancel_s": cancels}
    packages = ("torch", "transformers", "bitsandbytes", "llguidance")
    rounded = {name: round(value, 4) for name, value in metrics.items()}
    where = report.write("decoding", rounded, samples, packages=packages, path=chosen.json)
    print(f"written to {where.name}")
    return 0


def _print(speeds: dict[str, dict[str, list[float]]], metrics: dict[str, float]) -> None:
    table = [
        [f"{kind}, {way}", *(f"{value(found):.1f}" for value in (statistics.median, min, max))]
        for kind, ways in speeds.items()
        for way, found in ways.items()
    ]
    print(report.table(("tokens a second", "median", "least", "most"), table))
    print()
    print(report.table(("figure", ""), [[name, f"{value:.3f}"] for name, value in metrics.items()]))


def _peak_rss_gb() -> float:
    """The most memory this process has held; macOS counts bytes, Linux kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9


if __name__ == "__main__":
    raise SystemExit(main())
