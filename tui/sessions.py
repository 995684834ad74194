"""Sessions: the engine, and the session of whoever is signed in, from the first frame to signing out.

Before the login screen's first frame nothing heavy is imported: the engine, the chat's widgets and (in the
model's own thread) torch and LangGraph come after it.
"""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import App

from agent.settings import world_options
from headstart.errors import DatabaseError, HeadstartError
from headstart.world.loading import load_world
from headstart.world.opened import options_of
from tui import garbage, messages
from tui.screens.login import LoginScreen

if TYPE_CHECKING:
    from agent.engine import Engine
    from agent.models.loading import ModelState
    from agent.session.conversations import Conversations, KeptTurn
    from agent.session.session import Session
    from agent.settings import Settings, Strategy
    from tui.relay import EventRelay
    from tui.screens.chat import ChatScreen

MakeEngine = Callable[["Settings", Callable[["ModelState"], None]], "Engine"]

CHAT_MODULES = ("tui.relay", "tui.screens.chat", "tui.screens.confirm", "tui.screens.history")


def make_engine(settings: Settings, on_model: Callable[[ModelState], None]) -> Engine:
    """The engine; imported here because the login screen shall not wait for it."""
    from agent.engine import Engine

    return Engine(settings, on_model=on_model)


class Sessions:
    """What there is one of: the engine, the session, and the two screens that stand for being signed out and in."""

    def __init__(
        self, app: App[None], settings: Settings, make_engine: MakeEngine, shows_ahead: Callable[[], bool]
    ) -> None:
        self._app = app
        self._settings = settings
        self._make_engine = make_engine
        self._shows_ahead = shows_ahead
        self._opening = asyncio.Lock()
        self._typed_ahead = ""
        """What was typed while a sign-in is checked."""
        self._world = world = load_world(settings.world)
        hint = world.hint(options_of(world, world_options(settings, world)))
        self.login = LoginScreen(settings, hint, signs_in=world.one_user is None)
        """The lowest screen: the chat lies above it."""
        self.engine: Engine | None = None
        self.is_open = False
        self.session: Session | None = None
        self.relay: EventRelay | None = None
        self.chat: ChatScreen | None = None
        self.prefetched = False
        """Whether what sign-in started is in."""

    # Opening the world, loading the model.

    def open(self) -> None:
        """Begin to open the engine: what takes time comes after the first frame."""
        self._app.run_worker(self._open(), group="engine", exit_on_error=False)

    async def _open(self) -> None:
        try:
            await self._opened()
        except HeadstartError as error:
            self._app.post_message(messages.EngineFailed(error))
        else:
            self._app.post_message(messages.EngineOpened())
            await asyncio.to_thread(_import_chat)

    async def _opened(self) -> Engine:
        """The engine with its world open; a failed opening is tried again at the next sign-in."""
        async with self._opening:
            if self.engine is None:
                garbage.pause()
                self.engine = await asyncio.to_thread(self._make_engine, self._settings, self._model_progressed)
                self.engine.start_model()
            if not self.is_open:
                try:
                    await self.engine.open()
                except HeadstartError:
                    raise
                except Exception as error:
                    raise DatabaseError(
                        f"The world cannot be opened: {error or type(error).__name__}. `headstart doctor` says more."
                    ) from error
                self.is_open = True
            return self.engine

    def _model_progressed(self, state: ModelState) -> None:
        """Called in the loading thread."""
        self._app.post_message(messages.ModelProgressed(state))

    def engine_opened(self) -> None:
        """The engine is open: the customer may come in."""
        self.login.opened()
        if self._world.one_user and not self.login.is_busy:
            self.login.enter()

    def show_model(self, state: ModelState) -> None:
        """How far the model's loading has come."""
        if state.ready or state.error:
            garbage.settle()
        self.login.show_model(state)
        if self.chat:
            self.chat.show_model(state)
            if state.error:
                show_error(self._app, state.error)

    # Signing in and out.

    def sign_in(self, user: str, password: str) -> None:
        """Check the password; `SignedIn` or `SignInFailed` says how it went."""
        self._app.run_worker(self._sign_in(user, password), group="sign-in", exclusive=True, exit_on_error=False)

    async def _sign_in(self, user: str, password: str) -> None:
        try:
            engine = await self._opened()
            from tui.relay import EventRelay

            self.relay = EventRelay(self._app.post_message, asyncio.get_running_loop(), time.monotonic)
            session = await engine.sign_in(user, password, self.relay)
            await asyncio.to_thread(
                _import_chat
            )  # Signed in at once it is still being read, and the loop must not wait.
        except HeadstartError as error:
            self._app.post_message(messages.SignInFailed(error))
        except Exception as error:
            problem = f"Signing in failed: {error or type(error).__name__}. `headstart doctor` says more."
            self._app.post_message(messages.SignInFailed(DatabaseError(problem)))
        else:
            self._app.post_message(messages.SignedIn(session))

    def type_ahead(self, text: str) -> None:
        """What was typed while the sign-in is checked is the draft, once there is a prompt."""
        if self.chat:
            self.chat.prompt.take(text)
        else:
            self._typed_ahead += text

    def sign_in_failed(self, error: HeadstartError) -> None:
        """Nobody was let in; what was typed on is the password's."""
        typed, self._typed_ahead = self._typed_ahead, ""
        self.login.failed(error, typed)

    def signed_in(self, session: Session) -> None:
        """Show the chat."""
        self.login.empty()
        draft, self._typed_ahead = self._typed_ahead, ""
        self._show_chat(session, draft=draft.strip())

    def _show_chat(self, session: Session, kept: tuple[KeptTurn, ...] = (), draft: str = "") -> None:
        from agent.tracing import tracing
        from tui.screens.chat import ChatScreen

        assert self.engine is not None
        self.session = session
        self.prefetched = False
        self.chat = ChatScreen(
            session,
            limit=self._settings.max_question_chars,
            model=self.engine.model_state,
            project=tracing(),
            kept=kept,
            shows_ahead=self._shows_ahead(),
            draft=draft,
        )
        self._app.push_screen(self.chat)
        self._app.post_message(messages.AheadChanged())

    def sign_out(self) -> None:
        """Take the chat away at once, and hold nothing of the customer any more."""
        if session := self.session:
            self.session = self.chat = None
            self.login.leaving()
            self._uncover_login()
            self._app.run_worker(self._sign_out(session), group="sign-out", exit_on_error=False)

    def _uncover_login(self) -> None:
        while len(self._app.screen_stack) > 1:
            self._app.pop_screen()

    async def _sign_out(self, session: Session) -> None:
        if self.engine:
            await self.engine.sign_out(session)
        self._app.post_message(messages.SignedOut())

    # Changing the conversation.

    def conversations(self) -> Conversations | None:
        """What is kept of the customer; None while nobody is signed in."""
        return self.engine.conversations(self.session.user.id) if self.session and self.engine else None

    def change_conversation(self, thread_id: str | None) -> None:
        """Go on with a kept conversation, or begin a new one; `ConversationOpened` or `ConversationFailed` follows."""
        if self.session is None or self.engine is None or self.chat is None:
            return
        session, self.session = self.session, None
        self.chat.prompt.disabled = True
        changing = self._change_conversation(self.engine, session, thread_id)
        self._app.run_worker(changing, group="conversation", exit_on_error=False)

    async def _change_conversation(self, engine: Engine, session: Session, thread_id: str | None) -> None:
        try:
            turns: list[KeptTurn] = []
            if thread_id is not None:
                kept = engine.conversations(session.user.id)
                turns = await asyncio.to_thread(kept.turns, thread_id)
            resumed = await engine.resume(session, thread_id, self.relay or (lambda _: None))
        except Exception as error:
            problem = (
                error
                if isinstance(error, HeadstartError)
                else DatabaseError(
                    f"The conversation cannot be opened: {error or type(error).__name__}. Begin a new one."
                )
            )
            self._app.post_message(messages.ConversationFailed(session, problem))
        else:
            self._app.post_message(messages.ConversationOpened(resumed, tuple(turns)))

    def conversation_failed(self, session: Session, error: HeadstartError) -> None:
        """The conversation that was open stays."""
        self.session = session
        if self.chat:
            self.chat.prompt.disabled = False
        show_error(self._app, error)

    def conversation_opened(self, session: Session, turns: tuple[KeptTurn, ...]) -> None:
        """Show it, with the draft that was begun."""
        draft = self.chat.prompt.text if self.chat else ""
        self._uncover_login()
        self._show_chat(session, turns, draft)

    # What is looked up ahead.

    def ahead_changed(self) -> None:
        """Something that is looked up ahead began, ended or was claimed."""
        if self.session is None or self.chat is None:
            return
        self.chat.readings_changed()
        found = tuple(ahead for ahead in self.session.ahead() if ahead.reason == "sign-in")
        if found and not self.prefetched and all(ahead.state in ("ready", "failed") for ahead in found):
            self.prefetched = True
            self._app.post_message(messages.PrefetchFinished(found))

    def typed(self, text: str) -> None:
        """The customer paused in typing."""
        if self.session and self.chat:
            self.session.typed(text)
            self.chat.readings_changed()

    def set_strategy(self, strategy: Strategy) -> None:
        """From the next turn on."""
        if self.session and self.chat:
            self.session.set_strategy(strategy)
            self.chat.readings_changed()

    def next_strategy(self) -> None:
        """The one after today's."""
        from agent.settings import STRATEGIES

        if self.session:
            following = (STRATEGIES.index(self.session.strategy) + 1) % len(STRATEGIES)
            self.set_strategy(STRATEGIES[following])

    # Leaving.

    @property
    def model_is_loading(self) -> bool:
        """Whether a thread still reads the model from disk."""
        return self.engine is not None and not self.engine.model.done()

    async def close(self) -> None:
        """End the session and close the world, after the terminal is restored."""
        if self.engine:
            await self.engine.close()


def show_error(app: App[None], error: HeadstartError) -> None:
    """An error with what to do about it."""
    app.notify(str(error), title="That did not work", severity="error", timeout=10, markup=False)


def _import_chat() -> None:
    """While the customer types a name, what comes after the login screen is read from disk."""
    for name in CHAT_MODULES:
        importlib.import_module(name)
