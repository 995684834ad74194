"""What the gauge reads: a session's timeline, the figures of its last turn, and what is going on now.

The widgets draw a `Reading` and ask nobody else, so each can be drawn in a test from plain data.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.events import TurnResult
from agent.settings import Strategy
from headstart.speculation.ledger import Ledger
from headstart.speculation.speculator import Ahead
from headstart.timeline import Span, TurnFigures

if TYPE_CHECKING:
    from agent.session.session import Session

RECENT = 16
"""How many turns the row of last turns shows."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The session's time at one moment; all `_s` on the timeline's clock."""

    now_s: float
    """Where the lanes end: now, or the end of the turn that is shown."""
    since_s: float
    entered_s: float | None
    """Enter of the turn that is shown; None before the first."""
    first_word_s: float | None
    turn_runs: bool
    first_turn: bool
    """Whether the lanes begin at sign-in, and not at the end of the turn before."""
    spans: tuple[Span, ...]
    running: tuple[Span, ...]
    """What is under way now, also after the turn that is shown."""
    figures: TurnFigures | None
    """Of the last turn; None before the first and while one runs."""
    recent: tuple[float | None, ...]
    """TTFT of the last turns, oldest first; None for one without a word."""
    strategy: Strategy
    """Of the next turn."""
    shown_strategy: str
    """Of the turn that is shown."""
    lacks: tuple[str, ...]
    """What the model cannot do of the strategy, in words."""
    ahead: tuple[Ahead, ...]
    ledger: Ledger
    clock_s: float
    """Now."""


class SessionReadings:
    """Takes readings of one session; told when a turn begins, shows its first word and ends."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._since_s = session.timeline.clock()
        for span in session.timeline.spans():
            self._since_s = min(self._since_s, span.start_s)
        self._entered_s: float | None = None
        self._first_word_s: float | None = None
        self._last: TurnResult | None = None
        self._last_since_s = self._since_s
        self._turns = 0
        self._strategy = ""
        self._recent: list[float | None] = []

    def begin_turn(self) -> None:
        """Enter."""
        self._entered_s = self._session.timeline.clock()
        self._first_word_s = None
        self._strategy = self._session.strategy

    def first_word(self) -> None:
        """A word was shown."""
        if self._first_word_s is None:
            self._first_word_s = self._session.timeline.clock()

    def end_turn(self, result: TurnResult | None) -> None:
        """The turn ended; without a result it failed and leaves no figures."""
        self._entered_s = self._first_word_s = None
        if result is None:
            return
        self._turns += 1
        self._last = result
        self._last_since_s, self._since_s = self._since_s, result.ended_s
        self._recent = [*self._recent, result.figures.first_token_s][-RECENT:]

    def take(self) -> Reading:
        """A reading of now."""
        session, last = self._session, self._last
        clock_s = session.timeline.clock()
        runs = self._entered_s is not None
        shows_last = last is not None and not runs
        return Reading(
            now_s=last.ended_s if last and shows_last else clock_s,
            since_s=self._last_since_s if shows_last else self._since_s,
            entered_s=last.entered_s if last and shows_last else self._entered_s,
            first_word_s=self._first_word_s,
            turn_runs=runs,
            first_turn=self._turns == (1 if shows_last else 0),
            spans=last.spans if last and shows_last else tuple(session.timeline.spans(self._since_s)),
            running=tuple(span for span in session.timeline.running() if span.lane != "customer"),
            figures=last.figures if last and shows_last else None,
            recent=tuple(self._recent),
            strategy=session.strategy,
            shown_strategy=last.strategy if last and shows_last else self._strategy,
            lacks=session.lacks,
            ahead=tuple(session.ahead()),
            ledger=session.ledger(),
            clock_s=clock_s,
        )
