import json
from pathlib import Path
from typing import Any

import pytest

from bench import report, tau_retail, tau_rules
from bench.learned.moment import History
from bench.tau_world import Conversation, Shop, parse, replay
from headstart.speculation.calls import Call
from headstart.speculation.prediction import Candidate

NAMES = {"p1": "Desk Lamp", "p2": "Garden Gnome"}


def shop() -> Shop:
    return Shop(
        users={"ada": {"name": "Ada", "orders": ["#1", "#2"]}},
        orders={
            f"#{i}": {
                "order_id": f"#{i}",
                "status": "pending",
                "items": [{"name": NAMES[f"p{i}"], "product_id": f"p{i}", "price": 1.0}],
            }
            for i in (1, 2)
        },
        products={number: {"name": name, "product_id": number, "variants": {}} for number, name in NAMES.items()},
    )


def made(name: str, step: int, messages: int = 2, **arguments: Any) -> dict[str, Any]:
    return {"name": name, "arguments": arguments, "ok": True, "llm_step": step, "after_user_msg": messages}


CUSTOMER = made("get_user_details", 2, user_id="ada")
FIRST, SECOND = made("get_order_details", 3, order_id="#1"), made("get_order_details", 3, order_id="#2")


def conversation(*calls: dict[str, Any], steps: str = "ULULLLL") -> Conversation:
    login = made("find_user_id_by_email", 1, email="ada@example.com")
    line = {
        "user_id": "ada",
        "model": "invented",
        "login_call": 0,
        "steps": steps,
        "calls": [login, *calls],
        "user_messages": ["my desk lamp is broken", "ada@example.com"],
    }
    return parse(0, line)


def test_steps_and_messages_are_read_from_the_line() -> None:
    read = conversation(CUSTOMER, FIRST, SECOND)
    assert read.messages_at_sign_in == 2
    assert [len(step.calls) for step in read.steps] == [1, 2, 0]
    assert read.said(3) == ["my desk lamp is broken", "ada@example.com", ""]


def test_what_was_speculated_is_a_hit_and_hides_what_passed_before_it_was_asked_for() -> None:
    result = replay(conversation(CUSTOMER, FIRST), shop(), tau_rules.customer_and_orders)
    assert (result.reads, result.hits, result.issued, result.used) == (2, 2, 3, 2)
    assert result.hidden_s == pytest.approx(6.0)
    assert result.total_s == pytest.approx(3 * 4.21)


def test_what_is_issued_at_the_moment_it_is_asked_for_hides_nothing() -> None:
    late = replay(conversation(CUSTOMER), shop(), tau_rules.customer_only, model_s=0.0)
    assert (late.hits, late.hidden_s) == (1, 0.0)


def test_calls_of_one_step_start_together() -> None:
    together = replay(conversation(CUSTOMER, FIRST, SECOND), shop(), tau_rules.nothing)
    one_by_one = replay(conversation(CUSTOMER, FIRST, {**SECOND, "llm_step": 4}), shop(), tau_rules.nothing)
    assert together.total_s == pytest.approx(3 * 4.21 + 2 * 3.0)
    assert one_by_one.total_s == pytest.approx(3 * 4.21 + 3 * 3.0)


def test_what_was_asked_for_is_kept_and_asked_again_it_is_a_hit() -> None:
    result = replay(conversation(CUSTOMER, FIRST, {**FIRST, "llm_step": 4}), shop(), tau_rules.nothing)
    assert (result.reads, result.hits, result.issued) == (3, 1, 0)


def test_a_write_is_written_through_and_read_again_it_is_no_stale_hit() -> None:
    seen: list[str] = []

    def watching(known: History, signed_in: bool) -> list[Candidate]:
        seen.extend(data["status"] for call, data in known.results.items() if call.name == "get_order_details")
        return tau_rules.customer_and_orders(known, signed_in)

    cancel = made("cancel_pending_order", 4, order_id="#1", reason="no longer needed")
    again = {**FIRST, "llm_step": 5}
    result = replay(conversation(CUSTOMER, FIRST, cancel, again, steps="ULULLLLL"), shop(), watching)
    assert (result.reads, result.hits, result.stale_hits) == (3, 3, 0)
    assert seen[-1] == "pending"
    assert "cancelled" in seen


def test_a_write_that_names_nothing_drops_what_is_held() -> None:
    cancel = made("cancel_pending_order", 4)
    again = {**FIRST, "llm_step": 5}
    result = replay(conversation(CUSTOMER, FIRST, cancel, again, steps="ULULLLLL"), shop(), tau_rules.nothing)
    assert (result.hits, result.stale_hits) == (0, 0)


def test_a_policy_that_wants_a_write_is_counted_and_not_obeyed() -> None:
    def reckless(_known: History, signed_in: bool) -> list[Candidate]:
        return [Candidate(Call.of("cancel_pending_order", {"order_id": "#1"}), 1.0, "reckless")] if signed_in else []

    result = replay(conversation(CUSTOMER), shop(), reckless)
    assert (result.speculative_writes, result.issued) == (1, 0)


def test_no_customer_is_predicted_by_a_model_that_has_seen_them() -> None:
    conversations = [conversation(CUSTOMER, FIRST)]
    folds = tau_retail.folds_of(conversations)
    assert set(folds) == {"ada"}
    learned = tau_retail.learn(conversations, shop(), folds, tau_retail.WORTH["ever"])
    assert learned[folds["ada"]].transitions.ever == {}


def test_absent_data_is_said_plainly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tau_retail.main(["--traces", str(tmp_path / "none.jsonl")]) == 3
    assert "absent" in capsys.readouterr().err


def test_a_report_has_the_common_form(tmp_path: Path) -> None:
    path = report.write(
        "tiny", {"a": 1.0}, {"b": [1]}, packages=("rapidfuzz", "no-such-package"), path=tmp_path / "t.json"
    )
    written = json.loads(path.read_text())
    assert set(written) == {"benchmark", "commit", "when", "machine", "versions", "metrics", "samples"}
    assert set(written["machine"]) == {"cpu", "cores", "memory_gb", "gpu"}
    assert "no-such-package" not in written["versions"]
