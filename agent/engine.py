"""What all sessions of a process share: the database, the accounts, the model and its loading, the kept conversations.

The chat and `headstart ask` are two thin fronts over this. Nothing heavy is imported here: the login
screen is on before torch or LangGraph are read from disk, which the model's loading thread does.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import importlib
import json
import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from agent.conversations import Conversations, settle
from agent.errors import DatabaseError, HeadstartError, ModelError
from agent.events import Event, RuleSwitchedOff
from agent.session import CustomerSession
from agent.settings import Settings, Strategy
from agent.speculation.prediction import Predictor
from agent.timeline import CALL_TOKENS, Clock, Prices, Timeline

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langgraph.graph.state import CompiledStateGraph

    from agent.shop.accounts import Accounts, Customer
    from agent.shop.orders import OrderStore

log = logging.getLogger(__name__)

HIT_RATES = "hit_rates.json"
"""What the rules' lookups were worth so far, in the state folder."""
KEPT_IN = "conversations.sqlite"
"""The file of the kept conversations, in the state folder."""


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
    from agent.llama import weights
    from agent.llama.choice import choose_model
    from agent.llama.threads import configure_threads, open_torch

    configure_threads()
    open_torch()
    report(ModelState("reading libraries", 0.05))
    importlib.import_module("agent.graph")  # The first turn shall not wait for LangGraph.
    from agent.llama.chat_model import ChatLlama

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


