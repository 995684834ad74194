"""Worlds of text: a house's articles and a library's documentation, of which one line or paragraph answers."""

import random
import textwrap
import tomllib
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

from headstart.speculation.calls import Call
from training.conversations.foreign import values
from training.conversations.foreign.part import Question, in_style, schema, style_of

HERE = Path(__file__).parent
ARTICLE_NAMES = ["search handbook", "get article", "find rules", "read guide", "look up topic", "help article", "faq"]
ARTICLE_TELLS = [
    "What the handbook says about a topic.",
    "One article by its topic.",
    "The house rules on something.",
    "Searches the guide.",
]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
TOPICS_ASKS = ["What topics are there?", "What can I look up?", "list the topics", "Which articles do you have?"]
FUNCTION_NAMES = [
    "help",
    "doc of",
    "function docs",
    "read docs",
    "show signature",
    "api reference",
    "describe function",
]
FUNCTION_TELLS = [
    "Signature and text of one function.",
    "The reference of a function.",
    "What a function does and takes.",
]
NAMES_ASKS = ["Which functions does {m} have?", "what's in {m}", "What does {m} offer?", "list the functions of {m}"]
NOTHING = ["Nothing is said about {t}.", "No article about {t}.", "There is nothing on {t} here.", "{t}: no entry."]
UNKNOWN = ["There is no {f}.", "Nothing called {f} was found.", "{f} is not documented.", "No entry for {f}."]


