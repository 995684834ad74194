import random
from typing import Any

import pytest
from textual import events

from tui.terminal.keys import Burst


def pressed(app: Any, *keys: str) -> None:
    """In one go, before any of them was handled."""
    for key in keys:
        app.post_message(events.Key(key, {"enter": "\r"}.get(key, key if len(key) == 1 else None)))


def reachable(prompt: Any) -> set[str]:
    """Every text that the arrow keys lead to; where one stood is gone back to."""
    at, found = prompt._at, {prompt.text}
    while prompt._at > 0:
        prompt._recall(prompt._at - 1)
        found.add(prompt.text)
    while prompt._at < len(prompt._asked):
        prompt._recall(prompt._at + 1)
        found.add(prompt.text)
    while prompt._at > at:
        prompt._recall(prompt._at - 1)
    return found


async def test_keys_that_follow_enter_at_once_are_kept(make_chat: Any) -> None:
    chat = make_chat("One.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        pressed(chat.app, *"Where?", "enter", *"NEXT")
        await chat.answered(pilot)
        assert chat.asked == ["Where?"]
        assert chat.screen.prompt.text == "NEXT"


async def test_a_second_question_at_once_is_neither_asked_nor_lost(make_chat: Any) -> None:
    chat = make_chat("One.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        pressed(chat.app, *"One?", "enter", *"Two?", "enter", "enter")
        await chat.answered(pilot)
        assert chat.asked == ["One?"]
        assert chat.screen.prompt.text == "Two?"


async def test_one_line_of_a_script_is_sent(make_chat: Any) -> None:
    chat = make_chat("One.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        chat.app.post_message(Burst("x" * 300 + "\r"))
        await chat.answered(pilot)
        assert chat.asked == ["x" * 300]


async def test_an_edited_recalled_question_and_the_draft_stay(make_chat: Any) -> None:
    chat = make_chat("One.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot, "Where is it?")
        await chat.answered(pilot)
        await pilot.press(*"draft", "up", *" and", "down")
        assert chat.screen.prompt.text == "draft"
        await pilot.press("up")
        assert chat.screen.prompt.text == "Where is it? and"
        await pilot.press("enter")
        await chat.until(pilot, lambda: chat.asked == ["Where is it?", "Where is it? and"])
        assert chat.screen.prompt.text == "draft"


@pytest.mark.parametrize("seed", range(6))
async def test_no_text_vanishes_without_a_way_back(make_chat: Any, seed: int) -> None:
    chat, draw = make_chat(*["One."] * 40), random.Random(seed)
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        prompt = chat.screen.prompt
        for _ in range(60):
            before, sent = prompt.text, len(chat.asked)
            action = draw.choice(["up", "down", "up", "type", "type", "enter", "clear", "put back"])
            if action == "type":
                prompt.take(draw.choice(["mug ", "coat ", "when "]))
            elif action == "clear" and before:
                prompt.clear()
                prompt.undo()
            elif action == "put back":
                prompt.put_back("came back")
            elif action == "up":
                prompt.action_earlier()
            elif action == "down":
                prompt.action_later()
            elif before.strip():
                prompt.action_send()
                await chat.until(pilot, lambda sent=sent: len(chat.asked) > sent and chat.app.turns.running is None)
                await chat.until(pilot, lambda: not chat.screen._waits)
            if action != "type":
                found = "\n".join([*reachable(prompt), *chat.asked])
                assert before.strip() in found, (action, before, found)


async def test_what_was_replaced_can_be_undone(make_chat: Any) -> None:
    chat = make_chat("One.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot, "Where is it?")
        await chat.answered(pilot)
        await pilot.press(*"half", "up")
        assert chat.screen.prompt.text == "Where is it?"
        await pilot.press("ctrl+underscore")
        assert chat.screen.prompt.text == "half"


async def test_a_question_comes_back_without_moving_the_fingers(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        prompt = chat.screen.prompt
        await pilot.press(*"typed", "left", "left")
        prompt.put_back("First")
        await pilot.press("X")
        assert prompt.text == "First\ntypXed"


async def test_what_is_pasted_is_bounded_and_said(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        chat.app.post_message(events.Paste("word " * 1_000_000))
        await chat.still(pilot)
        assert len(chat.screen.prompt.text) == 2_000
        assert "5,000,000 characters" in "".join(told.message for told in chat.app._notifications)


async def test_a_draft_goes_with_its_customer_into_a_new_conversation(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        before = chat.screen
        await pilot.press(*"half", "ctrl+n")
        await chat.until(pilot, lambda: chat.app.sessions.chat is not before and chat.app.screen.query("Prompt:focus"))
        await pilot.press(*" a")
        assert chat.screen.prompt.text == "half a"


async def test_signing_out_by_accident_keeps_the_draft(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await pilot.press(*"half", "ctrl+o")
        await chat.still(pilot)
        assert chat.screen.prompt.text == "half"
        await pilot.press("ctrl+o")
        await chat.until(pilot, lambda: chat.app.screen is chat.app.sessions.login)


async def test_what_is_typed_with_a_card_in_focus_is_in_the_prompt(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        chat.screen.conversation.focus()
        await pilot.press(*"mug")
        chat.screen.conversation.focus()
        chat.app.post_message(events.Paste(" and\ncoat"))
        await chat.still(pilot)
        assert chat.screen.prompt.text == "mug and\ncoat"


async def test_what_follows_the_password_is_the_draft(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.opened(pilot)
        chat.app.post_message(Burst("user123\rdemo\rWhere is\rmy mug?\r"))
        await chat.until(pilot, lambda: chat.app.screen.query("Prompt:focus"))
        await chat.still(pilot)
        assert chat.screen.prompt.text == "Where is\nmy mug?"
        assert chat.asked == []


async def test_what_follows_a_wrong_password_is_never_shown(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.opened(pilot)
        chat.app.post_message(Burst("user123\rwrong\rdemo"))
        await chat.until(pilot, lambda: chat.app.sessions.login.password.value == "demo")
        assert chat.app.sessions._typed_ahead == ""
        assert chat.app.sessions.login.user.value == "user123"


async def test_a_paste_of_lines_is_one_line_where_only_one_fits(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await pilot.press("ctrl+f")
        chat.app.post_message(events.Paste("coffee\nmug\n"))
        await chat.still(pilot)
        assert chat.screen.find_bar.words.value == "coffee mug"
