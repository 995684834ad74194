import asyncio
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable
from statistics import median

import pytest
from stubs.waiting import until

from agent.events import TextArrived, TurnResult
from agent.session.session import Session
from agent.settings import STRATEGIES, Settings, Strategy
from agent.shop.demo_data import bundled
from headstart.llama.chat_model import ChatLlama

SignIn = Callable[..., Awaitable[Session]]
PATIENT_S = 200
STATUS = "Hi, can you tell me the status of my recent orders?"


def drawn_accounts(count: int) -> list[str]:
    """Customers who have between one and eight orders, drawn by a fixed seed."""
    with sqlite3.connect(bundled()) as orders:
        found = orders.execute("SELECT customer_id FROM orders GROUP BY 1 HAVING count(*) BETWEEN 1 AND 8 ORDER BY 1")
        return random.Random(20261122).sample([customer for (customer,) in found], count)


def facts(customer: str) -> dict[str, str]:
    """Order number → status, straight from the database."""
    with sqlite3.connect(bundled()) as orders:
        return dict(orders.execute("SELECT order_id, status FROM orders WHERE customer_id = ?", [customer]).fetchall())


async def answered(session: Session, question: str, strategy: Strategy | None = None) -> TurnResult:
    outcome = await asyncio.to_thread(session.ask, question, strategy)
    assert isinstance(outcome, TurnResult)
    return outcome


async def all_ahead(session: Session) -> None:
    """Everything that was started at sign-in is done: the orders are in and the prompt is warm."""
    await until(lambda: {a.state for a in session.ahead()} == {"ready"}, PATIENT_S)
    await until(lambda: not session.timeline.running() and not session.warming, PATIENT_S)


def right(answer: str, customer: str) -> bool:
    """Each order is told with its own status."""
    told = {line.split("(", 1)[1].split(")", 1)[0]: line for line in answer.splitlines() if "(" in line}
    return {number: status.lower() in told.get(number, "").lower() for number, status in facts(customer).items()} == (
        dict.fromkeys(facts(customer), True)
    )


@pytest.mark.parametrize("customer", drawn_accounts(3))
async def test_a_drawn_customer_is_told_the_status_of_every_order_from_a_hit(sign_in: SignIn, customer: str) -> None:
    session = await sign_in(customer, db_latency=0.2)
    await all_ahead(session)
    result = await answered(session, STATUS)
    assert right(result.answer, customer), result.answer
    assert [(use.name, use.outcome, use.used) for use in result.tool_calls] == [("get_order_history", "hit", True)]
    assert result.grounded
    assert result.figures.database_waited_s == 0
    assert result.figures.cached_tokens > 0.8 * result.figures.prompt_tokens


@pytest.mark.parametrize("strategy", STRATEGIES)
async def test_the_notebooks_question_is_answered_under_each_strategy(sign_in: SignIn, strategy: Strategy) -> None:
    session = await sign_in("user123", strategy=strategy, db_latency=0.2)
    result = await answered(session, STATUS)
    assert right(result.answer, "user123"), result.answer
    assert [use.name for use in result.tool_calls] == ["get_order_history"]


@pytest.mark.parametrize("strategy", STRATEGIES)
async def test_the_figures_agree_with_the_wall_clock(sign_in: SignIn, strategy: Strategy) -> None:
    session = await sign_in("user123", strategy=strategy, db_latency=0.5)
    if strategy == "ahead":
        await all_ahead(session)
    heard: list[float] = []
    session.on_event = lambda e: heard.append(time.monotonic()) if isinstance(e, TextArrived) else None
    entered_s = time.monotonic()
    result = await answered(session, STATUS)
    ended_s = time.monotonic()
    figures = result.figures
    # The timeline's clock is the wall's, so each moment has its place between two others, however busy the machine.
    assert entered_s <= result.entered_s < heard[0] <= heard[-1] <= result.ended_s <= ended_s
    assert figures.total_s == pytest.approx(result.ended_s - result.entered_s)
    model = [span for span in result.spans if span.lane == "model" and span.start_s >= result.entered_s]
    assert figures.first_token_s is not None
    assert model[-1].start_s - result.entered_s < figures.first_token_s <= heard[0] - result.entered_s
    [lookup] = [span for span in result.spans if span.lane == "database" and span.name == "get_order_history"]
    assert lookup.end_s is not None
    took_s = lookup.end_s - lookup.start_s
    assert took_s >= 0.5
    assert figures.database_waited_s + figures.database_hidden_s == pytest.approx(took_s, abs=0.01)
    if strategy == "ahead":
        assert figures.database_waited_s == 0
    if strategy == "sequential":
        assert figures.database_hidden_s == 0
    assert figures.database_waited_s + figures.model_s <= figures.total_s


@pytest.mark.realtime
async def test_the_sequential_estimate_holds_against_paired_sequential_runs(sign_in: SignIn) -> None:
    ratios: list[float] = []
    for _ in range(3):
        session = await sign_in("user123", strategy="sequential", db_latency=2.0)
        sequential = await answered(session, STATUS)
        await session.close()
        session = await sign_in("user123", strategy="ahead", db_latency=2.0)
        await all_ahead(session)
        ahead = await answered(session, STATUS)
        await session.close()
        assert ahead.answer == sequential.answer
        ratios.append(ahead.figures.sequential_estimate_s / sequential.figures.total_s)
    assert median(ratios) == pytest.approx(1.0, abs=0.15), ratios


async def test_what_is_hidden_is_added_to_the_sequential_estimate(sign_in: SignIn) -> None:
    session = await sign_in("user123", strategy="ahead", db_latency=0.5)
    await all_ahead(session)
    figures = (await answered(session, STATUS)).figures
    assert figures.database_hidden_s >= 0.5
    assert figures.sequential_estimate_s >= figures.total_s + figures.database_hidden_s


async def test_esc_stops_the_real_model_in_the_middle_of_its_answer(sign_in: SignIn) -> None:
    session = await sign_in("eight8", db_latency=0.0)
    await all_ahead(session)
    shown: list[str] = []
    session.on_event = lambda e: shown.append(e.text) if isinstance(e, TextArrived) else None
    turn = asyncio.create_task(asyncio.to_thread(session.ask, STATUS))
    await until(lambda: shown, PATIENT_S)
    session.stop()
    result = await turn
    assert isinstance(result, TurnResult)
    assert (result.ended, result.answer) == ("stopped", "".join(shown).rstrip())
    assert not right(result.answer, "eight8"), "it did not write on to the end"


async def test_signing_out_leaves_no_token_of_the_customer_in_the_cache(
    sign_in: SignIn, embedded: ChatLlama, settings: Settings
) -> None:
    session = await sign_in("user123", db_latency=0.0)
    await all_ahead(session)
    await answered(session, STATUS)
    assert "Smart Coffee Mug" in embedded.cached_text()
    await session.close()
    assert "Smart Coffee Mug" not in embedded.cached_text()
    assert "support assistant" in embedded.cached_text(), "the shared instructions stay warm"
    assert b"Smart Coffee Mug" not in b"".join(p.read_bytes() for p in settings.state_folder.glob("*.log"))
