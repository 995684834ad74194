"""Worlds of articles: a house's rules by topic, of which one line answers."""

import random
import tomllib
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

from headstart.speculation.calls import Call
from training.conversations.foreign import values
from training.conversations.foreign.part import Question, in_style, schema, style_of

LONG_SHARE = 0.3
"""Of the articles: those that have the lines of a second topic too, about which nobody asks there."""
ARTICLE_NAMES = ["search handbook", "get article", "find rules", "read guide", "look up topic", "help article", "faq"]
ARTICLE_TELLS = [
    "What the handbook says about a topic.",
    "One article by its topic.",
    "The house rules on something.",
    "Searches the guide.",
]
TOPIC_NAMES = ["{t}", "{t} info", "about {t}", "{t} rules", "get {t}", "{t} help"]
TOPIC_TELLS = [
    "What holds for {t}.",
    "About {t}.",
    "{T}: rules, times and prices.",
    "Answers on {t}.",
    "Everything on {t}.",
]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
TOPICS_ASKS = ["What topics are there?", "What can I look up?", "list the topics", "Which articles do you have?"]
NOTHING = ["Nothing is said about {t}.", "No article about {t}.", "There is nothing on {t} here.", "{t}: no entry."]


@cache
def articles() -> dict[str, dict[str, list[str]]]:
    """By topic the lines of its article, each with the questions that it answers."""
    path = Path(__file__).parent / "handbook.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


class Handbook:
    """Articles of a house, each of some sentences: one tool for all of them, or one for each."""

    topic = "the house rules"
    likely: Call | None = None

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        topics = draw.sample(list(articles()), draw.randrange(3, 9))
        rest = [topic for topic in articles() if topic not in topics]
        self.lines = {topic: self._article(topic, rest) for topic in topics}
        self._titled = draw.choice(["{T}", "{T}:", "About {t}:", "# {T}", ""])
        self._mark = draw.choice(["", "", "", "- "])
        self._nothing = draw.choice(NOTHING)
        self._form = draw.choices(["any topic", "these topics", "a tool each"], [30, 35, 35])[0]
        self.index: str | None = None
        style = style_of(draw)
        if self._form == "a tool each":
            self._make_tool_each(style)
        else:
            self._make_one_tool(style)

    def _article(self, topic: str, rest: list[str]) -> dict[str, list[str]]:
        draw = self.draw
        lines = list(articles()[topic].items())
        if rest and draw.random() < LONG_SHARE:
            lines += [(line, []) for line in articles()[draw.choice(rest)]]
        draw.shuffle(lines)
        return {_numbers(draw, line): asks for line, asks in lines}

    def _make_one_tool(self, style: str) -> None:
        draw, first = self.draw, next(iter(self.lines))
        tool, key = in_style(draw.choice(ARTICLE_NAMES), style), draw.choice(["topic", "query", "subject", "text"])
        shape: dict[str, Any] = {"type": "string"}
        if self._form == "these topics":
            shape["enum"] = list(self.lines)
        else:
            shape["description"] = draw.choice(["topic, such as {}", "what to look for, as in {}"]).format(first)
        self.tools = [schema(tool, draw.choice(ARTICLE_TELLS), {key: shape}, [key])]
        self._calls = {topic: Call.of(tool, {key: topic}) for topic in articles()}
        if draw.random() < 0.4:
            self.index = in_style(draw.choice(["list topics", "articles", "table of contents"]), style)
            self.tools.append(schema(self.index, "Which topics there are.", {}, []))
            self.likely = Call.of(self.index)

    def _make_tool_each(self, style: str) -> None:
        draw = self.draw
        named, tells = draw.choice(TOPIC_NAMES), draw.choice(TOPIC_TELLS)
        names = {topic: in_style(named.format(t=topic.removeprefix("the ")), style) for topic in self.lines}
        self.tools = [schema(name, tells.format(t=t, T=t.capitalize()), {}, []) for t, name in names.items()]
        self._calls = {topic: Call.of(name) for topic, name in names.items()}
        if draw.random() < 0.3:
            self.likely = draw.choice(list(self._calls.values()))

    def run(self, call: Call) -> str:
        """The result of a call."""
        if call.name == self.index:
            return "\n".join(["Topics:", *(f"{self._mark}{topic}" for topic in self.lines)])
        topic = next(topic for topic, own in self._calls.items() if own == call)
        if topic not in self.lines:
            return self._nothing.format(t=topic)
        head = self._titled.format(T=topic.capitalize(), t=topic)
        return "\n".join([*([head] if head else []), *(self._mark + line for line in self.lines[topic])])

    def ask(self, standing: Collection[Call]) -> Question:
        """What one line says."""
        if self.index and self.draw.random() < 0.1:
            call = Call.of(self.index)
            return Question(self.draw.choice(TOPICS_ASKS), call, self.run(call), "topics")
        if self._form == "any topic" and self.draw.random() < 0.12:
            return self._unsaid()
        return self._about(self.draw.choice(list(self.lines)), standing)

    def _unsaid(self) -> Question:
        """Something of which no article tells."""
        topic = self.draw.choice([one for one in articles() if one not in self.lines])
        asks = [ask for line in articles()[topic].values() for ask in line if _names(topic, ask)]
        call = self._calls[topic]
        return Question(self.draw.choice(asks), call, self.run(call), "unsaid")

    def _about(self, topic: str, standing: Collection[Call]) -> Question:
        call = self._calls[topic]
        # A topic that is not listed anywhere can only be looked up by its name.
        free = self._form != "any topic" or call in standing
        known = [(line, ask) for line, asks in self.lines[topic].items() for ask in asks if free or _names(topic, ask)]
        line, ask = self.draw.choice(known)
        return Question(ask, call, line, f"article {topic}")

    def follow_up(self, last: Question, standing: Collection[Call]) -> Question | None:
        """Another line of the same article."""
        topic = last.kind.removeprefix("article ")
        return self._about(topic, standing) if topic in self.lines else None


def _names(topic: str, ask: str) -> bool:
    """Whether a question names its topic."""
    return topic.split()[-1] in ask.lower()


def _numbers(draw: random.Random, line: str) -> str:
    a, b = draw.randrange(2, 12), draw.randrange(12, 24)
    contact, weekday = values.value(draw, "email"), draw.choice(WEEKDAYS)
    return line.format(a=a, b=b, m=values.money(draw), e=contact, w=weekday, p=values.value(draw, "place"))
