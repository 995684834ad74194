import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from stubs.confirming import answer
from stubs.fake_engine import FakeConversations, Script
from stubs.shop_rows import HISTORY, MANY, artifact
from textual.pilot import Pilot
from textual.widgets import Input

from agent.session.conversations import Kept, KeptTurn
from agent.shop.records import Row
from headstart.errors import DatabaseError
from tui.saving import file_name, suggestion
from tui.screens.history import HistoryScreen
from tui.screens.line import LineScreen
from tui.widgets.cards import FactCard, RecordsTable
from tui.widgets.conversation import Answer, Question

MUG = Kept("user123:mug", "Where is my mug?", datetime(2026, 11, 20, 8, 14, tzinfo=UTC), 1)
NOW = Kept("user123:now", "And [this] one?", datetime(2026, 11, 22, 19, 3, tzinfo=UTC), 3)
SAID = KeptTurn("Where is my mug?", "It was *delivered*.", ("get_order",))


def found(row: Row) -> dict[str, Any]:
    """A result as a conversation keeps it."""
    return dict(artifact(row, None))


def kept() -> FakeConversations:
    return FakeConversations(NOW, MUG, turns=(SAID,))


async def open_history(chat: Any, pilot: Pilot[None]) -> HistoryScreen:
    await chat.sign_in(pilot)
    await pilot.press("f3")
    await chat.until(pilot, lambda: isinstance(chat.app.screen, HistoryScreen) and chat.app.screen._listed)
    await chat.still(pilot)
    return chat.app.screen


def rows(screen: HistoryScreen) -> list[str]:
    return [" ".join(str(cell) for cell in screen.table.get_row_at(row)) for row in range(screen.table.row_count)]


async def test_f3_lists_what_is_kept_of_this_customer(make_chat: Any) -> None:
    chat = make_chat(kept=kept())
    async with chat.app.run_test() as pilot:
        screen = await open_history(chat, pilot)
        assert chat.engine.asked_for == ["user123"]
        assert [row.split() for row in rows(screen)] == [
            ["●", "22", "Nov", "19:03", "3", "And", "[this]", "one?"],
            ["20", "Nov", "08:14", "1", "Where", "is", "my", "mug?"],
        ]
        await pilot.press("escape")
        await chat.still(pilot)
        assert chat.screen.prompt.has_focus


async def test_enter_goes_on_with_a_kept_conversation(make_chat: Any) -> None:
    chat = make_chat(Script("Blue."), kept=kept())
    async with chat.app.run_test() as pilot:
        await open_history(chat, pilot)
        before = chat.session
        await pilot.press("down", "enter")
        await chat.until(pilot, lambda: chat.app.screen.query("Prompt:focus"))
        assert before.closed
        assert chat.session.thread_id == "user123:mug"
        assert [question.text for question in chat.screen.query(Question)] == ["Where is my mug?"]
        assert "It was *delivered*." in chat.shown
        await pilot.press("up")
        assert chat.screen.prompt.text == "Where is my mug?"
        await chat.ask(pilot, "Which colour?")
        await chat.answered(pilot)
        assert "Blue." in chat.shown


async def test_the_cards_of_a_kept_conversation_are_shown_again(make_chat: Any) -> None:
    said = (
        KeptTurn("Where is my mug?", "B456 was delivered.", facts=(found(HISTORY),)),
        KeptTurn("And its price?", "Your mug (B456) cost $39.90.", facts=(found(HISTORY),)),
        KeptTurn("All of them?", "You have 40 orders.", facts=(found(MANY),)),
        KeptTurn("Thanks", "You are welcome."),
    )
    chat = make_chat(kept=FakeConversations(NOW, MUG, turns=said))
    async with chat.app.run_test(size=(80, 24)) as pilot:
        await open_history(chat, pilot)
        await pilot.press("down", "enter")
        await chat.until(pilot, lambda: chat.app.screen.query("Prompt:focus"))
        await chat.still(pilot)
        answers = list(chat.screen.query(Answer))
        assert [len(answer.query(FactCard)) for answer in answers] == [1, 0, 0, 0]  # The same is not shown again.
        assert [len(answer.query(RecordsTable)) for answer in answers] == [0, 0, 1, 0]
        table = chat.screen.query_one(RecordsTable)
        assert table.row_count == 4
        assert "total" in "".join(str(column.label) for column in table.columns.values())


async def test_enter_on_the_one_that_is_open_goes_back(make_chat: Any) -> None:
    chat = make_chat(kept=kept())
    async with chat.app.run_test() as pilot:
        await open_history(chat, pilot)
        before = chat.session
        await pilot.press("enter")
        await chat.until(pilot, lambda: chat.app.screen.query("Prompt:focus"))
        assert chat.session is before
        assert not before.closed


