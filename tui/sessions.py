"""SessionApp: opens the engine, signs in and out, and changes the conversation; the turns are in `tui.app`.

Before the login screen's first frame nothing heavy is imported: the engine, the chat's widgets and (in the
model's own thread) torch and LangGraph come after it.
"""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import App
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.drivers.web_driver import WebDriver

from agent.settings import world_options
from headstart.errors import DatabaseError, HeadstartError
from headstart.world.loading import load_world
from headstart.world.opened import options_of
from tui import garbage, messages
from tui.driver import BrowserDriver, TerminalDriver
from tui.preferences import load
from tui.screens.login import LoginScreen

if TYPE_CHECKING:
    from agent.engine import Engine
    from agent.models.loading import ModelState
    from agent.session.conversations import KeptTurn
    from agent.session.session import CustomerSession
    from agent.settings import Settings
    from tui.relay import EventRelay
    from tui.screens.chat import ChatScreen

MakeEngine = Callable[["Settings", Callable[["ModelState"], None]], "Engine"]

CHAT_MODULES = ("tui.relay", "tui.screens.chat", "tui.screens.confirm", "tui.screens.history")


def make_engine(settings: Settings, on_model: Callable[[ModelState], None]) -> Engine:
    """The engine; imported here because the login screen shall not wait for it."""
    from agent.engine import Engine

    return Engine(settings, on_model=on_model)


