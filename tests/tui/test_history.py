import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from stubs.confirming import answer
from stubs.kept import keep, turn
from stubs.shop_rows import HISTORY, MANY
from textual.pilot import Pilot
from textual.widgets import Input

from agent.session.conversations import Conversations, Kept
from agent.settings import Settings
from headstart.errors import DatabaseError
from tui.screens.history import HistoryScreen
from tui.screens.line import LineScreen
from tui.screens.saving import file_name, suggestion
from tui.widgets.cards import FactCard, RecordsTable
from tui.widgets.conversation import AgentMessage, UserMessage

MUG = "user123:11111111-1111-1111-1111-111111111111"
MUG_TURN = turn("Where is my mug?", "It was *delivered*.")
EARLIER = datetime(2026, 11, 20, 8, 14, tzinfo=UTC)


@pytest.fixture
def kept(settings: Settings) -> Settings:
    """The mug was asked for two days ago."""
    keep(settings.state_folder, MUG, EARLIER, MUG_TURN)
    return settings


async def open_history(chat: Any, pilot: Pilot[None]) -> HistoryScreen:
    """The conversation that is open has one turn."""
    await chat.sign_in(pilot)
    await chat.ask(pilot, "And [this] one?")
    await chat.answered(pilot)
    await pilot.press("f3")
    await chat.until(pilot, lambda: isinstance(chat.app.screen, HistoryScreen) and chat.app.screen._listed)
    await chat.still(pilot)
    return chat.app.screen


def unreadable(_: Conversations) -> list[Kept]:
    raise DatabaseError("The kept conversations cannot be read: [x. Move it.")


def rows(screen: HistoryScreen) -> list[str]:
    return [" ".join(str(cell) for cell in screen.table.get_row_at(row)) for row in range(screen.table.row_count)]


async def test_f3_lists_what_is_kept_of_this_customer(make_chat: Any, kept: Settings) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        screen = await open_history(chat, pilot)
        this, mug = [row.split() for row in rows(screen)]
        assert (this[0], this[4:]) == ("●", ["1", "And", "[this]", "one?"])
        assert mug == ["20", "Nov", "08:14", "1", "Where", "is", "my", "mug?"]
        await pilot.press("escape")
        await chat.still(pilot)
        assert chat.screen.prompt.has_focus


async def test_enter_goes_on_with_a_kept_conversation(make_chat: Any, kept: Settings) -> None:
    chat = make_chat("One.", "Blue.")
    async with chat.app.run_test() as pilot:
        await open_history(chat, pilot)
        before = chat.session
        await pilot.press("down", "enter")
        await chat.until(pilot, lambda: chat.app.screen.query("Prompt:focus"))
        assert before._closed.is_set()
        assert chat.session.thread_id == MUG
        assert [question.text for question in chat.screen.query(UserMessage)] == ["Where is my mug?"]
        assert "It was *delivered*." in chat.shown
        await pilot.press("up")
        assert chat.screen.prompt.text == "Where is my mug?"
        await chat.ask(pilot, "Which colour?")
        await chat.answered(pilot, turns=2)
        assert "Blue." in chat.shown


async def test_the_cards_of_a_kept_conversation_are_shown_again(make_chat: Any, settings: Settings) -> None:
    said = (
        turn("Where is my mug?", "B456 was delivered.", HISTORY),
        turn("And its price?", "Your mug (B456) cost $39.90.", HISTORY),
        turn("All of them?", "You have 40 orders.", MANY),
        turn("Thanks", "You are welcome."),
    )
    keep(settings.state_folder, MUG, EARLIER, *said)
    chat = make_chat()
    async with chat.app.run_test(size=(80, 24)) as pilot:
        await open_history(chat, pilot)
        await pilot.press("down", "enter")
        await chat.until(pilot, lambda: chat.app.screen.query("Prompt:focus"))
        await chat.still(pilot)
        answers = list(chat.screen.query(AgentMessage))
        assert [len(answer.query(FactCard)) for answer in answers] == [1, 0, 0, 0]  # The same is not shown again.
        assert [len(answer.query(RecordsTable)) for answer in answers] == [0, 0, 1, 0]
        table = chat.screen.query_one(RecordsTable)
        assert table.row_count == 4
        assert "total" in "".join(str(column.label) for column in table.columns.values())


async def test_enter_on_the_one_that_is_open_goes_back(make_chat: Any, kept: Settings) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await open_history(chat, pilot)
        before = chat.session
        await pilot.press("enter")
        await chat.until(pilot, lambda: chat.app.screen.query("Prompt:focus"))
        assert chat.session is before
        assert not before._closed.is_set()


@pytest.mark.parametrize("keys", [("f3", "n"), ("ctrl+n",)])
async def test_a_new_conversation_begins_empty(make_chat: Any, kept: Settings, keys: tuple[str, ...]) -> None:
    chat = make_chat("One.")
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.answered(pilot)
        before = chat.session
        for key in keys:
            await pilot.press(key)
            await chat.still(pilot)
        await chat.until(
            pilot, lambda: chat.app.sessions.session not in (None, before) and chat.app.screen.query("Prompt:focus")
        )
        assert not chat.screen.query(UserMessage)


