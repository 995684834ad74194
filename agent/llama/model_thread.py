"""The one thread that owns the model.

A model runs one thing at a time, and its KV cache must never see two. So whatever the program wants
of it is a job for this thread: the most urgent first, and a prefill that is under way makes room for
a turn at the end of its chunk instead of making the customer wait for it.
"""

import heapq
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from queue import SimpleQueue
from typing import Generic, TypeAlias, TypeVar

from agent.errors import SessionClosedError

Item = TypeVar("Item")

Stopped: TypeAlias = Callable[[], bool]
"""Asked by the work between two forward passes; once it says true, the work ends as soon as it can."""


class Urgency(IntEnum):
    """The smaller goes first, and stops a larger one that is under way."""

    TURN = 0
    PREFILL = 1


@dataclass(frozen=True, slots=True)
class _Ended:
    """The work is over, with what it raised if it did."""

    error: BaseException | None = None


class Job(Generic[Item]):
    """Work under way or waiting its turn: iterate to get what it yields, on any one thread."""

    def __init__(self, work: Callable[[Stopped], Iterator[Item]], urgency: Urgency) -> None:
        self.urgency = urgency
        self._work = work
        self._cancelled = threading.Event()
        self._items: SimpleQueue[Item | _Ended] = SimpleQueue()

    @property
    def cancelled(self) -> bool:
        """Whether nobody wants the rest."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Say that nobody wants the rest; what is under way ends within one forward pass."""
        self._cancelled.set()

    def __iter__(self) -> Iterator[Item]:
        """Yield as the work does, and raise what it raises; leaving the loop early cancels the job.

        Raises: SessionClosedError when the thread closes before the work began.
        """
        try:
            while not isinstance(item := self._items.get(), _Ended):
                yield item
            if item.error is not None:
                raise item.error
        finally:
            self.cancel()

    def run(self, stopped: Stopped) -> None:
        """Do the work; for the thread only."""
        try:
            for item in self._work(stopped):
                self._items.put(item)
                if self.cancelled:
                    break
        except BaseException as error:
            # It travels to whoever waits; this thread goes on with the next job.
            self.end(error)
        else:
            self.end()

    def end(self, error: BaseException | None = None) -> None:
        """Let whoever waits go; for the thread only."""
        self._items.put(_Ended(error))


class ModelThread:
    """A single slot for jobs; the thread itself starts with the first of them."""

    def __init__(self, name: str = "model") -> None:
        self._condition = threading.Condition()
        self._waiting: list[tuple[Urgency, int, Job[object]]] = []
        self._order = itertools.count()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def submit(self, work: Callable[[Stopped], Iterator[Item]], urgency: Urgency = Urgency.TURN) -> Job[Item]:
        """Queue `work`, a generator function that looks at the predicate it is given.

        Raises: SessionClosedError once the thread is closing.
        """
        job = Job(work, urgency)
        with self._condition:
            if self._closing:
                raise _closed()
            # The heap holds jobs of any item; the thread never looks at what they yield.
            heapq.heappush(self._waiting, (urgency, next(self._order), job))  # pyright: ignore[reportArgumentType]
            self._condition.notify()
            if not self._thread.is_alive():
                self._thread.start()
        return job

    def close(self, wait_s: float = 2.0) -> None:
        """Stop what is under way within one forward pass, and let everyone go who waits; can be called again."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(wait_s)

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._waiting or self._closing)
                if self._closing:
                    break
                _, _, job = heapq.heappop(self._waiting)
            if job.cancelled:
                job.end()
                continue
            job.run(self._stopped(job))
        for _, _, job in self._waiting:
            job.end(_closed())
        self._waiting.clear()

    def _stopped(self, job: Job[object]) -> Stopped:
        def stopped() -> bool:
            with self._condition:
                pressing = bool(self._waiting) and self._waiting[0][0] < job.urgency
                return pressing or self._closing or job.cancelled

        return stopped


def _closed() -> SessionClosedError:
    return SessionClosedError("The model was closed while this was waiting for it.")
