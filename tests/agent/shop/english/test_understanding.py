from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from stubs.shop_rows import artifact

from agent.shop import contents
from agent.shop.english.facts import Known, known_from
from agent.shop.english.guard import Guard, _continued
from agent.shop.english.sentences import NEW_ADDRESS, NOT_ALLOWED, ONLY_YOURS, WAY_ON
from agent.shop.english.understanding import Understanding, understand
from agent.shop.records import (
    Account,
    Item,
    OlderItem,
    OlderOrder,
    Order,
    OrderHistory,
    Product,
    ProductDetails,
    Row,
    Shipment,
    ShipmentEvent,
    Status,
)


def order(order_id: str, status: Status, item: str, **given: object) -> Order:
    line = Item(line=1, product_id=f"P{order_id[1:]}", item=item, quantity=1, unit_price_cents=3990)
    return Order.model_validate(
        {"order_id": order_id, "status": status, "ordered_on": date(2026, 11, 4), "total_cents": 3990, "items": (line,)}
        | given
    )


CHIP = order("A123", Status.SHIPPED, "QuantumLeap AI Processor", carrier="NorthPost", tracking_number="NP482910375")
MUG = order("B456", Status.DELIVERED, "Smart Coffee Mug")
LAMP = order("C789", Status.DELIVERED, "Desk Lamp", total_cents=9990)
OLDER = OlderOrder(order_id="Z900", status=Status.CANCELLED, items=(OlderItem(item="Garden Gnome", product_id="P9"),))
THREE = OrderHistory(
    orders=(CHIP, MUG, LAMP), count=3, dearest=LAMP, count_by_status={Status.SHIPPED: 1, Status.DELIVERED: 2}
)
TWO = OrderHistory(orders=(CHIP, MUG), count=2, dearest=CHIP, count_by_status={Status.SHIPPED: 1, Status.DELIVERED: 1})
NONE = OrderHistory(orders=(), count=0, count_by_status={})
ADA = Account(
    customer_id="ada9", name="Ada Moreno", email="ada@example.com", address="1 Elm St. 4, Leeds",
    created_at=datetime(2024, 1, 5, tzinfo=UTC),
)  # fmt: skip
PARCEL = Shipment(
    order_id="A123", order=CHIP,
    events=(ShipmentEvent(at=datetime(2026, 11, 21, tzinfo=UTC), place="Leeds depot", event="Sorted"),),
)  # fmt: skip
GNOME = Product(product_id="P900", name="Garden Gnome", description="He guards roses.", price_cents=900, in_stock=True)
WORDS = {
    OrderHistory: contents.order_history, Account: contents.account, Shipment: contents.shipment,
    ProductDetails: contents.product_details,
}  # fmt: skip


def told(*rows: Row) -> Known:
    return known_from((WORDS[type(row)](row), artifact(row, 1)) for row in rows)  # type: ignore[operator]


KNOWN = told(THREE, ADA)


def asked(text: str, about: Known = KNOWN, last: Sequence[str] = ()) -> Understanding:
    return understand([text], about, last, "ada9")


def answered(text: str, said: str, about: Known = KNOWN, last: Sequence[str] = (), size: int = 3) -> str:
    """What is shown where the model says this, and goes on saying it."""
    guard = Guard(about, asked(text, about, last))
    shown = "".join(guard.feed(said[at : at + size]) for at in range(0, len(said), size)) + guard.finish()
    if guard.violation is not None:
        shown += guard.mend()
    assert shown == guard.text
    return shown


@pytest.mark.parametrize(
    ("text", "last", "about", "orders"),
    [
        ("and the second one?", ["C789", "A123", "B456"], KNOWN, ("A123",)),
        ("the last one?", ["C789", "A123"], KNOWN, ("A123",)),
        ("the second one please", [], KNOWN, ("B456",)),
        ("and the second one?", ["B456"], told(TWO), ("A123",)),
        ("and the other one?", ["A123"], told(TWO), ("B456",)),
        ("and the other one?", ["A123"], KNOWN, ()),
        ("the one before that", ["A123"], KNOWN, ("B456",)),
        ("the one before that", ["C789"], KNOWN, ()),
        ("when was it ordered?", ["B456"], KNOWN, ("B456",)),
        ("when was it ordered?", ["B456", "A123"], KNOWN, ()),
        ("is it the only one of all my orders?", ["B456"], KNOWN, ()),
        ("which carrier?", ["B456"], KNOWN, ("B456",)),
        ("how is my quantumleap thing", [], KNOWN, ("A123",)),
        ("what's my email, is it right?", ["B456"], KNOWN, ()),
    ],
)
def test_an_order_is_meant_by_its_place_or_by_what_was_told_last(
    text: str, last: list[str], about: Known, orders: tuple[str, ...]
) -> None:
    assert asked(text, about, last).orders == orders


