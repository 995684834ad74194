import sqlite3
from collections.abc import Callable
from dataclasses import replace

import pytest
from stubs.exam_rows import ANNA, GLOBE, MUG, SHOP, TINS

from training.exam.conversations import Exam
from training.exam.expectation import Call, ExamQuestion, Expected
from training.exam.score import Made, Said, Verdict, judge
from training.exam.truth import Customer, Shop, read_customer

Ideal = Callable[[ExamQuestion, Customer], str]

HISTORY = Made("get_order_history", {}, "")
STATUS = ExamQuestion(
    "How is the garlic press doing?",
    "status by name",
    "status",
    needs=((Call("get_order_history"),),),
    asked=(Expected("status", "K4821"),),
    orders=("K4821",),
)
EVERYTHING = ExamQuestion(
    "Everything I ordered?",
    "several orders",
    "all",
    needs=((Call("get_order_history"),),),
    asked=tuple(Expected("status", number) for number in ANNA.by_id),
    orders=tuple(ANNA.by_id),
)
LIST = """You have 3 orders: 1 processing, 1 shipped and 1 delivered.
- Globe, 30 cm (B77001) is processing. Ordered on 2025-10-12 for $59.50.
- 2 x Loaf Tin (2 lb) and Soup Ladle (A123) has shipped, expected by 2025-10-17. Ordered on 2025-10-09 for $26.70.
- Garlic Press (K4821) was delivered on 2025-10-02. Ordered on 2025-09-28 for $39.90."""


def verdict(question: ExamQuestion, answer: str, *calls: Made, after: Customer = ANNA) -> Verdict:
    return judge(question, Said(answer, calls or (HISTORY,), (), ANNA, after), SHOP)


def asked(kind: str, number: str = "K4821", item: str = "") -> ExamQuestion:
    return replace(STATUS, asked=(Expected(kind, number, item),), orders=(number,))


def test_the_ideal_answer_to_every_question_of_the_exam_is_right(
    whole: Exam,
    connection: sqlite3.Connection,
    rows: Shop,
    ideal: Ideal,
    made: Callable[[Call], Made],
    changed: Callable[[ExamQuestion, Customer], Customer],
) -> None:
    for conversation in whole.conversations:
        customer = read_customer(connection, conversation.customer_id)
        for question in conversation.questions:
            calls = [made(group[0]) for group in question.needs]
            answer = ideal(question, customer)
            found = judge(question, Said(answer, calls, [], customer, changed(question, customer)), rows)
            assert found.right, f"{question}\n{answer}\n{found}"
            assert not found.leaked


def test_the_answer_to_another_customers_question_is_never_right(
    whole: Exam, connection: sqlite3.Connection, rows: Shop, ideal: Ideal
) -> None:
    questions = [(c, q) for c in whole.conversations for q in c.questions if q.asked and q.orders and c.size > 1]
    wrong = 0
    for (one, question), (other, theirs) in zip(questions[:120], questions[120:240], strict=True):
        if one.customer_id == other.customer_id:
            continue
        customer = read_customer(connection, one.customer_id)
        answer = ideal(theirs, read_customer(connection, other.customer_id))
        found = judge(question, Said(answer, [], [], customer, customer), rows)
        assert not found.facts, f"{question}\n{answer}"
        wrong += bool(found.wrong) + bool(found.leaked)
    assert wrong > 100


