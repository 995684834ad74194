from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from stubs.shop_rows import artifact

from agent.shop import contents, policy
from agent.shop.english.facts import Known, known_from
from agent.shop.english.several import several
from agent.shop.records import Item, Order, OrderHistory, Status

TODAY = date(2026, 11, 26)
LATELY = TODAY - timedelta(days=5)


def order(order_id: str, status: Status, *items: str, delivered_on: date | None = None) -> Order:
    lines = [
        Item(line=line, product_id=f"P{line}00", item=item, quantity=1, unit_price_cents=1000)
        for line, item in enumerate(items, 1)
    ]
    return Order(
        order_id=order_id, status=status, ordered_on=date(2026, 11, 1), total_cents=1000, items=tuple(lines),
        delivered_on=delivered_on, tracking_number=None if status is Status.PROCESSING else "NP1",
    )  # fmt: skip


LAMP = order("K1001", Status.PROCESSING, "Desk Lamp")
MAT = order("K1002", Status.PROCESSING, "Yoga Mat", "Bread at Home")
SOCKS = order("K1003", Status.DELIVERED, "Wool Socks", "Smart Coffee Mug", delivered_on=LATELY)
JACKET = order("K1004", Status.DELIVERED, "Rain Jacket", delivered_on=LATELY)
KITE = order("K1005", Status.SHIPPED, "Kite")
OLD = order("K1006", Status.DELIVERED, "Football", delivered_on=date(2026, 2, 1))


def told(*orders: Order) -> Known:
    history = OrderHistory(orders=orders, count=len(orders), count_by_status={})
    return known_from([(contents.order_history(history), artifact(history, 1))])


ALL = told(LAMP, MAT, SOCKS, JACKET, KITE, OLD)


def proposed(text: str, known: Known = ALL, pointed: Sequence[str] = ()) -> list[str]:
    verdict = several(text, known, TODAY, pointed)
    calls = verdict.calls if verdict else None
    return [" ".join([call.name, *map(str, call.arguments.values())]) for call in calls or ()]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("cancel both the lamp and the mat", ["cancel_order K1001", "cancel_order K1002"]),
        ("cancel K1001 and K1002", ["cancel_order K1001", "cancel_order K1002"]),
        ("please cancel everything", ["cancel_order K1001", "cancel_order K1002"]),
        ("cancel all my orders except the desk lamp", ["cancel_order K1002"]),
        ("cancel everything but the yoga mat", ["cancel_order K1001", "remove_item K1002 Bread at Home 0"]),
        ("cancel the lamp and the kite please", ["cancel_order K1005", "cancel_order K1001"]),
        ("I want to return everything", ["request_return K1003 all", "request_return K1004 Rain Jacket"]),
        (
            "send everything back except the mug",
            ["request_return K1003 Wool Socks", "request_return K1004 Rain Jacket"],
        ),
        ("return the jacket and the socks", ["request_return K1003 Wool Socks", "request_return K1004 Rain Jacket"]),
        ("I want to return the socks and the mug", ["request_return K1003 all"]),
        ("i want to return all of my stuff except K1003", ["request_return K1004 Rain Jacket"]),
        ("return all items of order K1003", ["request_return K1003 all"]),
    ],
)
def test_each_order_that_is_meant_gets_its_own_change(text: str, calls: list[str]) -> None:
    assert proposed(text) == calls


@pytest.mark.parametrize(
    "text",
    [
        "cancel K1001",
        "cancel the mat order, that's all",
        "cancel my order K1002 and tell me where K1005 is",
        "return the jacket",
        "show me all my orders",
        "did you cancel both?",
        "cancel all of my order",
        "cancel everything except the toaster",
    ],
)
def test_what_asks_for_one_or_for_something_else_is_left_to_the_model(text: str) -> None:
    assert several(text, ALL, TODAY) is None


def test_two_orders_that_one_word_fits_are_not_both_meant() -> None:
    known = told(LAMP, order("K1007", Status.PROCESSING, "Floor Lamp"))
    assert several("cancel the lamp", known, TODAY) is None
    assert proposed("cancel both lamps", known) == ["cancel_order K1001", "cancel_order K1007"]


def test_all_of_the_order_that_is_pointed_at_goes_back() -> None:
    assert proposed("I want to return everything in it", pointed=["K1003"]) == ["request_return K1003 all"]


def test_where_none_can_be_the_customer_is_told_why() -> None:
    verdict = several("please cancel everything", told(KITE, OLD), TODAY)
    assert verdict
    assert verdict.answer == policy.NONE_POSSIBLE["cancel_order"]


def test_the_orders_are_read_first() -> None:
    assert proposed("please cancel everything", Known()) == ["get_order_history"]
