"""Set-up converts the weights ahead, and never fails over it."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from agent import prepare
from headstart.errors import ModelError
from headstart.llama.loading import weights
from headstart.llama.loading.weights import LoadProgress


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HEADSTART_MODEL", "embedded")
    monkeypatch.setenv("HEADSTART_CACHE_FOLDER", str(tmp_path / "cache"))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def converting(_: Path, report: Callable[[LoadProgress], None]) -> bool:
    report(LoadProgress("reading the weights", 0.03))
    report(LoadProgress("converted", weights.CONVERTED))
    return True


@pytest.mark.parametrize("kind", [io.StringIO, Terminal])
def test_it_converts_with_a_progress_line(monkeypatch: pytest.MonkeyPatch, kind: type[io.StringIO]) -> None:
    monkeypatch.setattr(weights, "convert_ahead", converting)
    out = kind()

    assert prepare.prepare(out)
    assert "reading the weights, 5 %" in out.getvalue()
    assert "converted, 100 %" in out.getvalue()
    assert out.getvalue().endswith("\n")


def test_what_is_converted_already_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights.embedded, "cache_folder", lambda root: root)
    monkeypatch.setattr(weights.embedded, "is_complete", lambda _: True)
    out = io.StringIO()

    assert prepare.prepare(out)
    assert out.getvalue() == ""


def test_it_says_why_nothing_is_converted_for_another_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADSTART_MODEL", "some/other")
    monkeypatch.setattr(weights, "convert_ahead", lambda *_: pytest.fail("it converted"))
    out = io.StringIO()

    assert not prepare.prepare(out)
    assert "some/other" in out.getvalue()


def test_it_says_why_a_conversion_failed_and_leaves_it_to_a_later_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: object) -> bool:
        raise ModelError("Expected 300 MB of room, found: read-only file system")

    monkeypatch.setattr(weights, "convert_ahead", read_only)
    out = io.StringIO()

    assert not prepare.prepare(out)
    assert "not converted yet: Expected 300 MB of room" in out.getvalue()


@pytest.mark.timeout(120)
def test_a_folder_that_takes_nothing_is_told_by_the_conversion_itself(tmp_path: Path) -> None:
    if weights.embedded_weights() is None:
        pytest.skip(f"the embedded model's weights are not installed: {weights.WEIGHTS_COMMAND}")
    (tmp_path / "cache").write_text("a file where a folder is needed")
    out = io.StringIO()

    assert not prepare.prepare(out)
    assert "cache is a file, expected a folder" in out.getvalue()
