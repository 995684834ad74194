from typing import Any

import pytest
from stubs.shop_rows import HISTORY, MANY, MUG, PROCESSOR, PRODUCT, SHIPMENT

from agent.shop import records
from agent.shop.cards import Fact, Orders, cards, told_of
from headstart.world.cards import Card, Table


def told(answer: str, *rows: records.Row) -> list[Fact]:
    return told_of(answer, [(type(row).__name__, row.model_dump(mode="json")) for row in rows])


def test_the_order_that_the_answer_names_is_shown() -> None:
    assert told("B456 was delivered.", HISTORY) == [MUG]


def test_an_order_is_known_by_its_item_too() -> None:
    assert told("Your smart coffee mug was delivered.", HISTORY) == [MUG]


def test_a_number_within_another_is_not_that_number() -> None:
    assert told("B4567 and B45 do not exist.", HISTORY, PRODUCT) == [PRODUCT.product]


def test_an_answer_about_none_of_them_shows_them_all() -> None:
    assert told("You have two orders.", HISTORY) == [PROCESSOR, MUG]


def test_many_orders_are_a_table() -> None:
    (fact,) = told("You have 40 orders.", MANY)
    assert isinstance(fact, Orders)
    assert len(fact.orders) == 4


def test_a_parcel_is_shown_with_its_steps_and_not_twice() -> None:
    assert told("A123 left the depot.", HISTORY, SHIPMENT) == [SHIPMENT]


@pytest.mark.parametrize(("answer", "shown"), [("A123 left Leipzig.", SHIPMENT), ("A123 cost $39.90.", PROCESSOR)])
def test_an_order_has_one_card_by_what_is_told_of_it(answer: str, shown: Any) -> None:
    details = records.OrderDetails(order_id="A123", order=PROCESSOR)
    assert told(answer, details, SHIPMENT) == [shown]
    assert told(answer, SHIPMENT, details) == [shown]


def test_a_result_that_shares_no_more_than_a_date_is_not_shown() -> None:
    assert told("B456 was delivered on 2026-11-02.", HISTORY, SHIPMENT) == [MUG]


def test_data_of_another_version_leaves_the_answer_alone() -> None:
    assert told_of("B456", [("OrderHistory", {"odd": 1})]) == []


def test_one_order_is_a_card_and_many_are_a_table_that_begin_a_question() -> None:
    [card] = cards("B456 was delivered.", [("OrderHistory", HISTORY.model_dump(mode="json"))])
    assert isinstance(card, Card)
    assert (card.title, card.ask) == ("B456 · Delivered", "About order B456: ")
    [table] = cards("You have 40 orders.", [("OrderHistory", MANY.model_dump(mode="json"))])
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["K0", "K1", "K2", "B456"]
    assert table.ask[1] == "About order K1: "
