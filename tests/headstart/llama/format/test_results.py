"""Each result is shown with the call it belongs to, or said to belong to none."""

import itertools
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from headstart.errors import ModelError
from headstart.llama.format.results import NO_RESULT, paired, stands_in
from headstart.llama.format.tool_calls import DIALECTS, Dialect

ALL = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)


def called(*names: str, ids: tuple[str | None, ...] | None = None) -> AIMessage:
    calls = [
        {"name": name, "args": {"n": at}, "id": name if ids is None else ids[at], "type": "tool_call"}
        for at, name in enumerate(names)
    ]
    return AIMessage("", tool_calls=calls)


def result(of: str, text: str | None = None, **fields: Any) -> ToolMessage:
    return ToolMessage(text or f"result of {of}", tool_call_id=of, **fields)


def texts(messages: list[BaseMessage]) -> list[str]:
    return [message.text for message in messages]


def shown(dialect: Dialect, messages: list[BaseMessage]) -> list[str]:
    """Calls and results as they stand in the prompt, one after another."""
    found: list[str] = []
    for turn in dialect.turns(messages, []):
        found += [f"call of {call['function']['name']}" for call in turn.get("tool_calls", [])]
        lines = str(turn["content"]).splitlines()
        found += ["call of " + line.split('"')[3] for line in lines if '{"name": ' in line]
        found += [line for line in lines if line.startswith(("result", "This is", "Error"))]
    return found


@ALL
@given(order=st.permutations(["a", "b", "c"]), late=st.integers(0, 3))
def test_results_are_shown_in_the_order_of_their_calls_whatever_order_they_came_in(
    dialect: Dialect, order: list[str], late: int
) -> None:
    results = [result(one) for one in order]
    came = [HumanMessage("Go."), called("a", "b", "c"), *results[:late], HumanMessage("Well?"), *results[late:]]
    expected = [HumanMessage("Go."), called("a", "b", "c"), *map(result, "abc"), HumanMessage("Well?")]

    assert dialect.turns(came, []) == dialect.turns(expected, [])
    assert [one for one in shown(dialect, came) if one.startswith("result")] == [f"result of {one}" for one in "abc"]


def test_an_ordinary_conversation_is_left_as_it_is() -> None:
    said = [HumanMessage("Go."), called("a"), result("a", name="a"), AIMessage("There."), HumanMessage("Thanks")]

    assert all(one is other for one, other in zip(paired(said), said, strict=True))


@ALL
def test_a_result_that_never_came_is_not_replaced_by_the_next_one(dialect: Dialect) -> None:
    said = [HumanMessage("Go."), called("a", "b"), result("b"), HumanMessage("Well?")]
    found = [one for one in shown(dialect, said) if not one.startswith("call")]

    assert found == [NO_RESULT, "result of b"]


@ALL
def test_calls_that_wait_for_their_results_have_none_yet(dialect: Dialect) -> None:
    waiting = dialect.turns([HumanMessage("Go."), called("a", "b")], [])

    assert NO_RESULT not in str(waiting)
    assert dialect.turns([HumanMessage("Go."), called("a"), result("a")], [])[: len(waiting) - 1][0] == waiting[0]


@ALL
def test_a_result_without_a_call_says_so(dialect: Dialect) -> None:
    said = [HumanMessage("Go."), called("a"), result("a"), result("z", name="zoom"), HumanMessage("Well?")]
    found = [one for one in shown(dialect, said) if not one.startswith("call")]

    assert found == ["result of a", "This is a result of zoom, of none of the calls above:", "result of z"]


def test_a_stranger_does_not_take_the_place_of_a_result_that_is_missing() -> None:
    assert texts(paired([called("a"), result("z")])) == [
        "",
        NO_RESULT,
        "This is a result of a tool, of none of the calls above:\nresult of z",
    ]


@ALL
def test_ids_that_are_counted_anew_in_each_message_belong_to_their_own(dialect: Dialect) -> None:
    said: list[BaseMessage] = []
    for number in range(3):
        said += [
            HumanMessage(f"Question {number}"),
            called("f", "g", ids=("0", "1")),
            result("1", f"result {number} of g"),
            result("0", f"result {number} of f"),
            AIMessage("There."),
        ]
    found = [one for one in shown(dialect, said) if one.startswith("result")]

    assert found == [f"result {number} of {name}" for number in range(3) for name in "fg"]


