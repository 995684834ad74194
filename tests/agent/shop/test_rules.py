from collections.abc import Iterator

import pytest

from agent.shop import rules
from agent.shop.tools import BY_NAME
from headstart.speculation.calls import Call
from headstart.speculation.prediction import Candidate
from headstart.world import Moment, rule
from headstart.world.rules import candidates


def order(order_id: str, status: str, *items: str) -> dict[str, object]:
    lines = [{"item": item, "product_id": f"P-{item}"} for item in items]
    return {"order_id": order_id, "status": status, "items": lines}


HISTORY = {
    "orders": [
        order("C789", "Delayed", "Noise Cancelling Headphones"),
        order("A123", "Shipped", "QuantumLeap AI Processor"),
        order("B456", "Delivered", "Smart Coffee Mug", "Desk Lamp"),
    ],
    "count": 3,
}


def typed(text: str) -> list[Call]:
    return [candidate.call for candidate in rules.while_typing(text, HISTORY)]


def get_order(order_id: str) -> Call:
    return Call.of("get_order", {"order_id": order_id})


def track(order_id: str) -> Call:
    return Call.of("track_shipment", {"order_id": order_id})


def test_signing_in_makes_the_order_history_likely() -> None:
    [candidate] = candidates(rules.RULES, "sign-in", Moment())
    assert candidate.call == rules.ORDER_HISTORY == Call.of("get_order_history")
    assert candidate.probability > 0.5


@pytest.mark.parametrize(
    "text", ["order B456", "what was in b456?", "b 456", "#B456 please", "# b456", "order no. B-456"]
)
def test_an_order_number_is_known_however_it_is_written(text: str) -> None:
    assert typed(text) == [get_order("B456")]


@pytest.mark.parametrize("text", ["", "hi", "order X999", "#", "456", "[bold]"])
def test_a_text_that_names_no_order_of_the_customer_gives_nothing(text: str) -> None:
    assert typed(text) == []


@pytest.mark.parametrize("text", ["how much was my coffee mug", "my coffe mug, please", "the smart cofee mugs"])
def test_an_item_is_known_loosely_by_its_name(text: str) -> None:
    assert typed(text) == [get_order("B456")]


@pytest.mark.parametrize(
    "text", ["where is A123", "track a 123", "where did the parcel #A123 stop", "when will a123 come"]
)
def test_a_question_for_a_parcel_is_answered_by_its_tracking(text: str) -> None:
    assert typed(text) == [track("A123")]


def search_help(article: str) -> Call:
    return Call.of("search_help", {"text": article})


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("what is your return policy?", "returns"),
        ("how long does delivery ta", "delivery-times"),
        ("i forgot my passwor", "password"),
        ("my parcel is late", "late-parcel"),
    ],
)
def test_a_question_for_help_is_looked_up_while_it_is_typed(text: str, article: str) -> None:
    assert search_help(article) in typed(text)


def test_what_went_wrong_with_an_order_is_looked_up_beside_it() -> None:
    assert set(typed("my coffee mug is broken")) == {get_order("B456"), search_help("damaged")}


@pytest.mark.parametrize("text", ["what did my coffee mug cost", "where is A123", "when did I order the mug?"])
def test_a_question_about_an_order_is_none_for_help(text: str) -> None:
    assert all(call.name != "search_help" for call in typed(text))


def test_a_parcel_that_is_not_named_yet_is_the_newest_on_its_way_before_a_delivered_one() -> None:
    assert typed("where is my parcel") == [track("C789"), track("A123"), track("B456")]


@pytest.mark.parametrize("text", ["which email do you have", "what is my address?", "show my profile"])
def test_a_question_for_ones_own_data_is_answered_by_the_account(text: str) -> None:
    assert typed(text) == [Call.of("get_account")]


def test_an_address_to_send_to_is_no_question_for_the_account() -> None:
    assert typed("send it to another address") == []


def test_a_product_that_was_ordered_is_known_by_its_number() -> None:
    lamp = {"item": "Desk Lamp", "product_id": "P103"}
    history = {"orders": [{"order_id": "N2", "status": "Delivered", "items": [lamp]}], "count": 1}
    assert [c.call for c in rules.while_typing("is p103 in stock", history)] == [
        Call.of("get_product", {"product_id": "P103"})
    ]


def test_a_number_that_is_not_listed_is_looked_up_for_those_who_have_more_orders_than_are_listed() -> None:
    assert [c.call for c in rules.while_typing("what is in k4821", HISTORY | {"count": 40})] == [get_order("K4821")]
    assert typed("what is in k4821") == []
    assert [c.call for c in rules.while_typing("what is in b456", HISTORY | {"count": 40})] == [get_order("B456")]


def test_the_newest_of_several_orders_of_an_item_is_likelier() -> None:
    history = {"orders": [order("N2", "Shipped", "Desk Lamp"), order("N1", "Delivered", "Desk Lamp")], "count": 2}
    first, second = rules.while_typing("the desk lamp", history)
    assert (first.call, second.call) == (get_order("N2"), get_order("N1"))
    assert first.probability > second.probability


def after(call: Call, data: object) -> list[Candidate]:
    return candidates(rules.RULES, "result", Moment(call=call, data=data))


def test_nothing_is_guessed_before_the_history_is_in() -> None:
    assert rules.while_typing("where is B456", None) == []


def test_after_the_history_the_late_orders_are_tracked_the_newest_first() -> None:
    late, shipped = after(rules.ORDER_HISTORY, HISTORY)
    assert (late.call, shipped.call) == (track("C789"), track("A123"))
    assert late.probability > shipped.probability
    assert after(rules.ORDER_HISTORY, {"orders": HISTORY["orders"][2:]}) == []
    assert after(rules.ORDER_HISTORY, {"orders": []}) == []


def test_after_an_order_on_its_way_its_parcel_is_tracked() -> None:
    found = after(get_order("A123"), {"order_id": "A123", "order": HISTORY["orders"][1]})
    assert [candidate.call for candidate in found] == [track("A123")]
    assert after(get_order("A1"), {"order_id": "A1", "order": None}) == []


def test_every_candidate_is_a_tool_that_may_be_speculated_and_gives_a_chance() -> None:
    found = [
        *candidates(rules.RULES, "sign-in", Moment()),
        *rules.while_typing("where is the coffee mug, and C789?", HISTORY),
        *after(rules.ORDER_HISTORY, HISTORY),
    ]
    assert found
    assert all(BY_NAME[c.call.name].speculation_safe and 0 < c.probability <= 1 and c.rule for c in found)


def test_a_new_rule_is_one_listed_function(monkeypatch: pytest.MonkeyPatch) -> None:
    @rule("typing")
    def the_price(moment: Moment) -> Iterator[Candidate]:
        for order, chance, _ in moment.once(rules.mentions).meant:
            if "price" in moment.words:
                call = Call.of("get_product", {"product_id": order["items"][0]["product_id"]})
                yield Candidate(call, 0.5 * chance, "the_price", "you asked for a price")

    monkeypatch.setattr(rules, "RULES", (*rules.RULES, the_price))
    assert Call.of("get_product", {"product_id": "P-Smart Coffee Mug"}) in typed("price of the coffee mug?")


@pytest.mark.parametrize("text", ["details of a123", "since when is it on its way", "the street of my mug is wrong"])
def test_words_that_may_be_about_an_order_ask_for_the_account_only_without_one(text: str) -> None:
    assert Call.of("get_account") not in typed(text)
    assert typed("since when am I with you") == [Call.of("get_account")]
