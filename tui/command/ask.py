"""`headstart ask`: the agent without a screen, over the same session as the chat.

Results go to standard output, everything else to standard error.
"""

import asyncio
import getpass
import json
import sys
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from agent.engine import Engine
from agent.events import Confirmation, Event, Notice, PersonSaid, StepFinished, TextArrived, TurnResult
from agent.models.loading import ModelState
from agent.session.session import Session
from agent.settings import Settings
from agent.tracing import tracing
from headstart.errors import HeadstartError, SettingsError
from headstart.world.loading import load_world
from headstart.world.opened import Described
from tui.command import lines
from tui.figures.words import corrections
from tui.terminal.leaving import Leaving
from tui.terminal.streams import OutputError, is_nothing, is_terminal, knows_unicode, text_of

NO_QUESTION = "No question was given. Give one as an argument, or a line each on standard input."


def ask_all(settings: Settings, questions: list[str], *, think_s: float, steps: bool, yes: bool, as_json: bool) -> int:
    """Sign in and ask every question; the exit code."""
    return asyncio.run(_watched(_ask_all(settings, questions, think_s, steps=steps, yes=yes, as_json=as_json)))


async def _watched(work: Coroutine[Any, Any, int]) -> int:
    """Do it; a signal or a terminal that has gone ends it, with the sessions closed."""
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    watched = [stream.fileno() for stream in (sys.stdin, sys.stdout) if is_terminal(stream)]
    with Leaving(lambda: loop.call_soon_threadsafe(task.cancel), watched):
        return await task


async def _ask_all(
    settings: Settings, questions: list[str], think_s: float, *, steps: bool, yes: bool, as_json: bool
) -> int:
    plain = not questions and not as_json and lines.is_wanted()
    if not questions and is_nothing(sys.stdin):
        raise SettingsError(NO_QUESTION)
    world = load_world(settings.world)
    user, password = _credentials(settings, world)
    if project := tracing():
        _note(f"tracing to LangSmith, project {project}")
    engine = Engine(settings, world=world, on_model=_Progress())
    mode = lines.LineMode(yes=yes) if plain else None

    def show(event: Event) -> None:
        if steps and isinstance(event, StepFinished):
            _note(f"[{event.took_s:6.2f} s] {event.node}: {event.detail}")
        if isinstance(event, Notice):
            _note(f"headstart: {event.sentence}")
        if isinstance(event, PersonSaid) and not mode:
            _note(f"headstart: ticket {event.ticket}: {event.text}")
        if mode:
            mode(event)
        elif not as_json and isinstance(event, TextArrived):
            print(event.text, end="", flush=True)

    try:
        await engine.open()
        engine.start_model()
        # The model first: its loading is no question's time, and it shall not hide the database's either.
        await asyncio.wrap_future(engine.model)
        session = await engine.sign_in(user, password, show)
        if mode:
            return 1 if await mode.converse(session) else 0
        failed = asked = 0
        async for question in _each(questions):
            asked += 1
            await asyncio.sleep(think_s)
            try:
                result = await _turn(session, question, yes=yes)
            except OutputError:
                raise
            except HeadstartError as error:
                failed += 1
                _note(f"headstart: {error}")
                continue
            print(
                json.dumps(result.as_dict(), ensure_ascii=not knows_unicode(sys.stdout)) if as_json else "", flush=True
            )
            if not as_json:
                _note(summary(result))
        if not asked:
            raise SettingsError(NO_QUESTION)
        return 1 if failed else 0
    finally:
        await engine.close()


async def _turn(session: Session, question: str, *, yes: bool) -> TurnResult:
    outcome = await asyncio.to_thread(session.ask, question)
    while isinstance(outcome, Confirmation):
        _note(f"{outcome.message} ({outcome.before} → {outcome.after}) {'confirmed' if yes else 'refused: no --yes'}")
        outcome = await asyncio.to_thread(session.confirm, outcome, confirmed=yes)
    return outcome


def summary(result: TurnResult) -> str:
    """The turn's figures on one line."""
    figures = result.figures
    ttft = "no word" if figures.first_token_s is None else f"{figures.first_token_s:.2f} s to the first word"
    sentence = corrections(result.corrected)
    return (
        f"  {ttft} · {figures.total_s:.2f} s in all · waited {figures.database_waited_s:.2f} s · "
        f"hidden {figures.database_hidden_s:.2f} s · without head starts ≈ {figures.sequential_estimate_s:.2f} s"
        f"{f' · {sentence}' if sentence else ''}"
    )


async def _each(questions: list[str]) -> AsyncIterator[str]:
    for question in questions:
        yield question
    if questions:
        return
    while True:
        line = await asyncio.to_thread(sys.stdin.readline)
        if not line:
            return
        if question := text_of(line).strip():
            yield question


def _credentials(settings: Settings, world: Described) -> tuple[str, str]:
    if world.one_user:
        return "", ""
    user = settings.user or (input("User: ") if is_terminal(sys.stdin) else None)
    if not user:
        raise SettingsError("No account was named. Give one with --user, for the demo: --user user123.")
    if settings.password is not None:
        return user, settings.password.get_secret_value()
    if not is_terminal(sys.stdin):
        raise SettingsError("No password was given. Set HEADSTART_PASSWORD or use --password-file PATH.")
    return user, getpass.getpass("Password: ")


class _Progress:
    """The model's loading on standard error: a line for each step, only where somebody watches."""

    def __init__(self) -> None:
        self._step = ""

    def __call__(self, state: ModelState) -> None:
        if is_terminal(sys.stderr) and state.step != self._step:
            self._step = state.step
            _note(f"model: {state.step}{f' ({state.name})' if state.name else ''}")


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