def test_a_late_result_goes_to_the_only_message_that_waits_for_it() -> None:
    said = [called("a", ids=("0",)), result("0", "first"), called("a", ids=("0",)), called("b"), result("b")]

    assert texts(paired([*said, result("0", "late")])) == ["", "first", "", "late", "", "result of b"]


def test_a_late_result_that_two_messages_wait_for_goes_to_neither() -> None:
    said = [called("a", ids=("0",)), called("a", ids=("0",)), called("b"), result("b"), result("0", "late")]
    label = "This is a result of a, it is not known of which call:"

    assert texts(paired(said)) == ["", NO_RESULT, "", NO_RESULT, "", "result of b", f"{label}\nlate"]


def test_calls_of_one_id_have_their_results_in_order_or_by_name() -> None:
    twice = called("a", "b", ids=("0", "0"))
    by_name = [twice, result("0", "of b", name="b"), result("0", "of a", name="a")]
    in_order = [twice, result("0", "of a"), result("0", "of b")]
    alone = [twice, result("0", "of b", name="b")]

    assert texts(paired(by_name)) == texts(paired(in_order)) == ["", "of a", "of b"]
    assert texts(paired(alone)) == ["", NO_RESULT, "of b"]


def test_one_result_for_two_calls_of_one_id_is_given_to_neither() -> None:
    found = texts(paired([called("a", "a", ids=("0", "0")), result("0", "of one")]))

    assert found[-1] == "This is a result of a, it is not known of which call:\nof one"
    assert found[1:-1] == [NO_RESULT, NO_RESULT]


def test_a_second_result_of_one_call_is_another_one() -> None:
    found = texts(paired([called("a"), result("a", "first"), result("a", "second")]))

    assert found == ["", "first", "This is another result of a:\nsecond"]


@pytest.mark.parametrize("missing", [None, ""])
def test_calls_without_ids_have_the_results_that_come_with_them(missing: str | None) -> None:
    nameless = called("a", "b", ids=(missing, missing))

    assert texts(paired([nameless, result("x", "1"), result("y", "2")])) == ["", "1", "2"]
    assert texts(paired([nameless, result("x", "2", name="b"), result("y", "1", name="a")])) == ["", "1", "2"]
    assert texts(paired([nameless, result("y", "2", name="b")])) == ["", NO_RESULT, "2"]
    assert texts(paired([nameless, result("y", "?")]))[-1].endswith("of none of the calls above:\n?")


def test_a_result_without_an_id_goes_to_the_call_that_is_left() -> None:
    said = [called("a", "b"), ToolMessage("1", tool_call_id=""), result("b", "2")]

    assert texts(paired(said)) == ["", "1", "2"]


def test_a_result_is_named_after_its_call() -> None:
    assert paired([called("a"), result("a")])[1].name == "a"


def test_the_error_of_a_call_that_could_not_be_read_stands_after_it() -> None:
    wrong = {"name": None, "args": "nonsense", "id": "1", "error": "no JSON", "type": "invalid_tool_call"}
    said = [HumanMessage("Go."), AIMessage("", invalid_tool_calls=[wrong]), result("1", "Error: no JSON")]
    turns = DIALECTS["chatml"].turns(said, [])

    assert turns[1]["content"] == "<tool_call>nonsense</tool_call>"
    assert "none of the calls" not in turns[2]["content"]


def test_a_result_of_another_name_is_not_given_to_one_of_two_calls_with_its_id() -> None:
    said = [called("a", "b", ids=("0", "0")), result("0", "#0", name="b"), result("0", "#1", name="b")]

    assert [one.text.partition(":")[0] for one in paired(said)[1:]] == [
        "Error", "#0", "This is a result of b, it is not known of which call"
    ]  # fmt: skip


