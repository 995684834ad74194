import asyncio

from stubs.fake_llama import FakeLlama

from agent.engine import Engine
from agent.models.loading import ModelState
from agent.settings import Settings


async def test_progress_that_cannot_be_shown_stops_no_loading(settings: Settings) -> None:
    def broken(_: ModelState) -> None:
        raise BrokenPipeError

    engine = Engine(settings, load_model=lambda *_: FakeLlama(replies=[]), on_model=broken)
    engine.start_model()
    assert await asyncio.wait_for(asyncio.wrap_future(engine.model), 20)
    await engine.close()
