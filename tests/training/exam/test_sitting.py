import asyncio
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from stubs.exam_model import sits_exams
from stubs.fake_llama import FakeLlama, asks

from agent.shop.tools import BY_NAME
from bench import answers as command
from headstart.world import Call as ToolCall
from headstart.world import User, Write
from training.exam import figures, sitting
from training.exam.conversations import Exam
from training.exam.expectation import Call, Conversation, ExamQuestion
from training.exam.keeping import Kept
from training.exam.score import Made, judge
from training.exam.sitting import Turn
from training.exam.truth import Customer, Shop, read_customer

Ideal = Callable[[ExamQuestion, Customer], str]
READ_AHEAD = {"get_order_history"}


@pytest.fixture
def own_copy(database: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "orders.sqlite"
    copy.write_bytes(database.read_bytes())
    return copy


def sat(conversation: Conversation, replies: list[object], database: Path, strategy: str) -> list[Turn]:
    async def run() -> list[Turn]:
        given = sitting.settings(database.parent, database, strategy, guard=False)
        async with sitting.engine(given, FakeLlama(replies=replies)) as opened:
            return await sitting.sit(opened, conversation, database)

    return asyncio.run(run())


def replies_to(conversation: Conversation, database: Path, ideal: Ideal, made: Callable[[Call], Made]) -> list[object]:
    """What a model says that makes every call it needs and answers rightly."""
    with sqlite3.connect(database) as connection:
        customer = read_customer(connection, conversation.customer_id)
    replies: list[object] = []
    for question in conversation.questions:
        for group in question.needs:
            replies.append(asks(group[0].name, **made(group[0]).arguments))
        replies.append(ideal(question, customer))
    return replies


def of_kind(whole: Exam, kind: str) -> Conversation:
    """A conversation of one question of that kind."""
    found = ((c, q) for c in whole.conversations for q in c.questions if q.kind == kind)
    conversation, question = next(found)
    return Conversation(conversation.number, conversation.customer_id, conversation.size, (question,))


@pytest.mark.parametrize("strategy", ["sequential", "ahead"])
@pytest.mark.parametrize("kind", ["status", "carrier", "email", "off-topic", "number", "product price"])
def test_a_right_model_is_found_right_through_the_real_session(
    whole: Exam, own_copy: Path, rows: Shop, ideal: Ideal, made: Callable[[Call], Made], kind: str, strategy: str
) -> None:
    conversation = of_kind(whole, kind)
    turns = sat(conversation, replies_to(conversation, own_copy, ideal, made), own_copy, strategy)
    found = judge(conversation.questions[0], turns[0].said, rows)
    assert found.right, (turns, found)
    assert ({one.name for one in turns[0].said.standing} >= READ_AHEAD) == (strategy == "ahead")


@pytest.mark.parametrize("kind", ["cancel_order, granted", "request_return, granted", "change_address, granted"])
def test_a_write_is_confirmed_and_the_rows_after_it_are_those_that_count(
    whole: Exam, own_copy: Path, rows: Shop, ideal: Ideal, made: Callable[[Call], Made], kind: str
) -> None:
    conversation = of_kind(whole, kind)
    (turn,) = sat(conversation, replies_to(conversation, own_copy, ideal, made), own_copy, "sequential")
    assert turn.said.before != turn.said.after
    assert judge(conversation.questions[0], turn.said, rows).right, turn


def test_what_the_exam_expects_to_be_refused_the_shop_refuses_and_nothing_else(whole: Exam, own_copy: Path) -> None:
    questions = [(c, q) for c in whole.conversations for q in c.questions if any(g[0].writes for g in q.needs)]

    async def run() -> list[tuple[str, bool, bool]]:
        given = sitting.settings(own_copy.parent, own_copy, "sequential", guard=False)
        found: list[tuple[str, bool, bool]] = []
        async with sitting.engine(given, FakeLlama(replies=[])) as opened:
            for conversation, question in questions:
                call = question.needs[0][0]
                arguments = {"order_id": call.order_id, "item": call.item, "address": call.address, "reason": ""}
                fitting = {name: arguments[name] for name in BY_NAME[call.name].arguments.model_fields}
                user = User(conversation.customer_id)
                done = await opened.world.write(user, ToolCall.of(call.name, fitting), Write("", dry_run=True))
                found.append((question.text, not done.refused, question.manner is None))
        return found

    found = asyncio.run(run())
    assert len(found) > 60
    assert [text for text, done, expected in found if done is not expected] == []


def test_what_was_said_is_kept_and_read_again(
    whole: Exam, own_copy: Path, tmp_path: Path, ideal: Ideal, made: Callable[[Call], Made]
) -> None:
    conversation = of_kind(whole, "cancel_order, granted")
    turns = sat(conversation, replies_to(conversation, own_copy, ideal, made), own_copy, "sequential")
    kept = Kept(tmp_path / "said", "key", "1of1")
    kept.add(conversation.number, turns)
    with kept.path.open("a") as file:
        file.write('{"conversation": 3, "tu')
    read = kept.read({conversation.number: turns[0].said.before})
    assert list(read) == [conversation.number]
    assert read[conversation.number][0].said == turns[0].said


def test_the_command_asks_writes_and_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    loads = sits_exams(monkeypatch, tmp_path)
    result = tmp_path / "answers.json"
    given = ["--conversations", "3", "--guard", "off", "--json", str(result)]
    assert command.main(given) == 0
    first = json.loads(result.read_text())
    assert command.main(given) == 0
    assert loads == ["embedded"]
    assert json.loads(result.read_text())["metrics"] == first["metrics"]
    assert {"questions", "tool_accuracy", "refusal_accuracy", "facts_accuracy_unguarded"} <= first["metrics"].keys()
    assert first["samples"]["unguarded"]["misses"]
    assert "tool and arguments right" in capsys.readouterr().out


def test_shares_come_with_wilsons_interval_and_zero_with_its_bound() -> None:
    low, high = figures.Share(97, 100).interval
    assert (round(low, 3), round(high, 3)) == (0.915, 0.99)
    assert figures.Share(0, 0).value == 1.0
    assert figures.none_seen_bound(1000) == pytest.approx(0.003, abs=1e-4)
