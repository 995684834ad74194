"""The yardstick: how many of the reads of real support conversations were already there, and at what cost.

Replays the traces of `../shared/tau-retail` (or of any file of that form) over the real Speculator and
the real prediction library. The learned policy is cross-validated by customer: a customer's conversations
are predicted by a model that has seen none of that customer, at a price that the other customers'
conversations set for the budget. Run it with `python -m bench.tau_retail`.
"""

import argparse
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import report
from bench.learned.learning import collect, fit_samples, prepare
from bench.learned.moment import History
from bench.learned.transitions import Chance, Transitions
from bench.tau_rules import BESIDE_LEARNED, PLAIN, THEMES, customer_only, nothing
from bench.tau_world import MODEL_S, READS, TOOL_S, Conversation, Policy, Replay, Shop, load
from bench.tau_world import replay as replay_one
from headstart.speculation.prediction import Candidate, Predictor, price_for_budget

DATA = report.ROOT.parent / "shared" / "tau-retail"
BUDGETS = (2, 4, 5.5, 6, 8, 12)
HEADLINE = 5.5
"""Of the six calls allowed; what the other half call finds is not worth it (see the row for 6)."""
TIMINGS = ((4.21, 3.0), (1.42, 3.0), (4.21, 0.5))
PRICES = (0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.11, 0.15, 0.22, 0.35, 0.49, 0.6, 0.75, 0.88, 0.95, 0.99)
FOLDS = 8
RESAMPLES = 2_000


@dataclass
class Learned:
    """The learned policy of one fold; chances are remembered, because every price asks for the same ones."""

    transitions: Transitions
    worth: Callable[[Chance], float]
    rules: Sequence[Callable[[History, Transitions], list[Candidate]]] = BESIDE_LEARNED
    remembered: dict[Any, list[Candidate]] = field(default_factory=dict)

    def policy(self, conversation: Conversation, price: float) -> Policy:
        """Issue what is worth more than the price: what is learned, and what the rules beside it say."""

        gate = Predictor(cost_s=price, default_latency_s=1.0)

        def choose(known: History, _signed_in: bool) -> list[Candidate]:
            key = (conversation.key, len(known.said), tuple(known.asked), frozenset(known.results))
            if key not in self.remembered:
                chances = self.transitions.chances(known)
                self.remembered[key] = [
                    *(Candidate(chance.call, self.worth(chance), "learned") for chance in chances),
                    *(candidate for rule in self.rules for candidate in rule(known, self.transitions)),
                ]
            return gate.choose(self.remembered[key])

        return choose


def folds_of(conversations: Sequence[Conversation], count: int = FOLDS) -> dict[str, int]:
    """Each customer's fold; deterministic."""
    customers = sorted({c.customer for c in conversations})
    random.Random(1).shuffle(customers)
    return {customer: i % count for i, customer in enumerate(customers)}


def learn(
    conversations: Sequence[Conversation], shop: Shop, folds: Mapping[str, int], worth: Callable[[Chance], float]
) -> dict[int, Learned]:
    """For each fold a policy that has seen no customer of it.

    Sources and the shop's item names are found over all traces (they say what can be asked for, not what was);
    chances are fitted without the fold.
    """
    traces = [shop.trace(c) for c in conversations]
    prepared = prepare(traces, READS, THEMES)
    samples = collect(traces, prepared, READS)
    return {
        fold: Learned(fit_samples(prepared, [s for s in samples if folds[s.group] != fold]), worth)
        for fold in sorted(set(folds.values()))
    }


def calibrate(
    conversations: Sequence[Conversation], shop: Shop, folds: Mapping[str, int], learned: Mapping[int, Learned]
) -> dict[float, list[int]]:
    """For each price, how many calls each conversation came to (each predicted by its own fold's model)."""
    return {
        price: [replay_one(c, shop, learned[folds[c.customer]].policy(c, price)).issued for c in conversations]
        for price in PRICES
    }


