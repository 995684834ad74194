"""Bursts of keys and pastes around a question that comes by itself."""

import random
from typing import Any

import pytest
from langchain_core.messages import ToolMessage
from stubs.confirming import answer, is_heard
from stubs.fake_llama import asks
from textual import events
from textual._time import get_time

from agent.events import Confirmation
from tui.screens.confirm import CHOSEN_S, QUIET_S, SEEN_S, ConfirmScreen
from tui.terminal.keys import Burst, TerminalInput

CANCEL = Confirmation("cancel_order", {"order_id": "A123"}, "A123 will be cancelled.", "Processing", "Cancelled", "1")
KEYS = [*"yYnN yes", "\t", "\t", "\x1b[Z", "\r", "\r", "\x1b[A", "\x1b[C", "\x1b[D", "\x7f", "\x1b", "\n"]
PASTES = ["y", "yes\r", "\t\r", "where is \x1b[1mmy\x1b[0m order", "a\ry\r\n", "\x1b\t\r", "\ty\r\ty\r"]
FASTEST_S, SLOWEST_S = 0.0, CHOSEN_S * 0.95
"""Between two keys of a burst: nobody means an answer who types on like that."""


class Clock:
    """The time of the keys and of the question, moved by hand."""

    def __init__(self) -> None:
        self.now_s = get_time() + 1_000

    def __call__(self) -> float:
        return self.now_s


class Fingers:
    """Types at times of its own choosing, through the program's own way of reading."""

    def __init__(self, app: Any, clock: Clock) -> None:
        self._app = app
        self._clock = clock
        self._input = TerminalInput(clock)

    def write(self, *chunks: str, gap_s: float = 0.0) -> None:
        for chunk in chunks:
            messages = self._input.feed(chunk.encode())
            self._clock.now_s += gap_s
            for message in [*messages, *self._input.idle()]:
                message.time = self._clock.now_s
                self._app.post_message(message)


async def opened(chat: Any, pilot: Any, clock: Clock, answers: list[bool | None], draft: str = "") -> ConfirmScreen:
    prompt = chat.app.sessions.chat.prompt
    prompt.text = draft
    screen = ConfirmScreen(CANCEL, prompt, clock=clock)
    chat.app.push_screen(screen, answers.append)
    await chat.until(pilot, lambda: screen.is_mounted)
    return screen


def is_cancelled(chat: Any) -> bool:
    """Whether the model was given the result of a change that was made."""
    results = [message for message in chat.llama.prompts[-1] if isinstance(message, ToolMessage)]
    return bool(results[-1].artifact and results[-1].artifact["done"])


def burst(draw: random.Random, fingers: Fingers) -> None:
    for _ in range(draw.randrange(2, 9)):
        gap_s = draw.choice([FASTEST_S, 0.002, 0.05, 0.125, SLOWEST_S])
        match draw.randrange(5):
            case 0:
                fingers.write(f"\x1b[200~{draw.choice(PASTES)}\x1b[201~", gap_s=gap_s)
            case 1:
                fingers.write(draw.choice(PASTES), gap_s=gap_s)  # As by a terminal that does not mark a paste.
            case 2:
                fingers.write("".join(draw.choices(KEYS, k=4)), gap_s=gap_s)
            case _:
                fingers.write(draw.choice(KEYS), gap_s=gap_s)


