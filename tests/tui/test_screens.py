"""What the screens beside the chat look like. Look at each that changes in any SVG viewer."""

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from stubs.fake_llama import asks
from stubs.kept import date, keep, turn
from textual.pilot import Pilot
from textual.widgets import Input

from agent.settings import Settings
from tui.screens.ahead import AheadScreen
from tui.screens.line import LineScreen
from tui.screens.settings import SettingsScreen

PARCEL = "Your QuantumLeap AI Processor (A123) has shipped and is expected by 2026-11-25."
ORDERS = "Your QuantumLeap AI Processor (A123) has shipped. Your Smart Coffee Mug (B456) was delivered on 2026-11-09."
MUG = "user123:11111111-1111-1111-1111-111111111111"
LONG = "user123:22222222-2222-2222-2222-222222222222"
EARLIER, YESTERDAY = datetime(2026, 10, 3, 22, 40, tzinfo=UTC), datetime(2026, 11, 21, 8, 14, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def kept(settings: Settings) -> Path:
    """Two conversations of earlier days; gives the state folder."""
    parcel = "I would like to know whether the parcel with the QuantumLeap AI Processor can still be sent elsewhere"
    keep(settings.state_folder, LONG, EARLIER, *(turn(parcel, "It has shipped.") for _ in range(148)))
    keep(settings.state_folder, MUG, YESTERDAY, *(turn("Where is my coffee mug?", "Delivered.") for _ in range(12)))
    return settings.state_folder


async def history(chat: Any, pilot: Pilot[None], folder: Path) -> None:
    """With the conversation that is open, of one turn."""
    await chat.ready(pilot)
    await chat.ask(pilot, "Hi, can you tell me the status of my recent orders?")
    await chat.answered(pilot)
    date(folder, chat.session.thread_id, NOW)
    await pilot.press("f3")
    await chat.until(pilot, lambda: getattr(chat.app.screen, "_listed", None))
    await chat.still(pilot)


def test_history(snap_compare: Any, make_still_chat: Any, kept: Path) -> None:
    chat = make_still_chat(ORDERS)
    assert snap_compare(chat.app, terminal_size=(80, 24), run_before=lambda pilot: history(chat, pilot, kept))


def test_history_narrow_and_light(snap_compare: Any, make_still_chat: Any, kept: Path) -> None:
    chat = make_still_chat(ORDERS)
    chat.app.theme = "textual-light"
    assert snap_compare(chat.app, terminal_size=(60, 20), run_before=lambda pilot: history(chat, pilot, kept))


def test_empty_history(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat()

    async def empty(pilot: Pilot[None]) -> None:
        await chat.ready(pilot)
        await pilot.press("f3")
        await chat.until(pilot, lambda: "No saved" in str(chat.app.screen.query_one("#state").content))
        await chat.still(pilot)

    assert snap_compare(chat.app, terminal_size=(80, 24), run_before=empty)


def test_a_line_is_asked_for(snap_compare: Any, make_still_chat: Any, kept: Path) -> None:
    chat = make_still_chat(ORDERS)

    async def rename(pilot: Pilot[None]) -> None:
        await history(chat, pilot, kept)
        await pilot.press("down", "r")
        await chat.until(pilot, lambda: isinstance(chat.app.screen, LineScreen))
        await chat.still(pilot)

    assert snap_compare(chat.app, terminal_size=(80, 24), run_before=rename)


async def timeline(chat: Any, pilot: Pilot[None]) -> None:
    """A question about an order is typed: it is looked up meanwhile, and is not there yet at Enter."""
    await chat.ready(pilot)
    chat.clock.move(9.0)
    chat.llama.may_prefill.clear()
    chat.screen.prompt.text = "Where is order A123?"
    chat.screen.prompt._tell_pause()
    await chat.until(pilot, lambda: chat.running("database") and chat.llama.prefills_waiting)
    chat.llama.may_prefill.set()
    await chat.until(pilot, lambda: not chat.session.warming)
    chat.clock.move(1.6)
    await pilot.press("enter")
    await waited_for(chat, pilot)
    await pilot.press("f4")
    await chat.still(pilot)
    await pilot.press("up", "up", "up")
    await chat.still(pilot)


def test_timeline(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat(asks("track_shipment", order_id="A123"), PARCEL)
    assert snap_compare(chat.app, terminal_size=(80, 24), run_before=lambda pilot: timeline(chat, pilot))


def test_timeline_light(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat(asks("track_shipment", order_id="A123"), PARCEL)
    chat.app.theme = "textual-light"
    assert snap_compare(chat.app, terminal_size=(120, 36), run_before=lambda pilot: timeline(chat, pilot))


def test_timeline_narrow(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat(asks("track_shipment", order_id="A123"), PARCEL)
    assert snap_compare(chat.app, terminal_size=(60, 20), run_before=lambda pilot: timeline(chat, pilot))


async def waited_for(chat: Any, pilot: Pilot[None]) -> None:
    """The turn waits a second for what the model asked for, then is answered."""
    await chat.until(pilot, lambda: len(chat.llama.prompts) == 1 and not chat.llama.writing)
    await chat.until(pilot, lambda: chat.shop.reads_waiting and chat.claim_waits and chat._settled())
    chat.clock.move(1.0)
    chat.shop.may_read.set()
    await chat.answered(pilot)


async def cards(chat: Any, pilot: Pilot[None]) -> None:
    await chat.ready(pilot)
    await chat.ask(pilot, "Where is order A123?")
    await waited_for(chat, pilot)
    for turns, question in enumerate(("How much was the mug?", "What did I order?"), 2):
        await chat.let_through(pilot, after_s=2.0)
        await chat.ask(pilot, question)
        await chat.answered(pilot, turns=turns)
    await pilot.press("shift+tab")
    await chat.still(pilot)


def with_cards() -> tuple[Any, ...]:
    mug = "Your Smart Coffee Mug (B456) cost $39.90."
    return asks("track_shipment", order_id="A123"), PARCEL, mug, ORDERS


def test_cards(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat(*with_cards())
    assert snap_compare(chat.app, terminal_size=(120, 48), run_before=lambda pilot: cards(chat, pilot))


def test_cards_narrow_and_light(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat(*with_cards())
    chat.app.theme = "textual-light"
    assert snap_compare(chat.app, terminal_size=(60, 40), run_before=lambda pilot: cards(chat, pilot))


async def settings_open(chat: Any, pilot: Pilot[None]) -> None:
    await chat.ready(pilot)
    await pilot.press("f5")
    await chat.until(pilot, lambda: isinstance(chat.app.screen, SettingsScreen))
    await chat.still(pilot)


@pytest.mark.parametrize(("theme", "size"), [("textual-dark", (80, 24)), ("textual-light", (60, 20))])
def test_settings(snap_compare: Any, make_still_chat: Any, theme: str, size: tuple[int, int]) -> None:
    chat = make_still_chat()
    chat.app.theme = theme
    appearance = chat.app.appearance
    appearance.preferences = appearance.preferences.model_copy(update={"theme": theme, "notify": False})
    assert snap_compare(chat.app, terminal_size=size, run_before=lambda pilot: settings_open(chat, pilot))


def test_palette(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat()

    async def palette(pilot: Pilot[None]) -> None:
        await chat.ready(pilot)
        await pilot.press("ctrl+p")
        await chat.until(pilot, lambda: chat.app.screen is not chat.app.sessions.chat)
        await pilot.press(*"ti")
        await chat.until(pilot, lambda: chat.app.screen.query_one(Input).value == "ti")
        await chat.until(pilot, lambda: all(worker.is_finished for worker in chat.app.screen.workers))
        await chat.still(pilot)

    assert snap_compare(chat.app, terminal_size=(80, 24), run_before=palette)


def test_search(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat(*with_cards())

    async def search(pilot: Pilot[None]) -> None:
        await cards(chat, pilot)
        await pilot.press("ctrl+f", *"mug", "up")
        await chat.still(pilot)

    assert snap_compare(chat.app, terminal_size=(80, 24), run_before=search)


def test_ahead_narrow(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat()

    async def ahead(pilot: Pilot[None]) -> None:
        await chat.ready(pilot)
        await pilot.press("f6")
        await chat.until(pilot, lambda: isinstance(chat.app.screen, AheadScreen))
        await chat.still(pilot)

    assert snap_compare(chat.app, terminal_size=(80, 24), run_before=ahead)


def test_a_turn_that_was_put_right(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat("Your Smart Coffee Mug (B456) is delayed.", *["Your Smart Coffee Mug (B456) was lost."] * 4)

    async def corrected(pilot: Pilot[None]) -> None:
        await chat.ready(pilot)
        await chat.ask(pilot, "Where is my mug?")
        await chat.answered(pilot)
        await pilot.press("f4")
        await chat.still(pilot)

    assert snap_compare(chat.app, terminal_size=(80, 24), run_before=corrected)


async def test_ctrl_c_says_what_stops_and_what_quits(make_chat: Any) -> None:
    chat = make_chat("One.", gate=threading.Event())
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        chat.app.action_help_quit()
        await chat.ask(pilot)
        await chat.until(pilot, lambda: chat.llama.writing)
        await pilot.press("ctrl+c")
        said = [one.message for one in chat.app._notifications]
        assert said == ["Ctrl+Q quits.", "Esc stops the answer, Ctrl+Q quits."]


@pytest.mark.parametrize("columns", [50, 60, 78, 200])
@pytest.mark.parametrize("key", ["", "f3", "f4"], ids=["chat", "history", "timeline"])
async def test_help_and_menu_are_offered_at_every_width(make_chat: Any, columns: int, key: str) -> None:
    chat = make_chat("Here.")
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