@cache
def table(name: str) -> dict[str, Any]:
    """`handbook` or `functions`."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


class Handbook:
    """Articles of a house, each of some sentences."""

    topic = "the house rules"
    likely: Call | None = None

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.topics = draw.sample(list(table("handbook")), draw.randrange(3, 9))
        self.lines: dict[str, dict[str, list[str]]] = {}
        for topic in self.topics:
            known = list(table("handbook")[topic].items())
            draw.shuffle(known)
            self.lines[topic] = {_numbers(draw, line): asks for line, asks in known}
        self._titled = draw.choice(["{T}", "{T}:", "About {t}:", "# {T}", ""])
        self._mark = draw.choice(["", "", "", "- "])
        self._nothing = draw.choice(NOTHING)
        style = style_of(draw)
        self.tool, self.key = (
            in_style(draw.choice(ARTICLE_NAMES), style),
            draw.choice(["topic", "query", "subject", "text"]),
        )
        shape: dict[str, Any] = {"type": "string"}
        self._free = draw.random() < 0.4
        if not self._free:
            shape["enum"] = list(self.topics)
        else:
            shape["description"] = draw.choice(["topic, such as {}", "what to look for, as in {}"]).format(
                self.topics[0]
            )
        self.tools = [schema(self.tool, draw.choice(ARTICLE_TELLS), {self.key: shape}, [self.key])]
        self.index = None
        if draw.random() < 0.4:
            self.index = in_style(draw.choice(["list topics", "articles", "table of contents"]), style)
            self.tools.append(schema(self.index, "Which topics there are.", {}, []))
            self.likely = Call.of(self.index)

    def run(self, call: Call) -> str:
        """The result of a call."""
        if call.name == self.index:
            return "\n".join(["Topics:", *(f"{self._mark}{topic}" for topic in self.topics)])
        topic = call.mapping()[self.key]
        if topic not in self.lines:
            return self._nothing.format(t=topic)
        head = self._titled.format(T=topic.capitalize(), t=topic)
        return "\n".join([*([head] if head else []), *(self._mark + line for line in self.lines[topic])])

    def ask(self, standing: Collection[Call]) -> Question:
        """What one line says."""
        if self.index and self.draw.random() < 0.1:
            call = Call.of(self.index)
            return Question(self.draw.choice(TOPICS_ASKS), call, self.run(call), "topics")
        if self._free and self.draw.random() < 0.12:
            return self._unsaid()
        return self._about(self.draw.choice(self.topics))

    def _unsaid(self) -> Question:
        """Something of which no article tells."""
        topic = self.draw.choice([one for one in table("handbook") if one not in self.lines])
        asks = self.draw.choice(list(table("handbook")[topic].values()))
        call = Call.of(self.tool, {self.key: topic})
        return Question(self.draw.choice(asks), call, self.run(call), "unsaid")

    def _about(self, topic: str) -> Question:
        line, asks = self.draw.choice(list(self.lines[topic].items()))
        return Question(self.draw.choice(asks), Call.of(self.tool, {self.key: topic}), line, f"article {topic}")

    def follow_up(self, last: Question, standing: Collection[Call]) -> Question | None:
        """Another line of the same article."""
        topic = last.kind.removeprefix("article ")
        return self._about(topic) if topic in self.lines else None


class Functions:
    """A library's functions, with their signatures, parameters, results and errors."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        known = table("functions")
        self.module = draw.choice(known["modules"])
        self.topic = f"the documentation of {self.module}"
        self._width = draw.choice([60, 72, 88, 1000, 1000])
        self._apart = draw.choice(["\n", "\n\n"])
        self._unknown = draw.choice(UNKNOWN)
        self.entries: dict[str, dict[str, str]] = {}
        for _ in range(draw.randrange(3, 9)):
            verb, noun = draw.choice(known["verbs"]), draw.choice(known["nouns"])
            self.entries[f"{self.module}.{verb}_{noun}"] = self._entry(verb, noun)
        style = style_of(draw)
        self.tool, self.key = (
            in_style(draw.choice(FUNCTION_NAMES), style),
            draw.choice(["name", "function", "symbol", "of"]),
        )
        shape = {
            "type": "string",
            "description": draw.choice(["dotted name", "full name, with its module", "the function"]),
        }
        self.tools: list[dict[str, Any]] = [
            schema(self.tool, draw.choice(FUNCTION_TELLS), {self.key: shape}, [self.key])
        ]
        self.index, self.likely = None, None
        if draw.random() < 0.5:
            self.index = in_style(draw.choice(["list functions", "module index", "overview"]), style)
            self.tools.append(schema(self.index, f"All functions of {self.module}, one a line.", {}, []))
            self.likely = Call.of(self.index)

    def _entry(self, verb: str, noun: str) -> dict[str, str]:
        draw, known = self.draw, table("functions")
        names = draw.sample(list(known["parameters"]), draw.randrange(1, 6))
        other = f"{self.module}.{draw.choice(known['verbs'])}_{noun}"
        words = {"v": verb, "V": verb.capitalize(), "n": noun, "k": str(draw.randrange(1, 9)), "x": other}
        found = {name: draw.choice(known["parameters"][name]["texts"]) for name in names}
        shown = ", ".join([noun, *([] if draw.random() < 0.5 else ["*"])])
        shown += "".join(f", {name}={known['parameters'][name]['default']}" for name in names)
        summary = draw.choice(known["summaries"]).format(**words)
        lines = {"": f"({shown}): {summary}", **found}
        for part, share in (("returns", 0.8), ("raises", 0.6), ("notes", 0.4)):
            if draw.random() < share:
                lines[f"<{part}>"] = draw.choice(known[part]).format(**words)
        return {part: textwrap.fill(line, self._width) if part else line for part, line in lines.items()}

    def run(self, call: Call) -> str:
        """The result of a call."""
        if call.name == self.index:
            lines = (f"{name}: {entry[''].rpartition('): ')[2]}" for name, entry in self.entries.items())
            return "\n".join([f"{self.module} has {len(self.entries)} functions:", *lines])
        name = call.mapping()[self.key]
        entry = self.entries.get(name)
        return self._unknown.format(f=name) if entry is None else name + self._apart.join(entry.values())

    def ask(self, standing: Collection[Call]) -> Question:
        """A parameter, what comes back, or what it is for."""
        draw = self.draw
        if self.index and draw.random() < 0.12:
            call = Call.of(self.index)
            text = draw.choice(NAMES_ASKS).format(m=self.module)
            return Question(text, call, self.run(call), "functions", (self.module,))
        if draw.random() < 0.1:
            known = table("functions")
            name = f"{self.module}.{draw.choice(known['verbs'])}_{draw.choice(known['nouns'])}"
            if name not in self.entries:
                call, text = Call.of(self.tool, {self.key: name}), draw.choice(known["asks"]["summary"]).format(f=name)
                return Question(text, call, self.run(call), "no function", (name,))
        name = draw.choice(list(self.entries))
        return self._about(name, draw.choice(list(self.entries[name])))

    def _about(self, name: str, part: str, *, after: bool = False) -> Question:
        draw, asks = self.draw, table("functions")["asks"]
        call, entry = Call.of(self.tool, {self.key: name}), self.entries[name]
        kind = part.strip("<>") if part.startswith("<") else "parameter" if part else "summary"
        answer = entry[part] if part else name + entry[""]
        if after and f"after_{kind}" in asks:
            text = draw.choice(asks[f"after_{kind}"])
        elif kind == "parameter" and draw.random() < 0.12:
            text, answer = draw.choice(asks["default"]), name + entry[""]
        else:
            text = draw.choice(asks[kind])
        return Question(text.format(f=name, p=part), call, answer, f"function {name}", (name, part))

    def follow_up(self, last: Question, standing: Collection[Call]) -> Question | None:
        """Another thing about the same function."""
        name = last.kind.removeprefix("function ")
        if name not in self.entries:
            return None
        return self._about(name, self.draw.choice([part for part in self.entries[name] if part]), after=True)


def _numbers(draw: random.Random, line: str) -> str:
    a, b = draw.randrange(2, 12), draw.randrange(12, 24)
    contact, weekday = values.value(draw, "email"), draw.choice(WEEKDAYS)
    return line.format(a=a, b=b, m=values.money(draw), e=contact, w=weekday, p=values.value(draw, "place"))
