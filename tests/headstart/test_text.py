import pytest
from hypothesis import given
from hypothesis import strategies as st

from headstart.text import printable, printable_data


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("plain\n\ttext é 😀", "plain\n\ttext é 😀"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]52;c;c2VjcmV0\x1b\\after", "after"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("abc\x00\x07\x9b\x7f", "abc"),
        ("safe\u202egnp.exe", "safegnp.exe"),
    ],
)
def test_only_what_shows_is_left(raw: str, clean: str) -> None:
    assert printable(raw) == clean


@given(st.text())
def test_nothing_that_a_terminal_obeys_survives(text: str) -> None:
    assert not any((ch < " " and ch not in "\n\t") or ch == "\x7f" for ch in printable(text))


def test_data_is_cleaned_at_every_depth() -> None:
    assert printable_data({"a": ["\x1b[1mx", {"b": "y\x00"}], "n": 3}) == {"a": ["x", {"b": "y"}], "n": 3}


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("mug \udcff?", "mug �?"),
        ("\udcc3\udcbc", "ü"),
        ("\ud83d\ude00", "😀"),
        ("cut \ud83d", "cut �"),
        ("\ud83d and \udcff", "� and �"),
    ],
)
def test_halves_of_characters_become_whole_ones(raw: str, clean: str) -> None:
    assert printable(raw) == clean


@given(st.text(st.characters(codec=None, categories=None) | st.characters(categories=["Cs"])))
def test_what_is_left_can_always_be_encoded(text: str) -> None:
    assert printable(text).encode("utf-8") is not None
    assert printable_data({text: (text,)})
