import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from stubs.results import turn_result
from textual.widgets import Input

from agent.events import ToolUse, TurnResult
from headstart.timeline import Span
from tui.figures.timeline_svg import timeline_svg
from tui.figures.turn_rows import turn_rows
from tui.screens.line import LineScreen
from tui.screens.timeline import TimelineScreen, compared, lanes

SPANS = (
    Span("customer", "sign-in", 90.0, 90.0),
    Span("database", "get_order_history", 90.0, 93.0, "{}"),
    Span("database", "get_order", 93.0, 96.0, '{"order_id":"A123"}'),
    Span("model", "prefill", 98.0, 98.4, "typed"),
    Span("model", "entry_point", 100.02, 101.6),
)
HISTORY = ToolUse("get_order_history", {}, "hit", 0.0, used=True)


def result(question: str = "Where <is> my mug?") -> TurnResult:
    return turn_result(question=question, tool_calls=(HISTORY,), model="SmolLM2 & co", spans=SPANS)


def test_a_turn_is_taken_apart_as_seen_from_enter() -> None:
    rows = [(row.lane, row.words, round(row.start_s, 2), row.claim) for row in turn_rows(result())]
    assert rows == [
        ("customer", "signed in", -10.0, ""),
        ("database", "order history", -10.0, "hit"),
        ("database", "order A123", -7.0, "unused"),
        ("model", "reading ahead (as you type)", -2.0, ""),
        ("customer", "Enter", 0.0, ""),
        ("model", "answering", 0.02, ""),
        ("customer", "first word", 0.14, ""),
    ]


def test_a_call_that_ran_twice_was_claimed_at_its_last_run() -> None:
    again = Span("database", "get_order_history", 100.1, 101.0, "{}")
    stale = ToolUse("get_order_history", {}, "stale", 0.9, used=True)
    from dataclasses import replace

    twice = replace(result(), spans=(*SPANS, again), tool_calls=(stale,))
    claims = [row.claim for row in turn_rows(twice) if row.words == "order history"]
    assert claims == ["unused", "stale"]


def test_enter_is_marked_and_the_lanes_are_as_wide_as_they_may_be() -> None:
    drawn = lanes(result(), turn_rows(result()), 76, None).plain.splitlines()
    assert [line.split("▕")[0].strip() for line in drawn[:3]] == ["customer", "model", "database"]
    assert "Enter" in drawn[3]
    assert {len(line) for line in drawn} == {76}


def test_what_it_would_have_taken_stands_beside_it() -> None:
    assert "this turn" in compared(result(), 80).plain
    assert "without head starts" in compared(result(), 80).plain
    assert "≈ 6.90 s" in compared(result(), 80).plain


def test_the_picture_is_well_formed_whatever_was_asked() -> None:
    picture = ElementTree.fromstring(timeline_svg(result("<&>\"' [/] " * 30)))
    words = "".join(picture.itertext())
    assert "Enter" in words
    assert "order history" in words
    assert "hit" in words


async def test_f4_shows_the_newest_turn_and_left_the_one_before(make_chat: Any) -> None:
    chat = make_chat("One.", "Two.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await pilot.press("f4")
        await chat.still(pilot)
        assert not isinstance(chat.app.screen, TimelineScreen)
        for turn, question in enumerate(("First [one?", "Second?")):
            await chat.ask(pilot, question)
            await chat.until(
                pilot, lambda turn=turn: chat.app.turns.begun == turn + 1 and chat.app.turns.running is None
            )
        await pilot.press("f4")
        await chat.still(pilot)
        screen = chat.app.screen
        assert isinstance(screen, TimelineScreen)
        assert "Second?" in str(screen.query_one("#question").content)
        rows = [" ".join(map(str, screen.table.get_row_at(row))) for row in range(screen.table.row_count)]
        assert any("first word" in row for row in rows)
        await pilot.press("left")
        assert "First [one?" in str(screen.query_one("#question").content)
        await pilot.press("left", "right", "right", "up", "escape")
        await chat.still(pilot)
        assert chat.screen.prompt.has_focus


@pytest.mark.parametrize(("key", "suffix"), [("s", ".svg"), ("j", ".json")])
async def test_a_turn_is_exported(make_chat: Any, tmp_path: Path, key: str, suffix: str) -> None:
    chat = make_chat("One.")
    path = tmp_path / f"turn{suffix}"
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.answered(pilot)
        await pilot.press("f4", key)
        await chat.until(pilot, lambda: isinstance(chat.app.screen, LineScreen))
        chat.app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await chat.until(pilot, lambda: path.exists() and path.read_text())
    if suffix == ".svg":
        ElementTree.fromstring(path.read_text())
    else:
        assert json.loads(path.read_text())["spans"][0]["what"] == "signed in"
