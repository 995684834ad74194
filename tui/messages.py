"""The path of a question through the screen, one message class a step.

`SignInAsked → SignedIn → PrefetchFinished → QuestionAsked → TurnStarted → TokensArrived → TurnFinished`,
with the branches beside it. Threads post these and touch nothing else; handlers on the app own every
change of state. Nothing heavy may be imported here: the login screen is drawn before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from agent.events import Confirmation, PersonSaid, StepFinished, TurnResult
    from agent.models.loading import ModelState
    from agent.session.conversations import KeptTurn
    from agent.session.session import Session
    from headstart.errors import HeadstartError
    from headstart.speculation.speculator import Ahead


@dataclass
class EngineOpened(Message):
    """The world is open."""


@dataclass
class EngineFailed(Message):
    """The world cannot be opened; the program stays, and a sign-in tries once more."""

    error: HeadstartError


@dataclass
class ModelProgressed(Message):
    """The model's loading came a step further, ended or failed."""

    state: ModelState


@dataclass
class SignInAsked(Message):
    """The customer gave a name and a password."""

    user: str
    password: str = field(repr=False)


@dataclass
class TypedAhead(Message):
    """Something was typed while the sign-in is checked: it is meant for what comes after."""

    text: str = field(repr=False)


@dataclass
class SignInFailed(Message):
    """They open no account, or it is too early to try again."""

    error: HeadstartError


@dataclass
class SignedIn(Message):
    """The session is there, and its prefetch already runs."""

    session: Session


@dataclass
class ConversationAsked(Message):
    """The customer wants to go on with a kept conversation, or to begin a new one."""

    thread_id: str | None


@dataclass
class ConversationOpened(Message):
    """The session that goes on with it; the one before is closed."""

    session: Session
    turns: tuple[KeptTurn, ...]


@dataclass
class ConversationFailed(Message):
    """It cannot be opened; the session before goes on."""

    session: Session
    error: HeadstartError


@dataclass
class SignOutAsked(Message):
    """The customer wants to leave."""


@dataclass
class SignedOut(Message):
    """Nothing of the customer is held any more."""


@dataclass
class AheadChanged(Message):
    """Something that is looked up ahead began, ended or was claimed."""


@dataclass
class RuleOff(Message):
    """A rule of what is looked up ahead does not pay and is off from now on."""

    sentence: str


@dataclass
class PersonWrote(Message):
    """A person wrote to the customer, or the conversation changed hands."""

    said: PersonSaid


@dataclass
class PrefetchFinished(Message):
    """Everything that sign-in started is in."""

    found: tuple[Ahead, ...]


@dataclass
class TypingPaused(Message):
    """The customer stopped typing for a moment."""

    text: str


@dataclass
class StrategyAsked(Message):
    """The next strategy, from the next turn on."""


@dataclass
class QuestionAsked(Message):
    """Enter."""

    question: str


@dataclass
class StopAsked(Message):
    """Esc."""


@dataclass
class TurnStarted(Message):
    """A turn runs in its thread."""

    turn: int
    question: str


@dataclass
class StepEnded(Message):
    """A node of the graph has run."""

    turn: int
    step: StepFinished


@dataclass
class TokensArrived(Message):
    """A batch of the answer's text, in order."""

    turn: int
    text: str


@dataclass
class ConfirmationAsked(Message):
    """A write waits for the customer's word; no thread does."""

    turn: int
    confirmation: Confirmation


@dataclass
class TurnFinished(Message):
    """A turn was answered or stopped."""

    turn: int
    result: TurnResult


@dataclass
class TurnFailed(Message):
    """A turn ended in an error; the conversation is as it was before the question."""

    turn: int
    error: HeadstartError
