"""What a terminal can do, as far as its name says."""

import contextlib
import os


def can_draw() -> bool:
    """Whether it can put a character anywhere; one that the system has no description of is taken to be able."""
    name = os.environ.get("TERM", "")
    if name in ("", "dumb", "unknown"):
        return False
    with contextlib.suppress(Exception):  # No curses here, or no description.
        import curses

        curses.setupterm(name, 1)
        return bool(curses.tigetstr("cup"))
    return True
