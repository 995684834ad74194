from pathlib import Path

import pytest

from agent.settings import HeadStarts, load_settings
from headstart.errors import SettingsError


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HEADSTART_USER", "HEADSTART_PASSWORD", "HEADSTART_STRATEGY"):
        monkeypatch.delenv(name, raising=False)


def test_the_demo_is_slow_and_a_database_of_ones_own_is_not(tmp_path: Path) -> None:
    assert load_settings().latency_s == 3.0
    assert load_settings(orders=tmp_path / "mine.sqlite").latency_s == 0.0
    assert load_settings(db_latency=0.5).latency_s == 0.5


def test_the_command_line_beats_a_variable_and_that_beats_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("headstart.toml").write_text('strategy = "sequential"\n')
    assert load_settings().strategy == "sequential"
    monkeypatch.setenv("HEADSTART_STRATEGY", "overlap")
    assert load_settings().strategy == "overlap"
    assert load_settings(strategy="ahead").strategy == "ahead"


def test_what_is_wrong_is_named_with_what_was_expected_and_found() -> None:
    with pytest.raises(SettingsError, match=r"strategy: input should be 'sequential', 'overlap' or 'ahead', found 'x'"):
        load_settings(strategy="x")


def test_a_broken_file_is_an_error_that_says_what_to_do() -> None:
    Path("headstart.toml").write_text("strategy = [")
    with pytest.raises(SettingsError, match=r"Mend or remove headstart\.toml"):
        load_settings()


def test_the_password_is_in_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADSTART_PASSWORD", "s3cret")
    settings = load_settings()
    assert "s3cret" not in repr(settings)
    assert settings.password is not None
    assert settings.password.get_secret_value() == "s3cret"


def test_head_starts_may_be_listed_in_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADSTART_WITHOUT", "cache, context")
    assert load_settings().without == {"cache", "context"}


@pytest.mark.parametrize(
    ("strategy", "without", "expected"),
    [
        ("ahead", set(), (True, True, True, False)),
        ("ahead", {"data"}, (False, False, True, False)),
        ("ahead", {"context"}, (True, False, True, False)),
        ("ahead", {"cache"}, (True, True, False, False)),
        ("overlap", set(), (False, False, False, True)),
        ("sequential", set(), (False, False, False, False)),
    ],
)
def test_what_a_strategy_means(strategy: str, without: set[str], expected: tuple[bool, ...]) -> None:
    starts = HeadStarts(strategy, frozenset(without))  # type: ignore[arg-type]
    assert (starts.data, starts.context, starts.cache, starts.beside_first_call) == expected
