import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from stubs.fake_llama import FakeLlama, asks
from stubs.waiting import until

from agent.engine import KEPT_IN, Engine
from agent.session import conversations
from agent.session.checkpoints import KeptSaver
from agent.session.conversations import Conversations, as_json, as_markdown
from agent.session.session import Session
from agent.settings import Settings
from headstart.errors import DatabaseError


class Room:
    """An engine over the real data, whose model is handed its replies."""

    def __init__(self, settings: Settings, *replies: str | AIMessage) -> None:
        self.llama = FakeLlama(replies=list(replies))
        self.engine = Engine(settings, load_model=lambda *_: self.llama)

    async def open(self) -> None:
        await self.engine.open()
        self.engine.start_model()
        await asyncio.wrap_future(self.engine.model)

    async def asked(self, user: str, *questions: str) -> Session:
        session = await self.engine.sign_in(user, "demo")
        await until(lambda: {one.state for one in session.ahead()} == {"ready"})  # The guard reads what has come.
        for question in questions:
            await asyncio.to_thread(session.ask, question)
        return session

    def kept(self, user: str = "user123") -> Conversations:
        return self.engine.conversations(user)


async def test_a_conversation_is_listed_under_its_first_question(settings: Settings) -> None:
    room = Room(settings, "It was delivered.", "It cost $39.90.")
    await room.open()
    session = await room.asked("user123", "Where is\nmy mug?", "And its price?")
    (kept,) = await asyncio.to_thread(room.kept().listed)
    assert (kept.thread_id, kept.title, kept.turns) == (session.thread_id, "Where is my mug?", 2)
    turns = await asyncio.to_thread(room.kept().turns, kept.thread_id)
    assert [(turn.question, turn.answer) for turn in turns] == [
        ("Where is\nmy mug?", "It was delivered."),
        ("And its price?", "It cost $39.90."),
    ]
    await room.engine.close()


async def test_a_conversation_is_kept_once_however_many_turns_it_has(settings: Settings) -> None:
    room = Room(settings, *["It was delivered."] * 6)
    await room.open()
    session = await room.asked("user123", *["Where is my mug?"] * 6)
    with sqlite3.connect(settings.state_folder / KEPT_IN) as connection:
        for table in ("checkpoints", "writes"):
            kept = connection.execute(f"SELECT count(DISTINCT checkpoint_id) FROM {table}").fetchone()
            assert kept[0] <= 1, table
    connection.close()
    assert len(await asyncio.to_thread(room.kept().turns, session.thread_id)) == 6
    await room.engine.close()


async def test_nobody_reaches_another_customers_conversations(settings: Settings) -> None:
    room = Room(settings, "One.", "Two.")
    await room.open()
    mine = await room.asked("user123", "Mine?")
    await room.asked("one1", "Theirs?")
    theirs = room.kept("one1")
    assert [kept.title for kept in await asyncio.to_thread(theirs.listed)] == ["Theirs?"]
    for reach in (theirs.turns, theirs.delete, lambda thread: theirs.rename(thread, "x")):
        with pytest.raises(DatabaseError, match="not one of yours"):
            await asyncio.to_thread(reach, mine.thread_id)
    assert await asyncio.to_thread(room.kept("user12").listed) == []
    assert await asyncio.to_thread(room.kept("user_23").listed) == []
    await room.engine.close()


async def test_a_kept_conversation_goes_on_after_a_restart(settings: Settings) -> None:
    room = Room(settings, "Let me see.")
    await room.open()
    thread_id = (await room.asked("user123", "Where is my mug?")).thread_id
    await room.engine.close()
    later = Room(settings, "The blue one.")
    await later.open()
    session = await later.engine.sign_in("user123", "demo")
    session.set_strategy("overlap")
    resumed = await later.engine.resume(session, thread_id)
    assert (resumed.thread_id, resumed.strategy) == (thread_id, "overlap")
    await asyncio.to_thread(resumed.ask, "Which colour?")
    (kept,) = await asyncio.to_thread(later.kept().listed)
    assert kept.turns == 2
    assert "Let me see." in [message.text for message in later.llama.prompts[-1]]
    await later.engine.close()


async def test_a_question_that_never_got_its_answer_is_taken_out(settings: Settings) -> None:
    room = Room(settings, "Hello.", asks("cancel_order", order_id="K7575", reason=""), "Where were we?")
    await room.open()
    session = await room.asked("eight8", "Hi", "Cancel K7575")  # The program ends while it asks for confirmation.
    resumed = await room.engine.resume(session, session.thread_id)
    assert [turn.question for turn in await asyncio.to_thread(room.kept("eight8").turns, session.thread_id)] == ["Hi"]
    result = await asyncio.to_thread(resumed.ask, "And now?")
    assert result.answer == "Where were we?"  # type: ignore[union-attr]  # No write.
    await room.engine.close()


