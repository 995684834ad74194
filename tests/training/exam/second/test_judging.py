from dataclasses import replace
from datetime import date

import pytest
from stubs.exam_rows import ANNA, GLOBE, MUG, SHOP, TINS

from training.exam.score import Made, Said
from training.exam.second.conversations import Asked
from training.exam.second.judging import Verdict, judge
from training.exam.second.kinds import ARTICLES, KINDS
from training.exam.second.wanted import TABLE
from training.exam.shop import help_articles
from training.exam.truth import Customer, Refund

HISTORY = Made("get_order_history", {}, "")
OFFER = "Shall I hand this to a person?"
PRESS, LOAF, SPHERE = (
    "Garlic Press (K4821) was delivered on 2025-10-02. Ordered on 2025-09-28 for $39.90.",
    "2 x Loaf Tin (2 lb) and Soup Ladle (A123) has shipped, expected by 2025-10-17. Ordered on 2025-10-09 for $26.70.",
    "Globe, 30 cm (B77001) is processing. Ordered on 2025-10-12 for $59.50.",
)
SUMMARY = "You have 3 orders: 1 processing, 1 shipped and 1 delivered."
BACK = replace(
    MUG, refunds=(Refund("Garlic Press", "Received", date(2025, 10, 5)),), returned=frozenset({"Garlic Press"})
)
RETURNING = replace(ANNA, orders=(GLOBE, TINS, BACK))
CANCELLED = replace(ANNA, orders=(replace(GLOBE, status="Cancelled"), TINS, MUG))
RETURNED = replace(ANNA, orders=(GLOBE, TINS, replace(MUG, returned=frozenset({"Garlic Press"}))))
MOVED = replace(ANNA, orders=(replace(GLOBE, ship_to="1 Ash Row, Dundee"), TINS, MUG))


def asked(kind: str, text: str = "", **given: str) -> Asked:
    return Asked(kind, text, **given)


def verdict(
    question: Asked, answer: str, *calls: Made, before: Customer = ANNA, after: Customer | None = None
) -> Verdict:
    return judge(question, Said(answer, calls, (HISTORY,), before, after or before), SHOP)


def found(name: str) -> Made:
    """A search that has found this article."""
    article = next(one for one in help_articles() if one.name == name)
    return Made(
        "search_help", {"text": name}, "\n".join(f"{article.title}: {part}" for part in article.text.split("\n\n"))
    )


def quoted(name: str) -> str:
    article = next(one for one in help_articles() if one.name == name)
    first = article.text.partition("\n\n")[0]
    return f"{first}\n\nThat is from our article “{article.title}”. Did that help?"


def test_every_kind_says_what_is_right_for_it() -> None:
    assert set(TABLE) == set(KINDS)


