"""The model that all sessions of a process share, and how it is loaded: in a thread, while nobody waits for it yet.

Nothing heavy is imported before that thread runs: the login screen is on before torch is read from disk.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import importlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.settings import Settings
from agent.tracing import hide_traces
from headstart.errors import HeadstartError, ModelError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ModelState:
    """How far the model's loading has come."""

    step: str
    fraction: float
    """0 to 1."""
    name: str = ""
    """As the header shows it: `SmolLM2 135M · cpu · bf16`; empty until it is chosen."""
    why: str = ""
    error: HeadstartError | None = None

    @property
    def ready(self) -> bool:
        """Whether turns need not wait for it."""
        return self.fraction >= 1.0 and self.error is None


LoadModel = Callable[[Settings, Callable[[ModelState], None]], "BaseChatModel"]


def load_chat_llama(settings: Settings, report: Callable[[ModelState], None]) -> BaseChatModel:
    """Choose and load the model that `settings` ask for; runs in the loading thread."""
    from headstart.llama.loading import weights
    from headstart.llama.loading.choice import choose_model
    from headstart.llama.loading.threads import configure_threads, open_torch

    configure_threads()
    open_torch()
    report(ModelState("reading libraries", 0.05))
    importlib.import_module("agent.turn.graph")  # The first turn shall not wait for LangGraph.
    from headstart.llama.chat_model import ChatLlama

    try:
        choice = choose_model(settings.model, settings.dtype)
        name = f"{choice.name} · {choice.device} · {choice.dtype}"

        def progress(state: weights.LoadProgress) -> None:
            report(ModelState(state.step, 0.1 + 0.85 * state.fraction, name, choice.why))

        loaded = weights.load(choice, progress=progress, cache=settings.cache_folder)
        model = ChatLlama.from_loaded(loaded, max_new_tokens=settings.max_answer_tokens)
    except ModelError as error:
        # The library does not know by which option its model was chosen.
        raise ModelError(f"{error} (--model chooses another.)") from error
    report(ModelState("ready", 1.0, name, choice.why))
    return model


class ModelLoading:
    """A model that is loaded once, by `load`; `future` and `state` say how that goes, `on_state` is told."""

    def __init__(
        self, settings: Settings, load: LoadModel, on_state: Callable[[ModelState], None] = lambda _: None
    ) -> None:
        self.state = ModelState("not loaded", 0.0)
        self.future: concurrent.futures.Future[BaseChatModel] = concurrent.futures.Future()
        # A future that runs cannot be cancelled: who stops waiting for the model must not take it from the others.
        self.future.set_running_or_notify_cancel()
        self._settings = settings
        self._load = load
        self._on_state = on_state
        self._thread: threading.Thread | None = None
        self._closed = False

    def start(self) -> None:
        """Begin to load, if that has not begun."""
        if self._thread is None:
            hide_traces()
            self._thread = threading.Thread(target=self._run, name="load model", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Close the model, or as soon as it is loaded; returns at once."""
        self._closed = True
        if self.future.done() and self.future.exception() is None:
            close = getattr(self.future.result(), "close", None)
            if close is not None:
                close()

    def _run(self) -> None:
        try:
            model = self._load(self._settings, self._report)
        except HeadstartError as error:
            self._failed(error)
        except Exception as error:
            problem = ModelError(f"The model cannot be loaded: {error}. `headstart doctor` says what is missing.")
            problem.__cause__ = error
            self._failed(problem)
        else:
            if not self.state.ready:
                self._report(ModelState("ready", 1.0, self.state.name))
            with contextlib.suppress(concurrent.futures.InvalidStateError):
                self.future.set_result(model)
            if self._closed:  # It came too late for `close`.
                self.close()

    def _failed(self, error: HeadstartError) -> None:
        self._report(ModelState("failed", 1.0, error=error))
        with contextlib.suppress(concurrent.futures.InvalidStateError):
            self.future.set_exception(error)

    def _report(self, state: ModelState) -> None:
        self.state = state
        try:
            self._on_state(state)
        except Exception as error:  # The model is loaded, whether or not its progress can be shown.
            log.warning("on_model raised %s", type(error).__name__)
