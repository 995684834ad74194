"""Changes that are proposed without the model: several at once, of an item, of one's own address, and taken back."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable

from stubs.fake_llama import FakeLlama

from agent.events import Confirmation, TurnResult
from agent.session.session import Session
from agent.settings import Settings
from agent.shop import policy
from agent.shop.english import sentences

SignIn = Callable[..., Awaitable[tuple[Session, FakeLlama]]]


WAITING = """
    SELECT order_id FROM orders WHERE customer_id = 'forty40'
    AND (status = 'Processing' OR (status = 'Delayed' AND tracking_number IS NULL))
"""


async def changed(session: Session, question: str, *words: bool) -> tuple[list[Confirmation], TurnResult]:
    """What the customer was asked to confirm, and the answer after as many words of theirs."""
    asked: list[Confirmation] = []
    outcome = await asyncio.to_thread(session.ask, question)
    for word in words:
        assert isinstance(outcome, Confirmation), outcome
        asked.append(outcome)
        outcome = await asyncio.to_thread(session.confirm, outcome, confirmed=word)
    assert isinstance(outcome, TurnResult), outcome
    return asked, outcome


def rows(settings: Settings, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(settings.data_folder / "orders.sqlite") as connection:
        return connection.execute(query).fetchall()


async def test_each_of_several_changes_is_confirmed_and_told(sign_in: SignIn, settings: Settings) -> None:
    session, llama = await sign_in(user="forty40")
    waiting = {key for (key,) in rows(settings, WAITING)}
    words = [number != 1 for number, _ in enumerate(waiting)]  # The second one is declined.
    asked, result = await changed(session, "please cancel all my orders", *words)
    assert {one.arguments["order_id"] for one in asked} == waiting
    assert {one.tool for one in asked} == {"cancel_order"}
    assert "is now cancelled." in result.answer
    assert "You did not confirm, so nothing was changed." in result.answer
    assert llama.prompts == []
    assert rows(settings, "SELECT count(*) FROM changes") == [(len(waiting) - 1,)]


async def test_a_change_is_undone_within_the_hour(sign_in: SignIn, settings: Settings) -> None:
    session, llama = await sign_in(user="forty40")
    await changed(session, "please cancel all my orders", *[True] * len(rows(settings, WAITING)))
    [asked], result = await changed(session, "wait, undo that", True)
    assert asked.tool == "undo_change"
    assert "is undone" in result.answer
    assert rows(settings, "SELECT action FROM changes WHERE undone_at IS NOT NULL") == [("cancel_order",)]
    assert llama.prompts == []


async def test_nothing_to_undo_is_said_and_nothing_is_asked(sign_in: SignIn) -> None:
    session, _ = await sign_in()
    _, result = await changed(session, "undo the last change")
    assert result.answer == policy.NOTHING_TO_UNDO


async def test_ones_own_address_is_asked_for_and_changed(sign_in: SignIn, settings: Settings) -> None:
    session, llama = await sign_in()
    _, result = await changed(session, "I have moved")
    assert result.answer == sentences.NEW_OWN_ADDRESS
    [asked], result = await changed(session, "12 Elm Street, York", True)
    assert (asked.tool, asked.arguments) == ("change_default_address", {"address": "12 Elm Street, York"})
    assert result.answer.startswith("Your address is now 12 Elm Street, York. 1 order placed before still goes to ")
    assert rows(settings, "SELECT address FROM customers WHERE customer_id = 'user123'") == [("12 Elm Street, York",)]
    assert llama.prompts == []


async def test_an_item_is_exchanged_for_the_version_that_is_named(sign_in: SignIn, settings: Settings) -> None:
    session, llama = await sign_in()
    [asked], result = await changed(session, "I'd like to swap my mug for the black one", True)
    assert asked.tool == "exchange_item"
    assert result.answer.startswith("Smart Coffee Mug (B456) is now exchanged for Smart Coffee Mug, black.")
    assert rows(settings, "SELECT exchange_for FROM returns WHERE order_id = 'B456'") == [("P201",)]
    assert llama.prompts == []


async def test_which_version_is_asked_and_the_answer_to_it_taken(sign_in: SignIn) -> None:
    session, _ = await sign_in()
    _, result = await changed(session, "exchange my mug")
    assert result.answer.split("\n")[0] == "Which one would you like in the place of Smart Coffee Mug (B456)?"
    [asked], _ = await changed(session, "the large one please", False)
    assert "exchanged for Smart Coffee Mug, large; you will pay $7.00 more." in asked.message


async def test_an_item_is_taken_out_of_an_order_that_waits(sign_in: SignIn, settings: Settings) -> None:
    session, _ = await sign_in(user="eight8")
    with sqlite3.connect(settings.data_folder / "orders.sqlite") as connection:
        connection.execute("INSERT INTO order_items VALUES ('K7575', 9, 'P102', 'Smart Coffee Mug', 2, 3990)")
    [asked], result = await changed(session, "take the mug out of order K7575, I keep the rest", True)
    assert asked.tool == "remove_item"
    assert "Smart Coffee Mug is taken out of K7575" in result.answer


async def test_which_item_is_asked_and_the_answer_to_it_taken(sign_in: SignIn) -> None:
    session, _ = await sign_in(user="eight8")
    _, result = await changed(session, "I want to exchange an item of order K7575")
    assert result.answer == "Please name one item of K7575 to exchange: it holds Rain Jacket and Soundbar."
    _, result = await changed(session, "the jacket please")
    assert result.answer.startswith("Which one would you like in the place of Rain Jacket (K7575)?")
