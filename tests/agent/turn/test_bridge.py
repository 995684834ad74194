import asyncio

import pytest

from agent.turn.bridge import Bridge, TurnStoppedError
from headstart.errors import SessionClosedError


async def never(begun: asyncio.Event | None = None) -> None:
    if begun:
        begun.set()
    await asyncio.Event().wait()


async def test_work_runs_on_the_loop_and_its_result_comes_back() -> None:
    async def loop() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    bridge = Bridge(asyncio.get_running_loop())
    assert await asyncio.to_thread(lambda: bridge.run(loop())) is asyncio.get_running_loop()


@pytest.mark.parametrize(("closing", "error"), [(False, TurnStoppedError), (True, SessionClosedError)])
async def test_a_wait_ends_when_the_turn_is_stopped_or_the_session_closes(
    closing: bool, error: type[Exception]
) -> None:
    bridge = Bridge(asyncio.get_running_loop())
    begun = asyncio.Event()
    waiting = asyncio.create_task(asyncio.to_thread(lambda: bridge.run(never(begun))))
    await begun.wait()
    bridge.stop(closing=closing)
    with pytest.raises(error):
        await waiting
    with pytest.raises(error):
        await asyncio.to_thread(lambda: bridge.run(never()))


async def test_a_fresh_bridge_is_open_again() -> None:
    async def two() -> int:
        return 2

    bridge = Bridge(asyncio.get_running_loop())
    bridge.stop()
    assert await asyncio.to_thread(lambda: bridge.fresh().run(two())) == 2


async def test_waiting_on_the_loops_own_thread_is_refused() -> None:
    with pytest.raises(RuntimeError, match="another thread"):
        Bridge(asyncio.get_running_loop()).run(never())


def test_a_wait_for_a_loop_that_is_gone_ends() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    with pytest.raises(SessionClosedError):
        Bridge(loop).run(never())
