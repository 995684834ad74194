"""The staff's side, over the same database as the chat."""

import asyncio
from pathlib import Path

import pytest

from agent.engine import Engine
from agent.settings import Settings, load_settings
from headstart.errors import SettingsError
from headstart.speculation.speculator import Call
from headstart.world import Said, Write
from tui.command import tickets


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return load_settings(
        data_folder=tmp_path / "data", state_folder=tmp_path / "state", cache_folder=tmp_path / "cache", db_latency=0.0
    )


def open_ticket(settings: Settings) -> None:
    async def run() -> None:
        async with Engine(settings) as engine:
            user = await engine.backend.sign_in("user123", "demo")
            call = Call.of("contact_human", {"reason": "The mug is [b]broken[/b]. " * 4})
            said = (Said("user", "B456 is broken\x1b[2J"), Said("agent", "I'm sorry."))
            await engine.world.write(user, call, Write("key", dry_run=False, said=said))

    asyncio.run(run())


def test_a_ticket_is_listed_shown_taken_answered_and_closed(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    tickets.listed(settings, every=False)
    assert capsys.readouterr().out == "There are no open tickets.\n"
    open_ticket(settings)
    tickets.listed(settings, every=False)
    listed = capsys.readouterr().out
    assert "Open" in listed
    assert "user123" in listed
    assert listed.rstrip().endswith("…")
    tickets.answered(settings, 1, "A new one is on its way.")
    tickets.taken(settings, 1, "Kim")
    tickets.shown(settings, 1)
    shown = capsys.readouterr().out
    assert "Taken by Kim" in shown
    assert "  B456: Smart Coffee Mug (B456) was delivered" in shown
    assert "  Customer: B456 is broken\n  Headstart: I'm sorry." in shown
    assert "Staff: A new one is on its way." in shown
    assert "\x1b" not in shown
    tickets.closed(settings, 1)
    tickets.listed(settings, every=False)
    tickets.listed(settings, every=True)
    said = capsys.readouterr().out
    assert said.splitlines()[1] == "There are no open tickets."
    assert said.endswith(listed.replace("Open  ", "Closed"))


def test_what_is_no_ticket_is_refused(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="Expected a ticket's number, found 7"):
        tickets.shown(settings, 7)
    with pytest.raises(SettingsError, match="found nothing"):
        tickets.answered(settings, 1, "  ")


def test_unanswered_questions_are_listed(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    tickets.unanswered(settings)
    assert capsys.readouterr().out == "Every question found an answer so far.\n"


def test_a_world_without_a_desk_says_so(settings: Settings) -> None:
    world = Path(__file__).parents[3] / "examples" / "docs" / "world.py"
    with pytest.raises(SettingsError, match="keeps none"):
        tickets.listed(settings.model_copy(update={"world": str(world)}), every=False)
