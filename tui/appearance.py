"""Appearance: the preferences, applied to the app and kept for the next time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from textual.app import App
from textual.constants import TEXTUAL_ANIMATIONS

from headstart.errors import DatabaseError
from tui.preferences import Preferences, keep, load


class Appearance:
    """What the customer chose, in the state folder."""

    def __init__(self, app: App[None], folder: Path) -> None:
        self._app = app
        self._folder = folder
        self.preferences = load(folder)

    def apply(self) -> None:
        """Theme and animations."""
        if self.preferences.theme in self._app.available_themes:
            self._app.theme = self.preferences.theme
        self._app.animation_level = TEXTUAL_ANIMATIONS if self.preferences.animations else "none"

    def choose(self, chosen: Preferences) -> None:
        """Apply at once, and keep."""
        self.preferences = chosen
        self.apply()
        self._app.run_worker(self._keep(chosen), group="preferences", exclusive=True, exit_on_error=False)

    async def _keep(self, chosen: Preferences) -> None:
        try:
            await asyncio.to_thread(keep, chosen, self._folder)
        except DatabaseError as error:
            problem = f"This cannot be kept for the next time; it holds until you quit. {error}"
            self._app.notify(problem, severity="warning", markup=False)

    def call_attention(self, driver_write: Callable[[str], object] | None) -> None:
        """The answer is here, and another window has the focus: the bell, and OSC 9 where a terminal knows it."""
        if self.preferences.notify and not self._app.app_focus:
            self._app.bell()
            if driver_write:
                driver_write("\x1b]9;Headstart: your answer is here\x07")
