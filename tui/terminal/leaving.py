"""Ways out that nobody chose: a signal, a terminal that has gone, a parent that was killed.

Each is a sign-out and an exit. It is asked for on the event loop, in order; if the loop does not come to it in time (it
waits for a thread, for an import, for a terminal that takes no more), the process ends anyway, with the terminal as
it was found. Without this a chat whose terminal was closed under `make` would go on for good: make, the leader of the
terminal's session, keeps the hang-up to itself.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, NoReturn

SIGNALS = (
    *(signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT),
    # Rarer, but without a word they would leave the terminal as the chat has set it: a limit on processor time, a
    # watchdog, a profiler's timer, a hand on the keyboard. SIGALRM stays the system's: `end` relies on it.
    *(signal.SIGXCPU, signal.SIGABRT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGVTALRM, signal.SIGPROF),
)
HUNG_UP = 128 + signal.SIGHUP
WITHIN_S = 1.2
"""How long the orderly way may take."""
AT_THE_LATEST_S = 0.6
"""How much longer the process may live: after it the system ends it, even where Python cannot."""
LOOK_EVERY_S = 0.2
RESET = (
    b"\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # mouse
    b"\x1b[?2004l\x1b[?2048l\x1b[?1004l\x1b[?2026l\x1b[<u\x1b[?7h\x1b[?1049l\x1b[?25h"
)

_current: Leaving | None = None


def hang_up() -> None:
    """The terminal has gone, or nothing will be typed any more."""
    if _current:
        _current.leave(HUNG_UP)


class Leaving:
    """While it is entered, in the main thread, the process watches for a reason to end.

    `ask` is called once, from any thread, to begin the orderly way out.
    """

    def __init__(self, ask: Callable[[], object], watched: Sequence[int] = (), *, draws: bool = False) -> None:
        self.code: int | None = None
        """The exit code, once there is a reason."""
        self._ask = ask
        self._watched = watched
        self._draws = draws
        self._parent = os.getppid()
        self._wanted = threading.Event()
        self._over = threading.Event()
        self._handlers: dict[int, Any] = {}
        self._terminal, self._attributes = _attributes(watched)

    def __enter__(self) -> Leaving:
        global _current
        _current = self
        for number in SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN:  # As under nohup.
                self._handlers[number] = signal.signal(number, self._signalled)
        threading.Thread(target=self._watch, name="leaving", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        global _current
        if self.code is not None:
            self.end(self.code)
        _current = None
        self._over.set()
        self._wanted.set()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def leave(self, code: int) -> None:
        """Begin to end; the first reason counts."""
        if self.code is None:
            self.code = code
            self._wanted.set()

    def end(self, code: int) -> NoReturn:
        """Leave without waiting for any thread, with the terminal as it was found."""
        signal.setitimer(signal.ITIMER_REAL, AT_THE_LATEST_S)
        if self.code is not None:
            self._restore()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os._exit(code)

    def _signalled(self, number: int, _: object) -> None:
        self.leave(128 + number)

    def _watch(self) -> None:
        looked = select.poll()
        for descriptor in self._watched:
            looked.register(descriptor, 0)  # Hang-ups and errors are always told.
        while not self._wanted.wait(LOOK_EVERY_S):
            with contextlib.suppress(OSError):
                if looked.poll(0) or self._is_orphaned():
                    self.leave(HUNG_UP)
        if self._over.is_set():
            return
        with contextlib.suppress(Exception):  # A loop that is closed already.
            self._ask()
        if not self._over.wait(WITHIN_S):
            self.end(self.code or HUNG_UP)

    def _is_orphaned(self) -> bool:
        """Whether who started this has died and the terminal is somebody else's now: nothing can be typed any more."""
        if self._terminal is None or os.getppid() == self._parent:
            return False
        try:
            return os.tcgetpgrp(self._terminal) != os.getpgrp()
        except OSError:
            return True

    def _restore(self) -> None:
        if self._terminal is None or self._attributes is None:
            return
        with contextlib.suppress(OSError, termios.error):
            # Opened anew: whatever happens to be stuck in it must not hold this up.
            terminal = os.open(os.ttyname(self._terminal), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
            termios.tcsetattr(terminal, termios.TCSANOW, self._attributes)
            if self._draws:
                os.write(terminal, RESET)


def _attributes(watched: Sequence[int]) -> tuple[int | None, list[Any] | None]:
    for descriptor in watched:
        with contextlib.suppress(termios.error, OSError):
            return descriptor, termios.tcgetattr(descriptor)
    return None, None
