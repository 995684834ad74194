"""`headstart ask` in a terminal, without a question: a conversation in plain lines, for screen readers.

Nothing is drawn, coloured or written over, whatever the terminal can do. An answer comes a sentence a line, a wait is
said in words, and a change waits for a typed yes or no. Answers go to standard output, the rest to standard error.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import signal
import sys
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING

from agent.events import Confirmation, PersonSaid, TextArrived
from headstart.errors import HeadstartError
from headstart.speculation.calls import Call
from headstart.text import printable
from tui.figures.words import call_words, corrections
from tui.terminal.streams import OutputError, is_terminal
from tui.terminal.typed_ahead import typed_ahead

if TYPE_CHECKING:
    from agent.events import Event, TurnOutcome, TurnResult
    from agent.session.session import Session
    from headstart.timeline import Span

SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
FIRST_WORD_OF_A_WAIT_S = 2.0
NEXT_WORD_OF_A_WAIT_S = 5.0
QUIET_S = 0.5
"""How long nothing may have been typed before a change is asked about."""
FOLLOWS_S = 0.15
"""What follows an answer this soon was not typed but pasted with it."""
PASTED_S = 0.05
"""The same for a question, each of which waits this long."""
END = re.compile("[\\x00\\x04]")
"""Ctrl+D, as a terminal gives it that has already taken it for the end of the input, or has not."""
SEVERAL = "Several lines came at once. Enter sends them as one question, Control C drops them."
ANSWERS = {"yes": True, "y": True, "no": False, "n": False}
WELCOME = "Type a question and press Enter. Control C stops an answer, Control D ends."
DOING = {"loading": "the model is being loaded", "prefill": "the model reads ahead"}


def is_wanted() -> bool:
    """Whether a person sits at both ends."""
    return is_terminal(sys.stdin) and is_terminal(sys.stdout)


class LineMode:
    """The conversation; it is what the session is given as `on_event`."""

    def __init__(self, *, yes: bool) -> None:
        self._yes = yes
        self._held = ""
        self._lines_said = 0
        """Lines of this answer so far."""
        self._reading: asyncio.Task[str] | None = None
        self._interrupted = asyncio.Event()
        self._turn_runs = False
        self._is_ended = False
        """Whether Ctrl+D was typed ahead."""

    def __call__(self, event: Event) -> None:
        """From the turn's thread: whole sentences are written at once, the rest waits for its end."""
        if isinstance(event, PersonSaid):
            who = "A person writes" if event.author == "person" else "News"
            _note(f"\n{who}, ticket {event.ticket}: {event.text}")
        if isinstance(event, TextArrived):
            *sentences, self._held = SENTENCE.split(self._held + event.text)
            for sentence in sentences:
                self._tell(sentence)

    async def converse(self, session: Session) -> int:
        """Until Ctrl+D; how many questions were not answered."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._interrupt, session)
        _note(f"You are signed in as {session.user.name}. {WELCOME}" if session.user.name else WELCOME)
        failed = 0
        try:
            while (question := await self._question()) != "":
                if question is None:
                    _note("No answer is being written. Control D ends.")
                elif question.strip():
                    failed += not await self._answered(session, question.strip())
        finally:
            loop.remove_signal_handler(signal.SIGINT)
        _note("Goodbye.")
        return failed

    async def _question(self) -> str | None:
        """What is typed to be asked; empty at Ctrl+D, None at Ctrl+C.

        Lines that come at once are a paste, or were typed during the answer before: one question, and only at Enter.
        """
        question = await self._line("You: ")
        while question and (more := await self._follows()):
            _note(SEVERAL if more.endswith("\n") else f"\n{SEVERAL}")
            end = await self._line("")
            if not end:
                _note("They were not sent.")
            question = end and question + more + end
        return question

    async def _follows(self) -> str:
        """What came with a line, with half a line at its end; Ctrl+D among it is kept for the next line."""
        more = await asyncio.to_thread(typed_ahead, sys.stdin.fileno(), PASTED_S)
        before, end, _ = END.sub("\x04", more).partition("\x04")
        self._is_ended = bool(end)
        return before

    async def _answered(self, session: Session, question: str) -> bool:
        """Whether it was; says what the answer took, or what went wrong."""
        self._held, self._lines_said = "", 0
        try:
            result = await self._turn(session, question)
        except OutputError:
            raise
        except HeadstartError as error:
            _note(f"That did not work. {error}")
            return False
        self._tell(self._held)
        if result.ended == "stopped":
            _note("Stopped." if result.answer.strip() else "Stopped before the first word.")
        _note(in_words(result))
        return True

    async def _turn(self, session: Session, question: str) -> TurnResult:
        outcome = await self._run(session, asyncio.to_thread(session.ask, question))
        while isinstance(outcome, Confirmation):
            confirmed = self._yes or await self._confirmed(outcome)
            _note("Confirmed." if confirmed else "Not confirmed; nothing is changed.")
            work = asyncio.to_thread(session.confirm, outcome, confirmed=confirmed)
            outcome = await self._run(session, work)
        return outcome

    async def _run(self, session: Session, work: Awaitable[TurnOutcome]) -> TurnOutcome:
        self._turn_runs = True
        telling = asyncio.create_task(self._tell_waits(session))
        try:
            return await work
        finally:
            self._turn_runs = False
            telling.cancel()

    async def _tell_waits(self, session: Session) -> None:
        """Say what is waited for, as long as nothing else is said."""
        pauses = itertools.chain([FIRST_WORD_OF_A_WAIT_S], itertools.repeat(NEXT_WORD_OF_A_WAIT_S))
        waited_s, said = 0.0, self._lines_said
        for pause_s in pauses:
            await asyncio.sleep(pause_s)
            waited_s += pause_s
            if self._lines_said == said:
                what = doing(session.timeline.running(), session.world.phrases.service)
                _note(f"Please wait: {what}, {waited_s:.0f} seconds so far.")
            said = self._lines_said

    async def _confirmed(self, asked: Confirmation) -> bool:
        """The customer's typed word; Ctrl+C and Ctrl+D are a no.

        A word counts that is typed after the question, as a line of its own: neither what was typed ahead nor a line of
        a paste is one.
        """
        _note(asked.message)
        if asked.before is not None or asked.after is not None:
            _note(f"Now: {asked.before or 'nothing'}. Then: {asked.after or 'nothing'}.")
        self._interrupted.clear()
        await self._forget_typed_ahead(QUIET_S)
        while not self._interrupted.is_set():
            is_new = self._reading is None
            word = await self._line("Type yes or no: ")
            if not word:
                return False
            answer = ANSWERS.get(word.strip().lower())
            followed = await self._forget_typed_ahead(FOLLOWS_S if answer is not None else QUIET_S)
            if answer is not None and is_new and not followed:
                return answer
        return False

    async def _forget_typed_ahead(self, quiet_s: float) -> bool:
        """Wait until nothing is typed; what was is told, since it is not used. Whether there was anything."""
        typed = ""
        if self._reading and self._reading.done():
            typed, self._reading = self._reading.result(), None
        if self._reading is None:  # Else a thread is reading already, and gets what comes.
            typed += await asyncio.to_thread(typed_ahead, sys.stdin.fileno(), quiet_s)
        if unused := printable(typed).strip():
            _note(f"\nThis was not typed as an answer and is not used: {unused}")
        return bool(typed)

    async def _line(self, prompt: str) -> str | None:
        """What is typed, with the end of its line; empty at Ctrl+D, None at Ctrl+C."""
        self._interrupted.clear()
        print(prompt, end="", file=sys.stderr, flush=True)
        if self._is_ended:
            _note("")
            return ""
        if self._reading is None:  # A read that Ctrl+C has left behind goes on: no thread can be taken out of it.
            self._reading = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
        interrupted = asyncio.create_task(self._interrupted.wait())
        await asyncio.wait((self._reading, interrupted), return_when=asyncio.FIRST_COMPLETED)
        interrupted.cancel()
        if not self._reading.done():
            return None
        line, self._reading = self._reading.result(), None
        if not line:
            _note("")
        return line

    def _interrupt(self, session: Session) -> None:
        _note("")
        if self._turn_runs:
            session.stop()
        else:
            self._interrupted.set()

    def _tell(self, sentence: str) -> None:
        if sentence.strip():
            self._lines_said += 1
            print(sentence.strip(), flush=True)


def doing(running: Sequence[Span], service: str) -> str:
    """What is waited for, as a person would say it: the database before the model."""
    for span in sorted(running, key=lambda span: span.lane):
        if span.lane == "database":
            return f"{service} looks up {call_words(Call(span.name, span.detail or '{}'))}"
        if span.lane == "model":
            return DOING.get(span.name, "the model is thinking")
    return "the answer is being prepared"


def in_words(result: TurnResult) -> str:
    """The turn's time, and what the guard has put right, without signs that a screen reader would spell out."""
    figures = result.figures
    first_s = figures.first_token_s
    parts = [
        "No word came" if first_s is None else f"First word after {first_s:.1f} seconds",
        f"waited {figures.database_waited_s:.1f} seconds for the database",
        f"{figures.database_hidden_s:.1f} seconds of it were hidden",
        f"about {figures.sequential_estimate_s:.1f} seconds without head starts",
    ]
    sentence = corrections(result.corrected).replace("×", " times")
    return f"{', '.join(parts)}.{f' {sentence}.' if sentence else ''}"


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
