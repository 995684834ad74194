"""Warming the model's KV cache: the prompt as it stands is prefilled in the background."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from headstart.llama.capabilities import capabilities_of
from headstart.timeline import Prices, Timeline

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from agent.turn.conversation import Found
    from headstart.world import Tool

MIN_WARM_CHARS = 3
"""Typed text shorter than this is not worth a prefill."""


class Warmer:
    """Prefills for one session; `warm` is called on the event loop, the work is done in a thread.

    `conversation` is the name by which the model can forget what it was given.

    `found` gives the results that belong into the prompt, or None while a turn runs; `prompt`, called in the
    thread, gives the messages with them and what is typed so far.
    """

    def __init__(
        self,
        model: concurrent.futures.Future[BaseChatModel],
        *,
        conversation: str,
        timeline: Timeline,
        prices: Prices,
        found: Callable[[], list[Found] | None],
        prompt: Callable[[list[Found]], tuple[list[BaseMessage], str]],
        tools: Sequence[Tool],
    ) -> None:
        self._model = model
        self._conversation = conversation
        self._timeline = timeline
        self._prices = prices
        self._found = found
        self._prompt = prompt
        self._tools = tools
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None
        self._cancelled = threading.Event()

    @property
    def busy(self) -> bool:
        """Whether a prefill is under way or about to be."""
        return self._task is not None and not self._task.done()

    def warm(self) -> None:
        """Prefill the prompt as it stands now."""
        self.cancel()
        self._cancelled = threading.Event()
        self._task = self._loop.create_task(self._warm(self._task, self._cancelled))

    def cancel(self) -> None:
        """Stop after the chunk under way; from any thread."""
        self._cancelled.set()

    async def close(self) -> None:
        """Stop, and wait until nothing is prefilled any more."""
        self.cancel()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _warm(self, older: asyncio.Task[None] | None, cancelled: threading.Event) -> None:
        if older:
            await asyncio.gather(older, return_exceptions=True)
        try:
            model = await asyncio.wrap_future(self._model)
        except Exception:
            return  # The turn that needs the model will say what is wrong with it.
        prefill: Any = getattr(model, "prefill", None) if capabilities_of(model).warms else None
        if prefill is None or cancelled.is_set() or (found := self._found()) is None:
            return
        await asyncio.to_thread(self._prefill, prefill, found, cancelled)

    def _prefill(self, prefill: Callable[..., Any], found: list[Found], cancelled: threading.Event) -> None:
        from headstart.world.langchain import schemas

        prompt, written = self._prompt(found)
        typed = written if len(written) >= MIN_WARM_CHARS else None
        with self._timeline.span("model", "prefill", "typed" if typed else ""):
            stats = prefill(
                prompt,
                tools=schemas(self._tools),
                partial_text=typed,
                cancelled=cancelled.is_set,
                conversation=self._conversation,
            )
        self._prices.note_prefill(stats.computed_tokens, stats.prefill_s)
