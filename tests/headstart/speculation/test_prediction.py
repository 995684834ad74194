import json

import pytest

from headstart.speculation.calls import Call
from headstart.speculation.prediction import MIN_OUTCOMES, Candidate, HitRate, Predictor, price_for_budget

ORDER = Call.of("get_order", {"order_id": "A1"})
PARCEL = Call.of("track_shipment", {"order_id": "A1"})


def candidate(call: Call = ORDER, probability: float = 0.5, rule: str = "typed") -> Candidate:
    return Candidate(call, probability, rule, "you typed its number")


def test_a_candidate_is_issued_when_its_saving_beats_the_cost() -> None:
    predictor = Predictor(cost_s=1.0, latency_s={"get_order": 3.0, "track_shipment": 1.5}.get)
    chosen = predictor.choose([candidate(), candidate(PARCEL)])
    assert [c.call for c in chosen] == [ORDER]


def test_a_fast_tool_is_not_worth_speculating() -> None:
    assert Predictor(cost_s=0.1, latency_s=lambda _: 0.01).choose([candidate(probability=1.0)]) == []


def test_a_tool_without_a_measurement_has_the_default_latency() -> None:
    assert Predictor(cost_s=0.4, default_latency_s=1.0).choose([candidate()])
    assert not Predictor(cost_s=0.6, default_latency_s=1.0).choose([candidate()])


def test_the_most_seconds_saved_come_first_and_the_budget_cuts_the_rest() -> None:
    predictor = Predictor(cost_s=0.1, latency_s={"get_order": 1.0, "track_shipment": 3.0}.get)
    found = [candidate(probability=0.6), candidate(PARCEL, 0.5)]
    assert [c.call for c in predictor.choose(found)] == [PARCEL, ORDER]
    assert [c.call for c in predictor.choose(found, budget=1)] == [PARCEL]


def test_of_several_candidates_for_one_call_the_likeliest_stands() -> None:
    chosen = Predictor(cost_s=0.0).choose([candidate(probability=0.2, rule="a"), candidate(probability=0.7, rule="b")])
    assert [(c.rule, c.probability) for c in chosen] == [("b", 0.7)]


def test_a_rule_without_outcomes_is_taken_at_its_word() -> None:
    assert HitRate().probability(0.4) == pytest.approx(0.4)


def test_probabilities_are_drawn_to_what_the_rule_really_hits() -> None:
    predictor = Predictor(cost_s=0.0, floor=0.0)
    for i in range(400):
        (chosen,) = predictor.choose([candidate(probability=0.8)])
        predictor.outcome(chosen, used=i % 4 == 0)
    (chosen,) = predictor.choose([candidate(probability=0.8)])
    assert chosen.probability == pytest.approx(0.25, abs=0.03)


def test_a_rule_that_hits_more_than_it_says_is_believed_more_up_to_certainty() -> None:
    rate = HitRate()
    for _ in range(200):
        rate.add(used=True, expected=0.5)
    assert 0.45 < rate.probability(0.25) < 0.55
    assert rate.probability(0.9) == 1.0


def test_a_rule_that_does_not_pay_is_switched_off_and_says_so_once() -> None:
    said: list[str] = []
    predictor = Predictor(cost_s=0.0, on_switched_off=said.append)
    for _ in range(MIN_OUTCOMES + 40):
        predictor.outcome(candidate(), used=False)
    assert predictor.choose([candidate()]) == []
    assert predictor.choose([candidate(rule="another")]) != []
    assert len(said) == 1
    assert "typed" in said[0]


def test_no_rule_is_switched_off_on_few_outcomes() -> None:
    predictor = Predictor(cost_s=0.0)
    for _ in range(MIN_OUTCOMES - 1):
        predictor.outcome(candidate(), used=False)
    assert predictor.off == set()


def test_a_rule_that_is_reset_is_on_again() -> None:
    predictor = Predictor(cost_s=0.0)
    for _ in range(60):
        predictor.outcome(candidate(), used=False)
    predictor.reset("typed")
    assert predictor.choose([candidate()])[0].probability == pytest.approx(0.5)


def test_hit_rates_are_kept_as_plain_json() -> None:
    predictor = Predictor(cost_s=0.0)
    for i in range(70):
        predictor.outcome(candidate(), used=False)
        predictor.outcome(candidate(rule="good"), used=i % 2 == 0)
    again = Predictor(cost_s=0.0)
    again.load(json.loads(json.dumps(predictor.as_json())))
    assert again.as_json() == predictor.as_json()
    assert again.off == {"typed"}


@pytest.mark.parametrize("kept", [{}, {"rates": {"a": ["x"]}, "off": []}, {"rates": {"a": [1, 2, 3, 4]}, "off": []}])
def test_anything_else_is_refused_and_changes_nothing(kept: dict[str, object]) -> None:
    predictor = Predictor()
    with pytest.raises((KeyError, TypeError, ValueError)):
        predictor.load(kept)
    assert predictor.as_json() == {"rates": {}, "off": []}


def test_the_price_of_a_budget_lies_between_those_tried() -> None:
    tried = {0.0: 8.0, 0.4: 4.0, 0.8: 2.0}
    assert price_for_budget(5.0, tried) == pytest.approx(0.3)
    assert price_for_budget(4.0, tried) == pytest.approx(0.4)
    assert price_for_budget(9.0, tried) == 0.0
    assert price_for_budget(1.0, tried) == 0.8


def test_a_budget_needs_a_price_that_was_tried() -> None:
    with pytest.raises(ValueError, match="price"):
        price_for_budget(5.0, {})
