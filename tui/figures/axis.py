"""Lanes over time, drawn in cells: what the model and the database did between two moments.

A customer may think for minutes between two questions; drawn to scale, the tenths of a second that
matter would vanish. So idle stretches are squeezed into a cell or two, marked `┄`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from headstart.timeline import Interval, clipped, length, merged
from tui.figures.words import BLOCKS

IDLE_S = 1.0
"""An idle stretch longer than this is squeezed."""
SQUEEZED_CELLS = 2
GAP = "┄"
LANE_BLOCKS = BLOCKS[:-1]
"""Without the full block: two lanes, one under the other, must not grow together."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the axis, to one scale."""

    start_s: float
    end_s: float
    cell: float
    cells: float
    squeezed: bool


class Axis:
    """Maps a window of time onto `width` cells."""

    def __init__(self, busy: Iterable[Interval], window: Interval, width: int) -> None:
        self.width = width
        start_s, end_s = window[0], max(window[1], window[0] + 0.001)
        self._stretches: list[Stretch] = []
        parts = _parts(merged(clipped(busy, (start_s, end_s))), start_s, end_s)
        squeezed = sum(1 for _, _, idle in parts if idle)
        room = max(1.0, width - SQUEEZED_CELLS * squeezed)
        drawn_s = sum(end - start for start, end, idle in parts if not idle) or 1.0
        cell = 0.0
        for start, end, idle in parts:
            cells = float(SQUEEZED_CELLS) if idle else room * (end - start) / drawn_s
            self._stretches.append(Stretch(start, end, cell, cells, idle))
            cell += cells

    def cell(self, moment_s: float) -> int:
        """The cell that holds a moment; those outside the window are held at its edges."""
        for stretch in self._stretches:
            if moment_s <= stretch.end_s:
                share = max(0.0, moment_s - stretch.start_s) / ((stretch.end_s - stretch.start_s) or 1.0)
                return min(self.width - 1, int(stretch.cell + share * stretch.cells))
        return self.width - 1

    def row(self, busy: Sequence[Interval]) -> str:
        """A lane: each cell as full as it was busy, never empty where something was."""
        return "".join(self._glyph(busy, cell) for cell in range(self.width))

    def _glyph(self, busy: Sequence[Interval], cell: int) -> str:
        window = self._time(cell), self._time(cell + 1)
        busy_s = length(clipped(busy, window))
        if busy_s > 0:
            share = busy_s / (window[1] - window[0])
            return LANE_BLOCKS[min(len(LANE_BLOCKS) - 1, int(share * len(LANE_BLOCKS)))]
        return GAP if self._stretch(cell + 0.5).squeezed else " "

    def _stretch(self, cell: float) -> Stretch:
        return next((s for s in self._stretches if cell < s.cell + s.cells), self._stretches[-1])

    def _time(self, cell: float) -> float:
        stretch = self._stretch(cell)
        share = min(1.0, (cell - stretch.cell) / (stretch.cells or 1.0))
        return stretch.start_s + share * (stretch.end_s - stretch.start_s)


def legend(axis: Axis, start: str, end: str, entered_s: float | None) -> str:
    """Under framed lanes: where they begin, where Enter was pressed, where they end."""
    line = [" "] * (axis.width + 2)
    line[: len(start)] = start
    line[-len(end) :] = end
    if entered_s is not None:
        cell = axis.cell(entered_s) + 1
        mark = "▲Enter"
        if cell + len(mark) > len(line) - len(end):
            mark = "Enter▲"
            cell -= len(mark) - 1
        if cell <= len(start):
            line[: len(start)] = " " * len(start)
        line[max(0, cell) : max(0, cell) + len(mark)] = mark
    return "".join(line)


def _parts(busy: list[Interval], start_s: float, end_s: float) -> list[tuple[float, float, bool]]:
    """The window cut into drawn and idle stretches; a little idle time stays with its neighbours."""
    margin = IDLE_S / 4
    drawn = merged((max(start_s, a - margin), min(end_s, b + margin)) for a, b in busy)
    parts: list[tuple[float, float, bool]] = []
    at_s = start_s
    for a, b in [*drawn, (end_s, end_s)]:
        if a > at_s:
            parts.append((at_s, a, a - at_s > IDLE_S))
        if b > a:
            parts.append((a, b, False))
        at_s = b
    if all(idle for _, _, idle in parts):
        return [(start_s, end_s, False)]
    return parts
