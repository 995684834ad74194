"""A world of one user: nobody signs in."""

from pathlib import Path
from typing import Any

from stubs.fake_llama import FakeLlama
from stubs.waiting import until
from textual.widgets import Static

from agent.engine import Engine
from agent.settings import load_settings
from tui import messages
from tui.app import HeadstartApp
from tui.screens.chat import ChatScreen

WORLD = str(Path(__file__).parents[2] / "examples" / "dashboard" / "world.py")


async def test_it_opens_by_itself_and_after_a_sign_out_by_enter(tmp_path: Path, settings: Any) -> None:
    folders = {name: getattr(settings, name) for name in ("data_folder", "state_folder", "cache_folder")}
    made = load_settings(world=WORLD, db_latency=0.0, **folders)
    app = HeadstartApp(made, lambda s, on_model: Engine(s, load_model=lambda *_: FakeLlama(), on_model=on_model))
    async with app.run_test() as pilot:
        await until(lambda: isinstance(app.screen, ChatScreen) and bool(app.screen.query("#welcome-hint")))
        shown = [str(one.content) for one in app.screen.query(Static)]
        assert "Ask for sales by region, product or day, this month or last." in shown
        assert "Hello." in shown
        app.post_message(messages.SignOutAsked())
        await until(lambda: app.screen is app.sessions.login and not app.sessions.login.is_busy)
        assert "Enter opens it again" in str(app.sessions.login.problem.content)
        assert not app.sessions.login.user.display
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ChatScreen))
    await app.sessions.close()
