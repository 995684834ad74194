from collections.abc import Sequence
from datetime import date

import pytest
from langchain_core.messages import ToolCall
from stubs.shop_rows import artifact

from agent.shop import contents, policy
from agent.shop.english import target
from agent.shop.english.facts import Known, known_from
from agent.shop.records import Item, OlderItem, OlderOrder, Order, OrderHistory, Status

TODAY = date(2026, 11, 26)


def order(order_id: str, status: Status, *items: str, delivered_on: date | None = None, tracking: str = "") -> Order:
    lines = [
        Item(line=line, product_id=f"P{line}00", item=item, quantity=1, unit_price_cents=1000)
        for line, item in enumerate(items, 1)
    ]
    return Order(
        order_id=order_id, status=status, ordered_on=date(2026, 11, 1), total_cents=1000, items=tuple(lines),
        delivered_on=delivered_on, tracking_number=tracking or None,
    )  # fmt: skip


WORK = order("K7575", Status.PROCESSING, "Rain Jacket", "Soundbar")
DELAYED = order("D100", Status.DELAYED, "Desk Lamp")
LATE = order("L200", Status.DELAYED, "Garden Chair", tracking="NP1")
NEW = order("V3567", Status.DELIVERED, "Soundbar", delivered_on=date(2026, 11, 20))
OLD = order("W5796", Status.DELIVERED, "E-Book Reader", delivered_on=date(2025, 9, 1))
BELT = order("U9809", Status.RETURNED, "Leather Belt")


def told(*orders: Order, older: Sequence[OlderOrder] = ()) -> Known:
    history = OrderHistory(orders=orders, count=len(orders) + len(older), count_by_status={}, older=tuple(older))
    return known_from([(contents.order_history(history), artifact(history, 1))])


def call(name: str, order_id: str, **args: str) -> ToolCall:
    return ToolCall(name=name, args={"order_id": order_id, **args}, id="1", type="tool_call")


def found(
    asked: ToolCall, text: str, about: Known, pointed: Sequence[str] = (), recent: Sequence[str] = ()
) -> target.Target:
    return target.target(asked, [text], about, pointed=pointed, recent=recent, today=TODAY)


def proposed(asked: ToolCall, text: str, about: Known, **given: Sequence[str]) -> str:
    chosen = found(asked, text, about, **given).call
    return str(chosen["args"]["order_id"]) if chosen else ""


ADDRESS = "5 Elm Street, London E14 5AB"


@pytest.mark.parametrize("guessed", ["V3567", "W5796", "K7575", "U9809", ""])
@pytest.mark.parametrize(
    ("name", "text", "args"),
    [
        ("change_address", f"Change my delivery address to {ADDRESS}", {"address": ADDRESS}),
        ("change_address", f"Please send my order to {ADDRESS} instead", {"address": ADDRESS}),
        ("cancel_order", "cancel my order", {}),
        ("cancel_order", "I don't want it any more, please cancel", {}),
    ],
)
def test_a_change_that_names_no_order_is_proposed_for_the_only_one_it_can_concern(
    guessed: str, name: str, text: str, args: dict[str, str]
) -> None:
    about = told(WORK, LATE, NEW, OLD, BELT)
    assert proposed(call(name, guessed, **args), text, about) == "K7575"


@pytest.mark.parametrize("guessed", ["K7575", "W5796"])
def test_a_return_that_names_no_order_is_proposed_for_the_only_item_that_can_go_back(guessed: str) -> None:
    chosen = found(call("request_return", guessed, item="Rain Jacket"), "return my order", told(WORK, NEW, OLD)).call
    assert chosen is not None
    assert chosen["args"] == {"order_id": "V3567", "item": "Soundbar"}


def test_of_several_orders_the_customer_is_asked_which() -> None:
    asked = found(call("cancel_order", "K7575"), "cancel my order", told(WORK, DELAYED, NEW))
    assert asked.call is None
    assert asked.answer.splitlines()[0] == "Which order would you like to cancel?"
    assert [line.count("K7575") + line.count("D100") for line in asked.answer.splitlines()[1:]] == [1, 1]


