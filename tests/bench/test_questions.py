from pathlib import Path

import pytest

from agent.shop.contents import order_history
from bench import sitting
from bench.questions import FIRST, Question, sample_customers, two_questions
from bench.scripted import ScriptedModel

STATUSES = Question(FIRST, (("A123", "Shipped"), ("B456", "Delivered")))


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("You have 2 orders.\n- Processor (A123) has shipped.\n- Mug (B456) was delivered on 2026-11-09.", True),
        ("- Processor (A123) was delivered.\n- Mug (B456) has shipped.", False),
        ("- Processor (A123) has shipped.", False),
        ("One has shipped and one was delivered.", False),
    ],
)
def test_an_answer_is_right_when_each_order_stands_beside_its_status(answer: str, right: bool) -> None:
    assert STATUSES.is_answered_by(answer) is right


async def test_the_second_question_is_for_what_no_history_holds(tmp_path: Path) -> None:
    async with sitting.opened(tmp_path, ScriptedModel(), "one", db_latency=0.0) as engine:
        (customer,) = await sample_customers(engine.backend.store, 1)
        first, second = await two_questions(engine.backend.store, customer)
        history = (await engine.backend.store.get_order_history(customer)).value
    assert customer == "user123"
    assert first.text == FIRST
    assert {fact[0] for fact in first.facts} == {order.order_id for order in history.orders}
    assert not second.is_answered_by(order_history(history))
