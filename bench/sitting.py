"""A customer before Headstart: the engine over a model that is loaded already, a session, and hands that type."""

import asyncio
import copy
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel

from agent.engine import Engine
from agent.events import TurnResult
from agent.session.session import Session
from agent.settings import load_settings

WORDS_A_MINUTE = 40
CHARACTERS_A_WORD = 5
LOOK_AGAIN_S = 0.02


@asynccontextmanager
async def opened(folder: Path, model: BaseChatModel, name: str, **settings: Any) -> AsyncGenerator[Engine]:
    """An engine over the demo's orders; `name` is its state's, which it finds again when it is opened once more."""
    chosen = load_settings(**{"data_folder": folder / "data", "state_folder": folder / f"state {name}", **settings})
    engine = Engine(chosen, load_model=lambda *_: copy.copy(model))  # Closed with it; the model stays open.
    try:
        await engine.open()
        engine.start_model()
        await asyncio.wrap_future(engine.model)
        await asyncio.to_thread(engine.graph)
        yield engine
    finally:
        await engine.close()


def typing_s(text: str) -> float:
    """Seconds that a person takes to type this."""
    return 60.0 * len(text) / CHARACTERS_A_WORD / WORDS_A_MINUTE


async def typed(session: Session, text: str, seconds: float | None = None) -> None:
    """Type word by word in so many seconds, as fast as a person by default, each word as long as its letters take."""
    seconds = typing_s(text) if seconds is None else seconds
    words = text.split(" ")
    for count, word in enumerate(words, 1):
        await asyncio.sleep(seconds * len(word) / sum(map(len, words)))
        session.typed(" ".join(words[:count]))


async def settled(session: Session) -> None:
    """Wait until every lookup is in and the cache is warm: a customer who takes their time."""
    quiet = 0
    while quiet < 3:
        await asyncio.sleep(LOOK_AGAIN_S)
        under_way = session.warming or any(one.state in ("waiting", "in flight") for one in session.ahead())
        quiet = 0 if under_way else quiet + 1


async def asked(session: Session, question: str) -> TurnResult:
    """One turn. Raises: AssertionError where the turn wants a change confirmed, which no question here should."""
    result = await asyncio.to_thread(session.ask, question)
    assert isinstance(result, TurnResult), f"expected an answer to {question!r}, found {result}"
    return result