class Engine:
    """Opened once on the event loop, closed last."""

    def __init__(
        self,
        settings: Settings,
        *,
        load_model: LoadModel = load_chat_llama,
        clock: Clock | None = None,
        on_model: Callable[[ModelState], None] = lambda _: None,
    ) -> None:
        self.settings = settings
        self.model_state = ModelState("not loaded", 0.0)
        self.prices = Prices()
        # A lookup costs the database a fifth of its seconds' worth of load, and never quite nothing.
        self.predictor = Predictor(
            cost_s=0.2 * settings.latency_s + 0.02, latency_s=self._saved_s, on_switched_off=self._switched_off
        )
        self.model: concurrent.futures.Future[BaseChatModel] = concurrent.futures.Future()
        # A future that runs cannot be cancelled: who stops waiting for the model must not take it from the others.
        self.model.set_running_or_notify_cancel()
        self._load_model = load_model
        self._clock = clock
        self._on_model = on_model
        self._store: OrderStore | None = None
        self._accounts: Accounts | None = None
        self._graph: CompiledStateGraph[Any, Any] | None = None
        self._conversations: sqlite3.Connection | None = None
        self._graph_lock = threading.Lock()
        self._loading: threading.Thread | None = None
        self._sessions: list[CustomerSession] = []

    def _switched_off(self, sentence: str) -> None:
        log.info(sentence)
        for session in self._sessions:
            session.on_event(RuleSwitchedOff(sentence))

    def _saved_s(self, tool: str) -> float:
        """What a used lookup saves: its query, and the model call that would have asked for it."""
        query_s = self.prices.tool_s(tool)
        query_s = self.settings.latency_s if query_s is None else query_s
        return max(query_s + self.prices.decision_s(tool, CALL_TOKENS), 0.05)

    def start_model(self) -> None:
        """Begin loading the model in a thread; `model` and `model_state` tell how it went."""
        if self._loading is None:
            hide_traces()
            self._loading = threading.Thread(target=self._load, name="load model", daemon=True)
            self._loading.start()

    async def open(self) -> None:
        """Open the orders and the accounts; raises DatabaseError."""
        from agent.shop.accounts import Accounts
        from agent.shop.demo_data import working_copy
        from agent.shop.orders import OrderStore

        settings = self.settings
        settings.state_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = settings.orders or await asyncio.to_thread(working_copy, settings.data_folder, date.today())
        self._store = await OrderStore.open(path, latency_s=settings.latency_s)
        self._accounts = Accounts(self._store, settings.state_folder / "sign_in.sqlite")
        self._load_hit_rates()

    @property
    def accounts(self) -> Accounts:
        """Sign-in; after `open`."""
        if self._accounts is None:
            raise DatabaseError("The orders are not open yet.")
        return self._accounts

    @property
    def store(self) -> OrderStore:
        """The orders; after `open`."""
        if self._store is None:
            raise DatabaseError("The orders are not open yet.")
        return self._store

    async def sign_in(
        self, name: str, password: str, on_event: Callable[[Event], None] = lambda _: None
    ) -> CustomerSession:
        """Check the password and at once start what the first question will need. Raises SignInError."""
        return self._begun(await self.accounts.sign_in(name, password), on_event)

    async def resume(
        self, session: CustomerSession, thread_id: str | None, on_event: Callable[[Event], None] = lambda _: None
    ) -> CustomerSession:
        """Leave a conversation for a kept one of the same customer, or for a new one, without another sign-in.

        What stands in a kept one may be old: the new session claims it afresh at the next Enter.
        """
        if thread_id is not None:
            await asyncio.to_thread(self._settle, thread_id)
        await session.close()
        self._sessions.remove(session)
        return self._begun(session.customer, on_event, thread_id, session.strategy)

    def conversations(self, customer_id: str) -> Conversations:
        """What is kept of one customer; nobody else's can be reached through it."""
        return Conversations(self.settings.state_folder / KEPT_IN, customer_id)

    def _settle(self, thread_id: str) -> None:
        settle(self.graph(), thread_id)

    def _begun(
        self,
        customer: Customer,
        on_event: Callable[[Event], None],
        thread_id: str | None = None,
        strategy: Strategy | None = None,
    ) -> CustomerSession:
        session = CustomerSession(
            customer,
            store=self.store,
            settings=self.settings,
            model=self.model,
            model_name=lambda: self.model_state.name,
            graph=self.graph,
            timeline=Timeline(self._clock) if self._clock else Timeline(),
            prices=self.prices,
            predictor=self.predictor,
            on_event=on_event,
            thread_id=thread_id,
        )
        session.strategy = strategy or session.strategy
        session.begin()
        self._sessions.append(session)
        return session

    def graph(self) -> CompiledStateGraph[Any, Any]:
        """The agent's graph over the kept conversations; call it in a thread, it imports LangGraph."""
        with self._graph_lock:
            if self._graph is None:
                from langgraph.checkpoint.sqlite import SqliteSaver

                from agent.graph import build_graph

                self._conversations = sqlite3.connect(self.settings.state_folder / KEPT_IN, check_same_thread=False)
                # A power failure may cost the last turn; else each first word waits for the disk twice.
                self._conversations.execute("PRAGMA synchronous = NORMAL")
                # What a turn replaces is overwritten, so that deleting a conversation leaves nothing of it.
                self._conversations.execute("PRAGMA secure_delete = ON")
                self._graph = build_graph(SqliteSaver(self._conversations))
            return self._graph

    async def close(self) -> None:
        """End every session, then close the database. Returns at once even while the model loads."""
        for session in self._sessions:
            await session.close()
        if self._sessions:
            self._save_hit_rates()
        self._sessions.clear()
        if self.model.done() and self.model.exception() is None:
            close = getattr(self.model.result(), "close", None)
            if close is not None:
                close()
        if self._store:
            await self._store.close()
        if self._conversations:
            self._conversations.close()

    def _load_hit_rates(self) -> None:
        """What earlier sessions learned about the rules: names of rules and counts, nothing of a customer."""
        path = self.settings.state_folder / HIT_RATES
        try:
            self.predictor.load(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("%s cannot be read (%s); the rules learn afresh.", path, error)

    def _save_hit_rates(self) -> None:
        path = self.settings.state_folder / HIT_RATES
        part = path.with_suffix(".part")
        try:
            part.write_text(json.dumps(self.predictor.as_json(), indent=1), encoding="utf-8")
            part.replace(path)
        except OSError as error:
            log.warning("%s cannot be written (%s); what the rules learned is lost.", path, error)

    def _load(self) -> None:
        try:
            model = self._load_model(self.settings, self._report)
        except HeadstartError as error:
            self._failed(error)
        except Exception as error:
            problem = ModelError(f"The model cannot be loaded: {error}. `headstart doctor` says what is missing.")
            problem.__cause__ = error
            self._failed(problem)
        else:
            if not self.model_state.ready:
                self._report(ModelState("ready", 1.0, self.model_state.name))
            with contextlib.suppress(concurrent.futures.InvalidStateError):
                self.model.set_result(model)

    def _failed(self, error: HeadstartError) -> None:
        self._report(ModelState("failed", 1.0, error=error))
        with contextlib.suppress(concurrent.futures.InvalidStateError):
            self.model.set_exception(error)

    def _report(self, state: ModelState) -> None:
        self.model_state = state
        self._on_model(state)


TRACING = ("LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING", "LANGSMITH_TRACING_V2")


def tracing() -> str | None:
    """The LangSmith project that turns are traced to; None when nothing leaves the machine."""
    if not any(os.environ.get(name, "").lower() == "true" for name in TRACING):
        return None
    return os.environ.get("LANGSMITH_PROJECT") or os.environ.get("LANGCHAIN_PROJECT") or "default"


def hide_traces() -> None:
    """Traces carry times and names only, unless `LANGSMITH_HIDE_INPUTS=false` and its twin ask for the contents."""
    if tracing():
        os.environ.setdefault("LANGSMITH_HIDE_INPUTS", "true")
        os.environ.setdefault("LANGSMITH_HIDE_OUTPUTS", "true")