def test_a_measure_in_a_name_is_no_number_of_an_order() -> None:
    cloth = told(THREE.model_copy(update={"orders": (order("D100", Status.DELIVERED, "Tablecloth 140 x 220"),)}))
    assert asked("how much was my tablecloth 140 x 220?", cloth).orders == ("D100",)


def test_the_only_order_of_a_customer_is_meant_without_a_name() -> None:
    one = told(THREE.model_copy(update={"orders": (MUG,), "count": 1}))
    assert asked("what's up with my order?", one).only == {"B456"}
    assert asked("what's up with my order?").only == frozenset()


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize("said", ["You have no orders yet.", "I'm sorry, I can only see your own orders.", "Hm."])
def test_a_question_for_ones_own_data_is_answered_by_the_account(said: str, size: int) -> None:
    shown = answered("what's my address?", said, told(NONE, ADA), size=size)
    assert shown.endswith("Your address is 1 Elm St. 4, Leeds.")
    assert "orders" not in shown


def test_of_the_account_the_line_that_was_asked_for_is_told() -> None:
    assert (
        answered("what's my name?", "Your user name is ada9, customer since 2024-01-05.") == "Your name is Ada Moreno."
    )
    whole = contents.account(ADA)
    assert answered("show my profile", whole) == whole
    assert answered("since when am I a customer", "Your user name is ada9, customer since 2020-01-01.").endswith(
        "Your user name is ada9, customer since 2024-01-05."
    )


def test_what_is_said_as_the_account_says_it_streams_at_once() -> None:
    guard = Guard(KNOWN, asked("what's my address?"))
    assert guard.feed("Your address is 1 Elm") == "Your address is 1 Elm"
    assert guard.feed(" St. 4, Leeds.") + guard.finish() == " St. 4, Leeds."
    assert guard.violation is None


def test_the_account_is_looked_up_before_anything_is_known_of_it() -> None:
    question = asked("what's my address?", told(THREE))
    assert (question.account, question.tells, question.settled) == (("address",), None, False)


@pytest.mark.parametrize("typed", ["A124", "a-124", "order A 124", "#a124"])
def test_a_number_that_is_nobodys_is_not_answered_with_its_neighbour(typed: str) -> None:
    said = f"Order A123: {KNOWN.records['A123'].line}"
    assert answered(f"what is up with {typed}?", said) == "There is no order A124 in your account."
    denial = "There is no order A124 in your account."
    assert answered(f"what is up with {typed}?", denial) == denial


@pytest.mark.parametrize(
    "text", ["what is up with A123?", "in 2024 I moved", "a pack of 100", "send B456 to AB124 Leeds"]
)
def test_what_is_no_order_of_nobody_is_not_denied(text: str) -> None:
    assert "no order" not in asked(text).answer


def test_a_number_is_nobodys_only_where_all_orders_are_known() -> None:
    assert told(THREE.model_copy(update={"count": 2_000})).unknown_number("where is A124") == ""
    older = told(THREE.model_copy(update={"count": 4, "older": (OLDER,)}))
    assert (older.unknown_number("where is A124"), older.unknown_number("where is Z900")) == ("A124", "")
    assert older.order_for_call("where is A124", "A123") == "A124"


@pytest.mark.parametrize(
    ("text", "answer"),
    [("list all your customers", ONLY_YOURS), ("set all my totals, every amount, to $0", NOT_ALLOWED)],
)
def test_what_nobody_may_ask_is_not_answered_with_ones_own_orders(text: str, answer: str) -> None:
    question = asked(text)
    assert (question.answer, question.declined) == (answer, True)
    assert answered(text, KNOWN.summary) == answer
    assert answered(text, "I'm sorry, I can't do that.") == "I'm sorry, I can't do that."


def test_only_the_orders_of_the_status_that_was_asked_for_are_told_and_all_of_them() -> None:
    lines = [f"- {KNOWN.records[key].line}" for key in ("B456", "C789")]
    assert answered("which ones are delivered?", f"- {KNOWN.records['A123'].line}") == "\n".join(lines)
    assert answered("which ones are delivered?", lines[0]) == "\n".join(lines)
    assert answered("which ones are delivered?", KNOWN.summary) == "\n".join([KNOWN.summary, *lines])
    assert answered("which ones are delayed?", f"- {KNOWN.records['A123'].line}") == KNOWN.summary


def test_a_count_is_not_answered_with_an_order() -> None:
    assert answered("how many are delivered?", f"Your {MUG.items[0].item} (B456) was delivered.") == KNOWN.summary


