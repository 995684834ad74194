"""What the main screens look like. Look at each that changes in any SVG viewer."""

import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from stubs.confirming import is_heard
from stubs.fake_engine import FIGURES, Script
from stubs.shop_rows import HISTORY, use
from textual.pilot import Pilot

from agent.events import Confirmation
from agent.models.loading import ModelState
from headstart.timeline import Span

PREFETCH = (Span("database", "get_order_history", 90.0, 93.0, "{}"), Span("model", "prefill", 90.1, 90.9))
TURN = (*PREFETCH, Span("model", "prefill", 93.1, 93.5), Span("model", "entry_point", 100.02, 101.6))
MUG = "Your **Smart Coffee Mug** (B456) was delivered on 2026-11-02. It came with two others:\n\n- a lid\n- a brush"
CANCEL = Confirmation(
    tool="cancel_order",
    arguments={"order_id": "A123"},
    message="Order A123 (QuantumLeap AI Processor) will be cancelled.",
    before="Processing",
    after="Cancelled",
    key="1",
)
LOADING = ModelState("converting the weights", 0.42, "SmolLM2 135M · cpu · bf16")


def shows(
    compare: Any, chat: Any, before: Callable[[Pilot[None]], Awaitable[None]], size: tuple[int, int] = (110, 32)
) -> bool:
    return compare(chat.app, terminal_size=size, run_before=before)


def test_login(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat(model_state=LOADING)
    assert shows(snap_compare, chat, chat.opened, (80, 24))


def test_login_narrow(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat()
    assert shows(snap_compare, chat, chat.opened, (60, 20))


def test_failed_login(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat()

    async def fail(pilot: Pilot[None]) -> None:
        await chat.sign_in(pilot, password="no")
        await chat.until(pilot, lambda: chat.app.screen.problem.has_class("-error"))
        await chat.still(pilot)

    assert shows(snap_compare, chat, fail, (80, 24))


def test_empty_chat(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat(
        spans=(Span("database", "get_order_history", 98.2, None, "{}"), Span("model", "prefill", 98.3, 99.1))
    )
    assert shows(snap_compare, chat, chat.sign_in)


async def answered(chat: Any, pilot: Pilot[None]) -> None:
    await chat.sign_in(pilot)
    chat.session.prefetched()
    await chat.ask(pilot)
    await chat.answered(pilot)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (200, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_chat(snap_compare: Any, make_chat: Any, theme: str, size: tuple[int, int]) -> None:
    chat = make_chat(Script(MUG, spans=TURN, tool_calls=(use(HISTORY),)), spans=PREFETCH)
    chat.app.theme = theme
    assert shows(snap_compare, chat, lambda pilot: answered(chat, pilot), size)


def test_several_turns(snap_compare: Any, make_chat: Any) -> None:
    def turn(number: int, first_token_s: float) -> Script:
        later = tuple(Span(s.lane, s.name, s.start_s + 30 * number, (s.end_s or 0.0) + 30 * number) for s in TURN)
        return Script(MUG, spans=later, figures=replace(FIGURES, first_token_s=first_token_s), grounded=number != 1)

    chat = make_chat(turn(0, 2.4), turn(1, 0.14), turn(2, 0.21), spans=PREFETCH)

    async def three(pilot: Pilot[None]) -> None:
        await chat.sign_in(pilot)
        chat.session.prefetched()
        for number in range(3):
            chat.engine.clock.now_s = 100.0 + 30 * number
            await chat.ask(pilot)
            await chat.until(pilot, lambda number=number: chat.app._turns == number + 1 and chat.app.turn is None)
        await pilot.press("f2")
        await chat.still(pilot)

    assert shows(snap_compare, chat, three, (120, 36))


async def in_flight(chat: Any, pilot: Pilot[None]) -> None:
    await chat.sign_in(pilot)
    await chat.ask(pilot)
    await chat.until(pilot, lambda: chat.app.turn is not None and chat.session.running.is_set())
    chat.session.timeline.start("model", "entry_point")
    chat.engine.clock.now_s += 1.3
    chat.screen.readings_changed()
    await chat.still(pilot)


def test_turn_in_flight(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat(Script(MUG), gate=threading.Event(), spans=PREFETCH)
    assert shows(snap_compare, chat, lambda pilot: in_flight(chat, pilot))


def test_turn_in_flight_narrow(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat(Script(MUG), gate=threading.Event(), spans=PREFETCH, model_state=LOADING)
    assert shows(snap_compare, chat, lambda pilot: in_flight(chat, pilot), (60, 20))


def test_confirm(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat(Script(confirmation=CANCEL))

    async def confirm(pilot: Pilot[None]) -> None:
        await chat.sign_in(pilot)
        await chat.ask(pilot, "Cancel A123, please.")
        await is_heard(pilot)
        await chat.still(pilot)

    assert shows(snap_compare, chat, confirm, (80, 24))


def test_help(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat()

    async def help_(pilot: Pilot[None]) -> None:
        await chat.sign_in(pilot)
        await pilot.press("f1")
        await chat.still(pilot)

    assert shows(snap_compare, chat, help_, (80, 24))


def test_too_small(snap_compare: Any, make_chat: Any) -> None:
    chat = make_chat()
    assert shows(snap_compare, chat, chat.sign_in, (44, 12))
