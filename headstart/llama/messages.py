"""From the pieces of an answer to LangChain's messages, whole or in chunks."""

import json
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import asdict
from typing import Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk, InvalidToolCall, ToolCall
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from headstart.errors import SessionClosedError
from headstart.llama.answer import Finished, Piece
from headstart.llama.decoding.decoder import DecodeStats
from headstart.llama.format.call_reader import CallPiece, TextPiece
from headstart.llama.format.call_stream import CallArguments, CallBegun


def as_result(pieces: Generator[Piece, None, None], model_name: str) -> ChatResult:
    """The answer as one message.

    Raises: SessionClosedError when the pieces end before the answer does.
    """
    text: list[str] = []
    calls: list[ToolCall] = []
    invalid: list[InvalidToolCall] = []
    finished: Finished | None = None
    with closing(pieces):
        for piece in pieces:
            match piece:
                case TextPiece():
                    text.append(piece.text)
                case CallPiece({"type": "tool_call"} as call):
                    calls.append(cast(ToolCall, call))
                case CallPiece(call):
                    invalid.append(cast(InvalidToolCall, call))
                case Finished():
                    finished = piece
                case CallBegun() | CallArguments():
                    continue  # It comes whole as well.
    if finished is None:
        raise SessionClosedError("The model was closed in the middle of an answer.")
    message = AIMessage(
        content="".join(text),
        tool_calls=calls,
        invalid_tool_calls=invalid,
        usage_metadata=_usage(finished.stats),
        response_metadata=_metadata(finished, model_name),
    )
    return ChatResult(generations=[ChatGeneration(message=message)])


def as_chunks(pieces: Iterator[Piece], model_name: str) -> Iterator[ChatGenerationChunk]:
    """The answer as it comes: text at once, a call's name and then its arguments, what it cost last.

    A call that was cut short, or turns out to be unreadable, is an invalid one when its chunks are merged.
    """
    for piece in pieces:
        match piece:
            case TextPiece():
                message = AIMessageChunk(content=piece.text)
            case CallBegun():
                message = _call_chunk(piece.index, "", name=piece.name, id=piece.id)
            case CallArguments():
                message = _call_chunk(piece.index, piece.text)
            case CallPiece(streamed=True):
                continue
            case CallPiece():
                # What could not be read goes in as a JSON string: LangChain mends half an object when it merges the
                # chunks, and would make it a call without a name.
                call = piece.call
                arguments = json.dumps(call["args"], ensure_ascii=False)
                message = _call_chunk(piece.index, arguments, name=call["name"], id=call["id"])
            case Finished():
                message = AIMessageChunk(
                    content="",
                    usage_metadata=_usage(piece.stats),
                    response_metadata=_metadata(piece, model_name),
                    chunk_position="last",
                )
        yield ChatGenerationChunk(message=message)


def _metadata(finished: Finished, model_name: str) -> dict[str, Any]:
    return {
        **asdict(finished.stats),
        "finish_reason": finished.ended,
        "model_name": model_name,
        "model_provider": "huggingface",
        "dropped_messages": finished.dropped_messages,
    }


def _usage(stats: DecodeStats) -> UsageMetadata:
    return UsageMetadata(
        input_tokens=stats.prompt_tokens,
        output_tokens=stats.completion_tokens,
        total_tokens=stats.prompt_tokens + stats.completion_tokens,
        input_token_details={"cache_read": stats.cached_tokens},
    )


def _call_chunk(index: int, arguments: str, **named: str | None) -> AIMessageChunk:
    chunk = tool_call_chunk(name=named.get("name"), args=arguments, id=named.get("id"), index=index)
    return AIMessageChunk(content="", tool_call_chunks=[chunk])
