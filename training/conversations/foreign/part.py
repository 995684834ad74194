"""What a stranger's world is composed of: tools, what they give, and questions that a line of it answers."""

import random
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

from headstart.speculation.calls import Call


@dataclass(frozen=True)
class Question:
    """A question, the call whose result answers it, and the words of that result that do."""

    text: str
    call: Call
    answer: str
    kind: str
    keep: tuple[str, ...] = ()
    """What is typed as it stands, whatever else a hurry does to the question."""
    changes: bool = False
    """Whether the call writes: it is never made ahead, and always anew."""


class Part(Protocol):
    """Some tools over some data; a world has one to three of them."""

    topic: str
    """What it is about, as in 'I can only help with …'."""
    tools: list[dict[str, Any]]
    """In OpenAI's form."""
    likely: Call | None
    """What the sign-in makes likely."""

    def run(self, call: Call) -> str:
        """The result of a call."""
        ...

    def ask(self, standing: Collection[Call]) -> Question:
        """A question, answered from what stands already where that has it."""
        ...

    def follow_up(self, last: Question, standing: Collection[Call]) -> Question | None:
        """A question that goes on from the last one; None where there is none."""
        ...


def schema(name: str, description: str, parameters: dict[str, dict[str, Any]], required: list[str]) -> dict[str, Any]:
    """A tool in OpenAI's form."""
    shape = {"type": "object", "properties": parameters, "required": required}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": shape}}


def in_style(words: str, style: str) -> str:
    """Some words as a tool's name: `snake`, `camel` or `kebab`."""
    parts = words.lower().replace("-", " ").replace("'", "").split()
    if style == "camel":
        return parts[0] + "".join(part.capitalize() for part in parts[1:])
    return ("-" if style == "kebab" else "_").join(parts)


def style_of(draw: random.Random) -> str:
    """How a world spells its tools' names."""
    return draw.choices(["snake", "camel", "kebab"], [8, 2, 1])[0]
