"""What is typed before it is asked for, taken out of the terminal."""

import contextlib
import os
import select
import termios

READ_BYTES = 4096


def typed_ahead(fileno: int, quiet_s: float) -> str:
    """What is typed until nothing is for `quiet_s`, with half a line at its end; empty where there is no terminal.

    A terminal gives whole lines, and would keep half a one as the beginning of the answer: so it gives single
    characters meanwhile.
    """
    try:
        before, singly = termios.tcgetattr(fileno), termios.tcgetattr(fileno)
    except termios.error:
        return ""
    singly[3] &= ~termios.ICANON
    found = b""
    try:
        termios.tcsetattr(fileno, termios.TCSANOW, singly)
        while select.select([fileno], [], [], quiet_s)[0] and (data := os.read(fileno, READ_BYTES)):
            found += data
    except (termios.error, OSError):
        pass  # The terminal is gone; whoever reads next finds its end.
    finally:
        with contextlib.suppress(termios.error, OSError):
            termios.tcsetattr(fileno, termios.TCSANOW, before)
    return found.decode(errors="replace")
