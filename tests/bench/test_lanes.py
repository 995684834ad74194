"""The lanes on the wall clock. A busy machine makes everything later, so only what is late by design is bounded."""

from pathlib import Path

import pytest

from agent.session.session import Session
from bench import latency, sitting
from bench.latency import LANES, Lane
from bench.scripted import ScriptedModel

LATENCY_S = 0.6
BY_KEY = {lane.key: lane for lane in LANES}


async def turns(folder: Path, lane: Lane) -> list[dict[str, object]]:
    model = ScriptedModel(decision_s=0.4, answer_s=0.1)
    return (await latency.conversation(folder, lane, model, "user123", LATENCY_S))[lane.key]


@pytest.mark.parametrize("key", ["a", "c"])
async def test_without_head_starts_every_question_waits_for_its_lookup(tmp_path: Path, key: str) -> None:
    for one in await turns(tmp_path, BY_KEY[key]):
        assert one["waited_s"] >= LATENCY_S
        assert one["hidden_s"] == 0.0
        assert len(one["calls"]) == 1


@pytest.mark.parametrize("key", ["b", "d"])
async def test_beside_the_first_call_the_history_hides_and_the_parcel_does_not(tmp_path: Path, key: str) -> None:
    first, second = await turns(tmp_path, BY_KEY[key])
    assert first["calls"] == ("get_order_history",)
    assert first["hidden_s"] > 0.0
    assert first["waited_s"] + first["hidden_s"] >= LATENCY_S
    assert second["calls"] == ("track_shipment",)
    assert second["hidden_s"] < LATENCY_S / 10
    assert second["waited_s"] >= LATENCY_S


async def test_ahead_and_typed_waits_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    type_it = sitting.typed

    async def typed_at_leisure(session: Session, text: str) -> None:
        await type_it(session, text, seconds=0.0)
        await sitting.settled(session)

    monkeypatch.setattr(sitting, "typed", typed_at_leisure)
    for one in await turns(tmp_path, BY_KEY["e"]):
        assert one["waited_s"] == 0.0
        assert one["hidden_s"] >= LATENCY_S


async def test_a_right_answer_is_told_from_a_wrong_one(tmp_path: Path) -> None:
    first, second = await turns(tmp_path, BY_KEY["a"])
    assert (first["right"], second["right"]) == (False, True)  # The script answers with one line of the result.
