from collections import Counter
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from bench import worlds
from bench.worlds import Question, conversations, judged, quoted
from headstart.speculation.calls import Call
from headstart.world.loading import load_world
from headstart.world.opened import Described, OpenWorld, options_of
from headstart.world.testing import check_world
from training.conversations.foreign import visit

UNSEEN = ["town", "vet", "museum"]
LINES = "Rex is 9.\nIda is 4.\nBob is 7.\nZoe is 2.\nKim is 5."


def world(name: str) -> Described:
    return load_world(str(worlds.WORLDS[name]))


def asked(question: Question, answer: str, *calls: tuple[str, dict[str, Any], str]) -> worlds.Asked:
    messages: list[Any] = [HumanMessage(question.text)]
    for number, (name, given, result) in enumerate(calls):
        messages.append(
            AIMessage("", tool_calls=[{"name": name, "args": given, "id": str(number), "type": "tool_call"}])
        )
        messages.append(ToolMessage(result, tool_call_id=str(number), name=name))
    return judged(world("vet"), question, answer, [], [*messages, AIMessage(answer)])


PRICE = Question(text="x-ray?", tool="price", arguments={"treatment": "x-ray"}, value=["$95"])


def test_there_are_twenty_to_forty_questions_a_world_and_none_twice() -> None:
    counts = Counter(dict.fromkeys(worlds.WORLDS, 0))
    for name, questions in conversations():
        counts[name] += len(questions)
    assert set(counts) == set(worlds.WORLDS)
    assert all(20 <= count <= 40 for count in counts.values())
    texts = [question.text for _, questions in conversations() for question in questions]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("name", list(worlds.WORLDS))
async def test_the_truth_stands_in_what_the_world_gives(name: str) -> None:
    described = world(name)
    async with described.world.connect(options_of(described, {})) as backend:
        opened = OpenWorld(described, backend)
        for question in (one for where, questions in conversations() if where == name for one in questions):
            if not question.tool:
                assert question.says
                continue
            given = {key: str(value).removeprefix("~") for key, value in question.arguments.items()}
            call = Call.of(question.tool, given)
            if described.by_name[question.tool].effect == "write":
                assert worlds.fits(question, call, described)
                continue
            result = (await opened.read(described.one_user or worlds_user(), call)).text
            if not question.line and question.place is None:
                assert quoted(question, result if question.whole else " ".join(question.value), result), question.text


def worlds_user() -> Any:
    raise AssertionError("these worlds are of one user")


@pytest.mark.parametrize("name", UNSEEN)
async def test_the_unseen_worlds_keep_their_promises(name: str) -> None:
    samples = {
        "town": {"bin_days": {"street": "Old Wharf"}, "next_buses": {"stop": "Riverside"}},
        "vet": {"vaccinations": {"pet": "Momo"}, "request_appointment": {"pet": "Momo", "day": "2027-01-02"}},
        "museum": {"work": {"title": "The Heron"}, "guided_tours": {"day": "2027-03-06"}},
    }
    await check_world(world(name).world, samples=samples[name])


def test_training_draws_none_of_their_tools() -> None:
    import random

    tools = {tool.name for name in UNSEEN for tool in world(name).tools}
    for seed in range(150):
        _, drawn, _ = visit.conversation(random.Random(seed))
        assert not tools & {tool["function"]["name"] for tool in drawn}


def test_a_right_call_and_its_value_are_right() -> None:
    one = asked(
        PRICE, "An X-ray costs $95 a picture.", ("price", {"treatment": "x-ray"}, "An X-ray costs $95 a picture.")
    )
    assert (one.tool_right, one.quote_right) == (True, True)


def test_another_tool_beside_the_right_one_is_wrong() -> None:
    right = ("price", {"treatment": "x-ray"}, "An X-ray costs $95 a picture.")
    assert not asked(PRICE, "$95", ("practice", {}, "Open."), right).tool_right


def test_other_arguments_are_wrong() -> None:
    one = asked(
        PRICE, "A consultation costs $48.", ("price", {"treatment": "consultation"}, "A consultation costs $48.")
    )
    assert (one.tool_right, one.quote_right) == (False, False)


def test_a_call_where_none_is_needed_is_wrong() -> None:
    thanks = Question(text="thanks", says=["welcome"])
    assert asked(thanks, "You're welcome!").tool_right
    assert not asked(thanks, "You're welcome!", ("practice", {}, "Open.")).tool_right


def test_the_line_that_answers_counts_and_the_whole_result_in_its_place_does_not() -> None:
    line = Question(text="Bob?", tool="ages", line="Bob")
    assert quoted(line, "Bob is 7.", LINES)
    assert not quoted(line, "Ida is 4.", LINES)
    assert not quoted(line, LINES, LINES)
    assert quoted(line.model_copy(update={"line": "", "whole": True}), LINES, LINES)


def test_a_place_is_a_line_of_the_result() -> None:
    assert quoted(Question(text="first?", tool="ages", place=0), "Rex is 9", LINES)
    assert not quoted(Question(text="first?", tool="ages", place=0), "Ida is 4", LINES)
