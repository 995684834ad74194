"""A conversation that grows long: what is laid out, what is let go of, and what comes back."""

import gc
import threading
from typing import Any

from stubs.results import turn_result
from textual.widgets import Markdown
from textual.widgets._footer import FooterKey

from agent.shop.english.correction import Correction
from tui import garbage
from tui.widgets.cards import FactCard
from tui.widgets.conversation import LET_GO, TURNS_SHOWN, AgentMessage, UserMessage, note


async def ask_many(chat: Any, pilot: Any, turns: int) -> None:
    for turn in range(turns):
        await ask_once(chat, pilot, f"Question {turn}?", turn + 1)
    await chat.still(pilot)


async def ask_once(chat: Any, pilot: Any, question: str, number: int) -> None:
    chat.screen.prompt.text = question
    chat.screen.prompt.action_send()
    await chat.until(pilot, lambda: chat.app.turns.begun == number and chat.app.turns.running is None)
    # What is folded away depends on the heights, and nobody asks again before the answer is on the screen.
    await chat.until(pilot, lambda: list(chat.screen.query(AgentMessage))[-1].outer_size.height > 0)


def laid_out(chat: Any) -> list[str]:
    return [said.text for said in chat.screen.query(UserMessage) if said.display]


async def test_of_a_long_conversation_only_the_end_is_laid_out(make_chat: Any) -> None:
    chat = make_chat(*(f"Answer {n}.\n\n- one\n- two\n- three" for n in range(30)))
    async with chat.app.run_test(size=(80, 24)) as pilot:
        await chat.sign_in(pilot)
        await ask_many(chat, pilot, 30)
        assert len(chat.screen.query(UserMessage)) == 30
        assert laid_out(chat)[-1] == "Question 29?"
        assert len(laid_out(chat)) < 12


async def test_what_lies_further_up_comes_back_when_one_scrolls_there(make_chat: Any) -> None:
    chat = make_chat(*(f"Answer {n}.\n\n- one\n- two\n- three" for n in range(30)))
    async with chat.app.run_test(size=(80, 24)) as pilot:
        await chat.sign_in(pilot)
        await ask_many(chat, pilot, 30)
        before = len(laid_out(chat))
        conversation = chat.screen.conversation
        while len(laid_out(chat)) == before:
            await pilot.press("pageup")
            await chat.still(pilot)
        assert len(laid_out(chat)) < 30
        await chat.until(pilot, lambda: conversation.scroll_y > 0)  # What was seen stays in sight.
        conversation.focus()
        await pilot.press("home")
        await chat.until(pilot, lambda: len(laid_out(chat)) == 30 and conversation.scroll_y == 0)
        await pilot.press("ctrl+end")
        chat.screen.prompt.focus()
        await ask_once(chat, pilot, "One more?", 31)
        await chat.until(pilot, lambda: len(laid_out(chat)) < 12)


async def test_a_find_that_is_not_laid_out_is_shown(make_chat: Any) -> None:
    chat = make_chat("A mug.", *(f"Answer {n}.\n\n- one\n- two" for n in range(29)))
    async with chat.app.run_test(size=(80, 24)) as pilot:
        await chat.sign_in(pilot)
        await ask_many(chat, pilot, 30)
        first = next(iter(chat.screen.query(AgentMessage)))
        assert not first.display
        await pilot.press("ctrl+f", *"mug")
        await chat.until(pilot, lambda: first.display and first.has_class("-found"))
        await chat.until(pilot, lambda: first.region.overlaps(chat.screen.conversation.region))


async def test_the_oldest_quarter_is_let_go_of_and_said_to_be_kept(make_chat: Any) -> None:
    chat = make_chat(*(f"Answer {n}." for n in range(TURNS_SHOWN + 1)))
    async with chat.app.run_test(size=(80, 24)) as pilot:
        await chat.sign_in(pilot)
        await ask_many(chat, pilot, TURNS_SHOWN)
        assert next(iter(chat.screen.query(UserMessage))).text == "Question 0?"
        await ask_once(chat, pilot, "One more?", TURNS_SHOWN + 1)
        asked = [said.text for said in chat.screen.query(UserMessage)]
        answered = [said.text.strip() for said in chat.screen.query(AgentMessage)]
        assert (asked[0], asked[-1]) == (f"Question {TURNS_SHOWN // 4}?", "One more?")
        assert len(asked) == len(answered) == TURNS_SHOWN - TURNS_SHOWN // 4 + 1
        assert answered[0] == f"Answer {TURNS_SHOWN // 4}."
        assert str(chat.screen.conversation.children[0].content) == LET_GO


async def test_a_turn_leaves_no_keys_of_the_footer_behind(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test(size=(80, 24)) as pilot:
        await chat.sign_in(pilot)
        await ask_many(chat, pilot, 12)
        gc.collect()
        held = sum(isinstance(one, FooterKey) for one in gc.get_objects())
        assert held < 4 * len(chat.app.screen.query(FooterKey))


async def test_esc_is_dim_in_the_footer_but_for_a_turn(make_chat: Any) -> None:
    gate = threading.Event()
    chat = make_chat("One.", gate=gate)
    async with chat.app.run_test(size=(110, 24)) as pilot:
        await chat.sign_in(pilot)
        dim = lambda: [key.description for key in chat.screen.query(FooterKey) if key.has_class("-disabled")]  # noqa: E731  Asked several times.
        assert dim() == ["Stop"]
        await chat.ask(pilot)
        await chat.until(pilot, lambda: dim() == [])
        gate.set()
        await chat.answered(pilot)
        assert dim() == ["Stop"]


async def test_a_block_becomes_markdown_when_it_is_complete(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test(size=(80, 24)) as pilot:
        await chat.sign_in(pilot)
        answer = await chat.screen.conversation.begin("Where?")
        markdown = answer.query_one(Markdown)
        text = "Your **mug** is `here`.\n\n- a lid\n- a **brush**"
        for at in range(0, len(text), 3):
            await answer.write(text[at : at + 3])
        await pilot.pause()
        assert markdown.source == "Your **mug** is `here`.\n\n"
        assert str(answer._written.content).rstrip() == "• a lid\n• a brush"
        assert answer.text.rstrip() == text
        await answer.stop("done")
        assert markdown.source.rstrip() == text
        assert not answer._written.display


def test_what_the_guard_corrected_is_said_in_words() -> None:
    whys = (Correction.WRONG_ORDER, Correction.WRONG_COUNT, Correction.WRONG_ORDER)
    assert str(note(turn_result(corrected=whys))).endswith("✎ Corrected: wrong order (2×), wrong count")
    assert "Corrected" not in str(note(turn_result()))


async def test_the_same_card_is_not_shown_twice_in_a_row(make_chat: Any) -> None:
    chat = make_chat(*["Your mug (B456) was delivered."] * 3)
    async with chat.app.run_test(size=(80, 40)) as pilot:
        await chat.sign_in(pilot)
        await ask_many(chat, pilot, 3)
        assert [len(answer.query(FactCard)) for answer in chat.screen.query(AgentMessage)] == [1, 0, 1]


def test_garbage_is_not_looked_for_while_the_model_loads() -> None:
    try:
        garbage.pause()
        assert not gc.isenabled()
        garbage.settle()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold()[2] == garbage.OLD
    finally:
        garbage.reset()
    assert (gc.get_freeze_count(), gc.get_threshold()) == (0, (700, 10, 10))
