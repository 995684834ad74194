import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from stubs.fake_llama import FakeLlama
from stubs.waiting import until

from agent.engine import Engine
from agent.events import Event, Notice, RuleSwitchedOff
from agent.models.loading import ModelState
from agent.settings import Settings
from headstart.errors import DatabaseError, ModelError, SignInError
from headstart.speculation.calls import Call
from headstart.speculation.prediction import Candidate


async def test_a_wrong_password_opens_nothing(settings: Settings) -> None:
    engine = Engine(settings, load_model=lambda *_: FakeLlama(replies=[]))
    await engine.open()
    with pytest.raises(SignInError):
        await engine.sign_in("user123", "wrong")
    await engine.close()


async def test_a_database_of_ones_own_that_is_none_names_what_is_missing(settings: Settings, tmp_path: Path) -> None:
    engine = Engine(settings.model_copy(update={"options": {"orders": tmp_path / "nothing.sqlite"}}))
    with pytest.raises(DatabaseError, match=r"nothing\.sqlite"):
        await engine.open()
    await engine.close()


async def test_a_model_that_cannot_be_loaded_is_told_to_the_turn_that_needs_it(settings: Settings) -> None:
    def broken(*_: object) -> FakeLlama:
        raise OSError("no such file")

    engine = Engine(settings, load_model=broken)
    await engine.open()
    engine.start_model()
    session = await engine.sign_in("user123", "demo")
    with pytest.raises(ModelError, match="no such file"):
        await asyncio.to_thread(session.ask, "Hello?")
    assert isinstance(engine.model_state.error, ModelError)
    await engine.close()


async def test_a_turn_waits_for_the_model_and_can_be_stopped_meanwhile(settings: Settings) -> None:
    loaded = threading.Event()

    def slow(*_: object) -> FakeLlama:
        loaded.wait()
        return FakeLlama(replies=["Hello."])

    engine = Engine(settings, load_model=slow)
    await engine.open()
    engine.start_model()
    session = await engine.sign_in("user123", "demo")
    first = asyncio.create_task(asyncio.to_thread(session.ask, "Hello?"))
    await until(lambda: [span for span in session.timeline.running() if span.name == "loading"])
    session.stop()
    stopped = await first
    assert getattr(stopped, "ended", None) == "stopped"
    second = asyncio.create_task(asyncio.to_thread(session.ask, "Hello?"))
    loaded.set()
    assert getattr(await second, "answer", None) == "Hello."
    await engine.close()


async def test_closing_does_not_wait_for_a_model_that_still_loads(settings: Settings) -> None:
    loaded = threading.Event()
    states: list[ModelState] = []

    def slow(_: Settings, report: object) -> FakeLlama:
        report(ModelState("converting", 0.3))  # type: ignore[operator]
        loaded.wait()
        return FakeLlama(replies=[])

    engine = Engine(settings, load_model=slow, on_model=states.append)
    await engine.open()
    engine.start_model()
    session = await engine.sign_in("user123", "demo")
    asking = asyncio.create_task(asyncio.to_thread(session.ask, "Hello?"))
    await until(lambda: [span for span in session.timeline.running() if span.name == "loading"])
    await engine.close()
    await asyncio.gather(asking, return_exceptions=True)
    assert [state.step for state in states][:1] == ["converting"]
    loaded.set()


async def test_conversations_are_kept_apart_from_the_orders(settings: Settings) -> None:
    engine = Engine(settings, load_model=lambda *_: FakeLlama(replies=["Hello."]))
    await engine.open()
    engine.start_model()
    session = await engine.sign_in("user123", "demo")
    await asyncio.to_thread(session.ask, "Hello?")
    await engine.close()
    assert b"Hello?" in (settings.state_folder / "conversations.sqlite").read_bytes()
    assert b"Hello?" not in (settings.data_folder / "orders.sqlite").read_bytes()


def test_signing_in_needs_nothing_heavy() -> None:
    heavy = {"torch", "transformers", "langgraph", "langchain_core", "textual"}
    program = f"import agent.engine, agent.session.session, sys; print(sorted({heavy!r} & set(sys.modules)))"
    root = Path(__file__).parents[2]
    found = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


async def test_a_rule_that_is_switched_off_is_told_to_every_session(settings: Settings) -> None:
    told: list[Event] = []
    engine = Engine(settings, load_model=lambda *_: FakeLlama(replies=[]))
    await engine.open()
    await engine.sign_in("user123", "demo", told.append)
    for _ in range(40):
        engine.predictor.outcome(Candidate(Call.of("get_order"), 0.9, "a_bad_rule"), used=False)
    off = [event.sentence for event in told if isinstance(event, RuleSwitchedOff)]
    assert len(off) == 1
    assert "a_bad_rule" in off[0]
    await engine.close()


async def test_orders_that_were_damaged_are_told_at_the_sign_in(settings: Settings) -> None:
    settings.data_folder.mkdir(parents=True)
    (settings.data_folder / "orders.sqlite").write_bytes(b"noise" * 4_000)
    told: list[Event] = []
    async with Engine(settings, load_model=lambda *_: FakeLlama(replies=[])) as engine:
        await engine.sign_in("user123", "demo", told.append)
    assert ["orders.sqlite.damaged-" in event.sentence for event in told if isinstance(event, Notice)] == [True]
