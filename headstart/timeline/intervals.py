"""Arithmetic of time intervals, in seconds: union, length, overlap."""

from collections.abc import Iterable

Interval = tuple[float, float]
"""Start and end."""


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The union of intervals, as disjoint ones in order."""
    union: list[Interval] = []
    for start, end in sorted(i for i in intervals if i[1] > i[0]):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        else:
            union.append((start, end))
    return union


def length(intervals: Iterable[Interval]) -> float:
    """Seconds that the union of intervals covers."""
    return sum(end - start for start, end in merged(intervals))


def clipped(intervals: Iterable[Interval], window: Interval) -> list[Interval]:
    """The parts of intervals that lie within a window."""
    return [(max(a, window[0]), min(b, window[1])) for a, b in intervals if b > window[0] and a < window[1]]


def overlap(first: Iterable[Interval], second: Iterable[Interval]) -> float:
    """Seconds covered by both."""
    first, second = merged(first), merged(second)
    return sum(length(clipped(first, window)) for window in second)
