import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from headstart.llama.format.call_reader import CallPiece, CallReader, TextPiece
from headstart.llama.format.text_stream import StopSequences
from headstart.llama.format.tool_calls import (
    CHATML,
    CHATML_NATIVE,
    LLAMA3,
    LLAMA31,
    Dialect,
    ForcedCall,
    forced_call,
)

DIALECTS = [CHATML, CHATML_NATIVE, LLAMA3, LLAMA31]
GET_ORDER = {"type": "function", "function": {"name": "get_order", "description": "One order.", "parameters": {}}}
TRACK = {"type": "function", "function": {"name": "track", "description": "A parcel.", "parameters": {}}}

plain = st.text(st.characters(exclude_characters="<{", exclude_categories=["Cs"]), max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
# A call whose own text holds the end marker cannot be told from one that ends there: no model writes those.
arguments = st.dictionaries(st.text(min_size=1, max_size=8), json_values, max_size=4).filter(
    lambda made: "</tool_call>" not in json.dumps(made, ensure_ascii=False)
)
model_text = st.lists(
    st.sampled_from(
        [
            "<tool_call>",
            "</tool_call>",
            "<|python_tag|>",
            "; ",
            '{"name":',
            ' "x", "arguments": {}}',
            "<tool",
            "[",
            " ",
            "\n",
            "ok",
        ]
    )
    | st.text(max_size=5),
    max_size=12,
).map("".join)


def read(dialect: Dialect, pieces: Sequence[str], *, expects_calls: bool = True) -> tuple[str, list[dict[str, object]]]:
    reader = CallReader(dialect, expects_calls=expects_calls)
    found = [piece for text in pieces for piece in reader.feed(text)] + list(reader.finish())
    text = "".join(piece.text for piece in found if isinstance(piece, TextPiece))
    calls = [{**piece.call, "id": None} for piece in found if isinstance(piece, CallPiece)]
    assert reader.called == bool(calls)
    return text, calls


def split(text: str, points: Sequence[int]) -> list[str]:
    ends = sorted(point % (len(text) + 1) for point in points)
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@given(name=st.text(min_size=1, max_size=12).filter(lambda name: "</tool_call>" not in name), args=arguments)
def test_any_call_survives_being_written_and_read(dialect: Dialect, name: str, args: dict[str, object]) -> None:
    written = dialect.call_text({"name": name, "args": args, "id": "1", "type": "tool_call"})

    text, calls = read(dialect, [written])

    assert text == ""
    assert calls == [{"name": name, "args": args, "id": None, "type": "tool_call"}]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@given(text=model_text, points=st.lists(st.integers(0, 200), max_size=6))
def test_whatever_the_model_writes_reads_the_same_wherever_it_is_split(
    dialect: Dialect, text: str, points: list[int]
) -> None:
    assert read(dialect, split(text, points)) == read(dialect, [text])
    assert read(dialect, list(text)) == read(dialect, [text])


@given(before=plain, args=arguments, after=plain)
def test_text_around_a_call_is_kept(before: str, args: dict[str, object], after: str) -> None:
    written = CHATML.call_text({"name": "f", "args": args, "id": None, "type": "tool_call"})
    text, calls = read(CHATML, list(f"{before}{written}{after}"))

    assert text == before.rstrip() + (after.rstrip() if after.strip() else "")
    assert len(calls) == 1


def test_text_is_passed_on_as_soon_as_it_cannot_be_a_call() -> None:
    reader = CallReader(CHATML)

    assert list(reader.feed("Your order <b")) == [TextPiece("Your order <b")]
    assert list(reader.feed(" <tool_ca")) == []
    assert list(reader.feed("ke>")) == [TextPiece(" <tool_cake>")]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "nonsense",
        '{"name": "f"',
        "[1, 2]",
        '{"name": 3, "arguments": {}}',
        '{"name": "f", "arguments": "x"}',
        "null",
    ],
)
def test_what_cannot_be_read_is_an_invalid_call_that_says_why(body: str) -> None:
    found = CHATML.read_calls(body)

    assert found
    for call in found:
        assert call["type"] == "invalid_tool_call"
        assert call["error"]
        assert call["args"] == body


