"""What is answered without the model: articles, sums, people; and what leads on from a dead end."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from stubs.fake_llama import FakeLlama
from stubs.waiting import until

from agent.events import Confirmation, Event, PersonSaid, TurnResult
from agent.session import people
from agent.session.session import Session
from agent.settings import Settings
from agent.shop.english import sentences
from headstart.speculation.speculator import Call
from headstart.world.desk import Desk

SignIn = Callable[..., Awaitable[tuple[Session, FakeLlama]]]


async def answered(session: Session, question: str) -> TurnResult:
    outcome = await asyncio.to_thread(session.ask, question)
    assert isinstance(outcome, TurnResult)
    return outcome


async def handed_over(session: Session, question: str) -> TurnResult:
    outcome = await asyncio.to_thread(session.ask, question)
    assert isinstance(outcome, Confirmation)
    assert outcome.tool == "contact_human"
    outcome = await asyncio.to_thread(session.confirm, outcome, confirmed=True)
    assert isinstance(outcome, TurnResult)
    return outcome


def desk_of(session: Session) -> Desk:
    desk = session._people._desk
    assert desk is not None
    return desk


async def test_a_question_for_help_is_answered_from_its_article_without_the_model(sign_in: SignIn) -> None:
    session, llama = await sign_in()
    result = await answered(session, "What is your return policy?")
    assert result.answer.startswith("You can return an item within 30 days of its delivery.")
    assert "“Returning an item”" in result.answer
    assert result.answer.endswith(sentences.HELPED)
    assert (result.grounded, llama.prompts) == (True, [])
    assert result.sources == (Call.of("search_help", {"text": "returns"}),)


async def test_what_is_typed_for_is_there_before_enter(sign_in: SignIn) -> None:
    session, _ = await sign_in(db_latency=0.2)
    session.typed("how long does delivery ta")
    call = Call.of("search_help", {"text": "delivery-times"})
    await until(lambda: any(one.call == call and one.state == "ready" for one in session.ahead()))
    result = await answered(session, "how long does delivery take")
    [use] = [use for use in result.tool_calls if use.name == "search_help"]
    assert (use.outcome, use.waited_s, use.used) == ("hit", 0.0, True)


async def test_no_model_is_told_of_it_and_it_is_placed_in_no_prompt_ahead(sign_in: SignIn) -> None:
    session, llama = await sign_in("Hello.")
    session.typed("how long does delivery take")
    await until(lambda: any(one.call.name == "search_help" and one.state == "ready" for one in session.ahead()))
    await answered(session, "hello, how are you")
    assert all("search_help" not in str(message) for message in llama.prompts[0])


async def test_what_went_wrong_with_an_order_is_told_with_the_order(sign_in: SignIn) -> None:
    session, _ = await sign_in()
    await until(lambda: session._lookups.begun())
    result = await answered(session, "my coffee mug arrived broken")
    assert result.answer.startswith("Your Smart Coffee Mug (B456) was delivered")
    assert "replaced or refunded" in result.answer


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How much did I spend in total?", "You have spent $1,338.90 on 2 orders in all."),
        ("Which was my cheapest order?", "Your cheapest order is Smart Coffee Mug (B456), $39.90."),
        ("Which order will come first?", "Your next delivery: QuantumLeap AI Processor (A123) has shipped"),
        ("What was the first thing I ever ordered?", "Your first order is Smart Coffee Mug (B456), ordered on"),
    ],
)
async def test_what_all_orders_come_to_is_said_from_the_history(sign_in: SignIn, question: str, answer: str) -> None:
    session, llama = await sign_in()
    result = await answered(session, question)
    assert result.answer.startswith(answer)
    assert (result.grounded, llama.prompts) == (True, [])


async def test_somebody_without_orders_has_spent_nothing(sign_in: SignIn) -> None:
    session, _ = await sign_in(user="new0")
    assert (await answered(session, "How much did I spend in total?")).answer == "You have no orders yet."


async def test_where_a_refund_stands_comes_before_its_article(sign_in: SignIn) -> None:
    session, _ = await sign_in(user="eight8")
    result = await answered(session, "where is my refund?")
    assert result.answer.startswith("$42.00 for Leather Belt (U9809) has been refunded.\n\nA refund reaches you")
    assert result.grounded


async def test_who_wants_a_person_gets_one_after_their_own_word(sign_in: SignIn) -> None:
    session, _ = await sign_in("Hello.", "All right.")
    await answered(session, "hello, how are you")
    declined = await asyncio.to_thread(session.ask, "I want to talk to a human")
    assert isinstance(declined, Confirmation)
    await asyncio.to_thread(session.confirm, declined, confirmed=False)
    assert await desk_of(session).tickets() == []
    result = await handed_over(session, "I want to talk to a human")
    assert result.answer.startswith("I have handed this over: your number is 1.")
    ticket = await desk_of(session).ticket(1)
    assert ticket is not None
    assert (ticket.user, ticket.reason) == ("user123", "I want to talk to a human")
    assert "Customer: hello, how are you\nHeadstart: Hello." in ticket.transcript
    # No order was changed by it, so none is looked up again.
    assert all(one.reason != "after your change" for one in session.ahead())


async def test_a_no_to_an_article_brings_the_offer_and_a_yes_to_that_a_person(sign_in: SignIn) -> None:
    session, _ = await sign_in()
    await answered(session, "What is your return policy?")
    assert (await answered(session, "no")).answer == f"{sentences.NOT_MINE} {sentences.OFFER}"
    await handed_over(session, "yes please")
    [ticket] = await desk_of(session).tickets()
    assert ticket.reason == "What is your return policy?"
    [unanswered] = await desk_of(session).unanswered()
    assert unanswered.question == "what is your return policy?"


async def test_a_yes_to_an_article_and_a_no_to_the_offer_end_it(sign_in: SignIn) -> None:
    session, llama = await sign_in()
    await answered(session, "What is your return policy?")
    assert (await answered(session, "yes, thanks")).answer == sentences.GLAD
    assert (await answered(session, "this is outrageous!")).answer.endswith(sentences.OFFER)
    assert (await answered(session, "no")).answer == sentences.ALL_RIGHT
    assert llama.prompts == []


async def test_an_answer_that_leads_nowhere_offers_a_person_and_is_counted(sign_in: SignIn) -> None:
    session, _ = await sign_in("I'm sorry, I don't have that information.")
    result = await answered(session, "do you know how tall the postman is?")
    assert result.answer == f"I'm sorry, I don't have that information. {sentences.OFFER}"
    await session.close()
    assert [one.question for one in await desk_of(session).unanswered()] == ["do you know how tall the postman is?"]


@pytest.mark.parametrize("sign_in", [FakeLlama], indirect=True)
async def test_an_answer_of_the_staff_reaches_a_running_session_and_the_next_one(
    sign_in: SignIn, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "EVERY_S", 0.01)
    told: list[Event] = []
    session, _ = await sign_in(on_event=told.append)
    await handed_over(session, "I want to talk to a human")
    await desk_of(session).answer(1, "We look into it.")
    await until(lambda: PersonSaid(1, "We look into it.", "person") in told)
    await session.close()
    await desk_of(session).answer(1, "It is solved.")
    later: list[Event] = []
    await sign_in(on_event=later.append)
    await until(lambda: PersonSaid(1, "It is solved.", "person") in later)
    assert sum(isinstance(one, PersonSaid) for one in later) == 1


@pytest.mark.parametrize("sign_in", [FakeLlama], indirect=True)
async def test_the_agent_is_silent_while_a_person_has_the_conversation(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "EVERY_S", 0.01)
    told: list[Event] = []
    session, llama = await sign_in("Hello.", on_event=told.append)
    await handed_over(session, "I want to talk to a human")
    await desk_of(session).take(1, "Kim")
    await until(lambda: session._people.taken is not None)
    result = await answered(session, "What is your return policy?")
    assert result.answer == "I have passed this on (ticket 1)."
    ticket = await desk_of(session).ticket(1)
    assert ticket is not None
    assert [one.text for one in ticket.messages] == ["What is your return policy?"]
    assert llama.prompts == []
    await desk_of(session).close(1)
    await until(lambda: session._people.taken is None)
    assert (await answered(session, "hello, how are you")).answer == "Hello."
    said = [one.text for one in told if isinstance(one, PersonSaid)]
    assert said[0].startswith("Kim has taken over.")
    assert said[1].startswith("The conversation is back with me.")
