"""Medians with their spread, and slopes with their intervals."""

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2_000
FLAT = 0.05
"""A slope below five percent a decade, whose interval includes 0, counts as flat."""


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """First quartile, median and third, of one value or more."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def spread(values: Sequence[float]) -> str:
    """`1.23 [1.20-1.31]`: the median and the quartiles."""
    low, middle, high = quartiles(values)
    return f"{middle:.2f} [{low:.2f}-{high:.2f}]"


@dataclass(frozen=True, slots=True)
class Slope:
    """What a figure grows by when the size is ten times as large, as a share of the figure's median."""

    a_decade: float
    low: float
    high: float
    """The 95 % interval: a bootstrap over the points, seeded."""

    @property
    def is_flat(self) -> bool:
        """The interval includes 0 and the slope is under 5 %."""
        return self.low <= 0.0 <= self.high and abs(self.a_decade) < FLAT

    def __str__(self) -> str:
        flat = "flat" if self.is_flat else "not flat"
        return f"{self.a_decade:+.1%} a decade [{self.low:+.1%}, {self.high:+.1%}], {flat}"


def fit_slope(sizes: Sequence[float], values: Sequence[float]) -> Slope:
    """The values' slope over log10 of the sizes (above 0, two different ones at least).

    Theil's and Sen's: the median of the slopes between all pairs, which a few slow measurements do not bend.
    """
    x, y = np.log10(np.asarray(sizes, float)), np.asarray(values, float)
    fitted = _slope(x, y)
    chance = random.Random(1)
    slopes: list[float] = []
    while len(slopes) < RESAMPLES:
        drawn = chance.choices(range(len(x)), k=len(x))
        if np.ptp(x[drawn]) > 0:
            slopes.append(_slope(x[drawn], y[drawn]))
    slopes.sort()
    return Slope(fitted, slopes[int(0.025 * RESAMPLES)], slopes[int(0.975 * RESAMPLES) - 1])


def _slope(x: np.ndarray, y: np.ndarray) -> float:
    first, second = np.triu_indices(len(x), 1)
    apart = x[second] - x[first]
    pairs = apart != 0
    return float(np.median((y[second] - y[first])[pairs] / apart[pairs]) / np.median(y))
