import asyncio
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from stubs.fake_llama import FakeLlama
from stubs.waiting import until

from agent.engine import HIT_RATES, Engine, ModelState, hide_traces, tracing
from agent.events import Event, Notice, RuleSwitchedOff
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


def test_tracing_is_told_and_hides_the_contents_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("LANGCHAIN_", "LANGSMITH_")):
            monkeypatch.delenv(name)
    assert tracing() is None
    monkeypatch.setenv("LANGSMITH_HIDE_INPUTS", "")
    monkeypatch.delenv("LANGSMITH_HIDE_INPUTS")
    monkeypatch.setenv("LANGSMITH_HIDE_OUTPUTS", "false")
    monkeypatch.setenv("LANGCHAIN_TRACING_V2", "true")
    monkeypatch.setenv("LANGCHAIN_PROJECT", "shop")
    assert tracing() == "shop"
    hide_traces()
    assert (os.environ["LANGSMITH_HIDE_INPUTS"], os.environ["LANGSMITH_HIDE_OUTPUTS"]) == ("true", "false")
    monkeypatch.delenv("LANGSMITH_HIDE_INPUTS")


def test_signing_in_needs_nothing_heavy() -> None:
    heavy = {"torch", "transformers", "langgraph", "langchain_core", "textual"}
    program = f"import agent.engine, agent.session.session, sys; print(sorted({heavy!r} & set(sys.modules)))"
    root = Path(__file__).parents[2]
    found = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


async def test_what_the_rules_learned_is_kept_and_holds_nothing_of_a_customer(settings: Settings) -> None:
    first = Engine(settings, load_model=lambda *_: FakeLlama(replies=[]))
    await first.open()
    await first.sign_in("user123", "demo")
    await first.close()
    kept = (settings.state_folder / HIT_RATES).read_text(encoding="utf-8")
    assert set(json.loads(kept)) == {"rates", "off"}
    assert not any(word in kept for word in ("user123", "A123", "Mug"))
    second = Engine(settings, load_model=lambda *_: FakeLlama(replies=[]))
    await second.open()
    assert second.predictor.rates["the_order_history"].wasted == 1
    await second.close()


async def test_broken_hit_rates_are_learned_afresh(settings: Settings) -> None:
    settings.state_folder.mkdir(parents=True)
    (settings.state_folder / HIT_RATES).write_text('{"rates": [1]}', encoding="utf-8")
    engine = Engine(settings, load_model=lambda *_: FakeLlama(replies=[]))
    await engine.open()
    assert engine.predictor.rates == {}
    (aside,) = settings.state_folder.glob(f"{HIT_RATES}.damaged-*")
    assert aside.read_text(encoding="utf-8") == '{"rates": [1]}'
    await engine.close()


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


async def test_progress_that_cannot_be_shown_stops_no_loading(settings: Settings) -> None:
    def broken(_: ModelState) -> None:
        raise BrokenPipeError

    engine = Engine(settings, load_model=lambda *_: FakeLlama(replies=[]), on_model=broken)
    engine.start_model()
    assert await asyncio.wait_for(asyncio.wrap_future(engine.model), 20)
    await engine.close()
