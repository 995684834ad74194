"""Help articles as their authors write them: one Markdown file each.

    # Returning an item

    You can return an item within 30 days of its delivery. …

    ## Also asked as

    - How do I send something back?

The first paragraph is what an answer quotes. The lines at the end are other words for the same question: they are
searched and never shown.
"""

import asyncio
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import aiosqlite

from agent.shop.demo_data import bundled
from headstart.errors import SettingsError

ALSO = "## Also asked as"

_TITLE = re.compile(r"# (?P<title>\S.*)")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Article:
    """One article."""

    name: str
    """Its file's name without `.md`: `gift-cards`."""
    title: str
    text: str
    """Paragraphs, a blank line between them; the first one answers."""
    also: tuple[str, ...] = ()
    """Other words in which it is asked for."""


def read_articles(folder: Path) -> tuple[Article, ...]:
    """The articles of a folder, by name. Raises SettingsError for one that is not as expected, or without any."""
    paths = sorted(folder.glob("*.md"))
    if not paths:
        raise SettingsError(f"Expected help articles as Markdown files in {folder}, found none.")
    articles = tuple(map(_article, paths))
    titles = [article.title.casefold() for article in articles]
    if twice := next((title for title in titles if titles.count(title) > 1), None):
        raise SettingsError(f"Expected each title in {folder} once, found {twice!r} twice. Rename one.")
    return articles


def _article(path: Path) -> Article:
    if not _NAME.fullmatch(path.stem):
        raise SettingsError(f"Expected an article's file named like gift-cards.md, found {path.name}. Rename it.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise SettingsError(f"The article {path} cannot be read: {error}.") from error
    head, _, rest = text.strip().partition("\n")
    title = _TITLE.fullmatch(head.strip())
    if title is None:
        raise SettingsError(f"Expected {path} to begin with `# Its title`, found {head[:60]!r}.")
    body, _, also = rest.partition(ALSO)
    if not body.strip():
        raise SettingsError(f"Expected a paragraph under the title of {path}, found none.")
    lines = [line.strip() for line in also.strip().splitlines() if line.strip()]
    if wrong := next((line for line in lines if not line.startswith("- ")), None):
        raise SettingsError(f"Expected a line with `- ` for each question under `{ALSO}` of {path}, found {wrong!r}.")
    return Article(path.stem, title["title"].strip(), _paragraphs(body), tuple(line[2:].strip() for line in lines))


def _paragraphs(body: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", body.strip()))


async def shelf(articles: Iterable[Article]) -> aiosqlite.Connection:
    """A database in memory that holds these articles and nothing else; its caller closes it.

    Its tables are made as the demo's are.
    """
    connection = await aiosqlite.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    for statement in await asyncio.to_thread(_tables):
        await connection.execute_fetchall(statement)
    for statement, row in _filling(articles):
        await connection.execute_fetchall(statement, row)
    return connection


def _tables() -> list[str]:
    with closing(sqlite3.connect(f"{bundled().absolute().as_uri()}?mode=ro", uri=True)) as demo:
        rows = demo.execute("SELECT sql FROM sqlite_schema WHERE name IN ('help_articles', 'help_words')").fetchall()
        return [row[0] for row in rows]


def write_articles(connection: sqlite3.Connection, articles: Iterable[Article]) -> None:
    """Put these articles in the place of those that a database has; its caller commits."""
    connection.execute("DELETE FROM help_articles")
    connection.execute("DELETE FROM help_words")
    for statement, row in _filling(articles):
        connection.execute(statement, row)


def _filling(articles: Iterable[Article]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in articles:
        row = (one.name, one.title, one.text, "\n".join(one.also))
        yield "INSERT INTO help_articles (name, title, text, also) VALUES (?, ?, ?, ?)", row
        yield "INSERT INTO help_words (name, title, text, also) VALUES (?, ?, ?, ?)", row
