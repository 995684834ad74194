import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage
from stubs.fake_bare import FakeBare
from stubs.fake_llama import FakeLlama

from agent.engine import Engine
from agent.events import Event
from agent.session.session import Session
from agent.settings import Settings, load_settings

SignIn = Callable[..., Awaitable[tuple[Session, FakeLlama]]]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return load_settings(
        data_folder=tmp_path / "data", state_folder=tmp_path / "state", cache_folder=tmp_path / "cache", db_latency=0.0
    )


@pytest.fixture(params=[FakeLlama, FakeBare], ids=["llama", "bare"])
async def sign_in(settings: Settings, request: pytest.FixtureRequest) -> AsyncIterator[SignIn]:
    """Signs a customer in on the real data and a model that is handed its replies: one that can all, one bare."""
    engines: list[Engine] = []

    async def signed_in(
        *replies: str | AIMessage | Exception,
        user: str = "user123",
        on_event: Callable[[Event], None] = lambda _: None,
        **changed: object,
    ) -> tuple[Session, FakeLlama]:
        llama = request.param(replies=list(replies))
        engine = Engine(settings.model_copy(update=changed), load_model=lambda *_: llama)
        engines.append(engine)
        await engine.open()
        engine.start_model()
        await asyncio.wrap_future(engine.model)
        return await engine.sign_in(user, "demo", on_event), llama

    yield signed_in
    for engine in engines:
        await engine.close()
