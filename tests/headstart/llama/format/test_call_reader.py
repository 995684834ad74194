"""Markers within JSON are text, an answer goes on from where it was begun, and its end is told as it was."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.exceptions import OutputParserException
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage
from langchain_core.tools import tool
from pydantic import BaseModel
from transformers import PreTrainedTokenizerFast

from headstart.errors import ModelError
from headstart.llama.chat_model import ChatLlama
from headstart.llama.format.call_reader import CallPiece, CallReader, TextPiece
from headstart.llama.format.tool_calls import CHATML, CHATML_NATIVE, DIALECTS, LLAMA3, LLAMA31, Dialect
from tests.headstart.llama.format.test_call_stream import calls, merged, whole
from tests.headstart.llama.format.test_grammar import chat_over
from tests.headstart.llama.format.test_tool_calls import split
from tests.stubs.fake_decoder import FakeDecoder

ALL = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
MARKED = [CHATML, CHATML_NATIVE, LLAMA3]
QUESTION = [SystemMessage("Be kind."), HumanMessage("Where is my coffee mug?")]
points = st.lists(st.integers(0, 400), max_size=8)
said = st.lists(
    st.sampled_from(
        ["</tool_call>", "<tool_call>", "<|im_end|>", '{"name":', '"', "\\", "{", "}", "]", ";", "\n", "<|python_tag|>"]
    )
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    max_size=8,
).map("".join)


@tool
def note(text: str) -> str:
    """Take a note."""
    return text


class Bill(BaseModel):
    """A bill."""

    item: str
    shop: str


def written(dialect: Dialect, args: dict[str, Any], name: str = "note") -> str:
    return dialect.call_text({"name": name, "args": args, "id": None, "type": "tool_call"})


def read(dialect: Dialect, pieces: Sequence[str], begun: str = "") -> tuple[str, list[tuple[str | None, Any]]]:
    reader = CallReader(dialect)
    found = [*reader.begin(begun), *(piece for text in pieces for piece in reader.feed(text)), *reader.finish()]
    text = "".join(piece.text for piece in found if isinstance(piece, TextPiece))
    return text, [(piece.call["name"], piece.call["args"]) for piece in found if isinstance(piece, CallPiece)]


def streamed(chat: Any, **options: Any) -> AIMessageChunk:
    first, *others = chat.stream(QUESTION, **options)
    for chunk in others:
        first = first + chunk
    return first


@ALL
@given(text=said, key=said, at=points)
def test_an_argument_may_hold_any_marker(dialect: Dialect, text: str, key: str, at: list[int]) -> None:
    args = {"text": text, f"k{key}": [{"deep": text}]}
    message = merged(dialect, split(written(dialect, args), at))

    assert read(dialect, split(written(dialect, args), at)) == ("", [("note", args)])
    assert calls(message) == [("note", repr(args))]
    assert not message.invalid_tool_calls


@pytest.mark.parametrize("dialect", MARKED, ids=lambda dialect: dialect.name)
@given(first=said, second=said, at=points)
def test_calls_and_text_after_such_an_argument_are_read(
    dialect: Dialect, first: str, second: str, at: list[int]
) -> None:
    whole_text = f"{written(dialect, {'text': first})}\n{written(dialect, {'text': second})} Done."

    assert read(dialect, split(whole_text, at)) == (" Done.", [("note", {"text": first}), ("note", {"text": second})])


def test_a_string_that_was_never_closed_takes_no_later_call_with_it() -> None:
    text = f'<tool_call>{{"name": "get</tool_call> Again: {written(CHATML, {"text": "x"})}'
    for pieces in ([text], list(text)):
        shown, found = read(CHATML, pieces)
        assert shown == " Again:"
        assert found == [(None, '{"name": "get'), ("note", {"text": "x"})]


@given(at=points)
def test_an_object_in_prose_is_no_call_of_llama_3_1(at: list[int]) -> None:
    for prose in (
        'As JSON: {"name": "Ada", "age": 36}. Anything else?',
        'Send {"name": "Ada"} to it.',
        'The body is {"name": "Ada"',
        '{"name": "Ada", "age": 36}',
        'Call it as {"name": "note", "parameters": {"text": "x"}} if you like.',
    ):
        assert read(LLAMA31, split(prose, at)) == (prose, [])
        assert merged(LLAMA31, split(prose, at)).text == prose
        assert not merged(LLAMA31, split(prose, at)).invalid_tool_calls


def test_a_call_of_llama_3_1_after_some_words_is_one() -> None:
    text = f'First {{"name": "x"}}, then: {written(LLAMA31, {"text": "y"})}'

    assert read(LLAMA31, list(text)) == ('First {"name": "x"}, then:', [("note", {"text": "y"})])


@ALL
@pytest.mark.parametrize(
    ("escaped", "expected"),
    [
        ("\\ud83d", "\ufffd"),
        ("\\uDE42", "\ufffd"),
        ("\\ud83d\\ude42", "🙂"),
        ("\\ud83d\\ud83d\\ude42", "\ufffd🙂"),
        ("\\ud83d!\\ude42", "\ufffd!\ufffd"),
        ("\\\\ud83d", "\\ud83d"),
        ("\\ud83d\\n", "\ufffd\n"),
    ],
)
@given(at=points)
def test_half_a_character_reaches_nobody(dialect: Dialect, escaped: str, expected: str, at: list[int]) -> None:
    text = written(dialect, {"text": "HERE"}).replace("HERE", escaped)
    message = merged(dialect, split(text, at))

    assert calls(message) == calls(whole(dialect, [text])) == [("note", repr({"text": expected}))]
    assert "".join(chunk["args"] or "" for chunk in message.tool_call_chunks).encode()


@ALL
@given(end=st.integers(0, 200), at=points)
def test_half_a_character_in_a_call_that_is_cut_short_makes_it_no_call(
    dialect: Dialect, end: int, at: list[int]
) -> None:
    text = written(dialect, {"text": "HERE"}).replace("HERE", "\\ud83d\\ude42")
    begun = text[: end % len(text)]

    assert merged(dialect, split(begun, at), cut=True).tool_calls == []


@ALL
@given(text=said, end=st.integers(0, 300), at=points)
def test_a_call_goes_on_from_where_it_was_begun(dialect: Dialect, text: str, end: int, at: list[int]) -> None:
    answer = written(dialect, {"text": text})
    cut = end % len(answer)

    assert read(dialect, split(answer[cut:], at), begun=answer[:cut]) == ("", [("note", {"text": text})])


@ALL
@given(begun=said, rest=said, at=points)
def test_what_stands_already_is_not_shown_again(dialect: Dialect, begun: str, rest: str, at: list[int]) -> None:
    begun, rest = (text.replace("<tool_call>", "").replace('{"name":', "") for text in (f"x{begun}", f"{rest}x"))
    if dialect.call_start in begun + rest:
        return
    shown, found = read(dialect, split(rest, at), begun=begun)

    assert found == []
    assert shown == rest


def test_a_call_that_was_over_before_is_not_made_again() -> None:
    begun = f"{written(CHATML, {'text': 'first'})} And "

    assert read(CHATML, [written(CHATML, {"text": "second"})], begun=begun) == ("", [("note", {"text": "second"})])


@pytest.mark.parametrize("end", [3, 11, 14, 25, 40, 52, 60])
@pytest.mark.parametrize("choice", [None, "note"])
def test_the_grammar_goes_on_from_a_call_that_was_begun(
    tokenizer: PreTrainedTokenizerFast, end: int, choice: str | None
) -> None:
    begun = written(CHATML, {"text": "a coffee mug "})[:end]
    chat = chat_over(tokenizer, end, max_new_tokens=120)
    bound = chat.bind_tools([note], tool_choice=choice)
    message = bound.invoke(QUESTION, begun=begun, temperature=1.0, seed=end)
    again = streamed(bound, begun=begun, temperature=1.0, seed=end)
    chat.close()

    if choice or end > len("<tool_call>"):
        call = message.tool_calls[0]
        assert (call["name"], set(call["args"])) == ("note", {"text"})
        if choice:
            assert message.text == ""
            assert message.response_metadata["finish_reason"] == "tool_calls"
    assert [call["args"] for call in again.tool_calls] == [call["args"] for call in message.tool_calls]


def test_a_begun_call_of_no_bound_tool_is_refused(chat: ChatLlama) -> None:
    with pytest.raises(ModelError, match="bound tool"):
        chat.bind_tools([note]).invoke(QUESTION, begun='<tool_call>{"name": "cancel')


def test_words_before_a_forced_call_stand_already(tokenizer: PreTrainedTokenizerFast) -> None:
    chat = chat_over(tokenizer, 1, max_new_tokens=120)
    message = chat.bind_tools([note], tool_choice="note").invoke(QUESTION, begun="One moment. ")
    chat.close()

    assert message.text == ""
    assert [call["name"] for call in message.tool_calls] == ["note"]


@pytest.mark.parametrize("stop", ['"', "{", "name", "mug", "</tool", "}"])
def test_a_call_that_a_stop_sequence_cuts_is_an_invalid_one(
    chat: ChatLlama, writes: Callable[..., FakeDecoder], stop: str
) -> None:
    writes(written(CHATML, {"text": "a mug"}))
    bound = chat.bind_tools([note], tool_choice="note")
    for message in (bound.invoke(QUESTION, stop=[stop]), streamed(bound, stop=[stop])):
        whole_call = stop == "</tool"
        assert bool(message.tool_calls) == whole_call
        assert bool(message.invalid_tool_calls) != whole_call
        assert message.response_metadata["finish_reason"] == ("tool_calls" if whole_call else "stop")


def test_a_call_that_was_over_before_the_stop_sequence_is_one(
    chat: ChatLlama, writes: Callable[..., FakeDecoder]
) -> None:
    writes(f"{written(CHATML, {'text': 'one'})}{written(CHATML, {'text': 'two'})}")
    message = chat.bind_tools([note]).invoke(QUESTION, stop=["two"])

    assert [call["args"] for call in message.tool_calls] == [{"text": "one"}]
    assert len(message.invalid_tool_calls) == 1
    assert message.response_metadata["finish_reason"] == "tool_calls"


def test_an_answer_that_holds_only_what_cannot_be_read_ends_with_stop(
    chat: ChatLlama, writes: Callable[..., FakeDecoder]
) -> None:
    writes("<tool_call>nonsense</tool_call>")
    message = chat.bind_tools([note]).invoke(QUESTION)

    assert message.invalid_tool_calls
    assert message.response_metadata["finish_reason"] == "stop"


CUT = written(CHATML, {"item": "mug", "shop": "here"}, "Bill")


@pytest.mark.parametrize("schema", [Bill, Bill.model_json_schema()], ids=["model", "dictionary"])
def test_structured_output_that_does_not_fit_is_an_error(
    chat: ChatLlama, writes: Callable[..., FakeDecoder], schema: Any
) -> None:
    decoder = writes(CUT)
    chat.max_tokens = len(decoder._tokenizer.encode(CUT)) // 2
    structured = chat.with_structured_output(schema)
    raw = chat.with_structured_output(schema, include_raw=True).invoke(QUESTION)

    with pytest.raises(OutputParserException, match="max_tokens"):
        structured.invoke(QUESTION)
    with pytest.raises(OutputParserException, match="max_tokens"):
        list(structured.stream(QUESTION))
    assert raw["parsed"] is None
    assert isinstance(raw["parsing_error"], OutputParserException)
    assert isinstance(raw["raw"], AIMessage)


async def test_structured_output_that_does_not_fit_is_an_error_when_awaited(
    chat: ChatLlama, writes: Callable[..., FakeDecoder]
) -> None:
    decoder = writes(CUT)
    chat.max_tokens = len(decoder._tokenizer.encode(CUT)) // 2
    structured = chat.with_structured_output(Bill)

    with pytest.raises(OutputParserException):
        await structured.ainvoke(QUESTION)
    with pytest.raises(OutputParserException):
        [one async for one in structured.astream(QUESTION)]


def test_structured_output_that_fits_is_given_each_way(chat: ChatLlama, writes: Callable[..., FakeDecoder]) -> None:
    writes(CUT)
    expected = Bill(item="mug", shop="here")
    raw = chat.with_structured_output(Bill, include_raw=True).invoke(QUESTION)

    assert chat.with_structured_output(Bill).invoke(QUESTION) == expected
    assert list(chat.with_structured_output(Bill).stream(QUESTION))[-1] == expected
    assert raw["parsed"] == expected
    assert raw["parsing_error"] is None


@given(text=said)
def test_what_is_streamed_is_json_at_its_end(text: str) -> None:
    message = merged(CHATML, list(written(CHATML, {"text": text})))

    assert json.loads("".join(chunk["args"] or "" for chunk in message.tool_call_chunks)) == {"text": text}
