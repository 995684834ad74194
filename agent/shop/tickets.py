"""The shop's desk: tickets in the shop's own database, written in its transactions."""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import aiosqlite

from agent.shop import contents, queries
from agent.shop.records import Handover
from headstart.text import one_line
from headstart.world import Said
from headstart.world.desk import Ticket, TicketMessage, Unanswered

REASON_LENGTH, TRANSCRIPT_LENGTH, MESSAGE_LENGTH, QUESTION_LENGTH = 500, 20_000, 4_000, 200
"""Characters that are kept of each."""
ABOUT_ORDERS = 6
"""So many of the orders that a conversation speaks of are noted at most, the last ones."""

_PERSONAL = re.compile(r"\S+@\S+|\b[A-Za-z]*\d\w*")
"""Mailboxes, and whatever has a digit in it: numbers of orders, of houses, of telephones."""

Connecting = Callable[[], AbstractAsyncContextManager[aiosqlite.Connection]]


class ShopDesk:
    """Tickets of one database.

    `writing` opens a transaction that its user commits, `reading` one that only reads.
    """

    def __init__(self, writing: Connecting, reading: Connecting, clock: Callable[[], datetime]) -> None:
        self._writing = writing
        self._reading = reading
        self._clock = clock

    async def open(self, customer_id: str, reason: str, said: Sequence[Said], *, key: str, dry_run: bool) -> Handover:
        """A new ticket with the conversation, the orders that it speaks of and what is known of them.

        The same `key` again is the ticket that was opened the first time. With `dry_run` nothing is.
        """
        reason = _short(reason, REASON_LENGTH) or "The customer wants to talk to a person."
        if dry_run:
            return Handover(reason=reason, message=contents.will_hand_over(reason))
        async with self._writing() as connection:
            found = await _one(
                connection, "SELECT ticket_id FROM tickets WHERE key = ? AND customer_id = ?", key, customer_id
            )
            if found is None:
                transcript = _transcript(said)
                facts = await _facts(connection, customer_id, transcript)
                found = await _one(
                    connection,
                    "INSERT INTO tickets (customer_id, opened_at, status, reason, transcript, facts, key)"
                    " VALUES (?, ?, 'Open', ?, ?, ?, ?) RETURNING ticket_id",
                    *(customer_id, self._now(), reason, transcript, facts, key),
                )
                await connection.commit()
        assert found is not None
        number = int(found["ticket_id"])
        return Handover(reason=reason, message=contents.handed_over(number), ticket=number)

    async def tickets(self, *, closed: bool = False) -> Sequence[Ticket]:
        """Those that are not closed, the oldest first; with `closed` all of them."""
        kept = "" if closed else "WHERE status <> 'Closed'"
        async with self._reading() as connection:
            rows = await connection.execute_fetchall(f"SELECT * FROM tickets {kept} ORDER BY ticket_id")  # noqa: S608  One of two texts.
            return [_ticket(row, ()) for row in rows]

    async def ticket(self, number: int) -> Ticket | None:
        """One, with all that was said."""
        async with self._reading() as connection:
            return await _read(connection, number)

    async def take(self, number: int, name: str) -> Ticket | None:
        """Somebody is at it."""
        return await self._changed(
            number, "UPDATE tickets SET status = 'Taken', taken_by = ? WHERE ticket_id = ?", name
        )

    async def answer(self, number: int, text: str) -> Ticket | None:
        """Write to the customer. A ticket that was taken stays with whoever took it."""
        text = _short(text, MESSAGE_LENGTH)
        async with self._writing() as connection:
            if await _read(connection, number) is None:
                return None
            await connection.execute_fetchall(
                "INSERT INTO ticket_messages (ticket_id, at, author, text) VALUES (?, ?, 'staff', ?)",
                (number, self._now(), text),
            )
            await connection.execute_fetchall(
                "UPDATE tickets SET status = 'Answered' WHERE ticket_id = ? AND status <> 'Taken'", (number,)
            )
            await connection.commit()
            return await _read(connection, number)

    async def close(self, number: int) -> Ticket | None:
        """It is done."""
        return await self._changed(number, "UPDATE tickets SET status = 'Closed' WHERE ticket_id = ?")

    async def news(self, user: str) -> Sequence[TicketMessage]:
        """What the staff wrote and this customer has not been shown, oldest first; then it has been."""
        query = (
            "SELECT m.* FROM ticket_messages AS m JOIN tickets AS t USING (ticket_id)"
            " WHERE t.customer_id = ? AND m.author = 'staff' AND m.read_at IS NULL ORDER BY m.message_id"
        )
        async with self._reading() as connection:  # Asked for every few seconds: nothing is locked for nothing new.
            if not list(await connection.execute_fetchall(query, (user,))):
                return []
        async with self._writing() as connection:
            rows = list(await connection.execute_fetchall(query, (user,)))
            await connection.executemany(
                "UPDATE ticket_messages SET read_at = ? WHERE message_id = ?",
                [(self._now(), row["message_id"]) for row in rows],
            )
            await connection.commit()
            return list(map(_message, rows))

    async def taken(self, user: str) -> Ticket | None:
        """The ticket by which a person has this customer's conversation now."""
        query = "SELECT * FROM tickets WHERE customer_id = ? AND status = 'Taken' ORDER BY ticket_id DESC LIMIT 1"
        async with self._reading() as connection:
            row = await _one(connection, query, user)
            return _ticket(row, ()) if row else None

    async def pass_on(self, number: int, user: str, text: str) -> None:
        """What the customer writes while a person has the conversation; to a ticket of their own only."""
        async with self._writing() as connection:
            await connection.execute_fetchall(
                "INSERT INTO ticket_messages (ticket_id, at, author, text)"
                " SELECT ticket_id, ?, 'customer', ? FROM tickets WHERE ticket_id = ? AND customer_id = ?",
                (self._now(), _short(text, MESSAGE_LENGTH), number, user),
            )
            await connection.commit()

    async def note_unanswered(self, question: str) -> None:
        """Count a question that found no answer, without what may be personal in it."""
        asked = " ".join(_PERSONAL.sub("…", _short(question, QUESTION_LENGTH)).casefold().split())
        async with self._writing() as connection:
            await connection.execute_fetchall(
                "INSERT INTO unanswered (question, times, first_at, last_at) VALUES (?, 1, ?, ?)"
                " ON CONFLICT (question) DO UPDATE SET times = times + 1, last_at = excluded.last_at",
                (asked, self._now(), self._now()),
            )
            await connection.commit()

    async def unanswered(self) -> Sequence[Unanswered]:
        """Those questions, the most frequent first."""
        async with self._reading() as connection:
            rows = await connection.execute_fetchall("SELECT * FROM unanswered ORDER BY times DESC, last_at DESC")
            return [Unanswered(row["question"], row["times"], datetime.fromisoformat(row["last_at"])) for row in rows]

    async def _changed(self, number: int, statement: str, *values: str) -> Ticket | None:
        async with self._writing() as connection:
            await connection.execute_fetchall(statement, (*values, number))
            await connection.commit()
            return await _read(connection, number)

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")


