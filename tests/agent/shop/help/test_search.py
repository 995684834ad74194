import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent.shop.english import kinds
from agent.shop.help.articles import Article, read_articles, shelf, write_articles
from agent.shop.help.search import search_help
from agent.shop.orders import OrderStore
from agent.shop.records import HelpFound

SHIPPED = Path(__file__).parents[4] / "data" / "help"
SCHEMA = SHIPPED.parent / "schema.sql"
OWN = (
    Article("pets", "Bringing your pet", "Dogs are welcome.", ("May I bring my dog?",)),
    Article("parking", "Where to park", "Behind the house.", ("car park", "Is there a garage?")),
)


@pytest.fixture
async def with_help(orders_path: Path) -> OrderStore:
    filled(orders_path, read_articles(SHIPPED))
    return await OrderStore.open(orders_path)


def filled(path: Path, articles: tuple[Article, ...]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        write_articles(connection, articles)
        connection.commit()


async def found(store: OrderStore, text: str) -> list[str]:
    try:
        result = (await store.search_help("ada", text)).value
    finally:
        await store.close()
    return [article.name for article in result.articles]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("What is your return policy?", "returns"),
        ("how long does delivery take", "delivery-times"),
        ("i forgot my pasword", "password"),
        ("it arrived broken", "damaged"),
        ("how do I cancel my subscription to the newsletter", "newsletter"),
        ("RETURNS", "returns"),
        ("Returning an item", "returns"),
        ("gift-cards", "gift-cards"),
        ("can i talk to a real person", "person"),
    ],
)
async def test_a_question_finds_its_article(with_help: OrderStore, text: str, name: str) -> None:
    assert (await found(with_help, text))[0] == name


@pytest.mark.parametrize("text", ["", "?", '" OR 1', "*", "NEAR(a b)", "'; DROP TABLE help_articles; --", "\x00"])
async def test_no_text_breaks_the_search(with_help: OrderStore, text: str) -> None:
    assert isinstance(await found(with_help, text), list)


async def test_articles_of_ones_own_are_found_by_their_words(orders_path: Path) -> None:
    filled(orders_path, OWN)
    assert await found(await OrderStore.open(orders_path), "may i bring my two dogs") == ["pets"]


async def test_what_no_article_speaks_of_finds_none(orders_path: Path) -> None:
    filled(orders_path, OWN)
    assert await found(await OrderStore.open(orders_path), "quantum chromodynamics") == []


async def test_a_folder_of_ones_own_takes_the_place_of_the_databases(orders_path: Path) -> None:
    filled(orders_path, read_articles(SHIPPED))
    assert await found(await OrderStore.open(orders_path, articles=OWN), "may i bring my two dogs") == ["pets"]
    assert await found(await OrderStore.open(orders_path, articles=OWN), "i forgot my password") == []


async def test_the_tables_are_those_of_the_schema() -> None:
    connection = await shelf(OWN)
    rows = await connection.execute_fetchall(
        "SELECT sql FROM sqlite_schema WHERE name IN ('help_articles', 'help_words')"
    )
    await connection.close()
    assert len(rows) == 2
    assert all(row["sql"] in SCHEMA.read_text() for row in rows)


async def test_a_database_without_articles_finds_none(orders_path: Path) -> None:
    with closing(sqlite3.connect(orders_path)) as connection:
        connection.execute("DROP TABLE help_articles")
        connection.execute("DROP TABLE help_words")
    assert await found(await OrderStore.open(orders_path), "returns") == []


async def test_it_is_the_same_for_everybody_whatever_a_customer_changes(with_help: OrderStore) -> None:
    for customer in ("ada", "nobody"):
        versioned = await with_help.search_help(customer, "returns")
        assert isinstance(versioned.value, HelpFound)
        assert versioned.revision is None
    await with_help.close()


def test_the_kinds_know_every_shipped_article() -> None:
    assert set(kinds.articles("hello")) == {article.name for article in read_articles(SHIPPED)}


async def test_the_search_takes_the_likelihoods_it_is_given(with_help: OrderStore) -> None:
    async with with_help._pool.snapshot() as connection:
        result = await search_help(connection, "something quite else", {"stock": 0.9})
    await with_help.close()
    assert result.articles[0].name == "stock"
