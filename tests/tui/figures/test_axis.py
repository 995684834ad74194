import pytest

from tui.figures.axis import GAP, Axis


def test_a_lane_is_full_where_it_was_busy_and_empty_elsewhere() -> None:
    axis = Axis([(0.0, 1.0)], (0.0, 2.0), 10)
    row = axis.row([(0.0, 1.0)])
    assert len(row) == 10
    assert row.startswith("▇▇▇")
    assert row.endswith("  ")


def test_a_short_span_is_never_lost() -> None:
    axis = Axis([(0.0, 10.0)], (0.0, 10.0), 10)
    assert axis.row([(5.1, 5.101)])[5] == "▁"


def test_a_long_pause_is_squeezed() -> None:
    busy = [(0.0, 3.0), (603.0, 604.0)]
    row = Axis(busy, (0.0, 604.0), 20).row(busy)
    assert row.count(GAP) == 2
    assert row.count("▇") > 12


def test_moments_keep_their_order_and_stay_within_the_axis() -> None:
    axis = Axis([(0.0, 3.0), (90.0, 91.0)], (0.0, 100.0), 19)
    cells = [axis.cell(moment) for moment in (-5.0, 0.0, 1.5, 3.0, 50.0, 90.0, 91.0, 100.0, 200.0)]
    assert cells == sorted(cells)
    assert (cells[0], cells[-1]) == (0, 18)


@pytest.mark.parametrize("window", [(0.0, 0.0), (5.0, 5.0), (0.0, 0.0005), (0.0, 500.0)])
def test_an_empty_window_is_drawn_empty(window: tuple[float, float]) -> None:
    assert Axis([], window, 12).row([]).strip(" " + GAP) == ""
