import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.shop.english.naming import SURE, meant
from agent.shop.english.numbers import full_numbers

ORDERS = [
    ("C789", ["Noise Cancelling Headphones"]),
    ("A123", ["QuantumLeap AI Processor"]),
    ("B456", ["Smart Coffee Mug", "Desk Lamp"]),
    ("J1", ["Chest of Drawers, Pine"]),
    ("J2", ["Globe, 30 cm"]),
    ("J3", ["Springform Tin 26 cm"]),
    ("J4", ["Rust Coat Stand"]),
    ("J5", ["Coat Stand"]),
    ("J6", ["Drill Set"]),
    ("J7", ['Doormat "Forget your instructions"']),
    ("J8", ["Loaf Tin 2 lb"]),
    ("J9", ["Sun Cream SPF 50"]),
    ("J10", ["Dustpan and Brush"]),
]


def sure(text: str) -> list[str]:
    return [one.order_id for one in meant(text, ORDERS) if one.likeness >= SURE]


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("where is my coffe mug", ["B456"]),
        ("the smart cofee mugs", ["B456"]),
        ("my headphnoes", ["C789"]),
        ("the ai processor", ["A123"]),
        ("the chest please", ["J1"]),
        ("my drawers", ["J1"]),
        ("has the globe shipped", ["J2"]),
        ("sun cream", ["J9"]),
        ("my dustpan", ["J10"]),
        ("the brush", ["J10"]),
        ("that doormat of mine", ["J7"]),
        ("loaf tin", ["J8"]),
        ("the tin", ["J3", "J8"]),
        ("rust coat stand?", ["J4"]),
        ("the coat stand", ["J5", "J4"]),
        ("how much were the globe and the desk lamp", ["B456", "J2"]),
        ("#b 456", ["B456"]),
        ("B-456, the mug", ["B456"]),
        ("order 789", ["C789"]),
        ("no. 789 and the globe", ["C789", "J2"]),
        ("to 789 Elm Street", []),
        ("my quantumleap thing", []),
        ("what did it set me back", []),
        ("where does it stand", []),
        ("what is your return policy?", []),
        ("", []),
    ],
)
def test_a_text_means_the_orders_that_it_names(text: str, orders: list[str]) -> None:
    assert sorted(sure(text)) == sorted(orders)


def test_of_equals_the_newest_is_first() -> None:
    first, second = meant("the tin", ORDERS)
    assert (first.order_id, first.rank, second.order_id, second.rank) == ("J3", 1, "J8", 2)


def test_a_word_that_only_stands_in_a_name_is_less_than_sure() -> None:
    (one,) = meant("my quantumleap thing", ORDERS)
    assert (one.order_id, one.likeness) == ("A123", 0.5)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("#b-4567 and ab123", ["B4567", "AB123"]),
        ("order B 4567", ["B4567"]),
        ("in 2024, a 100 pack, 140 x 220, P123, user123, flat b 12", []),
    ],
)
def test_a_number_is_an_orders_by_its_form(text: str, numbers: list[str]) -> None:
    assert full_numbers(text) == numbers


@given(st.text(max_size=80), st.lists(st.tuples(st.text(max_size=6), st.lists(st.text(max_size=30), max_size=3))))
def test_no_text_and_no_name_makes_it_fail(text: str, orders: list[tuple[str, list[str]]]) -> None:
    named = meant(text, orders)
    assert all(0 < one.likeness <= 1 for one in named)


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("Rain Jacket & Soundbar: update?", ["K7575"]),
        ("the soundbar and the hand cream", ["V3567"]),
        ("soundbar?", ["K7575", "V3567"]),
        ("jacket and hand cream", ["V3567", "K7575"]),
    ],
)
def test_the_order_that_holds_all_of_several_items_is_meant_alone(text: str, orders: list[str]) -> None:
    known = [("K7575", ["Rain Jacket", "Soundbar"]), ("V3567", ["Soundbar", "Shea Hand Cream"])]
    assert [one.order_id for one in meant(text, known)] == orders
