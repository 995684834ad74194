import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from stubs.fake_llama import FakeLlama, asks
from stubs.waiting import until

from agent.engine import Engine
from agent.events import Confirmation, Event, StepFinished, TextArrived, ToolUse, TurnResult, describe
from agent.session.session import Session
from agent.settings import Settings
from agent.shop import rules
from agent.shop.english import sentences
from agent.shop.english.correction import Correction
from agent.shop.orders import OrderStore
from agent.shop.phrases import PHRASES
from agent.turn import synthetic
from headstart.errors import DatabaseError, ModelError, QuestionError, SessionClosedError
from headstart.speculation.prediction import Candidate
from headstart.speculation.speculator import Call
from headstart.timeline import DatabaseUse
from headstart.world import rule
from headstart.world.rules import When
from headstart.world.slow import Slow

SignIn = Callable[..., Awaitable[tuple[Session, FakeLlama]]]
STATUS = "Hi, can you tell me the status of my recent orders?"
ABLE = pytest.mark.parametrize("sign_in", [FakeLlama], indirect=True)
"""What only a model shows that is warmed, counts and goes on from a text."""
ANSWER = "QuantumLeap AI Processor (A123) has shipped and Smart Coffee Mug (B456) was delivered."


async def answered(session: Session, question: str = STATUS, **options: Any) -> TurnResult:
    outcome = await asyncio.to_thread(session.ask, question, **options)
    assert isinstance(outcome, TurnResult)
    return outcome


async def prefetched(session: Session) -> None:
    await until(lambda: [a.state for a in session.ahead()] == ["ready"])


def held(session: Session) -> list[tuple[str, str, str]]:
    return [(a.call.name, a.state, a.reason) for a in session.ahead()]


def change_orders(session: Session, statement: str) -> None:
    """As another program would."""
    path = session._settings.data_folder / "orders.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


async def test_signing_in_looks_up_the_orders_before_anything_is_asked(sign_in: SignIn) -> None:
    session, llama = await sign_in()
    await prefetched(session)
    assert [(a.call.name, a.reason) for a in session.ahead()] == [("get_order_history", "sign-in")]
    assert llama.prompts == []


async def test_ahead_answers_in_one_call_from_an_exchange_claimed_as_a_hit(sign_in: SignIn) -> None:
    session, llama = await sign_in(ANSWER)
    await prefetched(session)
    result = await answered(session)
    assert result.answer == ANSWER
    assert [(use.name, use.outcome, use.used) for use in result.tool_calls] == [("get_order_history", "hit", True)]
    assert [m.type for m in llama.prompts[0]] == ["system", "human", "ai", "tool", "human"]
    assert llama.prompts[0][1].text == PHRASES.signed_in
    assert "Smart Coffee Mug (B456)" in llama.prompts[0][3].text
    assert result.figures.database_waited_s == 0


async def test_sequential_shows_the_model_no_exchange_and_runs_the_tool_when_asked(sign_in: SignIn) -> None:
    session, llama = await sign_in(asks("get_order_history"), ANSWER, strategy="sequential")
    result = await answered(session)
    assert session.ahead() == []
    assert [[m.type for m in prompt] for prompt in llama.prompts] == [
        ["system", "human"],
        ["system", "human", "ai", "tool"],
    ]
    assert [use.outcome for use in result.tool_calls] == ["miss"]
    assert result.figures.database_hidden_s == 0


async def test_overlap_starts_the_tool_beside_the_models_first_call(sign_in: SignIn) -> None:
    session, llama = await sign_in(asks("get_order_history"), ANSWER, strategy="overlap", db_latency=0.2)
    result = await answered(session)
    assert [use.outcome for use in result.tool_calls] == ["joined"]
    query = next(span for span in result.spans if span.lane == "database")
    model = next(span for span in result.spans if span.lane == "model")
    assert query.start_s <= model.start_s
    assert [m.type for m in llama.prompts[0]] == ["system", "human"]


async def test_switching_the_strategy_changes_the_figures_and_not_the_facts(sign_in: SignIn) -> None:
    session, llama = await sign_in(ANSWER, asks("get_order_history"), ANSWER, ANSWER)
    await prefetched(session)
    ahead = await answered(session)
    session.set_strategy("sequential")
    sequential = await answered(session)
    session.set_strategy("ahead")
    await until(lambda: "ready" in [a.state for a in session.ahead()])
    again = await answered(session)
    contents = [
        next(m.text for m in reversed(prompt) if isinstance(m, ToolMessage))
        for prompt in (llama.prompts[0], llama.prompts[2], llama.prompts[3])
    ]
    assert len(set(contents)) == 1
    outcomes = [[use.outcome for use in result.tool_calls] for result in (ahead, sequential, again)]
    assert outcomes == [["hit"], ["miss"], ["hit"]]
    assert not any(m.additional_kwargs.get("ahead") for m in llama.prompts[1])


