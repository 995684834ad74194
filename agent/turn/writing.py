"""Letting any chat model write: its stream, cancelled where the model cannot be, and what it took."""

import contextvars
import queue
import threading
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.runnables import Runnable

from agent.turn import conversation
from headstart.errors import HeadstartError, ModelError
from headstart.text import printable, printable_data
from headstart.timeline import ModelCall

LOOK_AGAIN_S = 0.02
"""How often a wait for a model that cannot be cancelled looks whether it still is wanted."""


def bound(model: BaseChatModel, tools: Sequence[dict[str, Any]], tool_choice: str | None) -> Runnable[Any, AIMessage]:
    """The model with its tools. Raises ModelError for whatever it raises."""
    try:
        return model.bind_tools(list(tools), **({"tool_choice": tool_choice} if tool_choice else {}))
    except Exception as error:
        raise model_failed(error) from error


def streamed(
    model: Runnable[Any, AIMessage], prompt: Sequence[BaseMessage], options: dict[str, Any], cancelled: threading.Event
) -> Generator[AIMessageChunk]:
    """What the model writes, as chunks; ends at once when `cancelled` is set. Raises ModelError for what it raises.

    A model that takes `cancelled` ends by itself. Any other is read in a thread of its own: what it writes after
    that is thrown away, and its stream is closed as soon as it gives the next chunk.
    """
    chunks = _chunks(model, prompt, options)
    return chunks if "cancelled" in options else _apart(chunks, cancelled)


def measured(
    node: str, prompt: Sequence[BaseMessage], message: AIMessage, start_s: float, first_s: float, end_s: float
) -> ModelCall:
    """What a call took: as the model reports it, else as it was seen from here, with tokens estimated by length."""
    usage, details = message.usage_metadata, message.response_metadata
    cached = (usage.get("input_token_details") or {}).get("cache_read", 0) if usage else 0
    return ModelCall(
        name=node,
        start_s=start_s,
        end_s=end_s,
        prompt_tokens=usage["input_tokens"] if usage else conversation.estimated_tokens(prompt),
        cached_tokens=cached or 0,
        warmed_tokens=int(details.get("warmed_tokens", 0)),
        completion_tokens=usage["output_tokens"] if usage else conversation.estimated_tokens([message]),
        prefill_s=float(details.get("prefill_s", first_s - start_s)),
        decode_s=float(details.get("decode_s", end_s - first_s)),
        tools_called=tuple(made["name"] for made in message.tool_calls),
        counted=usage is not None,
    )


def model_failed(error: Exception) -> ModelError:
    """What the customer reads where the model raised something."""
    return ModelError(
        f"The model failed in the middle of the answer: {printable(str(error)) or type(error).__name__}. "
        "Your question is kept; ask it again."
    )


def _chunks(
    model: Runnable[Any, AIMessage], prompt: Sequence[BaseMessage], options: dict[str, Any]
) -> Generator[AIMessageChunk]:
    """What the model writes, as chunks; raises ModelError for whatever it raises.

    A model that cannot stream gives its answer as one whole message.
    """
    try:
        with closing(cast(Generator[BaseMessage], model.stream(list(prompt), **options))) as stream:
            for message in stream:
                if isinstance(message, AIMessageChunk):
                    yield message
                elif isinstance(message, AIMessage):
                    yield _chunk(message)
    except HeadstartError:
        raise
    except Exception as error:
        raise model_failed(error) from error


def _chunk(message: AIMessage) -> AIMessageChunk:
    return AIMessageChunk(
        content=message.content,
        id=message.id,
        tool_calls=message.tool_calls,
        invalid_tool_calls=message.invalid_tool_calls,
        usage_metadata=message.usage_metadata,
        response_metadata=message.response_metadata,
    )


def _apart(chunks: Generator[AIMessageChunk], cancelled: threading.Event) -> Generator[AIMessageChunk]:
    arrived: queue.SimpleQueue[AIMessageChunk | BaseException | None] = queue.SimpleQueue()
    unwanted = threading.Event()

    def read() -> None:
        try:
            with closing(chunks):
                for chunk in chunks:
                    if unwanted.is_set():
                        return
                    arrived.put(chunk)
        except BaseException as error:
            arrived.put(error)
        else:
            arrived.put(None)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(read,), name="model stream", daemon=True).start()
    try:
        while True:
            try:
                item = arrived.get(timeout=LOOK_AGAIN_S)
            except queue.Empty:
                if cancelled.is_set():
                    return
                continue
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        unwanted.set()


def message_of(chunk: AIMessageChunk | None, details: dict[str, Any]) -> AIMessage:
    """The message that chunks have come to, cleaned; an empty one where none came."""
    if chunk is None:
        return AIMessage("")
    return AIMessage(
        content=printable(chunk.text),
        id=chunk.id,
        tool_calls=printable_data(chunk.tool_calls),
        invalid_tool_calls=printable_data(chunk.invalid_tool_calls),
        usage_metadata=chunk.usage_metadata,
        response_metadata=details,
    )
