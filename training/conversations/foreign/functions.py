"""Worlds of documentation: a library's functions, of which one line or paragraph answers."""

import random
import textwrap
import tomllib
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

from headstart.speculation.calls import Call
from training.conversations.foreign.part import Question, in_style, schema, style_of

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
UNKNOWN = ["There is no {f}.", "Nothing called {f} was found.", "{f} is not documented.", "No entry for {f}."]


@cache
def table() -> dict[str, Any]:
    """The words that documentation is composed of."""
    return tomllib.loads((Path(__file__).parent / "functions.toml").read_text(encoding="utf-8"))


class Functions:
    """A library's functions, with their signatures, parameters, results and errors."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.module = draw.choice(table()["modules"])
        self.topic = f"the documentation of {self.module}"
        self._width = draw.choice([60, 72, 88, 1000, 1000])
        self._apart = draw.choice(["\n", "\n\n"])
        self._unknown = draw.choice(UNKNOWN)
        self.entries: dict[str, dict[str, str]] = {}
        for _ in range(draw.randrange(3, 9)):
            verb, noun = draw.choice(table()["verbs"]), draw.choice(table()["nouns"])
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
        draw, known = self.draw, table()
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
            known = table()
            name = f"{self.module}.{draw.choice(known['verbs'])}_{draw.choice(known['nouns'])}"
            if name not in self.entries:
                call, text = Call.of(self.tool, {self.key: name}), draw.choice(known["asks"]["summary"]).format(f=name)
                return Question(text, call, self.run(call), "no function", (name,))
        name = draw.choice(list(self.entries))
        return self._about(name, draw.choice(list(self.entries[name])))

    def _about(self, name: str, part: str, *, after: bool = False) -> Question:
        draw, asks = self.draw, table()["asks"]
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
