import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AIMessageChunk

from headstart.llama.answer import Finished, Piece
from headstart.llama.decoding.decoder import DecodeStats
from headstart.llama.format.call_reader import CallReader
from headstart.llama.format.call_stream import CallArguments, CallBegun
from headstart.llama.format.json_text import JsonText
from headstart.llama.format.tool_calls import CHATML, LLAMA31, Dialect
from headstart.llama.messages import as_chunks, as_result
from tests.headstart.llama.format.test_tool_calls import DIALECTS, arguments, json_values, model_text, split

WRITTEN = CHATML.call_text({"name": "get_order", "args": {"order_id": "A123"}, "id": None, "type": "tool_call"})
points = st.lists(st.integers(0, 300), max_size=6)


def pieces(dialect: Dialect, texts: Sequence[str], *, cut: bool = False) -> Iterator[Piece]:
    """What the reader gives of an answer, which nobody wants the end of if it is `cut`."""
    reader = CallReader(dialect)
    for text in texts:
        yield from reader.feed(text)
    yield from reader.abandon() if cut else reader.finish()
    yield Finished(DecodeStats(), "stop", 0)


def merged(dialect: Dialect, texts: Sequence[str], *, cut: bool = False) -> AIMessageChunk:
    first, *others = [chunk.message for chunk in as_chunks(pieces(dialect, texts, cut=cut), "tiny")]
    for chunk in others:
        first = first + chunk
    assert isinstance(first, AIMessageChunk)
    return first


def whole(dialect: Dialect, texts: Sequence[str]) -> AIMessage:
    message = as_result(pieces(dialect, texts), "tiny").generations[0].message
    assert isinstance(message, AIMessage)
    return message


def calls(message: AIMessage) -> list[tuple[str, str]]:
    return [(call["name"], repr(call["args"])) for call in message.tool_calls]


def test_a_calls_name_comes_first_and_its_arguments_while_they_are_written() -> None:
    reader = CallReader(CHATML)
    so_far = [piece for char in WRITTEN[: WRITTEN.index("A123") + 2] for piece in reader.feed(char)]
    [begun, *written] = so_far

    assert isinstance(begun, CallBegun)
    assert begun.name == "get_order"
    assert "".join(piece.text for piece in written if isinstance(piece, CallArguments)) == '{"order_id": "A1'
    assert len(written) > 5


def test_each_chunk_says_only_what_is_new() -> None:
    chunks = [
        chunk.message.tool_call_chunks[0]
        for chunk in as_chunks(pieces(CHATML, list(WRITTEN)), "tiny")
        if isinstance(chunk.message, AIMessageChunk) and chunk.message.tool_call_chunks
    ]

    assert (chunks[0]["name"], chunks[0]["args"]) == ("get_order", "")
    assert chunks[0]["id"]
    assert all(chunk["name"] is None and chunk["id"] is None for chunk in chunks[1:])
    assert {chunk["index"] for chunk in chunks} == {0}
    assert "".join(chunk["args"] or "" for chunk in chunks) == '{"order_id": "A123"}'


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@given(name=st.text(min_size=1, max_size=8).filter(lambda name: "</tool_call>" not in name), args=arguments, at=points)
def test_any_call_streams_as_what_it_is(dialect: Dialect, name: str, args: dict[str, object], at: list[int]) -> None:
    written = dialect.call_text({"name": name, "args": args, "id": None, "type": "tool_call"})
    message = merged(dialect, split(written, at))

    assert calls(message) == [(name, repr(args))]
    assert message.invalid_tool_calls == []


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@given(args=arguments, end=st.integers(0, 300), at=points)
def test_a_call_that_is_cut_short_is_never_a_call(
    dialect: Dialect, args: dict[str, object], end: int, at: list[int]
) -> None:
    written = dialect.call_text({"name": "cancel_order", "args": args, "id": None, "type": "tool_call"})
    begun = written[: end % len(written)]

    assert merged(dialect, split(begun, at), cut=True).tool_calls == []


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@given(text=model_text, at=points)
def test_streaming_and_invoking_find_the_same_calls_whatever_the_model_writes(
    dialect: Dialect, text: str, at: list[int]
) -> None:
    texts = split(text, at)
    streamed, invoked = merged(dialect, texts), whole(dialect, [text])

    assert calls(streamed) == calls(invoked)
    assert bool(streamed.invalid_tool_calls) == bool(invoked.invalid_tool_calls)
    assert streamed.text == invoked.text


@pytest.mark.parametrize(
    "body",
    [
        '{"name": "f", "arguments": {"a": 1}} and so on',
        '{"name": "f", "arguments": {"a": 1}, "arguments": {"a": 2}}',
        '{"name": "f", "arguments": {"a": 1}, "name": "g"}',
        '{"name": "f", "arguments": {"a": 1]}',
        '{"name": "f", "arguments": {"a": "',
        '{"name": "f", "arguments": {"a": "\\',
        '{"name": "f", "arguments": {"a": [1',
    ],
)
def test_what_began_as_a_call_and_is_none_is_invalid_both_ways(body: str) -> None:
    for message in (merged(CHATML, list(f"<tool_call>{body}</tool_call>")), whole(CHATML, [f"<tool_call>{body}"])):
        assert message.tool_calls == []
        assert len(message.invalid_tool_calls) == 1


def test_two_calls_without_markers_between_them_stream_as_two() -> None:
    written = '{"name": "f", "parameters": {"a": {}}}; {"name": "g", "parameters": {}}'
    message = merged(LLAMA31, list(written))

    assert calls(message) == [("f", "{'a': {}}"), ("g", "{}")]
    assert len({call["id"] for call in message.tool_calls}) == 2


@given(value=st.dictionaries(st.text(max_size=4), json_values, max_size=3), after=st.text(max_size=5))
def test_a_json_text_ends_where_its_value_does(value: Any, after: str) -> None:
    written = json.dumps(value, ensure_ascii=False)
    text = JsonText()

    assert text.feed(written + after) == len(written)
    assert text.over
