"""What the screens beside the chat look like. Look at each that changes in any SVG viewer."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from stubs.fake_engine import FakeConversations, Script
from stubs.shop_rows import HISTORY, MANY, PRODUCT, SHIPMENT, use
from textual.pilot import Pilot
from textual.widgets import Input

from agent.events import ToolUse
from agent.session.conversations import Kept
from agent.shop.english.correction import Correction
from headstart.timeline import Span
from tui.screens.ahead import AheadScreen
from tui.screens.line import LineScreen
from tui.screens.settings import SettingsScreen

KEPT = FakeConversations(
    Kept(
        "user123:now",
        "Hi, can you tell me the status of my recent orders?",
        datetime(2026, 11, 22, 19, 3, tzinfo=UTC),
        3,
    ),
    Kept("user123:mug", "Where is my coffee mug?", datetime(2026, 11, 20, 8, 14, tzinfo=UTC), 12),
    Kept(
        "user123:long",
        "I would like to know whether the parcel with the QuantumLeap AI Processor can still be sent elsewhere",
        datetime(2026, 10, 3, 22, 40, tzinfo=UTC),
        148,
    ),
)


async def history(chat: Any, pilot: Pilot[None]) -> None:
    await chat.sign_in(pilot)
    await pilot.press("f3")
    await chat.until(pilot, lambda: getattr(chat.app.screen, "_listed", None))
    await chat.still(pilot)


def test_history(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat(kept=KEPT)
    assert snap_compare(chat.app, terminal_size=(80, 24), run_before=lambda pilot: history(chat, pilot))


def test_history_narrow_and_light(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat(kept=KEPT)
    chat.app.theme = "textual-light"
    assert snap_compare(chat.app, terminal_size=(60, 20), run_before=lambda pilot: history(chat, pilot))


def test_empty_history(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat()

    async def empty(pilot: Pilot[None]) -> None:
        await chat.sign_in(pilot)
        await pilot.press("f3")
        await chat.until(pilot, lambda: "No saved" in str(chat.app.screen.query_one("#state").content))
        await chat.still(pilot)

    assert snap_compare(chat.app, terminal_size=(80, 24), run_before=empty)


def test_a_line_is_asked_for(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat(kept=KEPT)

    async def rename(pilot: Pilot[None]) -> None:
        await history(chat, pilot)
        await pilot.press("down", "r")
        await chat.until(pilot, lambda: isinstance(chat.app.screen, LineScreen))
        await chat.still(pilot)

    assert snap_compare(chat.app, terminal_size=(80, 24), run_before=rename)


def turns() -> tuple[Script, ...]:
    used = (
        ToolUse("get_order_history", {}, "hit", 0.0, used=True),
        ToolUse("get_order", {"order_id": "B456"}, "joined", 0.4, used=True),
    )
    spans = (
        Span("customer", "sign-in", 84.0, 84.0),
        Span("database", "get_order_history", 84.0, 87.0, "{}"),
        Span("model", "prefill", 84.1, 84.9),
        Span("model", "prefill", 87.1, 87.5),
        Span("database", "get_order", 97.5, 100.4, '{"order_id":"B456"}'),
        Span("database", "track_shipment", 98.0, 101.0, '{"order_id":"A123"}'),
        Span("model", "prefill", 98.6, 98.8, "typed"),
        Span("model", "entry_point", 100.02, 101.62),
    )
    return (Script("Here.", spans=spans, tool_calls=used),) * 2


async def timeline(chat: Any, pilot: Pilot[None]) -> None:
    await chat.sign_in(pilot)
    for turn in range(2):
        chat.engine.clock.now_s = 100.0
        await chat.ask(pilot, "Where is my coffee mug?")
        await chat.until(pilot, lambda turn=turn: chat.app._turns == turn + 1 and chat.app.turn is None)
    await pilot.press("f4")
    await chat.still(pilot)
    await pilot.press("up", "up", "up")
    await chat.still(pilot)


def test_timeline(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat(*turns())
    assert snap_compare(chat.app, terminal_size=(80, 24), run_before=lambda pilot: timeline(chat, pilot))


def test_timeline_light(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat(*turns())
    chat.app.theme = "textual-light"
    assert snap_compare(chat.app, terminal_size=(120, 36), run_before=lambda pilot: timeline(chat, pilot))


def test_timeline_narrow(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat(*turns())
    assert snap_compare(chat.app, terminal_size=(60, 20), run_before=lambda pilot: timeline(chat, pilot))


async def cards(chat: Any, pilot: Pilot[None]) -> None:
    await chat.sign_in(pilot)
    for turn, question in enumerate(("Where is the processor?", "How warm is the mug?", "What did I order?")):
        await chat.ask(pilot, question)
        await chat.until(pilot, lambda turn=turn: chat.app._turns == turn + 1 and chat.app.turn is None)
    await pilot.press("shift+tab")
    await chat.still(pilot)


def with_cards() -> tuple[Script, ...]:
    return (
        Script("Your QuantumLeap AI Processor (A123) left the depot in Leipzig.", tool_calls=(use(SHIPMENT),)),
        Script("The Smart Coffee Mug (B456) keeps it warm.", tool_calls=(use(HISTORY), use(PRODUCT))),
        Script("You have 40 orders.", tool_calls=(use(MANY),)),
    )


def test_cards(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat(*with_cards())
    assert snap_compare(chat.app, terminal_size=(120, 48), run_before=lambda pilot: cards(chat, pilot))


def test_cards_narrow_and_light(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat(*with_cards())
    chat.app.theme = "textual-light"
    assert snap_compare(chat.app, terminal_size=(60, 40), run_before=lambda pilot: cards(chat, pilot))


async def settings_open(chat: Any, pilot: Pilot[None]) -> None:
    await chat.sign_in(pilot)
    await pilot.press("f5")
    await chat.until(pilot, lambda: isinstance(chat.app.screen, SettingsScreen))
    await chat.still(pilot)


@pytest.mark.parametrize(("theme", "size"), [("textual-dark", (80, 24)), ("textual-light", (60, 20))])
def test_settings(snap_compare: Any, make_chat: Any, theme: str, size: tuple[int, int]) -> None:
    chat = make_chat()
    chat.app.theme = theme
    chat.app.preferences = chat.app.preferences.model_copy(update={"theme": theme, "notify": False})
    assert snap_compare(chat.app, terminal_size=size, run_before=lambda pilot: settings_open(chat, pilot))


def test_palette(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat()

    async def palette(pilot: Pilot[None]) -> None:
        await chat.sign_in(pilot)
        await pilot.press("ctrl+p")
        await chat.until(pilot, lambda: chat.app.screen is not chat.app._chat)
        await pilot.press(*"ti")
        await chat.until(pilot, lambda: chat.app.screen.query_one(Input).value == "ti")
        await chat.until(pilot, lambda: all(worker.is_finished for worker in chat.app.screen.workers))
        await chat.still(pilot)

    assert snap_compare(chat.app, terminal_size=(80, 24), run_before=palette)


def test_search(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat(*with_cards())

    async def search(pilot: Pilot[None]) -> None:
        await cards(chat, pilot)
        await pilot.press("ctrl+f", *"mug", "up")
        await chat.still(pilot)

    assert snap_compare(chat.app, terminal_size=(80, 24), run_before=search)


def test_ahead_narrow(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat()

    async def ahead(pilot: Pilot[None]) -> None:
        await chat.sign_in(pilot)
        chat.session.prefetched()
        await pilot.press("f6")
        await chat.until(pilot, lambda: isinstance(chat.app.screen, AheadScreen))
        await chat.still(pilot)

    assert snap_compare(chat.app, terminal_size=(80, 24), run_before=ahead)


def test_a_turn_that_was_put_right(snap_compare: Any, make_chat: Any) -> None:
    first, second = turns()
    why = (Correction.WRONG_ORDER, Correction.INCOMPLETE_LIST, Correction.WRONG_ORDER)
    chat = make_chat(first, replace(second, corrected=why))
    assert snap_compare(chat.app, terminal_size=(80, 24), run_before=lambda pilot: timeline(chat, pilot))


async def test_ctrl_c_says_what_stops_and_what_quits(make_chat: Any) -> None:
    chat = make_chat(Script("One."), gate=threading.Event())
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        chat.app.action_help_quit()
        await chat.ask(pilot)
        await chat.until(pilot, lambda: chat.session.running.is_set())
        await pilot.press("ctrl+c")
        said = [one.message for one in chat.app._notifications]
        assert said == ["Ctrl+Q quits.", "Esc stops the answer, Ctrl+Q quits."]


@pytest.mark.parametrize("columns", [50, 60, 78, 200])
@pytest.mark.parametrize("key", ["", "f3", "f4"], ids=["chat", "history", "timeline"])
async def test_help_and_menu_are_offered_at_every_width(make_chat: Any, columns: int, key: str) -> None:
    chat = make_chat(Script("Here."), kept=KEPT)
    async with chat.app.run_test(size=(columns, 24)) as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot, "Where?")
        await chat.answered(pilot)
        await pilot.press(*([key] if key else []))
        await chat.until(pilot, lambda: whole_keys(chat.app.screen))
        await chat.still(pilot)
        assert {"Help", "Menu"} <= set(whole_keys(chat.app.screen))
        await pilot.resize_terminal(200, 24)
        await chat.until(pilot, lambda: len(whole_keys(chat.app.screen)) == len(chat.app.screen.query("FooterKey")))


def whole_keys(screen: Any) -> list[str]:
    """What the footer's keys say that stand on the screen from their first to their last cell."""
    return [
        key.description for key in screen.query("FooterKey") if key.display and key.region.right <= screen.size.width
    ]


async def test_help_tells_everything_at_60_columns(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test(size=(60, 20)) as pilot:
        await chat.sign_in(pilot)
        await pilot.press("f1")
        await chat.still(pilot)
        listed = chat.app.screen.query_one("#keys")
        lines = str(listed.content).splitlines()
        assert any(line.endswith("delete") for line in lines)
        assert max(map(len, lines)) <= listed.size.width