def test_deeply_nested_text_is_an_invalid_call() -> None:
    assert CHATML.read_calls("[" * 100_000)[0]["type"] == "invalid_tool_call"


def test_a_call_cut_short_by_the_end_of_the_message_is_read_if_it_is_whole() -> None:
    _, calls = read(CHATML, ['<tool_call>{"name": "f", "arguments": {"a": 1}}'])

    assert calls == [{"name": "f", "args": {"a": 1}, "id": None, "type": "tool_call"}]


def test_nothing_is_a_call_where_no_tools_are_bound() -> None:
    written = '<tool_call>{"name": "f", "arguments": {}}</tool_call>'

    assert read(CHATML, [written], expects_calls=False) == (written, [])


@given(text=st.text(alphabet="ab#\n", max_size=30), points=st.lists(st.integers(0, 100), max_size=6))
def test_text_ends_before_the_first_stop_sequence_wherever_it_is_split(text: str, points: list[int]) -> None:
    sequences = ["##", "a\nb"]
    stop = StopSequences(sequences)
    shown = "".join(stop.feed(piece) for piece in split(text, points)) + stop.finish()
    ends = [text.find(sequence) for sequence in sequences if sequence in text]

    assert shown == text[: min(ends, default=len(text))]
    assert stop.reached == bool(ends)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, None),
        ("auto", None),
        ("none", None),
        (False, None),
        ("any", ForcedCall(None)),
        ("required", ForcedCall(None)),
        (True, ForcedCall(None)),
        ("track", ForcedCall("track")),
        ({"type": "function", "function": {"name": "track"}}, ForcedCall("track")),
    ],
)
def test_every_form_of_tool_choice_is_understood(choice: object, expected: ForcedCall | None) -> None:
    assert forced_call(choice, [GET_ORDER, TRACK]) == expected


def test_the_only_tool_is_named_when_any_is_forced() -> None:
    assert forced_call("any", [TRACK]) == ForcedCall("track")


@pytest.mark.parametrize("choice", ["cancel", {"function": {"name": "cancel"}}, 3])
def test_a_tool_choice_that_is_no_bound_tool_is_refused(choice: object) -> None:
    with pytest.raises(ValueError, match="tool_choice"):
        forced_call(choice, [GET_ORDER, TRACK])


def test_llama_3_1_separates_calls_by_semicolons_and_may_tag_them() -> None:
    one, other = (f'{{"name": "{name}", "parameters": {{}}}}' for name in ("f", "g"))
    text, calls = read(LLAMA31, list(f"<|python_tag|>{one}; {other}"))

    assert text == ""
    assert [call["name"] for call in calls] == ["f", "g"]


def test_where_a_template_takes_one_call_a_message_two_are_shown_one_by_one() -> None:
    calls = [{"name": name, "args": {}, "id": name, "type": "tool_call"} for name in ("f", "g")]
    results = [ToolMessage(name, tool_call_id=name) for name in ("f", "g")]
    turns = LLAMA31.turns([HumanMessage("Hi"), AIMessage("", tool_calls=calls), *results], [])

    assert [turn["role"] for turn in turns] == ["user", "assistant", "tool", "assistant", "tool"]
    assert all(len(turn.get("tool_calls", [])) <= 1 for turn in turns)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_failed_result_says_so_once(dialect: Dialect) -> None:
    said = [ToolMessage(text, tool_call_id="1", status="error") for text in ("no such order", "Error: no such order")]

    turns = dialect.turns(said, [])
    assert turns
    for turn in turns:
        assert turn["content"].replace("\n", "").removeprefix("<tool_response>").startswith("Error: no such order")


def test_what_is_rendered_only_grows_at_its_end() -> None:
    call = {"name": "get_order", "args": {"order_id": "A1"}, "id": "1", "type": "tool_call"}
    messages = [
        SystemMessage("Be kind."),
        HumanMessage("Where is it?"),
        AIMessage("", tool_calls=[call]),
        ToolMessage("Mug (A1) is shipped.", tool_call_id="1"),
        AIMessage("It is shipped."),
    ]
    for end in range(2, len(messages)):
        shorter, longer = (CHATML.turns(messages[:at], [GET_ORDER]) for at in (end, end + 1))
        assert longer[: len(shorter)] == shorter
        assert len(longer) == len(shorter) + 1