async def test_renamed_and_named_by_the_question_again(settings: Settings) -> None:
    room = Room(settings, "One.")
    await room.open()
    session = await room.asked("user123", "Where?")
    await asyncio.to_thread(room.kept().rename, session.thread_id, "  The \x1b[31mmug\n ")
    assert [kept.title for kept in await asyncio.to_thread(room.kept().listed)] == ["The mug"]
    await asyncio.to_thread(room.kept().rename, session.thread_id, "")
    assert [kept.title for kept in await asyncio.to_thread(room.kept().listed)] == ["Where?"]
    await room.engine.close()


async def test_nothing_of_a_deleted_conversation_is_left_in_the_file(settings: Settings) -> None:
    room = Room(settings, "The secret word is xylophone.")
    await room.open()
    session = await room.asked("user123", "What is the word?")
    await asyncio.to_thread(room.kept().delete, session.thread_id)
    assert await asyncio.to_thread(room.kept().listed) == []
    with pytest.raises(DatabaseError, match="no longer kept"):
        await asyncio.to_thread(room.kept().turns, session.thread_id)
    written = b"".join(path.read_bytes() for path in settings.state_folder.glob("conversations.sqlite*"))
    assert b"xylophone" not in written
    await room.engine.close()


async def test_written_out_to_read_and_for_a_program(settings: Settings) -> None:
    room = Room(settings, asks("get_account"), "You live in Elm Street.")
    await room.open()
    await room.asked("user123", "Who am I?")
    (kept,) = await asyncio.to_thread(room.kept().listed)
    turns = await asyncio.to_thread(room.kept().turns, kept.thread_id)
    text = as_markdown(kept, turns)
    assert text.startswith("# Who am I?")
    assert "> Who am I?\n\nYou live in Elm Street.\n\n*looked up: get_account*" in text
    found = json.loads(as_json(kept, turns))
    assert found["turns"] == [{"question": "Who am I?", "answer": "You live in Elm Street.", "tools": ["get_account"]}]
    await room.engine.close()


def test_a_file_that_is_no_database_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "conversations.sqlite").write_text("no database" * 100)
    with pytest.raises(DatabaseError, match=r"conversations\.sqlite cannot be used: it is damaged.*Move it away"):
        Conversations(tmp_path / "conversations.sqlite", "user123").listed()


def test_an_empty_state_folder_lists_nothing(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    assert Conversations(path, "user123").listed() == []
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM conversation_titles").fetchone() == (0,)


async def test_listing_reads_no_conversation_whose_row_is_right(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(settings, "One.", "Two.", "Three.")
    await room.open()
    session = await room.asked("user123", "First?", "Second?")
    read: list[str] = []
    real = conversations._stored

    def stored(saver: Any, thread_id: str) -> Any:
        read.append(thread_id)
        return real(saver, thread_id)

    monkeypatch.setattr(conversations, "_stored", stored)
    (kept,) = await asyncio.to_thread(room.kept().listed)
    assert (kept.title, kept.turns, read) == ("First?", 2, [])
    with sqlite3.connect(settings.state_folder / KEPT_IN) as connection:  # As a file of an older version.
        connection.execute("DROP TABLE conversation_rows")
    connection.close()
    for _ in range(2):
        (kept,) = await asyncio.to_thread(room.kept().listed)
        assert (kept.title, kept.turns, read) == ("First?", 2, [session.thread_id])
    await room.engine.close()


async def test_a_row_that_a_crash_has_left_behind_is_written_anew(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(settings, "One.", "Two.")
    await room.open()
    session = await room.asked("user123", "First?")
    with monkeypatch.context() as patched:
        patched.setattr("agent.session.transcript.note_turn", lambda *_: None)
        await asyncio.to_thread(session.ask, "Second?")
    (kept,) = await asyncio.to_thread(room.kept().listed)
    assert kept.turns == 2
    await room.engine.close()


async def test_nothing_of_a_deleted_conversations_row_is_left(settings: Settings) -> None:
    room = Room(settings, "One.")
    await room.open()
    session = await room.asked("user123", "What is a xylophone?")
    await asyncio.to_thread(room.kept().rename, session.thread_id, "zither")
    await asyncio.to_thread(room.kept().delete, session.thread_id)
    written = b"".join(path.read_bytes() for path in settings.state_folder.glob("conversations.sqlite*"))
    assert not any(word in written for word in (b"xylophone", b"zither"))
    await room.engine.close()


def test_the_checkpointers_tables_are_as_deleting_expects_them(tmp_path: Path) -> None:
    with closing(KeptSaver(tmp_path / KEPT_IN)) as saver:
        query = "SELECT m.name, group_concat(c.name) FROM sqlite_schema m, pragma_table_info(m.name) c GROUP BY 1"
        found = {name: columns.split(",") for name, columns in saver.conn.execute(query) if "conversation" not in name}
        ours = {name: found[name][:3] for name in found if name in ("checkpoints", "writes")}
    assert set(found) - {"sqlite_autoindex_checkpoints_1", "sqlite_autoindex_writes_1"} == {"checkpoints", "writes"}
    assert all(columns == ["thread_id", "checkpoint_ns", "checkpoint_id"] for columns in ours.values())
