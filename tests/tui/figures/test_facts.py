from dataclasses import replace
from typing import Any

from stubs.results import turn_result
from stubs.shop_rows import HISTORY, PROCESSOR, SHIPMENT, order, use
from textual.app import App

from agent.events import ToolUse, TurnResult
from agent.shop import records
from agent.shop.cards import shown
from agent.shop.world import WORLD, Shop
from headstart.speculation.calls import Call
from headstart.world.opened import Described
from tui.figures.facts import facts_of
from tui.widgets.cards import FactCard, RecordsTable, card

SHOP = Described(WORLD)


def result(answer: str, *uses: ToolUse, ended: Any = "answered") -> TurnResult:
    return turn_result(answer=answer, tool_calls=uses, ended=ended)


def test_what_the_answer_does_not_rest_on_is_not_shown() -> None:
    assert facts_of(result("B456", use(HISTORY, used=False)), SHOP) == []
    assert facts_of(result("B456", use(HISTORY), ended="stopped"), SHOP) == []


def test_what_an_earlier_turn_looked_up_is_shown_again() -> None:
    looked_up = replace(use(SHIPMENT), name="track_shipment", arguments={"order_id": "A123"})
    earlier = result("A123 left the depot.", looked_up)
    later = replace(result("A123 is expected soon."), sources=(Call.of("track_shipment", {"order_id": "A123"}),))
    assert facts_of(later, SHOP, (earlier,)) == [shown(SHIPMENT)]
    assert facts_of(later, SHOP) == []


def test_a_newer_result_takes_the_place_of_an_older_one() -> None:
    call = {"name": "get_order", "arguments": {"order_id": "A123"}}
    old = replace(use(records.OrderDetails(order_id="A123", order=PROCESSOR)), **call)
    arrived = order("A123", "QuantumLeap AI Processor")
    new = replace(use(records.OrderDetails(order_id="A123", order=arrived)), **call)
    later = replace(result("A123 was delivered."), sources=(Call.of("get_order", {"order_id": "A123"}),))
    assert facts_of(later, SHOP, (result("?", old), result("?", new))) == [shown(arrived)]


def test_cards_that_cannot_be_made_leave_the_answer_alone() -> None:
    class Failing(Shop):
        def cards(self, answer: str, found: Any) -> Any:
            raise ZeroDivisionError

    assert facts_of(result("B456", use(HISTORY)), Described(Failing())) == []


async def test_shift_tab_and_enter_begin_a_question_about_a_card(make_chat: Any) -> None:
    chat = make_chat("Your mug (B456) was delivered, your processor (A123) has shipped.")
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
        await chat.until(pilot, lambda: len(chat.asked) == 2)
        assert chat.asked[1] == "About order A123: when?"


async def test_a_row_of_a_table_begins_a_question_too(make_chat: Any) -> None:
    chat = make_chat("Your newest are a router (A3243), a shirt (H3092) and a camera (M6303).")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot, "forty40")
        await chat.ask(pilot)
        await chat.answered(pilot)
        await pilot.press("shift+tab")
        assert chat.screen.query_one(RecordsTable).has_focus
        await pilot.press("down", "enter")
        await chat.until(pilot, lambda: chat.screen.prompt.has_focus)
        assert chat.screen.prompt.text == "About order H3092: "


async def test_text_in_the_data_is_no_markup() -> None:
    odd = order("B456", "Mug [/] [red]")
    async with App().run_test() as pilot:
        await pilot.app.mount(card(shown(odd)))
        assert "Mug [/] [red]" in str(pilot.app.query_one(FactCard).content)
