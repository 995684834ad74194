"""What would make the screens differ between two runs is pinned here and nowhere else."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_textual_snapshot
from stubs.chat import Chat
from stubs.waiting import PATIENCE_S
from textual.pilot import Pilot

from agent.settings import Settings

os.environ.update(TZ="UTC", COLORTERM="truecolor", TERM="xterm-256color")
for name in ("NO_COLOR", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING", "LANGSMITH_TRACING_V2"):
    os.environ.pop(name, None)
time.tzset()
SNAPSHOTS = Path(__file__).parent.parent / "snapshots"


class Snapshots(pytest_textual_snapshot.SVGImageExtension):
    """Kept in tests/snapshots, a folder for each test file."""

    @classmethod
    def dirname(cls, *, test_location: Any) -> str:
        return str(SNAPSHOTS / Path(test_location.filepath).stem)


@pytest.fixture(autouse=True)
def _snapshots_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytest_textual_snapshot, "SVGImageExtension", Snapshots)


@pytest.fixture(autouse=True)
def _pilots_wait_for_a_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual takes a process that got no processor for 20 ms for idle; here nothing may be left in any queue."""
    one_pass = Pilot._wait_for_screen

    async def no_time(*_: float) -> None:
        await asyncio.sleep(0)

    async def until_quiet(self: Pilot[Any], timeout: float = PATIENCE_S) -> bool:
        quiet = 0
        for _ in range(100):
            if not await one_pass(self, timeout):
                return False
            screen = self.app.screen
            drawn = not (screen._layout_required or screen._scroll_required or screen._dirty_widgets)
            nodes = [self.app, *screen.walk_children(with_self=True)]
            handled = all(node._message_queue.empty() and not node._next_callbacks for node in nodes)
            quiet = quiet + 1 if drawn and handled and not screen._callbacks else 0
            if quiet == 2:
                break
            await asyncio.sleep(0.0 if drawn else 0.005)  # The screen's own timer lays out and draws.
        return True

    async def press(self: Pilot[Any], *keys: str) -> None:
        for key in keys:
            await self._app._press_keys([key])
            await self._wait_for_screen()

    monkeypatch.setattr("textual.app.wait_for_idle", no_time)
    monkeypatch.setattr("textual.pilot.wait_for_idle", no_time)
    monkeypatch.setattr(Pilot, "_wait_for_screen", until_quiet)
    monkeypatch.setattr(Pilot, "press", press)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Not held to the records: what the model is handed is what is shown."""
    return Settings(
        _env_file=None,
        data_folder=tmp_path / "data",
        state_folder=tmp_path / "state",
        cache_folder=tmp_path / "cache",
        guard=False,
        db_latency=0.0,
    )


@pytest.fixture
def make_chat(settings: Settings) -> Callable[..., Chat]:
    def make(*replies: Any, **options: Any) -> Chat:
        return Chat(options.pop("settings", settings), *replies, **options)

    return make


@pytest.fixture
def make_still_chat(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Chat]:
    """A chat for a picture: guarded as the program is, and nothing happens but when the test lets it."""
    # Pictures show where conversations are kept.
    monkeypatch.chdir(tmp_path)
    # A slow machine would take the time before Enter for a pause in typing.
    monkeypatch.setattr("tui.widgets.prompt.PAUSE_S", 3600.0)

    def make(*replies: Any, guard: bool = True, **options: Any) -> Chat:
        still = settings.model_copy(update={"guard": guard, "state_folder": Path("state")})
        return Chat(still, *replies, held=True, **options)

    return make
