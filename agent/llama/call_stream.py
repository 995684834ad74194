"""A tool call while it is being written: its name as soon as that is certain, then its arguments piece by piece.

LangChain makes a call of what there is of one: half an object is mended when the chunks are merged. So a
call that turns out to be none, or that is cut short, gets an ending that no mending survives, and whoever
merges the chunks finds it among the invalid calls.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_BEGINNING = re.compile(r'\s*\{\s*"name"\s*:\s*("(?:[^"\\]|\\.)+")\s*,\s*"(?:arguments|parameters)"\s*:\s*(?=\{)')
"""Up to the arguments, in the one order of keys that models are taught; a call of another form is read at its end."""
_BETWEEN = re.compile(r"\s*\}\s*;")
"""What stands between two calls that share no markers."""


@dataclass(frozen=True, slots=True)
class CallBegun:
    """A call's name is certain."""

    index: int
    """Which of the answer's calls, from 0."""
    name: str
    id: str


@dataclass(frozen=True, slots=True)
class CallArguments:
    """The next piece of a call's arguments, as the JSON text that was written."""

    index: int
    text: str


class JsonText:
    """Follows a JSON value, character by character, to where it ends."""

    def __init__(self) -> None:
        self._closing: list[str] = []
        self._in_string = self._escaped = False
        self.over = False
        """Whether the value has ended."""

    def feed(self, text: str) -> int:
        """Take more text; how much of it still belongs to the value."""
        for at, char in enumerate(text):
            if self.over:
                return at
            if self._in_string:
                self._in_string = self._escaped or char != '"'
                self._escaped = char == "\\" and not self._escaped
            elif char == '"':
                self._in_string = True
            elif char in "{[":
                self._closing.append("}" if char == "{" else "]")
            elif char in "}]":
                if self._closing:
                    self._closing.pop()
                self.over = not self._closing
        return len(text)

    def spoiling(self) -> str:
        """What to add so that what was fed is no object and cannot be mended into one: a bracket that fits nowhere."""
        string = ('"' if self._escaped else "") + ('"' if self._in_string else "")
        wrong = "}" if self._closing and self._closing[-1] == "]" else "]"
        return string + wrong


class CallStream:
    """The calls in the text between two markers, as they are written."""

    def __init__(self, first: int, new_id: str) -> None:
        """Args: `first` is the index of the first call, `new_id` what the ids of the calls begin with."""
        self._first, self._id = first, new_id
        self._held = ""
        self._arguments: JsonText | None = None
        self._texts: list[str] = []
        self._ends: list[JsonText] = []
        self.begun: list[CallBegun] = []

    def feed(self, text: str) -> Iterator[CallBegun | CallArguments]:
        """Take the next piece of the text and give what has become certain."""
        self._held += text
        while self._held:
            if self._arguments is None:
                beginning = _BEGINNING.match(self._held)
                name = _name(beginning.group(1)) if beginning else None
                if beginning is None or name is None:
                    return
                self._held = self._held[beginning.end() :]
                self._arguments = JsonText()
                self._ends.append(self._arguments)
                self._texts.append("")
                number = len(self.begun)
                self.begun.append(CallBegun(self._first + number, name, f"{self._id}{number or ''}"))
                yield self.begun[-1]
            if not self._arguments.over:
                belongs = self._arguments.feed(self._held)
                piece, self._held = self._held[:belongs], self._held[belongs:]
                self._texts[-1] += piece
                yield CallArguments(self.begun[-1].index, piece)
                continue
            between = _BETWEEN.match(self._held)
            if between is None:
                return
            self._held, self._arguments = self._held[between.end() :], None

    def wrote(self, number: int, name: str | None, arguments: object) -> bool:
        """Whether the call of this number, counted from 0, was given out as just this call."""
        if number >= len(self.begun) or not self._ends[number].over or self.begun[number].name != name:
            return False
        try:
            return json.dumps(json.loads(self._texts[number])) == json.dumps(arguments)
        except (ValueError, RecursionError):
            return False

    def spoil(self, number: int) -> CallArguments:
        """What makes the call of this number, counted from 0, no call for whoever merges its pieces."""
        return CallArguments(self.begun[number].index, self._ends[number].spoiling())


def _name(text: str) -> str | None:
    try:
        return str(json.loads(text))
    except ValueError:
        return None
