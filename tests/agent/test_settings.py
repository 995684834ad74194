from pathlib import Path

import pytest

from agent.settings import HeadStarts, Settings, load_settings, world_options
from agent.shop.world import WORLD
from headstart.errors import SettingsError
from headstart.world.opened import Described, options_of

SHOP = Described(WORLD)


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HEADSTART_USER", "HEADSTART_PASSWORD", "HEADSTART_STRATEGY"):
        monkeypatch.delenv(name, raising=False)


def latency_s(settings: Settings) -> float:
    return settings.latency_s(SHOP, options_of(SHOP, world_options(settings, SHOP)))


def test_the_demo_is_slow_and_a_database_of_ones_own_is_not(tmp_path: Path) -> None:
    assert latency_s(load_settings()) == 3.0
    assert latency_s(load_settings(orders=tmp_path / "mine.sqlite")) == 0.0
    assert latency_s(load_settings(db_latency=0.5)) == 0.5


def test_an_option_of_a_world_comes_from_where_settings_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    def orders(**given: object) -> object:
        return options_of(SHOP, world_options(load_settings(**given), SHOP))["orders"]

    assert orders() is None
    Path("headstart.toml").write_text('orders = "beside.sqlite"\n')
    assert orders() == Path("beside.sqlite")
    Path("headstart.toml").write_text('orders = "beside.sqlite"\n[shop]\norders = "section.sqlite"\n')
    assert orders() == Path("section.sqlite")
    monkeypatch.setenv("HEADSTART_ORDERS", "variable.sqlite")
    assert orders() == Path("variable.sqlite")
    assert orders(orders=Path("line.sqlite")) == Path("line.sqlite")


def test_an_option_that_the_world_does_not_have_is_named_with_those_it_has() -> None:
    settings = load_settings(oders="mine.sqlite")
    with pytest.raises(SettingsError, match=r"shop takes the options orders, articles; found oders"):
        options_of(SHOP, world_options(settings, SHOP))


def test_no_two_worlds_keep_their_state_in_one_folder() -> None:
    settings = load_settings()
    assert settings.folder_of("shop") != settings.folder_of("docs") != settings.folder_of("dashboard")


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
