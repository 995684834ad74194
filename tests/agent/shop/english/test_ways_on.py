import pytest

from agent.shop.english.ways_on import article_asked, article_guessed, yes_or_no


@pytest.mark.parametrize(
    "text", ["yes", "Yes please!", "sure", "ok thanks", "it did, thank you", "go ahead", "yes, that would be nice", "Y"]
)
def test_a_yes_is_one(text: str) -> None:
    assert yes_or_no(text) == "yes"


@pytest.mark.parametrize(
    "text",
    ["no", "No, it didn't.", "nope", "not really", "it did not help", "it doesn’t", "no thanks", "never mind"],
)
def test_a_no_is_one(text: str) -> None:
    assert yes_or_no(text) == "no"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "do you ship to norway",
        "do you have gift cards",
        "please cancel it",
        "no parcel came",
        "good prices?",
        "it is late",
    ],
)
def test_what_says_more_is_neither(text: str) -> None:
    assert yes_or_no(text) == ""


@pytest.mark.parametrize(
    ("text", "named", "article"),
    [
        ("what is your return policy", False, "returns"),
        ("my lamp arrived broken", True, "damaged"),
        ("what is the delivery time of my lamp", True, ""),
        ("Can you beat me at chess?", False, ""),
        ("any news?", False, ""),
        ("", False, ""),
    ],
)
def test_an_article_is_asked_for_where_nothing_else_is_likelier(text: str, named: bool, article: str) -> None:
    assert article_asked(text, named=named) == article


def test_an_article_is_looked_up_before_it_may_be_quoted() -> None:
    begun = "What is your return"
    assert article_asked(begun, named=False) == ""
    assert article_guessed(begun, named=False) == "returns"
    assert article_guessed(begun, named=True) == ""
    assert article_guessed("What is", named=False) == ""
