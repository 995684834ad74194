from dataclasses import replace
from typing import Any

import pytest
from stubs.fake_engine import FIGURES, Script
from stubs.shop_rows import HISTORY, MANY, MUG, PROCESSOR, PRODUCT, SHIPMENT, order, use

from agent.events import ToolUse, TurnResult
from agent.shop import records
from headstart.speculation.calls import Call
from tui.facts import Orders, facts_of
from tui.widgets.cards import FactCard, OrdersTable


def result(answer: str, *uses: ToolUse, ended: Any = "answered") -> TurnResult:
    return TurnResult("?", answer, ended, uses, True, (), FIGURES, "ahead", "m", (), (), 0.0, 1.0)


def test_the_order_that_the_answer_names_is_shown() -> None:
    assert facts_of(result("B456 was delivered.", use(HISTORY))) == [MUG]


def test_an_order_is_known_by_its_item_too() -> None:
    assert facts_of(result("Your smart coffee mug was delivered.", use(HISTORY))) == [MUG]


def test_a_number_within_another_is_not_that_number() -> None:
    assert facts_of(result("B4567 and B45 do not exist.", use(HISTORY), use(PRODUCT))) == [PRODUCT.product]


def test_an_answer_about_none_of_them_shows_them_all() -> None:
    assert facts_of(result("You have two orders.", use(HISTORY))) == [PROCESSOR, MUG]


def test_many_orders_are_a_table() -> None:
    (fact,) = facts_of(result("You have 40 orders.", use(MANY)))
    assert isinstance(fact, Orders)
    assert len(fact.orders) == 4


def test_a_parcel_is_shown_with_its_steps_and_not_twice() -> None:
    assert facts_of(result("A123 left the depot.", use(HISTORY), use(SHIPMENT))) == [SHIPMENT]


def test_what_the_answer_does_not_rest_on_is_not_shown() -> None:
    assert facts_of(result("B456", use(HISTORY, used=False))) == []
    assert facts_of(result("B456", use(HISTORY), ended="stopped")) == []


def test_what_an_earlier_turn_looked_up_is_shown_again() -> None:
    looked_up = replace(use(SHIPMENT), name="track_shipment", arguments={"order_id": "A123"})
    earlier = result("A123 left the depot.", looked_up)
    later = replace(result("A123 is expected soon."), sources=(Call.of("track_shipment", {"order_id": "A123"}),))
    assert facts_of(later, (earlier,)) == [SHIPMENT]
    assert facts_of(later) == []


def test_a_newer_result_takes_the_place_of_an_older_one() -> None:
    call = {"name": "get_order", "arguments": {"order_id": "A123"}}
    old = replace(use(records.OrderDetails(order_id="A123", order=PROCESSOR)), **call)
    arrived = order("A123", "QuantumLeap AI Processor")
    new = replace(use(records.OrderDetails(order_id="A123", order=arrived)), **call)
    later = replace(result("A123 was delivered."), sources=(Call.of("get_order", {"order_id": "A123"}),))
    assert facts_of(later, (result("?", old), result("?", new))) == [arrived]


@pytest.mark.parametrize(("answer", "shown"), [("A123 left Leipzig.", SHIPMENT), ("A123 cost $39.90.", PROCESSOR)])
def test_an_order_has_one_card_by_what_is_told_of_it(answer: str, shown: Any) -> None:
    details = records.OrderDetails(order_id="A123", order=PROCESSOR)
    assert facts_of(result(answer, use(details), use(SHIPMENT))) == [shown]
    assert facts_of(result(answer, use(SHIPMENT), use(details))) == [shown]


def test_a_result_that_shares_no_more_than_a_date_is_not_shown() -> None:
    assert facts_of(result("B456 was delivered on 2026-11-02.", use(HISTORY), use(SHIPMENT))) == [MUG]


def test_data_of_another_version_leaves_the_answer_alone() -> None:
    assert facts_of(result("B456", ToolUse("x", {}, "hit", 0.0, "OrderHistory", {"odd": 1}, True))) == []


async def test_shift_tab_and_enter_begin_a_question_about_a_card(make_chat: Any) -> None:
    chat = make_chat(Script("B456 was delivered, A123 is on its way.", tool_calls=(use(HISTORY),)))
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.answered(pilot)
        cards = list(chat.screen.query(FactCard))
        assert ["B456" in str(card.border_title) for card in cards] == [False, True]
        await pilot.press("shift+tab")
        assert cards[1].has_focus
        await pilot.press("up")
        assert cards[0].has_focus
        await pilot.press("enter")
        await chat.until(pilot, lambda: chat.screen.prompt.has_focus)
        assert chat.screen.prompt.text == "About order A123: "
        await pilot.press(*"when?", "enter")
        await chat.until(pilot, lambda: len(chat.session.asked) == 2)
        assert chat.session.asked[1] == "About order A123: when?"


async def test_a_row_of_a_table_begins_a_question_too(make_chat: Any) -> None:
    chat = make_chat(Script("You have 40 orders.", tool_calls=(use(MANY),)))
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.answered(pilot)
        await pilot.press("shift+tab")
        assert chat.screen.query_one(OrdersTable).has_focus
        await pilot.press("down", "enter")
        await chat.until(pilot, lambda: chat.screen.prompt.has_focus)
        assert chat.screen.prompt.text == "About order K1: "


async def test_text_in_the_data_is_no_markup(make_chat: Any) -> None:
    odd = records.OrderDetails(order_id="B456", order=order("B456", "Mug [/] [red]"))
    chat = make_chat(Script("Here.", tool_calls=(use(odd),)))
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.answered(pilot)
        assert "Mug [/] [red]" in str(chat.screen.query_one(FactCard).content)
