"""The exam's figures: shares with their intervals, by category, and the metrics that a benchmark's result holds."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.exam.expectation import LEAST, LOOK_UPS, ExamQuestion
from training.exam.score import Made, Said, Verdict

Z = 1.959964
"""Two-sided 95 %."""


@dataclass(frozen=True)
class Marked:
    """A question, what was said, and the verdict."""

    question: ExamQuestion
    said: Said
    verdict: Verdict
    size: int
    took_s: float
    failed: str = ""


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """0 to 1; of nothing, nothing is wrong."""
        return self.hits / self.of if self.of else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval (E. B. Wilson 1927)."""
        if not self.of:
            return 0.0, 1.0
        n, p = self.of, self.value
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        if not self.of:
            return "-"
        low, high = self.interval
        return f"{100 * self.value:.1f} ({100 * low:.1f}-{100 * high:.1f})"


def none_seen_bound(questions: int) -> float:
    """The share that can at most lie behind zero of so many, with 95 % confidence (Clopper-Pearson, one-sided)."""
    return 1.0 - 0.05 ** (1.0 / questions) if questions else 1.0


def share(marked: Sequence[Marked], of: Callable[[Verdict], bool | None]) -> Share:
    """How many are right of those that can be."""
    answers = [value for value in (of(one.verdict) for one in marked) if value is not None]
    return Share(sum(answers), len(answers))


COLUMNS: Mapping[str, Callable[[Verdict], bool | None]] = {
    "tool and arguments": lambda verdict: verdict.tool,
    "facts": lambda verdict: verdict.facts,
    "refusal": lambda verdict: verdict.refusal,
}


def by_category(marked: Sequence[Marked]) -> dict[str, list[Marked]]:
    """In the order of the categories; all of them last."""
    found = {category: [one for one in marked if one.question.category == category] for category in LEAST}
    return {**{category: ones for category, ones in found.items() if ones}, "all": list(marked)}


def rows(marked: Sequence[Marked]) -> list[list[str]]:
    """By category: how many, the shares of `COLUMNS` that are right, wrong facts and others' data."""
    return [
        [
            category,
            str(len(ones)),
            *(str(share(ones, of)) for of in COLUMNS.values()),
            str(sum(bool(one.verdict.wrong) for one in ones)),
            str(sum(bool(one.verdict.leaked) for one in ones)),
        ]
        for category, ones in by_category(marked).items()
    ]


def notebook_by_size(marked: Sequence[Marked]) -> dict[str, Share]:
    """The notebook's question, by account size."""
    asked = [one for one in marked if one.question.kind == "the notebook's question"]
    return {
        str(size): share([one for one in asked if one.size == size], lambda verdict: verdict.right)
        for size in sorted({one.size for one in asked})
    }


def metrics(unguarded: Sequence[Marked], guarded: Sequence[Marked]) -> dict[str, float]:
    """The figures that a change is held against; those of a run that was not made are left out."""
    found: dict[str, float] = {}
    for marked in (unguarded or guarded,):
        found["questions"] = len(marked)
        found["tool_accuracy"] = share(marked, COLUMNS["tool and arguments"]).value
        found["refusal_accuracy"] = share(marked, COLUMNS["refusal"]).value
        found["other_customers_data"] = sum(bool(one.verdict.leaked) for one in [*unguarded, *guarded])
    if unguarded:
        look_ups = [one for one in unguarded if one.question.category in LOOK_UPS]
        worst = [share(ones, COLUMNS["facts"]) for name, ones in by_category(look_ups).items() if name != "all"]
        found["facts_accuracy_unguarded"] = share(look_ups, COLUMNS["facts"]).value
        found["facts_accuracy_unguarded_worst_category"] = min((one.value for one in worst), default=1.0)
    if guarded:
        wrong = sum(bool(one.verdict.wrong) for one in guarded)
        found["wrong_facts_shown"] = wrong
        found["wrong_facts_shown_bound_95"] = (
            none_seen_bound(len(guarded)) if not wrong else Share(wrong, len(guarded)).interval[1]
        )
        found["facts_accuracy_guarded"] = share(guarded, COLUMNS["facts"]).value
    return {name: round(value, 4) for name, value in found.items()}


def samples(marked: Sequence[Marked]) -> dict[str, Any]:
    """Every figure by category, the notebook's question by size, and every miss."""
    return {
        "by_category": {
            category: {
                "questions": len(ones),
                **{name: as_dict(share(ones, of)) for name, of in COLUMNS.items()},
                "wrong_facts": sum(bool(one.verdict.wrong) for one in ones),
                "other_customers_data": sum(bool(one.verdict.leaked) for one in ones),
            }
            for category, ones in by_category(marked).items()
        },
        "notebooks_question_by_size": {size: as_dict(one) for size, one in notebook_by_size(marked).items()},
        "misses": [miss(one) for one in marked if not one.verdict.right or one.verdict.leaked],
    }


def as_dict(share: Share) -> dict[str, Any]:
    """As it stands in a result."""
    low, high = share.interval
    return {
        "right": share.hits,
        "of": share.of,
        "share": round(share.value, 4),
        "interval_95": [round(low, 4), round(high, 4)],
    }


def called(made: Made) -> str:
    """A call in words: `get_order(order_id=A12)`."""
    return f"{made.name}({', '.join(f'{name}={value}' for name, value in made.arguments.items())})"


def miss(one: Marked) -> dict[str, Any]:
    """What went wrong, for reading."""
    verdict = one.verdict
    return {
        "category": one.question.category,
        "kind": one.question.kind,
        "question": one.question.text,
        "wanted": [" ".join(filter(None, (f.kind, f.about, f.item))) for f in one.question.asked]
        or [one.question.manner],
        "said": one.said.answer or one.failed,
        "calls": [*map(called, one.said.made)],
        "tool": verdict.tool,
        "missing": list(verdict.missing),
        "wrong": list(verdict.wrong),
        "others_data": list(verdict.leaked),
    }