@pytest.mark.parametrize("without", ["data", "context"])
async def test_a_head_start_can_be_taken_out(sign_in: SignIn, without: str) -> None:
    session, llama = await sign_in(asks("get_order_history"), ANSWER, without=frozenset({without}))
    if without == "context":
        await prefetched(session)
    result = await answered(session)
    assert [m.type for m in llama.prompts[0]] == ["system", "human"]
    assert [use.outcome for use in result.tool_calls] == ["miss" if without == "data" else "hit"]


async def test_without_the_cache_nothing_is_prefilled(sign_in: SignIn) -> None:
    session, llama = await sign_in(without=frozenset({"cache"}))
    await prefetched(session)
    session.typed("Where is")
    await until(lambda: not session.warming)
    assert llama.prefilled == []


@ABLE
async def test_the_prompt_is_prefilled_with_the_exchange_and_what_is_typed(sign_in: SignIn) -> None:
    session, llama = await sign_in()
    await prefetched(session)
    await until(lambda: llama.prefilled and llama.prefilled[-1][0][-1].type == "tool")
    session.typed("Where is my")
    await until(lambda: llama.prefilled[-1][1] == "Where is my")
    assert [m.type for m in llama.prefilled[-1][0]] == ["system", "human", "ai", "tool"]


async def test_somebody_elses_change_makes_the_exchange_stale_and_renews_it(sign_in: SignIn) -> None:
    session, llama = await sign_in(ANSWER, "It was cancelled.")
    await prefetched(session)
    await answered(session)
    change_orders(session, "UPDATE orders SET status = 'Delayed' WHERE order_id = 'A123'")
    result = await answered(session)
    assert [use.outcome for use in result.tool_calls] == ["stale"]
    shown = [m for m in llama.prompts[1] if isinstance(m, ToolMessage)]
    assert "has shipped" in shown[0].text
    assert "is delayed" in shown[-1].text
    assert llama.prompts[1][: len(llama.prompts[0])] == llama.prompts[0]


async def test_another_customers_change_leaves_the_exchange_fresh(sign_in: SignIn) -> None:
    session, _ = await sign_in(ANSWER)
    await prefetched(session)
    change_orders(session, "UPDATE customers SET address = 'elsewhere' WHERE customer_id = 'eight8'")
    assert [use.outcome for use in (await answered(session)).tool_calls] == ["hit"]


async def test_the_signed_in_customer_is_no_argument(sign_in: SignIn) -> None:
    session, llama = await sign_in(asks("get_order", order_id="A123", customer_id="user123"), "No.", user="new0")
    result = await answered(session, "where is A123?")
    told = [m.text for m in llama.prompts[-1] if isinstance(m, ToolMessage)]
    assert told[-1] == "There is no order A123 in your account."
    assert "A123" not in str([use.data for use in result.tool_calls if use.name == "get_order_history"])


async def test_a_call_with_wrong_arguments_or_of_no_tool_is_answered_with_an_error(sign_in: SignIn) -> None:
    session, llama = await sign_in(asks("get_order"), asks("launch_rocket"), "Sorry.")
    await answered(session)
    errors = [m for m in llama.prompts[-1] if isinstance(m, ToolMessage) and m.status == "error"]
    assert [m.text for m in errors] == [
        "This tool needs other arguments: order_id.",
        "There is no tool launch_rocket.",
    ]


async def test_the_loop_of_tools_has_a_limit_and_says_so(sign_in: SignIn) -> None:
    session, _ = await sign_in(*[asks("get_account")] * 9, tool_rounds=3)
    result = await answered(session)
    assert result.answer == PHRASES.loop_limit


async def pending_address(sign_in: SignIn, *after: str | AIMessage) -> tuple[Session, Confirmation, str]:
    session, _ = await sign_in(*after)
    change_orders(session, "UPDATE orders SET status = 'Processing', tracking_number = NULL WHERE order_id = 'A123'")
    outcome = await asyncio.to_thread(session.ask, "Send A123 to 12 Elm Street, Leeds")
    assert isinstance(outcome, Confirmation)
    return session, outcome, "12 Elm Street, Leeds"


async def test_a_write_waits_for_the_customers_word_and_then_happens_once(sign_in: SignIn) -> None:
    call = asks("change_address", order_id="A123", address="12 Elm Street, Leeds")
    session, confirmation, address = await pending_address(sign_in, call, "Done.")
    assert (confirmation.tool, confirmation.after) == ("change_address", address)
    path = session._settings.data_folder / "orders.sqlite"

    def rows() -> list[tuple[str]]:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute("SELECT action FROM changes").fetchall()

    assert rows() == []
    result = await asyncio.to_thread(session.confirm, confirmation, confirmed=True)
    assert isinstance(result, TurnResult)
    assert result.answer == "Done."
    assert rows() == [("change_address",)]
    assert [use.name for use in result.tool_calls if use.record == "Change"] == ["change_address"]


