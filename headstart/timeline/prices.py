"""What work has measured on this machine, to price what a turn did not have to do."""

from collections import defaultdict, deque
from statistics import median


class Prices:
    """What work has measured on this machine, to price what a turn did not have to do.

    Medians over the newest measurements, so that one slow call does not skew the estimate.
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
