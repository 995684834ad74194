"""`headstart tickets`: the staff's side of what customers handed to people."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from agent.engine import Engine
from agent.settings import Settings
from headstart.errors import SettingsError
from headstart.text import printable
from headstart.world.desk import Desk, Ticket

T = TypeVar("T")

REASON_WIDTH = 60


def listed(settings: Settings, *, every: bool) -> None:
    """The tickets that are not closed, or all of them, one a line."""
    tickets = _at_desk(settings, lambda desk: desk.tickets(closed=every))
    for ticket in tickets:
        at = f"{ticket.opened_at:%Y-%m-%d %H:%M}"
        reason = _line(ticket.reason)
        short = reason if len(reason) <= REASON_WIDTH else f"{reason[: REASON_WIDTH - 1]}…"
        print(f"{ticket.number:>5}  {at}  {ticket.status:<8}  {_line(ticket.user):<14}  {short}")
    if not tickets:
        print("There are no tickets." if every else "There are no open tickets.")


def shown(settings: Settings, number: int) -> None:
    """All of one ticket."""
    print(_in_full(_at_desk(settings, lambda desk: _found(desk.ticket(number), number))))


def taken(settings: Settings, number: int, name: str) -> None:
    """Take over the conversation."""
    ticket = _at_desk(settings, lambda desk: _found(desk.take(number, name), number))
    print(f"Ticket {ticket.number} is yours: what {_line(ticket.user)} writes from now on stands in it.")


def answered(settings: Settings, number: int, text: str) -> None:
    """Write to the customer."""
    if not text.strip():
        raise SettingsError("An answer was expected, found nothing. Write it behind the ticket's number.")
    _at_desk(settings, lambda desk: _found(desk.answer(number, text), number))
    print(f"Ticket {number} is answered. The customer reads it in the chat, at the latest at the next sign-in.")


def closed(settings: Settings, number: int) -> None:
    """The ticket is done."""
    _at_desk(settings, lambda desk: _found(desk.close(number), number))
    print(f"Ticket {number} is closed.")


def unanswered(settings: Settings) -> None:
    """What was asked and found no answer, the most frequent first."""
    questions = _at_desk(settings, lambda desk: desk.unanswered())
    for one in questions:
        print(f"{one.times:>5}  {one.last_at:%Y-%m-%d}  {_line(one.question)}")
    if not questions:
        print("Every question found an answer so far.")


def _in_full(ticket: Ticket) -> str:
    by = f" by {_line(ticket.taken_by)}" if ticket.taken_by else ""
    opened = f"opened {ticket.opened_at:%Y-%m-%d %H:%M}"
    head = f"Ticket {ticket.number} of {_line(ticket.user)}, {opened}: {ticket.status}{by}"
    parts = [head, f"Wants: {_line(ticket.reason)}"]
    parts += _part("What it is about", ticket.facts.splitlines())
    parts += _part("What was said", ticket.transcript.splitlines())
    names = {"customer": "Customer", "staff": "Staff"}
    later = [f"{one.at:%Y-%m-%d %H:%M} {names[one.author]}: {one.text}" for one in ticket.messages]
    return "\n".join([*parts, *_part("Since then", later)])


def _part(title: str, lines: Sequence[str]) -> list[str]:
    return ["", f"{title}:", *(f"  {_line(line)}" for line in lines)] if lines else []


def _line(text: str) -> str:
    return printable(text).replace("\n", " ")


async def _found(work: Awaitable[Ticket | None], number: int) -> Ticket:
    if (ticket := await work) is None:
        raise SettingsError(f"Expected a ticket's number, found {number}. `headstart tickets list --all` shows them.")
    return ticket


def _at_desk(settings: Settings, work: Callable[[Desk], Awaitable[T]]) -> T:
    async def run() -> T:
        async with Engine(settings) as engine:
            desk = engine.world.desk
            if desk is None:
                raise SettingsError(
                    f"Expected tickets in the world {engine.world.described.name}, found that it keeps none."
                    " Its database needs the tables of data/schema.sql."
                )
            return await work(desk)

    return asyncio.run(run())
