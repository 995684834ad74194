"""HeadstartApp: owns the workers and every change of state; screens only show.

A question's path can be read top to bottom here: `QuestionAsked → TurnStarted → TokensArrived →
TurnFinished`. What comes before it, from the engine to the session, is in `tui.sessions`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on, work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.constants import TEXTUAL_ANIMATIONS
from textual.screen import Screen
from textual.widgets import Input

from headstart.errors import DatabaseError, HeadstartError, ModelError, SessionClosedError
from tui import garbage, messages
from tui.leaving import Leaving
from tui.preferences import Preferences, keep
from tui.screens.login import LoginScreen
from tui.sessions import MakeEngine, SessionApp, make_engine
from tui.terminal import Burst, one_line

if TYPE_CHECKING:
    from agent.events import Confirmation, TurnOutcome
    from agent.settings import Settings, Strategy
    from tui.relay import EventRelay
    from tui.screens.settings import SettingsScreen

CLOSE_WITHIN_S = 0.7
"""How long quitting waits for threads; the terminal is restored before that."""

SIGNED_IN_ONLY = ("sign_out", "history", "new_conversation", "settings", "ahead_panel")

KEY_NAMES = {"escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn"}


class HeadstartApp(SessionApp):
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
        super().__init__(settings, make_engine)
        self._turns = 0
        self._stopped = False
        self._draft_given_up = ""
        """The draft that signing out was warned of."""
        self.set_keymap(self.preferences.keymap)
        self._apply_preferences()

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

    @on(messages.RuleOff)
    def _rule_off(self, message: messages.RuleOff) -> None:
        self.notify(message.sentence, markup=False)

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
            self._set_strategy(STRATEGIES[following])

    def _set_strategy(self, strategy: Strategy) -> None:
        if self.session and self._chat:
            self.session.set_strategy(strategy)
            self._chat.readings_changed()

    # A turn.

    @on(messages.QuestionAsked)
    def _ask(self, message: messages.QuestionAsked) -> None:
        session, relay = self.session, self._relay
        if session is None or relay is None or self.turn is not None:
            if self._chat:
                self._chat.refused(message.question)
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
            asked = ConfirmScreen(message.confirmation, self._chat.prompt)
            self.push_screen(asked, partial(self._confirm, message.confirmation))

    def _confirm(self, confirmation: Confirmation, confirmed: bool | None) -> None:
        if self.session and self._relay and self.turn is not None:
            step = partial(self.session.confirm, confirmation, confirmed=bool(confirmed))
            self._run_turn(self.turn, self._relay, step)

    @on(messages.TurnFinished)
    async def _turn_finished(self, message: messages.TurnFinished) -> None:
        if self._chat and message.turn == self.turn:
            self.turn = None
            await self._chat.end_turn(message.result)
            self._call_attention()

    @on(messages.TurnFailed)
    async def _turn_failed(self, message: messages.TurnFailed) -> None:
        if self._chat and message.turn == self.turn:
            self.turn = None
            await self._chat.fail_turn(message.error)
            self.show_error(message.error)

    # Settings.

    def action_settings(self) -> None:
        from tui.screens.settings import SettingsScreen

        if self.session and self._engine and not isinstance(self.screen, SettingsScreen):
            model = self._engine.model_state
            facts = {
                "model": f"{model.name or model.step}{f'; {model.why}' if model.why else ''}",
                "database latency": f"{self._engine.latency_s:g} s simulated (--db-latency)",
            }
            themes = sorted(self.available_themes)
            self.push_screen(SettingsScreen(self.preferences, self.session.strategy, themes, facts))

    def action_ahead_panel(self) -> None:
        """F6: beside the chat, or over it where there is no room."""
        if self.session and not self.screen.has_class("-wide"):
            from tui.screens.ahead import AheadScreen

            if not isinstance(self.screen, AheadScreen):
                self.push_screen(AheadScreen(self.session))
            return
        shows = not self.preferences.ahead_panel
        self._keep(self.preferences.model_copy(update={"ahead_panel": shows}))

    def on_settings_screen_changed(self, message: SettingsScreen.Changed) -> None:
        """A preference was changed on the screen."""
        self._keep(message.preferences)

    def on_settings_screen_strategy_chosen(self, message: SettingsScreen.StrategyChosen) -> None:
        """Another strategy was chosen there."""
        self._set_strategy(message.strategy)

    def _keep(self, chosen: Preferences) -> None:
        self.preferences = chosen
        self._apply_preferences()
        if self._chat:
            self._chat.show_ahead(chosen.ahead_panel)
        self._write_preferences(chosen)

    @work(group="preferences", exclusive=True, exit_on_error=False)
    async def _write_preferences(self, chosen: Preferences) -> None:
        try:
            await asyncio.to_thread(keep, chosen, self.settings.state_folder)
        except DatabaseError as error:
            problem = f"This cannot be kept for the next time; it holds until you quit. {error}"
            self.notify(problem, severity="warning", markup=False)

    def _apply_preferences(self) -> None:
        if self.preferences.theme in self.available_themes:
            self.theme = self.preferences.theme
        self.animation_level = TEXTUAL_ANIMATIONS if self.preferences.animations else "none"

    def _call_attention(self) -> None:
        """The answer is here, and another window has the focus: the bell, and OSC 9 where a terminal knows it."""
        if self.preferences.notify and not self.app_focus:
            self.bell()
            if self._driver:
                self._driver.write("\x1b]9;Headstart: your answer is here\x07")

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
        return self.session is not None if action in SIGNED_IN_ONLY else True

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
        if burst.lines and self._chat and self.focused is self._chat.prompt:
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
        if self.session:
            self.session.stop()
        self.exit()

    def action_sign_out(self) -> None:
        """Ctrl+O; where it would take a draft with it, only the second time."""
        draft = self._chat.prompt.text.strip() if self._chat else ""
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
        said = "Esc stops the answer, Ctrl+Q quits." if self.turn is not None else "Ctrl+Q quits."
        self.notify(said, timeout=4, markup=False)

    def on_unmount(self) -> None:
        """However the app ends, the turn's thread is told; the loop cannot close before it returns."""
        if self.session:
            self.session.stop()
        garbage.reset()


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
        loop = asyncio.get_running_loop()

        def leave() -> None:
            loop.call_soon_threadsafe(lambda: asyncio.ensure_future(app.action_quit()))

        with Leaving(leave, (0, 1), draws=True) as leaving:
            try:
                await app.run_async()
            finally:
                with contextlib.suppress(Exception):
                    async with asyncio.timeout(CLOSE_WITHIN_S):
                        await app.close_engine()
            leaving.end(_exit_code(app) if leaving.code is None else leaving.code)

    asyncio.run(run())
    return _exit_code(app)


def _exit_code(app: HeadstartApp) -> int:
    """None is said by an app that ended in an error, without having been told to."""
    return 1 if app.return_code is None else app.return_code