async def test_a_declined_write_changes_nothing_and_the_model_is_told(sign_in: SignIn) -> None:
    call = asks("change_address", order_id="A123", address="12 Elm Street, Leeds")
    session, confirmation, _ = await pending_address(sign_in, call, "All right.")
    result = await asyncio.to_thread(session.confirm, confirmation, confirmed=False)
    assert isinstance(result, TurnResult)
    told = [m for m in session.messages() if isinstance(m, ToolMessage)]
    assert told[-1].text == PHRASES.not_confirmed
    with sqlite3.connect(session._settings.data_folder / "orders.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM changes").fetchone() == (0,)


async def test_a_write_that_the_rules_refuse_asks_nobody(sign_in: SignIn) -> None:
    session, llama = await sign_in(asks("cancel_order", order_id="B456"), "It cannot be cancelled.")
    result = await answered(session, "Cancel B456")
    refused = [m.text for m in llama.prompts[-1] if isinstance(m, ToolMessage)][-1]
    assert refused == "Smart Coffee Mug (B456) was delivered, so it can no longer be cancelled."
    assert result.answer == "It cannot be cancelled."


async def test_writes_are_never_speculated(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("cancel_order", "no_such_tool")
    wrong = [Candidate(Call.of(name, {"order_id": "A123"}), 1.0, "a_bad_rule", "sign-in") for name in names]
    monkeypatch.setattr(rules, "RULES", [rule("sign-in")(lambda _: wrong)])
    session, _ = await sign_in()
    assert session.ahead() == []


def slow(session: Session, seconds: float) -> None:
    service = session._lookups._world.backend
    assert isinstance(service, Slow)
    service.latency_s = seconds


def _fails(*_: Any, **__: Any) -> Any:
    raise RuntimeError("a rule that fails")


@pytest.mark.parametrize("function", [_fails, lambda *_: None, lambda *_: [None]])
@pytest.mark.parametrize("when", ["sign-in", "typing", "result"])
async def test_a_rule_that_fails_costs_neither_the_sign_in_nor_an_answer_nor_another_rule(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, when: When, function: Callable[..., Any]
) -> None:
    monkeypatch.setattr(rules, "RULES", [rule(when)(function), *rules.RULES])
    session, _ = await sign_in(asks("get_order_history"), ANSWER, ANSWER)
    await prefetched(session)
    session.typed("where is A123")
    assert ANSWER in (await answered(session)).answer


async def test_what_is_typed_about_is_looked_up_and_stands_nearest_to_the_question(sign_in: SignIn) -> None:
    session, llama = await sign_in("It was delivered.")
    await prefetched(session)
    session.typed("Where is my coffee mug")
    await until(lambda: [a.state for a in session.ahead()] == ["ready", "ready"])
    assert session.ahead()[-1].call == Call.of("track_shipment", {"order_id": "B456"})
    result = await answered(session, "Where is my coffee mug?")
    assert [(use.name, use.outcome) for use in result.tool_calls] == [
        ("get_order_history", "hit"),
        ("track_shipment", "hit"),
    ]
    assert [m.type for m in llama.prompts[0]] == ["system", "human", "ai", "tool", "human", "ai", "tool", "human"]
    assert llama.prompts[0][4].text == PHRASES.typing
    assert llama.prompts[0][6].text.startswith("B456")


async def test_what_the_text_is_not_about_any_more_is_interrupted_and_the_orders_are_not(sign_in: SignIn) -> None:
    session, _ = await sign_in()
    await prefetched(session)
    slow(session, 3600.0)

    def under_way() -> list[tuple[Any, str]]:
        return [(one.call.mapping().get("order_id"), one.state) for one in session.ahead()]

    session.typed("Where is A123")
    await until(lambda: under_way() == [(None, "ready"), ("A123", "in flight")])
    session.typed("Where is B456")
    await until(lambda: under_way() == [(None, "ready"), ("B456", "in flight")])
    session.stop()


async def test_what_somebody_else_changed_is_noticed_when_a_question_begins(sign_in: SignIn) -> None:
    session, _ = await sign_in(ANSWER, "It was cancelled.")
    await prefetched(session)
    await answered(session)
    change_orders(session, "UPDATE orders SET status = 'Delayed' WHERE order_id = 'A123'")
    session.typed("any ne")
    await until(lambda: ("get_order_history", "ready", "renewed") in held(session))
    result = await answered(session, "any news?")
    assert [use.outcome for use in result.tool_calls] == ["hit"]
    assert result.figures.database_waited_s == 0


async def test_what_a_tool_call_of_the_model_brought_is_claimed_again_and_renewed(sign_in: SignIn) -> None:
    session, llama = await sign_in(asks("get_order", order_id="A123"), "It has shipped.", "It is delayed.")
    await prefetched(session)
    await answered(session, "how is it going with my order?")
    change_orders(session, "UPDATE orders SET status = 'Delayed' WHERE order_id = 'A123'")
    result = await answered(session, "and now?")
    assert {use.name: use.outcome for use in result.tool_calls} == {"get_order_history": "stale", "get_order": "stale"}
    standing = [m.text for m in llama.prompts[-1] if isinstance(m, ToolMessage)]
    assert "is delayed" in standing[-1]


async def test_a_resumed_conversation_stands_as_it_was_and_is_held_against_the_revision(
    sign_in: SignIn, settings: Settings
) -> None:
    first, _ = await sign_in(asks("get_order", order_id="A123"), ANSWER)
    await prefetched(first)
    await answered(first)
    await first.close()
    engine = Engine(settings, load_model=lambda *_: FakeLlama(replies=["Nothing new."]))
    await engine.open()
    engine.start_model()
    await asyncio.wrap_future(engine.model)
    again = await engine.resume(await engine.sign_in("user123", "demo"), first.thread_id)
    await until(lambda: {one[0] for one in held(again) if one[1] == "ready"} == {"get_order_history", "get_order"})
    assert ("get_order", "ready", "resumed conversation") in held(again)
    result = await answered(again, "anything new?")
    assert {use.name: use.outcome for use in result.tool_calls} == {"get_order_history": "hit", "get_order": "hit"}
    assert [m.text for m in again.messages() if isinstance(m, HumanMessage)][1:] == [STATUS, "anything new?"]
    await engine.close()


async def test_what_a_write_left_needs_no_lookup(sign_in: SignIn) -> None:
    call = asks("change_address", order_id="A123", address="12 Elm Street, Leeds")
    session, confirmation, _ = await pending_address(sign_in, call, "Done.", asks("get_order", order_id="A123"), "Yes.")
    await asyncio.to_thread(session.confirm, confirmation, confirmed=True)
    await until(lambda: all(a.state == "ready" for a in session.ahead()))
    assert ("get_order", "your change") in [(a.call.name, a.reason) for a in session.ahead()]
    result = await answered(session, "what is in A123?")
    assert [(use.name, use.outcome) for use in result.tool_calls if use.name == "get_order"] == [("get_order", "hit")]


async def test_what_was_looked_up_ahead_and_why_is_told_with_the_result(sign_in: SignIn) -> None:
    session, _ = await sign_in(ANSWER)
    await prefetched(session)
    told = (await answered(session)).as_dict()["ahead"]
    assert told == [
        {
            "name": "get_order_history",
            "arguments": {},
            "reason": "sign-in",
            "state": "ready",
            "outcome": "hit",
            "used": True,
        }
    ]


async def test_what_was_typed_and_not_asked_stays_out_of_the_prompt(sign_in: SignIn) -> None:
    session, llama = await sign_in("Hello.")
    await prefetched(session)
    session.typed("Where is my coffee mug")
    await until(lambda: [a.state for a in session.ahead()] == ["ready", "ready"])
    await answered(session, "Hello there")
    assert [m.type for m in llama.prompts[0]] == ["system", "human", "ai", "tool", "human"]


async def test_lookups_that_nobody_used_count_against_their_rule(sign_in: SignIn) -> None:
    session, _ = await sign_in(ANSWER)
    await prefetched(session)
    session.typed("Where is my coffee mug")
    await until(lambda: [a.state for a in session.ahead()] == ["ready", "ready"])
    await answered(session)
    predictor = session._lookups._predictor
    await session.close()
    outcomes = {name: (rate.used, rate.wasted) for name, rate in predictor.rates.items()}
    assert outcomes == {"the_order_history": (1, 0), "the_order_typed_about": (0, 1)}


async def test_stopping_keeps_what_was_written(sign_in: SignIn) -> None:
    shown: list[str] = []
    gate = threading.Event()

    def on_event(event: Event) -> None:
        if isinstance(event, TextArrived):
            shown.append(event.text)
            gate.clear()

    session, llama = await sign_in("one two three four", on_event=on_event)
    llama.with_gate(gate)
    turn = asyncio.create_task(asyncio.to_thread(session.ask, STATUS))
    gate.set()
    await until(lambda: shown)
    session.stop()
    result = await turn
    assert isinstance(result, TurnResult)
    assert (result.ended, result.answer) == ("stopped", "".join(shown))
    assert [m.type for m in session.messages()][-2:] == ["human", "ai"]


async def test_stopping_before_the_first_word_leaves_the_conversation_as_it_was(sign_in: SignIn) -> None:
    session, llama = await sign_in("never shown", "second")
    llama.with_gate(threading.Event())
    turn = asyncio.create_task(asyncio.to_thread(session.ask, STATUS))
    await until(llama.started.is_set)
    session.stop()
    result = await turn
    assert isinstance(result, TurnResult)
    assert (result.ended, result.answer) == ("stopped", "")
    assert session.messages() == []


async def test_stopping_ends_the_wait_for_a_slow_tool(sign_in: SignIn) -> None:
    session, _ = await sign_in(asks("get_account"), strategy="sequential", db_latency=3600.0)
    turn = asyncio.create_task(asyncio.to_thread(session.ask, STATUS))
    await until(lambda: [s for s in session.timeline.running() if s.lane == "database"])
    session.stop()
    result = await turn
    assert isinstance(result, TurnResult)
    assert result.ended == "stopped"


async def test_a_failing_model_leaves_the_conversation_usable(sign_in: SignIn) -> None:
    session, _ = await sign_in(RuntimeError("out of memory \x1b[31m"), ANSWER)
    with pytest.raises(ModelError, match=r"out of memory [.]"):
        await asyncio.to_thread(session.ask, STATUS)
    assert session.messages() == []
    await prefetched(session)
    assert (await answered(session)).answer == ANSWER


async def test_a_model_that_fails_after_the_tool_leaves_no_half_turn(sign_in: SignIn) -> None:
    session, _ = await sign_in(ANSWER, asks("get_account"), RuntimeError("gone"), "Again.")
    await answered(session)
    kept = session.messages()
    with pytest.raises(ModelError):
        await asyncio.to_thread(session.ask, "Who am I?")
    assert session.messages() == kept
    assert (await answered(session, "Who am I?")).answer == "Again."


@pytest.mark.parametrize(("question", "said"), [("  \n", "empty"), ("x" * 20_000, "20,000 characters, at most 2,000")])
async def test_a_question_that_cannot_be_asked_says_why(sign_in: SignIn, question: str, said: str) -> None:
    session, llama = await sign_in()
    with pytest.raises(QuestionError, match=said):
        await asyncio.to_thread(session.ask, question)
    assert llama.prompts == []


async def test_control_sequences_reach_neither_the_model_nor_the_screen(sign_in: SignIn) -> None:
    shown: list[str] = []
    session, llama = await sign_in(
        "\x1b[31mred\x07", on_event=lambda e: shown.append(e.text) if isinstance(e, TextArrived) else None
    )
    result = await answered(session, "what\x1b]0;title\x07 is this")
    assert llama.prompts[0][-1].text == "what is this"
    assert result.answer == "".join(shown) == "red"


async def test_closing_ends_a_running_turn_and_holds_nothing(sign_in: SignIn) -> None:
    session, llama = await sign_in("never shown")
    llama.with_gate(threading.Event())
    turn = asyncio.create_task(asyncio.to_thread(session.ask, STATUS))
    await until(llama.started.is_set)
    await session.close()
    await asyncio.gather(turn, return_exceptions=True)
    assert session.ahead() == []
    assert session.timeline.spans() == []
    with pytest.raises(SessionClosedError):
        session.ask("anything")


@ABLE
async def test_a_long_conversation_drops_its_older_half_from_the_prompt_but_keeps_it(sign_in: SignIn) -> None:
    long = AIMessage("An answer.", usage_metadata={"input_tokens": 600, "output_tokens": 5, "total_tokens": 605})
    session, llama = await sign_in("one", "two", long, "last", max_prompt_tokens=512)
    await prefetched(session)
    for number in range(3):
        await answered(session, f"question {number}")
    await until(lambda: not session.warming)
    warmed = [m.text for m in llama.prefilled[-1][0] if isinstance(m, HumanMessage) and not synthetic.is_synthetic(m)]
    assert warmed == ["question 2"], "what the next question will find is warmed, and nothing longer"
    assert any(isinstance(m, ToolMessage) for m in llama.prefilled[-1][0]), "the orders with it"
    await answered(session, "question 3")
    asked = [m.text for m in llama.prompts[-1] if isinstance(m, HumanMessage) and not synthetic.is_synthetic(m)]
    assert asked == ["question 2", "question 3"]
    assert llama.prompts[-1][0].type == "system"
    assert any(isinstance(m, ToolMessage) for m in llama.prompts[-1]), "the orders stand in the prompt again"
    kept = [m.text for m in session.messages() if isinstance(m, HumanMessage) and not synthetic.is_synthetic(m)]
    assert kept == [f"question {number}" for number in range(4)]


async def test_every_step_is_told_with_its_time(sign_in: SignIn) -> None:
    steps: list[StepFinished] = []
    session, _ = await sign_in(
        asks("get_account"), "Ada.", on_event=lambda e: steps.append(e) if isinstance(e, StepFinished) else None
    )
    result = await answered(session, "Who am I?")
    assert [step.node for step in steps] == ["entry_point", "execute_tool", "final_answer"]
    assert all(step.took_s >= 0 for step in steps)
    assert [line.split("] ")[1].split(":")[0] for line in result.performance_log if "claimed" not in line] == [
        "entry_point",
        "entry_point",
        "entry_point",
        "execute_tool",
        "get_account",
        "final_answer",
        "turn",
    ]


async def test_the_state_that_is_kept_is_plain_data(sign_in: SignIn) -> None:
    session, _ = await sign_in(ANSWER)
    await prefetched(session)
    result = await answered(session)
    values = session._transcript._graph().get_state({"configurable": {"thread_id": session.thread_id}}).values
    assert values["user_id"] == "user123"
    assert values["agent_decision"] == "answer"
    assert values["performance_log"] == list(result.performance_log)
    assert {type(span) for span in values["spans"]} == {dict}


WRONG = "Your Smart Coffee Mug (B456) was delivered on 2001-01-01."


async def test_a_wrong_fact_is_not_shown_and_the_data_speak_in_its_place(sign_in: SignIn) -> None:
    shown: list[str] = []
    session, _ = await sign_in(WRONG, on_event=lambda e: shown.append(e.text) if isinstance(e, TextArrived) else None)
    await prefetched(session)
    result = await answered(session, "where is the mug?")
    assert "2001" not in result.answer
    assert result.answer == "".join(shown) == session.messages()[-1].text
    assert result.answer.startswith("Your Smart Coffee Mug (B456) was delivered on 20")
    assert (result.grounded, result.corrected) == (True, (Correction.WRONG_DATE,))


@ABLE
async def test_a_model_that_can_go_back_says_it_again_before_the_data_speak(sign_in: SignIn) -> None:
    session, llama = await sign_in()
    await prefetched(session)
    right = session._lookups.peek(rules.ORDER_HISTORY)[0].split("B456: ")[1].split("\n")[0]  # type: ignore[index]
    llama.capabilities = replace(llama.capabilities, continues=True)
    llama.replies[:] = [WRONG, right.rpartition("delivered on ")[2]]
    result = await answered(session, "where is the mug?")
    assert result.answer == f"Your {right}"
    assert llama.options[-1]["begun"] == "Your Smart Coffee Mug (B456) was delivered on "
    assert llama.options[-1]["barred"] == ("2001-01-01",)


async def test_without_the_guard_the_answer_is_shown_as_it_is_and_marked(sign_in: SignIn) -> None:
    session, _ = await sign_in(WRONG, guard=False)
    await prefetched(session)
    result = await answered(session, "where is the mug?")
    assert (result.answer, result.grounded, result.corrected) == (WRONG, False, ())


async def test_a_call_about_another_order_than_the_one_that_is_named_is_put_right(sign_in: SignIn) -> None:
    session, _ = await sign_in(asks("track_shipment", order_id="A123"), "It was delivered.")
    await prefetched(session)
    result = await answered(session, "Track the coffee mug, will you")
    assert [use.arguments for use in result.tool_calls if use.name == "track_shipment"] == [{"order_id": "B456"}]
    assert Correction.LOOKUP_OF_WRONG_ORDER in result.corrected


async def test_an_order_that_was_never_read_is_read_and_not_denied(sign_in: SignIn) -> None:
    session, llama = await sign_in(
        asks("get_order_history"), "I can't find it among your orders.", "done", user="forty40", strategy="sequential"
    )
    events: list[Event] = []
    session.on_event = events.append
    with sqlite3.connect(session._settings.data_folder / "orders.sqlite") as connection:
        (order_id,) = connection.execute(
            "SELECT order_id FROM orders WHERE customer_id = 'forty40' ORDER BY ordered_on LIMIT 1"
        ).fetchone()
    result = await answered(session, f"What is in order {order_id}?")
    assert [use.name for use in result.tool_calls] == ["get_order_history", "get_order"]
    assert order_id in llama.prompts[2][-1].text
    assert result.answer == "".join(e.text for e in events if isinstance(e, TextArrived)) == "done"
    assert result.corrected == (Correction.NOT_READ,)


async def test_an_order_that_cannot_be_read_is_tried_once(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    sorry = "The orders cannot be read right now."
    session, _ = await sign_in(asks("get_order_history"), "It is here.", sorry, user="forty40", strategy="sequential")

    async def fails(*_: Any, **__: Any) -> None:
        raise DatabaseError("locked")

    monkeypatch.setattr(OrderStore, "get_order", fails)
    with sqlite3.connect(session._settings.data_folder / "orders.sqlite") as connection:
        (order_id,) = connection.execute(
            "SELECT order_id FROM orders WHERE customer_id = 'forty40' ORDER BY ordered_on LIMIT 1"
        ).fetchone()
    assert (await answered(session, f"What is in order {order_id}?")).answer == f"{sorry} {sentences.OFFER}"


async def test_a_change_that_nobody_asked_for_is_not_even_proposed(sign_in: SignIn) -> None:
    session, llama = await sign_in(asks("cancel_order", order_id="A123"))
    await prefetched(session)
    result = await answered(session, "is everything all right with the processor?")
    assert result.answer.startswith("Your QuantumLeap AI Processor (A123) has shipped")
    assert (len(llama.prompts), result.corrected) == (1, (Correction.CHANGE_NOT_ASKED_FOR,))


async def test_a_new_address_that_nobody_gave_is_asked_for(sign_in: SignIn) -> None:
    made = asks("change_address", order_id="A123", address="7 Elm Street, Bern")
    session, _ = await sign_in(made, made)
    await prefetched(session)
    assert (await answered(session, "please send A123 elsewhere")).answer == sentences.NEW_ADDRESS
    refused = await answered(session, "7 elm street, bern")
    assert "can no longer be changed" in refused.tool_calls[-1].data["message"]


async def test_a_call_that_does_not_parse_is_not_shown(sign_in: SignIn) -> None:
    session, _ = await sign_in('<tool_call_>{"name": "cancel_order"}')
    await prefetched(session)
    assert (await answered(session, "hello")).answer == f"{sentences.NOT_UNDERSTOOD} {sentences.OFFER}"


async def test_a_follow_up_about_a_parcel_is_looked_up_for_the_order_that_was_told(sign_in: SignIn) -> None:
    session, _ = await sign_in("Your Smart Coffee Mug (B456) was delivered on 2026-11-20.")
    await prefetched(session)
    await answered(session, "how is b456")
    session.typed("and its tracking number?")
    await until(lambda: "track_shipment(order_id=B456)" in [describe(one.call) for one in session.ahead()])


async def test_a_model_that_goes_round_in_circles_is_made_to_answer(sign_in: SignIn) -> None:
    again = [asks("get_account") for _ in range(3)]
    session, llama = await sign_in(*again, "Ada.", tool_rounds=9)
    llama.replies[2:2] = ["You are Ada."]
    result = await answered(session, "who am I?")
    assert result.answer == "You are Ada."
    assert llama.options[-1]["tool_choice"] == "none"
    assert result.corrected == (Correction.REPEATED_LOOKUP,)


async def test_a_long_conversation_that_is_resumed_is_shortened_before_its_first_turn(
    sign_in: SignIn, settings: Settings
) -> None:
    first, _ = await sign_in(*["word " * 500] * 4)
    await prefetched(first)
    for number in range(4):
        await answered(first, f"question {number}")
    await first.close()
    llama = FakeLlama(replies=["Nothing new."])
    engine = Engine(settings.model_copy(update={"max_prompt_tokens": 1500}), load_model=lambda *_: llama)
    await engine.open()
    engine.start_model()
    await asyncio.wrap_future(engine.model)
    again = await engine.resume(await engine.sign_in("user123", "demo"), first.thread_id)
    await until(lambda: again._prompt.first_id is not None)
    await answered(again, "anything new?")
    asked = [m.text for m in llama.prompts[-1] if isinstance(m, HumanMessage) and not synthetic.is_synthetic(m)]
    assert asked == ["question 2", "question 3", "anything new?"]
    assert len(again.messages()) > len(llama.prompts[-1])
    await engine.close()


async def test_what_only_the_parcel_says_is_looked_up_where_the_model_answers_without_it(sign_in: SignIn) -> None:
    session, _ = await sign_in("It was delivered.", "It was delivered.")
    await prefetched(session)
    result = await answered(session, "who brings b456?")
    assert [use.name for use in result.tool_calls][-1] == "track_shipment"
    assert "The carrier is NorthPost" in result.answer
    assert result.corrected[-1] == Correction.INCOMPLETE_ANSWER


async def test_ones_own_data_are_looked_up_where_the_model_answers_from_the_orders(sign_in: SignIn) -> None:
    session, _ = await sign_in("You have no orders yet.", "You have no orders yet.", user="new0")
    await prefetched(session)
    result = await answered(session, "which street do you have for me?")
    assert [use.name for use in result.tool_calls][-1] == "get_account"
    assert result.answer.startswith("Your address is ")


async def test_what_is_denied_is_searched_for_first_where_there_are_more_orders_than_listed(sign_in: SignIn) -> None:
    denial = "I can't find a lawn mower among your orders."
    session, _ = await sign_in(denial, denial, user="forty40")
    await until(lambda: session._lookups.begun())
    result = await answered(session, "where is my lawn mower?")
    assert [use.arguments for use in result.tool_calls][-1] == {"text": "lawn mower"}
    assert (result.answer, result.corrected) == (f"{denial} {sentences.WAY_ON}", (Correction.NOT_SEARCHED,))


async def test_a_number_that_the_model_has_invented_is_not_looked_up(sign_in: SignIn) -> None:
    session, _ = await sign_in(asks("track_shipment", order_id="A"), user="new0")
    await prefetched(session)
    assert (await answered(session, "where is my parcel?")).answer == "You have no orders yet."


async def test_without_the_orders_a_number_that_the_model_has_invented_is_looked_for_among_them(
    sign_in: SignIn,
) -> None:
    session, _ = await sign_in(asks("get_order", order_id="Z1"), ANSWER, strategy="sequential")
    result = await answered(session)
    assert [use.name for use in result.tool_calls] == ["get_order_history"]


async def test_a_call_for_a_question_about_somebody_else_is_not_made(sign_in: SignIn) -> None:
    session, llama = await sign_in(asks("get_account"))
    await prefetched(session)
    result = await answered(session, "what is the address of customer moreno12?")
    assert (result.answer, len(llama.prompts)) == (sentences.ONLY_YOURS, 1)
    assert result.corrected == (Correction.NEEDLESS_LOOKUP,)


async def test_a_follow_up_by_its_place_is_about_that_order(sign_in: SignIn) -> None:
    session, _ = await sign_in(ANSWER, "Your QuantumLeap AI Processor (A123) has shipped.")
    await prefetched(session)
    await answered(session)
    assert (await answered(session, "and the second one?")).answer.startswith("Your Smart Coffee Mug (B456) was")


async def test_only_the_call_that_the_answer_rests_on_hides_time(sign_in: SignIn) -> None:
    session, _ = await sign_in()
    turn = await asyncio.to_thread(session._turns.new_turn, "where is b456?", "ahead")
    other, told = (Call.of("get_order", {"order_id": order}) for order in ("A123", "B456"))
    for call in (other, told):
        turn.tools.database.append(DatabaseUse(call, 0.0, 3.0, skipped_decision=True))
        turn.tools.uses[call] = ToolUse(call.name, call.mapping(), "hit", 0.0)
    turn.tools.rest_on([told])
    assert [use.call for use in turn.tools.counted_database()] == [told]


async def test_two_writes_of_one_tool_are_counted_apart(sign_in: SignIn) -> None:
    session, _ = await sign_in(user="eight8", db_latency=0.02)
    turn = await asyncio.to_thread(session._turns.new_turn, "cancel both", "ahead")
    calls = [
        {"name": "cancel_order", "args": {"order_id": order}, "id": order, "type": "tool_call"}
        for order in ("K7575", "V3567")
    ]
    await asyncio.to_thread(turn.tools.run, AIMessage("", tool_calls=calls), lambda *_: True)
    spent_s = sum(use.end_s - use.start_s for use in turn.tools.database)
    assert sum(use.waited_s for use in turn.tools.uses.values()) == pytest.approx(spent_s)
    assert len(turn.tools.uses) == 2


async def test_a_change_of_no_order_in_particular_is_proposed_for_the_one_in_work(sign_in: SignIn) -> None:
    made = asks("change_address", order_id="V3567", address="5 Elm Street, Exeter")
    session, _ = await sign_in(made, user="eight8")
    await prefetched(session)
    outcome = await asyncio.to_thread(session.ask, "Change my delivery address to 5 Elm Street, Exeter")
    assert isinstance(outcome, Confirmation)
    assert outcome.message == "Rain Jacket and Soundbar (K7575) will go to 5 Elm Street, Exeter."
    result = await asyncio.to_thread(session.confirm, outcome, confirmed=False)
    assert isinstance(result, TurnResult)
    assert result.corrected == (Correction.CHANGE_OF_UNNAMED_ORDER,)


@pytest.mark.parametrize("reply", ["Which order would you like to cancel?", asks("cancel_order", order_id="R1497")])
async def test_my_order_is_the_one_that_can_be_cancelled_whatever_the_model_makes_of_it(
    sign_in: SignIn, reply: Any
) -> None:
    session, _ = await sign_in(reply, user="eight8")
    await prefetched(session)
    outcome = await asyncio.to_thread(session.ask, "Cancel my order")
    assert isinstance(outcome, Confirmation)
    assert outcome.message == "Rain Jacket and Soundbar (K7575) will be cancelled."
    await asyncio.to_thread(session.confirm, outcome, confirmed=False)


async def test_without_the_orders_they_are_read_before_a_change_of_my_order(sign_in: SignIn) -> None:
    made = asks("cancel_order", order_id="V3567")
    session, _ = await sign_in(made, made, user="eight8", strategy="sequential")
    outcome = await asyncio.to_thread(session.ask, "Please cancel my order")
    assert isinstance(outcome, Confirmation)
    assert outcome.arguments["order_id"] == "K7575"
    await asyncio.to_thread(session.confirm, outcome, confirmed=False)


async def test_a_question_about_a_refund_proposes_no_return(sign_in: SignIn) -> None:
    session, _ = await sign_in(asks("request_return", order_id="B456", item="Smart Coffee Mug"))
    await prefetched(session)
    result = await answered(session, "where's my refund for the mug?")
    assert result.answer.startswith("Your Smart Coffee Mug (B456) was delivered")
    assert "A refund reaches you" in result.answer


async def test_an_address_of_several_lines_is_told_on_one(sign_in: SignIn) -> None:
    session, _ = await sign_in(asks("get_account"), "Your address is 9 Maple Lane, Exeter.")
    change_orders(session, "UPDATE customers SET address = '9 Maple Lane,\n Exeter' WHERE customer_id = 'user123'")
    assert (await answered(session, "What is my address?")).answer == "Your address is 9 Maple Lane, Exeter."
