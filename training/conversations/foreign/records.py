"""Worlds of records: loans, tickets, devices and others, listed, looked up by name, searched by day, and changed."""

import random
import tomllib
from collections.abc import Collection
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from headstart.speculation.calls import Call
from training.conversations import names
from training.conversations.foreign import values
from training.conversations.foreign.part import Question, in_style, schema, style_of

HERE = Path(__file__).parent
SENTENCES = 5
"""The form of list line that is made of whole sentences."""
COMPOSED_SHARE = 0.45
"""Of the worlds of records: those of a thing that no table of domains has."""
LOWER_SHARE = 0.12
"""Of the records asked for by name: those typed, and so looked up, in lower case."""
LIST_NAMES = ["list {p}", "all {p}", "{p} overview", "my {p}", "show {p}", "get {p}", "{p}", "current {p}"]
LIST_TELLS = [
    "All {p}.",
    "Lists the {p}.",
    "The {p} of {t}, one a line.",
    "Which {p} there are.",
    "Overview of all {p}.",
]
ONE_NAMES = ["get {s}", "{s} details", "find {s}", "look up {s}", "{s} info", "show {s}", "{s} by name", "describe {s}"]
ONE_TELLS = [
    "One {s} by its name.",
    "Everything about one {s}.",
    "Details of a {s}.",
    "Looks a {s} up.",
    "A {s}'s {a}.",
]
DAY_NAMES = ["{p} on", "{p} by date", "search {p}", "{p} of day", "find {p} by day"]
DAY_TELLS = ["The {p} of one day.", "Which {p} have this date.", "{p} with {a} on a day."]
KEYS = ["name", "{s}", "id", "{s}_name", "title", "query", "which"]
LIST_ASKS = [
    "Which {p} are there?", "Show me all {p}", "list the {p}", "What {p} do we have?", "Give me an overview of the {p}",
    "what {p} are there at the moment",
]  # fmt: skip
COUNT_ASKS = ["How many {p} are there?", "number of {p}?", "How many {p} do we have?", "how many {p}"]
MISSING = ["There is no {s} called {n}.", "No {s} named {n} was found.", "{n}: not found.", "Nothing found for {n}."]
NONE_THAT_DAY = ["No {p} on {d}.", "There are no {p} on {d}.", "Nothing on {d}."]
AFTER = ["What about {n}?", "And {n}?", "and {n}", "same for {n}?", "How about {n}?"]
DOES = [
    "{V} {n}",
    "Please {v} {n}",
    "Can you {v} {n} for me?",
    "I want to {v} {n}",
    "{v} {n} please",
    "I'd like to {v} {n}.",
]
DONE = [
    "Done: {v} {n}.",
    "{n}: {v} confirmed.",
    "OK, {v} of {n} is noted.",
    "The {v} request for {n} was sent.",
    "{n} is set to {v}.",
]
ON_DAY = [
    "What {p} are there on {d}?",
    "Anything on {d}?",
    "{p} on {d}?",
    "Which {p} do we have on {d}?",
    "what's on {d}",
]

BY_KIND = {
    "person": ["Who is the {m} of {{n}}?", "who's the {m} for {{n}}"],
    "date": ["When is the {m} of {{n}}?", "date of the {m} of {{n}}?"],
    "moment": ["When is the {m} of {{n}}?", "what time is the {m} of {{n}}"],
    "money": ["How much is the {m} for {{n}}?", "how high is the {m} of {{n}}"],
    "duration": ["How long is the {m} of {{n}}?"],
    "size": ["How much is the {m} of {{n}}?"],
    "temperature": ["How high is the {m} of {{n}}?"],
    "percent": ["How high is the {m} of {{n}}?"],
    "city": ["Where is the {m} of {{n}}?"],
    "shelf": ["In which {m} is {{n}}?", "{{n}} is in which {m}?"],
    "place": ["Where is the {m} of {{n}}?"],
}