@given(seed=st.integers(0, 10**6))
def test_pairing_twice_changes_nothing_and_loses_nothing(seed: int) -> None:
    draw = random.Random(seed)
    ids = ["0", "1", "2", ""]
    said: list[BaseMessage] = []
    numbers = itertools.count()
    for _ in range(draw.randrange(8)):
        kind = draw.randrange(3)
        if kind == 0:
            said.append(HumanMessage("?"))
        elif kind == 1:
            names = draw.choices("ab", k=draw.randrange(1, 4))
            said.append(called(*names, ids=tuple(draw.choices(ids, k=len(names)))))
        else:
            said += [
                result(draw.choice(ids), f"#{next(numbers)}", name=draw.choice([None, "a", "b"]))
                for _ in range(draw.randrange(1, 4))
            ]
    once = paired(said)

    calls = [[call["id"] for call in one.tool_calls] for one in said if isinstance(one, AIMessage)]
    has_own_ids = all(all(one) and len(set(one)) == len(one) for one in calls)
    if has_own_ids:
        assert texts(paired(once)) == texts(once)
    given_back = [text.rpartition("\n")[2] for text in texts(once) if "#" in text]
    assert sorted(given_back) == sorted(message.text for message in said if "#" in message.text)
    assert [one for one in once if not isinstance(one, ToolMessage)] == [
        one for one in said if not isinstance(one, ToolMessage)
    ]
    for at, message in enumerate(once):
        # Never under another call: what stands at a call's place has its id, or one of the two has none.
        if isinstance(message, AIMessage):
            for number, call in enumerate(message.tool_calls):
                standing = once[at + 1 + number] if at + 1 + number < len(once) else None
                if not isinstance(standing, ToolMessage) or standing.text.startswith("This is"):
                    break
                if call["id"] and standing.tool_call_id:
                    assert standing.tool_call_id == call["id"] or stands_in(standing)


PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}


@ALL
@pytest.mark.parametrize(
    "block",
    [
        PICTURE,
        {"type": "image", "base64": "AA", "mime_type": "image/png"},
        {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}},
        {"type": "file", "file": {"file_id": "1"}},
        {"type": "video", "url": "https://example.org/a.mp4"},
    ],
    ids=lambda block: block["type"],
)
@pytest.mark.parametrize("kind", [HumanMessage, AIMessage, ToolMessage])
def test_what_cannot_be_read_is_refused_by_name(dialect: Dialect, block: dict[str, Any], kind: type) -> None:
    fields = {"tool_call_id": "1"} if kind is ToolMessage else {}
    message = kind([{"type": "text", "text": "What is on "}, block], **fields)

    with pytest.raises(ModelError, match=block["type"]):
        dialect.turns([message], [])


@ALL
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([{"type": "json", "json": {"orders": [1, 2]}}], '{"orders": [1, 2]}'),
        ([{"orders": [1, 2]}], '{"orders": [1, 2]}'),
        ([{"type": "order", "id": 1}, "late"], '{"type": "order", "id": 1}\nlate'),
        ([{"type": "text", "text": "one"}, {"type": "text", "text": "two"}], "one\ntwo"),
        (["1", "2"], "1\n2"),
        ([{"größe": "M"}], '{"größe": "M"}'),
    ],
)
def test_structured_results_are_shown_as_json(dialect: Dialect, content: Any, expected: str) -> None:
    [turn] = dialect.turns([ToolMessage(content, tool_call_id="1")], [])

    assert expected in turn["content"]


def test_blocks_of_an_answer_that_repeat_its_calls_or_its_thoughts_are_not_shown_twice() -> None:
    call = {"name": "f", "args": {}, "id": "1", "type": "tool_call"}
    blocks = [
        {"type": "thinking", "thinking": "Hm."},
        {"type": "text", "text": "One moment."},
        {"type": "tool_use", "id": "1", "name": "f", "input": {}},
    ]
    [turn] = DIALECTS["chatml"].turns([AIMessage(blocks, tool_calls=[call])], [])

    assert turn["content"] == 'One moment.\n<tool_call>{"name": "f", "arguments": {}}</tool_call>'


@ALL
def test_an_answer_that_held_only_an_invalid_call_is_shown_as_it_was_written(dialect: Dialect) -> None:
    half = {"name": "f", "args": '{"a": ', "id": "1", "error": None, "type": "invalid_tool_call"}
    body = f'{{"name": "f", "{dialect.arguments_key}": {{"a": '
    raw = {"name": None, "args": body, "id": "2", "error": "cut", "type": "invalid_tool_call"}

    for call in (half, raw):
        [turn] = dialect.turns([AIMessage("", invalid_tool_calls=[call])], [])
        assert body in turn["content"]
        assert turn["content"].startswith(dialect.call_start)
