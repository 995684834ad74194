"""One answer, from a prompt's tokens to text and calls; runs in the model's thread."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from agent.llama.decoding import Cancelled, Decoder, DecodeStats, Sampling
from agent.llama.model_thread import Stopped
from agent.llama.prompt import Prompt
from agent.llama.text_stream import StopSequences, TokenText
from agent.llama.tool_calls import CallPiece, CallReader, Dialect, TextPiece

if TYPE_CHECKING:
    from tokenizers import Tokenizer

AnswerEnd: TypeAlias = Literal["stop", "length", "tool_calls", "cancelled"]


@dataclass(frozen=True, slots=True)
class Question:
    """All that an answer depends on."""

    prompt: Prompt
    dialect: Dialect
    expects_calls: bool
    answer_start: str
    """What was put into the model's mouth at the end of the prompt; read as if the model had written it."""
    stop: Sequence[str]
    stop_ids: Collection[int]
    max_new_tokens: int
    sampling: Sampling
    cancelled: Cancelled


@dataclass(frozen=True, slots=True)
class Finished:
    """The last thing an answer gives."""

    stats: DecodeStats
    ended: AnswerEnd
    dropped_messages: int


Piece: TypeAlias = TextPiece | CallPiece | Finished


def write_answer(decoder: Decoder, tokenizer: "Tokenizer", question: Question, stopped: Stopped) -> Iterator[Piece]:
    """Yield text and calls as they become certain, and `Finished` last, however the answer ends."""
    reader = CallReader(question.dialect, expects_calls=question.expects_calls)
    text, stop = TokenText(tokenizer), StopSequences(question.stop)
    tokens = decoder.generate(
        question.prompt.tokens,
        max_new_tokens=question.max_new_tokens,
        stop_ids=question.stop_ids,
        cancelled=lambda: stopped() or question.cancelled(),
        sampling=question.sampling,
    )
    with closing(tokens):
        yield from reader.feed(question.answer_start)
        for token in tokens:
            yield from reader.feed(stop.feed(text.feed(token)))
            if stop.reached:
                break
    cut = decoder.stats.finish_reason == "cancelled" and not stop.reached
    # A call that was cut short because nobody wants the answer is no call.
    yield from () if cut else reader.feed(stop.finish())
    yield from () if cut else reader.finish()
    stats = replace(decoder.stats, finish_reason="stop") if stop.reached else decoder.stats
    ended = "tool_calls" if reader.called and stats.finish_reason == "stop" else stats.finish_reason
    yield Finished(stats, ended, question.prompt.dropped_messages)
