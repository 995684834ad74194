"""The one thread that owns the model.

A model runs one thing at a time, and its KV cache must never see two. So whatever the program wants
of it is a job for this thread: the most urgent first, and a prefill that is under way makes room for
a turn at the end of its chunk instead of making the customer wait for it.

Whoever waits for a job may wait in a thread or in an event loop, and gives up at once: what nobody
wants any more leaves the queue. The thread holds the queue and nothing else, so it ends when its owner is gone.
"""

import asyncio
import atexit
import contextlib
import heapq
import itertools
import os
import threading
import weakref
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeAlias, TypeVar

from headstart.errors import ModelError, SessionClosedError

Item = TypeVar("Item")

Stopped: TypeAlias = Callable[[], bool]
"""Asked by the work between two forward passes; once it says true, the work ends as soon as it can."""

Work: TypeAlias = Callable[[Stopped], Iterator[Item]]

_ASK_S = 0.05
"""How often a call that waits its turn asks whether it is still wanted."""
_EXIT_S = 5.0
"""How long the end of the program waits for a forward pass: a thread killed inside torch takes the process down."""


class Urgency(IntEnum):
    """The smaller goes first, and stops a larger one that is under way."""

    TURN = 0
    PREFILL = 1


@dataclass(frozen=True, slots=True)
class _Ended:
    """The work is over, with what it raised if it did."""

    error: BaseException | None = None


class Job(Generic[Item]):
    """Work under way or waiting its turn: iterate to get what it yields, in any one thread or event loop."""

    def __init__(
        self,
        work: Work[Item],
        urgency: Urgency,
        unwanted: Callable[[], bool] | None = None,
        queue: "_Queue | None" = None,
    ) -> None:
        """Take the work.

        Args:
            unwanted: asked while the job waits for another; once true the job leaves the queue and yields nothing.
            queue: where it waits.
        """
        self.urgency = urgency
        self._work: Work[Item] | None = work
        self._unwanted, self._queue = unwanted, queue
        self._cancelled, self._begun = threading.Event(), threading.Event()
        self._items: SimpleQueue[Item | _Ended] = SimpleQueue()
        self._arrived: Callable[[], None] = _nobody_waits

    @property
    def cancelled(self) -> bool:
        """Whether nobody wants the rest."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Say that nobody wants the rest: what waits leaves the queue, what is under way ends within a forward pass."""
        self._cancelled.set()
        if self._queue is not None and self._queue.withdraw(self):
            self.end()

    def __iter__(self) -> Iterator[Item]:
        """Yield as the work does, and raise what it raises; leaving the loop early cancels the job.

        Raises: SessionClosedError when the thread closes before the work began.
        """
        try:
            while not isinstance(item := self._next(), _Ended):
                yield item
            if item.error is not None:
                raise item.error
        finally:
            item = None  # The error's traceback leads back here: left alone, the two would keep each other.
            self.cancel()

    async def __aiter__(self) -> AsyncGenerator[Item, None]:
        """As `__iter__`, on an event loop that goes on meanwhile; no thread waits."""
        loop, arrived = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            try:
                loop.call_soon_threadsafe(arrived.set)
            except RuntimeError:  # The loop is closed, so nobody is left to want the rest.
                self.cancel()

        self._arrived = wake
        try:
            while True:
                arrived.clear()
                while not self._items.empty():
                    item = self._items.get_nowait()
                    if not isinstance(item, _Ended):
                        yield item
                        continue
                    if item.error is not None:
                        raise item.error
                    return
                self._give_up_if_unwanted()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_ASK_S if self._asks else None):
                        await arrived.wait()
        finally:
            item = None
            self._arrived = _nobody_waits
            self.cancel()

    def run(self, stopped: Stopped) -> None:
        """Do the work; for the thread only."""
        work, self._work = self._work, None  # Whoever keeps the job does not keep what it worked on.
        self._begun.set()
        try:
            for item in work(stopped) if work else ():
                self._put(item)
                if self.cancelled:
                    break
        except BaseException as error:
            # It travels to whoever waits; this thread goes on with the next job.
            self.end(error)
        else:
            self.end()

    def end(self, error: BaseException | None = None) -> None:
        """Let whoever waits go."""
        self._work = None
        self._put(_Ended(error))

    @property
    def _asks(self) -> bool:
        return self._unwanted is not None and not self._begun.is_set()

    def _next(self) -> Item | _Ended:
        while True:
            self._give_up_if_unwanted()
            with contextlib.suppress(Empty):
                return self._items.get(timeout=_ASK_S if self._asks else None)

    def _give_up_if_unwanted(self) -> None:
        """What is under way is asked by the work itself, in the thread."""
        if self._unwanted is None or self._queue is None or not self._queue.is_behind(self):
            return
        if self._unwanted():
            self.cancel()

    def _put(self, item: Item | _Ended) -> None:
        self._items.put(item)
        self._arrived()


