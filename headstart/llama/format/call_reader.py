"""Tells text from calls while a model's message streams in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from langchain_core.messages.tool import invalid_tool_call

from headstart.llama.format.call_stream import CallArguments, CallBegun, CallStream
from headstart.llama.format.json_text import JsonText
from headstart.llama.format.text_stream import overlap
from headstart.llama.format.tool_calls import Dialect, ReadCall, call_id


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Text outside any call, safe to show at once."""

    text: str


@dataclass(frozen=True, slots=True)
class CallPiece:
    """A call, whole."""

    call: ReadCall
    index: int = 0
    """Which of the answer's calls, from 0."""
    streamed: bool = False
    """Whether it was given out in pieces before: a `CallBegun` and its `CallArguments`."""


ReadPiece: TypeAlias = TextPiece | CallBegun | CallArguments | CallPiece


class CallReader:
    """Separates text from calls.

    Text is passed on as soon as it cannot be the beginning of a call. A call comes in pieces where it has the
    usual form, and at its end whole in any case. With no tools bound nothing is ever taken for a call.
    A marker within a JSON string is a part of the string.
    """

    def __init__(self, dialect: Dialect, *, expects_calls: bool = True) -> None:
        self._dialect = dialect
        self._expects_calls = expects_calls
        self._held = ""
        self._standing = 0
        """How much of what is held is shown already, because the answer began with it."""
        self._call: CallStream | None = None
        self._json = JsonText()
        self._followed = self._streamed = self._count = 0
        self._spoken = False
        self.called = False
        """Whether there was a call, readable or not."""
        self.has_call = False
        """Whether there was a call that can be run."""

    @property
    def in_call(self) -> bool:
        """Whether a call has begun and is not over."""
        return self._call is not None

    def begin(self, text: str) -> Iterator[CallBegun | CallArguments]:
        """Go on from a text that stands already: nothing of it is given again but a call that is still open."""
        for _ in self.feed(text):
            pass
        self.called = self.has_call = False
        self._count = 0
        if self._call is None:
            self._standing = len(self._held)
            return
        self._call, self._streamed = CallStream(0, call_id()), 0
        yield from self._stream(self._call, self._held[: self._followed])

    def feed(self, text: str) -> Iterator[ReadPiece]:
        """Take the next piece of the model's text and give what has become certain."""
        if not self._expects_calls:
            if text:
                yield TextPiece(text)
            return
        self._held += text
        while True:
            if self._call is not None:
                end = self._end_of_call()
                if end is None:
                    yield from self._stream(self._call, self._held[: self._followed])
                    return
                body, self._held = self._held[:end], self._held[end + len(self._dialect.call_end) :]
                yield from self._calls(self._call, body)
                continue
            start = self._held.find(self._dialect.call_start)
            if start >= 0:
                certain = self._begins_call(self._held[:start])
                if certain is None:
                    # Prose may quote an object: whether it is a call shows when it is over.
                    yield from self._show(len(self._held[:start].rstrip()))
                    start = self._held.find(self._dialect.call_start)
                    if not self._is_quoted(self._held[start:]):
                        return
                    yield from self._show(start + len(self._dialect.call_start))
                    continue
                yield from self._show(certain)
                start = self._held.find(self._dialect.call_start)
                self._drop(start + (len(self._dialect.call_start) if self._dialect.call_end else 0))
                self._open_call()
                continue
            if self._bare_object() is not None:
                return
            # White space waits as well: before a call it is dropped, and that must not hang on how the text was split.
            tagged = self._dialect.call_tag + self._dialect.call_start
            beginning = max(overlap(self._held, self._dialect.call_start), overlap(self._held, tagged))
            yield from self._show(len(self._held[: len(self._held) - beginning].rstrip()))
            return

    def finish(self) -> Iterator[ReadPiece]:
        """The message is over: what was held back is a call cut short, or plain text."""
        if self._call is not None:
            body, self._held = self._held, ""
            # A string that was never closed has swallowed the marker at the end.
            body = body.rstrip().removesuffix(self._dialect.call_end) if self._dialect.call_end else body
            if self._is_object_only(body):
                self._call = None
                yield from self._text(body)
            else:
                yield from self._calls(self._call, body)
            return
        if not self._expects_calls:
            return
        while self._held.strip():
            start = self._held.find(self._dialect.call_start)
            bare = self._bare_object() or (self._held[start:].strip() if start >= 0 else "")
            if bare and all(map(_is_valid, self._dialect.read_calls(bare))):
                self._held = ""
                yield from self._calls(CallStream(self._count, call_id()), bare)
            elif self._bare_object() or start < 0:
                yield from self._show(len(self._held.rstrip()))
                self._held = ""
            else:
                yield from self._show(start + len(self._dialect.call_start))

    def abandon(self) -> Iterator[CallArguments]:
        """Nobody wants the rest: a call that has begun is none, also for whoever was given pieces of it."""
        if self._call is not None:
            yield from map(self._call.spoil, range(len(self._call.begun)))
        self._held, self._call = "", None

    def _open_call(self) -> None:
        self._call, self._json = CallStream(self._count, call_id()), JsonText()
        self._streamed = self._followed = 0

    def _end_of_call(self) -> int | None:
        """Where the closing marker stands: the first one outside of a string, or the first where it is no JSON."""
        end = self._dialect.call_end
        if not end:
            self._followed = len(self._held)
            return None
        while True:
            at = self._held.find(end, self._followed)
            until = len(self._held) - overlap(self._held, end) if at < 0 else at
            self._json.feed(self._held[self._followed : until])
            self._followed = max(self._followed, until)
            if self._json.broken:
                found = self._held.find(end)
                return None if found < 0 else found
            if at < 0:
                return None
            if not self._json.string_open:
                return at
            self._json.feed(self._held[at : at + 1])
            self._followed = at + 1

    def _begins_call(self, before: str) -> int | None:
        """How much of what stands before an opening marker is text; None where that may be no call at all."""
        dialect = self._dialect
        text = before.removesuffix(dialect.call_tag) if dialect.call_tag else before
        tagged = len(text) < len(before)
        if dialect.call_end or tagged or not (self._spoken or text.strip()):
            return len(text.rstrip())
        return None

    def _is_quoted(self, text: str) -> bool:
        """Whether an object in the middle of prose is certainly no call: it is broken, or prose follows it."""
        json = JsonText()
        rest = text[json.feed(text) :].lstrip()
        return json.broken or (json.over and bool(rest) and not rest.startswith(";"))

    def _is_object_only(self, body: str) -> bool:
        """Whether a message without markers is an object that has a name and is no call."""
        if self._dialect.call_end or (self._call is not None and self._call.begun):
            return False
        json = JsonText()
        whole = json.feed(body) == len(body.rstrip()) and json.over and not json.broken
        return whole and not any(map(_is_valid, self._dialect.read_calls(body.strip())))

    def _bare_object(self) -> str | None:
        """The message so far, where it is an object and calls have no markers: it may be one in another layout."""
        text = self._held.lstrip().removeprefix(self._dialect.call_tag).strip()
        whole = not self._dialect.call_end and not self._spoken and self._call is None
        return text if whole and text.startswith("{") else None

    def _show(self, length: int) -> Iterator[TextPiece]:
        """Give the first characters of what is held, but for those that stand already."""
        text, self._held = self._held[:length], self._held[length:]
        new, self._standing = text[self._standing :], max(0, self._standing - length)
        self._spoken |= bool(text.strip())
        yield from self._text(new)

    def _text(self, text: str) -> Iterator[TextPiece]:
        if text:
            yield TextPiece(text)

    def _drop(self, length: int) -> None:
        self._held, self._standing = self._held[length:], max(0, self._standing - length)

    def _stream(self, call: CallStream, body: str) -> Iterator[CallBegun | CallArguments]:
        new, self._streamed = body[self._streamed :], max(self._streamed, len(body))
        yield from call.feed(new)

    def _calls(self, call: CallStream, body: str) -> Iterator[ReadPiece]:
        yield from self._stream(call, body)
        self.called, self._call, self._standing = True, None, 0
        found = self._dialect.read_calls(body.strip())
        for number, one in enumerate(found):
            streamed = number < len(call.begun)
            read = one
            if streamed and _is_valid(one) and not call.wrote(number, one["name"], one["args"]):
                read = invalid_tool_call(name=one["name"], args=body, id=one["id"], error="it names its parts twice")
            if streamed:
                read["id"] = call.begun[number].id
                if not _is_valid(read):
                    yield call.spoil(number)
            self.has_call |= _is_valid(read)
            yield CallPiece(read, self._count + number, streamed)
        yield from map(call.spoil, range(len(found), len(call.begun)))
        self._count += max(len(found), len(call.begun))


def _is_valid(call: ReadCall) -> bool:
    return call.get("type") == "tool_call"
