"""Calls that wait while another has the model: they are given up at once and take no thread of anybody's."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.messages import HumanMessage

from headstart.errors import SessionClosedError
from headstart.llama.chat_model import ChatLlama
from headstart.llama.model_thread import Stopped, Urgency
from tests.stubs.fake_decoder import FakeDecoder

WAIT_S = 20.0
QUESTION = [HumanMessage("Where is my coffee mug?")]


@pytest.fixture
def busy(chat: ChatLlama) -> Iterator[threading.Event]:
    """Another call has the model until this is set, whatever is asked of it."""
    begun, over = threading.Event(), threading.Event()

    def work(_: Stopped) -> Iterator[None]:
        begun.set()
        assert over.wait(4 * WAIT_S)
        yield

    job = chat._local.thread.submit(work)
    assert begun.wait(WAIT_S)
    yield over
    over.set()
    list(job)


def waiting(chat: ChatLlama) -> int:
    return len(chat._local.thread._queue._waiting)


def in_thread(call: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    found: list[object] = []

    def run() -> None:
        try:
            found.append(call())
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, found


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("before", [True, False])
def test_a_waiting_call_hears_that_it_is_cancelled_and_leaves_the_queue(chat: ChatLlama, before: bool) -> None:
    asked, cancelled = threading.Event(), threading.Event()

    def gone() -> bool:
        asked.set()
        return before or cancelled.is_set()

    thread, found = in_thread(lambda: chat.invoke(QUESTION, cancelled=gone))
    assert asked.wait(WAIT_S)
    cancelled.set()
    thread.join(WAIT_S)

    [message] = found
    assert message.response_metadata["finish_reason"] == "cancelled"
    assert message.text == ""
    assert waiting(chat) == 0


@pytest.mark.usefixtures("busy")
def test_a_waiting_prefill_hears_that_it_is_cancelled(chat: ChatLlama) -> None:
    thread, found = in_thread(lambda: chat.prefill(QUESTION, cancelled=lambda: True))
    thread.join(WAIT_S)

    [stats] = found
    assert not stats.finished
    assert waiting(chat) == 0


@pytest.mark.usefixtures("busy")
def test_a_stream_nobody_reads_any_more_leaves_the_queue(chat: ChatLlama) -> None:
    cancelled = threading.Event()
    stream = chat.stream(QUESTION, cancelled=cancelled.is_set)
    thread, _ = in_thread(lambda: list(stream))
    while not waiting(chat):
        assert thread.is_alive()
    cancelled.set()
    thread.join(WAIT_S)

    assert not thread.is_alive()
    assert waiting(chat) == 0


@pytest.mark.usefixtures("busy")
def test_a_call_that_waits_past_its_timeout_raises_and_leaves_the_queue(chat: ChatLlama) -> None:
    thread, found = in_thread(lambda: chat.invoke(QUESTION, timeout=0.01))
    thread.join(WAIT_S)

    assert isinstance(found[0], TimeoutError)
    assert waiting(chat) == 0


@pytest.mark.usefixtures("busy")
def test_closing_lets_a_waiting_call_go_while_others_over_the_same_weights_wait_on(chat: ChatLlama) -> None:
    other = chat.model_copy()
    mine, found = in_thread(lambda: chat.invoke(QUESTION))
    theirs, _ = in_thread(lambda: other.invoke(QUESTION))
    while waiting(chat) < 2:
        assert mine.is_alive()
    chat.close()
    mine.join(WAIT_S)

    assert isinstance(found[0], SessionClosedError)
    assert theirs.is_alive()
    assert waiting(chat) == 1
    other.close()
    theirs.join(WAIT_S)


@pytest.mark.parametrize("way", ["ainvoke", "astream", "agenerate", "abatch"])
async def test_waiting_calls_of_an_event_loop_take_none_of_its_threads(
    chat: ChatLlama, busy: threading.Event, way: str
) -> None:
    executor = ThreadPoolExecutor(1)
    loop = asyncio.get_running_loop()
    loop.set_default_executor(executor)

    async def call() -> None:
        match way:
            case "ainvoke":
                await chat.ainvoke(QUESTION)
            case "astream":
                async for _ in chat.astream(QUESTION):
                    pass
            case "agenerate":
                await chat.agenerate([QUESTION, QUESTION])
            case _:
                await chat.abatch([QUESTION, QUESTION])

    calls = [asyncio.create_task(call()) for _ in range(3)]
    async with asyncio.timeout(WAIT_S):
        while waiting(chat) < 3:
            await asyncio.sleep(0)
        assert await asyncio.to_thread(int) == 0
        for one in calls[1:]:
            one.cancel()
        ended = await asyncio.gather(*calls[1:], return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) for one in ended)
        assert waiting(chat) == (1 if way in ("ainvoke", "astream") else 2)
        busy.set()
        await calls[0]


@pytest.mark.usefixtures("busy")
async def test_an_awaited_call_hears_its_predicate_and_its_timeout(chat: ChatLlama) -> None:
    async with asyncio.timeout(WAIT_S):
        message = await chat.ainvoke(QUESTION, cancelled=lambda: True)
        assert message.response_metadata["finish_reason"] == "cancelled"
        with pytest.raises(TimeoutError, match="within"):
            await chat.ainvoke(QUESTION, timeout=0.01)

    assert waiting(chat) == 0


async def test_a_job_that_nobody_awaits_any_more_stops_when_its_loop_is_gone(chat: ChatLlama) -> None:
    gate = threading.Event()
    chat.max_tokens = 1000
    decoder = FakeDecoder(chat.tokenizer, "one two three four five six", gate)
    chat._local.decoder = decoder

    def left_behind() -> None:
        async def first() -> None:
            await anext(aiter(chat.astream(QUESTION)))

        asyncio.run(first())

    await asyncio.to_thread(left_behind)
    gate.set()
    await asyncio.to_thread(chat.close)

    assert decoder.forwards < len(decoder._tokenizer.encode(decoder.text))


async def test_callbacks_of_a_call_hear_its_tokens(chat: ChatLlama) -> None:
    class Heard(AsyncCallbackHandler):
        def __init__(self) -> None:
            self.tokens: list[str] = []

        async def on_llm_new_token(self, token: str, **_: object) -> None:
            self.tokens.append(token)

    heard = Heard()
    text = "".join([chunk.text async for chunk in chat.astream(QUESTION, config={"callbacks": [heard]})])

    assert "".join(heard.tokens) == text


@pytest.mark.usefixtures("busy")
def test_a_turn_still_goes_before_a_prefill(chat: ChatLlama) -> None:
    thread = chat._local.thread
    thread.submit(lambda _: iter(()), Urgency.PREFILL)
    turn = thread.submit(lambda _: iter(()))

    assert min(thread._queue._waiting)[2] is turn


@pytest.mark.parametrize("waits", [True, False])
def test_what_a_predicate_raises_is_its_callers_error_and_not_the_models(
    chat: ChatLlama, request: pytest.FixtureRequest, waits: bool
) -> None:
    if waits:
        request.getfixturevalue("busy")

    def gone() -> bool:
        raise LookupError("no such request")

    with pytest.raises(LookupError, match="no such request"):
        chat.invoke(QUESTION, cancelled=gone)
    with pytest.raises(LookupError, match="no such request"):
        chat.prefill(QUESTION, cancelled=gone)
    with pytest.raises(LookupError, match="no such request"):
        asyncio.run(chat.ainvoke(QUESTION, cancelled=gone))
