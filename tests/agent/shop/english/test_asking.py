import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.shop.english import asking
from agent.shop.records import Status


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("the trcaking of it", "the tracking of it"),
        ("And the parecl number", "And the parcel number"),
        ("please canecl it", "please cancel it"),
        ("my adress", "my address"),
        ("soemwhere else", "somewhere else"),
        ("my barrier and the courtyard", "my barrier and the courtyard"),
        ("Cancellations and carriers", "Cancellations and carriers"),
    ],
)
def test_a_slip_of_the_finger_is_put_right_in_the_words_that_tell_what_is_asked(text: str, meant: str) -> None:
    assert asking.spelled(text) == meant


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("who brings my mug?", True),
        ("in which city was it last?", True),
        ("has anybody scanned it", True),
        ("whcih courier, and its trakcing number", True),
        ("where is my mug", False),
        ("how much was the parcel", False),
        ("which ones are delivered by now?", False),
    ],
)
def test_only_the_parcels_record_says_who_brings_it_and_where_it_was(text: str, needs: bool) -> None:
    assert asking.needs_parcel(text) is needs


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("which ones are delivered?", Status.DELIVERED),
        ("list the cancelled orders", Status.CANCELLED),
        ("is anything out for delivery", Status.OUT_FOR_DELIVERY),
        ("what has been returned", Status.RETURNED),
        ("anything of mine that has arrived by now?", Status.DELIVERED),
        ("show me what got called off", Status.CANCELLED),
        ("which are not cancelled", None),
        ("there is something I want cancelled", None),
        ("an order has to be cancelled", None),
        ("what happens when something is returned?", None),
        ("has it been delivered?", None),
    ],
)
def test_the_orders_of_a_status_are_asked_for(text: str, status: Status | None) -> None:
    assert asking.statuses_asked(text) == ((status,) if status else ())


def test_what_is_on_its_way_or_to_come_has_one_of_several_statuses() -> None:
    assert asking.statuses_asked("what is still on its way?") == asking.LEFT
    assert asking.statuses_asked("which ones haven't arrived yet") == (Status.PROCESSING, *asking.LEFT)
    assert asking.statuses_asked("anything late?") == (Status.DELAYED,)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("how many orders do I have", True),
        ("count those that are delayed", True),
        ("how many are shipped", True),
        ("how many days does it take", False),
        ("how many years have I been here", False),
    ],
)
def test_orders_are_counted_only_where_orders_are_meant(text: str, counts: bool) -> None:
    assert asking.asks_to_count(text) is counts


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("my latest order?", "newest"),
        ("which was the priciest", "dearest"),
        ("where is it", ""),
        ("newest or dearest", ""),
    ],
)
def test_the_newest_and_the_dearest_order(text: str, which: str) -> None:
    assert asking.extreme_asked(text) == which


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("and the second one?", 1),
        ("the 3rd one please", 2),
        ("the last one", -1),
        ("and the other one?", "other"),
        ("now the remaining order", "other"),
        ("the one before that", "before"),
        ("the previous order", "before"),
        ("just a second", None),
        ("the second time that it is late", None),
        ("the first item of it", None),
        ("where is my mug", None),
    ],
)
def test_an_order_is_pointed_at_by_its_place(text: str, place: object) -> None:
    assert asking.place_asked(text) == place


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("when was it ordered?", True),
        ("has that one been sent", True),
        ("who's carrying that", True),
        ("What have I got that is out for delivery", False),
        ("On what day was it that I bought the vase", False),
        ("my vase", False),
    ],
)
def test_a_question_goes_on_about_the_last_answer(text: str, back: bool) -> None:
    assert asking.goes_back(text) is back


@given(st.text(max_size=120))
def test_no_text_makes_it_fail(text: str) -> None:
    asking.place_asked(text)
    asking.statuses_asked(text)
    asking.asks_for_parcel(text)
