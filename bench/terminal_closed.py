"""A signed-in chat on the real model whose terminal is closed at random moments: what is left, and for how long.

Every round signs in under something that keeps the hang-up to itself, as make does, asks for a change, and closes the
terminal somewhere between the start and the waiting confirmation. Run it with `python -m bench.terminal_closed`.
"""

import argparse
import fcntl
import os
import pty
import random
import select
import sqlite3
import sys
import tempfile
import termios
import time
from pathlib import Path

import psutil

KEEPS_HANG_UP = 'trap "" HUP; "$@"; exit $?'
QUESTION = "Cancel order K7575\r"


def main() -> int:
    """Print a line for each round; 1 if anything was left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--within", type=float, default=2.0, help="seconds")
    parser.add_argument("--longest", type=float, default=15.0, help="seconds until the terminal is closed, at most")
    parser.add_argument("--model", default="embedded")
    given = parser.parse_args()
    chosen, failed, slowest = random.Random(20), 0, 0.0
    for number in range(given.rounds):
        closed_s = chosen.uniform(0.1, given.longest)
        with tempfile.TemporaryDirectory() as folder:
            took, status = one_round(Path(folder), closed_s, given.model)
        is_right = took <= given.within and status != "Cancelled"
        failed, slowest = failed + (not is_right), max(slowest, took)
        print(f"{number + 1:2}: closed after {closed_s:5.2f} s, gone after {took:.2f} s, order {status or 'unread'}")
    print(f"{given.rounds - failed} of {given.rounds} right, the slowest end took {slowest:.2f} s")
    return 1 if failed else 0


def one_round(folder: Path, closed_s: float, model: str) -> tuple[float, str | None]:
    """How long the processes lived on, and the order's status."""
    master, slave = pty.openpty()
    folders = {f"HEADSTART_{name}_FOLDER": str(folder / name) for name in ("DATA", "STATE")}
    root = psutil.Popen(
        ["sh", "-c", KEEPS_HANG_UP, "sh", sys.executable, "-m", "tui.cli", "--model", model],
        env={**os.environ, **folders, "TERM": "xterm-256color", "HEADSTART_DB_LATENCY": "0.2"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(slave)
    typed = [(b"Password", "eight8\rdemo\r"), (b"Haddad", QUESTION)]
    shown, ends = b"", time.monotonic() + closed_s
    while time.monotonic() < ends:
        if select.select([master], [], [], 0.05)[0]:
            shown += os.read(master, 65536)
        if typed and typed[0][0] in shown:
            for key in typed.pop(0)[1]:
                os.write(master, key.encode())
                time.sleep(0.01)
            shown = b""
    family = [root, *root.children(recursive=True)]
    os.close(master)
    began = time.monotonic()
    _, alive = psutil.wait_procs(family, 30)
    took = time.monotonic() - began
    for process in alive:
        process.kill()
    orders = folder / "DATA" / "orders.sqlite"
    if not orders.exists():
        return took, None
    with sqlite3.connect(orders) as read:
        found = read.execute("SELECT status FROM orders WHERE order_id = 'K7575'").fetchone()
    return took, found[0] if found else None


if __name__ == "__main__":
    sys.exit(main())
