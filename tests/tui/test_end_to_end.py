"""The screen over the real engine, database and graph; only the model is handed its words."""

import asyncio
import time
from typing import Any

import pytest
from stubs.confirming import answer
from stubs.fake_llama import FakeLlama, asks
from stubs.waiting import PATIENCE_S
from textual.widgets import Markdown

from agent.engine import Engine
from tui.app import HeadstartApp
from tui.messages import ConversationAsked
from tui.widgets.cards import FactCard
from tui.widgets.conversation import AgentMessage


class RealChat:
    def __init__(self, settings: Any, *replies: Any) -> None:
        self.llama = FakeLlama(replies=list(replies))
        self.app = HeadstartApp(
            settings.model_copy(update={"db_latency": 0.0}),
            lambda given, on_model: Engine(given, load_model=lambda *_: self.llama, on_model=on_model),
        )

    async def until(self, pilot: Any, holds: Any) -> None:
        ends_s = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < ends_s, f"It did not come to hold within {PATIENCE_S:.0f} s."
            await pilot.pause(0.01)

    async def sign_in(self, pilot: Any, user: str = "user123") -> None:
        login = self.app.sessions.login
        login.user.value, login.password.value = user, "demo"
        login.password.focus()
        await pilot.press("enter")
        await self.until(pilot, lambda: self.app.screen.query("Prompt:focus"))

    async def ask(self, pilot: Any, question: str) -> None:
        assert self.app.sessions.chat
        self.app.sessions.chat.prompt.text = question
        await pilot.press("enter")
        await self.until(pilot, lambda: self.app.turns.begun > 0)

    @property
    def shown(self) -> str:
        return "\n".join(markdown.source for markdown in self.app.screen.query(Markdown))


def run(chat: RealChat, use: Any) -> None:
    """As `run_chat` does: the engine is closed on the app's own loop, after the app."""

    async def main() -> None:
        try:
            async with chat.app.run_test(size=(110, 32)) as pilot:
                await use(pilot)
        finally:
            await chat.app.sessions.close()

    asyncio.run(main())


def test_a_question_is_answered_from_what_was_looked_up_at_sign_in(settings: Any) -> None:
    chat = RealChat(settings, "Your Smart Coffee Mug (B456) was delivered.")

    async def use(pilot: Any) -> None:
        await chat.sign_in(pilot)
        assert chat.app.sessions.chat
        await chat.until(pilot, lambda: chat.app.sessions.prefetched)
        await chat.ask(pilot, "Where is my mug?")
        await chat.until(pilot, lambda: chat.app.turns.running is None)
        await pilot.pause(0.0)
        assert "Smart Coffee Mug (B456)" in chat.shown
        assert "hit" in str(chat.app.sessions.chat.ahead_panel.content)

    run(chat, use)


@pytest.mark.parametrize(("keys", "done"), [(["tab", "enter"], True), (["enter"], False)])
def test_a_write_waits_for_a_key(settings: Any, keys: list[str], done: bool) -> None:
    chat = RealChat(settings, asks("cancel_order", order_id="K7575", reason="too late"), "All right.")

    async def use(pilot: Any) -> None:
        await chat.sign_in(pilot, "eight8")
        await chat.ask(pilot, "Cancel K7575.")
        await answer(pilot, *keys)
        await chat.until(pilot, lambda: chat.app.turns.running is None)
        await pilot.pause(0.0)
        assert "All right." in chat.shown
        result = next(message for message in chat.llama.prompts[-1] if getattr(message, "name", "") == "cancel_order")
        assert bool(result.artifact and result.artifact["data"]["done"]) is done

    run(chat, use)


def test_a_model_that_fails_gives_the_question_back(settings: Any) -> None:
    chat = RealChat(settings, RuntimeError("out of [memory]"), "Better now.")

    async def use(pilot: Any) -> None:
        await chat.sign_in(pilot)
        await chat.ask(pilot, "Where is it?")
        await chat.until(pilot, lambda: chat.app.turns.running is None)
        await pilot.pause(0.0)
        assert chat.app.sessions.chat
        assert chat.app.sessions.chat.prompt.text == "Where is it?"
        await pilot.press("enter")
        await chat.until(pilot, lambda: chat.app.turns.begun == 2 and chat.app.turns.running is None)
        await pilot.pause(0.0)
        assert "Better now." in chat.shown

    run(chat, use)


def test_a_resumed_conversation_shows_the_cards_that_stood_there(settings: Any) -> None:
    chat = RealChat(
        settings,
        asks("track_shipment", order_id="A123"),
        "Your parcel with the QuantumLeap AI Processor (A123) is on its way.",
        "Your Smart Coffee Mug (B456) was delivered.",
        "You are welcome.",
    )

    def cards() -> list[list[tuple[str, str]]]:
        return [
            [(str(card.border_title), str(card.content)) for card in answer.query(FactCard)]
            for answer in chat.app.screen.query(AgentMessage)
        ]

    async def use(pilot: Any) -> None:
        await chat.sign_in(pilot)
        await chat.until(pilot, lambda: chat.app.sessions.prefetched)
        for number, question in enumerate(("Track A123, please.", "Where is my mug?", "Thanks!"), 1):
            await chat.ask(pilot, question)
            await chat.until(pilot, lambda: chat.app.turns.running is None)
            assert chat.app.turns.begun == number
        await chat.until(pilot, lambda: [len(under) for under in cards()] == [1, 1, 0])
        before = cards()
        first, session = chat.app.sessions.chat, chat.app.sessions.session
        assert session
        chat.app.post_message(ConversationAsked(session.thread_id))
        await chat.until(pilot, lambda: chat.app.sessions.chat is not first and chat.app.screen.query("Prompt:focus"))
        await chat.until(pilot, lambda: cards() == before)

    run(chat, use)
