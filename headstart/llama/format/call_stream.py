"""A tool call while it is being written: its name as soon as that is certain, then its arguments piece by piece.

LangChain makes a call of what there is of one: half an object is mended when the chunks are merged. So a
call that turns out to be none, or that is cut short, gets an ending that no mending survives, and whoever
merges the chunks finds it among the invalid calls.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from headstart.llama.format.contents import whole_characters
from headstart.llama.format.json_text import JsonText, WholeEscapes

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


@dataclass(slots=True)
class _Arguments:
    """One call's arguments as far as they are written."""

    json: JsonText = field(default_factory=JsonText)
    escapes: WholeEscapes = field(default_factory=WholeEscapes)
    shown: str = ""

    def feed(self, text: str) -> tuple[str, str]:
        """Take more text: what is certain of the arguments, and what does not belong to them."""
        belongs = self.json.feed(text)
        certain = self.escapes.feed(text[:belongs]) + (self.escapes.finish() if self.json.over else "")
        self.shown += certain
        return certain, text[belongs:]


class CallStream:
    """The calls in the text between two markers, as they are written."""

    def __init__(self, first: int, new_id: str) -> None:
        """Args: `first` is the index of the first call, `new_id` what the ids of the calls begin with."""
        self._first, self._id = first, new_id
        self._held = ""
        self._arguments: _Arguments | None = None
        self._all: list[_Arguments] = []
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
                self._arguments = _Arguments()
                self._all.append(self._arguments)
                number = len(self.begun)
                self.begun.append(CallBegun(self._first + number, name, f"{self._id}{number or ''}"))
                yield self.begun[-1]
            if not self._arguments.json.over:
                piece, self._held = self._arguments.feed(self._held)
                if piece:
                    yield CallArguments(self.begun[-1].index, piece)
                continue
            between = _BETWEEN.match(self._held)
            if between is None:
                return
            self._held, self._arguments = self._held[between.end() :], None

    def wrote(self, number: int, name: str | None, arguments: object) -> bool:
        """Whether the call of this number, counted from 0, was given out as just this call."""
        if number >= len(self.begun) or not self._all[number].json.over or self.begun[number].name != name:
            return False
        try:
            return json.dumps(json.loads(self._all[number].shown)) == json.dumps(arguments)
        except (ValueError, RecursionError):
            return False

    def spoil(self, number: int) -> CallArguments:
        """What makes the call of this number, counted from 0, no call for whoever merges its pieces."""
        written = self._all[number]
        return CallArguments(self.begun[number].index, written.escapes.finish() + written.json.spoiling())


def _name(text: str) -> str | None:
    try:
        return whole_characters(str(json.loads(text)))
    except ValueError:
        return None
