"""One start of the program up to the login screen's first frame, for a process of its own.

Prints `frame_s`, what importing Textual alone took of it (`textual_s`), and which modules were there by then.
"""

import json
import sys
import time
from typing import Any


def measure() -> dict[str, Any]:
    """Start, paint the login screen once, leave."""
    start_s = time.perf_counter()
    import textual.app  # noqa: F401  What everything below needs; timed alone.

    textual_s = time.perf_counter() - start_s
    from agent.settings import Settings
    from tui.app import HeadstartApp

    seen: dict[str, Any] = {}
    display = HeadstartApp._display

    def probe(self: HeadstartApp, screen: Any, renderable: Any) -> None:
        display(self, screen, renderable)
        if renderable is not None and not seen and screen is self.sessions.login and screen.size.width:
            seen.update(frame_s=time.perf_counter() - start_s, textual_s=textual_s, modules=sorted(sys.modules))
            self.exit()

    HeadstartApp._display = probe
    HeadstartApp(Settings(_env_file=None)).run(headless=True)
    return seen


if __name__ == "__main__":
    print(json.dumps(measure()))
