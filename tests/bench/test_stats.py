import math

import pytest

from bench.stats import fit_slope, quartiles, spread


def points(a_decade: float, noise: float) -> tuple[list[float], list[float]]:
    """Six measurements of each of five sizes, above and below the line."""
    sizes = [10.0**power for power in range(5) for _ in range(6)]
    values = [1 + a_decade * (at // 6 - 2) + noise * math.sin(7 * at) for at in range(len(sizes))]
    return sizes, values


def test_a_slope_is_a_share_of_the_median_for_ten_times_the_size() -> None:
    slope = fit_slope(*points(0.2, 0.0))
    assert slope.a_decade == pytest.approx(0.2)
    assert not slope.is_flat


def test_noise_around_a_constant_is_flat() -> None:
    slope = fit_slope(*points(0.0, 0.05))
    assert slope.low < 0 < slope.high
    assert slope.is_flat


def test_a_small_slope_that_is_certain_is_not_flat() -> None:
    slope = fit_slope(*points(0.03, 0.001))
    assert slope.low > 0
    assert not slope.is_flat


def test_a_large_slope_that_is_uncertain_is_not_flat() -> None:
    slope = fit_slope([1, 10, 1, 10], [0.1, 0.3, 1.9, 2.3])
    assert slope.low < 0 < slope.high
    assert not slope.is_flat


def test_a_few_slow_measurements_do_not_bend_a_slope() -> None:
    sizes, values = points(0.0, 0.01)
    slow = [10 * value if at in (25, 27, 29) else value for at, value in enumerate(values)]

    assert abs(fit_slope(sizes, slow).a_decade) < 0.01


def test_quartiles_of_one_value_are_that_value() -> None:
    assert quartiles([2.0]) == (2.0, 2.0, 2.0)
    assert spread([1.0, 2.0, 3.0]) == "2.00 [1.50-2.50]"
