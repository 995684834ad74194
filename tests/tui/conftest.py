"""What would make the screens differ between two runs is pinned here and nowhere else."""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_textual_snapshot
from stubs.fake_engine import FakeEngine, FakeSession, Script
from stubs.waiting import PATIENCE_S
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from agent.settings import Settings
from tui.app import HeadstartApp
from tui.screens.chat import ChatScreen

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


class Chat:
    """The app over a fake engine, and the few things that tests do with it."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        self.gate: threading.Event | None = options.get("gate")
        self._engine: FakeEngine | None = None
        self._options = options
        self.app = HeadstartApp(settings, self._make_engine)
        self.app.animation_level = "none"
        self.app.theme = "textual-dark"

    def _make_engine(self, settings: Settings, on_model: Callable[[Any], None]) -> Any:
        self._engine = FakeEngine(settings, on_model, **self._options)
        return self._engine

    @property
    def engine(self) -> FakeEngine:
        assert self._engine is not None
        return self._engine

    @property
    def session(self) -> FakeSession:
        assert self.engine.session is not None
        return self.engine.session

    @property
    def screen(self) -> ChatScreen:
        assert isinstance(self.app.screen, ChatScreen)
        return self.app.screen

    @property
    def shown(self) -> str:
        """The answers' text as it stands on the screen."""
        from tui.widgets.conversation import Answer

        return "\n".join(answer.text for answer in self.screen.query(Answer))

    async def until(self, pilot: Pilot[None], holds: Callable[[], object]) -> None:
        ends_s = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < ends_s, f"It did not come to hold within {PATIENCE_S:.0f} s."
            await asyncio.sleep(0.01)

    async def opened(self, pilot: Pilot[None]) -> None:
        await self.until(pilot, lambda: self.app._is_open)
        await self.still(pilot)

    async def sign_in(self, pilot: Pilot[None], password: str = "demo") -> None:
        await self.opened(pilot)
        self.app._login.user.value = "user123"
        self.app._login.password.value = password
        self.app._login.password.focus()
        await pilot.press("enter")
        if password == "demo":
            await self.until(pilot, lambda: self.app.screen.query("Prompt:focus"))
        await self.still(pilot)

    async def ask(self, pilot: Pilot[None], question: str = "Where is my mug?") -> None:
        self.screen.prompt.text = question
        await pilot.press("enter")

    async def answered(self, pilot: Pilot[None]) -> None:
        await self.until(pilot, lambda: self.app._turns > 0 and self.app.turn is None)
        await self.still(pilot)

    async def still(self, pilot: Pilot[None]) -> None:
        """Nothing blinks, everything that was posted has been drawn."""
        for screen in self.app.screen_stack:
            for field in screen.query(Input):
                field.cursor_blink = False
            for area in screen.query(TextArea):
                area.cursor_blink = False
        for _ in range(3):
            await pilot.pause(0.0)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None, data_folder=tmp_path / "data", state_folder=tmp_path / "state", cache_folder=tmp_path / "cache"
    )


@pytest.fixture
def make_chat(settings: Settings) -> Callable[..., Chat]:
    def make(*scripts: Script, **options: Any) -> Chat:
        given = options.pop("settings", settings)
        return Chat(given, scripts=list(scripts), **options)

    return make
