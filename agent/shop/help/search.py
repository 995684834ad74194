"""Finding the help article that a question is after.

Three ways of looking are added up, since each finds what the others miss: the kinds that were learned know other words
for the same thing, BM25 over the articles knows rare words that stand in one article only, and the likeness to the
other questions of an article forgives what was mistyped. For articles of one's own, which no kind knows, the last two
are enough.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

import aiosqlite
from rapidfuzz import fuzz, process, utils

from agent.shop.help.articles import Article
from agent.shop.records import HelpArticle, HelpFound

FOUND = 3
"""How many articles one result names."""
BY_WORDS, BY_LIKENESS = 0.1, 0.1
"""What rare words and likeness count beside the kinds, where each is sure."""
LEAST = 0.05
"""An article that reaches less is not even named."""

_WORD = re.compile(r"[^\W_]+")
_LITTLE = frozenset(
    _WORD.findall(
        "a about am an and any are at be been but by can could d did do does for from get had has have hello hey hi how"
        " i if in is it its just know like ll m me my need of on or our please re s so t tell that the their them there"
        " they this to up us ve want was we what when where which who why will with would you your"
    )
)


async def search_help(connection: aiosqlite.Connection, text: str, likelihoods: Mapping[str, float]) -> HelpFound:
    """The articles that fit a question best, the best first; `likelihoods` are those of kinds, by article's name."""
    articles = await _articles(connection)
    named = [one for one in articles if _plain(text) in (_plain(one.title), _plain(one.name))]
    by_words = await _by_words(connection, text)
    likeness = {one.name: _likeness(text, (one.title, *one.also)) for one in articles}

    def score(one: Article) -> float:
        if one in named:
            return 2.0
        learned = likelihoods.get(one.name, 0.0)
        return learned + BY_WORDS * by_words.get(one.name, 0.0) + BY_LIKENESS * likeness[one.name]

    def fit(one: Article) -> float:
        return 1.0 if one in named else max(likelihoods.get(one.name, 0.0), likeness[one.name])

    ranked = sorted(articles, key=lambda one: (-score(one), one.name))
    chosen = [one for one in ranked if score(one) >= LEAST][:FOUND]
    return HelpFound(
        text=text,
        articles=tuple(HelpArticle(name=a.name, title=a.title, text=a.text, fit=round(fit(a), 3)) for a in chosen),
    )


async def _articles(connection: aiosqlite.Connection) -> Sequence[Article]:
    rows = await connection.execute_fetchall("SELECT name, title, text, also FROM help_articles ORDER BY name")
    return [Article(row["name"], row["title"], row["text"], tuple(row["also"].splitlines())) for row in rows]


async def _by_words(connection: aiosqlite.Connection, text: str) -> dict[str, float]:
    """BM25 of each article as a share of the best."""
    words = [word for word in dict.fromkeys(_WORD.findall(text.casefold())) if word not in _LITTLE]
    if not words:
        return {}
    asked = " OR ".join(f'"{word}"' for word in words)
    rows = list(
        await connection.execute_fetchall(
            "SELECT name, -bm25(help_words, 0.0, 6.0, 1.0, 3.0) AS score FROM help_words WHERE help_words MATCH ?",
            (asked,),
        )
    )
    best = max((row["score"] for row in rows), default=0.0)
    return {row["name"]: row["score"] / best for row in rows} if best > 0 else {}


def _likeness(text: str, questions: Iterable[str]) -> float:
    """How like a text is to the most like of these questions, 0 to 1."""
    found = process.extractOne(text, list(questions), scorer=fuzz.token_sort_ratio, processor=utils.default_process)
    return max(0.0, found[1] / 100 - 0.5) * 2 if found else 0.0


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
