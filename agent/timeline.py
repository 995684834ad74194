"""Where the time of a turn goes: spans on one monotonic clock, and the figures computed from them.

The gauge, `--json`, the benchmarks and the performance log all read these functions, so a figure
means the same wherever it is shown. Nothing here is assumed: what was skipped is priced at what such
work has measured on this machine (`Prices`).
"""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from statistics import median
from typing import Any, Literal, Protocol

Lane = Literal["model", "database", "customer"]
Clock = Callable[[], float]
Interval = tuple[float, float]


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


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The union of intervals, as disjoint ones in order."""
    union: list[Interval] = []
    for start, end in sorted(i for i in intervals if i[1] > i[0]):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        else:
            union.append((start, end))
    return union


def length(intervals: Iterable[Interval]) -> float:
    """Seconds that the union of intervals covers."""
    return sum(end - start for start, end in merged(intervals))


def clipped(intervals: Iterable[Interval], window: Interval) -> list[Interval]:
    """The parts of intervals that lie within a window."""
    return [(max(a, window[0]), min(b, window[1])) for a, b in intervals if b > window[0] and a < window[1]]


def overlap(first: Iterable[Interval], second: Iterable[Interval]) -> float:
    """Seconds covered by both."""
    first, second = merged(first), merged(second)
    return sum(length(clipped(first, window)) for window in second)


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call of the model in a turn: its span and what the decoder counted."""

    name: str
    start_s: float
    end_s: float
    prompt_tokens: int = 0
    cached_tokens: int = 0
    warmed_tokens: int = 0
    """Those of the cached tokens that a prefill put there since the turn before; a head start."""
    completion_tokens: int = 0
    prefill_s: float = 0.0
    decode_s: float = 0.0
    tools_called: tuple[str, ...] = ()


class NamedCall(Protocol):
    """A tool call, as far as figures know it; two equal ones are the same call."""

    @property
    def name(self) -> str:
        """The tool."""
        ...


@dataclass(frozen=True, slots=True)
class DatabaseUse:
    """A tool call that a turn used, and when its query ran (which may be before the turn)."""

    call: NamedCall
    start_s: float
    end_s: float
    skipped_decision: bool = False
    """Its result stood in the prompt, so no model call had to ask for it."""


@dataclass(frozen=True, slots=True)
class TurnFigures:
    """What a turn took, in seconds of the wall clock."""

    total_s: float
    """Enter to the last word."""
    first_token_s: float | None
    """TTFT: Enter to the first word shown; None when no word was."""
    database_waited_s: float
    """Database time that the customer sat through."""
    database_hidden_s: float
    """Database time that passed behind something else."""
    sequential_estimate_s: float
    """What the turn would have taken one thing after the other."""
    model_s: float
    prompt_tokens: int
    """Of the call that answered."""
    cached_tokens: int
    completion_tokens: int
    """Over all calls of the turn."""
    tokens_per_s: float | None
    """While decoding, over all calls of the turn."""


class Prices:
    """What work has measured on this machine, to price what a turn did not have to do.

    Medians over the newest measurements: one slow call on a busy machine shall not set a price.
    """

    KEEP = 32

    def __init__(self) -> None:
        self._decisions: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=self.KEEP))
        self._prefills: deque[tuple[int, float]] = deque(maxlen=self.KEEP)
        self._decodes: deque[float] = deque(maxlen=self.KEEP)
        self._tools: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=self.KEEP))

    def note_prefill(self, tokens: int, seconds: float) -> None:
        """A prefill of `tokens` took `seconds`."""
        if tokens > 0:
            self._prefills.append((tokens, seconds))

    def note_decode(self, tokens: int, seconds: float) -> None:
        """Decoding `tokens` took `seconds`."""
        if tokens >= 4:
            self._decodes.append(seconds / tokens)

    def note_decision(self, tool: str, seconds: float) -> None:
        """Writing a call of `tool` took `seconds` of decoding."""
        self._decisions[tool].append(seconds)

    def note_tool(self, tool: str, seconds: float) -> None:
        """A query of `tool` took `seconds`."""
        self._tools[tool].append(seconds)

    def prefill_s(self, tokens: int) -> float:
        """Seconds that a prefill of `tokens` would have taken.

        At the rate of all prefills together: a short one costs far more a token, and what is skipped is long.
        """
        measured = sum(count for count, _ in self._prefills)
        return tokens * sum(seconds for _, seconds in self._prefills) / measured if measured else 0.0

    def decision_s(self, tool: str, call_tokens: int) -> float:
        """Seconds that writing a call would have taken: as measured, else by its tokens."""
        if measured := self._decisions.get(tool):
            return median(measured)
        return call_tokens * median(self._decodes) if self._decodes else 0.0

    def tool_s(self, tool: str) -> float | None:
        """Median seconds of a tool's query; None before the first."""
        measured = self._tools.get(tool)
        return median(measured) if measured else None


CALL_TOKENS = 24
"""About how many tokens a call without long arguments has; used until one was measured."""


def turn_figures(
    *,
    entered_s: float,
    first_word_s: float | None,
    ended_s: float,
    model_calls: Sequence[ModelCall],
    database: Sequence[DatabaseUse],
    paused: Sequence[Interval] = (),
    prices: Prices,
) -> TurnFigures:
    """The figures of one turn.

    `database` holds each call that the turn used for the first time; `paused` is time in which a
    person was asked to confirm, which is nobody's latency and is taken out of everything.
    """
    turn = (entered_s, ended_s)
    model = [(call.start_s, call.end_s) for call in model_calls]
    queries = merged((use.start_s, use.end_s) for use in database)
    within = clipped(queries, turn)
    waited_s = length(within) - overlap(within, [*model, *paused])
    hidden_s = length(queries) - waited_s
    paused_s = length(clipped(paused, turn))
    total_s = ended_s - entered_s - paused_s
    skipped_s = sum(prices.decision_s(use.call.name, CALL_TOKENS) for use in database if use.skipped_decision)
    warmed_s = prices.prefill_s(sum(call.warmed_tokens for call in model_calls))
    decode_s = sum(call.decode_s for call in model_calls)
    completion_tokens = sum(call.completion_tokens for call in model_calls)
    answer = model_calls[-1] if model_calls else ModelCall("", entered_s, entered_s)
    return TurnFigures(
        total_s=total_s,
        first_token_s=None if first_word_s is None else first_word_s - entered_s - _before(paused, first_word_s),
        database_waited_s=waited_s,
        database_hidden_s=hidden_s,
        sequential_estimate_s=total_s + hidden_s + skipped_s + warmed_s,
        model_s=length(model),
        prompt_tokens=answer.prompt_tokens,
        cached_tokens=answer.cached_tokens,
        completion_tokens=completion_tokens,
        tokens_per_s=completion_tokens / decode_s if decode_s > 0 else None,
    )


def _before(intervals: Sequence[Interval], moment_s: float) -> float:
    return length(clipped(intervals, (float("-inf"), moment_s)))


@dataclass(slots=True)
class PerformanceLog:
    """The notebook's performance log: plain lines with seconds since Enter."""

    clock: Clock
    entered_s: float
    lines: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        """One line, stamped."""
        self.lines.append(f"[{self.clock() - self.entered_s:7.3f}s] {text}")
