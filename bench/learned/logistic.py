"""A logistic regression over named features: small enough to be kept as JSON and read by a person.

Every feature is there or not. Written here because the one thing needed of a statistics package is
forty lines of it; NumPy is imported for fitting alone, a prediction is a sum over a dictionary.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Features = Sequence[str]


@dataclass(frozen=True, slots=True)
class Logistic:
    """The chance of one thing, from the features that are there."""

    bias: float
    weights: Mapping[str, float]
    """In log odds; a feature that was rare in training has none."""

    def probability(self, features: Iterable[str]) -> float:
        """Between 0 and 1."""
        log_odds = self.bias + sum(self.weights.get(feature, 0.0) for feature in features)
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))

    def as_json(self) -> list[Any]:
        """Plain JSON; weights to four digits."""
        return [round(self.bias, 4), {name: round(weight, 4) for name, weight in self.weights.items()}]

    @classmethod
    def from_json(cls, kept: Sequence[Any]) -> "Logistic":
        """From what `as_json` gave. Raises TypeError or ValueError for anything else."""
        bias, weights = kept
        if not isinstance(weights, Mapping):
            raise TypeError(f"Expected the weights of features as an object, found {type(weights).__name__}.")
        return cls(float(bias), {str(name): float(weight) for name, weight in weights.items()})

    @classmethod
    def fit(
        cls,
        samples: Sequence[Features],
        labels: Sequence[bool],
        *,
        weights: Sequence[float] | None = None,
        penalty: float = 2.0,
        rare: int = 20,
        rounds: int = 60,
    ) -> "Logistic":
        """The weights that make the labels likeliest under an L2 `penalty`.

        Features in fewer than `rare` samples have none.

        Accelerated gradient steps (Nesterov, with restarts), each coordinate scaled by the bound
        `XᵀX ≤ diag(|X|ᵀ|X|1)` on the curvature: deterministic, and nothing to tune.
        """
        import numpy as np

        if not samples:
            return cls(-4.0, {})
        seen = Counter(feature for sample in samples for feature in sample)
        names = [name for name, count in seen.items() if count >= rare]
        index = {name: i + 1 for i, name in enumerate(names)}
        columns, rows = [0] * len(samples), list(range(len(samples)))
        for row, sample in enumerate(samples):
            kept = [index[feature] for feature in sample if feature in index]
            columns += kept
            rows += [row] * len(kept)
        row, column = np.array(rows), np.array(columns)
        target = np.array(labels, dtype=float)
        weight = np.ones(len(samples)) if weights is None else np.array(weights)
        width = np.bincount(row)
        decay = np.full(len(names) + 1, penalty)
        decay[0] = 1e-3
        step = 1.0 / (np.bincount(column, weights=(weight * width)[row] / 4.0, minlength=len(names) + 1) + decay)
        fitted = np.zeros(len(names) + 1)
        fitted[0] = math.log(((weight * target).sum() + 0.5) / ((weight * (1 - target)).sum() + 0.5))
        ahead, momentum = fitted.copy(), 1.0
        for _ in range(rounds):
            chance = 1.0 / (1.0 + np.exp(-np.bincount(row, weights=ahead[column])))
            slope = (
                np.bincount(column, weights=(weight * (chance - target))[row], minlength=len(names) + 1) + decay * ahead
            )
            moved = ahead - step * slope
            if float(slope @ (moved - fitted)) > 0:
                momentum = 1.0
            following = (1.0 + math.sqrt(1.0 + 4.0 * momentum * momentum)) / 2.0
            ahead = moved + (momentum - 1.0) / following * (moved - fitted)
            fitted, momentum = moved, following
        return cls(float(fitted[0]), {name: float(fitted[i]) for name, i in index.items()})
