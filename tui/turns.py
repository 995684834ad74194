"""Turns: a question's path from Enter to the end of its answer; read it top to bottom.

`QuestionAsked → TurnStarted → TokensArrived → TurnFinished`; with a write, `ConfirmationAsked` comes between. The
turn itself runs in a thread, which posts messages and touches no widget.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import App
from textual.css.query import NoMatches
from textual.widget import MountError

from headstart.errors import HeadstartError, ModelError, SessionClosedError
from tui import messages
from tui.sessions import Sessions, show_error

if TYPE_CHECKING:
    from agent.events import Confirmation, TurnOutcome, TurnResult
    from tui.relay import EventRelay
    from tui.screens.chat import ChatScreen


class Turns:
    """The turns of whoever is signed in, one at a time."""

    def __init__(self, app: App[None], sessions: Sessions) -> None:
        self._app = app
        self._sessions = sessions
        self.begun = 0
        """How many there were."""
        self.running: int | None = None
        """The number of the one that runs."""
        self._stopped = False

    def ask(self, question: str) -> None:
        """Enter: begin a turn, or give the question back where none can begin."""
        session, relay = self._sessions.session, self._sessions.relay
        if session is None or relay is None or self.running is not None:
            if self._sessions.chat:
                self._sessions.chat.refused(question)
            return
        self.begun += 1
        self.running = self.begun
        self._stopped = False
        relay.begin(self.running)
        self._app.post_message(messages.TurnStarted(self.running, question))
        self._run(self.running, relay, partial(session.ask, question))

    def _run(self, turn: int, relay: EventRelay, step: Callable[[], TurnOutcome]) -> None:
        """Run one stretch of a turn, up to its end or its question to the customer, in a thread."""

        def run() -> None:
            try:
                outcome = step()
            except SessionClosedError:
                return  # Signing out or quitting; there is nobody left to tell.
            except HeadstartError as error:
                self._app.post_message(messages.TurnFailed(turn, error))
            except Exception as error:
                problem = ModelError(f"The turn failed: {error or type(error).__name__}. Ask again.")
                self._app.post_message(messages.TurnFailed(turn, problem))
            else:
                relay.flush()
                self._app.post_message(_outcome(turn, outcome))

        self._app.run_worker(run, group="turn", thread=True, exit_on_error=False)

    async def started(self, turn: int, question: str) -> None:
        """Show the question."""
        if (chat := self._sessions.chat) and turn == self.running:
            with _while_up(chat):
                await chat.begin_turn(question)

    async def tokens_arrived(self, turn: int, text: str) -> None:
        """Show more of the answer."""
        if (chat := self._sessions.chat) and turn == self.running and not self._stopped:
            with _while_up(chat):
                await chat.show_tokens(text)

    def step_ended(self, turn: int) -> None:
        """A node of the graph has run."""
        if self._sessions.chat and turn == self.running:
            self._sessions.chat.readings_changed()

    async def stop(self) -> None:
        """Esc: nothing more of the answer is shown."""
        session, chat = self._sessions.session, self._sessions.chat
        if session and chat and self.running is not None and not self._stopped:
            self._stopped = True
            session.stop()
            with _while_up(chat):
                await chat.stopping()

    def ask_customer(self, turn: int, confirmation: Confirmation) -> None:
        """A write waits for the customer's word."""
        from tui.screens.confirm import ConfirmScreen

        if self._sessions.chat and turn == self.running:
            asked = ConfirmScreen(confirmation, self._sessions.chat.prompt)
            self._app.push_screen(asked, partial(self._confirm, confirmation))

    def _confirm(self, confirmation: Confirmation, confirmed: bool | None) -> None:
        session, relay = self._sessions.session, self._sessions.relay
        if session and relay and self.running is not None:
            self._run(self.running, relay, partial(session.confirm, confirmation, confirmed=bool(confirmed)))

    async def finished(self, turn: int, result: TurnResult) -> bool:
        """Show the figures and cards of an answer; gives whether it was still waited for."""
        chat = self._sessions.chat
        if chat is None or turn != self.running:
            return False
        self.running = None
        with _while_up(chat):
            await chat.end_turn(result)
        return True

    async def failed(self, turn: int, error: HeadstartError) -> None:
        """The question is the customer's again."""
        chat = self._sessions.chat
        if chat and turn == self.running:
            self.running = None
            with _while_up(chat):
                await chat.fail_turn(error)
            show_error(self._app, error)

    def end(self) -> None:
        """Nobody waits for a turn any more: signed out."""
        self.running = None


@contextlib.contextmanager
def _while_up(chat: ChatScreen) -> Generator[None]:
    """Quitting takes the screen down, maybe in between: then there is nothing left to show it on."""
    try:
        yield
    except (NoMatches, MountError):
        if chat.is_up:
            raise


def _outcome(turn: int, outcome: TurnOutcome) -> messages.TurnFinished | messages.ConfirmationAsked:
    from agent.events import Confirmation

    if isinstance(outcome, Confirmation):
        return messages.ConfirmationAsked(turn, outcome)
    return messages.TurnFinished(turn, outcome)