def at_budget(
    budget: float,
    conversations: Sequence[Conversation],
    shop: Shop,
    folds: Mapping[str, int],
    learned: Mapping[int, Learned],
    tried: Mapping[float, Sequence[int]],
    *,
    model_s: float = MODEL_S,
    tool_s: float = TOOL_S,
) -> list[Replay]:
    """Every conversation under the learned policy; a fold's price is set by the other folds' conversations."""
    prices = {}
    for fold in learned:
        others = [i for i, c in enumerate(conversations) if folds[c.customer] != fold]
        means = {price: statistics.fmean(counts[i] for i in others) for price, counts in tried.items()}
        prices[fold] = price_for_budget(budget, means)
    return [
        replay_one(c, shop, learned[f].policy(c, prices[f]), model_s=model_s, tool_s=tool_s)
        for c in conversations
        for f in [folds[c.customer]]
    ]


def figures(replays: Sequence[Replay], tool_s: float = TOOL_S) -> dict[str, float]:
    """The yardstick's metrics over replays."""
    by_customer: dict[str, list[Replay]] = defaultdict(list)
    for replay in replays:
        by_customer[replay.conversation.customer].append(replay)
    return _figures(list(by_customer.values()), tool_s)


def _figures(customers: Sequence[Sequence[Replay]], tool_s: float) -> dict[str, float]:
    flat = [replay for replays in customers for replay in replays]
    reads, issued = sum(r.reads for r in flat), sum(r.issued for r in flat)
    rates = [sum(r.hits for r in rs) / n for rs in customers if (n := sum(r.reads for r in rs))]
    return {
        "hit_rate_macro": statistics.fmean(rates),
        "hit_rate_micro": sum(r.hits for r in flat) / reads,
        "precision": sum(r.used for r in flat) / issued if issued else 0.0,
        "calls_mean": issued / len(flat),
        "hidden_share": sum(r.hidden_s for r in flat) / (reads * tool_s),
        "speculative_writes": float(sum(r.speculative_writes for r in flat)),
        "stale_hits": float(sum(r.stale_hits for r in flat)),
    }


def intervals(replays: Sequence[Replay], resamples: int = RESAMPLES) -> dict[str, tuple[float, float]]:
    """95 % intervals by a bootstrap over customers; seeded."""
    by_customer: dict[str, list[Replay]] = defaultdict(list)
    for replay in replays:
        by_customer[replay.conversation.customer].append(replay)
    customers = list(by_customer.values())
    chance = random.Random(1)
    drawn = [_figures(chance.choices(customers, k=len(customers)), TOOL_S) for _ in range(resamples)]
    found = {}
    for name in ("hit_rate_macro", "hit_rate_micro", "precision", "calls_mean", "hidden_share"):
        values = sorted(figure[name] for figure in drawn)
        found[name] = (values[int(0.025 * len(values))], values[int(0.975 * len(values)) - 1])
    return found


HEAD = ("policy", "macro", "95 %", "micro", "precision", "95 %", "calls", "hidden", "writes", "stale")


def row(name: str, replays: Sequence[Replay]) -> tuple[list[str], dict[str, Any]]:
    """A policy as a line of the table and as plain data."""
    f, i = figures(replays), intervals(replays)
    cells = [
        name,
        f"{f['hit_rate_macro']:.1%}",
        "{:.1%}-{:.1%}".format(*i["hit_rate_macro"]),
        f"{f['hit_rate_micro']:.1%}",
        f"{f['precision']:.2f}",
        "{:.2f}-{:.2f}".format(*i["precision"]),
        f"{f['calls_mean']:.2f}",
        f"{f['hidden_share']:.1%}",
        f"{f['speculative_writes']:.0f}",
        f"{f['stale_hits']:.0f}",
    ]
    plain = {
        **{k: round(v, 4) for k, v in f.items()},
        "interval_95": {k: [round(x, 4) for x in v] for k, v in i.items()},
    }
    return cells, plain


def by_tool(replays: Sequence[Replay]) -> dict[str, dict[str, int]]:
    """Reads, hits, issued and used of each tool."""
    total: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for replay in replays:
        for tool, counts in replay.by_tool.items():
            total[tool] = [a + b for a, b in zip(total[tool], counts, strict=True)]
    return {
        tool: dict(zip(("reads", "hits", "issued", "used"), counts, strict=True))
        for tool, counts in sorted(total.items())
    }