@pytest.mark.parametrize("count", [60, pytest.param(1_000, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
async def test_no_burst_confirms_what_was_not_meant(make_chat: Any, count: int) -> None:
    chat, draw = make_chat(), random.Random(2026)
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        for _ in range(count):
            clock, answers = Clock(), list[bool | None]()
            fingers = Fingers(chat.app, clock)
            screen = await opened(chat, pilot, clock, answers, draw.choice(["", "half a"]))
            if draw.random() < 0.5:  # Else it is not drawn yet, and these keys are on their way already.
                await chat.until(pilot, lambda screen=screen: screen._grace.deaf_until_s < 1e18)
                clock.now_s += draw.choice([0.0, SEEN_S / 2, SEEN_S, 9.0])
            for _ in range(draw.randrange(1, 4)):
                burst(draw, fingers)
                clock.now_s += draw.choice([0.0, CHOSEN_S, QUIET_S, 5.0])
            await chat.still(pilot)
            assert True not in answers
            while chat.app.screen is not chat.app.sessions.chat:
                chat.app.pop_screen()
            await chat.still(pilot)


async def test_what_is_typed_on_is_in_the_prompt_and_no_answer(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        clock, answers = Clock(), list[bool | None]()
        await opened(chat, pilot, clock, answers)
        fingers = Fingers(chat.app, clock)
        fingers.write(*"by the way my only story today is why, not now", gap_s=0.125)
        fingers.write("\x1b[200~ it \x1b[1mmay\ry\x1b[0m\x1b[201~", gap_s=0.3)
        fingers.write("\ry\rn", gap_s=0.3)
        for key in ("y", "\x7f", "\r"):  # After a pause for thought, and still somebody who writes.
            clock.now_s += 10
            fingers.write(key)
        await chat.still(pilot)
        assert answers == []
        typed = "by the way my only story today is why, not now it may\ny\ny\nn"
        assert chat.app.sessions.chat.prompt.text == typed
        assert "in the prompt" in str(chat.app.screen.query_one("#typed").content)


@pytest.mark.parametrize("key", ["escape", "enter", "tab"])
async def test_a_key_that_was_typed_ahead_answers_nothing(make_chat: Any, key: str) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        clock, answers = Clock(), list[bool | None]()
        screen = await opened(chat, pilot, clock, answers)
        await chat.until(pilot, lambda: screen._grace.deaf_until_s < 1e18)
        early = events.Key(key, None)
        early.time = clock() + SEEN_S / 2
        chat.app.post_message(early)
        await chat.still(pilot)
        assert answers == []
        assert not screen._yes


async def test_keys_that_were_meant_for_the_chat_run_no_binding_of_the_question(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        clock, answers = Clock(), list[bool | None]()
        screen = await opened(chat, pilot, clock, answers)
        await chat.until(pilot, lambda: screen._grace.deaf_until_s < 1e18)
        clock.now_s += 10
        for key in ("tab", "enter", "escape"):
            late = events.Key(key, None)
            late.time = clock()
            chat.app.sessions.chat.prompt._forward_event(late)
        await chat.still(pilot)
        assert answers == []
        assert not screen._yes


async def test_a_click_counts_only_when_keys_do(make_chat: Any) -> None:
    chat = make_chat(asks("cancel_order", order_id="K7575", reason="too late"), "All right.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot, "eight8")
        await chat.ask(pilot, "Cancel K7575")
        await chat.until(pilot, lambda: isinstance(chat.app.screen, ConfirmScreen) and chat.app.screen.is_mounted)
        await pilot.click("#yes")
        assert isinstance(chat.app.screen, ConfirmScreen)
        await is_heard(pilot)
        await pilot.click("#yes")
        await chat.answered(pilot)
        assert is_cancelled(chat)


async def test_a_terminal_that_cannot_show_it_cannot_confirm_it(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test(size=(40, 10)) as pilot:
        await chat.sign_in(pilot)
        clock, answers = Clock(), list[bool | None]()
        screen = await opened(chat, pilot, clock, answers)
        await chat.still(pilot)
        clock.now_s += 10
        fingers = Fingers(chat.app, clock)
        fingers.write("\t", gap_s=1.0)
        fingers.write("\r")
        await chat.still(pilot)
        assert answers == []
        await pilot.resize_terminal(80, 24)
        await chat.until(pilot, lambda: screen._grace.deaf_until_s < 1e18)


async def test_the_question_names_the_keys_that_answer_it(make_chat: Any) -> None:
    chat = make_chat(asks("cancel_order", order_id="K7575", reason="too late"), "All right.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot, "eight8")
        await chat.ask(pilot, "Cancel K7575")
        await is_heard(pilot)
        told = str(chat.app.screen.query_one("#card").border_subtitle)
        assert told == "Tab chooses · Enter answers · Esc leaves it"
        await answer(pilot, "tab", "enter")
        await chat.answered(pilot)
        assert is_cancelled(chat)


async def test_lines_that_come_at_once_are_in_the_prompt(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        chat.app.post_message(Burst("Where is A123?\rNEXT\r"))
        await chat.still(pilot)
        assert chat.asked == []
        assert chat.screen.prompt.text == "Where is A123?\nNEXT\n"
