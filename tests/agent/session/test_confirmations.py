"""A change that waits for the customer's word, and all that may happen before it comes."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from stubs.fake_llama import FakeLlama, asks

from agent.engine import Engine
from agent.events import Confirmation, TurnResult
from agent.session.session import Session
from agent.settings import Settings
from agent.shop.phrases import PHRASES
from headstart.errors import ConfirmationError, ModelError, SessionClosedError

SignIn = Callable[..., Awaitable[tuple[Session, FakeLlama]]]
CANCEL = "Cancel order K7575"


def call() -> AIMessage:
    return asks("cancel_order", order_id="K7575")


async def waiting(sign_in: SignIn, *after: str | AIMessage | Exception) -> tuple[Session, FakeLlama, Confirmation]:
    session, llama = await sign_in(call(), *after, user="eight8")
    asked = await asyncio.to_thread(session.ask, CANCEL)
    assert isinstance(asked, Confirmation)
    return session, llama, asked


def open_calls(messages: list[BaseMessage]) -> set[str | None]:
    made = {one["id"] for m in messages if isinstance(m, AIMessage) for one in m.tool_calls}
    return made - {m.tool_call_id for m in messages if isinstance(m, ToolMessage)}


def changes(settings: Settings) -> list[tuple[str]]:
    with sqlite3.connect(settings.data_folder / "orders.sqlite") as connection:
        return connection.execute("SELECT action FROM changes").fetchall()


async def test_another_question_declines_what_waits_and_closes_its_calls(sign_in: SignIn, settings: Settings) -> None:
    session, llama, asked = await waiting(sign_in, "Hello.", "Hello again.")
    for _ in range(2):
        assert isinstance(await asyncio.to_thread(session.ask, "Hello?"), TurnResult)
    assert all(not open_calls(prompt) for prompt in llama.prompts)
    assert PHRASES.not_confirmed in [m.text for m in llama.prompts[-1] if isinstance(m, ToolMessage)]
    with pytest.raises(ConfirmationError, match="does not wait"):
        await asyncio.to_thread(session.confirm, asked, confirmed=True)
    assert changes(settings) == []


async def test_another_change_may_be_asked_for_while_one_waits(sign_in: SignIn, settings: Settings) -> None:
    session, _, old = await waiting(sign_in, call(), "Done.")
    new = await asyncio.to_thread(session.ask, CANCEL)
    assert isinstance(new, Confirmation)
    with pytest.raises(ConfirmationError):
        await asyncio.to_thread(session.confirm, old, confirmed=True)
    assert changes(settings) == []
    await asyncio.to_thread(session.confirm, new, confirmed=True)
    assert changes(settings) == [("cancel_order",)]


async def test_another_key_leaves_what_waits_waiting(sign_in: SignIn, settings: Settings) -> None:
    session, _, asked = await waiting(sign_in, "Done.")
    with pytest.raises(ConfirmationError):
        await asyncio.to_thread(session.confirm, replace(asked, key="another"), confirmed=True)
    await asyncio.to_thread(session.confirm, asked, confirmed=True)
    assert changes(settings) == [("cancel_order",)]
    with pytest.raises(ConfirmationError):
        await asyncio.to_thread(session.confirm, asked, confirmed=True)


async def test_confirming_twice_at_once_changes_once(sign_in: SignIn, settings: Settings) -> None:
    session, _, asked = await waiting(sign_in, "Done.")
    both = [asyncio.to_thread(session.confirm, asked, confirmed=True) for _ in range(2)]
    ended = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in ended) == ["ConfirmationError", "TurnResult"]
    assert changes(settings) == [("cancel_order",)]


async def test_the_strategy_may_change_while_one_waits(sign_in: SignIn, settings: Settings) -> None:
    session, _, asked = await waiting(sign_in, "Done.")
    session.set_strategy("sequential")
    await asyncio.to_thread(session.confirm, asked, confirmed=True)
    assert changes(settings) == [("cancel_order",)]


async def test_what_was_stopped_while_it_waits_is_not_done(sign_in: SignIn, settings: Settings) -> None:
    session, llama, asked = await waiting(sign_in, "Hello.")
    session.stop()
    result = await asyncio.to_thread(session.confirm, asked, confirmed=True)
    assert isinstance(result, TurnResult)
    assert (result.ended, changes(settings)) == ("stopped", [])
    await asyncio.to_thread(session.ask, "Hello?")
    assert not open_calls(llama.prompts[-1])


async def test_signing_out_declines_what_waits(sign_in: SignIn, settings: Settings) -> None:
    session, _, asked = await waiting(sign_in)
    await session.close()
    with pytest.raises(SessionClosedError):
        await asyncio.to_thread(session.confirm, asked, confirmed=True)
    stored = session._transcript.stored()
    assert open_calls(stored) == set()
    assert stored[-1].text == PHRASES.not_confirmed
    assert changes(settings) == []


@pytest.mark.parametrize("new", [True, False])
async def test_leaving_the_conversation_declines_what_waits(settings: Settings, new: bool) -> None:
    llama = FakeLlama(replies=["One.", call(), "Two."])
    async with Engine(settings, load_model=lambda *_: llama) as engine:
        engine.start_model()
        other = await engine.sign_in("eight8", "demo")
        await asyncio.to_thread(other.ask, "Hello?")
        session = await engine.resume(other, None)
        asked = await asyncio.to_thread(session.ask, CANCEL)
        assert isinstance(asked, Confirmation)
        resumed = await engine.resume(session, None if new else other.thread_id)
        with pytest.raises(ConfirmationError):
            await asyncio.to_thread(resumed.confirm, asked, confirmed=True)
        assert open_calls(await asyncio.to_thread(session._transcript.stored)) == set()
    assert changes(settings) == []


async def test_a_change_that_was_done_is_not_forgotten_when_the_model_fails_after_it(
    sign_in: SignIn, settings: Settings
) -> None:
    session, llama, asked = await waiting(sign_in, RuntimeError("gone"), "Hello.")
    with pytest.raises(ModelError):
        await asyncio.to_thread(session.confirm, asked, confirmed=True)
    assert changes(settings) == [("cancel_order",)]
    await asyncio.to_thread(session.ask, "Hello?")
    assert any("is now cancelled" in m.text for m in llama.prompts[-1] if isinstance(m, ToolMessage))
    assert not open_calls(llama.prompts[-1])


@pytest.mark.parametrize("method", ["ask", "confirm"])
async def test_a_call_on_the_event_loops_own_thread_is_refused(sign_in: SignIn, method: str) -> None:
    session, _, asked = await waiting(sign_in, "Done.")
    with pytest.raises(RuntimeError, match="another thread"):
        session.ask("Hello?") if method == "ask" else session.confirm(asked, confirmed=True)
    assert isinstance(await asyncio.to_thread(session.confirm, asked, confirmed=True), TurnResult)