async def _one(connection: aiosqlite.Connection, statement: str, *values: object) -> aiosqlite.Row | None:
    return next(iter(await connection.execute_fetchall(statement, values)), None)


async def _read(connection: aiosqlite.Connection, number: int) -> Ticket | None:
    row = await _one(connection, "SELECT * FROM tickets WHERE ticket_id = ?", number)
    if row is None:
        return None
    messages = await connection.execute_fetchall(
        "SELECT * FROM ticket_messages WHERE ticket_id = ? ORDER BY message_id", (number,)
    )
    return _ticket(row, tuple(map(_message, messages)))


def _ticket(row: aiosqlite.Row, messages: tuple[TicketMessage, ...]) -> Ticket:
    return Ticket(
        number=row["ticket_id"],
        user=row["customer_id"],
        opened_at=datetime.fromisoformat(row["opened_at"]),
        status=row["status"],
        reason=row["reason"],
        taken_by=row["taken_by"],
        transcript=row["transcript"],
        facts=row["facts"],
        messages=messages,
    )


def _message(row: aiosqlite.Row) -> TicketMessage:
    return TicketMessage(row["ticket_id"], datetime.fromisoformat(row["at"]), row["author"], row["text"])


async def _facts(connection: aiosqlite.Connection, customer_id: str, transcript: str) -> str:
    """The customer's orders that a conversation speaks of, a record a line."""
    said = set(re.findall(r"\w+", transcript.upper()))
    rows = await connection.execute_fetchall("SELECT order_id FROM orders WHERE customer_id = ?", (customer_id,))
    numbers = [row["order_id"] for row in rows if row["order_id"].upper() in said]
    numbers.sort(key=lambda number: transcript.upper().rfind(number.upper()), reverse=True)
    found = [await queries.find_order(connection, customer_id, number) for number in numbers[:ABOUT_ORDERS]]
    return "\n".join(contents.order_line(order) for order in found if order)


def _transcript(said: Iterable[Said]) -> str:
    names = {"user": "Customer", "agent": "Headstart"}
    whole = "\n".join(f"{names[one.author]}: {one_line(one.text)}" for one in said)
    return whole[-TRANSCRIPT_LENGTH:]


def _short(text: str, length: int) -> str:
    return one_line(text)[:length]
