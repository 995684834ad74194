import pytest
from langchain_core.messages import ToolCall

from agent import intent
from agent.facts import Known, Record
from agent.shop.records import Status


def call(name: str, **args: str) -> ToolCall:
    return ToolCall(name=name, args=args, id="1", type="tool_call")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (call("cancel_order", order_id="A123"), ["please cancel my processor"]),
        (call("cancel_order", order_id="A123"), ["I no longer need A123"]),
        (call("request_return", order_id="B456", item="mug"), ["I want to give the mug back"]),
        (call("change_address", order_id="A123", address="7 Elm Street, Bern"), ["send A123 to 7 Elm Street, Bern"]),
        (call("change_address", order_id="A123", address="7 Elm Street"), ["A123 goes elsewhere", "7 elm street"]),
    ],
)
def test_a_change_that_the_customer_wants_is_asked_for(made: ToolCall, said: list[str]) -> None:
    assert intent.lacks(made, said) == ""


@pytest.mark.parametrize(
    ("made", "said", "lacking"),
    [
        (call("cancel_order", order_id="A123"), ["is everything all right with the badge?"], "wish"),
        (call("request_return", order_id="B456", item="mug"), ["what did the mug cost"], "wish"),
        (call("change_address", order_id="A123", address="2025-09-27"), ["how is the poster faring?"], "wish"),
        (call("change_address", order_id="A123", address="street"), ["the street of A123 is wrong"], "address"),
        (
            call("change_address", order_id="A123", address="9 Oak Row, Rome"),
            ["send A123 to another address"],
            "address",
        ),
    ],
)
def test_a_change_of_the_models_own_is_not_asked_for(made: ToolCall, said: list[str], lacking: str) -> None:
    assert intent.lacks(made, said) == lacking


def test_a_reason_is_the_customers_or_none() -> None:
    given = call("cancel_order", order_id="A123", reason="it takes too long")
    assert intent.in_own_words(given, ["cancel A123, it takes too long"])["args"]["reason"] == "it takes too long"
    assert "reason" not in intent.in_own_words(given, ["cancel A123"])["args"]


@pytest.mark.parametrize("after", [" please", ", please.", " instead", " now", " from now on", " thanks"])
def test_an_address_ends_before_what_is_said_after_it(after: str) -> None:
    made = call("change_address", order_id="A123", address=f"7 Elm Street, Bern{after}")
    assert intent.in_own_words(made, [])["args"]["address"] == "7 Elm Street, Bern"


def test_the_number_of_a_product_is_looked_up_as_one() -> None:
    made = call("get_order", order_id="P8705")
    assert intent.about(made, "what does article P8705 cost", Known())["name"] == "get_product"
    assert intent.about(made, "what does article P8705 cost", Known())["args"] == {"product_id": "P8705"}
    assert intent.about(made, "where is P8705", Known()) == made


def test_an_item_of_another_order_is_not_sent_back() -> None:
    told = Known(records={"B456": Record("B456", items=("Smart Coffee Mug", "Yoga Mat"), status=Status.DELIVERED)})
    made = call("request_return", order_id="B456", item="Desk Lamp")
    assert intent.about(made, "I want to return the yoga mat", told)["args"]["item"] == "Yoga Mat"
    kept = call("request_return", order_id="B456", item="mug")
    assert intent.about(kept, "I want to return something of B456", told) == kept
