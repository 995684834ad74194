"""What each benchmark is to reach, and whether it did."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bench import report

Verdict = Literal["met", "missed", "not measured"]


@dataclass(frozen=True, slots=True)
class Target:
    """A bound on one metric of one benchmark."""

    benchmark: str
    metric: str
    what: str
    bound: float
    aim: float | None = None
    at_least: bool = False
    """Whether the figure shall not be lower than the bound; otherwise it shall not be higher."""

    def verdict(self, value: float | None) -> Verdict:
        """Whether a figure meets it."""
        if value is None:
            return "not measured"
        return "met" if (value >= self.bound if self.at_least else value <= self.bound) else "missed"

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {self.bound:g}" + ("" if self.aim is None else f", aim {self.aim:g}")


def _flat(metric: str, what: str) -> Target:
    return Target("growth", f"{metric}_flat", what, 1.0, at_least=True)


TARGETS = (
    Target("latency", "ttft_vs_create_agent", "TTFT, ahead and typed / create_agent", 0.05, 0.03),
    Target("latency", "ttft_vs_notebook", "TTFT, ahead and typed / the notebook's graph", 0.07, 0.04),
    Target("latency", "total_vs_create_agent", "whole turn, ahead and typed / create_agent", 0.35, 0.25),
    Target("latency", "total_vs_notebook", "whole turn, ahead and typed / the notebook's graph", 0.50, 0.35),
    Target("latency", "waited_s_median", "seconds waited, median", 0.005),
    _flat("orders_ttft", "TTFT flat from 1 to 10,000 orders (1: yes)"),
    _flat("turns_ttft", "TTFT flat from 1 to 200 turns (1: yes)"),
    _flat("sessions_call", "a lookup's own cost flat to 10,000 sessions (1: yes)"),
    Target("llama_cpp", "ttft_over llama.cpp", "TTFT, warm / llama.cpp", 1.0),
    Target("llama_cpp", "total_over llama.cpp", "grounded answer / llama.cpp", 1.3, 1.0),
    Target("conversations", "waited_s_median", "seconds waited in ten-turn conversations, median", 0.005),
    Target("help", "first_right", "the right help article first", 0.85, at_least=True),
    Target("help", "among_three", "the right help article among three", 0.95, at_least=True),
    Target("answers2", "right_call", "strangers' questions: right call", 0.95, at_least=True),
    Target("answers2", "facts", "strangers' questions: facts right", 0.97, at_least=True),
    Target("answers2", "way_on", "strangers' questions: the customer gets somewhere", 0.95, at_least=True),
    Target("answers2", "wrong_facts_shown", "strangers' questions: wrong facts shown", 0.0),
    Target("answers2", "others_data", "strangers' questions: other customers' data shown", 0.0),
    Target("typed_help", "help_waited_s_max", "seconds waited for a help article that was typed for", 0.005),
    Target("typed_help", "ratio", "TTFT, help question / order question", 1.2),
    Target("worlds", "tool_right", "the right tool in worlds never seen", 0.90, at_least=True),
    Target("worlds", "quote_right", "the right line quoted in worlds never seen", 0.85, at_least=True),
    Target("tau_retail", "hit_rate_macro", "reads that were there already", 0.92, 0.95, at_least=True),
    Target("tau_retail", "precision", "lookups ahead that were used", 0.72, 0.75, at_least=True),
    Target("tau_retail", "calls_mean", "lookups ahead, a conversation", 6.0),
    Target("tau_retail", "speculative_writes", "writes run ahead", 0.0),
    Target("tau_retail", "stale_hits", "stale results served", 0.0),
    Target("speculation", "cost_us_per_call", "the Speculator's own µs a call", 200.0),
    Target("decoding", "grounded_speedup", "grounded answers / generate(), tokens/s", 2.5, 4.0, at_least=True),
    Target("decoding", "free_speedup", "free text / generate(), tokens/s", 1.0, 1.5, at_least=True),
    Target("decoding", "warm_ttft_ratio", "TTFT, 400 tokens warm / cold", 0.2, 0.1),
    Target("decoding", "peak_rss_gb", "peak memory, GB", 1.2),
    Target("decoding", "cancel_s", "seconds until a cancelled answer stops", 0.15),
    Target("responsiveness", "key_to_paint_p95_s", "key to paint while answering, p95 s", 0.03),
    Target("responsiveness", "key_to_paint_max_s", "the same, worst s", 0.1),
    Target("responsiveness", "loop_lag_p99_s", "event loop's lag while answering, p99 s", 0.015),
    Target("responsiveness", "loop_lag_max_loading_s", "the same while the model loads, worst s", 0.15),
    Target("responsiveness", "login_frame_s", "the login screen's first frame, s", 0.8),
    Target("responsiveness", "login_frame_over_import_textual", "the same / import textual", 2.5),
    Target("answers", "tool_accuracy", "right tool and arguments", 0.97, 0.99, at_least=True),
    Target(
        "answers", "facts_accuracy_unguarded_worst_category", "facts right, worst category", 0.95, 0.98, at_least=True
    ),
    Target("answers", "wrong_facts_shown", "wrong facts shown", 0.0),
    Target("answers", "refusal_accuracy", "refusals right", 0.97, at_least=True),
    Target("answers", "other_customers_data", "other customers' data shown", 0.0),
)


def result(benchmark: str, folder: Path = report.RESULTS) -> dict[str, Any]:
    """A benchmark's result as it was written; empty where there is none."""
    path = folder / f"{benchmark}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def verdicts(folder: Path = report.RESULTS) -> Iterator[tuple[Target, float | None, Verdict]]:
    """Every target with the figure that stands in the results."""
    results = {name: result(name, folder) for name in {target.benchmark for target in TARGETS}}
    for target in TARGETS:
        value = results[target.benchmark].get("metrics", {}).get(target.metric)
        yield target, value, target.verdict(value)


def rows(folder: Path = report.RESULTS) -> list[list[str]]:
    """Benchmark, what, figure, target and verdict of each, as text."""
    return [
        [target.benchmark, target.what, "-" if value is None else f"{value:.4g}", str(target), verdict]
        for target, value, verdict in verdicts(folder)
    ]
