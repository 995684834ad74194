"""From a session's threads to the app: events become messages, and tokens become batches.

`post_message` is all that a thread may call. A token every 15 ms would be a repaint every 15 ms; a
batch waits at most `BATCH_S`. The first token of a turn is posted at once, for it is the one that the
customer waits for.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable

from textual.message import Message

from agent.events import AheadChanged, Event, Notice, PersonSaid, RuleSwitchedOff, StepFinished, TextArrived
from headstart.timeline import Clock
from tui import messages

BATCH_S = 0.04


class EventRelay:
    """What a session is given as `on_event`; one for each sign-in."""

    def __init__(self, post: Callable[[Message], object], loop: asyncio.AbstractEventLoop, clock: Clock) -> None:
        self._post = post
        self._loop = loop
        self._clock = clock
        self._lock = threading.Lock()
        self._turn = 0
        self._held: list[str] = []
        self._posted_s = float("-inf")
        self._due = False

    def begin(self, turn: int) -> None:
        """What arrives from now on belongs to this turn; what is still held belongs to none."""
        with self._lock:
            self._turn = turn
            self._held.clear()
            self._posted_s = float("-inf")

    def __call__(self, event: Event) -> None:
        """Take an event, from any thread."""
        match event:
            case TextArrived(text):
                self._add(text)
            case StepFinished():
                self._post(messages.StepEnded(self._turn, event))
            case AheadChanged():
                self._post(messages.AheadChanged())
            case PersonSaid():
                self._post(messages.PersonWrote(event))
            case RuleSwitchedOff(sentence) | Notice(sentence):
                self._post(messages.RuleOff(sentence))

    def flush(self) -> None:
        """Post what is held."""
        with self._lock:
            self._due = False
            if self._held:
                # Posted under the lock, or two batches could change places.
                self._post(messages.TokensArrived(self._turn, "".join(self._held)))
                self._held.clear()
                self._posted_s = self._clock()

    def _add(self, text: str) -> None:
        with self._lock:
            self._held.append(text)
            if self._due:
                return
            wait_s = max(0.0, BATCH_S - (self._clock() - self._posted_s))
            self._due = wait_s > 0
        if wait_s == 0:
            self.flush()
            return
        with contextlib.suppress(RuntimeError):  # The loop is closed: nobody looks any more.
            self._loop.call_soon_threadsafe(self._loop.call_later, wait_s, self.flush)
