import os
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from training.exam import shop
from training.exam.ask_services import may
from training.exam.second import conversations
from training.exam.second.conversations import SecondExam
from training.exam.second.kinds import CHANGES, GROUPS, KINDS
from training.exam.second.wanted import wanted
from training.exam.truth import read_customer

LINES = Path(__file__).with_name("lines.toml")


@pytest.fixture(scope="module")
def exam() -> SecondExam:
    return conversations.exam(LINES)


def test_every_line_is_asked_once_in_conversations_of_three_to_five_kinds(exam: SecondExam) -> None:
    assert Counter(question.kind for question in exam.questions) == dict.fromkeys(KINDS, 2)
    for conversation in exam.conversations:
        kinds = [question.kind for question in conversation.questions]
        assert 3 <= len(kinds) == len(set(kinds)) <= 5


def test_the_exam_is_always_the_same(exam: SecondExam) -> None:
    conversations.exam.cache_clear()
    again = conversations.exam(LINES)
    assert (again.digest(), again) == (exam.digest(), exam)


def test_the_exam_is_known_again_by_every_process(exam: SecondExam) -> None:
    program = f"""
from pathlib import Path
from training.exam.second.conversations import exam
print(exam(Path({str(LINES)!r})).digest())
"""
    for seed in ("1", "2"):  # By which sets are ordered.
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        told = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        assert told.stdout.strip() == exam.digest()


def test_what_a_line_names_is_there_or_is_not_as_its_kind_says(exam: SecondExam) -> None:
    customers = {one.customer_id: one for one in exam.customers}
    for conversation in exam.conversations:
        own = customers[conversation.customer_id]
        for question in conversation.questions:
            assert "{" not in question.text
            assert not question.order_id or question.order_id in own.by_id
            assert re.sub(r"\W", "", question.absent).upper() not in own.by_id
            want = wanted(question, own)
            assert want.readings or want.ways, question
            if question.kind == "refund_where" and question.order_id:
                assert question.item in own.by_id[question.order_id].returned


def test_no_question_is_about_an_order_that_another_one_changes(exam: SecondExam) -> None:
    for conversation in exam.conversations:
        changed = [question.order_id for question in conversation.questions if question.kind in CHANGES]
        about = Counter(question.order_id for question in conversation.questions)
        assert all(about[number] == 1 for number in changed if number)


def test_two_changes_of_three_are_allowed() -> None:
    lines = [conversations.Line("cancel", "Cancel the {item}", place) for place in range(3)]
    assert [line.granted for line in lines] == [True, True, False]
    orders = [order for customer in conversations.exam(LINES).customers for order in customer.orders]
    order = next(order for order in orders if may("cancel_order", order))
    assert [conversations.fits_kind(line, order, by_number=False) for line in lines] == [True, True, False]


def test_every_sealed_line_fills_in() -> None:
    assert _counts(conversations.exam()) == (1080, 0, len(KINDS))


def _counts(sealed: SecondExam) -> tuple[int, int, int]:
    """Questions, unfilled ones and kinds: what fails here must not print a question."""
    questions = sealed.questions
    return len(questions), sum("{" in one.text for one in questions), len({one.kind for one in questions})


def test_a_kind_or_a_placeholder_that_is_not_known_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "lines.toml"
    path.write_text('[questions]\nprices = ["How much?"]\ncount = ["How many {things}?"]\n')
    with pytest.raises(ValueError, match=r"\['prices'\] and \['things'\]"):
        conversations.read(path)


def test_refunds_are_written_to_the_shop_and_read_again(exam: SecondExam, tmp_path: Path) -> None:
    shop.write(exam.customers, tmp_path / "orders.sqlite")
    returning = next(one for one in exam.customers if any(order.refunds for order in one.orders))
    with closing(sqlite3.connect(tmp_path / "orders.sqlite")) as connection:
        assert read_customer(connection, returning.customer_id) == returning


def test_the_weights_are_of_a_hundred_contacts_and_every_kind_has_one() -> None:
    assert sum(weight for weight, _ in GROUPS.values()) == 100
    assert len(KINDS) == len(set(KINDS)) == 36