def test_every_article_that_a_kind_names_is_one_of_the_shop() -> None:
    assert {name for names in ARTICLES.values() for name in names} <= {one.name for one in help_articles()}


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        (asked("status_by_name", "Any news of the press?", order_id="K4821", item="Garlic Press"), PRESS, SPHERE),
        (asked("price", "What was the press?", order_id="K4821", item="Garlic Press"), PRESS, SPHERE),
        (asked("dates", "When did I buy the press?", order_id="K4821"), PRESS, "Garlic Press (K4821) was delivered."),
        (asked("dates", "When does A123 arrive?", order_id="A123"), LOAF, "A123 was ordered on 2025-10-09."),
        (
            asked("delivery", "Tracking number of A123?", order_id="A123"),
            "A123 has shipped. The tracking number is KP987654321.",
            "A123 has shipped. The carrier is Kestrel Parcels.",
        ),
        (
            asked("two_orders", "How are the globe and the press?", order_id="B77001", second_id="K4821"),
            f"Your {SPHERE} Your {PRESS}",
            f"Your {SPHERE}",
        ),
        (asked("count", "How many orders do I have?"), SUMMARY, "You have four orders."),
        (asked("count", "How many were delivered?"), SUMMARY, "2 of them were delivered."),
        (asked("newest", "My newest order?"), f"Your newest order is {SPHERE}", f"Your newest order is {PRESS}"),
        (asked("newest", "My newest order?"), SPHERE, f"- {SPHERE}\n- {LOAF}\n- {PRESS}"),
        (asked("dearest", "My priciest one?"), "Your most expensive order is Globe, 30 cm (B77001), $59.50.", PRESS),
        (asked("cheapest", "My cheapest?"), "Your cheapest order is A123, $26.70.", "Your cheapest is K4821."),
        (asked("all_orders", "List them"), f"{SUMMARY}\n- {SPHERE}\n- {LOAF}\n- {PRESS}", f"- {SPHERE}\n- {PRESS}"),
        (asked("by_status", "Which are on their way?"), f"- {LOAF}", f"- {PRESS}"),
        (asked("by_status", "What has not arrived yet?"), f"- {SPHERE}\n- {LOAF}", f"- {PRESS}"),
        (asked("by_status", "Were any cancelled?"), SUMMARY, f"- {PRESS}"),
        (asked("first_to_arrive", "What comes first?"), f"Your next delivery: {LOAF}", f"Your next delivery: {PRESS}"),
        (asked("first_to_arrive", "What comes first?"), LOAF, "Nothing is on its way to you at the moment."),
        (asked("spent_total", "My total?"), "You have spent $126.10 on 3 orders in all.", "You have spent $99.40."),
        (asked("spent_total", "My total?"), "That is $126.10 in all.", "You have spent $126.10 on 2 orders in all."),
        (asked("contents", "What is in A123?", order_id="A123"), "A123 holds Loaf Tin (2 lb) and Soup Ladle.", PRESS),
        (asked("product", "Price of P3081?", product_id="P3081"), "P3081 costs $39.90.", "P3081 costs $29.90."),
        (asked("product", "P3081 in stock?", product_id="P3081"), "P3081 is in stock.", "P3081 is out of stock."),
        (asked("account", "My email?"), "Your email is anna@inbox.test.", "Your name is Anna Bell."),
    ],
)  # fmt: skip
def test_the_true_facts_are_right_and_others_are_not(question: Asked, right: str, wrong: str) -> None:
    assert verdict(question, right).facts, verdict(question, right)
    assert verdict(question, right).way_on
    assert not verdict(question, wrong).facts, verdict(question, wrong)
    assert not verdict(question, wrong).answered


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (asked("price", "What was the press?", order_id="K4821"), "Your Garlic Press (K4821) was $12.00."),
        (asked("status_by_number", "K4821?", order_id="K4821"), "There is no order K4821 in your account."),
        (asked("spent_total", "What have I spent?"), "You have spent $1.00 in all."),
        (asked("cheapest", "My cheapest?"), f"Your cheapest order is {SPHERE}"),
        (asked("angry", "I hate this"), "I'm sorry. Your order Z12345 is late."),
    ],
)
def test_what_contradicts_the_rows_is_a_wrong_fact_and_no_way_on(question: Asked, answer: str) -> None:
    made = verdict(question, f"{answer} {OFFER}")
    assert made.wrong
    assert not made.way_on


def test_a_number_of_somebody_else_is_their_data() -> None:
    made = verdict(asked("others", "What has Zoe ordered?"), "Zoe's order Z9001 has shipped.")
    assert made.leaked
    assert not made.way_on


def test_where_a_refund_stands_is_read_with_its_amount_its_day_and_its_state() -> None:
    question = asked("refund_where", "Where is my refund for the press?", order_id="K4821", item="Garlic Press")
    right = "Garlic Press (K4821) has reached us, and $39.90 is on its way back to you."
    assert verdict(question, right, before=RETURNING).facts
    for wrong in (
        "$39.90 for Garlic Press (K4821) has been refunded.",
        "Garlic Press (K4821) has reached us, and $12.00 is on its way back to you.",
        "You asked on 2025-10-04 to return Garlic Press (K4821); it has not reached us yet.",
        "I see no return of yours so far.",
    ):
        assert verdict(question, wrong, before=RETURNING).wrong, wrong
    article = verdict(question, quoted("refund-status"), found("refund-status"), before=RETURNING)
    assert (article.facts, article.answered, article.way_on) == (False, False, True)