WORTH: dict[str, Callable[[Chance], float]] = {
    "ever": lambda chance: chance.ever,
    "urgency": lambda chance: chance.urgency,
    "mean": lambda chance: (chance.ever + chance.urgency) / 2,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the yardstick; 0 when it ran, 3 when its data is absent."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--traces", type=Path, default=DATA / "traces_dev.jsonl")
    options.add_argument("--db", type=Path, default=DATA / "db")
    options.add_argument("--json", type=Path)
    options.add_argument("--worth", choices=sorted(WORTH), default="urgency")
    options.add_argument("--quick", action="store_true", help="the plain rules and the headline alone")
    chosen = options.parse_args(arguments)
    for needed in (chosen.traces, chosen.db):
        if not needed.exists():
            print(
                f"The yardstick's data is absent: {needed} does not exist. Name it with --traces and --db.",
                file=sys.stderr,
            )
            return 3
    conversations, shop = load(chosen.traces), Shop.load(chosen.db)
    print(f"{len(conversations)} conversations of {len({c.customer for c in conversations})} customers")
    lines, samples = [], {}

    def add(name: str, replays: Sequence[Replay]) -> dict[str, Any]:
        cells, plain = row(name, replays)
        lines.append(cells)
        samples[name] = plain
        print("  ".join(cells), flush=True)
        return plain

    for name, policy in PLAIN.items():
        add(name, [replay_one(c, shop, policy) for c in conversations])
    folds = folds_of(conversations)
    began_s = time.perf_counter()
    learned = learn(conversations, shop, folds, WORTH[chosen.worth])
    fitted_s = time.perf_counter()
    tried = calibrate(conversations, shop, folds, learned)
    print(f"fitted in {fitted_s - began_s:.0f} s, calibrated in {time.perf_counter() - fitted_s:.0f} s")
    metrics: dict[str, float] = {}
    headline: list[Replay] = []
    for budget in (HEADLINE,) if chosen.quick else BUDGETS:
        replays = at_budget(budget, conversations, shop, folds, learned, tried)
        plain = add(f"learned, {budget:g} calls", replays)
        if budget == HEADLINE:
            headline, metrics = replays, {k: v for k, v in plain.items() if k != "interval_95"}
    alone = {fold: Learned(one.transitions, one.worth, ()) for fold, one in learned.items()}
    tried_alone = calibrate(conversations, shop, folds, alone)
    add(
        f"the same without rules beside it, {HEADLINE:g} calls",
        at_budget(HEADLINE, conversations, shop, folds, alone, tried_alone),
    )
    print("\n" + report.table(HEAD, lines))
    print("\nheadline by tool:", by_tool(headline))
    by_model = {}
    for model in sorted({c.model for c in conversations}):
        chosen_replays = [r for r in headline if r.conversation.model == model]
        by_model[model] = {k: round(v, 4) for k, v in figures(chosen_replays).items()}
    print(
        "\n"
        + report.table(
            ("model of the traces, headline", "macro", "micro", "precision", "calls"),
            [
                [
                    m,
                    f"{f['hit_rate_macro']:.1%}",
                    f"{f['hit_rate_micro']:.1%}",
                    f"{f['precision']:.2f}",
                    f"{f['calls_mean']:.2f}",
                ]
                for m, f in by_model.items()
            ],
        )
    )
    if chosen.quick:
        return 0
    times = {}
    for model_s, tool_s in TIMINGS:
        timing = {"model_s": model_s, "tool_s": tool_s}
        runs = {
            "sequential": [replay_one(c, shop, nothing, **timing) for c in conversations],
            "overlap": [replay_one(c, shop, customer_only, **timing) for c in conversations],
            "ahead": at_budget(HEADLINE, conversations, shop, folds, learned, tried, **timing),
        }
        times[f"model {model_s} s, tool {tool_s} s"] = {
            name: round(statistics.fmean(r.total_s for r in replays), 2) for name, replays in runs.items()
        }
    print(
        "\n"
        + report.table(
            ("seconds a conversation", "sequential", "overlap", "ahead", "saved"),
            [
                [
                    k,
                    *(f"{t[n]:.1f}" for n in ("sequential", "overlap", "ahead")),
                    f"{1 - t['ahead'] / t['sequential']:.1%}",
                ]
                for k, t in times.items()
            ],
        )
    )
    extra = {"policies": samples, "by_model": by_model, "by_tool": by_tool(headline), "seconds_a_conversation": times}
    where = report.write("tau_retail", metrics, extra, packages=("rapidfuzz", "numpy"), path=chosen.json)
    print(f"\nwritten to {where.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
