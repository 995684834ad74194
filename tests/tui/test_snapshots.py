"""What the main screens look like. Look at each that changes in any SVG viewer."""

import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from stubs.confirming import is_heard
from stubs.fake_llama import asks
from textual.pilot import Pilot

from agent.events import PersonSaid
from agent.models.loading import ModelState

MUG = AIMessage(
    "Your **Smart Coffee Mug** (B456) was delivered on 2026-11-09. It:\n\n- was ordered on 2026-11-05\n- cost $39.90",
    usage_metadata={
        "input_tokens": 840,
        "output_tokens": 64,
        "total_tokens": 904,
        "input_token_details": {"cache_read": 812},
    },
)
LOADING = ModelState("converting the weights", 0.42, "SmolLM2 135M · cpu · bf16")


def shows(
    compare: Any, chat: Any, before: Callable[[Pilot[None]], Awaitable[None]], size: tuple[int, int] = (110, 32)
) -> bool:
    return compare(chat.app, terminal_size=size, run_before=before)


def test_login(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat(loading=LOADING)
    assert shows(snap_compare, chat, chat.opened, (80, 24))


def test_login_narrow(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat()
    assert shows(snap_compare, chat, chat.opened, (60, 20))


def test_failed_login(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat()

    async def fail(pilot: Pilot[None]) -> None:
        await chat.sign_in(pilot, password="no")
        await chat.until(pilot, lambda: chat.app.screen.problem.has_class("-error"))
        await chat.still(pilot)

    assert shows(snap_compare, chat, fail, (80, 24))


def test_empty_chat(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat()

    async def looks(pilot: Pilot[None]) -> None:
        await chat.sign_in(pilot)
        await chat.until(pilot, lambda: chat.running("database") and chat.llama.prefills_waiting)
        chat.llama.may_prefill.set()
        await chat.until(pilot, lambda: not chat.session.warming)
        chat.clock.move(1.4)
        chat.screen.readings_changed()
        await chat.still(pilot)

    assert shows(snap_compare, chat, looks)


async def answered(chat: Any, pilot: Pilot[None]) -> None:
    await chat.ready(pilot)
    await chat.ask(pilot)
    await chat.answered(pilot)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (200, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_chat(snap_compare: Any, make_still_chat: Any, theme: str, size: tuple[int, int]) -> None:
    chat = make_still_chat(MUG)
    chat.app.theme = theme
    assert shows(snap_compare, chat, lambda pilot: answered(chat, pilot), size)


def test_several_turns(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat(MUG, "It cost $3.", MUG, guard=False)

    async def three(pilot: Pilot[None]) -> None:
        await chat.ready(pilot)
        for turn, first_word_s in enumerate((2.4, 0.14, 0.21), 1):
            chat.llama.first_word_s = first_word_s
            chat.clock.move(20.0)
            await chat.ask(pilot)
            await chat.answered(pilot, turns=turn)
            await chat.let_through(pilot, after_s=2.0)
        await pilot.press("f2")
        await chat.until(pilot, lambda: not chat.session.warming)
        await chat.still(pilot)

    assert shows(snap_compare, chat, three, (120, 36))


def test_turn_in_flight(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat(MUG, gate=threading.Event())

    async def in_flight(pilot: Pilot[None]) -> None:
        await chat.ready(pilot)
        await chat.ask(pilot)
        await chat.writes(pilot)
        await later(chat, pilot)

    assert shows(snap_compare, chat, in_flight)


def test_turn_in_flight_narrow(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat(MUG, loading=LOADING)

    async def waits(pilot: Pilot[None]) -> None:
        await chat.ready(pilot)
        await chat.ask(pilot)
        await chat.until(pilot, lambda: chat.running("model"))
        await later(chat, pilot)

    assert shows(snap_compare, chat, waits, (60, 20))


async def later(chat: Any, pilot: Pilot[None]) -> None:
    chat.clock.move(1.3)
    chat.screen.readings_changed()
    await chat.still(pilot)


def test_confirm(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat(asks("cancel_order", order_id="K7575", reason="too late"))

    async def confirm(pilot: Pilot[None]) -> None:
        await chat.ready(pilot, "eight8")
        await chat.ask(pilot, "Cancel K7575, please. It comes too late.")
        await is_heard(pilot)
        await chat.still(pilot)

    assert shows(snap_compare, chat, confirm, (80, 24))


def test_help(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat()

    async def help_(pilot: Pilot[None]) -> None:
        await chat.ready(pilot)
        await pilot.press("f1")
        await chat.still(pilot)

    assert shows(snap_compare, chat, help_, (80, 24))


def test_too_small(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat()
    assert shows(snap_compare, chat, chat.sign_in, (44, 12))


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_help_article(snap_compare: Any, make_still_chat: Any, size: tuple[int, int]) -> None:
    chat = make_still_chat()

    async def helped(pilot: Pilot[None]) -> None:
        await chat.ready(pilot)
        await chat.ask(pilot, "What is your return policy?")
        await chat.until(pilot, lambda: chat.claim_waits)
        await chat.let_through(pilot, 0.8)
        await chat.answered(pilot)

    assert shows(snap_compare, chat, helped, size)


def test_a_person_has_the_conversation(snap_compare: Any, make_still_chat: Any) -> None:
    chat = make_still_chat(MUG)

    async def taken(pilot: Pilot[None]) -> None:
        await answered(chat, pilot)
        for said in (
            PersonSaid(12, "Hello Ada, I have your mug here. [b]Shall[/b] I send a new one?", "person"),
            PersonSaid(12, "Kim has taken over. What you write now reaches them, and they answer here.", "agent"),
        ):
            await chat.screen.person_wrote(said)
        await chat.still(pilot)

    assert shows(snap_compare, chat, taken)
