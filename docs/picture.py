"""Makes the README's pictures of the screen: the real program on the demo's data, asked two questions.

.venv/bin/python docs/picture.py
"""

import asyncio
import os
import tempfile
from pathlib import Path

os.environ["TEXTUAL_ANIMATIONS"] = "none"

from agent.settings import load_settings
from tui.app import HeadstartApp

QUESTIONS = ("Hi, can you tell me the status of my recent orders?", "How much did the mug cost?")
HERE = Path(__file__).parent
SCREENS = {"f4": "timeline"}


async def main() -> None:
    """Sign in, ask at a person's pace, save the picture."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            user="user123", password="demo", data_folder=Path(folder) / "data", state_folder=Path(folder) / "state"
        )
        app = HeadstartApp(settings)
        async with app.run_test(size=(112, 32)) as pilot:
            async with asyncio.timeout(180):
                while app.session is None or app.model_is_loading or app.session.warming:
                    await pilot.pause(0.2)
                for question in QUESTIONS:
                    await pilot.pause(4.0)
                    await pilot.press(*("space" if c == " " else c for c in question), "enter")
                    await pilot.pause(0.5)
                    while app.turn is not None:
                        await pilot.pause(0.1)
            await pilot.pause(0.5)
            app.save_screenshot("chat.svg", str(HERE))
            for key, name in SCREENS.items():
                await pilot.press(key)
                await pilot.pause(1.0)
                app.save_screenshot(f"{name}.svg", str(HERE))
                await pilot.press("escape")
                await pilot.pause(0.5)
            await app.close_engine()


if __name__ == "__main__":
    asyncio.run(main())