async def test_a_running_answer_is_not_left(make_chat: Any, kept: Settings) -> None:
    gate = threading.Event()
    chat = make_chat("One.", "Two.", gate=gate)
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        gate.set()
        await chat.ask(pilot)
        await chat.answered(pilot)
        gate.clear()
        await chat.ask(pilot)
        await chat.writes(pilot)
        before = chat.session
        await pilot.press("f3")
        await chat.until(pilot, lambda: isinstance(chat.app.screen, HistoryScreen) and chat.app.screen._listed)
        await pilot.press("n", "d", "down", "enter")
        await chat.still(pilot)
        assert chat.session is before
        assert not before._closed.is_set()
        assert isinstance(chat.app.screen, HistoryScreen)


async def test_rename(make_chat: Any, kept: Settings) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        screen = await open_history(chat, pilot)
        await pilot.press("r")
        await chat.until(pilot, lambda: isinstance(chat.app.screen, LineScreen))
        chat.app.screen.query_one(Input).value = "The [mug"
        await pilot.press("enter")
        await chat.until(pilot, lambda: "The [mug" in rows(screen)[0])


@pytest.mark.parametrize(("keys", "left"), [(["tab", "enter"], 1), (["escape"], 2), (["enter"], 2)])
async def test_deleting_asks_first(make_chat: Any, kept: Settings, keys: list[str], left: int) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        screen = await open_history(chat, pilot)
        await pilot.press("down", "d")
        await answer(pilot, *keys)
        await chat.until(pilot, lambda: chat.app.screen is screen and screen.table.row_count == left)


async def test_deleting_the_open_one_begins_a_new_one(make_chat: Any, kept: Settings) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await open_history(chat, pilot)
        before = chat.session
        await pilot.press("d")
        await answer(pilot, "tab", "enter")
        await chat.until(
            pilot, lambda: chat.app.sessions.session not in (None, before) and chat.app.screen.query("Prompt:focus")
        )
        assert not chat.screen.query(UserMessage)


@pytest.mark.parametrize(("key", "suffix"), [("m", ".md"), ("j", ".json")])
async def test_export_writes_the_file_that_is_named(
    make_chat: Any, kept: Settings, tmp_path: Path, key: str, suffix: str
) -> None:
    chat = make_chat()
    path = tmp_path / f"mug{suffix}"
    async with chat.app.run_test() as pilot:
        await open_history(chat, pilot)
        await pilot.press("down", key)
        await chat.until(pilot, lambda: isinstance(chat.app.screen, LineScreen))
        assert chat.app.screen.query_one(Input).value.endswith(f"headstart-where-is-my-mug{suffix}")
        chat.app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await chat.until(pilot, lambda: path.exists() and path.read_text())
        await chat.still(pilot)
        assert str(path) in [notification.message for notification in chat.app._notifications][-1]
    written = path.read_text()
    if suffix == ".json":
        assert json.loads(written)["turns"][0]["answer"] == "It was *delivered*."
    else:
        assert "> Where is my mug?" in written


async def test_an_export_overwrites_nothing(make_chat: Any, kept: Settings, tmp_path: Path) -> None:
    chat = make_chat()
    path = tmp_path / "mug.md"
    path.write_text("mine")
    async with chat.app.run_test() as pilot:
        await open_history(chat, pilot)
        await pilot.press("m")
        await chat.until(pilot, lambda: isinstance(chat.app.screen, LineScreen))
        first = chat.app.screen
        first.query_one(Input).value = str(path)
        await pilot.press("enter")
        await chat.until(pilot, lambda: chat.app.screen is not first and isinstance(chat.app.screen, LineScreen))
        assert "exists already" in [notification.message for notification in chat.app._notifications][-1]
        await pilot.press("escape")
        await chat.until(pilot, lambda: isinstance(chat.app.screen, HistoryScreen))
    assert path.read_text() == "mine"


async def test_a_file_that_cannot_be_read_is_said(make_chat: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        monkeypatch.setattr(Conversations, "listed", unreadable)
        await pilot.press("f3")
        await chat.until(pilot, lambda: chat.app._notifications)
        assert isinstance(chat.app.screen, HistoryScreen)


async def test_a_conversation_that_cannot_be_opened_leaves_the_one_before(make_chat: Any, kept: Settings) -> None:
    chat = make_chat("One.", "Two.")
    async with chat.app.run_test() as pilot:
        await open_history(chat, pilot)
        before = chat.session
        chat.engine.conversations("user123").delete(MUG)
        await pilot.press("down", "enter")
        await chat.until(pilot, lambda: chat.app._notifications)
        await pilot.press("escape")
        await chat.still(pilot)
        assert chat.session is before
        await chat.ask(pilot)
        await chat.answered(pilot, turns=2)
        assert "Two." in chat.shown


def test_names_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert file_name("Where is my [mug]?", ".md") == "headstart-where-is-my-mug.md"
    assert file_name("¿…?", ".json") == "headstart-conversation.json"
    (tmp_path / "a.md").touch()
    assert suggestion("a.md") == tmp_path / "a-2.md"
    (tmp_path / "Downloads").mkdir()
    assert suggestion("a.md") == tmp_path / "Downloads" / "a.md"