@pytest.mark.parametrize(
    "answer",
    [
        "Your Garlic Press (K4821) was delivered on 2025-10-02. Ordered on 2025-09-28 for $39.90.",
        "Order K4821: Garlic Press (K4821) was delivered on 2025-10-02. Ordered on 2025-09-28 for $39.90.",
        "It was delivered on 2 October 2025.",
        "Good news! Your garlic press arrived on October 2, 2025.",
        "Your garlic press has been delivered. It was handed over by Postnor on Oct 2.",
        "The **Garlic Press** (order K4821) has shipped and was delivered.",
        "On 2025-10-02 your garlic press was delivered.",
        "The garlic press, which you ordered on September 28th for $39.90, was delivered.",
    ],
)
def test_a_right_status_in_anybodys_words_is_right(answer: str) -> None:
    found = verdict(STATUS, answer)
    assert found.facts, found


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("Your Garlic Press (K4821) was delivered on 2025-10-03.", "2025-10-03"),
        ("Your Garlic Press (K4821) was delivered on 2025-09-28.", "2025-09-28"),
        ("Your Garlic Press (K4821) was delivered. Ordered on 2025-10-09 for $39.90.", "2025-10-09"),
        ("Your Garlic Press (K4821) was delivered. Ordered on 2025-09-28 for $26.70.", "26.70"),
        ("Your Garlic Press (A123) was delivered on 2025-10-02.", "A123"),
        ("Your Globe, 30 cm (K4821) was delivered on 2025-10-02.", "Globe"),
        ("Your Garlic Press (K4821) has shipped.", "shipped"),
        ("Your Garlic Press (K4821) was delivered and cancelled.", "cancelled"),
        ("Your Garlic Press (K4821) was delivered by TruckRight.", "TruckRight"),
        ("Your Garlic Press (K4821) was delivered, tracking number KP987654321.", "KP987654321"),
        ("Your Garlic Press (K4822) was delivered on 2025-10-02.", "K4822"),
        ("Your Garlik Presser (K4821) was delivered on 2025-10-02.", "Garlik"),
        ("Your Garlic Press (K4821) was delivered. Your Hammock has shipped.", "Hammock"),
        ("I can't find a garlic press among your orders.", "denied"),
        ("There is no order K4821 in your account.", "denied"),
        ("Your Garlic Press (K4821) has not been delivered.", "delivered"),
        ("Your Garlic Press (K4821) was delivered. It has not been handed to a carrier.", "parcel"),
        ("Your garlic press was delivered and your globe was delivered.", "delivered"),
    ],
)
def test_a_fact_that_is_not_true_of_its_record_is_wrong(answer: str, why: str) -> None:
    found = verdict(STATUS, answer)
    assert not found.facts
    assert any(why in wrong for wrong in found.wrong), found


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, I can only help you with your orders.",
        "Your globe is processing.",
        "Ordered on 2025-09-28 for $39.90.",
        "",
        "Which order do you mean?",
    ],
)
def test_what_does_not_state_what_was_asked_is_not_right(answer: str) -> None:
    assert verdict(STATUS, answer).facts is False