@pytest.mark.parametrize("name", ["cancel_order", "change_address", "request_return"])
def test_where_it_is_possible_for_none_the_customer_is_told_why_not(name: str) -> None:
    asked = found(call(name, "W5796", address="5 Elm Street"), "my order to 5 Elm Street", told(LATE, OLD, BELT))
    assert (asked.call, asked.answer) == (None, policy.NONE_POSSIBLE[name])


def test_of_the_only_order_the_rules_themselves_tell_why_not() -> None:
    assert proposed(call("cancel_order", ""), "cancel my order", told(OLD)) == "W5796"
    assert found(call("cancel_order", "A1"), "cancel my order", told()).answer == contents.NO_ORDERS


def test_an_order_that_is_not_listed_may_be_meant_too() -> None:
    older = [OlderOrder(order_id="Z1", status=Status.PROCESSING, items=(OlderItem(item="Gnome", product_id="P1"),))]
    assert found(call("cancel_order", "K7575"), "cancel my order", told(WORK, older=older)).call is None
    closed = [one.model_copy(update={"status": Status.RETURNED}) for one in older]
    assert proposed(call("cancel_order", "Z1"), "cancel my order", told(WORK, older=closed)) == "K7575"


@pytest.mark.parametrize(
    ("text", "given", "order_id"),
    [
        ("cancel V3567", {}, "V3567"),
        ("cancel the e-book reader", {}, "W5796"),
        ("cancel order D999", {}, "D999"),
        ("cancel it", {"pointed": ["W5796"]}, "W5796"),
        ("cancel it", {"recent": ["W5796"]}, "W5796"),
        ("please cancel the order", {"recent": ["K7575"]}, "K7575"),
        ("please cancel the order", {"recent": ["W5796"]}, "K7575"),
    ],
)
def test_what_the_customer_names_or_points_at_stands(text: str, given: dict[str, Sequence[str]], order_id: str) -> None:
    asked = "D999" if "D999" in text else "V3567" if "V3567" in text else "W5796"
    assert proposed(call("cancel_order", asked), text, told(WORK, NEW, OLD), **given) == order_id


def test_of_two_orders_with_the_item_the_one_is_meant_that_can_be_changed() -> None:
    about = told(WORK, NEW)
    assert proposed(call("request_return", "K7575", item="Soundbar"), "return the soundbar", about) == "V3567"
    assert proposed(call("cancel_order", "V3567"), "cancel the soundbar", about) == "K7575"


def test_of_two_orders_with_the_item_that_can_both_be_changed_the_customer_is_asked() -> None:
    twin = order("V9999", Status.DELIVERED, "Soundbar", delivered_on=date(2026, 11, 21))
    asked = found(call("request_return", "V9999", item="Soundbar"), "return the soundbar", told(twin, NEW))
    assert (asked.call, asked.answer.count("Soundbar")) == (None, 2)


def test_of_several_items_none_is_chosen_that_the_customer_did_not_name() -> None:
    both = order("V3567", Status.DELIVERED, "Soundbar", "Hand Cream", delivered_on=date(2026, 11, 20))
    for text, item in (("return V3567", ""), ("return the hand cream of V3567", "Hand Cream")):
        chosen = found(call("request_return", "V3567", item="Soundbar"), text, told(both)).call
        assert chosen is not None
        assert chosen["args"]["item"] == item


def test_an_item_that_the_model_names_shortly_stands_as_it_is() -> None:
    tin = order("K823", Status.DELIVERED, "Springform Tin 26 cm", delivered_on=date(2026, 11, 20))
    made = call("request_return", "K823", item="Springform Tin", reason="too wide")
    assert found(made, "return the springform tin", told(tin, NEW)).call == made


def test_before_the_orders_are_known_nothing_is_chosen() -> None:
    assert found(call("cancel_order", "K7575"), "cancel my order", Known()) == target.Target()
    assert proposed(call("cancel_order", "K7575"), "cancel K7575", Known()) == "K7575"
