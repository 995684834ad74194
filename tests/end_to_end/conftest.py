import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from agent.engine import Engine
from agent.models.loading import load_chat_llama
from agent.session.session import Session
from agent.settings import Settings, load_settings
from headstart.llama.chat_model import ChatLlama

SignIn = Callable[..., Awaitable[Session]]


@pytest.fixture(scope="module")
def embedded(converted: Path) -> Iterator[ChatLlama]:
    """The embedded model with its adapter, loaded as the program loads it."""
    model = load_chat_llama(load_settings(model="embedded", cache_folder=converted), lambda _: None)
    assert isinstance(model, ChatLlama)
    yield model
    model.close()


@pytest.fixture
def settings(tmp_path: Path, converted: Path) -> Settings:
    return load_settings(data_folder=tmp_path / "data", state_folder=tmp_path / "state", cache_folder=converted)


@pytest.fixture
async def sign_in(settings: Settings, embedded: ChatLlama) -> AsyncIterator[SignIn]:
    """Signs customers in on one engine: the real model, and the demo's database on a fresh copy."""
    engine = Engine(settings, load_model=lambda *_: copy.copy(embedded))  # Other tests share it.
    await engine.open()
    engine.start_model()

    async def signed_in(user: str, **changed: object) -> Session:
        engine.settings = settings.model_copy(update=changed)
        if "db_latency" in changed:
            engine.latency_s = engine.settings.db_latency or 0.0
            engine.predictor.cost_s = 0.0  # A quick database would not be worth looking ahead for.
        return await engine.sign_in(user, "demo")

    yield signed_in
    await engine.close()