@cache
def table(name: str) -> dict[str, dict[str, Any]]:
    """`attributes`, `domains` or `composed`."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def words(name: str) -> list[str]:
    """The entries of one of the composed tables."""
    return names.words(table("composed")[name])


def composed(draw: random.Random) -> tuple[str, dict[str, Any], dict[str, dict[str, Any]]]:
    """A domain that nobody has: its noun, what `domains` says of one, and its attributes."""
    known: dict[str, Any] = table("composed")
    attributes: dict[str, dict[str, Any]] = {}
    for entry in draw.sample(words("measures"), draw.randrange(3, 8)):
        measure, _, kind = entry.partition("=")
        said = {"m": measure, "M": measure.capitalize()}
        lines, asks = ([text.format(**said) for text in known[one]] for one in ("lines", "asks"))
        attributes[measure] = {
            "value": kind,
            "label": said["M"],
            "clause": f"{measure} {{v}}",
            "lines": lines,
            "asks": [*asks, *(text.format(**said) for text in BY_KIND.get(kind, ()))],
        }
    noun = draw.choice(words("things"))
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + ("es" if noun.endswith(("s", "ch", "x")) else "s")
    verbs = draw.sample(known["verbs"], 3)
    domain = {"plural": plural, "names": draw.choice(known["names"]), "topic": f"the {plural}", "verbs": verbs}
    return noun, {**domain, "attributes": list(attributes)}, attributes


class Records:
    """The records of one domain, with the tools that some service might have for them."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.singular = draw.choice(list(table("domains")))
        domain, self._known = table("domains")[self.singular], table("attributes")
        if draw.random() < COMPOSED_SHARE:
            self.singular, domain, self._known = composed(draw)
        self.plural, self.topic, self._names = domain["plural"], domain["topic"], domain["names"]
        self.verbs = domain["verbs"]
        known: list[str] = domain["attributes"]
        attributes = draw.sample(known, draw.randrange(2, len(known) + 1))
        wanted = draw.choices([2, 3, 4, 6, 9, 14, 22], [3, 5, 6, 6, 4, 2, 1])[0]
        self.names = list(dict.fromkeys(values.name(draw, self._names) for _ in range(wanted)))
        self.data = {name: {a: self._value(a) for a in attributes} for name in self.names}
        # What the list leaves out stands in the record of its own only.
        self.listed = attributes if draw.random() < 0.6 else attributes[: max(1, len(attributes) - 2)]
        self.attributes = attributes
        self._form = draw.randrange(6)
        if self._form == SENTENCES:
            self.listed = self.listed[:3]
        self._mark = draw.choice(["", "", "", "- ", "* "])
        self._sentences = {a: draw.choice(self._known[a]["lines"]) for a in attributes}
        self._own_form = draw.choice(["sentences", "sentences", "labels", "line"])
        self._missing = draw.choice(MISSING)
        self._none = draw.choice(NONE_THAT_DAY)
        self._done = draw.choice(DONE)
        self._head = draw.choice(["{k} {p}:", "There are {k} {p}:", "{P} ({k}):", "{P}, {k} in all:"])
        self._make_tools(style_of(draw))

    def _value(self, attribute: str) -> str:
        return values.value(self.draw, self._known[attribute]["value"])

    def _say(self, text: str, **more: str) -> str:
        first = self.attributes[0].replace("_", " ")
        words = {"s": self.singular, "p": self.plural, "t": self.topic, "a": first, "P": self.plural.capitalize()}
        return text.format(**words, **more)

    def _make_tools(self, style: str) -> None:
        draw = self.draw
        self.tools: list[dict[str, Any]] = []
        self.lists = self.one = self.by_day = None
        which = draw.choice(["list", "one", "both", "both", "both"])
        if which != "one":
            self.lists = in_style(self._say(draw.choice(LIST_NAMES)), style)
            self.tools.append(schema(self.lists, self._say(draw.choice(LIST_TELLS)), {}, []))
        if which != "list":
            self.one, self.key = in_style(self._say(draw.choice(ONE_NAMES)), style), self._say(draw.choice(KEYS))
            shape = {"type": "string"} | (
                {"description": self._say(draw.choice(["name of the {s}", "the {s}", "as the {s} is called"]))}
                if draw.random() < 0.5
                else {}
            )
            self.tools.append(schema(self.one, self._say(draw.choice(ONE_TELLS)), {self.key: shape}, [self.key]))
        self.dated = [a for a in self.listed if self._known[a]["value"] == "date"][:1]
        if self.dated and draw.random() < 0.6:
            self.by_day, self.day_key = (
                in_style(self._say(draw.choice(DAY_NAMES)), style),
                draw.choice(["date", "day", "on"]),
            )
            shape = {"type": "string", "description": draw.choice(["YYYY-MM-DD", "the day, YYYY-MM-DD", "ISO date"])}
            self.tools.append(
                schema(self.by_day, self._say(draw.choice(DAY_TELLS)), {self.day_key: shape}, [self.day_key])
            )
        self.writes: dict[str, str] = {}
        self.write_key = draw.choice(["name", self.singular, "id"])
        if draw.random() < 0.35:
            for verb in draw.sample(self.verbs, draw.randrange(1, len(self.verbs) + 1)):
                name = in_style(f"{verb} {self.singular}", style)
                self.writes[name] = verb
                told = (
                    f"{verb.capitalize()}s a {self.singular}."
                    if draw.random() < 0.5
                    else f"To {verb} a {self.singular}."
                )
                self.tools.append(schema(name, told, {self.write_key: {"type": "string"}}, [self.write_key]))
        draw.shuffle(self.tools)
        self.likely = Call.of(self.lists) if self.lists else None

    def line(self, name: str) -> str:
        """A record in the list, without its mark."""
        table_ = self._known
        clauses = [table_[a]["clause"].format(v=self.data[name][a]) for a in self.listed]
        labels = [f"{table_[a]['label'].lower()} {self.data[name][a]}" for a in self.listed]
        match self._form:
            case 0:
                return f"{name}: {', '.join(clauses)}."
            case 1:
                return f"{name} ({', '.join(clauses)})"
            case 2:
                return f"{name} | {' | '.join(clauses)}"
            case 3:
                return f"{name} – {'; '.join(labels)}"
            case 4:
                return f"{name} is {', '.join(clauses)}." if len(clauses) < 3 else f"{name}: {'; '.join(labels)}."
            case _:
                return " ".join(self._fact(name, a) for a in self.listed)

    def _fact(self, name: str, attribute: str) -> str:
        text = self._sentences[attribute].format(n=name, v=self.data[name][attribute])
        return text[:1].upper() + text[1:]

    def _fact_line(self, name: str, attribute: str) -> str:
        if self._own_form == "labels":
            return f"{self._known[attribute]['label']}: {self.data[name][attribute]}"
        return self._fact(name, attribute)

    def _head_line(self) -> str:
        return self._say(self._head, k=str(len(self.names)))

    def run(self, call: Call) -> str:
        """The result of a call."""
        given = call.mapping()
        if call.name == self.lists:
            return "\n".join([self._head_line(), *(self._mark + self.line(name) for name in self.names)])
        if call.name == self.one:
            return self._own_record(given[self.key])
        if call.name == self.by_day:
            return self._of_day(given[self.day_key])
        return self._done.format(v=self.writes[call.name], n=given[self.write_key])

    def _own_record(self, asked: str) -> str:
        name = next((one for one in self.names if one.casefold() == asked.casefold()), None)
        if name is None:
            return self._say(self._missing, n=asked)
        if self._own_form == "line":
            return " ".join(self._fact(name, a) for a in self.attributes)
        lines = [self._fact_line(name, a) for a in self.attributes]
        return "\n".join([f"{name}:", *lines] if self._own_form == "labels" else lines)

    def _of_day(self, when: str) -> str:
        found = [self.line(name) for name in self.names if self.data[name][self.dated[0]] == when]
        return "\n".join(found) or self._say(self._none, d=when)

    def ask(self, standing: Collection[Call]) -> Question:
        """One of what records are asked for."""
        draw = self.draw
        if self.writes and draw.random() < 0.25:
            return self._change()
        if self.by_day and draw.random() < 0.25:
            return self._on_a_day()
        if self.lists and draw.random() < 0.16:
            return self._about_all()
        if draw.random() < 0.13:
            return self._unknown()
        return self._about(draw.choice(self.names), draw.choice(self.attributes), standing)

    def _about(self, name: str, attribute: str, standing: Collection[Call], text: str = "") -> Question:
        text = text or self.draw.choice(self._known[attribute]["asks"])
        in_list = self.lists is not None and attribute in self.listed
        own = Call.of(self.one, {self.key: name}) if self.one else None
        if self.one is None and not in_list:
            attribute, in_list = self.listed[0], True
            text = self.draw.choice(self._known[attribute]["asks"])
        if own and own not in standing and self.draw.random() < LOWER_SHARE:
            name, own = name.lower(), Call.of(self.one or "", {self.key: name.lower()})
        use_list = in_list and (own is None or (own not in standing and Call.of(self.lists or "") in standing))
        call = Call.of(self.lists or "") if use_list or own is None else own
        record = next(one for one in self.names if one.casefold() == name.casefold())
        answer = self.line(record) if use_list else self._own_answer(record, attribute)
        return Question(text.format(n=name), call, answer, f"record {attribute}", (name,))

    def _own_answer(self, name: str, attribute: str) -> str:
        return self._own_record(name) if self._own_form == "line" else self._fact_line(name, attribute)

    def _unknown(self) -> Question:
        name = values.name(self.draw, self._names)
        attribute = self.draw.choice(self.attributes)
        if name in self.names:
            return self._about(name, attribute, ())
        text = self.draw.choice(self._known[attribute]["asks"]).format(n=name)
        if self.one:
            return Question(
                text, Call.of(self.one, {self.key: name}), self._say(self._missing, n=name), "unknown", (name,)
            )
        answer = f"I can't find {name} among the {self.plural}."
        return Question(text, Call.of(self.lists or ""), answer, "unknown", (name,))

    def _about_all(self) -> Question:
        call = Call.of(self.lists or "")
        if self.draw.random() < 0.5 or len(self.names) > 7:
            return Question(self._say(self.draw.choice(COUNT_ASKS)), call, self._head_line(), "how many")
        return Question(self._say(self.draw.choice(LIST_ASKS)), call, self.run(call), "all of them")

    def _on_a_day(self) -> Question:
        draw = self.draw
        there = draw.random() < 0.75
        when = date.fromisoformat(self.data[draw.choice(self.names)][self.dated[0]]) if there else values.day(draw)
        call = Call.of(self.by_day or "", {self.day_key: when.isoformat()})
        said = values.spoken(draw, when)
        return Question(self._say(draw.choice(ON_DAY), d=said), call, self.run(call), "on a day", (said,))

    def _change(self) -> Question:
        draw = self.draw
        tool, name = draw.choice(list(self.writes)), draw.choice(self.names)
        verb = self.writes[tool]
        call = Call.of(tool, {self.write_key: name})
        text = draw.choice(DOES).format(v=verb, V=verb.capitalize(), n=name)
        return Question(text, call, self.run(call), "change", (name,), changes=True)

    def follow_up(self, last: Question, standing: Collection[Call]) -> Question | None:
        """The same of another record, or another thing of the same."""
        name = next((one for one in self.names if last.keep == (one,)), None)
        attribute = last.kind.removeprefix("record ")
        if name is None or attribute not in self.attributes or len(self.names) < 2:
            return None
        if self.draw.random() < 0.5:
            other = self.draw.choice([one for one in self.names if one != name])
            return self._about(other, attribute, standing, self.draw.choice(AFTER))
        wanted = self.draw.choice(self.attributes)
        text = self.draw.choice(self._known[wanted]["asks"])
        if not text.endswith("{n}?") or wanted == attribute:
            return self._about(name, wanted, standing)
        pronoun = {"person": "them"}.get(self._names, "it")
        return self._about(name, wanted, standing, text.replace("{n}", pronoun))