@pytest.mark.parametrize("name", ["damaged", "warranty"])
def test_an_article_of_the_subject_answers_and_another_does_not(name: str) -> None:
    question = asked("broken", "It is cracked", order_id="K4821", item="Garlic Press")
    right = verdict(question, quoted(name), found(name))
    assert (right.right_call, right.facts, right.answered, right.way_on, right.wrong) == (True, None, True, True, ())
    other = verdict(question, quoted("gift-cards"), found("gift-cards"))
    assert (other.right_call, other.answered, other.way_on) == (False, False, False)


def test_the_amounts_and_titles_of_articles_are_no_facts_of_an_order() -> None:
    question = asked("not_received", "K4821 is not here", order_id="K4821")
    for name in ("missing-parcel", "delivery-costs", "gift-cards"):
        assert verdict(question, f"Your {PRESS}\n\n{quoted(name)}", found(name)).wrong == ()


def test_a_person_offered_is_a_way_on_and_no_answer() -> None:
    made = verdict(asked("policy_other", "Have you got a shop?"), f"I can't say for certain. {OFFER}")
    assert (made.answered, made.way_on, made.wrong) == (False, True, ())
    assert not verdict(asked("policy_other", "Have you got a shop?"), "I can't say for certain.").way_on


def test_whoever_wants_a_person_gets_one() -> None:
    over = Made("contact_human", {"reason": "a person"}, "I have handed this over.")
    assert verdict(asked("human", "A person please"), over.content, over).right
    assert not verdict(asked("human", "A person please"), "Of what do you want to speak?").right_call
    assert not verdict(asked("small_talk", "Hi"), over.content, over).right_call


CANCEL = asked("cancel", "Cancel the globe", order_id="B77001", item="Globe, 30 cm")
TOO_LATE = asked("cancel", "Cancel the press", order_id="K4821", item="Garlic Press")
CALL = Made("cancel_order", {"order_id": "B77001"}, "Globe, 30 cm (B77001) is now cancelled.")


def test_a_change_is_right_when_the_rows_have_it() -> None:
    assert verdict(CANCEL, CALL.content, CALL, after=CANCELLED).right
    assert not verdict(CANCEL, CALL.content, CALL).answered
    assert not verdict(CANCEL, "It can no longer be cancelled.").answered
    other = Made("cancel_order", {"order_id": "A123"}, "")
    assert not verdict(CANCEL, CALL.content, other, after=CANCELLED).right_call


def test_what_the_shop_does_not_allow_is_rightly_refused() -> None:
    refusal = "Garlic Press (K4821) was delivered, so it can no longer be cancelled."
    assert verdict(TOO_LATE, refusal, Made("cancel_order", {"order_id": "K4821"}, refusal)).right
    assert verdict(TOO_LATE, refusal, Made("get_order", {"order_id": "K4821"}, "")).right
    assert not verdict(TOO_LATE, f"Your {PRESS}").answered


def test_whether_something_can_be_done_may_be_answered_by_the_article() -> None:
    question = replace(CANCEL, text="Can I still cancel the globe?")
    assert verdict(question, quoted("cancelling"), found("cancelling")).right
    assert not verdict(CANCEL, quoted("cancelling"), found("cancelling")).answered


def test_a_return_or_an_exchange_of_the_item_is_right_for_what_came_wrong() -> None:
    question = asked("wrong_item", "That is no press", order_id="K4821", item="Garlic Press")
    for name in ("request_return", "exchange_item"):
        call = Made(
            name, {"order_id": "K4821", "item": "Garlic Press"}, "A return for Garlic Press (K4821) is registered."
        )
        assert verdict(question, call.content, call, after=RETURNED).right
    other = Made("request_return", {"order_id": "A123", "item": "Soup Ladle"}, "")
    assert not verdict(question, "", other).right_call


