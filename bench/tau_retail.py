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

from agent.speculation.calls import Call
from agent.speculation.learning import collect, fit_samples, prepare
from agent.speculation.prediction import Candidate
from agent.speculation.transitions import Chance, Known, Transitions, mentioned
from bench import report
from bench.tau_world import CUSTOMER, MODEL_S, ORDER, PRODUCT, READS, TOOL_S, Conversation, Policy, Replay, Shop, load
from bench.tau_world import replay as replay_one

DATA = report.ROOT.parent / "shared" / "tau-retail"
BUDGETS = (2, 4, 6, 8, 12)
TIMINGS = ((4.21, 3.0), (1.42, 3.0), (4.21, 0.5))
PRICES = (0.02, 0.05, 0.08, 0.11, 0.14, 0.18, 0.22, 0.27, 0.33, 0.4, 0.5, 0.62, 0.75, 0.9)
FOLDS = 8
RESAMPLES = 2_000


def nothing(_known: Known, _signed_in: bool) -> list[Candidate]:
    """Look nothing up; what was asked for is kept."""
    return []


def customer_only(known: Known, signed_in: bool) -> list[Candidate]:
    """The notebook's way: one tool, started beside the model's first call."""
    return _customer(known) if signed_in else []


def customer_and_orders(known: Known, _signed_in: bool) -> list[Candidate]:
    """The customer and every order."""
    listed = [Candidate(Call.of(ORDER, {"order_id": o}), 1.0, "orders") for o in _orders(known)]
    return [*_customer(known), *listed]


def every_product(known: Known, signed_in: bool) -> list[Candidate]:
    """The same and every product in those orders."""
    return [*customer_and_orders(known, signed_in), *(_product(item) for item in _items(known))]


def named_products(known: Known, signed_in: bool) -> list[Candidate]:
    """The customer, every order, and what the customer names."""
    text = "\n".join(known.said)
    named = [_product(item) for item in _items(known) if mentioned(item["name"], text)]
    return [*customer_and_orders(known, signed_in), *named]


def _signed_in_as(known: Known) -> str:
    return next(data["user_id"] for call, data in known.results.items() if call.name == "sign_in")


def _customer(known: Known) -> list[Candidate]:
    return [Candidate(Call.of(CUSTOMER, {"user_id": _signed_in_as(known)}), 1.0, "customer")]


def _orders(known: Known) -> list[str]:
    return [order for call, data in known.results.items() if call.name == CUSTOMER for order in data["orders"]]


def _items(known: Known) -> list[dict[str, Any]]:
    return [item for call, data in known.results.items() if call.name == ORDER for item in data["items"]]


def _product(item: Mapping[str, Any]) -> Candidate:
    return Candidate(Call.of(PRODUCT, {"product_id": item["product_id"]}), 1.0, "products")


PLAIN: dict[str, Policy] = {
    "nothing": nothing,
    "customer, all orders": customer_and_orders,
    "customer, all orders, all products": every_product,
    "customer, all orders, named products": named_products,
}


@dataclass
class Learned:
    """The learned policy of one fold; chances are remembered, because every price asks for the same ones."""

    transitions: Transitions
    worth: Callable[[Chance], float]
    remembered: dict[Any, list[tuple[float, Call]]] = field(default_factory=dict)

    def policy(self, conversation: Conversation, price: float) -> Policy:
        """Issue what is worth more than the price."""

        def choose(known: Known, _signed_in: bool) -> list[Candidate]:
            key = (conversation.key, len(known.said), tuple(known.asked), frozenset(known.results))
            if key not in self.remembered:
                self.remembered[key] = [(self.worth(c), c.call) for c in self.transitions.chances(known)]
            return [Candidate(call, worth, "learned") for worth, call in self.remembered[key] if worth > price]

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
    prepared = prepare(traces, READS)
    samples = collect(traces, prepared, READS)
    return {
        fold: Learned(fit_samples(prepared, [s for s in samples if folds[s.group] != fold]), worth)
        for fold in sorted(set(folds.values()))
    }


def price_at(budget: float, means: Sequence[float], prices: Sequence[float] = PRICES) -> float:
    """The price at which so many calls were made on average, between the prices that were tried."""
    for (low, more), (high, fewer) in zip(
        zip(prices, means, strict=True), list(zip(prices, means, strict=True))[1:], strict=False
    ):
        if more >= budget >= fewer:
            return high if more == fewer else low + (high - low) * (more - budget) / (more - fewer)
    return prices[0] if budget > means[0] else prices[-1]


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
    **timing: float,
) -> list[Replay]:
    """Every conversation under the learned policy; a fold's price is set by the other folds' conversations."""
    prices = {}
    for fold in learned:
        others = [i for i, c in enumerate(conversations) if folds[c.customer] != fold]
        prices[fold] = price_at(budget, [statistics.fmean(tried[price][i] for i in others) for price in PRICES])
    return [
        replay_one(c, shop, learned[f].policy(c, prices[f]), **timing)  # type: ignore[arg-type]
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
    options.add_argument("--worth", choices=sorted(WORTH), default="ever")
    options.add_argument("--quick", action="store_true", help="the plain rules and budget 6 alone")
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
    six: list[Replay] = []
    for budget in (6,) if chosen.quick else BUDGETS:
        replays = at_budget(budget, conversations, shop, folds, learned, tried)
        plain = add(f"learned, {budget} calls", replays)
        if budget == 6:
            six, metrics = replays, {k: v for k, v in plain.items() if k != "interval_95"}
    print("\n" + report.table(HEAD, lines))
    print("\nbudget 6 by tool:", by_tool(six))
    by_model = {}
    for model in sorted({c.model for c in conversations}):
        chosen_replays = [r for r in six if r.conversation.model == model]
        by_model[model] = {k: round(v, 4) for k, v in figures(chosen_replays).items()}
    print(
        "\n"
        + report.table(
            ("model of the traces, budget 6", "macro", "micro", "precision", "calls"),
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
            "ahead": at_budget(6, conversations, shop, folds, learned, tried, **timing),
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
    extra = {"policies": samples, "by_model": by_model, "by_tool": by_tool(six), "seconds_a_conversation": times}
    where = report.write("tau_retail", metrics, extra, packages=("rapidfuzz", "numpy"), path=chosen.json)
    print(f"\nwritten to {where.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
