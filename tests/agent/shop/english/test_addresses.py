import pytest

from agent.shop.english.addresses import address_in, is_address, tidy


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("I have moved to 12 Elm Street, York", "12 Elm Street, York"),
        ("please change my default address to 5 Oak Avenue, Leeds from now on, thanks", "5 Oak Avenue, Leeds"),
        ("my new address is now: Flat 2, 5 Oak Avenue, Leeds LS1 4AB.", "Flat 2, 5 Oak Avenue, Leeds LS1 4AB"),
        ("New address: 12 Elm Street, York please", "12 Elm Street, York"),
        ("12 Elm Street, York is my new address", "12 Elm Street, York"),
        ("we live at 7 Mill Road, Derby", "7 Mill Road, Derby"),
        ("update the address on file with\n9 Maple Lane,\nExeter", "9 Maple Lane,\nExeter"),
        ("moved house! 12 Elm Street York YO1", "12 Elm Street York YO1"),
        ("I have moved, what do I do?", ""),
        ("how do I change my address to another?", ""),
        ("I want to change my default address", ""),
        ("change it to the 2nd", ""),
    ],
)
def test_an_address_is_what_stands_behind_the_word_that_announces_it(text: str, address: str) -> None:
    assert address_in(text) == address


@pytest.mark.parametrize("text", ["12 Elm Street, York", "Haus Nr. 4, Bad Tölz", "5 Oak Avenue Leeds"])
def test_an_address_has_a_number_and_words(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize("text", ["", "no", "order 12", "is it 12 Elm Street, York?", "somewhere over the rainbow"])
def test_what_has_neither_is_none(text: str) -> None:
    assert not is_address(text)


def test_what_was_said_around_it_is_left_out() -> None:
    assert tidy("the following: 12 Elm Street, York, please, thanks!") == "12 Elm Street, York"
