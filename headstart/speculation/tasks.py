"""The tasks of a Speculator: on which event loop, whose they are, and how they end.

What a task raises is its result. An exit that a tool raises (`SystemExit`) would else end the event loop, and
the program, on behalf of a call that nobody has asked for yet.
"""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any


class Tasks:
    """Every task that has not ended, by owner; those interrupted too, until they are over."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self._of: dict[str, set[asyncio.Task[Any]]] = {}

    def enter_loop(self) -> bool:
        """Make sure that this is the loop's own thread; True where an earlier loop is gone, with all its tasks."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise RuntimeError(
                "Expected the event loop's own thread, found one without a loop: from other threads use "
                "loop.call_soon_threadsafe or asyncio.run_coroutine_threadsafe."
            ) from None
        if loop is self.loop:
            return False
        if self.loop is not None and self.loop.is_running():
            raise RuntimeError("Expected the event loop that this Speculator is used on, found another: use that one.")
        moved = self.loop is not None
        self.loop = loop
        self._of.clear()
        return moved

    def start(self, owner: str, work: Callable[[], Coroutine[Any, Any, Any]], name: str) -> asyncio.Task[Any]:
        """A task whose result is what the work returns or raises; where it cannot begin, nothing has changed."""
        caught = _caught(work)
        try:
            task = asyncio.get_running_loop().create_task(caught, name=name)
        except BaseException:
            caught.close()
            raise
        tasks = self._of.setdefault(owner, set())
        tasks.add(task)
        task.add_done_callback(partial(self._ended, owner, tasks))
        return task

    async def over(self, owner: str | None, within_s: float) -> None:
        """Wait until the owner's tasks, or everybody's, are over, or for so long.

        Unlike `gather`, a wait that is cancelled does not cancel them once more.
        """
        chosen = self._of.values() if owner is None else [self._of.get(owner, set[asyncio.Task[Any]]())]
        if under_way := [task for tasks in chosen for task in tasks]:
            await asyncio.wait(under_way, timeout=within_s)

    def _ended(self, owner: str, tasks: set[asyncio.Task[Any]], task: asyncio.Task[Any]) -> None:
        tasks.discard(task)
        if not tasks and self._of.get(owner) is tasks:
            del self._of[owner]


async def _caught(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    try:
        return await work()
    except (asyncio.CancelledError, GeneratorExit):
        raise
    except BaseException as error:
        return error


async def ended(task: asyncio.Task[Any], within_s: float) -> None:
    """Wait until it is over, or for so long; the task goes on either way."""
    await asyncio.sleep(0)
    if not task.done():  # Most waits end here: what is cheap to ask takes one pass of the loop.
        await asyncio.wait([task], timeout=within_s)
