import asyncio
import threading
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import ToolMessage
from stubs.confirming import answer
from stubs.fake_llama import asks
from stubs.results import FIGURES, RESULT
from textual import events
from textual.widgets import Markdown

from agent.events import TextArrived
from agent.models.loading import ModelState
from tui.app import HeadstartApp
from tui.widgets.conversation import AgentMessage, UserMessage
from tui.widgets.latency_gauge import prompt_tokens


async def test_an_answer_is_streamed_and_its_time_stands_under_it(make_chat: Any) -> None:
    chat = make_chat("Your **mug** [B456] was delivered.", held=True)
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.looked_up(pilot, took_s=3.0)
        await chat.ask(pilot, "Where is my [mug?")
        await chat.answered(pilot)
        assert chat.asked == ["Where is my [mug?"]
        assert chat.shown.strip() == "Your **mug** [B456] was delivered."
        assert "TTFT 0.14 s · waited 0.0 s · hidden 3.0 s" in chat.notes
        assert chat.screen.prompt.text == ""


async def test_an_answer_that_the_data_does_not_bear_out_says_so(make_chat: Any) -> None:
    chat = make_chat("It cost $3.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.answered(pilot)
        assert "Some of this could not be verified." in chat.notes


async def test_esc_stops_at_once_and_keeps_what_was_written(make_chat: Any) -> None:
    gate = threading.Event()
    chat = make_chat("One two three four.", gate=gate, free_words=1)
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.until(pilot, lambda: "One" in chat.shown)
        chat.app.simulate_key("escape")
        await chat.until(pilot, lambda: "■ stopped" in chat.notes)
        await chat.answered(pilot)
        assert not gate.is_set(), "it did not wait for the next word"
        assert chat.shown.strip() == "One"
        assert "■ stopped" in chat.notes


async def test_a_stopped_answer_shows_the_tokens_that_the_model_counted(make_chat: Any) -> None:
    chat = make_chat("One two three four.", gate=threading.Event(), free_words=1)
    async with chat.app.run_test(size=(110, 30)) as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.until(pilot, lambda: "One" in chat.shown)
        await pilot.press("escape")
        await chat.answered(pilot)
        assert "cached 0 of 100 tokens" in str(chat.screen.gauge.figures.content)


def test_tokens_that_nobody_counted_are_not_said_to_be_cached() -> None:
    (estimated,) = prompt_tokens(replace(FIGURES, counted=False))
    (counted,) = prompt_tokens(FIGURES)
    assert (estimated.plain, counted.plain) == ("prompt about 840 tokens", "cached 812 of 840 tokens")


async def test_stopped_before_the_first_word_the_question_comes_back(make_chat: Any) -> None:
    chat = make_chat("One.", gate=threading.Event())
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot, "Where?")
        await chat.until(pilot, lambda: chat.llama.writing)
        await pilot.press("escape")
        await chat.answered(pilot)
        assert chat.screen.prompt.text == "Where?"
        assert not chat.screen.query(AgentMessage)


async def test_tokens_of_a_turn_that_is_over_are_dropped(make_chat: Any) -> None:
    chat = make_chat("One.", "Two.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.answered(pilot)
        chat.session.on_event(TextArrived("late"))
        await chat.still(pilot)
        await chat.ask(pilot)
        await chat.until(pilot, lambda: chat.app.turns.begun == 2 and chat.app.turns.running is None)
        await chat.still(pilot)
        assert "late" not in chat.shown


async def test_a_failed_turn_gives_the_question_back_and_says_what_to_do(make_chat: Any) -> None:
    chat = make_chat(RuntimeError("out of [x= memory"), "Here.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot, "Where is it?")
        await chat.answered(pilot)
        assert chat.screen.prompt.text == "Where is it?"
        assert "The model failed in the middle of the answer: out of [x= memory." in chat.toasts[0]
        assert not chat.screen.query(UserMessage)
        await pilot.press("enter")
        await chat.until(pilot, lambda: chat.app.turns.begun == 2 and chat.app.turns.running is None)
        await chat.still(pilot)
        assert "Here." in chat.shown


async def test_a_draft_typed_meanwhile_is_not_lost_when_the_turn_fails(make_chat: Any) -> None:
    gate = threading.Event()
    chat = make_chat(RuntimeError("odd"), gate=gate)
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot, "First")
        await chat.until(pilot, lambda: chat.llama.writing)
        await pilot.press(*"Second")
        gate.set()
        await chat.answered(pilot)
        assert chat.screen.prompt.text == "First\nSecond"


@pytest.mark.parametrize("text", ["", "  \n "])
async def test_an_empty_question_is_not_asked(make_chat: Any, text: str) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot, text)
        await chat.still(pilot)
        assert chat.asked == []
        assert chat.toasts