def _nobody_waits() -> None:
    return


class _Queue:
    """What the thread and its owner share: the jobs that wait, and whether it is over."""

    def __init__(self, name: str) -> None:
        self._condition = threading.Condition()
        self._waiting: list[tuple[Urgency, int, Job[Any]]] = []
        self._order = itertools.count()
        self._closing = self._working = False
        self._process = os.getpid()
        self._thread = threading.Thread(target=_work_off, args=(self,), name=name, daemon=True)
        _queues.add(self)

    def add(self, job: Job[Any]) -> None:
        # Asked before the lock, which a fork may have left locked for good.
        if os.getpid() != self._process:
            raise ModelError(
                "Expected to be called in the process that loaded the model, found a fork of it, where neither the "
                "model's thread nor torch's go on: load the model in the child, or start it by 'spawn'."
            )
        with self._condition:
            if self._closing:
                raise _closed()
            heapq.heappush(self._waiting, (job.urgency, next(self._order), job))
            self._condition.notify()
            if not self._thread.is_alive():
                self._thread.start()

    def is_behind(self, job: Job[Any]) -> bool:
        """Whether the job waits while another is under way."""
        if os.getpid() != self._process:
            return False
        with self._condition:
            return self._working and any(entry[2] is job for entry in self._waiting)

    def withdraw(self, job: Job[Any]) -> bool:
        """Take a job out that waits; whether it did."""
        if os.getpid() != self._process:
            return False
        with self._condition:
            left = [entry for entry in self._waiting if entry[2] is not job]
            waited = len(left) < len(self._waiting)
            self._waiting = left
            heapq.heapify(self._waiting)
            return waited

    def take(self) -> Job[Any] | None:
        """Wait for the most urgent job; None once it is over."""
        with self._condition:
            self._working = False
            self._condition.wait_for(lambda: self._waiting or self._closing)
            if self._closing:
                return None
            self._working = True
            return heapq.heappop(self._waiting)[2]

    def stopped(self, job: Job[Any]) -> bool:
        with self._condition:
            pressing = bool(self._waiting) and self._waiting[0][0] < job.urgency
            return pressing or self._closing or job.cancelled

    def close(self) -> None:
        if os.getpid() != self._process:
            return
        with self._condition:
            self._closing = True
            waiting, self._waiting = self._waiting, []
            self._condition.notify()
        for _, _, job in waiting:
            job.end(_closed())

    def join(self, wait_s: float) -> bool:
        """Wait for the thread's end, unless this is the thread itself; whether it has ended."""
        if os.getpid() == self._process and self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(wait_s)
        return not self._thread.is_alive()


class ModelThread:
    """A single slot for jobs; the thread itself starts with the first of them, and ends when this is gone."""

    def __init__(self, name: str = "model") -> None:
        self._queue = _Queue(name)
        weakref.finalize(self, self._queue.close).atexit = False

    def submit(
        self,
        work: Work[Item],
        urgency: Urgency = Urgency.TURN,
        unwanted: Callable[[], bool] | None = None,
    ) -> Job[Item]:
        """Queue `work`, a generator function that looks at the predicate it is given.

        Args: `unwanted` is asked while the job waits for another; once true it leaves the queue and yields nothing.
        Raises: SessionClosedError once the thread is closing, ModelError in a fork of the process that made it.
        """
        job = Job(work, urgency, unwanted, self._queue)
        self._queue.add(job)
        return job

    def close(self, wait_s: float = 2.0) -> bool:
        """Stop what is under way within one forward pass, and let everyone go who waits; can be called again.

        Returns: whether the thread has ended.
        """
        self._queue.close()
        return self._queue.join(wait_s)


def _work_off(queue: _Queue) -> None:
    """The thread: it knows its queue and not its owner, and between two jobs nothing of either."""
    while (job := queue.take()) is not None:
        if job.cancelled:
            job.end()
        else:
            job.run(partial(queue.stopped, job))
        del job


_queues: "weakref.WeakSet[_Queue]" = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    queues = list(_queues)
    for queue in queues:
        queue.close()
    for queue in queues:
        queue.join(_EXIT_S)


def _closed() -> SessionClosedError:
    return SessionClosedError("The model was closed while this was waiting for it.")
