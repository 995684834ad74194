import pytest
from langchain_core.messages import HumanMessage

from headstart.llama.chat_model import ChatLlama
from headstart.llama.format.barred import BarredGuide
from headstart.llama.loading.weights import Loaded

QUESTION = [HumanMessage("Where is my coffee mug?")]
LETTERS = "abcdefgh 0123"


def text_of(tokens: list[int]) -> str:
    return "".join(LETTERS[token] for token in tokens)


def taken(barred: list[str], text: str) -> str:
    """As much of a text as the guide lets through."""
    guide, through = BarredGuide(barred, text_of), ""
    for letter in text:
        if not guide.accept(LETTERS.index(letter)):
            break
        through += letter
    return through


@pytest.mark.parametrize(
    ("barred", "text", "through"),
    [
        (["abc"], "abcd", "ab"),
        (["abc"], "abdabc", "abdabc"),
        (["abc", "abd"], "abd", "ab"),
        ([" abc "], " abc", " ab"),
        ([], "abc", "abc"),
        (["a"], "a", ""),
    ],
)
def test_only_a_continuation_that_begins_with_what_is_barred_is_refused(
    barred: list[str], text: str, through: str
) -> None:
    assert taken(barred, text) == through


def test_a_refused_token_changes_nothing() -> None:
    guide = BarredGuide(["ab"], text_of)
    assert guide.accept(0)
    assert not guide.accept(1)
    assert not guide.accept(1)
    assert guide.accept(2)
    assert guide.accept(1)


@pytest.fixture
def llama(loaded: Loaded) -> ChatLlama:
    return ChatLlama.from_loaded(loaded, max_new_tokens=24)


def test_an_answer_goes_on_from_where_it_is_taken_up(llama: ChatLlama) -> None:
    whole = llama.invoke(QUESTION).text
    begun = whole[: len(whole) // 2]
    llama.forget()
    # The tokens of a text that was cut anywhere may be others, so only the beginning is compared.
    again = llama.invoke(QUESTION, begun=begun).text
    assert again


def test_what_was_tried_is_not_said_again(llama: ChatLlama) -> None:
    said: list[str] = []
    for _ in range(4):
        said.append(llama.invoke(QUESTION, barred=tuple(said)).text)
    assert all(not later.lstrip().startswith(one.strip()) for at, one in enumerate(said) for later in said[at + 1 :])
    assert len(set(said)) == 4


def test_a_space_at_the_end_of_what_stands_is_not_shown_twice(llama: ChatLlama) -> None:
    plain = llama.invoke(QUESTION, begun="Your mug was").text
    spaced = llama.invoke(QUESTION, begun="Your mug was ").text
    assert spaced == plain.removeprefix(" ")