async def test_a_question_that_is_too_long_is_refused_and_kept(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot, "x" * 20_000)
        await chat.still(pilot)
        assert chat.asked == []
        assert len(chat.screen.prompt.text) == 20_000
        assert "20,000 characters" in chat.toasts[0]


async def test_a_second_question_waits_for_the_first(make_chat: Any) -> None:
    chat = make_chat("One.", gate=threading.Event())
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot, "First")
        await chat.until(pilot, lambda: chat.llama.writing)
        await chat.ask(pilot, "Second")
        await chat.still(pilot)
        assert chat.asked == ["First"]
        assert chat.screen.prompt.text == "Second"


async def test_ctrl_j_breaks_the_line_and_enter_sends_both(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await pilot.press("a", "ctrl+j", "b", "enter")
        await chat.answered(pilot)
        assert chat.asked == ["a\nb"]


async def test_a_line_that_comes_in_one_go_is_sent_whole(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        for key in (*"ab", "ctrl+j", "c", "enter"):
            chat.app.post_message(events.Key(key, {"enter": "\r", "ctrl+j": "\n"}.get(key, key)))
        await chat.answered(pilot)
        assert chat.asked == ["ab\nc"]


async def test_the_prompt_grows_to_five_lines(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        assert chat.screen.prompt.size.height == 1
        await pilot.press(*["ctrl+j"] * 9)
        await chat.until(pilot, lambda: chat.screen.prompt.size.height == 5)


async def test_a_pause_in_typing_is_told_to_the_session(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await pilot.press(*"mug")
        await chat.until(pilot, lambda: "mug" in [typed for _, typed in chat.llama.prefilled])


async def test_f2_changes_the_strategy_of_the_next_turn(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test(size=(110, 30)) as pilot:
        await chat.sign_in(pilot)
        for following in ("sequential", "overlap", "ahead"):
            await pilot.press("f2")
            await chat.still(pilot)
            assert chat.session.strategy == following
            assert following in str(chat.screen.query_one("#figures").content)


@pytest.mark.parametrize(
    ("keys", "confirmed"),
    [(["tab", "enter"], True), (["escape"], False), (["enter"], False), (["tab", "shift+tab", "enter"], False)],
)
async def test_a_write_waits_for_the_customers_word(make_chat: Any, keys: list[str], confirmed: bool) -> None:
    chat = make_chat(asks("cancel_order", order_id="K7575", reason="too late"), "All right.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot, "eight8")
        await chat.ask(pilot, "Cancel K7575")
        await answer(pilot, *keys)
        await chat.answered(pilot)
        assert "All right." in chat.shown
        (told,) = [message for message in chat.llama.prompts[-1] if isinstance(message, ToolMessage)][-1:]
        assert bool(told.artifact and told.artifact["done"]) is confirmed


async def test_signing_out_ends_the_session_and_leaves_nothing(make_chat: Any) -> None:
    chat = make_chat("One.", gate=threading.Event())
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.until(pilot, lambda: chat.llama.writing)
        session = chat.session
        await pilot.press("ctrl+o")
        await chat.until(pilot, lambda: session._closed.is_set() and not chat.app.sessions.login.user.disabled)
        assert chat.app.screen is chat.app.sessions.login
        assert chat.app.sessions.session is None
        assert chat.app.sessions.chat is None
        assert not chat.app.query(Markdown)
        await pilot.press(*"user123", "enter", *"demo", "enter")
        await chat.until(pilot, lambda: chat.app.sessions.session is not session and len(chat.app.screen_stack) == 2)


async def test_the_prefetch_is_shown_when_it_is_in(make_chat: Any) -> None:
    chat = make_chat(held=True)
    async with chat.app.run_test(size=(110, 30)) as pilot:
        await chat.sign_in(pilot)
        ahead = chat.screen.ahead_panel
        await chat.until(pilot, lambda: "in flight" in str(ahead.content))
        await chat.looked_up(pilot, took_s=3.0)
        await chat.until(pilot, lambda: "ready" in str(ahead.content))
        assert "here already (3.0 s)" in str(chat.screen.query_one("#welcome-state").content)


async def test_the_model_may_still_be_loading(make_chat: Any) -> None:
    chat = make_chat("One.", loading=ModelState("reading weights", 0.3))
    async with chat.app.run_test(size=(110, 30)) as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.until(pilot, lambda: chat.running("model"))
        chat.screen.readings_changed()
        await chat.still(pilot)
        assert "loading, the turn waits" in str(chat.screen.query_one("#lanes").content)
        chat.loaded.set()
        await chat.until(pilot, lambda: "SmolLM2" in str(chat.screen.query_one("#model").content))


async def test_the_gauge_rests_when_nothing_runs(make_chat: Any) -> None:
    chat = make_chat("One.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.answered(pilot)
        await chat.until(pilot, lambda: not chat.screen._ticker._active.is_set())


async def test_scrolled_up_it_stays_there_while_more_arrives(make_chat: Any) -> None:
    gate = threading.Event()
    chat = make_chat("\n\n".join(f"Paragraph {n}." for n in range(40)), "Late words.", gate=gate)
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        gate.set()
        await chat.ask(pilot)
        await chat.answered(pilot)
        conversation = chat.screen.conversation
        await chat.until(pilot, lambda: conversation.max_scroll_y > 0 and conversation.is_vertical_scroll_end)
        gate.clear()
        await chat.ask(pilot)
        await chat.until(pilot, lambda: chat.llama.writing)
        await chat.still(pilot)
        conversation.focus()
        await pilot.press("home")
        await chat.until(pilot, lambda: conversation.scroll_y == 0)
        gate.set()
        await chat.until(pilot, lambda: chat.app.turns.running is None)
        await chat.still(pilot)
        assert conversation.scroll_y == 0


async def test_help_lists_the_keys_that_can_be_pressed(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await pilot.press("f1")
        await chat.still(pilot)
        text = str(chat.app.screen.query_one("#card Static").content)
        for key in ("Enter", "^J", "Esc", "F2", "^O", "^Q", "F1"):
            assert key in text
        await pilot.press("escape")
        await chat.still(pilot)
        assert chat.screen.prompt.has_focus


def test_every_binding_has_an_id() -> None:
    from tui.screens.chat import ChatScreen
    from tui.screens.confirm import ConfirmScreen
    from tui.screens.help import HelpScreen
    from tui.widgets.prompt import Prompt

    for owner in (HeadstartApp, ChatScreen, ConfirmScreen, HelpScreen, Prompt):
        assert all(binding.id for binding in owner.BINDINGS)


async def test_a_turn_that_ends_while_the_screen_is_taken_down_is_no_error(make_chat: Any) -> None:
    chat = make_chat("One.", gate=threading.Event())
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.writes(pilot)
        await chat.screen.query("*").remove()
        await chat.app.turns.finished(1, RESULT)
        assert chat.app.turns.running is None


def test_quitting_in_the_middle_of_an_answer_does_not_wait_for_its_end(make_chat: Any) -> None:
    gate = threading.Event()
    chat = make_chat("One.", gate=gate)

    async def use(pilot: Any) -> None:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.until(pilot, lambda: chat.llama.writing)
        await pilot.press("ctrl+q")

    async def run() -> None:
        await chat.app.run_async(headless=True, auto_pilot=use)
        await chat.app.sessions.close()

    asyncio.run(run())
    assert not gate.is_set()
    assert chat.engine._closed
