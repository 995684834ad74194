"""Sits the exam: one engine, every conversation through the program's own session, each with its own customer.

Like a customer who takes a few seconds: what is looked up ahead is in, and the question is typed, before Enter.
"""

import asyncio
import copy
import sqlite3
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from agent.engine import Engine
from agent.events import Confirmation, TurnResult
from agent.session.session import Session
from agent.settings import Settings
from agent.shop.customers import Customers
from agent.shop.orders import OrderStore
from agent.shop.world import SIGN_INS, Shop, ShopBackend
from agent.turn.conversation import is_ahead
from headstart.errors import HeadstartError
from headstart.world import Options
from headstart.world.accounts import Accounts
from headstart.world.opened import Described
from training.exam import shop
from training.exam.expectation import Conversation
from training.exam.score import Made, Said
from training.exam.truth import Customer, read_customer

DEMO_LATENCY_S = 3.0
"""What the predictor is told a query costs; the exam's database itself is not slowed."""
POLL_S = 0.01
PATIENCE_S = 120.0


@dataclass(frozen=True)
class Turn:
    """One question as it went."""

    said: Said
    failed: str
    """The error that the customer saw in place of an answer."""
    took_s: float
    corrected: tuple[str, ...] = ()
    """What the guard did to the answer; without any, the answer is the same without a guard."""


class ExamShop(Shop):
    """The shop with its clock standing at the day of the exam."""

    @asynccontextmanager
    async def connect(self, options: Options) -> AsyncGenerator[ShopBackend]:
        """Open the exam's orders and accounts."""
        store = await OrderStore.open(options["orders"], clock=lambda: datetime.combine(shop.TODAY, time(12), UTC))
        try:
            yield ShopBackend(store, Accounts(Customers(store), options.state_folder / SIGN_INS))
        finally:
            await store.close()


class ExamEngine(Engine):
    """The engine over the exam's database, which is not slowed; the predictor is told that it were."""

    async def open(self) -> None:
        """Open the exam's shop."""
        await super().open()
        self.latency_s = 0.0

    def _saved_s(self, tool: str) -> float:
        return DEMO_LATENCY_S


@asynccontextmanager
async def engine(settings: Settings, model: BaseChatModel) -> AsyncGenerator[ExamEngine]:
    """An engine that is ready, with a model that stays loaded when it closes."""
    opened = ExamEngine(settings, world=Described(ExamShop()), load_model=lambda *_: copy.copy(model))
    await opened.open()
    opened.start_model()
    await asyncio.wrap_future(opened.model)
    try:
        yield opened
    finally:
        await opened.close()


def settings(folder: Path, database: Path, strategy: str, *, guard: bool) -> Settings:
    """The settings of a sitting; a program without a guard has it off."""
    given: dict[str, Any] = {
        "options": {"orders": database},
        "db_latency": DEMO_LATENCY_S,
        "strategy": strategy,
        "state_folder": folder / "state",
        "data_folder": folder / "data",
    }
    if has_guard():
        given["guard"] = guard
    return Settings(**given)


def has_guard() -> bool:
    """Whether the program has a guard that can be turned off."""
    return "guard" in Settings.model_fields


async def sit(opened: ExamEngine, conversation: Conversation, database: Path) -> list[Turn]:
    """One customer's questions, one after the other."""
    session = await opened.sign_in(conversation.customer_id, shop.PASSWORD)
    turns: list[Turn] = []
    known: list[BaseMessage] = []
    standing: list[Made] = []
    try:
        for question in conversation.questions:
            before = rows(database, conversation.customer_id)
            await _ready(session)
            session.typed(question.text)
            await _ready(session)
            began_s = asyncio.get_running_loop().time()
            answer, failed, corrected = "", "", ()
            try:
                result = await _answer(session, question.text)
                answer, corrected = result.answer, result.corrected
            except HeadstartError as error:
                failed = str(error)
            took_s = asyncio.get_running_loop().time() - began_s
            messages = await asyncio.to_thread(session.messages)
            seen = {message.id for message in known}
            new = [message for message in messages if message.id not in seen]
            known = messages
            ahead, made = _calls(new)
            standing = [*standing, *ahead]
            after = rows(database, conversation.customer_id)
            turns.append(Turn(Said(answer, made, standing, before, after), failed, took_s, corrected))
            standing = [*standing, *made]
    finally:
        await session.close()
        opened._sessions.remove(session)  # pyright: ignore[reportPrivateUsage]
    return turns


def rows(database: Path, customer_id: str) -> Customer:
    """The customer's rows now."""
    with closing(sqlite3.connect(database)) as connection:
        return read_customer(connection, customer_id)


async def _answer(session: Session, text: str) -> TurnResult:
    outcome = await asyncio.to_thread(session.ask, text)
    while isinstance(outcome, Confirmation):
        outcome = await asyncio.to_thread(session.confirm, outcome, confirmed=True)
    return outcome


async def _ready(session: Session) -> None:
    """What was begun ahead has ended, and the prompt is warm."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            # Thrice, because what has just ended begins the next thing in the loop's next rounds.
            for _ in range(3):
                await asyncio.sleep(POLL_S)
                if session.warming or session.timeline.running() or _waits(session):
                    break
            else:
                return


def _waits(session: Session) -> bool:
    return any(one.state in ("waiting", "in flight") for one in session.ahead())


def _calls(messages: Iterable[BaseMessage]) -> tuple[list[Made], list[Made]]:
    """The exchanges that were placed ahead, and the calls that the model made itself."""
    messages = list(messages)
    results = {message.tool_call_id: message for message in messages if isinstance(message, ToolMessage)}
    ahead: list[Made] = []
    made: list[Made] = []
    for message in messages:
        if not isinstance(message, AIMessage):
            continue
        for call in message.tool_calls:
            result = results.get(call["id"] or "")
            arguments: Mapping[str, str] = {name: str(value) for name, value in call["args"].items() if value != ""}
            one = Made(call["name"], arguments, result.text if result else "", result is not None)
            (ahead if is_ahead(message) else made).append(one)
        made += [Made("unreadable", {}, call["error"] or "", False) for call in message.invalid_tool_calls]
    return ahead, made
