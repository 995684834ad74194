"""HeadstartApp: gives each message to the part whose job it is; screens only show.

Its parts own every change of state: `Sessions` from the engine to signing out, `Turns` a question's path, `Appearance`
the preferences.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.drivers.web_driver import WebDriver
from textual.screen import Screen
from textual.widgets import Input

from tui import garbage, messages
from tui.appearance import Appearance
from tui.screens.login import LoginScreen
from tui.sessions import MakeEngine, Sessions, make_engine
from tui.terminal.driver import BrowserDriver, TerminalDriver
from tui.terminal.keys import Burst, one_line
from tui.terminal.leaving import Leaving
from tui.turns import Turns

if TYPE_CHECKING:
    from agent.settings import Settings
    from tui.preferences import Preferences
    from tui.screens.settings import SettingsScreen

CLOSE_WITHIN_S = 0.7
"""How long quitting waits for threads; the terminal is restored before that."""

SIGNED_IN_ONLY = ("sign_out", "history", "new_conversation", "settings", "ahead_panel")

KEY_NAMES = {"escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn"}


class HeadstartApp(App[None]):
    """The chat, from login to quit."""

    TITLE = "Headstart"
    CSS_PATH = ["app.tcss", "screens/login.tcss"]  # noqa: RUF012  The lowest screen's own is not read by Textual.
    HORIZONTAL_BREAKPOINTS = [(0, "-cramped"), (50, "-narrow"), (100, "-wide")]  # noqa: RUF012  Not a ClassVar there.
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (15, "-short"), (22, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="app.help", tooltip="These keys"),
        Binding("ctrl+p", "command_palette", "Menu", id="app.palette", priority=True, tooltip="Every action by name"),
        Binding("ctrl+q", "quit", "Quit", show=False, id="app.quit", priority=True, tooltip="Quit at once"),
        Binding(
            "ctrl+o", "sign_out", "Sign out", show=False, id="app.sign_out", tooltip="Sign out, forget the results"
        ),
        Binding(
            "ctrl+z",
            "suspend_process",
            "Suspend",
            show=False,
            id="app.suspend",
            priority=True,
            tooltip="To the shell; fg comes back",
        ),
    ]

    def __init__(self, settings: Settings, make_engine: MakeEngine = make_engine) -> None:
        super().__init__()
        self.appearance = Appearance(self, settings.state_folder)
        self.sessions = Sessions(self, settings, make_engine, lambda: self.appearance.preferences.ahead_panel)
        self.turns = Turns(self, self.sessions)
        self._draft_given_up = ""
        """The draft that signing out was warned of."""
        self.set_keymap(self.appearance.preferences.keymap)
        self.appearance.apply()

    def get_driver_class(self) -> type[Driver]:
        """The platform's, with the program's own way of reading."""
        chosen = super().get_driver_class()
        own: dict[type[Driver], type[Driver]] = {LinuxDriver: TerminalDriver, WebDriver: BrowserDriver}
        return own.get(chosen, chosen)

    def get_default_screen(self) -> LoginScreen:
        """The login screen is the first thing drawn."""
        return self.sessions.login

    def on_mount(self) -> None:
        """Everything that takes time comes after the first frame."""
        self.call_after_refresh(self.sessions.open)

    # From the engine to the session.

    @on(messages.EngineOpened)
    def _engine_opened(self) -> None:
        self.sessions.engine_opened()

    @on(messages.EngineFailed)
    def _engine_failed(self, message: messages.EngineFailed) -> None:
        self.sessions.login.failed(message.error)

    @on(messages.ModelProgressed)
    def _model_progressed(self, message: messages.ModelProgressed) -> None:
        self.sessions.show_model(message.state)

    @on(messages.SignInAsked)
    def _ask_sign_in(self, message: messages.SignInAsked) -> None:
        self.sessions.sign_in(message.user, message.password)

    @on(messages.TypedAhead)
    def _type_ahead(self, message: messages.TypedAhead) -> None:
        self.sessions.type_ahead(message.text)

    @on(messages.SignInFailed)
    def _sign_in_failed(self, message: messages.SignInFailed) -> None:
        self.sessions.sign_in_failed(message.error)

    @on(messages.SignedIn)
    def _signed_in(self, message: messages.SignedIn) -> None:
        self.sessions.signed_in(message.session)

    @on(messages.AheadChanged)
    def _ahead_changed(self) -> None:
        self.sessions.ahead_changed()

    @on(messages.PrefetchFinished)
    def _prefetch_finished(self, message: messages.PrefetchFinished) -> None:
        if self.sessions.chat:
            self.sessions.chat.prefetch_finished(message.found)

    @on(messages.RuleOff)
    def _rule_off(self, message: messages.RuleOff) -> None:
        self.notify(message.sentence, markup=False)

    @on(messages.PersonWrote)
    async def _person_wrote(self, message: messages.PersonWrote) -> None:
        if self.sessions.chat:
            await self.sessions.chat.person_wrote(message.said)

    @on(messages.StrategyAsked)
    def _ask_strategy(self) -> None:
        self.sessions.next_strategy()

    @on(messages.ConversationAsked)
    def _ask_conversation(self, message: messages.ConversationAsked) -> None:
        if self.turns.running is not None:
            self.notify("An answer is being written. Stop it with Esc first.", timeout=4, markup=False)
        else:
            self.sessions.change_conversation(message.thread_id)

    @on(messages.ConversationFailed)
    def _conversation_failed(self, message: messages.ConversationFailed) -> None:
        self.sessions.conversation_failed(message.session, message.error)

    @on(messages.ConversationOpened)
    def _conversation_opened(self, message: messages.ConversationOpened) -> None:
        self.sessions.conversation_opened(message.session, message.turns)

    @on(messages.SignOutAsked)
    def _ask_sign_out(self) -> None:
        self.turns.end()
        self.sessions.sign_out()

    @on(messages.SignedOut)
    def _signed_out(self) -> None:
        self.sessions.login.left()

    # A turn, in the order in which it happens.

    @on(messages.TypingPaused)
    def _typing_paused(self, message: messages.TypingPaused) -> None:
        if self.turns.running is None:
            self.sessions.typed(message.text)

    @on(messages.QuestionAsked)
    def _ask(self, message: messages.QuestionAsked) -> None:
        self.turns.ask(message.question)

    @on(messages.TurnStarted)
    async def _turn_started(self, message: messages.TurnStarted) -> None:
        await self.turns.started(message.turn, message.question)

    @on(messages.StepEnded)
    def _step_ended(self, message: messages.StepEnded) -> None:
        self.turns.step_ended(message.turn)

    @on(messages.TokensArrived)
    async def _tokens_arrived(self, message: messages.TokensArrived) -> None:
        await self.turns.tokens_arrived(message.turn, message.text)

    @on(messages.StopAsked)
    async def _stop(self) -> None:
        await self.turns.stop()

    @on(messages.ConfirmationAsked)
    def _ask_confirmation(self, message: messages.ConfirmationAsked) -> None:
        self.turns.ask_customer(message.turn, message.confirmation)

    @on(messages.TurnFinished)
    async def _turn_finished(self, message: messages.TurnFinished) -> None:
        if await self.turns.finished(message.turn, message.result):
            self.appearance.call_attention(self._driver.write if self._driver else None)

    @on(messages.TurnFailed)
    async def _turn_failed(self, message: messages.TurnFailed) -> None:
        await self.turns.failed(message.turn, message.error)

    # Other screens.

    def action_history(self) -> None:
        from tui.screens.history import HistoryScreen

        session, conversations = self.sessions.session, self.sessions.conversations()
        if session and conversations and not isinstance(self.screen, HistoryScreen):
            self.push_screen(HistoryScreen(conversations, session.thread_id, lambda: self.turns.running is not None))

    def action_new_conversation(self) -> None:
        self.post_message(messages.ConversationAsked(None))

    def action_settings(self) -> None:
        from tui.screens.settings import SettingsScreen

        session, engine = self.sessions.session, self.sessions.engine
        if session and engine and not isinstance(self.screen, SettingsScreen):
            model = engine.model_state
            facts = {
                "model": f"{model.name or model.step}{f'; {model.why}' if model.why else ''}",
                "database latency": f"{engine.latency_s:g} s simulated (--db-latency)",
            }
            themes = sorted(self.available_themes)
            self.push_screen(SettingsScreen(self.appearance.preferences, session.strategy, themes, facts))

    def action_ahead_panel(self) -> None:
        """F6: beside the chat, or over it where there is no room."""
        session = self.sessions.session
        if session and not self.screen.has_class("-wide"):
            from tui.screens.ahead import AheadScreen

            if not isinstance(self.screen, AheadScreen):
                self.push_screen(AheadScreen(session))
            return
        shows = not self.appearance.preferences.ahead_panel
        self._choose(self.appearance.preferences.model_copy(update={"ahead_panel": shows}))

    def on_settings_screen_changed(self, message: SettingsScreen.Changed) -> None:
        """A preference was changed on the screen."""
        self._choose(message.preferences)

    def on_settings_screen_strategy_chosen(self, message: SettingsScreen.StrategyChosen) -> None:
        """Another strategy was chosen there."""
        self.sessions.set_strategy(message.strategy)

    def _choose(self, chosen: Preferences) -> None:
        self.appearance.choose(chosen)
        if self.sessions.chat:
            self.sessions.chat.show_ahead(chosen.ahead_panel)

    # Keys, and leaving.

    def get_key_display(self, binding: Binding) -> str:
        """`^J`, `Esc`, `F2`, `Enter`."""
        if binding.key_display:
            return binding.key_display
        first = binding.key.split(",")[0]
        name = first.removeprefix("ctrl+")
        named = KEY_NAMES.get(name, name.upper() if len(name) == 1 else name.title())
        return f"^{named}" if first.startswith("ctrl+") else named

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette lists."""
        from tui.palette import commands

        return commands(self, screen)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs a session is not offered before there is one, and no shell to a browser."""
        if action == "suspend_process":
            return self._driver is not None and self._driver.can_suspend
        return self.sessions.session is not None if action in SIGNED_IN_ONLY else True

    async def on_event(self, event: events.Event) -> None:
        """A field of one line takes a paste of several as one line."""
        if isinstance(event, events.Paste) and not event.is_forwarded and isinstance(self.focused, Input):
            event = one_line(event)
        await super().on_event(event)

    @on(Burst)
    async def _take_burst(self, burst: Burst) -> None:
        """Several lines at once are a paste; for the sign-in they are name, password and what follows."""
        if isinstance(self.screen, LoginScreen):
            for key in burst.pressed():
                await self.on_event(key)
            return
        for event in burst.pasted():
            await self.on_event(event)
        if burst.lines and self.sessions.chat and self.focused is self.sessions.chat.prompt:
            self.notify(
                "Several lines came at once: they are in the prompt. Enter sends them.", timeout=4, markup=False
            )

    def action_suspend_process(self) -> None:
        """Ctrl+Z: what runs this program, such as make, stops with it, or the shell would wait for that."""
        if self._driver is not None and self._driver.can_suspend:
            self.app_suspend_signal.publish(self)
            os.killpg(0, signal.SIGTSTP)

    async def action_quit(self) -> None:
        """Ctrl+Q: the turn's thread is told before anything else, so that it has ended by the time it is waited for."""
        if self.sessions.session:
            self.sessions.session.stop()
        self.exit()

    def action_sign_out(self) -> None:
        """Ctrl+O; where it would take a draft with it, only the second time."""
        draft = self.sessions.chat.prompt.text.strip() if self.sessions.chat else ""
        if draft and draft != self._draft_given_up:
            self._draft_given_up = draft
            self.notify("What is in the prompt would be lost. Sign out again if it may be.", timeout=4, markup=False)
        else:
            self._draft_given_up = ""
            self.post_message(messages.SignOutAsked())

    def action_help(self) -> None:
        from tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen.active_bindings.values()))

    def action_help_quit(self) -> None:
        """Ctrl+C: what it may have been meant for."""
        said = "Esc stops the answer, Ctrl+Q quits." if self.turns.running is not None else "Ctrl+Q quits."
        self.notify(said, timeout=4, markup=False)

    def on_unmount(self) -> None:
        """However the app ends, the turn's thread is told; the loop cannot close before it returns."""
        if self.sessions.session:
            self.sessions.session.stop()
        garbage.reset()


def run_chat(settings: Settings) -> int:
    """Run the chat in this terminal and leave the process with the exit code.

    Python's own way out takes a second and more once torch is imported, and cannot interrupt that import at
    all. So when the terminal is the customer's again and the world is closed, the process just ends.
    """
    app = HeadstartApp(settings)

    async def run() -> None:
        loop = asyncio.get_running_loop()

        def leave() -> None:
            loop.call_soon_threadsafe(lambda: asyncio.ensure_future(app.action_quit()))

        with Leaving(leave, (0, 1), draws=True) as leaving:
            try:
                await app.run_async()
            finally:
                with contextlib.suppress(Exception):
                    async with asyncio.timeout(CLOSE_WITHIN_S):
                        await app.sessions.close()
            leaving.end(_exit_code(app) if leaving.code is None else leaving.code)

    asyncio.run(run())
    return _exit_code(app)


def _exit_code(app: HeadstartApp) -> int:
    """None is said by an app that ended in an error, without having been told to."""
    return 1 if app.return_code is None else app.return_code
