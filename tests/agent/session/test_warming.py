import asyncio
import concurrent.futures
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from stubs.fake_llama import FakeLlama
from stubs.waiting import until

from agent.session.warming import Warmer
from agent.shop.tools import TOOLS
from headstart.llama.capabilities import Capabilities
from headstart.timeline import Prices, Timeline


class Warmed:
    """A warmer whose prompt is what the test says."""

    def __init__(self, model: Any) -> None:
        self.typed = ""
        self.busy_turn = False
        loaded: concurrent.futures.Future[Any] = concurrent.futures.Future()
        if isinstance(model, Exception):
            loaded.set_exception(model)
        else:
            loaded.set_result(model)
        self.warmer = Warmer(
            loaded,
            conversation="ada:1",
            timeline=Timeline(),
            prices=Prices(),
            found=lambda: None if self.busy_turn else [],
            prompt=lambda _: ([HumanMessage("hi")], self.typed),
            tools=TOOLS,
        )


@pytest.mark.parametrize(("typed", "prefilled"), [("", None), ("wh", None), ("where is", "where is")])
async def test_what_is_typed_is_prefilled_once_it_is_worth_it(typed: str, prefilled: str | None) -> None:
    llama = FakeLlama(replies=[])
    warmed = Warmed(llama)
    warmed.typed = typed
    warmed.warmer.warm()
    await until(lambda: not warmed.warmer.busy)
    assert [text for _, text in llama.prefilled] == [prefilled]


async def test_nothing_is_prefilled_beside_a_turn_or_without_a_model() -> None:
    llama = FakeLlama(replies=[])
    beside = Warmed(llama)
    beside.busy_turn = True
    for warmed in (beside, Warmed(RuntimeError("no weights")), Warmed(SimpleNamespace())):
        warmed.warmer.warm()
        await until(lambda one=warmed: not one.warmer.busy)
    assert llama.prefilled == []


async def test_a_newer_prefill_stops_the_older_one() -> None:
    stopped: list[bool] = []
    begun = threading.Event()

    def prefill(*_: Any, cancelled: Any, **__: Any) -> Any:
        if not stopped:
            begun.set()
            while not cancelled():
                pass
        stopped.append(cancelled())
        return SimpleNamespace(computed_tokens=1, prefill_s=0.0)

    warmed = Warmed(SimpleNamespace(prefill=prefill, capabilities=Capabilities(warms=True)))
    warmed.warmer.warm()
    await asyncio.to_thread(begun.wait, 5)
    warmed.warmer.warm()
    await until(lambda: len(stopped) == 2)
    assert stopped == [True, False]
    await warmed.warmer.close()
