"""The desk: where people take over what the agent could not do, and what they and the user write to each other.

A world whose backend has a `desk` can hand a conversation to people. The staff's side is `headstart tickets`; the
user's is the chat, which asks the desk for news while it is open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

TicketStatus = Literal["Open", "Taken", "Answered", "Closed"]
"""Open: nobody has looked at it. Taken: somebody is at it, and the agent is silent. Answered: theirs was the last
word, and the agent answers again. Closed: done."""


@dataclass(frozen=True, slots=True)
class TicketMessage:
    """What one side wrote on a ticket after it was opened."""

    ticket: int
    at: datetime
    author: Literal["customer", "staff"]
    text: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A conversation that was handed to people."""

    number: int
    user: str
    opened_at: datetime
    status: TicketStatus
    reason: str
    taken_by: str | None = None
    transcript: str = ""
    """What was said before, a turn a line."""
    facts: str = ""
    """What it is about, as the world's records have it, a record a line."""
    messages: tuple[TicketMessage, ...] = ()
    """Oldest first."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What was asked and found no answer."""

    question: str
    times: int
    last_at: datetime


@runtime_checkable
class Desk(Protocol):
    """Tickets and what is said on them. Every method raises DatabaseError."""

    async def tickets(self, *, closed: bool = False) -> Sequence[Ticket]:
        """Those that are not closed, the oldest first; with `closed` all of them."""
        ...

    async def ticket(self, number: int) -> Ticket | None:
        """One, with all that was said."""
        ...

    async def take(self, number: int, name: str) -> Ticket | None:
        """Somebody is at it: the agent falls silent in that user's conversation. None where there is no such one."""
        ...

    async def answer(self, number: int, text: str) -> Ticket | None:
        """Write to the user, and give the conversation back to the agent where it was not taken."""
        ...

    async def close(self, number: int) -> Ticket | None:
        """It is done; the agent answers again."""
        ...

    async def news(self, user: str) -> Sequence[TicketMessage]:
        """What the staff wrote and this user has not been shown, oldest first; asked for once, it is news no more."""
        ...

    async def taken(self, user: str) -> Ticket | None:
        """The ticket by which a person has this user's conversation now."""
        ...

    async def pass_on(self, number: int, user: str, text: str) -> None:
        """What the user writes while a person has the conversation."""
        ...

    async def note_unanswered(self, question: str) -> None:
        """Count a question that found no answer."""
        ...

    async def unanswered(self) -> Sequence[Unanswered]:
        """Those questions, the most frequent first."""
        ...
