from datetime import UTC, date, datetime

import pytest

from agent.shop import contents
from agent.shop.records import (
    Account,
    Change,
    Item,
    Order,
    OrderDetails,
    OrderHistory,
    OrderMatches,
    Product,
    ProductDetails,
    Shipment,
    ShipmentEvent,
    Status,
)

MUG = Item(line=1, product_id="P102", item="Smart Coffee Mug", quantity=1, unit_price_cents=3990)
MATS = Item(line=2, product_id="P136", item="Yoga Mat", quantity=2, unit_price_cents=3200)
DELIVERED = Order(
    order_id="B456",
    status=Status.DELIVERED,
    ordered_on=date(2026, 1, 15),
    total_cents=3990,
    delivered_on=date(2026, 1, 20),
    items=(MUG,),
)
SHIPPED = Order(
    order_id="K4821",
    status=Status.SHIPPED,
    ordered_on=date(2026, 1, 28),
    total_cents=10390,
    carrier="NorthPost",
    tracking_number="NP482910375",
    eta=date(2026, 2, 4),
    items=(MUG, MATS),
)


def history(*orders: Order, count: int | None = None) -> OrderHistory:
    return OrderHistory(
        orders=orders,
        count=len(orders) if count is None else count,
        count_by_status={Status.SHIPPED: 1, Status.DELIVERED: 1},
        dearest=orders[0] if orders else None,
    )


@pytest.mark.parametrize(("cents", "text"), [(0, "$0.00"), (5, "$0.05"), (3990, "$39.90"), (129900, "$1,299.00")])
def test_money_is_dollars_and_cents(cents: int, text: str) -> None:
    assert contents.money(cents) == text


@pytest.mark.parametrize(("words", "text"), [((), ""), (("a",), "a"), (("a", "b"), "a and b"), ("abc", "a, b and c")])
def test_words_are_joined_as_people_do(words: list[str], text: str) -> None:
    assert contents.joined(words) == text


def test_record_of_an_order_begins_with_its_number_and_holds_it_behind_the_name() -> None:
    assert contents.order_line(DELIVERED) == (
        "B456: Smart Coffee Mug (B456) was delivered on 2026-01-20. Ordered on 2026-01-15 for $39.90."
    )
    assert contents.order_line(SHIPPED).startswith(
        "K4821: Smart Coffee Mug and 2 x Yoga Mat (K4821) has shipped, expected by 2026-02-04."
    )


@pytest.mark.parametrize("status", Status)
def test_every_status_is_told_in_a_sentence(status: Status) -> None:
    told = contents.order_status(DELIVERED.model_copy(update={"status": status, "delivered_on": None}))
    assert told.startswith("Smart Coffee Mug (B456) ")
    assert told.endswith(".")


def test_history_tells_counts_newest_and_dearest_before_its_records() -> None:
    lines = contents.order_history(history(SHIPPED, DELIVERED)).split("\n")
    assert lines[0] == "You have 2 orders: 1 shipped and 1 delivered."
    assert lines[1].startswith("Your newest order is Smart Coffee Mug and 2 x Yoga Mat (K4821)")
    assert lines[2].endswith("$103.90.")
    assert lines[3:] == [contents.order_line(SHIPPED), contents.order_line(DELIVERED)]


def test_history_says_when_it_lists_only_the_newest() -> None:
    assert "These are the newest 2:" in contents.order_history(history(SHIPPED, DELIVERED, count=40))


def test_empty_results_say_so() -> None:
    assert contents.order_history(history()) == "You have no orders yet."
    assert contents.order_matches(OrderMatches(text="zebra", orders=(), count=0)) == (
        'None of your orders matches "zebra".'
    )
    assert contents.order_details(OrderDetails(order_id="Z1")) == "There is no order Z1 in your account."
    assert contents.shipment(Shipment(order_id="Z1")) == "There is no order Z1 in your account."
    assert contents.product_details(ProductDetails(product_id="P9")) == "There is no product P9 in the shop."


def test_matches_are_counted_before_their_records() -> None:
    one = contents.order_matches(OrderMatches(text="mug", orders=(DELIVERED,), count=1))
    assert one.split("\n") == ['1 order matches "mug".', contents.order_line(DELIVERED)]
    many = contents.order_matches(OrderMatches(text="mug", orders=(DELIVERED,), count=9))
    assert many.startswith('9 orders match "mug". These are the newest 1:\n')


def test_details_hold_the_record_and_the_items_with_prices() -> None:
    assert contents.order_details(OrderDetails(order_id="K4821", order=SHIPPED)) == (
        f"{contents.order_line(SHIPPED)}"
        " It holds 1 x Smart Coffee Mug (P102) at $39.90 and 2 x Yoga Mat (P136) at $32.00 each."
    )


def test_shipment_tells_of_the_parcel_on_one_line_and_lists_the_stops_before_the_last() -> None:
    stops = [
        ShipmentEvent(at=datetime(2026, 1, day, 21, 5, tzinfo=UTC), place="Leeds depot", event=event)
        for day, event in ((30, "Arrived"), (29, "Sorted"))
    ]
    told = contents.shipment(Shipment(order_id="K4821", order=SHIPPED, events=tuple(stops)))
    assert told.split("\n") == [
        "K4821: Smart Coffee Mug and 2 x Yoga Mat (K4821) has shipped, expected by 2026-02-04. "
        "The carrier is NorthPost, tracking number NP482910375. Last stop on 2026-01-30: Arrived, Leeds depot.",
        "2026-01-29: Sorted, Leeds depot.",
    ]
    not_yet = contents.shipment(Shipment(order_id="K4821", order=SHIPPED))
    assert not_yet.endswith(" It has not been handed to a carrier.")


def test_product_account_and_change_are_sentences() -> None:
    product = Product(product_id="P102", name="Smart Coffee Mug", description="Warm.", price_cents=3990, in_stock=True)
    assert contents.product_details(ProductDetails(product_id="P102", product=product)) == (
        "P102: Smart Coffee Mug (P102) costs $39.90 and is in stock. Warm."
    )
    ada = Account(
        customer_id="user123",
        name="Ada Moreno",
        email="ada@example.com",
        address="9 Maple Lane, Exeter",
        created_at=datetime(2025, 10, 6, 8, tzinfo=UTC),
    )
    assert contents.account(ada).endswith("Your user name is user123, customer since 2025-10-06.")
    assert contents.change(Change(action="cancel_order", order_id="B456", done=True, message="Done.")) == "Done."
