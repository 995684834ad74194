"""Worlds of free times: what is free on a day, and the booking of it, with several parameters each."""

import random
from collections.abc import Collection
from datetime import date
from typing import Any

from headstart.speculation.calls import Call
from training.conversations import names
from training.conversations.foreign import values
from training.conversations.foreign.part import Question, in_style, schema, style_of

SERVICES = {
    "the hairdresser": ["haircut", "colouring", "beard trim", "perm", "blow-dry"],
    "the restaurant": ["table", "terrace table", "private room", "bar seat"],
    "the tennis club": ["clay court", "hard court", "indoor court", "ball machine"],
    "the driving school": ["city lesson", "motorway lesson", "night lesson", "theory lesson"],
    "the spa": ["massage", "facial", "mud bath", "foot care"],
    "the garage": ["oil change", "tyre change", "inspection", "car wash"],
    "the studio": ["recording room", "photo set", "podcast booth", "rehearsal room"],
    "the ferry line": ["car space", "cabin", "deck seat", "bike space"],
    "the tax office": ["tax return", "residence permit", "passport", "business licence"],
}
FREE_NAMES = ["free times", "availability", "find slots", "open slots", "check free", "times on day"]
FREE_TELLS = ["What is free on a day.", "Free times of a service.", "Times that can still be had."]
BOOK_NAMES = ["book", "reserve slot", "make reservation", "book time", "take slot"]
BOOK_TELLS = ["Books a time.", "Takes a free time for the user.", "Makes a reservation."]
ASKS = [
    "Is there a {s} free on {d}?", "When can I have a {s} on {d}?", "free times for a {s} on {d}?", "{s} on {d}?",
    "I need a {s} on {d}, what do you have?", "which times are left for a {s} on {d}",
]  # fmt: skip
FOR = [" for {k}", " for {k} people", ", we are {k}"]
WHEN = ["And on {d}?", "what about {d}?", "and {d}", "How about {d}?"]
BOOK = [
    "Book a {s} on {d} at {h}", "I'd like a {s} on {d} at {h}.", "Please reserve a {s} for {d}, {h}",
    "take the {h} {s} on {d}", "Can I have the {s} at {h} on {d}?",
]  # fmt: skip
LINES = ["{h} with {w}, {m}", "{h} – {m}", "At {h} with {w}.", "{h}: {m}, {w}", "{h} ({w})"]
NONE = ["Nothing is free on {d}.", "No {s} on {d}.", "{d}: fully booked.", "There is no {s} left on {d}."]
BOOKED = [
    "Booked: {s} on {d} at {h}.",
    "Your {s} is reserved for {d}, {h}.",
    "{s}, {d} {h}: confirmed.",
    "Done. {d} at {h}, {s}.",
]


class Slots:
    """The free times of some services."""

    likely: Call | None = None

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.topic = draw.choice(list(SERVICES))
        known = SERVICES[self.topic]
        self.services = draw.sample(known, draw.randrange(2, len(known) + 1))
        self._seed = draw.random()
        self._line, self._none, self._booked = draw.choice(LINES), draw.choice(NONE), draw.choice(BOOKED)
        self._head = draw.choice(["Free on {d}:", "{s}, {d}:", ""])
        self.counted = draw.random() < 0.35
        style = style_of(draw)
        self.free, self.book = in_style(draw.choice(FREE_NAMES), style), in_style(draw.choice(BOOK_NAMES), style)
        self.what, self.day = draw.choice(["service", "what", "kind"]), draw.choice(["date", "day"])
        self.count, self.hour = draw.choice(["people", "persons", "guests"]), draw.choice(["time", "at", "hour"])
        shapes: dict[str, Any] = {self.what: {"type": "string", "enum": list(self.services)}}
        shapes[self.day] = {"type": "string", "description": "YYYY-MM-DD"}
        if self.counted:
            shapes[self.count] = {"type": "integer"}
        free = schema(self.free, draw.choice(FREE_TELLS), shapes, [self.what, self.day])
        hour = {self.hour: {"type": "string", "description": "HH:MM"}}
        book = schema(self.book, draw.choice(BOOK_TELLS), {**shapes, **hour}, [self.what, self.day, self.hour])
        self.tools = [free, book]
        self._days = [values.day(draw) for _ in range(4)]

    def _times(self, service: str, when: str) -> dict[str, str]:
        """The lines of the free times by their hours."""
        draw = random.Random(f"{self._seed} {service} {when}")
        hours = sorted(
            {
                f"{draw.randrange(8, 20):02d}:{draw.choice(['00', '20', '30', '45'])}"
                for _ in range(draw.randrange(0, 7))
            }
        )
        return {h: self._line.format(h=h, w=names.person(draw), m=values.money(draw)) for h in hours}

    def run(self, call: Call) -> str:
        """The result of a call."""
        given: dict[str, Any] = dict(call.mapping())
        service, when = given[self.what], given[self.day]
        if call.name == self.book:
            return self._booked.format(s=service, d=when, h=given[self.hour])
        times = self._times(service, when)
        if not times:
            return self._none.format(s=service, d=when)
        head = self._head.format(s=service.capitalize(), d=when)
        return "\n".join([*([head] if head else []), *times.values()])

    def ask(self, standing: Collection[Call]) -> Question:
        """What is free, or a booking."""
        service, when = self.draw.choice(self.services), self.draw.choice(self._days)
        times = self._times(service, when.isoformat())
        if times and self.draw.random() < 0.35:
            return self._booking(service, when, self.draw.choice(list(times)))
        return self._free(service, when)

    def _free(self, service: str, when: date, text: str = "", people: int | None = None) -> Question:
        draw, said = self.draw, values.spoken(self.draw, when)
        given: dict[str, Any] = {self.what: service, self.day: when.isoformat()}
        text = (text or draw.choice(ASKS)).format(s=service, d=said)
        if people:
            given[self.count] = people
        elif self.counted and draw.random() < 0.5:
            given[self.count] = draw.randrange(2, 9)
            mark = "?" if text.endswith("?") else ""
            text = text.rstrip("?") + draw.choice(FOR).format(k=given[self.count]) + mark
        call = Call.of(self.free, given)
        return Question(text, call, self.run(call), f"free {service}", (said,))

    def _booking(self, service: str, when: date, hour: str) -> Question:
        said = values.spoken(self.draw, when)
        call = Call.of(self.book, {self.what: service, self.day: when.isoformat(), self.hour: hour})
        text = self.draw.choice(BOOK).format(s=service, d=said, h=hour)
        return Question(text, call, self.run(call), "booking", (said, hour), changes=True)

    def follow_up(self, last: Question, standing: Collection[Call]) -> Question | None:
        """Another day, or one of the times that were named."""
        service = last.kind.removeprefix("free ")
        if service not in self.services:
            return None
        when = date.fromisoformat(last.call.mapping()[self.day])
        times = self._times(service, when.isoformat())
        if times and self.draw.random() < 0.4:
            return self._booking(service, when, self.draw.choice(list(times)))
        people = last.call.mapping().get(self.count)
        return self._free(service, self.draw.choice(self._days), self.draw.choice(WHEN), people)
