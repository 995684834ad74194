"""One answer, from a prompt's tokens to text and calls; runs in the model's thread."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from headstart.llama.decoding.choosing import Guide, Sampling
from headstart.llama.decoding.decoder import Cancelled, Decoder, DecodeStats
from headstart.llama.format.barred import BarredGuide
from headstart.llama.format.call_reader import CallPiece, CallReader, ReadPiece, TextPiece
from headstart.llama.format.grammar import CallGrammar, CallGuide
from headstart.llama.format.prompt import Prompt
from headstart.llama.format.text_stream import StopSequences, TokenText
from headstart.llama.format.tool_calls import Dialect
from headstart.llama.model_thread import Stopped

if TYPE_CHECKING:
    from tokenizers import Tokenizer

AnswerEnd: TypeAlias = Literal["stop", "length", "tool_calls", "cancelled"]


@dataclass(frozen=True, slots=True)
class Generation:
    """All that an answer depends on."""

    prompt: Prompt
    dialect: Dialect
    grammar: CallGrammar | None
    """What calls look like; without one, nothing in the answer is taken for a call."""
    stop: Sequence[str]
    stop_ids: Collection[int]
    max_new_tokens: int
    sampling: Sampling
    cancelled: Cancelled
    begun: str = ""
    """The text that the answer goes on from; the continuation repeats a space at its end."""
    barred: Sequence[str] = ()
    """What the continuation may not begin with."""
    conversation: str | None = None
    """The name by which the conversation can be forgotten."""
    one_call: bool = False
    """Whether the answer ends with its first call."""
    public: int | None = None
    """How many of the prompt's tokens conversations of other names may share."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The last thing an answer gives."""

    stats: DecodeStats
    ended: AnswerEnd
    dropped_messages: int


Piece: TypeAlias = ReadPiece | Finished


def write_answer(decoder: Decoder, tokenizer: "Tokenizer", generation: Generation, stopped: Stopped) -> Iterator[Piece]:
    """Yield text and calls as they become certain, and `Finished` last, however the answer ends."""
    grammar = generation.grammar
    reader = CallReader(generation.dialect, expects_calls=grammar is not None)
    text, stop = TokenText(tokenizer), StopSequences(generation.stop)
    calls = CallGuide(grammar, generation.max_new_tokens) if grammar else None
    begun = generation.begun.rstrip(" ")
    if calls and begun:
        calls.begin(begun)
    guide: Guide | None = BarredGuide(generation.barred, tokenizer.decode, calls) if generation.barred else calls
    if grammar:
        yield from reader.begin(begun)
    repeats, called = generation.begun.endswith(" ") and not reader.in_call, False
    tokens = decoder.generate(
        generation.prompt.tokens,
        max_new_tokens=generation.max_new_tokens,
        stop_ids=generation.stop_ids,
        cancelled=lambda: stopped() or generation.cancelled(),
        sampling=generation.sampling,
        guide=guide,
        conversation=generation.conversation,
        public=generation.public,
    )
    with closing(tokens):
        for token in tokens:
            piece = text.feed(token)
            if repeats and piece:
                piece, repeats = piece.removeprefix(" "), False
            for read in reader.feed(stop.feed(piece)):
                if generation.one_call and not isinstance(read, TextPiece) and read.index:
                    continue  # Several calls may stand between one pair of markers.
                yield read
                if called := generation.one_call and isinstance(read, CallPiece):
                    break
            if stop.reached or called:
                break
    cut = decoder.stats.finish_reason == "cancelled" and not (stop.reached or called)
    if called:
        pass  # Whatever begins after the first call is not wanted.
    elif cut:
        # A call that was cut short because nobody wants the answer is no call.
        yield from reader.abandon()
    else:
        yield from reader.feed(stop.finish())
        yield from reader.finish()
    stats = replace(decoder.stats, finish_reason="stop") if stop.reached or called else decoder.stats
    ended = "tool_calls" if reader.has_call and stats.finish_reason == "stop" else stats.finish_reason
    yield Finished(stats, ended, generation.prompt.dropped_messages)
