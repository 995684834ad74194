"""The session over chat models that are not this project's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from stubs.fake_llama import FakeLlama, asks
from stubs.fake_whole import FakeSeveral, FakeWhole

from agent.engine import Engine
from agent.events import Confirmation, Event, TextArrived, TurnResult
from agent.session.session import Session
from agent.settings import Settings
from headstart.errors import ModelError

ANSWER = "You are Ada Moreno."
Over = Callable[..., Awaitable[Session]]


@pytest.fixture
async def over(settings: Settings) -> AsyncIterator[Over]:
    async with AsyncExitStack() as engines:

        async def signed_in(model: BaseChatModel, user: str = "user123", **changed: Any) -> Session:
            given = settings.model_copy(update={"strategy": "sequential", **changed})
            engine = await engines.enter_async_context(Engine(given, load_model=lambda *_: model))
            engine.start_model()
            await asyncio.wrap_future(engine.model)
            return await engine.sign_in(user, "demo")

        yield signed_in


async def asked(session: Session, question: str = "Who am I?") -> TurnResult:
    result = await asyncio.to_thread(session.ask, question)
    assert isinstance(result, TurnResult)
    return result


@pytest.mark.parametrize("streaming", [True, "tool_calling", None])
async def test_a_model_that_does_not_stream_calls_tools_and_answers(over: Over, streaming: Any) -> None:
    replies = [asks("get_account"), ANSWER]
    whole = FakeWhole(replies=replies)
    session = await over(whole if streaming is None else FakeLlama(replies=replies, disable_streaming=streaming))
    shown: list[Event] = []
    session.on_event = shown.append
    result = await asked(session)
    assert result.answer == "".join(e.text for e in shown if isinstance(e, TextArrived)) == ANSWER
    assert [use.name for use in result.tool_calls] == ["get_account"]


async def test_several_whole_messages_are_one_answer(over: Over) -> None:
    counted = [AIMessage(text, response_metadata={"took_s": took}) for text, took in (("You are ", 0.1), ("Ada.", 0.2))]
    session = await over(FakeSeveral(replies=[[asks("get_account")], counted]))
    assert (await asked(session)).answer == "You are Ada."


async def test_content_blocks_are_read_for_their_text(over: Over) -> None:
    blocks = AIMessage([{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "You are Ada."}])
    assert (await asked(await over(FakeWhole(replies=[blocks])))).answer == "You are Ada."


async def test_calls_without_ids_or_with_equal_ones_each_get_their_result(over: Over) -> None:
    calls = [
        {"name": name, "args": {}, "id": call_id, "type": "tool_call"}
        for name, call_id in (("get_account", None), ("get_order_history", None))
    ]
    again = [{**call, "id": "call_0"} for call in calls]
    model = FakeWhole(replies=[AIMessage("", tool_calls=calls), ANSWER, AIMessage("", tool_calls=again), ANSWER])
    session = await over(model, guard=False)
    for _ in range(2):
        await asked(session)
    results = [m for m in session.messages() if isinstance(m, ToolMessage)]
    assert [m.name for m in results] == ["get_account", "get_order_history"] * 2
    assert len({m.tool_call_id for m in results}) == 4


async def test_a_change_whose_call_has_the_id_of_an_earlier_one_is_done_too(over: Over) -> None:
    def cancel(order_id: str) -> AIMessage:
        call = {"name": "cancel_order", "args": {"order_id": order_id}, "id": "call_0", "type": "tool_call"}
        return AIMessage("", tool_calls=[call])

    session = await over(FakeWhole(replies=[cancel("K7575"), "Done.", cancel("K7575"), "It was done."]), user="eight8")
    first = await asyncio.to_thread(session.ask, "Cancel order K7575")
    assert isinstance(first, Confirmation)
    await asyncio.to_thread(session.confirm, first, confirmed=True)
    second = await asyncio.to_thread(session.ask, "Cancel order K7575")
    assert isinstance(second, TurnResult), "the rules refuse it: it is looked at again, not answered from the first"
    assert [use.record for use in second.tool_calls if use.name == "cancel_order"] == ["Change"]
    assert not next(use for use in second.tool_calls if use.name == "cancel_order").data["done"]


async def test_halves_of_characters_in_a_call_reach_the_tool_whole(over: Over) -> None:
    session = await over(FakeWhole(replies=[asks("search_orders", text="mug \ud83d"), "Nothing."]))
    result = await asked(session, "find \udcff my mug")
    assert result.question == "find � my mug"
    assert result.as_dict()


async def test_without_counts_a_long_conversation_is_shortened_too(over: Over) -> None:
    session = await over(FakeWhole(replies=["word " * 600] * 4), max_prompt_tokens=512, guard=False)
    for number in range(4):
        await asked(session, f"question {number}")
    assert session._prompt.first_id is not None


async def test_an_error_of_binding_is_the_models(over: Over) -> None:
    class Unbindable(FakeWhole):
        def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
            raise NotImplementedError("no tools here")

    session = await over(Unbindable(replies=[]))
    with pytest.raises(ModelError, match="no tools here"):
        await asked(session)
