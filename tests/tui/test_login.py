import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from textual import events

from agent.models.loading import ModelState
from headstart.errors import DatabaseError, ModelError
from tui.screens.chat import ChatScreen

HEAVY = ("torch", "transformers", "langgraph", "langchain_core", "argon2", "textual.widgets._markdown", "agent.engine")


async def test_signing_in_opens_the_chat(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot)
        assert isinstance(chat.app.screen, ChatScreen)
        assert chat.app.sessions.login.user.value == chat.app.sessions.login.password.value == ""


async def test_a_wrong_password_is_said_and_the_name_stays(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.sign_in(pilot, password="wrong")
        login = chat.app.sessions.login
        await chat.until(pilot, lambda: login.problem.has_class("-error"))
        assert "wrong" in str(login.problem.content)
        assert (login.user.value, login.password.value) == ("user123", "")
        assert login.password.has_focus
        await pilot.press(*"demo", "enter")
        await chat.until(pilot, lambda: isinstance(chat.app.screen, ChatScreen))


async def test_an_empty_name_or_password_is_not_sent(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.opened(pilot)
        await pilot.press("tab", "enter")
        login = chat.app.sessions.login
        assert "name is empty" in str(login.problem.content)
        await pilot.press(*"user123", "enter", "enter")
        assert "password is empty" in str(login.problem.content)
        assert not login.user.disabled


async def test_the_password_reaches_no_clipboard(make_chat: Any) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.opened(pilot)
        await pilot.press(*"user123", "enter", *"secret")
        password = chat.app.sessions.login.password
        password.selection = password.selection.__class__(0, 6)
        await pilot.press("ctrl+c")
        password.selection = password.selection.__class__(0, 6)
        await pilot.press("ctrl+x")
        assert chat.app.clipboard == ""
        assert password.value == "secret"


@pytest.mark.parametrize("over", ["enter", "tab"])
async def test_a_password_typed_ahead_is_never_shown(make_chat: Any, over: str) -> None:
    chat = make_chat()
    async with chat.app.run_test() as pilot:
        await chat.opened(pilot)
        for key in (*"user123", over, *"demo", "enter"):
            chat.app.post_message(events.Key(key, {"enter": "\r", "tab": "\t"}.get(key, key)))
        await chat.until(pilot, lambda: isinstance(chat.app.screen, ChatScreen))


async def test_a_given_password_signs_in_by_itself(make_chat: Any, settings: Any) -> None:
    given = settings.model_copy(update={"user": "user123", "password": SecretStr("demo")})
    chat = make_chat(settings=given)
    async with chat.app.run_test() as pilot:
        await chat.until(pilot, lambda: isinstance(chat.app.screen, ChatScreen))


async def test_a_given_name_leaves_only_the_password(make_chat: Any, settings: Any) -> None:
    chat = make_chat(settings=settings.model_copy(update={"user": "user123"}))
    async with chat.app.run_test() as pilot:
        await chat.opened(pilot)
        assert chat.app.sessions.login.user.value == "user123"
        assert chat.app.sessions.login.password.has_focus


async def test_the_hint_is_for_the_demo_only(make_chat: Any, settings: Any) -> None:
    chat = make_chat(settings=settings.model_copy(update={"options": {"orders": Path("own.sqlite")}}))
    async with chat.app.run_test() as pilot:
        await chat.opened(pilot)
        assert not chat.app.screen.query("#hint")


async def test_orders_that_cannot_be_opened_are_said_and_tried_again(make_chat: Any) -> None:
    chat = make_chat(open_errors=(DatabaseError("The orders are locked. Close the other program."),))
    async with chat.app.run_test() as pilot:
        login = chat.app.sessions.login
        await chat.until(pilot, lambda: login.problem.has_class("-error"))
        assert "locked" in str(login.problem.content)
        await pilot.press(*"user123", "enter", *"demo", "enter")
        await chat.until(pilot, lambda: isinstance(chat.app.screen, ChatScreen))


async def test_an_error_from_outside_is_no_markup(make_chat: Any) -> None:
    chat = make_chat(open_errors=(KeyError("[a=1"),))
    async with chat.app.run_test() as pilot:
        await chat.until(pilot, lambda: chat.app.sessions.login.problem.has_class("-error"))
        assert "KeyError: '[a=1'" in str(chat.app.sessions.login.problem.content)


async def test_the_models_progress_and_failure_are_shown(make_chat: Any) -> None:
    chat = make_chat(loading=ModelState("reading weights", 0.42))
    async with chat.app.run_test() as pilot:
        await chat.opened(pilot)
        model = chat.app.sessions.login.model
        await chat.until(pilot, lambda: "42 %" in str(model.content))
        chat.load_error = ModelError("No weights. Run make chat.")
        chat.loaded.set()
        await chat.until(pilot, lambda: "No weights" in str(model.content))


async def test_sign_in_waits_for_the_orders(make_chat: Any) -> None:
    chat = make_chat()
    chat.shop.may_open.clear()
    async with chat.app.run_test() as pilot:
        await pilot.press(*"user123", "enter", *"demo", "enter")
        login = chat.app.sessions.login
        await chat.until(pilot, lambda: login.user.disabled)
        assert "checking" in str(login.problem.content)
        chat.shop.may_open.set()
        await chat.until(pilot, lambda: isinstance(chat.app.screen, ChatScreen))


def test_nothing_heavy_is_imported_before_the_first_frame() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bench.first_frame"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    seen = json.loads(ran.stdout.splitlines()[-1])
    assert 0 < seen["textual_s"] < seen["frame_s"]
    assert not [name for name in HEAVY if name in seen["modules"]]
    assert "tui.screens.chat" not in seen["modules"]