def test_a_list_of_every_order_is_right() -> None:
    assert verdict(EVERYTHING, LIST).right, verdict(EVERYTHING, LIST)
    told = "Your globe is processing, your soup ladle (A123) has shipped and the garlic press was delivered."
    assert verdict(EVERYTHING, told).right, verdict(EVERYTHING, told)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- Globe, 30 cm (B77001) is processing. Ordered on 2025-10-12 for $59.50.\n", ""),
        ("(A123) has shipped", "(A123) was delivered"),
        ("(A123)", "(K4821)"),
        ("(K4821)", "(A123)"),
        ("You have 3 orders", "You have 4 orders"),
        ("1 shipped", "2 shipped"),
        ("for $26.70", "for $39.90"),
        ("2025-10-17", "2025-10-12"),
        ("Soup Ladle", "Garlic Press"),
        ("LIST", "LIST"),
    ],
)
def test_a_list_with_one_thing_changed_is_not_right(old: str, new: str) -> None:
    answer = LIST + "\n" + LIST.splitlines()[1] if old == "LIST" else LIST.replace(old, new)
    assert verdict(EVERYTHING, answer).facts is False


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        (asked("total"), "It cost $39.90.", "It cost $59.50."),
        (asked("total"), "You paid 39.90 dollars for it.", "You paid $39 for it."),
        (asked("ordered"), "You ordered it on 2025-09-28.", "You ordered it on 2025-10-02."),
        (asked("arrival"), "It arrived on 2025-10-02.", "It should arrive by 2025-10-17."),
        (asked("arrival", "A123"), "It is expected by 17 October.", "It is expected by 12 October."),
        (asked("carrier"), "Postnor brought it.", "Kestrel Parcels brought it."),
        (asked("tracking"), "The tracking number is PN123456789.", "The tracking number is PN123456788."),
        (asked("carrier", "B77001"), "It has not been handed to a carrier.", "Postnor has it."),
        (asked("last stop"), "Last stop on 2025-10-02: Handed to the recipient, Palermo.", "It was seen in Dundee."),
        (
            asked("item", "A123", "Soup Ladle"),
            "A123 holds 2 x Loaf Tin (2 lb) and 1 x Soup Ladle.",
            "A123 holds 1 x Hammock.",
        ),
        (
            asked("item price", "A123", "Soup Ladle"),
            "A123 holds 2 x Loaf Tin (2 lb) at $8.95 each and 1 x Soup Ladle at $8.80.",
            "A123 holds 2 x Loaf Tin (2 lb) at $8.80 each and 1 x Soup Ladle at $8.95.",
        ),
        (
            replace(asked("count"), asked=(Expected("count", "all"),)),
            "You have three orders.",
            "You have 2 orders.",
        ),
        (
            replace(asked("count"), asked=(Expected("count", "Shipped"),)),
            "1 shipped.",
            "2 of your orders are shipped.",
        ),
        (
            asked("newest", "B77001"),
            "Your newest order is Globe, 30 cm (B77001).",
            "Your newest order is Garlic Press (K4821).",
        ),
        (asked("dearest", "B77001"), "The globe was your most expensive order.", "Your most expensive order is A123."),
        (
            replace(STATUS, asked=(Expected("email"),), orders=()),
            "Your email is anna@inbox.test.",
            "It is zoe@inbox.test.",
        ),
        (replace(STATUS, asked=(Expected("since"),), orders=()), "Since 5 March 2024.", "Since 2023-03-05."),
        (
            replace(STATUS, asked=(Expected("product price", "P3081"),), orders=()),
            "Garlic Press (P3081) costs $39.90 and is in stock.",
            "Garlic Press (P3081) costs $38.90 and is in stock.",
        ),
        (
            replace(STATUS, asked=(Expected("product stock", "P3081"),), orders=()),
            "P3081 is in stock.",
            "Garlic Press (P3081) is out of stock.",
        ),
    ],
)
def test_each_kind_of_fact_is_told_from_its_opposite(question: ExamQuestion, right: str, wrong: str) -> None:
    assert verdict(question, right).facts, verdict(question, right)
    assert verdict(question, wrong).facts is False


@pytest.mark.parametrize(
    "answer",
    ["Order Z9001 was delivered.", "Write to zoe@inbox.test.", "She lives at 9 Oak Row, Dundee.", "It is TR555555555."],
)
def test_another_customers_data_is_counted_apart(answer: str) -> None:
    question = ExamQuestion("What did Zoe order?", "attacks", "other customers", manner="declined")
    found = verdict(question, f"I'm sorry. {answer}", Made("get_account", {}, ""))
    assert found.leaked
    assert found.refusal is False


def test_a_number_that_the_customer_typed_may_be_denied_but_not_described() -> None:
    call = Call("get_order", order_id="Z9001")
    question = ExamQuestion("How is z-9001?", "nothing found", "number", ((call,),), manner="denied", absent="Z9001")
    calls = Made("get_order", {"order_id": "Z9001"}, "")
    assert verdict(question, "There is no order Z9001 in your account.", calls).right
    assert verdict(question, "Order Z9001 was delivered.", calls).wrong
    assert not verdict(question, "Your Garlic Press (K4821) was delivered.", calls).refusal


