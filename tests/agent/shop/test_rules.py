from collections.abc import Iterator

import pytest

from agent.shop import rules
from agent.shop.calls import BY_NAME
from agent.speculation.calls import Call
from agent.speculation.prediction import Candidate


def order(order_id: str, status: str, *items: str) -> dict[str, object]:
    lines = [{"item": item, "product_id": f"P-{item}"} for item in items]
    return {"order_id": order_id, "status": status, "items": lines}


HISTORY = {
    "orders": [
        order("C789", "Delayed", "Noise Cancelling Headphones"),
        order("A123", "Shipped", "QuantumLeap AI Processor"),
        order("B456", "Delivered", "Smart Coffee Mug", "Desk Lamp"),
    ]
}


def typed(text: str) -> list[Call]:
    return [candidate.call for candidate in rules.while_typing(text, HISTORY)]


def get_order(order_id: str) -> Call:
    return Call.of("get_order", {"order_id": order_id})


def track(order_id: str) -> Call:
    return Call.of("track_shipment", {"order_id": order_id})


def test_signing_in_makes_the_order_history_likely() -> None:
    assert [one.call for one in rules.sign_in_candidates()] == [rules.ORDER_HISTORY]
    assert [candidate.call for candidate in rules.sign_in_candidates()] == [rules.ORDER_HISTORY]


@pytest.mark.parametrize(
    "text", ["order B456", "what was in b456?", "b 456", "#B456 please", "# b456", "order no. B-456"]
)
def test_an_order_number_is_known_however_it_is_written(text: str) -> None:
    assert typed(text) == [get_order("B456")]


@pytest.mark.parametrize("text", ["", "hi", "order X999", "#", "456", "[bold]", "what is your return policy?"])
def test_a_text_that_names_no_order_of_the_customer_gives_nothing(text: str) -> None:
    assert typed(text) == []


@pytest.mark.parametrize("text", ["how much was my coffee mug", "my coffe mug is broken", "the smart cofee mugs"])
def test_an_item_is_known_loosely_by_its_name(text: str) -> None:
    assert typed(text) == [get_order("B456")]


@pytest.mark.parametrize("text", ["where is A123", "track a 123", "is the parcel #A123 late", "when will a123 come"])
def test_a_question_for_a_parcel_is_answered_by_its_tracking(text: str) -> None:
    assert typed(text) == [track("A123")]


def test_a_parcel_that_is_not_named_is_the_newest_one_on_its_way() -> None:
    assert typed("where is my parcel") == [track("C789")]


def test_the_newest_of_several_orders_of_an_item_is_likelier() -> None:
    history = {"orders": [order("N2", "Shipped", "Desk Lamp"), order("N1", "Delivered", "Desk Lamp")]}
    first, second = rules.while_typing("the desk lamp", history)
    assert (first.call, second.call) == (get_order("N2"), get_order("N1"))
    assert first.probability > second.probability


def test_nothing_is_guessed_before_the_history_is_in() -> None:
    assert rules.while_typing("where is B456", None) == []


def test_after_the_history_the_late_newest_order_is_tracked() -> None:
    (candidate,) = rules.after_result(rules.ORDER_HISTORY, HISTORY)
    assert candidate.call == track("C789")
    assert rules.after_result(rules.ORDER_HISTORY, {"orders": HISTORY["orders"][2:]}) == []
    assert rules.after_result(rules.ORDER_HISTORY, {"orders": []}) == []


def test_after_an_order_on_its_way_its_parcel_is_tracked() -> None:
    found = rules.after_result(get_order("A123"), {"order_id": "A123", "order": HISTORY["orders"][1]})
    assert [candidate.call for candidate in found] == [track("A123")]
    assert rules.after_result(get_order("A1"), {"order_id": "A1", "order": None}) == []


def test_every_candidate_is_a_tool_that_may_be_speculated_and_gives_a_chance() -> None:
    found = [
        *rules.sign_in_candidates(),
        *rules.while_typing("where is the coffee mug, and C789?", HISTORY),
        *rules.after_result(rules.ORDER_HISTORY, HISTORY),
    ]
    assert found
    assert all(BY_NAME[c.call.name].speculation_safe and 0 < c.probability <= 1 and c.rule for c in found)


def test_a_new_rule_is_one_registered_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "RULES", {when: list(known) for when, known in rules.RULES.items()})

    @rules.rule("typing")
    def the_price(moment: rules.Moment) -> Iterator[Candidate]:
        for _, item, likeness in rules.named_items(moment.text, moment.orders):
            if "price" in moment.words:
                call = Call.of("get_product", {"product_id": item["product_id"]})
                yield Candidate(call, 0.5 * likeness, "the_price", "you asked for a price")

    assert Call.of("get_product", {"product_id": "P-Smart Coffee Mug"}) in typed("price of the coffee mug?")
