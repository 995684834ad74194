"""HeadstartApp: owns the engine, the workers and every change of state; screens only show.

A question's path can be read top to bottom here: `QuestionAsked → TurnStarted → TokensArrived →
TurnFinished`. Before the login screen's first frame nothing heavy is imported: the engine, the chat's
widgets and (in the model's own thread) torch and LangGraph come after it.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType

from agent.errors import DatabaseError, HeadstartError, ModelError, SessionClosedError
from tui import messages
from tui.screens.login import LoginScreen

if TYPE_CHECKING:
    from agent.engine import Engine, ModelState
    from agent.events import Confirmation, TurnOutcome
    from agent.session import CustomerSession
    from agent.settings import Settings
    from tui.relay import EventRelay
    from tui.screens.chat import ChatScreen

CLOSE_WITHIN_S = 0.7
"""How long quitting waits for threads; the terminal is restored before that."""

KEY_NAMES = {"escape": "Esc", "enter": "Enter"}

MakeEngine = Callable[["Settings", Callable[["ModelState"], None]], "Engine"]


def make_engine(settings: Settings, on_model: Callable[[ModelState], None]) -> Engine:
    """The engine; imported here because the login screen shall not wait for it."""
    from agent.engine import Engine

    return Engine(settings, on_model=on_model)


class HeadstartApp(App[None]):
    """The chat, from login to quit."""

    TITLE = "Headstart"
    CSS_PATH = ["app.tcss", "screens/login.tcss"]  # noqa: RUF012  The lowest screen's own is not read by Textual.
    HORIZONTAL_BREAKPOINTS = [(0, "-cramped"), (50, "-narrow"), (100, "-wide")]  # noqa: RUF012  Not a ClassVar there.
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (15, "-short"), (22, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="app.help", tooltip="These keys"),
        Binding("ctrl+q", "quit", "Quit", id="app.quit", priority=True, tooltip="Quit at once"),
        Binding("ctrl+o", "sign_out", "Sign out", id="app.sign_out", tooltip="Sign out; nothing of yours stays here"),
    ]

    def __init__(self, settings: Settings, make_engine: MakeEngine = make_engine) -> None:
        super().__init__()
        self.settings = settings
        self.session: CustomerSession | None = None
        self.turn: int | None = None
        """The number of the turn that runs."""
        self._make_engine = make_engine
        self._engine: Engine | None = None
        self._is_open = False
        self._opening = asyncio.Lock()
        self._login = LoginScreen(settings)
        """The lowest screen: the chat lies above it."""
        self._chat: ChatScreen | None = None
        self._relay: EventRelay | None = None
        self._turns = 0
        self._stopped = False
        self._prefetched = False

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

    @on(messages.EngineFailed)
    def _engine_failed(self, message: messages.EngineFailed) -> None:
        self._login.failed(message.error)

    @on(messages.ModelProgressed)
    def _show_model(self, message: messages.ModelProgressed) -> None:
        self._login.show_model(message.state)
        if self._chat:
            self._chat.show_model(message.state)
            if message.state.error:
                self._toast(message.state.error)

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
            self._prefetched = False
            session = await engine.sign_in(user, password, self._relay)
        except HeadstartError as error:
            self.post_message(messages.SignInFailed(error))
        except Exception as error:
            problem = f"Signing in failed: {error or type(error).__name__}. `headstart doctor` says more."
            self.post_message(messages.SignInFailed(DatabaseError(problem)))
        else:
            self.post_message(messages.SignedIn(session))

    @on(messages.SignInFailed)
    def _sign_in_failed(self, message: messages.SignInFailed) -> None:
        self._login.failed(message.error)

    @on(messages.SignedIn)
    def _signed_in(self, message: messages.SignedIn) -> None:
        from agent.engine import tracing
        from tui.screens.chat import ChatScreen

        assert self._engine is not None
        self.session = message.session
        self._login.empty()
        self._chat = ChatScreen(
            message.session, limit=self.settings.max_question_chars, model=self._engine.model_state, project=tracing()
        )
        self.push_screen(self._chat)
        self.post_message(messages.AheadChanged())

    @on(messages.SignOutAsked)
    def _ask_sign_out(self) -> None:
        if session := self.session:
            self.session = self._chat = self.turn = None
            self._login.leaving()
            while len(self.screen_stack) > 1:
                self.pop_screen()
            self._sign_out(session)

    @work(group="sign-out", exit_on_error=False)
    async def _sign_out(self, session: CustomerSession) -> None:
        await session.close()
        self.post_message(messages.SignedOut())

    @on(messages.SignedOut)
    def _signed_out(self) -> None:
        self._login.left()

    # What is looked up ahead.

    @on(messages.AheadChanged)
    def _ahead_changed(self) -> None:
        if self.session is None or self._chat is None:
            return
        self._chat.readings_changed()
        found = tuple(ahead for ahead in self.session.ahead() if ahead.reason == "sign-in")
        if found and not self._prefetched and all(ahead.state in ("ready", "failed") for ahead in found):
            self._prefetched = True
            self.post_message(messages.PrefetchFinished(found))

    @on(messages.PrefetchFinished)
    def _prefetch_finished(self, message: messages.PrefetchFinished) -> None:
        if self._chat:
            self._chat.prefetch_finished(message.found)

    @on(messages.TypingPaused)
    def _typing_paused(self, message: messages.TypingPaused) -> None:
        if self.session and self._chat and self.turn is None:
            self.session.typed(message.text)
            self._chat.readings_changed()

    @on(messages.StrategyAsked)
    def _ask_strategy(self) -> None:
        from agent.settings import STRATEGIES

        if self.session and self._chat:
            following = (STRATEGIES.index(self.session.strategy) + 1) % len(STRATEGIES)
            self.session.set_strategy(STRATEGIES[following])
            self._chat.readings_changed()

    # A turn.

    @on(messages.QuestionAsked)
    def _ask(self, message: messages.QuestionAsked) -> None:
        session, relay = self.session, self._relay
        if session is None or relay is None or self.turn is not None:
            return
        self._turns += 1
        self.turn = self._turns
        self._stopped = False
        relay.begin(self.turn)
        self.post_message(messages.TurnStarted(self.turn, message.question))
        self._run_turn(self.turn, relay, partial(session.ask, message.question))

    def _run_turn(self, turn: int, relay: EventRelay, step: Callable[[], TurnOutcome]) -> None:
        """Run one stretch of a turn, up to its end or its question to the customer, in a thread."""

        def run() -> None:
            try:
                outcome = step()
            except SessionClosedError:
                return  # Signing out or quitting; there is nobody left to tell.
            except HeadstartError as error:
                self.post_message(messages.TurnFailed(turn, error))
            except Exception as error:
                problem = ModelError(f"The turn failed: {error or type(error).__name__}. Ask again.")
                self.post_message(messages.TurnFailed(turn, problem))
            else:
                relay.flush()
                self.post_message(_outcome(turn, outcome))

        self.run_worker(run, group="turn", thread=True, exit_on_error=False)

    @on(messages.TurnStarted)
    async def _turn_started(self, message: messages.TurnStarted) -> None:
        if self._chat and message.turn == self.turn:
            await self._chat.begin_turn(message.question)

    @on(messages.TokensArrived)
    async def _tokens_arrived(self, message: messages.TokensArrived) -> None:
        if self._chat and message.turn == self.turn and not self._stopped:
            await self._chat.show_tokens(message.text)

    @on(messages.StepEnded)
    def _step_ended(self, message: messages.StepEnded) -> None:
        if self._chat and message.turn == self.turn:
            self._chat.readings_changed()

    @on(messages.StopAsked)
    async def _stop(self) -> None:
        if self.session and self._chat and self.turn is not None and not self._stopped:
            self._stopped = True
            self.session.stop()
            await self._chat.stopping()

    @on(messages.ConfirmationAsked)
    def _ask_confirmation(self, message: messages.ConfirmationAsked) -> None:
        from tui.screens.confirm import ConfirmScreen

        if self._chat and message.turn == self.turn:
            self.push_screen(ConfirmScreen(message.confirmation), partial(self._confirm, message.confirmation))

    def _confirm(self, confirmation: Confirmation, confirmed: bool | None) -> None:
        if self.session and self._relay and self.turn is not None:
            step = partial(self.session.confirm, confirmation, confirmed=bool(confirmed))
            self._run_turn(self.turn, self._relay, step)

    @on(messages.TurnFinished)
    async def _turn_finished(self, message: messages.TurnFinished) -> None:
        if self._chat and message.turn == self.turn:
            self.turn = None
            await self._chat.end_turn(message.result)

    @on(messages.TurnFailed)
    async def _turn_failed(self, message: messages.TurnFailed) -> None:
        if self._chat and message.turn == self.turn:
            self.turn = None
            await self._chat.fail_turn(message.error)
            self._toast(message.error)

    def _toast(self, error: HeadstartError) -> None:
        self.notify(str(error), title="That did not work", severity="error", timeout=10, markup=False)

    # Keys, and leaving.

    def get_key_display(self, binding: Binding) -> str:
        """`^J`, `Esc`, `F2`, `Enter`."""
        if binding.key_display:
            return binding.key_display
        first = binding.key.split(",")[0]
        return f"^{first[-1].upper()}" if first.startswith("ctrl+") else KEY_NAMES.get(first, first.title())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nobody can sign out before signing in."""
        return self.session is not None if action == "sign_out" else True

    async def action_quit(self) -> None:
        """Ctrl+Q: the turn's thread is told before anything else, so that it has ended by the time it is waited for."""
        if self.session:
            self.session.stop()
        self.exit()

    def action_sign_out(self) -> None:
        """Ctrl+O."""
        self.post_message(messages.SignOutAsked())

    def action_help(self) -> None:
        """F1."""
        from tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen.active_bindings.values()))

    def on_unmount(self) -> None:
        """However the app ends, the turn's thread is told; the loop cannot close before it returns."""
        if self.session:
            self.session.stop()

    async def close_engine(self) -> None:
        """End the session and close the orders, after the terminal is restored."""
        if self._engine:
            await self._engine.close()

    @property
    def model_is_loading(self) -> bool:
        """Whether a thread still reads the model from disk."""
        return self._engine is not None and not self._engine.model.done()


def _import_chat() -> None:
    """While the customer types a name, what comes after the login screen is read from disk."""
    for name in ("tui.relay", "tui.screens.chat", "tui.screens.confirm"):
        importlib.import_module(name)


def _outcome(turn: int, outcome: TurnOutcome) -> messages.TurnFinished | messages.ConfirmationAsked:
    from agent.events import Confirmation

    if isinstance(outcome, Confirmation):
        return messages.ConfirmationAsked(turn, outcome)
    return messages.TurnFinished(turn, outcome)


def run_chat(settings: Settings) -> int:
    """Run the chat in this terminal and leave the process with the exit code.

    Python's own way out takes a second and more once torch is imported, and cannot interrupt that import at
    all. So when the terminal is the customer's again and the orders are closed, the process just ends.
    """
    app = HeadstartApp(settings)

    async def run() -> None:
        await app.run_async()
        with contextlib.suppress(Exception):
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await app.close_engine()
        _exit_now(app.return_code or 0)

    asyncio.run(run())
    return app.return_code or 0


def _exit_now(code: int) -> None:
    """Leave without waiting for any thread."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