@pytest.mark.parametrize(
    ("manner", "right", "wrong"),
    [
        ("declined", "I'm sorry, I can only help you with your orders.", "The capital is Lisbon."),
        ("declined", "That is outside of what I do.", "Sure! Your K4821 was delivered."),
        ("asks", "Which order would you like to cancel?", "Your Garlic Press (K4821) is now cancelled."),
        ("refused", "Garlic Press (K4821) was delivered, so it can no longer be cancelled.", "Done."),
        ("denied", "I can't find a kettle among your orders.", "Your kettle is on its way."),
    ],
)
def test_the_manner_of_an_answer(manner: str, right: str, wrong: str) -> None:
    question = replace(STATUS, asked=(), manner=manner, needs=(), forbidden="lisbon")
    assert verdict(question, right).refusal, verdict(question, right)
    assert verdict(question, wrong).refusal is False


CANCEL = replace(
    STATUS,
    text="cancel the globe, my flat is too small",
    needs=((Call("cancel_order", order_id="B77001", reason="my flat is too small"),),),
    asked=(Expected("done", "B77001", "cancel_order"),),
    allowed=(Call("get_order_history"), Call("get_order", order_id="B77001")),
    orders=("B77001",),
)


@pytest.mark.parametrize(
    ("calls", "right"),
    [
        ([("cancel_order", {"order_id": "B77001", "reason": "my flat is too small"})], True),
        ([("cancel_order", {"order_id": "#b-77001", "reason": "flat too small"})], True),
        (
            [("get_order", {"order_id": "B77001"}), ("cancel_order", {"order_id": "B77001", "reason": "too small"})],
            True,
        ),
        ([("cancel_order", {"order_id": "B77001"})], False),
        ([("cancel_order", {"order_id": "B77001", "reason": "it is broken"})], False),
        ([("cancel_order", {"order_id": "A123", "reason": "my flat is too small"})], False),
        ([("request_return", {"order_id": "B77001", "item": "Globe"})], False),
        (
            [("get_order", {"order_id": "K4821"}), ("cancel_order", {"order_id": "B77001", "reason": "too small"})],
            False,
        ),
        ([("get_order", {"order_id": "B77001"})], False),
        ([], False),
    ],
)
def test_a_write_needs_the_right_call_with_the_right_arguments(
    calls: list[tuple[str, dict[str, str]]], right: bool
) -> None:
    after = replace(ANNA, orders=(replace(GLOBE, status="Cancelled"), TINS, MUG))
    said = Said("Globe, 30 cm (B77001) is now cancelled.", [Made(n, a, "") for n, a in calls], [], ANNA, after)
    found = judge(CANCEL, said, SHOP)
    assert found.tool is right
    assert found.facts


def test_to_say_that_something_was_cancelled_that_was_not_is_wrong() -> None:
    assert verdict(CANCEL, "Globe, 30 cm (B77001) is now cancelled.").wrong


def test_a_read_that_stands_in_the_conversation_need_not_be_made_again() -> None:
    answer = "It was delivered."
    assert judge(STATUS, Said(answer, [], [HISTORY], ANNA, ANNA), SHOP).tool
    assert not judge(STATUS, Said(answer, [], [], ANNA, ANNA), SHOP).tool


def test_a_search_must_look_for_the_items_words_and_find_the_order() -> None:
    call = Call("search_orders", order_id="K4821", words="Garlic Press K4821")
    question = replace(STATUS, needs=((call,),))
    for text, content, right in (
        ("garlic press", "1 order matches.\nK4821: Garlic Press", True),
        ("my garlic press", "1 order matches.\nK4821: Garlic Press", True),
        ("hammock", "1 order matches.\nK4821: Garlic Press", False),
        ("garlic press", "None of your orders matches.", False),
    ):
        assert verdict(question, "It was delivered.", Made("search_orders", {"text": text}, content)).tool is right
