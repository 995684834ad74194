import pytest
from hypothesis import given
from hypothesis import strategies as st

from headstart.speculation.calls import Call
from headstart.timeline import (
    DatabaseUse,
    ModelCall,
    PerformanceLog,
    Prices,
    Timeline,
    length,
    merged,
    overlap,
    turn_figures,
)

intervals = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda pair: (min(pair), max(pair))))


@given(intervals)
def test_a_union_covers_each_second_once(some: list[tuple[int, int]]) -> None:
    seconds = {second for start, end in some for second in range(start, end)}
    assert length(some) == len(seconds)
    assert all(a[1] < b[0] for a, b in zip(merged(some), merged(some)[1:], strict=False))


@given(intervals, intervals)
def test_an_overlap_is_what_both_cover(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    covered = [{s for start, end in some for s in range(start, end)} for some in (first, second)]
    assert overlap(first, second) == len(covered[0] & covered[1])


def figures(model: list[ModelCall], database: list[DatabaseUse], **options: object):
    given_values = {"entered_s": 10.0, "first_word_s": 10.5, "ended_s": 20.0, "prices": Prices()} | options
    return turn_figures(model_calls=model, database=database, **given_values)  # type: ignore[arg-type]


def test_a_query_before_enter_is_hidden_whole() -> None:
    found = figures([ModelCall("entry_point", 10, 20)], [DatabaseUse(Call.of("get_order_history"), 2, 5)])
    assert (found.database_waited_s, found.database_hidden_s) == (0, 3)
    assert found.sequential_estimate_s == 13


def test_a_query_within_the_turn_is_waited_for() -> None:
    model = [ModelCall("entry_point", 10, 12), ModelCall("final_answer", 15, 20)]
    found = figures(model, [DatabaseUse(Call.of("get_order_history"), 12, 15)])
    assert (found.database_waited_s, found.database_hidden_s, found.sequential_estimate_s) == (3, 0, 10)


def test_a_query_beside_a_model_call_is_hidden_as_far_as_that_reaches() -> None:
    model = [ModelCall("entry_point", 10, 12), ModelCall("final_answer", 13, 20)]
    found = figures(model, [DatabaseUse(Call.of("get_order_history"), 10, 13)])
    assert (found.database_waited_s, found.database_hidden_s, found.sequential_estimate_s) == (1, 2, 12)


def test_two_queries_at_once_are_waited_for_once() -> None:
    uses = [DatabaseUse(Call.of("get_order"), 12, 15), DatabaseUse(Call.of("track_shipment"), 12, 15)]
    found = figures([ModelCall("entry_point", 10, 12), ModelCall("final_answer", 15, 20)], uses)
    assert found.database_waited_s == 3


def test_the_wait_for_a_person_is_nobodys_latency() -> None:
    model = [ModelCall("entry_point", 10, 12), ModelCall("final_answer", 17, 20)]
    found = figures(model, [], paused=[(12, 17)], first_word_s=18.0)
    assert (found.total_s, found.first_token_s, found.database_waited_s) == (5, 3, 0)


def test_skipped_work_is_priced_at_what_it_measured() -> None:
    prices = Prices()
    for seconds in (1.0, 2.0, 9.0):
        prices.note_decision("get_order_history", seconds)
    prices.note_prefill(1000, 2.0)
    model = [ModelCall("entry_point", 10, 20, prompt_tokens=900, cached_tokens=850, warmed_tokens=800)]
    found = figures(model, [DatabaseUse(Call.of("get_order_history"), 2, 5, skipped_decision=True)], prices=prices)
    assert found.sequential_estimate_s == pytest.approx(10 + 3 + 2.0 + 800 * 0.002)


def test_an_unmeasured_decision_is_priced_by_its_tokens() -> None:
    prices = Prices()
    assert prices.decision_s("get_order", 20) == 0
    prices.note_decode(100, 5.0)
    assert prices.decision_s("get_order", 20) == pytest.approx(1.0)


def test_spans_are_kept_by_start_and_running_ones_are_told_apart() -> None:
    now = iter(range(100))
    timeline = Timeline(lambda: float(next(now)))
    first = timeline.start("model", "prefill")
    with timeline.span("database", "get_order_history", "{}"):
        pass
    assert [(s.name, s.running) for s in timeline.spans()] == [("prefill", True), ("get_order_history", False)]
    assert timeline.end(first) is not None
    assert timeline.end(first) is None
    assert timeline.running() == []
    assert timeline.spans(since_s=3.0) == [s for s in timeline.spans() if s.name == "prefill"]
    timeline.clear()
    assert timeline.spans() == []


def test_the_performance_log_counts_from_enter() -> None:
    now = iter([5.0, 6.5])
    log = PerformanceLog(lambda: next(now), entered_s=5.0)
    log.add("entry_point: started")
    log.add("final_answer: answer")
    assert log.lines == ["[  0.000s] entry_point: started", "[  1.500s] final_answer: answer"]
