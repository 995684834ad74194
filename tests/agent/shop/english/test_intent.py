import pytest
from langchain_core.messages import ToolCall

from agent.shop.english import intent
from agent.shop.english.facts import Known, Record
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
        (call("cancel_order", order_id="A123"), ["plase canecl my processor"]),
    ],
)
def test_a_change_that_the_customer_wants_is_asked_for(made: ToolCall, said: list[str]) -> None:
    assert intent.lacks(made, said) == ""


@pytest.mark.parametrize(
    ("made", "said", "lacking"),
    [
        (call("cancel_order", order_id="A123"), ["is everything all right with the badge?"], "wish"),
        (call("request_return", order_id="B456", item="mug"), ["what did the mug cost"], "wish"),
        (call("request_return", order_id="B456", item="mug"), ["what would the mug set me back"], "wish"),
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


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("cancel A123, it takes too long", "it takes too long"),
        ("please cancel A123 - we are moving", "we are moving"),
        ("cancel A123 because of the price", "of the price"),
        ("cancel A123: my brother gave me one", "my brother gave me one"),
        ("cancel A123, the blue one", ""),
        ("Stop! Don't send A123, cancel it", ""),
        ("cancel A123, please", ""),
        ("my flat is small, cancel A123", ""),
    ],
)
def test_a_reason_that_the_model_left_out_is_taken_from_the_customers_words(text: str, reason: str) -> None:
    made = intent.in_own_words(call("cancel_order", order_id="A123"), [text])
    assert made["args"].get("reason", "") == reason


def test_a_number_that_nobody_has_said_is_invented() -> None:
    told = Known(records={"B456": Record("B456", status=Status.DELIVERED)}, older={"Z900": ("Gnome",)})
    assert intent.invented(call("get_order", order_id="A"), ["where is my parcel?"], told)
    assert intent.invented(call("track_shipment", order_id="A123"), ["where is my parcel?"], told)
    for number, said in (("B456", "where is it"), ("Z900", "the gnome"), ("A123", "hi"), ("A123", "where is a-123")):
        assert intent.invented(call("get_order", order_id=number), [said], told) is (said == "hi")
    assert not intent.invented(call("search_orders", text="mug"), ["hi"], told)


@pytest.mark.parametrize(
    ("text", "plausible"),
    [("what's my name", True), ("email on file?", True), ("who am I?", True), ("Hello, is somebody there?", False)],
)
def test_the_account_is_called_for_only_where_it_may_be_meant(text: str, plausible: bool) -> None:
    assert intent.plausible(call("get_account"), text) is plausible
    assert intent.plausible(call("get_order", order_id="A123"), text)


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
