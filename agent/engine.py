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
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, cast

from agent.events import Event, Notice, RuleSwitchedOff
from agent.session.conversations import Conversations
from agent.session.session import CustomerSession
from agent.session.transcript import settle
from agent.settings import Settings, Strategy, world_options
from headstart.errors import DatabaseError, HeadstartError, ModelError, SessionClosedError, SettingsError, WorldError
from headstart.speculation.prediction import Predictor
from headstart.storage import check_database, make_folder, set_aside, unusable
from headstart.timeline import CALL_TOKENS, Clock, Prices, Timeline
from headstart.world.loading import load_world
from headstart.world.opened import Described, OpenWorld, completed, options_of
from headstart.world.slow import Slow

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langgraph.graph.state import CompiledStateGraph

    from agent.session.checkpoints import KeptSaver
    from headstart.world import Backend, Options, User
    from headstart.world.accounts import Accounts

log = logging.getLogger(__name__)

HIT_RATES = "hit_rates.json"
"""What the rules' lookups were worth so far, in the state folder."""
MAX_HIT_RATES_CHARS = 1_000_000
"""What follows was not written by this program."""
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


class Engine:
    """Opened once on the event loop, closed last."""

    def __init__(
        self,
        settings: Settings,
        *,
        world: Described | None = None,
        load_model: LoadModel = load_chat_llama,
        clock: Clock | None = None,
        on_model: Callable[[ModelState], None] = lambda _: None,
    ) -> None:
        self.settings = settings
        self.model_state = ModelState("not loaded", 0.0)
        self.prices = Prices()
        self.predictor = Predictor(latency_s=self._saved_s, on_switched_off=self._switched_off)
        self.model: concurrent.futures.Future[BaseChatModel] = concurrent.futures.Future()
        # A future that runs cannot be cancelled: who stops waiting for the model must not take it from the others.
        self.model.set_running_or_notify_cancel()
        self._load_model = load_model
        self._clock = clock
        self._on_model = on_model
        self._given_world = world
        self._world: OpenWorld | None = None
        self._slow: Slow | None = None
        self._local: Accounts | None = None
        self._opened = contextlib.AsyncExitStack()
        self._folder = settings.state_folder
        """Of the world's state."""
        self._graph: CompiledStateGraph[Any, Any] | None = None
        self._saver: KeptSaver | None = None
        self._graph_lock = threading.Lock()
        self._loading: threading.Thread | None = None
        self._sessions: list[CustomerSession] = []
        self._leaving: list[CustomerSession] = []
        self._notices: list[str] = []
        """What the customer should know about files that were damaged; told at each sign-in."""
        self._closed = False

    async def __aenter__(self) -> Self:
        try:
            await self.open()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _switched_off(self, sentence: str) -> None:
        log.info(sentence)
        for session in self._sessions:
            session.tell(RuleSwitchedOff(sentence))

    def _saved_s(self, tool: str) -> float:
        """What a used lookup saves: its query, and the model call that would have asked for it."""
        query_s = self.prices.tool_s(tool)
        query_s = self.latency_s if query_s is None else query_s
        return max(query_s + self.prices.decision_s(tool, CALL_TOKENS), 0.05)

    def start_model(self) -> None:
        """Begin loading the model in a thread; `model` and `model_state` tell how it went."""
        if self._loading is None:
            hide_traces()
            self._loading = threading.Thread(target=self._load, name="load model", daemon=True)
            self._loading.start()

    async def open(self) -> None:
        """Open the world and look at every file. Again after a failure.

        Raises DatabaseError, or what the world raises, as a HeadstartError.
        """
        self._check_open()
        async with contextlib.AsyncExitStack() as opening:
            connection = connected(self.settings, self._given_world, self._notice)
            described, options, backend = await opening.enter_async_context(connection)
            self._folder = self.settings.folder_of(described.name)
            await asyncio.to_thread(self._check_files, described)
            self._check_open()
            if self._world is not None:
                return
            self._slow = Slow(completed(described, backend), self.settings.latency_s(described, options))
            self._world = OpenWorld(described, self._slow)
            # A lookup costs the service a fifth of its seconds' worth of load, and never quite nothing.
            self.predictor.cost_s = 0.2 * self.latency_s + 0.02
            self._opened = opening.pop_all()

    def _check_files(self, world: Described) -> None:
        """Look at the files before anybody signs in. Raises DatabaseError."""
        check_database(self._folder / KEPT_IN)
        if world.users == "local":
            from headstart.world.local import local_accounts

            self._local = local_accounts(self._folder)
        self._load_hit_rates()

    def _check_open(self) -> None:
        if self._closed:
            raise SessionClosedError("The program is quitting.")

    def _notice(self, sentence: str) -> None:
        log.warning(sentence)
        self._notices.append(sentence)

    @property
    def world(self) -> OpenWorld:
        """After `open`."""
        if self._world is None:
            raise DatabaseError("The world is not open yet.")
        return self._world

    @property
    def backend(self) -> Backend:
        """The world's own service, without the simulated latency; after `open`."""
        return cast("Slow", self.world.backend).backend

    @property
    def accounts(self) -> Accounts:
        """The accounts that may be added to and changed here; raises SettingsError where the world has none."""
        accounts: Accounts | None = self._local or getattr(self.backend, "accounts", None)
        if accounts is None:
            raise SettingsError(f"The world {self.world.described.name} keeps no accounts that could be changed here.")
        return accounts

    @property
    def latency_s(self) -> float:
        """The simulated latency of each tool call; after `open` it may be changed."""
        return self._slow.latency_s if self._slow else 0.0

    @latency_s.setter
    def latency_s(self, seconds: float) -> None:
        cast("Slow", self._slow).latency_s = seconds

    async def sign_in(
        self, name: str, password: str, on_event: Callable[[Event], None] = lambda _: None
    ) -> CustomerSession:
        """Check the password and at once start what the first question will need. Raises SignInError.

        In a world of one user, name and password are not looked at.

        `sign_out` ends it; `signed_in` does both.
        """
        signs_in = self._local or self.world.backend
        user = self.world.described.one_user or await signs_in.sign_in(name, password)
        self._check_open()
        session = self._begun(user, on_event)
        for sentence in self._notices:
            session.tell(Notice(sentence))
        return session

    async def sign_out(self, session: CustomerSession) -> None:
        """End a session and hold nothing of its customer any more; a session that has ended is left as it is."""
        if session not in self._sessions:
            await session.close()
            return
        self._sessions.remove(session)
        self._leaving.append(session)  # `close` waits for it.
        try:
            await session.close()
        finally:
            self._leaving.remove(session)
            await asyncio.to_thread(self._save_hit_rates)

    @asynccontextmanager
    async def signed_in(
        self, name: str, password: str, on_event: Callable[[Event], None] = lambda _: None
    ) -> AsyncGenerator[CustomerSession]:
        """A session for the length of a block."""
        session = await self.sign_in(name, password, on_event)
        try:
            yield session
        finally:
            await self.sign_out(session)

    async def resume(
        self, session: CustomerSession, thread_id: str | None, on_event: Callable[[Event], None] = lambda _: None
    ) -> CustomerSession:
        """Leave a conversation for a kept one of the same customer, or for a new one, without another sign-in.

        What stands in a kept one may be old: the new session claims it afresh at the next Enter. Raises
        SessionClosedError for a session that was signed out, also meanwhile.
        """
        if thread_id is not None:
            await asyncio.to_thread(self._settle, thread_id)
        self._check_signed_in(session)
        await session.close()
        self._check_signed_in(session)
        self._sessions.remove(session)
        return self._begun(session.user, on_event, thread_id, session.strategy)

    def _check_signed_in(self, session: CustomerSession) -> None:
        self._check_open()
        if session not in self._sessions:
            raise SessionClosedError("You have signed out.")

    def conversations(self, user_id: str) -> Conversations:
        """What is kept of one user; nobody else's can be reached through it."""
        return Conversations(self._folder / KEPT_IN, user_id)

    def _settle(self, thread_id: str) -> None:
        settle(self.graph(), thread_id, self.world.described.phrases.not_confirmed)

    def _begun(
        self,
        user: User,
        on_event: Callable[[Event], None],
        thread_id: str | None = None,
        strategy: Strategy | None = None,
    ) -> CustomerSession:
        session = CustomerSession(
            user,
            world=self.world,
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
        """The agent's graph over the kept conversations; call it in a thread, it imports LangGraph.

        Raises DatabaseError.
        """
        with self._graph_lock:
            if self._graph is None:
                from agent.session.checkpoints import KeptSaver
                from agent.turn.graph import build_graph

                self._check_open()
                self._saver = KeptSaver(self._folder / KEPT_IN)
                self._graph = build_graph(self._saver)
            return self._graph

    async def close(self) -> None:
        """End every session, then close the database. Returns at once even while the model loads.

        What one part raises keeps no other from closing. Closing again does nothing.
        """
        self._closed = True
        sessions, self._sessions = self._sessions, []
        ended = await asyncio.gather(*(one.close() for one in (*sessions, *self._leaving)), return_exceptions=True)
        if sessions:
            await asyncio.to_thread(self._save_hit_rates)
        opened, self._opened, self._world, self._slow = self._opened, contextlib.AsyncExitStack(), None, None
        ended += await asyncio.gather(opened.aclose(), return_exceptions=True)
        ended += await asyncio.gather(asyncio.to_thread(self._close_state), return_exceptions=True)
        self._close_model()
        for error in ended:
            if isinstance(error, BaseException):
                log.warning("Closing was not clean: %s", type(error).__name__)

    def _close_state(self) -> None:
        with self._graph_lock:
            saver, self._saver, self._graph = self._saver, None, None
            if saver:
                saver.close()

    def _close_model(self) -> None:
        if self.model.done() and self.model.exception() is None:
            close = getattr(self.model.result(), "close", None)
            if close is not None:
                close()

    def _load_hit_rates(self) -> None:
        """What earlier sessions learned about the rules: names of rules and counts, nothing of a customer."""
        path = self._folder / HIT_RATES
        try:
            with path.open(encoding="utf-8") as file:
                self.predictor.load(json.loads(file.read(MAX_HIT_RATES_CHARS)))
        except FileNotFoundError:
            return
        except OSError as error:
            log.warning("%s The rules learn afresh.", unusable(error, path))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            try:
                aside = set_aside(path)
            except OSError as problem:
                log.warning("%s The rules learn afresh.", unusable(problem, path))
                return
            log.warning("%s was damaged (%s) and is now %s; the rules learn afresh.", path, error, aside.name)

    def _save_hit_rates(self) -> None:
        path = self._folder / HIT_RATES
        part = path.with_suffix(".part")
        try:
            part.write_text(json.dumps(self.predictor.as_json(), indent=1), encoding="utf-8")
            part.replace(path)
        except OSError as error:
            log.warning("%s What the rules learned is lost.", unusable(error, path))

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
            if self._closed:  # It came too late for `close`.
                self._close_model()

    def _failed(self, error: HeadstartError) -> None:
        self._report(ModelState("failed", 1.0, error=error))
        with contextlib.suppress(concurrent.futures.InvalidStateError):
            self.model.set_exception(error)

    def _report(self, state: ModelState) -> None:
        self.model_state = state
        try:
            self._on_model(state)
        except Exception as error:  # The model is loaded, whether or not its progress can be shown.
            log.warning("on_model raised %s", type(error).__name__)


@asynccontextmanager
async def connected(
    settings: Settings, given: Described | None = None, notice: Callable[[str], None] = log.warning
) -> AsyncGenerator[tuple[Described, Options, Backend]]:
    """The world that `settings` name, or the one that is given, with what it was opened with and its service.

    Raises SettingsError for options that it does not take, and HeadstartError for what it raises while it opens.
    """

    def prepare() -> tuple[Described, Options]:
        world = given or load_world(settings.world)
        world.check()
        folder = settings.folder_of(world.name)
        make_folder(folder)
        found = world_options(settings, world)
        folders = {"data_folder": settings.data_folder, "state_folder": folder}
        return world, options_of(world, found, notice=notice, **folders)

    world, options = await asyncio.to_thread(prepare)
    async with contextlib.AsyncExitStack() as opened:
        try:
            backend = await opened.enter_async_context(world.world.connect(options))
        except HeadstartError:
            raise
        except Exception as error:
            raise WorldError(f"The world {world.name} cannot be opened: {type(error).__name__}: {error}") from error
        yield world, options, backend


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
