import random
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from agent.turn import synthetic
from agent.turn.conversation import is_ahead
from headstart.llama.format.tool_calls import CHATML, compact_schema
from training.conversations.dialogues import conversation
from training.conversations.foreign import visit
from training.conversations.foreign.figures import Figures
from training.conversations.foreign.functions import Functions
from training.conversations.foreign.handbook import Handbook
from training.conversations.foreign.records import Records
from training.conversations.foreign.slots import Slots

Drawn = tuple[list[BaseMessage], list[dict[str, Any]], dict[int, str]]
VISITS: list[Drawn] = [visit.conversation(random.Random(seed)) for seed in range(200)]
PARTS = [Figures, Functions, Handbook, Records, Slots]


def answers(drawn: Drawn) -> list[tuple[int, str]]:
    messages, _, kinds = drawn
    return [(place, messages[place].text) for place in kinds if messages[place].text and kinds[place] != "foreign talk"]


def test_the_same_seed_gives_the_same_visit() -> None:
    for seed, drawn in enumerate(VISITS[:20]):
        again = visit.conversation(random.Random(seed))
        assert CHATML.turns(again[0], again[1]) == CHATML.turns(drawn[0], drawn[1])


def test_every_answer_stands_word_for_word_in_a_result_before_it() -> None:
    quoted = 0
    for drawn in VISITS:
        for place, answer in answers(drawn):
            results = [message.text for message in drawn[0][:place] if isinstance(message, ToolMessage)]
            found = any(answer in result for result in results)
            assert found or answer.startswith("I can't find "), answer
            quoted += found
    assert quoted > 1000


def test_most_answers_are_one_line_of_several() -> None:
    lines = [
        (answer.count("\n"), message.text.count("\n"))
        for drawn in VISITS
        for place, answer in answers(drawn)
        for message in drawn[0][:place][::-1]
        if isinstance(message, ToolMessage) and answer in message.text
    ]
    assert sum(said == 0 and whole > 1 for said, whole in lines) > len(lines) / 3


def test_every_call_fits_the_schema_of_a_tool_that_is_shown_and_keeps_its_order() -> None:
    made = 0
    for messages, tools, _ in VISITS:
        shown = {tool["function"]["name"]: tool["function"]["parameters"] for tool in tools}
        assert len(shown) == len(tools)
        for message in messages:
            for call in message.tool_calls if isinstance(message, AIMessage) else ():
                parameters = shown[call["name"]]
                assert set(parameters["required"]) <= set(call["args"]) <= set(parameters["properties"])
                for name, value in call["args"].items():
                    assert value in parameters["properties"][name].get("enum", [value])
                if not is_ahead(message):
                    order = list(parameters["properties"])
                    assert sorted(call["args"], key=order.index) == list(call["args"])
                    made += 1
    assert made > 500


def test_what_was_placed_ahead_is_not_learned_and_answers_without_a_call() -> None:
    direct = 0
    for messages, _, kinds in VISITS:
        assert not any(is_ahead(messages[place]) for place in kinds)
        for place, message in enumerate(messages):
            if synthetic.is_synthetic(message):
                assert isinstance(messages[place + 2], ToolMessage)
        direct += sum(place - 1 not in kinds and messages[place - 1].type == "human" for place in kinds)
    assert direct > 500


def test_a_result_that_stands_already_is_not_asked_for_again() -> None:
    for messages, _, kinds in VISITS:
        seen: set[str] = set()
        for place, message in enumerate(messages):
            for call in message.tool_calls if isinstance(message, AIMessage) else ():
                key = f"{call['name']} {sorted(call['args'].items())}"
                change = messages[place + 1].text == messages[place + 2].text
                assert key not in seen or place not in kinds or change, key
                seen.add(key)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_each_part_has_many_tools_and_runs_whatever_it_asks_for(part: Any) -> None:
    schemas: set[str] = set()
    for seed in range(40):
        drawn = part(random.Random(seed))
        schemas |= {str(compact_schema(tool)) for tool in drawn.tools}
        question = drawn.ask(())
        for _ in range(5):
            assert drawn.run(question.call).strip()
            assert question.answer.strip()
            question = drawn.follow_up(question, ()) or drawn.ask(())
    assert len(schemas) > 30


def test_about_thirty_per_cent_of_what_is_read_in_training_is_foreign() -> None:
    size = {True: 0, False: 0}
    for seed in range(300):
        talked = conversation(seed)
        turns = talked.turns()
        size[talked.of_shop] += sum(len(turn["content"]) for turn in turns[1 if talked.of_shop else 0 :])
    assert 0.25 < size[False] / sum(size.values()) < 0.42
