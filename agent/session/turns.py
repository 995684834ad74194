"""Runs a session's turns, one at a time, each in the thread that asks; read it top to bottom.

A turn ends with a result, or waits for the customer's word on a write; then `confirm` goes on with it. Whatever ends
it otherwise leaves the conversation as it was before the question, unless a change was done: that is kept.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from agent.events import Confirmation, Event, StepFinished, TurnOutcome, TurnResult
from agent.session.transcript import resting_on
from agent.settings import HeadStarts, Settings, Strategy
from agent.turn.bridge import refuse_on_loop
from headstart.errors import ConfirmationError, DatabaseError, HeadstartError, SessionClosedError
from headstart.speculation.speculator import Ahead, Call
from headstart.text import printable
from headstart.timeline import PerformanceLog, Prices, Timeline, turn_figures

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from agent.session.lookups import SessionLookups
    from agent.session.people import People
    from agent.session.prompt import Prompt
    from agent.session.transcript import Transcript
    from agent.turn.bridge import Bridge
    from agent.turn.turn import Turn
    from headstart.world import User
    from headstart.world.desk import Ticket
    from headstart.world.opened import Described

log = logging.getLogger(__name__)

AfterTurn = Callable[[Sequence[Call] | None, Sequence[str]], None]
"""Told on the event loop of a turn's end: the reads that stand in the prompt now (None: as before) and the keys of
the records that the answer told of."""


class Turns:
    """The turns of one session. Create it on the event loop; `closed` is set when the session ends."""

    def __init__(
        self,
        user: User,
        *,
        world: Described,
        settings: Settings,
        model: concurrent.futures.Future[BaseChatModel],
        model_name: Callable[[], str],
        transcript: Transcript,
        prompt: Prompt,
        lookups: SessionLookups,
        timeline: Timeline,
        prices: Prices,
        show: Callable[[Event], None],
        before_turn: Callable[[], None],
        after_turn: AfterTurn,
        unanswered: Callable[[str], None],
        closed: threading.Event,
    ) -> None:
        self._user = user
        self._world = world
        self._settings = settings
        self._model = model
        self._model_name = model_name
        self._transcript = transcript
        self._prompt = prompt
        self._lookups = lookups
        self._timeline = timeline
        self._prices = prices
        self._given_show = show
        self._before_turn = before_turn
        self._after_turn = after_turn
        self._unanswered = unanswered
        self._closed = closed
        self._loop = asyncio.get_running_loop()
        self._one_at_a_time = threading.Lock()
        self._turn: Turn | None = None
        self._waiting: Confirmation | None = None
        """What the turn waits for the customer's word on."""
        self._before = 0
        """How many messages stood in the conversation before the turn's question."""
        self._display_error: Exception | None = None
        self._since_s = timeline.clock()
        """The end of the last turn, or sign-in."""

    @property
    def running(self) -> bool:
        """Whether a turn runs or waits for the customer's word."""
        return self._turn is not None

    # In the thread that asks, in the order in which it happens.

    def ask(self, question: str, strategy: Strategy) -> TurnOutcome:
        """Answer a question; see `Session.ask`."""
        refuse_on_loop(self._loop, "Session.ask")
        with self._one_at_a_time:
            if self._waiting is not None:
                self._decline()
            self._before = self._transcript.rest()
            turn = self._turn = self.new_turn(question, strategy)
            return self._run(turn, {"question": question, "user_id": self._user.id})

    def passed_on(self, question: str, strategy: Strategy, ticket: Ticket, people: People) -> TurnResult:
        """Give a question to the person who has the conversation; the agent does not answer and keeps none of it.

        Raises DatabaseError.
        """
        refuse_on_loop(self._loop, "Session.ask")
        with self._one_at_a_time:
            if self._waiting is not None:
                self._decline()
            turn = self.new_turn(question, strategy)
            turn.bridge.run(people.pass_on(ticket, question))
            answer = self._world.phrases.passed_on.format(number=ticket.number)
            turn.show(answer)
            result = self._result(turn, answer)
            self._end(None, (), result.ended_s)
            return result

    def confirm(self, confirmation: Confirmation, *, confirmed: bool) -> TurnOutcome:
        """Go on with the turn that waits for the customer's word; see `Session.confirm`."""
        from langgraph.types import Command

        refuse_on_loop(self._loop, "Session.confirm")
        with self._one_at_a_time:
            turn, waiting = self._turn, self._waiting
            if turn is None or waiting is None or _identity(waiting) != _identity(confirmation):
                raise ConfirmationError(
                    "This change does not wait for your word any more: nothing was done now. Ask for it again."
                )
            self._waiting = None
            turn.paused[-1] = (turn.paused[-1][0], self._timeline.clock())
            turn.log.add(f"customer: {'confirmed' if confirmed else 'declined'} {confirmation.tool}")
            return self._run(turn, Command(resume={"key": confirmation.key, "confirmed": confirmed}))

    def new_turn(self, question: str, strategy: Strategy) -> Turn:
        """What the graph's nodes are given for this question."""
        from agent.turn.bridge import Bridge
        from agent.turn.turn import Turn

        entered_s = self._timeline.clock()
        self._before_turn()
        bridge = Bridge(self._loop)
        return Turn(
            question=question,
            strategy=strategy,
            starts=HeadStarts(strategy, self._settings.without),
            model=partial(self._loaded_model, bridge),
            world=self._world,
            lookups=self._lookups,
            user=self._user,
            thread_id=self._transcript.thread_id,
            bridge=bridge,
            timeline=self._timeline,
            prices=self._prices,
            emit=self._show,
            tool_rounds=self._settings.tool_rounds,
            log=PerformanceLog(self._timeline.clock, entered_s),
            entered_s=entered_s,
            first_id=self._prompt.first_id,
            guarded=self._settings.guard,
            check=self._world.check_for(self._user, self._lookups.today()),
        )

    def _loaded_model(self, bridge: Bridge) -> BaseChatModel:
        """The model, waiting for it to load; stopping the turn ends the wait."""

        async def loaded() -> BaseChatModel:
            return await asyncio.wrap_future(self._model)

        if self._model.done():
            return self._model.result()
        with self._timeline.span("model", "loading"):
            return bridge.run(loaded())

    def _run(self, turn: Turn, given: Any) -> TurnOutcome:
        """Run a turn up to its end or to a change that waits for the customer's word."""
        from agent.turn.bridge import TurnStoppedError

        try:
            self._waiting = self._streamed(turn, given)
            if self._waiting is not None:
                return self._waiting
            messages = self._transcript.messages()
            self._check_open()
            return self._finished(turn, messages)
        except TurnStoppedError:
            self._roll_back()
            return self._finished(turn, None)
        except BaseException as error:
            with contextlib.suppress(Exception):  # The first error says what is wrong.
                self._roll_back()
            self._turn = None
            if isinstance(error, HeadstartError) or error is self._display_error or not isinstance(error, Exception):
                raise
            if self._closed.is_set():
                raise SessionClosedError("The session ended.") from error
            raise HeadstartError(
                f"The turn failed because of a fault in headstart ({type(error).__name__}: {printable(str(error))})."
                " Ask again; report it if it fails a second time."
            ) from error
        finally:
            self._display_error = None

    def _streamed(self, turn: Turn, given: Any) -> Confirmation | None:
        """Run the graph; gives the change that it left for the customer's word, if any."""
        step_s = self._timeline.clock()
        for update in self._transcript.stream(given, turn):
            now_s = self._timeline.clock()
            if "__interrupt__" in update:
                turn.paused.append((now_s, now_s))
                return _confirmation(update["__interrupt__"][0].value)
            for node, change in update.items():
                detail = str((change or {}).get("agent_decision") or "results in")
                self._show(StepFinished(node, now_s - step_s, detail))
            step_s = now_s
        return None

    def _finished(self, turn: Turn, messages: list[BaseMessage] | None) -> TurnResult:
        """The result of a turn that has ended with these messages; None: it was stopped before its first word."""
        from agent.turn import conversation

        stopped = messages is None or turn.cancelled.is_set()
        answer = messages[-1].text if messages else ""
        standing = turn.standing(messages or [])
        results = conversation.results(standing)
        ground = turn.check.ground(answer, results)
        told_by = [results[i].call_id for i in ground.sources]
        by_id = conversation.calls_by_id(standing)
        sources = [by_id[call_id] for call_id in told_by if call_id in by_id]
        turn.tools.rest_on(sources)
        if not stopped:
            self._unanswered(ground.unanswered)
        result = self._result(turn, answer, sources, stopped=stopped, grounded=ground.grounded)
        reads: list[Call] | None = None
        if messages is not None:
            self._transcript.keep(
                [] if stopped else resting_on(messages, told_by),
                performance_log=turn.log.lines,
                spans=[span.as_dict() for span in result.spans],
            )
            figures = result.figures
            said_tokens = figures.prompt_tokens + figures.completion_tokens or conversation.estimated_tokens(standing)
            self._prompt.shorten(messages, said_tokens)
            standing = self._prompt.standing(messages, context=turn.starts.context)
            reads = conversation.reads_standing(standing, self._world.reads)
        self._end(reads, ground.records, result.ended_s)
        return result

    def _result(
        self, turn: Turn, answer: str, sources: Sequence[Call] = (), *, stopped: bool = False, grounded: bool = True
    ) -> TurnResult:
        ended_s = self._timeline.clock()
        figures = turn_figures(
            entered_s=turn.entered_s,
            first_word_s=turn.first_word_s,
            ended_s=ended_s,
            model_calls=turn.model_calls,
            database=turn.tools.counted_database(),
            paused=turn.paused,
            prices=self._prices,
        )
        turn.log.add(f"turn: ended, {figures.total_s:.2f} s in all")
        return TurnResult(
            question=turn.question,
            answer=answer,
            ended="stopped" if stopped else "answered",
            tool_calls=tuple(turn.tools.uses.values()),
            grounded=grounded,
            sources=tuple(dict.fromkeys(sources)),
            corrected=tuple(turn.corrected),
            figures=figures,
            strategy=turn.strategy,
            model=self._model_name(),
            performance_log=tuple(turn.log.lines),
            spans=tuple(self._timeline.spans(self._since_s)),
            ahead=self._held_ahead(turn),
            entered_s=turn.entered_s,
            ended_s=ended_s,
        )

    def _end(self, reads: Sequence[Call] | None, told: Sequence[str], ended_s: float) -> None:
        self._turn = None
        self._since_s = ended_s
        self._loop.call_soon_threadsafe(self._after_turn, reads, told)

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise SessionClosedError("You have signed out.")

    def _held_ahead(self, turn: Turn) -> tuple[Ahead, ...]:
        """What is held ahead, asked of the loop after what this turn used has been entered there."""

        async def held() -> tuple[Ahead, ...]:
            return tuple(self._lookups.ahead())

        return () if self._closed.is_set() else turn.bridge.fresh().run(held())

    def _show(self, event: Event) -> None:
        """Show a turn's event; what showing it raises ends the turn and comes out of `ask` as it is."""
        try:
            self._given_show(event)
        except Exception as error:
            self._display_error = error
            raise

    def _roll_back(self) -> None:
        self._turn = self._waiting = None
        self._transcript.roll_back(self._before)

    def _decline(self) -> None:
        """End the turn that waits for the customer's word."""
        self._turn = self._waiting = None
        self._transcript.decline()

    # From any thread.

    def stop(self) -> bool:
        """Stop the turn that runs or waits for the customer's word; gives whether there is one."""
        if turn := self._turn:
            turn.stop()
        return turn is not None

    def cut(self) -> None:
        """End every wait of the turn: the session closes."""
        if turn := self._turn:
            turn.cancelled.set()
            turn.bridge.stop(closing=True)

    def drain(self) -> None:
        """Wait until no turn runs; one that waits for the customer's word is closed in the conversation."""
        with self._one_at_a_time:
            if self._waiting is None:
                return
            try:
                self._decline()
            except DatabaseError as error:  # It is settled when the conversation is opened again.
                log.warning("The waiting change could not be closed in the conversation: %s", error)

    def forget(self) -> None:
        """Hold nothing of the customer any more."""
        self._turn = self._waiting = None


def _confirmation(request: dict[str, Any]) -> Confirmation:
    return Confirmation(
        tool=request["tool"],
        arguments=request["arguments"],
        message=request["message"],
        before=request["before"],
        after=request["after"],
        key=request["key"],
    )


def _identity(asked: Confirmation) -> tuple[str, str, str]:
    return asked.key, asked.tool, repr(asked.arguments)
