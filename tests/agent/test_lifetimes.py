"""What is opened ends, and nothing of a customer outlives the sign-out."""

import asyncio
import gc
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest
from stubs.fake_llama import FakeLlama
from stubs.waiting import until

from agent.engine import Engine
from agent.hit_rates import HIT_RATES
from agent.settings import Settings
from headstart.errors import DatabaseError, SessionClosedError


def engine_of(settings: Settings, *replies: str) -> Engine:
    return Engine(settings, load_model=lambda *_: FakeLlama(replies=list(replies)))


async def test_nothing_of_a_customer_is_held_after_the_sign_out(settings: Settings) -> None:
    async with engine_of(settings, "One.", "Two.") as engine:
        engine.start_model()
        session = await engine.sign_in("user123", "demo")
        await asyncio.to_thread(session.ask, "Hello?")
        thread_id = session.thread_id
        gone: list[weakref.ref[Any]] = [weakref.ref(session), weakref.ref(session.timeline)]
        session = await engine.resume(session, None)
        await asyncio.to_thread(session.ask, "Hello?")
        gone += [weakref.ref(session), weakref.ref(session._lookups)]
        session = await engine.resume(session, thread_id)
        gone.append(weakref.ref(session))
        await engine.sign_out(session)
        assert engine._sessions == []
        del session
        await until(lambda: gc.collect() >= 0 and not any(one() for one in gone))


async def test_signing_out_keeps_what_the_rules_learned_and_may_come_twice(settings: Settings) -> None:
    async with engine_of(settings) as engine:
        session = await engine.sign_in("user123", "demo")
        await engine.sign_out(session)
        assert (settings.state_folder / HIT_RATES).is_file()
        await engine.sign_out(session)
        with pytest.raises(SessionClosedError):
            await engine.resume(session, None)


async def test_a_session_lasts_as_long_as_its_block(settings: Settings) -> None:
    async with engine_of(settings) as engine:
        with pytest.raises(ZeroDivisionError):
            async with engine.signed_in("user123", "demo") as session:
                raise ZeroDivisionError
        with pytest.raises(SessionClosedError):
            session.ask("Hello?")
        assert engine._sessions == []


async def test_signing_out_during_a_change_of_conversation_begins_none(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engine_of(settings) as engine:
        session = await engine.sign_in("user123", "demo")
        resuming = asyncio.create_task(engine.resume(session, None))
        await asyncio.sleep(0)
        await engine.sign_out(session)
        with pytest.raises(SessionClosedError):
            await resuming
        assert engine._sessions == []


async def test_one_session_that_cannot_be_closed_keeps_no_other_open(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_of(settings)
    await engine.open()
    broken, sound = [await engine.sign_in("user123", "demo") for _ in range(2)]

    async def fails() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(broken._warmer, "close", fails)
    await engine.close()
    await engine.close()
    assert broken.ahead() == sound.ahead() == []
    with pytest.raises(DatabaseError):
        _ = engine.backend
    with pytest.raises(SessionClosedError):
        await engine.open()


async def test_closing_before_the_opening_has_ended_leaves_nothing_open(settings: Settings) -> None:
    engine = engine_of(settings)
    before = set(threading.enumerate())
    opening = asyncio.create_task(engine.open())
    await asyncio.sleep(0)
    await engine.close()
    with pytest.raises(SessionClosedError):
        await opening
    assert engine._world is None
    await until(lambda: not [t for t in set(threading.enumerate()) - before if "_connection_worker" in t.name])


async def test_a_model_that_is_loaded_after_the_close_is_closed(settings: Settings) -> None:
    go, closed = threading.Event(), threading.Event()

    class Closing(FakeLlama):
        def close(self) -> None:
            closed.set()

    def slow(*_: object) -> FakeLlama:
        go.wait(20)
        return Closing(replies=[])

    engine = Engine(settings, load_model=slow)
    await engine.open()
    engine.start_model()
    await engine.close()
    go.set()
    await until(closed.is_set)


PROGRAM = """
import asyncio
from pathlib import Path
from agent.engine import Engine
from agent.settings import load_settings
from stubs.fake_llama import FakeLlama

folder = Path({folder!r})
settings = load_settings(data_folder=folder / "d", state_folder=folder / "s", cache_folder=folder / "c", db_latency=0.0)

async def main():
    engine = Engine(settings, load_model=lambda *_: FakeLlama(replies=["Hello."]))
    await engine.open()
    engine.start_model()
    session = await engine.sign_in("user123", "demo")
    await asyncio.to_thread(session.ask, "Hello?")
    raise ZeroDivisionError

asyncio.run(main())
"""


def test_a_process_ends_though_nobody_closes_the_engine(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    program = f"import sys; sys.path[:0] = [{str(root)!r}, {str(root / 'tests')!r}]\n" + PROGRAM.format(
        folder=str(tmp_path)
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "ZeroDivisionError" in ended.stderr
