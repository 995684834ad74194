from pathlib import Path

import pytest

from agent.shop.help.articles import Article, read_articles
from headstart.errors import SettingsError

SHIPPED = Path(__file__).parents[4] / "data" / "help"
WHOLE = """\
# Gift cards

They come by e-mail
or by post.

They never expire.

## Also asked as

- Do you sell gift cards?
- gift vouchers
"""


def written(folder: Path, text: str, name: str = "gift-cards.md") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_an_article_is_a_title_paragraphs_and_other_words_for_it(tmp_path: Path) -> None:
    text = "They come by e-mail or by post.\n\nThey never expire."
    also = ("Do you sell gift cards?", "gift vouchers")
    assert read_articles(written(tmp_path, WHOLE)) == (Article("gift-cards", "Gift cards", text, also),)


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("Gift cards\n\nText.", "a.md", "to begin with `# Its title`, found 'Gift cards'"),
        ("# Gift cards\n", "a.md", "Expected a paragraph"),
        ("# Gift cards\n\n## Also asked as\n\n- x", "a.md", "Expected a paragraph"),
        ("# Gift cards\n\nText.\n\n## Also asked as\n\nx", "a.md", "found 'x'"),
        (WHOLE, "Gift Cards.md", "Rename it"),
    ],
)
def test_an_article_of_another_form_is_refused(text: str, name: str, found: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=found):
        read_articles(written(tmp_path, text, name))


def test_a_folder_without_articles_and_two_of_one_title_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="found none"):
        read_articles(tmp_path)
    written(tmp_path, WHOLE)
    with pytest.raises(SettingsError, match="twice"):
        read_articles(written(tmp_path, WHOLE, "other.md"))


def test_the_shipped_articles_are_short_and_answer_first() -> None:
    articles = read_articles(SHIPPED)
    assert 30 <= len(articles) <= 40
    for article in articles:
        first = article.text.partition("\n\n")[0]
        assert len(first.split()) <= 60, article.name
        assert len(article.text.split()) <= 160, article.name
        assert len(article.also) >= 10, article.name
