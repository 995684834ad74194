"""Waiting for something to hold, instead of for time to pass."""

import asyncio
from collections.abc import Callable


async def until(holds: Callable[[], object], within_s: float = 10.0) -> None:
    """Let the loop run until something holds."""
    async with asyncio.timeout(within_s):
        while not holds():
            await asyncio.sleep(0.002)
