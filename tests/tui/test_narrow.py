"""What a narrow terminal leaves out, it leaves out whole."""

import re
from typing import Any

import pytest
from textual.content import Content

from tui.widgets.fitting import Fitting, fitting


def line(chat: Any, widget: str) -> str:
    return "".join(segment.text for segment in chat.screen.query_one(widget).render_line(0)).strip()


@pytest.mark.parametrize(
    ("columns", "who"),
    [
        (60, "Headstart · Ada Moreno"),
        (80, "Headstart · Ada Moreno (user123)"),
        (100, "Headstart · Ada Moreno (user123)"),
    ],
)
async def test_the_header_names_who_is_signed_in_in_whole_words(make_chat: Any, columns: int, who: str) -> None:
    chat = make_chat()
    async with chat.app.run_test(size=(columns, 24)) as pilot:
        await chat.sign_in(pilot)
        assert line(chat, "#who") == who
        assert line(chat, "#model") == "SmolLM2 135M · cpu · bf16"


@pytest.mark.parametrize("columns", [50, 60, 70, 80, 99])
async def test_the_strip_shows_the_strategy_and_cuts_no_part(make_chat: Any, columns: int) -> None:
    chat = make_chat("Your mug was delivered.")
    async with chat.app.run_test(size=(columns, 24)) as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.answered(pilot)
        parts = line(chat, "#strip").split(" · ")
        assert parts[0].endswith("to the first word")
        assert parts[1] == "strategy ahead"
        assert all(re.search(r"\d s$", part) for part in parts[2:])


def test_as_many_parts_as_fit_are_shown_and_the_first_always() -> None:
    parts = [Content("one"), Content("two"), Content("three")]
    shown = {width: fitting(parts, width).plain for width in (1, 8, 9, 16, 17, 0)}
    assert shown == {
        1: "one",
        8: "one",
        9: "one · two",
        16: "one · two",
        17: "one · two · three",
        0: "one · two · three",
    }


def test_the_longest_form_says_how_wide_it_may_be() -> None:
    widget = Fitting("a name (id)", "a name")
    assert widget.get_content_width(None, None) == len("a name (id)")  # type: ignore[arg-type]
