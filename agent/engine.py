"""What all sessions of a process share: the database, the accounts, the model and its loading, the kept conversations.

The chat and `headstart ask` are two thin fronts over this. Nothing heavy is imported here: the login
screen is on before torch or LangGraph are read from disk, which the model's loading thread does.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self, cast

from agent.connecting import connected
from agent.events import Event, Notice, RuleSwitchedOff
from agent.hit_rates import load_hit_rates, save_hit_rates
from agent.models.loading import LoadModel, ModelLoading, ModelState, load_chat_llama
from agent.session.conversations import Conversations
from agent.session.session import Session
from agent.session.transcript import settle
from agent.settings import Settings, Strategy
from headstart.errors import DatabaseError, SessionClosedError, SettingsError
from headstart.speculation.prediction import Predictor
from headstart.storage import check_database
from headstart.timeline import CALL_TOKENS, Clock, Prices, Timeline
from headstart.world.opened import Described, OpenWorld, completed
from headstart.world.slow import Slow

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langgraph.graph.state import CompiledStateGraph

    from agent.session.checkpoints import KeptSaver
    from headstart.world import Backend, User
    from headstart.world.accounts import Accounts

log = logging.getLogger(__name__)

KEPT_IN = "conversations.sqlite"
"""The file of the kept conversations, in the state folder."""


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
        self.prices = Prices()
        self.predictor = Predictor(latency_s=self._saved_s, on_switched_off=self._switched_off)
        self._model = ModelLoading(settings, load_model, on_model)
        self._clock = clock
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
        self._sessions: list[Session] = []
        self._leaving: list[Session] = []
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
        """Begin to load the model in a thread; `model` and `model_state` say how that goes."""
        self._model.start()

    @property
    def model(self) -> concurrent.futures.Future[BaseChatModel]:
        """The model, once it is loaded."""
        return self._model.future

    @property
    def model_state(self) -> ModelState:
        """How far the model's loading has come."""
        return self._model.state

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
        load_hit_rates(self.predictor, self._folder)

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

    async def sign_in(self, name: str, password: str, on_event: Callable[[Event], None] = lambda _: None) -> Session:
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

    async def sign_out(self, session: Session) -> None:
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
            await asyncio.to_thread(save_hit_rates, self.predictor, self._folder)

    @asynccontextmanager
    async def signed_in(
        self, name: str, password: str, on_event: Callable[[Event], None] = lambda _: None
    ) -> AsyncGenerator[Session]:
        """A session for the length of a block."""
        session = await self.sign_in(name, password, on_event)
        try:
            yield session
        finally:
            await self.sign_out(session)

    async def resume(
        self, session: Session, thread_id: str | None, on_event: Callable[[Event], None] = lambda _: None
    ) -> Session:
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

    def _check_signed_in(self, session: Session) -> None:
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
    ) -> Session:
        session = Session(
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
            await asyncio.to_thread(save_hit_rates, self.predictor, self._folder)
        opened, self._opened, self._world, self._slow = self._opened, contextlib.AsyncExitStack(), None, None
        ended += await asyncio.gather(opened.aclose(), return_exceptions=True)
        ended += await asyncio.gather(asyncio.to_thread(self._close_state), return_exceptions=True)
        self._model.close()
        for error in ended:
            if isinstance(error, BaseException):
                log.warning("Closing was not clean: %s", type(error).__name__)

    def _close_state(self) -> None:
        with self._graph_lock:
            saver, self._saver, self._graph = self._saver, None, None
            if saver:
                saver.close()
