"""Waiting for something to hold, instead of for time to pass."""

import asyncio
from collections.abc import Callable

PATIENCE_S = 60.0
"""For what takes a moment on an idle machine: only what never comes to hold fails."""


async def until(holds: Callable[[], object], within_s: float = PATIENCE_S) -> None:
    """Let the loop run until something holds."""
    async with asyncio.timeout(within_s):
        while not holds():
            await asyncio.sleep(0.002)
