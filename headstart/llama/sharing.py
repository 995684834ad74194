"""One decoder and one thread for all chat models over the same weights, for as long as one of them lives.

LangChain makes copies that nobody sees and nobody closes: `configurable_fields` a new chat model for each call. With a
thread and KV caches of its own each would begin cold and leave both behind. So they share them, and each has a hold:
the last one to be closed or dropped lets go.
"""

import os
import threading
import time
import weakref
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet, WeakValueDictionary

from headstart.errors import SessionClosedError
from headstart.llama.answer import Finished
from headstart.llama.decoding.decoder import Cancelled, Decoder
from headstart.llama.format.tool_calls import Dialect, choose_dialect
from headstart.llama.loading.weights import Loaded
from headstart.llama.local_model import LocalModel
from headstart.llama.model_thread import ModelThread

_CACHE_BYTES = {"cpu": 250_000_000, "cuda": 2_000_000_000}


class SharedModel:
    """A model at work: its decoder with all KV caches, its thread, and who holds it."""

    def __init__(self, loaded: Loaded) -> None:
        self.model = loaded.model
        self.decoder = Decoder(loaded.model, cache_bytes=_CACHE_BYTES[loaded.choice.device])
        self.thread = ModelThread()
        self.holds: WeakSet[Hold] = WeakSet()
        self.closed = False
        self._locals: WeakValueDictionary[tuple[int, str], LocalModel] = WeakValueDictionary()

    def local(self, loaded: Loaded, dialect: Dialect) -> LocalModel:
        """The model in one dialect, with grammars that are compiled once."""
        key = id(loaded.tokenizer), dialect.name
        found = self._locals.get(key)
        if found is None:
            found = self._locals[key] = LocalModel(loaded, self.decoder, self.thread, dialect)
        return found

    def close(self, wait_s: float) -> None:
        """Stop what is under way, and hold nothing of any conversation once that has ended."""
        self.closed = True
        if self.thread.close(wait_s):
            self.decoder.forget()


class Hold:
    """One chat model's share of a model: while one is open, the thread and the KV caches stay."""

    def __init__(self, shared: SharedModel, local: LocalModel) -> None:
        self.shared, self.local = shared, local
        self._closed = threading.Event()
        shared.holds.add(self)
        weakref.finalize(self, _let_go, shared, 0.0).atexit = False

    @property
    def closed(self) -> bool:
        """Whether the chat model was closed."""
        return self._closed.is_set()

    def check(self) -> None:
        """Raise SessionClosedError once closed."""
        if self.closed:
            raise SessionClosedError(
                "The model was closed: make a new one, which is cheap while the weights are loaded."
            )

    def again(self) -> "Hold":
        """A hold of its own for a copy; closed, where this one is."""
        made = Hold(self.shared, self.local)
        if self.closed:
            made.close()
        return made

    def close(self, wait_s: float = 2.0) -> None:
        """Stop this chat model's calls; the last hold stops the thread and drops the KV caches."""
        self._closed.set()
        _let_go(self.shared, wait_s)


def hold(loaded: Loaded, dialect: Dialect | None = None, cache_bytes: int | None = None) -> Hold:
    """Take a hold of a loaded model.

    Args:
        dialect: told by the chat template and the model's name unless it is given.
        cache_bytes: the bound on all KV caches together from now on; as it is, unless it is given.
    """
    with _lock:
        shared = _in_use.get(id(loaded.model))
        if shared is None or shared.closed:
            shared = _in_use[id(loaded.model)] = SharedModel(loaded)
        if cache_bytes is not None:
            shared.decoder.conversations.max_bytes = cache_bytes
        return Hold(shared, shared.local(loaded, dialect or _dialect_of(loaded)))


def _dialect_of(loaded: Loaded) -> Dialect:
    tokenizer: Any = loaded.tokenizer
    return choose_dialect(tokenizer.chat_template, loaded.choice.source)


_in_use: "WeakValueDictionary[int, SharedModel]" = WeakValueDictionary()
"""By the identity of the model, which the value keeps alive."""
# A hold may be dropped by the garbage collector in the very thread that has the lock.
_lock = threading.RLock()


def _let_go(shared: SharedModel, wait_s: float) -> None:
    with _lock:
        last = not shared.closed and all(one.closed for one in shared.holds)
        shared.closed = shared.closed or last
    if last:
        shared.close(wait_s)


def _after_fork() -> None:
    """Another thread may have had the lock; the models stay listed, and say that they cannot work here."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whether a call's answer is still wanted: by its caller, its deadline and its chat model."""

    hold: Hold
    cancelled: Cancelled
    timeout_s: float | None
    asked_s: float = field(default_factory=time.monotonic)
    raised: list[Exception] = field(default_factory=list[Exception])
    """What `cancelled` raised instead of an answer: its caller's error, and not the model's."""

    def gone(self) -> bool:
        """Asked while the call waits its turn, and before each forward pass."""
        return self.hold.closed or self._late or self._cancelled()

    def vet(self, finished: Finished) -> None:
        """Tell an answer that ended early by itself from one that its caller has ended.

        Raises: SessionClosedError when the chat model was closed before anything was written, TimeoutError, and what
        `cancelled` raised.
        """
        self.vet_caller()
        if finished.ended != "cancelled" or self._cancelled():
            self.vet_caller()
            return
        if self.hold.closed and not finished.stats.completion_tokens:
            self.hold.check()
        if self._late:
            raise TimeoutError(
                f"Expected an answer within {self.timeout_s:g} s, found none: ask for less, or wait longer."
            )

    def vet_caller(self) -> None:
        """Raise what `cancelled` raised."""
        if self.raised:
            raise self.raised[0]

    def _cancelled(self) -> bool:
        try:
            return bool(self.raised) or self.cancelled()
        except Exception as error:  # In the model's thread, where nobody would know whose it was.
            self.raised.append(error)
            return True

    @property
    def _late(self) -> bool:
        return self.timeout_s is not None and time.monotonic() - self.asked_s >= self.timeout_s
