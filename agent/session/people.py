"""A session's side of the world's desk: news for the customer, and what they write while a person has the conversation.

Lives on the event loop. The desk is asked every few seconds, since staff write from another process.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.events import Event, PersonSaid
from headstart.errors import HeadstartError
from headstart.text import printable

if TYPE_CHECKING:
    from headstart.world.desk import Desk, Ticket

log = logging.getLogger(__name__)

EVERY_S = 3.0
"""How often the desk is asked for news."""


class People:
    """Of one customer; without a desk it does nothing. Create it on the event loop, then `begin`."""

    def __init__(self, desk: Desk | None, user_id: str, tell: Callable[[Event], None]) -> None:
        self._desk = desk
        self._user_id = user_id
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._watching: asyncio.Task[None] | None = None
        self._notes: set[asyncio.Task[None]] = set()
        self.taken: Ticket | None = None
        """The ticket by which a person has the conversation, when the desk was asked last."""

    def begin(self) -> None:
        """The customer has signed in: what was written meanwhile is told at once."""
        if self._desk is not None:
            self._watching = self._loop.create_task(self._watch(self._desk))

    async def pass_on(self, ticket: Ticket, text: str) -> None:
        """Give the person what the customer wrote. Raises DatabaseError."""
        if self._desk is not None:
            await self._desk.pass_on(ticket.number, self._user_id, text)

    def note_unanswered(self, question: str) -> None:
        """Count a question that found no answer; from any thread."""
        if self._desk is not None and question:
            self._loop.call_soon_threadsafe(self._begin_note, self._desk, question)

    async def close(self) -> None:
        """The customer signs out; what is to be noted still is."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await asyncio.gather(*self._notes, return_exceptions=True)

    def _begin_note(self, desk: Desk, question: str) -> None:
        task = self._loop.create_task(self._note(desk, question))
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    async def _watch(self, desk: Desk) -> None:
        could_be_asked = True
        while True:
            try:
                await self._look(desk)
            except HeadstartError as error:
                if could_be_asked:  # Once, and not every few seconds for as long as it lasts.
                    log.warning("The desk cannot be asked: %s", type(error).__name__)
                could_be_asked = False
            else:
                could_be_asked = True
            await asyncio.sleep(EVERY_S)

    async def _look(self, desk: Desk) -> None:
        for message in await desk.news(self._user_id):
            self._tell(PersonSaid(message.ticket, printable(message.text), "person"))
        before, self.taken = self.taken, await desk.taken(self._user_id)
        if self.taken is not None and (before is None or before.number != self.taken.number):
            name = printable(self.taken.taken_by or "A person")
            said = f"{name} has taken over. What you write now reaches them, and they answer here."
            self._tell(PersonSaid(self.taken.number, said, "agent"))
        elif before is not None and self.taken is None:
            self._tell(PersonSaid(before.number, "The conversation is back with me. How can I help you?", "agent"))

    async def _note(self, desk: Desk, question: str) -> None:
        try:
            await desk.note_unanswered(question)
        except HeadstartError as error:
            log.warning("An unanswered question could not be noted: %s", type(error).__name__)