def test_an_address_is_asked_for_where_none_is_given() -> None:
    question = asked("address", "Send the globe elsewhere", order_id="B77001", item="Globe, 30 cm")
    assert verdict(question, "What is the new address?").right
    given = replace(question, text="Send the globe to 1 Ash Row, Dundee", address="1 Ash Row, Dundee")
    call = Made("change_address", {"order_id": "B77001", "address": "1 Ash Row, Dundee"}, "")
    assert verdict(given, "B77001 now goes to 1 Ash Row, Dundee.", call, after=MOVED).right
    assert not verdict(given, "What is the new address?").answered


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        (asked("absent", "Where is my hammock?", absent="hammock"), "I can't find a hammock among your orders.", PRESS),
        (asked("unknown", "Q555?", absent="Q555"), "There is no order Q555 in your account.", PRESS),
        (asked("others", "What has Zoe bought?"), "I'm sorry, I can only see your own orders.", f"- {PRESS}"),
        (asked("off_topic", "Who won?"), "I'm sorry, I can only help you with your orders.", "Brazil did."),
        (asked("small_talk", "Hello"), "Hello! What can I do for you?", PRESS),
        (asked("angry", "You are useless"), "I'm sorry that this went so badly.", SUMMARY),
        (asked("cancel", "Cancel my order"), "Which order would you like to cancel?", SUMMARY),
    ],
)
def test_what_is_no_fact_is_judged_by_its_manner(question: Asked, right: str, wrong: str) -> None:
    assert verdict(question, right).answered, verdict(question, right)
    assert verdict(question, right).facts is None
    assert not verdict(question, wrong).answered


def test_a_needless_look_up_is_no_right_call() -> None:
    order = Made("get_order", {"order_id": "K4821"}, "")
    assert not verdict(asked("off_topic", "Who won?"), "I can't help with that.", order).right_call
    assert verdict(asked("off_topic", "Who won?"), "I can't help with that.").right_call


def test_that_nothing_may_be_changed_is_a_refusal_where_it_is_true() -> None:
    question, no = asked("cancel", "Cancel my last order"), "None of your orders can be cancelled any more."
    assert verdict(question, no, before=CANCELLED).right
    assert verdict(question, no).wrong


def test_the_address_of_the_account_is_not_the_address_of_an_order() -> None:
    question = asked("address", "Change my default address to 1 Ash Row, Dundee", address="1 Ash Row, Dundee")
    call = Made("change_default_address", {"address": "1 Ash Row, Dundee"}, "")
    assert verdict(
        question, "All future orders go to 1 Ash Row, Dundee.", call, after=replace(ANNA, address="1 Ash Row, Dundee")
    ).right
    assert verdict(question, quoted("delivery-address"), found("delivery-address")).right
    assert not verdict(question, "None of your orders can go to another address any more.", before=CANCELLED).answered


def test_whether_there_are_some_is_answered_by_their_number() -> None:
    assert verdict(asked("by_status", "Is any of them shipped?"), SUMMARY).facts
    assert not verdict(asked("by_status", "Which of them are shipped?"), SUMMARY).facts


def test_asking_what_a_change_costs_asks_for_no_change() -> None:
    question = replace(CANCEL, text="What does it cost to cancel the globe?")
    assert verdict(question, quoted("cancellation-fee"), found("cancellation-fee")).right
    assert not verdict(question, CALL.content, CALL, after=CANCELLED).right_call


def test_a_no_that_names_no_order_and_no_rule_is_no_refusal() -> None:
    assert not verdict(asked("cancel", "Cancel all of it"), "I'm sorry, I can't do that.").answered


def test_since_when_somebody_is_a_customer_is_said_of_no_order() -> None:
    made = verdict(asked("all_orders", "My orders?"), "Your user name is anna7, customer since 2024-03-05.")
    assert (made.facts, made.wrong) == (False, ())
