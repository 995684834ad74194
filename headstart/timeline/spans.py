"""Spans on one monotonic clock: when a turn's work began and ended, and on which lane."""

import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from headstart.timeline.intervals import Interval

Lane = Literal["model", "database", "customer"]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Span:
    """Something that took time."""

    lane: Lane
    name: str
    start_s: float
    end_s: float | None = None
    """None while it runs."""
    detail: str = ""
    """Whose work it was: a call's arguments, a prefill's reason. Shown on the screen, never logged."""

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.end_s is None

    def interval(self, now_s: float) -> Interval:
        """Start and end; a running span ends now."""
        return self.start_s, now_s if self.end_s is None else self.end_s

    def as_dict(self) -> dict[str, Any]:
        """Plain data for a checkpoint or `--json`."""
        return asdict(self)


class Timeline:
    """Collects spans from every thread; the newest `keep` of them are held."""

    def __init__(self, clock: Clock = time.monotonic, *, keep: int = 2_000) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._ended: deque[Span] = deque(maxlen=keep)
        self._running: dict[int, Span] = {}
        self._next = 0

    def start(self, lane: Lane, name: str, detail: str = "") -> int:
        """Begin a span; the number returned ends it."""
        with self._lock:
            self._next += 1
            self._running[self._next] = Span(lane, name, self.clock(), detail=detail)
            return self._next

    def end(self, number: int) -> Span | None:
        """End a span; None when it was ended before."""
        with self._lock:
            span = self._running.pop(number, None)
            if span is None:
                return None
            ended = replace(span, end_s=self.clock())
            self._ended.append(ended)
            return ended

    @contextmanager
    def span(self, lane: Lane, name: str, detail: str = "") -> Generator[None]:
        """A span as long as the block."""
        number = self.start(lane, name, detail)
        try:
            yield
        finally:
            self.end(number)

    def spans(self, since_s: float = float("-inf")) -> list[Span]:
        """Every span that ended after `since_s` or still runs, by start."""
        with self._lock:
            held = [*self._ended, *self._running.values()]
        return sorted((s for s in held if s.end_s is None or s.end_s >= since_s), key=lambda s: s.start_s)

    def running(self) -> list[Span]:
        """What is under way."""
        with self._lock:
            return list(self._running.values())

    def clear(self) -> None:
        """Forget everything that has ended (a customer signed out)."""
        with self._lock:
            self._ended.clear()


@dataclass(slots=True)
class PerformanceLog:
    """The notebook's performance log: plain lines with seconds since Enter."""

    clock: Clock
    entered_s: float
    lines: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        """One line, stamped."""
        self.lines.append(f"[{self.clock() - self.entered_s:7.3f}s] {text}")
