import re
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from agent.shop.demo_data import bundled
from training.conversations import names, typing_habits, world
from training.exam import goods, order_questions, people, service_questions, shop
from training.exam.asking import called, fits, lines
from training.exam.conversations import Exam, exam
from training.exam.expectation import LEAST
from training.exam.truth import read_customer
from training.phrasings import tables as phrasings

TRAINED = tuple(phrasings.tables(path.stem) for path in sorted(phrasings.FOLDER.glob("*.toml")))
assert TRAINED
ASKED = (order_questions, service_questions)


def plain(phrasing: str) -> str:
    """In lower case, without punctuation, slots, and what typing puts around a question in training."""
    text = phrasing.casefold()
    for opener in sorted(typing_habits.OPENERS, key=len, reverse=True):
        text = text.removeprefix(opener.casefold())
    for closer in sorted(typing_habits.CLOSERS, key=len, reverse=True):
        text = text.removesuffix(closer.casefold())
    text = re.sub(r"\{\w\}", " slot ", text)
    return " ".join(re.sub(r"[^\w ]", "", text).split())


def texts(modules: tuple[object, ...]) -> list[str]:
    held = [value for module in modules for name, value in vars(module).items() if name.isupper()]
    written = [table for value in held for table in (value.values() if isinstance(value, dict) else [value])]
    return [text.rpartition("|")[2] for table in written if isinstance(table, str) for text in lines(table)]


def trained_names() -> set[str]:
    words = [names.NOUNS, names.DEVICES]
    return {name.casefold() for table in words for name in names.words(table)}


def test_no_phrasing_of_the_exam_is_one_of_training() -> None:
    trained = {plain(line) for line in texts(TRAINED)}
    leaked = {line for line in texts(ASKED) if plain(line) in trained} - {order_questions.THE_QUESTION}
    assert len(trained) > 2_000
    assert not leaked


def test_there_are_hundreds_of_phrasings_and_none_stands_there_twice() -> None:
    written = [plain(line) for line in texts(ASKED)]
    assert len(written) > 400
    assert [line for line, times in Counter(written).items() if times > 1] == []


def test_no_item_ends_as_an_item_of_training_does() -> None:
    trained = trained_names()
    for product in goods.products():
        words = re.sub(r"[^\w\s-]", "", product.name.casefold()).split()
        assert not {" ".join(words[-length:]) for length in (1, 2, 3)} & trained, product.name
        assert product.called not in trained


def test_no_brand_of_training_and_nothing_that_the_demo_sells_stands_in_an_item() -> None:
    brands = {
        (first + second).casefold()
        for first in names.words(names.FIRST_HALVES)
        for second in names.words(names.SECOND_HALVES)
    }
    demo = {name.casefold() for name in names.demo_names()}
    assert demo
    for product in goods.products():
        assert not set(re.findall(r"\w+", product.name.casefold())) & brands, product.name
        assert product.name.casefold() not in demo


def test_no_person_street_town_or_carrier_is_one_of_training_or_the_demo() -> None:
    trained = names.words(names.PEOPLE_FIRST) + names.words(names.PEOPLE_LAST) + names.words(names.STREETS)
    trained += [*names.words(names.CITIES), *world.CARRIERS]
    own = [*map(people.table, (people.FIRST, people.LAST, people.STREETS, people.TOWNS)), list(shop.CARRIERS)]
    assert not {word.casefold() for words in own for word in words} & {word.casefold() for word in trained}
    with sqlite3.connect(bundled()) as connection:
        known = {name for (name,) in connection.execute("SELECT name FROM customers")}
    assert not {customer.name for customer in exam().customers} & known


def test_customers_call_a_product_by_words_of_its_name() -> None:
    assert len(goods.products()) >= 150
    for name, words in called().items():
        assert fits(words, name), name


def test_there_are_questions_enough_in_every_category(whole: Exam) -> None:
    counts = Counter(question.category for question in whole.questions)
    assert len(whole.questions) >= 800
    assert len(counts) >= 13
    assert set(counts) == set(LEAST)
    assert min(counts.values()) >= 60


def test_conversations_have_one_to_six_questions_and_a_customer_of_their_own(whole: Exam) -> None:
    assert 250 <= len(whole.conversations) <= 350
    assert {len(one.questions) for one in whole.conversations} == {1, 2, 3, 4, 5, 6}
    assert len({one.customer_id for one in whole.conversations}) == len(whole.conversations)
    assert {one.size for one in whole.conversations} == {0, 1, 2, 3, 5, 8, 12, 40, 1000}


def test_the_notebooks_question_is_asked_for_every_size_of_the_demos_accounts(whole: Exam) -> None:
    sizes = {c.size for c in whole.conversations if c.questions[0].text == order_questions.THE_QUESTION}
    assert {0, 1, 2, 8, 40, 1000} <= sizes


def test_the_same_seed_gives_the_same_exam(whole: Exam) -> None:
    exam.cache_clear()
    assert exam().digest() == whole.digest()
    assert exam().conversations == whole.conversations


def test_the_database_holds_what_was_drawn(whole: Exam, connection: sqlite3.Connection) -> None:
    for customer in whole.customers:
        assert read_customer(connection, customer.customer_id) == customer


def test_two_builds_have_the_same_dump(whole: Exam, tmp_path: Path) -> None:
    dumps = []
    for name in ("one", "two"):
        shop.write(whole.customers[:60], tmp_path / name)
        with sqlite3.connect(tmp_path / name) as built:
            dumps.append("\n".join(built.iterdump()))
    assert dumps[0] == dumps[1]


def test_every_status_and_every_style_of_number_occurs(whole: Exam) -> None:
    orders = [order for customer in whole.customers for order in customer.orders]
    assert len({order.status for order in orders}) == 7
    shapes = {re.sub(r"\d", "0", re.sub(r"[A-Z]", "A", order.order_id)) for order in orders}
    assert shapes == {"A000", "A0000", "A00000", "AA0000", "A0000000"}


@pytest.mark.parametrize("form", [r"\b[A-Za-z]{1,2}[ -]\d{3}", r"\b[a-z]{1,2}\d{3}"])
def test_a_share_of_the_numbers_is_typed_loosely(whole: Exam, form: str) -> None:
    assert sum(bool(re.search(form, question.text)) for question in whole.questions) > 20