@pytest.mark.parametrize("keys", [("f3", "n"), ("ctrl+n",)])
async def test_a_new_conversation_begins_empty(make_chat: Any, keys: tuple[str, ...]) -> None:
    chat = make_chat(Script("One."), kept=kept())
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.answered(pilot)
        before = chat.session
        for key in keys:
            await pilot.press(key)
            await chat.still(pilot)
        await chat.until(pilot, lambda: chat.session is not before and chat.app.screen.query("Prompt:focus"))
        assert not chat.screen.query(Question)


async def test_a_running_answer_is_not_left(make_chat: Any) -> None:
    chat = make_chat(Script("One."), gate=threading.Event(), kept=kept())
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await chat.ask(pilot)
        await chat.until(pilot, lambda: chat.session.running.is_set())
        before = chat.session
        await pilot.press("f3")
        await chat.until(pilot, lambda: isinstance(chat.app.screen, HistoryScreen) and chat.app.screen._listed)
        await pilot.press("n", "d", "down", "enter")
        await chat.still(pilot)
        assert chat.session is before
        assert not before.closed
        assert isinstance(chat.app.screen, HistoryScreen)


async def test_rename(make_chat: Any) -> None:
    chat = make_chat(kept=kept())
    async with chat.app.run_test() as pilot:
        screen = await open_history(chat, pilot)
        await pilot.press("r")
        await chat.until(pilot, lambda: isinstance(chat.app.screen, LineScreen))
        chat.app.screen.query_one(Input).value = "The [mug"
        await pilot.press("enter")
        await chat.until(pilot, lambda: "The [mug" in rows(screen)[0])


@pytest.mark.parametrize(("keys", "left"), [(["tab", "enter"], 1), (["escape"], 2), (["enter"], 2)])
async def test_deleting_asks_first(make_chat: Any, keys: list[str], left: int) -> None:
    chat = make_chat(kept=kept())
    async with chat.app.run_test() as pilot:
        screen = await open_history(chat, pilot)
        await pilot.press("down", "d")
        await answer(pilot, *keys)
        await chat.until(pilot, lambda: chat.app.screen is screen and screen.table.row_count == left)


async def test_deleting_the_open_one_begins_a_new_one(make_chat: Any) -> None:
    chat = make_chat(kept=kept())
    async with chat.app.run_test() as pilot:
        await open_history(chat, pilot)
        await pilot.press("d")
        await answer(pilot, "tab", "enter")
        await chat.until(pilot, lambda: chat.app.screen.query("Prompt:focus"))
        assert chat.session.thread_id == "user123:new"


@pytest.mark.parametrize(("key", "suffix"), [("m", ".md"), ("j", ".json")])
async def test_export_writes_the_file_that_is_named(make_chat: Any, tmp_path: Path, key: str, suffix: str) -> None:
    chat = make_chat(kept=kept())
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


async def test_an_export_overwrites_nothing(make_chat: Any, tmp_path: Path) -> None:
    chat = make_chat(kept=kept())
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


async def test_a_file_that_cannot_be_read_is_said(make_chat: Any) -> None:
    conversations = kept()
    conversations.error = DatabaseError("The kept conversations cannot be read: [x. Move it.")
    chat = make_chat(kept=conversations)
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        await pilot.press("f3")
        await chat.until(pilot, lambda: chat.app._notifications)
        assert isinstance(chat.app.screen, HistoryScreen)


async def test_a_conversation_that_cannot_be_opened_leaves_the_one_before(make_chat: Any) -> None:
    conversations = kept()
    chat = make_chat(Script("One."), kept=conversations)
    async with chat.app.run_test() as pilot:
        await open_history(chat, pilot)
        before = chat.session
        conversations.error = DatabaseError("It is no longer kept.")
        await pilot.press("down", "enter")
        await chat.until(pilot, lambda: chat.app._notifications)
        await pilot.press("escape")
        await chat.still(pilot)
        assert chat.session is before
        await chat.ask(pilot)
        await chat.answered(pilot)
        assert "One." in chat.shown


def test_names_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert file_name("Where is my [mug]?", ".md") == "headstart-where-is-my-mug.md"
    assert file_name("¿…?", ".json") == "headstart-conversation.json"
    (tmp_path / "a.md").touch()
    assert suggestion("a.md") == tmp_path / "a-2.md"
    (tmp_path / "Downloads").mkdir()
    assert suggestion("a.md") == tmp_path / "Downloads" / "a.md"
