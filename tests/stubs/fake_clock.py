"""A clock that tests move."""

import threading


class FakeClock:
    """Stands still unless it is told to move; from any thread."""

    def __init__(self, now_s: float = 100.0) -> None:
        self.now_s = now_s
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self.now_s

    def move(self, seconds: float) -> None:
        """So much later."""
        with self._lock:
            self.now_s += seconds
