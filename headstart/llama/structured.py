"""Structured output that is an object or an error: LangChain's parsers give None for an answer without a call."""

from collections.abc import AsyncIterator, Iterator
from operator import itemgetter
from typing import Any

from langchain_core.exceptions import OutputParserException
from langchain_core.messages import AIMessage, BaseMessage, message_chunk_to_message
from langchain_core.runnables import Runnable, RunnableGenerator, RunnableMap, RunnablePassthrough, RunnableSequence

_ADVICE = {
    "length": "it reached max_tokens: allow more of them, or ask for less",
    "stop": "a stop sequence or the end of the answer came first: leave out `stop`, or ask again",
    "cancelled": "it was cancelled",
}


def checked(structured: RunnableSequence[Any, Any], *, include_raw: bool) -> Runnable[Any, Any]:
    """What LangChain makes of a model and a parser, with an OutputParserException where the answer holds no object.

    Args: `include_raw` gives the message, the object and the error in place of the object alone.
    """
    model, parser = structured.first, RunnableGenerator(_with_call, _awith_call) | structured.last
    if not include_raw:
        return model | parser
    parsed: Any = itemgetter("raw") | parser
    parsed_or_error = RunnablePassthrough.assign(parsed=parsed, parsing_error=lambda _: None)
    failed = RunnablePassthrough.assign(parsed=lambda _: None)
    return RunnableMap(raw=model) | parsed_or_error.with_fallbacks([failed], exception_key="parsing_error")


def _with_call(messages: Iterator[BaseMessage]) -> Iterator[BaseMessage]:
    """The message or its chunks, and an error at the end where no call was among them."""
    whole: Any = None
    for message in messages:
        whole = message if whole is None else whole + message
        yield message
    _check(whole)


async def _awith_call(messages: AsyncIterator[BaseMessage]) -> AsyncIterator[BaseMessage]:
    whole: Any = None
    async for message in messages:
        whole = message if whole is None else whole + message
        yield message
    _check(whole)


def _check(whole: Any) -> None:
    message = message_chunk_to_message(whole) if whole is not None else None
    # The calls of chunks are mended when they are merged: only the answer's end tells whether they are whole.
    if isinstance(message, AIMessage) and message.tool_calls and not message.invalid_tool_calls:
        return
    reason = str(message.response_metadata.get("finish_reason")) if message is not None else "cancelled"
    invalid = message.invalid_tool_calls if isinstance(message, AIMessage) else []
    found = repr((invalid[0]["args"] or "")[-80:]) if invalid else repr(message.text[-80:] if message else "")
    raise OutputParserException(f"Expected an object, found {found} ({reason}): {_ADVICE.get(reason, 'ask again')}.")