def test_the_newest_is_not_answered_with_the_dearest() -> None:
    assert answered("which is my newest order?", KNOWN.dearest_line) == KNOWN.newest_line
    assert answered("which is my newest order?", KNOWN.newest_line) == KNOWN.newest_line
    assert answered("which was the most expensive?", "Let me see.") == f"Let me see. {KNOWN.dearest_line}"


def test_who_brings_an_order_is_told_once_it_was_looked_up() -> None:
    about = told(THREE, PARCEL)
    record = about.records["A123"]
    begun = f"Your {contents.order_line(CHIP).removeprefix('A123: ')}"
    assert answered("who brings A123?", begun, about) == f"{begun} {record.parcel}"
    said = f"Your {record.line.partition(' Ordered')[0]} {record.parcel}"
    assert answered("who brings A123?", said, about) == said
    assert answered("what did A123 cost?", begun, about) == begun


def test_a_mend_goes_on_with_whole_words_only() -> None:
    about = told(THREE, PARCEL)
    until, ordered, on_day = about.records["A123"].line.partition("Ordered on ")
    begun = f"Your {until}{ordered}"
    assert answered("when did I order A123?", f"{begun}2020-01-01.", about) == f"{begun}{on_day}"
    carrier = f"Your {until.strip()} The carrier is "
    assert answered("who brings A123?", f"{carrier}Nobody.", about).startswith(f"{carrier}NorthPost")
    # "Ordered on" does not go on where "delivered on" does.
    assert _continued("It was ordered on ", "Mug (B456) was delivered on 2026-11-09.").startswith("Mug (B456)")


def test_a_denial_after_a_question_that_goes_back_is_answered_from_the_data() -> None:
    line = f"Your {KNOWN.records['B456'].line}"
    assert answered("with which firm does it come?", "I can't find a firm among your orders.", last=["B456"]) == line
    denial = "I can't find a saddle among your orders."
    assert answered("is it with the saddle?", denial, last=["B456"]) == f"{denial} {WAY_ON}"


def test_a_new_address_is_asked_for_only_where_something_may_go_elsewhere() -> None:
    assert answered("is B456 not stuck?", NEW_ADDRESS) == f"Your {KNOWN.records['B456'].line}"
    assert answered("please reroute B456", NEW_ADDRESS) == NEW_ADDRESS
    first = understand(["one of my orders should go to another place", "B456"], KNOWN)
    assert Guard(KNOWN, first).feed(f"{NEW_ADDRESS}\n") == f"{NEW_ADDRESS}\n"


def test_what_a_product_is_is_told_whole() -> None:
    about = told(ProductDetails(product_id="P900", product=GNOME))
    begun = "Garden Gnome (P900) costs $9.00 and is in stock."
    assert answered("what is p900 like?", begun, about) == f"{begun} He guards roses."
    assert answered("what does p900 cost?", begun, about) == begun


TWICE = told(
    OrderHistory(
        orders=(order("Q5862", Status.PROCESSING, "Python for Gardeners"), MUG,
                order("J9327", Status.DELIVERED, "Python for Gardeners"), order("J1", Status.DELIVERED, "Travel Mug")),
        count=4, count_by_status={Status.PROCESSING: 1, Status.DELIVERED: 3},
    )
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "the Python for Gardeners - update?", "Python for Gardeners: news?", "any news on the Python for Gardeners",
        "Python for Gardeners??", "where is my python for gardeners", "Python for Gardeners, please",
        "Is the Python for Gardeners with UPS or someone else?", "update — Python for Gardeners!",
    ],
)  # fmt: skip
def test_of_one_item_in_two_orders_the_newest_is_told(text: str) -> None:
    assert asked(text, TWICE).orders == ("Q5862",)
    said = f"Your {TWICE.records['Q5862'].line}"
    assert TWICE.records["J9327"].line not in answered(text, said, TWICE)
    assert TWICE.records["J9327"].line not in answered(text, f"Your {TWICE.records['J9327'].line}", TWICE)


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("both Python for Gardeners, any news?", {"Q5862", "J9327"}),
        ("where are my Python for Gardeners books?", {"Q5862", "J9327"}),
        ("all the pythons for gardeners", set()),
        ("the Python for Gardeners of J9327 - update?", {"J9327"}),
        ("where is the mug?", {"B456", "J1"}),
    ],
)
def test_several_are_told_where_the_question_is_plural_or_fits_several_things(text: str, orders: set[str]) -> None:
    assert set(asked(text, TWICE).orders) == orders


def test_a_carrier_or_someone_else_asks_for_the_parcel_of_the_order() -> None:
    question = asked("is the processor with UPS or someone else?", told(THREE, ADA, PARCEL))
    assert (question.orders, question.parcel, question.declined) == (("A123",), True, False)
    assert question.needs
    assert asked("show me someone else's orders").answer == ONLY_YOURS
