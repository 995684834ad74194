import json
import threading
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.command import CommandList
from textual.widgets import Input, Select

from headstart.errors import SettingsError
from tui.app import HeadstartApp
from tui.preferences import FILE, Preferences, keep, load
from tui.screens.history import HistoryScreen
from tui.screens.settings import SettingsScreen
from tui.widgets.conversation import AgentMessage


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_what_was_chosen_is_there_the_next_time(tmp_path: Path) -> None:
    keep(Preferences(theme="textual-light", ahead_panel=False), tmp_path / "state")
    found = load(tmp_path / "state")
    assert (found.theme, found.ahead_panel, found.animations) == ("textual-light", False, True)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"animations": "odd"}'])
def test_a_damaged_file_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert load(tmp_path) == Preferences()


def test_a_variable_is_stronger_than_what_was_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(Preferences(theme="textual-light"), tmp_path)
    monkeypatch.setenv("HEADSTART_THEME", "nord")
    assert load(tmp_path).theme == "nord"


def test_a_keymap_that_is_none_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADSTART_KEYMAP", '{"chat.history": 7}')
    with pytest.raises(SettingsError, match=r"keymap\.chat\.history"):
        load(tmp_path)


async def test_keys_can_be_changed(make_chat: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADSTART_KEYMAP", '{"chat.strategy": "f9"}')
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await pilot.press("f2")
        assert chat.session.strategy == "ahead"
        await pilot.press("f9")
        assert chat.session.strategy == "sequential"


async def test_settings_hold_at_once_and_are_kept(make_chat: Any, settings: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test(size=(110, 30)) as pilot:
        await chat.sign_in(pilot)
        await pilot.press("f5")
        await chat.until(pilot, lambda: isinstance(chat.app.screen, SettingsScreen))
        screen = chat.app.screen
        screen.query_one("#theme", Select).value = "textual-light"
        screen.query_one("#strategy", Select).value = "overlap"
        for name in ("#ahead_panel", "#animations"):
            screen.query_one(name).focus()
            await pilot.press("enter")
        await chat.until(pilot, lambda: chat.app.animation_level == "none" and chat.app.theme == "textual-light")
        assert chat.session.strategy == "overlap"
        path = settings.state_folder / FILE
        await chat.until(pilot, lambda: path.exists() and not json.loads(path.read_text())["animations"])
        await pilot.press("escape")
        await chat.still(pilot)
        assert not chat.screen.ahead_panel.display
        assert chat.screen.prompt.has_focus


async def test_f6_hides_the_ahead_panel(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test(size=(110, 30)) as pilot:
        await chat.sign_in(pilot)
        for shown in (False, True):
            await pilot.press("f6")
            assert chat.screen.ahead_panel.display is shown


async def test_the_palette_lists_every_action_by_name(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        named = {command.title for command in chat.app.get_system_commands(chat.screen)}
        assert {"Strategy", "History", "Timeline", "Settings", "Find", "Copy", "Help", "Quit", "Sign out"} <= named
        await pilot.press("ctrl+p")
        await chat.until(pilot, lambda: chat.app.screen is not chat.app.sessions.chat)
        await pilot.press(*"histo")
        await chat.until(pilot, lambda: chat.app.screen.query_one(CommandList).option_count == 1)
        await pilot.press("enter")
        await chat.until(pilot, lambda: isinstance(chat.app.screen, HistoryScreen))


async def test_an_answer_that_ends_behind_another_window_rings(make_chat: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(HeadstartApp, "bell", lambda _: rung.append("bell"))
    chat = make_chat("One.", "Two.", "Three.", gate=threading.Event())
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        for turn, (leaves, wanted, bells) in enumerate(((False, True, 0), (True, True, 1), (True, False, 1))):
            chat.gate.clear()
            chat.app.appearance.preferences = chat.app.appearance.preferences.model_copy(update={"notify": wanted})
            await chat.ask(pilot)
            if leaves:
                chat.app.post_message(events.AppBlur())
                await chat.until(pilot, lambda: not chat.app.app_focus)
            chat.gate.set()
            await chat.until(
                pilot, lambda turn=turn: chat.app.turns.begun == turn + 1 and chat.app.turns.running is None
            )
            await chat.still(pilot)
            assert len(rung) == bells
            chat.app.post_message(events.AppFocus())
            await chat.until(pilot, lambda: chat.app.app_focus)


async def test_the_up_arrow_brings_questions_back_and_down_the_draft(make_chat: Any) -> None:
    chat = make_chat("One.", "Two.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        for turn, question in enumerate(("First", "Second")):
            await chat.ask(pilot, question)
            await chat.until(
                pilot, lambda turn=turn: chat.app.turns.begun == turn + 1 and chat.app.turns.running is None
            )
        await pilot.press(*"dr")
        prompt = chat.screen.prompt
        shown = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await pilot.press(key)
            shown.append(prompt.text)
        assert shown == ["Second", "First", "First", "Second", "dr", "dr"]


async def test_search_marks_the_newest_find_and_steps_to_others(make_chat: Any) -> None:
    chat = make_chat("The Mug is blue.", "The lamp.", "A mug again.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        for turn in range(3):
            await chat.ask(pilot, f"Question {turn}?")
            await chat.until(
                pilot, lambda turn=turn: chat.app.turns.begun == turn + 1 and chat.app.turns.running is None
            )
        await pilot.press("ctrl+f", *"mug")
        marked = lambda: [one.text.strip() for one in chat.screen.query(AgentMessage) if one.has_class("-found")]  # noqa: E731  It is asked several times.
        await chat.until(pilot, lambda: marked() == ["A mug again."])
        assert "2 of 2" in str(chat.screen.query_one("#finds").content)
        await pilot.press("enter")
        await chat.until(pilot, lambda: marked() == ["The Mug is blue."])
        await pilot.press("f7")
        assert chat.app.clipboard == "The Mug is blue."
        await pilot.press("escape")
        await chat.until(pilot, lambda: chat.screen.prompt.has_focus and not marked())
        await pilot.press("ctrl+f", *"x")
        await chat.until(pilot, lambda: "not found" in str(chat.screen.query_one("#finds").content))
        assert chat.screen.query_one(Input).value == "x"


async def test_f7_copies_the_newest_answer(make_chat: Any) -> None:
    chat = make_chat("It is **[blue]**.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await pilot.press("f7")
        assert chat.app.clipboard == ""
        await chat.ask(pilot)
        await chat.answered(pilot)
        await pilot.press("f7")
        assert chat.app.clipboard == "It is **[blue]**."


async def test_more_below_is_marked_and_reached_by_key(make_chat: Any) -> None:
    chat = make_chat("\n\n".join(f"Paragraph {n}." for n in range(60)))
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.answered(pilot)
        conversation, entry = chat.screen.conversation, chat.screen.entry
        await chat.until(pilot, lambda: conversation.max_scroll_y > 0 and conversation.is_vertical_scroll_end)
        assert not entry.border_title
        await pilot.press("pageup")
        await chat.until(pilot, lambda: "more below" in str(entry.border_title))
        assert chat.screen.prompt.has_focus
        await pilot.press("ctrl+end")
        await chat.until(pilot, lambda: not entry.border_title)
