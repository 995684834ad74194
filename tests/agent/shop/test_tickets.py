import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent.shop import contents
from agent.shop.orders import OrderStore
from agent.shop.tickets import QUESTION_LENGTH, TRANSCRIPT_LENGTH, ShopDesk
from headstart.world import Said, Write

SAID = [
    Said("user", "Where is A123?"),
    Said("agent", "Your Desk Lamp (A123) has shipped."),
    Said("user", "And D111? Give me a person."),
]


@pytest.fixture
def desk(store: OrderStore) -> ShopDesk:
    assert store.desk is not None
    return store.desk


async def opened(desk: ShopDesk, customer: str = "ada", key: str = "k1") -> int:
    handover = await desk.open(customer, "a person", SAID, key=key, dry_run=False)
    assert handover.ticket is not None
    return handover.ticket


async def test_a_ticket_has_what_was_said_and_the_customers_own_orders(desk: ShopDesk) -> None:
    ticket = await desk.ticket(await opened(desk))
    assert ticket is not None
    assert (ticket.user, ticket.status, ticket.reason, ticket.messages) == ("ada", "Open", "a person", ())
    assert ticket.transcript.splitlines() == [
        "Customer: Where is A123?",
        "Headstart: Your Desk Lamp (A123) has shipped.",
        "Customer: And D111? Give me a person.",
    ]
    # D111 is somebody else's: what a customer writes opens nobody's orders.
    assert (
        ticket.facts == "A123: Desk Lamp (A123) has shipped, expected by 2026-02-04. Ordered on 2026-01-28 for $49.00."
    )


async def test_a_dry_run_opens_nothing_and_the_same_key_opens_one(desk: ShopDesk) -> None:
    preview = await desk.open("ada", "a person", SAID, key="k1", dry_run=True)
    assert (preview.ticket, preview.message) == (None, contents.will_hand_over("a person"))
    assert await desk.tickets() == []
    assert await opened(desk) == await opened(desk)
    assert len(await desk.tickets()) == 1


async def test_the_key_of_another_customer_opens_nothing_of_theirs(desk: ShopDesk) -> None:
    await opened(desk)
    with pytest.raises(sqlite3.IntegrityError):
        await desk.open("ben", "a person", [], key="k1", dry_run=False)


async def test_an_answer_is_news_once_and_only_to_its_customer(desk: ShopDesk) -> None:
    number = await opened(desk)
    answered = await desk.answer(number, "We send a new one.\x1b[2J")
    assert answered is not None
    assert answered.status == "Answered"
    assert await desk.news("ben") == []
    [message] = await desk.news("ada")
    assert (message.ticket, message.author, message.text) == (number, "staff", "We send a new one.")
    assert await desk.news("ada") == []


async def test_a_taken_conversation_is_the_persons_until_it_is_closed(desk: ShopDesk) -> None:
    number = await opened(desk)
    assert await desk.taken("ada") is None
    await desk.take(number, "Kim")
    taken = await desk.taken("ada")
    assert taken is not None
    assert (taken.number, taken.taken_by) == (number, "Kim")
    await desk.pass_on(number, "ada", "Are you there?")
    await desk.pass_on(number, "ben", "I am not the customer.")
    answered = await desk.answer(number, "I am.")
    assert answered is not None
    assert answered.status == "Taken"
    assert [(one.author, one.text) for one in answered.messages] == [("customer", "Are you there?"), ("staff", "I am.")]
    await desk.close(number)
    assert await desk.taken("ada") is None
    assert await desk.tickets() == []
    assert [one.status for one in await desk.tickets(closed=True)] == ["Closed"]


async def test_a_number_that_no_ticket_has_changes_nothing(desk: ShopDesk) -> None:
    assert await desk.ticket(7) is None
    assert await desk.answer(7, "x") is None
    assert await desk.take(7, "x") is None
    assert await desk.close(7) is None


async def test_unanswered_questions_are_counted_without_what_is_personal(desk: ShopDesk) -> None:
    for question in ("Insure my A123, ada@example.com?", "insure my B999, x@y.org?", "Do you have a shop in Oslo?"):
        await desk.note_unanswered(question)
    first, second = await desk.unanswered()
    assert (first.question, first.times) == ("insure my …, …", 2)
    assert (second.question, second.times) == ("do you have a shop in oslo?", 1)


async def test_long_texts_are_cut_where_they_are_kept(desk: ShopDesk) -> None:
    said = [Said("user", "x" * 3 * TRANSCRIPT_LENGTH)]
    handover = await desk.open("ada", "", said, key="k", dry_run=False)
    ticket = await desk.ticket(handover.ticket or 0)
    assert ticket is not None
    assert len(ticket.transcript) == TRANSCRIPT_LENGTH
    assert ticket.reason == "The customer wants to talk to a person."
    await desk.note_unanswered("why " * QUESTION_LENGTH)
    assert len((await desk.unanswered())[0].question) <= QUESTION_LENGTH


async def test_a_database_without_tickets_says_so(orders_path: Path) -> None:
    with closing(sqlite3.connect(orders_path)) as connection:
        connection.execute("DROP TABLE ticket_messages")
    store = await OrderStore.open(orders_path)
    try:
        assert store.desk is None
        assert (await store.contact_human("ada", "x", write=Write("k", dry_run=False))).message == contents.NO_DESK
    finally:
        await store.close()