class SessionApp(App[None]):
    """What there is one of: the engine, and the session of whoever is signed in."""

    def __init__(self, settings: Settings, make_engine: MakeEngine = make_engine) -> None:
        super().__init__()
        self.settings = settings
        self.preferences = load(settings.state_folder)
        self.session: CustomerSession | None = None
        self.turn: int | None = None
        """The number of the turn that runs."""
        self._make_engine = make_engine
        self._engine: Engine | None = None
        self._is_open = False
        self._opening = asyncio.Lock()
        self._world = world = load_world(settings.world)
        hint = world.hint(options_of(world, world_options(settings, world)))
        self._login = LoginScreen(settings, hint, signs_in=world.one_user is None)
        """The lowest screen: the chat lies above it."""
        self._chat: ChatScreen | None = None
        self._relay: EventRelay | None = None
        self._prefetched = False
        self._typed_ahead = ""
        """What was typed while a sign-in is checked."""

    def get_driver_class(self) -> type[Driver]:
        """The platform's, with the program's own way of reading."""
        chosen = super().get_driver_class()
        own: dict[type[Driver], type[Driver]] = {LinuxDriver: TerminalDriver, WebDriver: BrowserDriver}
        return own.get(chosen, chosen)

    def get_default_screen(self) -> LoginScreen:
        """The login screen is the first thing drawn."""
        return self._login

    def on_mount(self) -> None:
        """Everything that takes time comes after the first frame."""
        self.call_after_refresh(self._open)

    # Opening the orders, loading the model.

    @work(group="engine", exit_on_error=False)
    async def _open(self) -> None:
        try:
            await self._opened()
        except HeadstartError as error:
            self.post_message(messages.EngineFailed(error))
        else:
            self.post_message(messages.EngineOpened())
            await asyncio.to_thread(_import_chat)

    async def _opened(self) -> Engine:
        """The engine with its orders open; a failed opening is tried again at the next sign-in."""
        async with self._opening:
            if self._engine is None:
                garbage.pause()
                self._engine = await asyncio.to_thread(self._make_engine, self.settings, self._model_progressed)
                self._engine.start_model()
            if not self._is_open:
                try:
                    await self._engine.open()
                except HeadstartError:
                    raise
                except Exception as error:
                    raise DatabaseError(
                        f"The orders cannot be opened: {error or type(error).__name__}. `headstart doctor` says more."
                    ) from error
                self._is_open = True
            return self._engine

    def _model_progressed(self, state: ModelState) -> None:
        """Called in the loading thread."""
        self.post_message(messages.ModelProgressed(state))

    @on(messages.EngineOpened)
    def _engine_opened(self) -> None:
        self._login.opened()
        if self._world.one_user and not self._login.is_busy:
            self._login.enter()

    @on(messages.EngineFailed)
    def _engine_failed(self, message: messages.EngineFailed) -> None:
        self._login.failed(message.error)

    @on(messages.ModelProgressed)
    def _show_model(self, message: messages.ModelProgressed) -> None:
        if message.state.ready or message.state.error:
            garbage.settle()
        self._login.show_model(message.state)
        if self._chat:
            self._chat.show_model(message.state)
            if message.state.error:
                self.show_error(message.state.error)

    # Signing in and out.

    @on(messages.SignInAsked)
    def _ask_sign_in(self, message: messages.SignInAsked) -> None:
        self._sign_in(message.user, message.password)

    @work(group="sign-in", exclusive=True, exit_on_error=False)
    async def _sign_in(self, user: str, password: str) -> None:
        try:
            engine = await self._opened()
            from tui.relay import EventRelay

            self._relay = EventRelay(self.post_message, asyncio.get_running_loop(), time.monotonic)
            session = await engine.sign_in(user, password, self._relay)
            await asyncio.to_thread(
                _import_chat
            )  # Signed in at once it is still being read, and the loop must not wait.
        except HeadstartError as error:
            self.post_message(messages.SignInFailed(error))
        except Exception as error:
            problem = f"Signing in failed: {error or type(error).__name__}. `headstart doctor` says more."
            self.post_message(messages.SignInFailed(DatabaseError(problem)))
        else:
            self.post_message(messages.SignedIn(session))

    @on(messages.TypedAhead)
    def _type_ahead(self, message: messages.TypedAhead) -> None:
        if self._chat:
            self._chat.prompt.take(message.text)
        else:
            self._typed_ahead += message.text

    @on(messages.SignInFailed)
    def _sign_in_failed(self, message: messages.SignInFailed) -> None:
        typed, self._typed_ahead = self._typed_ahead, ""
        self._login.failed(message.error, typed)

    @on(messages.SignedIn)
    def _signed_in(self, message: messages.SignedIn) -> None:
        self._login.empty()
        draft, self._typed_ahead = self._typed_ahead, ""
        self._show_chat(message.session, draft=draft.strip())

    def _show_chat(self, session: CustomerSession, kept: tuple[KeptTurn, ...] = (), draft: str = "") -> None:
        from agent.tracing import tracing
        from tui.screens.chat import ChatScreen

        assert self._engine is not None
        self.session = session
        self._prefetched = False
        self._chat = ChatScreen(
            session,
            limit=self.settings.max_question_chars,
            model=self._engine.model_state,
            project=tracing(),
            kept=kept,
            shows_ahead=self.preferences.ahead_panel,
            draft=draft,
        )
        self.push_screen(self._chat)
        self.post_message(messages.AheadChanged())

    @on(messages.SignOutAsked)
    def _ask_sign_out(self) -> None:
        if session := self.session:
            self.session = self._chat = self.turn = None
            self._login.leaving()
            self._uncover_login()
            self._sign_out(session)

    def _uncover_login(self) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()

    @work(group="sign-out", exit_on_error=False)
    async def _sign_out(self, session: CustomerSession) -> None:
        if self._engine:
            await self._engine.sign_out(session)
        self.post_message(messages.SignedOut())

    @on(messages.SignedOut)
    def _signed_out(self) -> None:
        self._login.left()

    # Changing the conversation.

    def action_history(self) -> None:
        from tui.screens.history import HistoryScreen

        if self.session and self._engine and not isinstance(self.screen, HistoryScreen):
            user_id = self.session.user.id
            conversations = self._engine.conversations(user_id)
            self.push_screen(HistoryScreen(conversations, self.session.thread_id, lambda: self.turn is not None))

    def action_new_conversation(self) -> None:
        self.post_message(messages.ConversationAsked(None))

    @on(messages.ConversationAsked)
    def _ask_conversation(self, message: messages.ConversationAsked) -> None:
        if self.session is None or self._engine is None or self._chat is None:
            return
        if self.turn is not None:
            self.notify("An answer is being written. Stop it with Esc first.", timeout=4, markup=False)
            return
        session, self.session = self.session, None
        self._chat.prompt.disabled = True
        self._change_conversation(self._engine, session, message.thread_id)

    @work(group="conversation", exit_on_error=False)
    async def _change_conversation(self, engine: Engine, session: CustomerSession, thread_id: str | None) -> None:
        try:
            turns: list[KeptTurn] = []
            if thread_id is not None:
                kept = engine.conversations(session.user.id)
                turns = await asyncio.to_thread(kept.turns, thread_id)
            resumed = await engine.resume(session, thread_id, self._relay or (lambda _: None))
        except Exception as error:
            problem = (
                error
                if isinstance(error, HeadstartError)
                else DatabaseError(
                    f"The conversation cannot be opened: {error or type(error).__name__}. Begin a new one."
                )
            )
            self.post_message(messages.ConversationFailed(session, problem))
        else:
            self.post_message(messages.ConversationOpened(resumed, tuple(turns)))

    @on(messages.ConversationFailed)
    def _conversation_failed(self, message: messages.ConversationFailed) -> None:
        self.session = message.session
        if self._chat:
            self._chat.prompt.disabled = False
        self.show_error(message.error)

    @on(messages.ConversationOpened)
    def _conversation_opened(self, message: messages.ConversationOpened) -> None:
        draft = self._chat.prompt.text if self._chat else ""
        self._uncover_login()
        self._show_chat(message.session, message.turns, draft)

    @property
    def model_is_loading(self) -> bool:
        """Whether a thread still reads the model from disk."""
        return self._engine is not None and not self._engine.model.done()

    async def close_engine(self) -> None:
        """End the session and close the orders, after the terminal is restored."""
        if self._engine:
            await self._engine.close()

    def show_error(self, error: HeadstartError) -> None:
        """An error with what to do about it."""
        self.notify(str(error), title="That did not work", severity="error", timeout=10, markup=False)


def _import_chat() -> None:
    """While the customer types a name, what comes after the login screen is read from disk."""
    for name in CHAT_MODULES:
        importlib.import_module(name)
