"""A customer who reads the question before they answer it."""

from typing import Any

from tui.screens.confirm import ConfirmScreen


async def is_heard(pilot: Any) -> None:
    """Wait until a key would count."""
    for _ in range(2_000):
        screen = pilot.app.screen
        if isinstance(screen, ConfirmScreen) and screen.is_mounted and not screen.query(".-deaf"):
            return
        await pilot.pause(0.01)
    raise AssertionError("No confirmation listened within 20 s.")


async def answer(pilot: Any, *keys: str) -> None:
    """Press each key when it is heard."""
    for key in keys:
        await is_heard(pilot)
        await pilot.press(key)
