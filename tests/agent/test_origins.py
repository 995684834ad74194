"""Each error is told as what it is: the model's, the display's, the state file's or a fault of the program."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing

import pytest
from stubs.fake_llama import FakeLlama
from stubs.waiting import until

from agent.engine import KEPT_IN, Engine
from agent.events import AheadChanged, Event, StepFinished, TextArrived, TurnResult
from agent.session import checkpoints
from agent.session.session import Session
from agent.settings import Settings
from agent.turn import graph
from headstart.errors import DatabaseError, HeadstartError, ModelError

SignIn = Callable[..., Awaitable[tuple[Session, FakeLlama]]]


async def answers(session: Session) -> str:
    result = await asyncio.to_thread(session.ask, "Hello?")
    assert isinstance(result, TurnResult)
    return result.answer


@pytest.mark.parametrize("kind", [TextArrived, StepFinished])
@pytest.mark.parametrize(
    "error",
    [
        BrokenPipeError(32, "Broken pipe"),
        UnicodeEncodeError("latin-1", "日", 0, 1, "no"),
        sqlite3.OperationalError("x"),
    ],
)
async def test_what_the_display_raises_comes_out_as_it_is(sign_in: SignIn, kind: type[Event], error: Exception) -> None:
    session, _ = await sign_in("Hello.", "Hello again.")

    def display(event: Event) -> None:
        if isinstance(event, kind):
            raise error

    session.on_event = display
    with pytest.raises(type(error)) as raised:
        await asyncio.to_thread(session.ask, "Hello?")
    assert raised.value is error
    assert session.messages() == []
    session.on_event = lambda _: None
    assert await answers(session) == "Hello again."


async def test_a_display_that_fails_outside_a_turn_stops_no_lookup(sign_in: SignIn) -> None:
    def display(event: Event) -> None:
        if isinstance(event, AheadChanged):
            raise BrokenPipeError

    session, _ = await sign_in("Hello.", on_event=display)
    assert await answers(session) == "Hello."
    await until(lambda: [one.state for one in session.ahead()] == ["ready"])


@pytest.mark.parametrize("error", [OSError(28, "No space left"), sqlite3.OperationalError("locked"), KeyError("x")])
async def test_what_the_model_raises_is_the_models(sign_in: SignIn, error: Exception) -> None:
    session, _ = await sign_in(error, "Hello.")
    with pytest.raises(ModelError, match="The model failed"):
        await asyncio.to_thread(session.ask, "Hello?")
    assert await answers(session) == "Hello."


async def test_a_fault_of_the_program_is_not_told_as_the_models(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = await sign_in("Hello.", "Hello.")
    with monkeypatch.context() as patched:
        patched.setattr(graph, "_decision", lambda _: {}["lost"])
        with pytest.raises(HeadstartError, match=r"fault in headstart.*KeyError") as raised:
            await asyncio.to_thread(session.ask, "Hello?")
    assert not isinstance(raised.value, ModelError | DatabaseError)
    assert session.messages() == []
    assert await answers(session) == "Hello."


async def test_a_locked_state_file_is_named_and_the_turn_may_be_asked_again(
    sign_in: SignIn, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = await sign_in("Hello.", "Lost.", "Hello again.")
    assert await answers(session) == "Hello."
    session._transcript._graph().checkpointer.conn.execute("PRAGMA busy_timeout = 1")  # type: ignore[union-attr]
    with closing(sqlite3.connect(settings.state_folder / KEPT_IN, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseError, match=rf"{KEPT_IN} cannot be used: it is locked by another program"):
            await asyncio.to_thread(session.ask, "Hello?")
        other.execute("ROLLBACK")
    assert await answers(session) == "Hello again."


async def test_a_state_file_that_is_damaged_during_a_session_is_named(sign_in: SignIn, settings: Settings) -> None:
    session, _ = await sign_in("Hello.", "Hello.")
    assert await answers(session) == "Hello."
    with closing(sqlite3.connect(settings.state_folder / KEPT_IN)) as other, other:
        other.execute("UPDATE checkpoints SET checkpoint = x'c1c1c1'")
    with pytest.raises(DatabaseError, match=rf"{KEPT_IN} cannot be used: it is damaged"):
        await asyncio.to_thread(session.ask, "Hello?")


@pytest.mark.parametrize("how", ["half", "noise", "folder"])
@pytest.mark.parametrize("name", [KEPT_IN, "sign_in.sqlite"])
async def test_a_damaged_state_file_is_named_before_anybody_signs_in(settings: Settings, name: str, how: str) -> None:
    async with Engine(settings, load_model=lambda *_: FakeLlama(replies=["Hello."])) as engine:
        engine.start_model()
        async with engine.signed_in("user123", "demo") as session:
            await asyncio.to_thread(session.ask, "Hello?")
    path = settings.state_folder / name
    for beside in settings.state_folder.glob(f"{name}-*"):
        beside.unlink()
    match how:
        case "half":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 or 100])
        case "noise":
            path.write_bytes(bytes(range(1, 256)) * 64)
        case _:
            path.unlink()
            path.mkdir()
    with pytest.raises(DatabaseError, match=rf"{name} cannot be used: .*Move") as raised:
        async with Engine(settings, load_model=lambda *_: FakeLlama(replies=[])):
            pass
    assert raised.value.exit_code == 4


async def test_a_clock_that_was_set_back_loses_no_turn(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    real = checkpoints.checkpoint_ids.time.time_ns
    llama = FakeLlama(replies=["One.", "Two.", "Three."])
    async with Engine(settings, load_model=lambda *_: llama) as engine:
        engine.start_model()
        first = await engine.sign_in("user123", "demo")
        await asyncio.to_thread(first.ask, "Hello?")
        thread_id = first.thread_id
    monkeypatch.setattr(checkpoints.checkpoint_ids, "_last_v6_timestamp", None)
    monkeypatch.setattr(checkpoints.checkpoint_ids.time, "time_ns", lambda: real() - 10**15)
    async with Engine(settings, load_model=lambda *_: llama) as engine:
        engine.start_model()
        again = await engine.resume(await engine.sign_in("user123", "demo"), thread_id)
        for _ in range(2):
            await asyncio.to_thread(again.ask, "And?")
        (kept,) = await asyncio.to_thread(engine.conversations("user123").listed)
        assert kept.turns == 3
