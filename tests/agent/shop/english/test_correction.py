import json
import re
from dataclasses import replace

import pytest
from stubs.results import FIGURES
from stubs.shop_rows import HISTORY, artifact

from agent.events import TurnResult
from agent.shop import contents
from agent.shop.english.correction import Correction
from agent.shop.english.facts import known_from
from agent.shop.english.guard import Guard
from agent.shop.records import Status
from tui.figures.words import corrections

ROWS = HISTORY.model_copy(
    update={
        "orders": (HISTORY.orders[0], HISTORY.orders[1].model_copy(update={"total_cents": 9990})),
        "count_by_status": {Status.SHIPPED: 1, Status.DELIVERED: 1},
        "dearest": HISTORY.orders[1],
    }
)
KNOWN = known_from([(contents.order_history(ROWS), artifact(ROWS, 1))])


def result(*corrected: Correction) -> TurnResult:
    return TurnResult("?", "!", "answered", (), True, (), FIGURES, "ahead", "model", (), (), 0.0, 1.0, corrected)


@pytest.mark.parametrize("why", Correction)
def test_every_correction_is_words_that_a_customer_can_read(why: Correction) -> None:
    assert re.fullmatch(r"[a-z]+(?: [a-z]+){1,7}", why.value)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("A123: Smart Coffee Mug was delivered.", Correction.WRONG_ORDER),
        ("Your Smart Coffee Mug (A123) was delivered.", Correction.WRONG_NAME),
        ("Your Coffee Machine (B456) was delivered.", Correction.WRONG_NAME),
        ("Your Smart Coffee Mug (B456) was delivered on 2001-01-01.", Correction.WRONG_DATE),
        ("Your Smart Coffee Mug (B456) was delivered. Ordered on 2001-01-01.", Correction.WRONG_DATE),
        ("Your Smart Coffee Mug (B456) has shipped.", Correction.WRONG_STATUS),
        ("Your Smart Coffee Mug (B456) cost $1.00.", Correction.WRONG_AMOUNT),
        ("B456: The carrier is Bluebird.", Correction.WRONG_CARRIER),
        ("Order Z999 has shipped.", Correction.UNVERIFIED_NUMBER),
        ("You have 7 orders.", Correction.WRONG_COUNT),
        ("Your newest order is Smart Coffee Mug (B456).", Correction.WRONG_NEWEST),
        ("Your most expensive order is QuantumLeap AI Processor (A123).", Correction.WRONG_DEAREST),
        ("I can't find a coffee mug among your orders.", Correction.EXISTING_ORDER_DENIED),
        ('<tool_call>{"name":', Correction.BROKEN_LOOKUP),
    ],
)
def test_what_was_wrong_is_told_by_its_kind(said: str, why: Correction) -> None:
    guard = Guard(KNOWN)
    guard.feed(said)
    guard.finish()
    assert guard.violation is not None
    assert guard.violation.reason is why


def test_the_same_words_are_on_the_screen_and_in_json() -> None:
    turn = result(Correction.WRONG_ORDER, Correction.UNVERIFIED_NUMBER, Correction.WRONG_ORDER)
    written = json.loads(json.dumps(turn.as_dict()))
    assert written["corrected"] == ["wrong order", "unverified number", "wrong order"]
    assert corrections(turn.corrected) == "Corrected: wrong order (2×), unverified number"
    assert corrections(replace(turn, corrected=()).corrected) == ""
