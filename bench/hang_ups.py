"""Sessions whose terminal is closed at random moments: what is left of them, and how soon they end.

`make chat` runs in a pseudo-terminal with the embedded model, a customer signs in and asks for a cancellation, and at
some moment between the start and the change the other end is closed. Afterwards no process may be left, and the order
is cancelled with its audit row or neither. `python -m bench.hang_ups` ends with 1 where it is not so.
"""

import argparse
import os
import random
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median

import pexpect
import psutil

from bench import report

ORDER = "K7575"
LONGEST_S = 16.0
GIVE_UP_S = 20.0
KEYS = ((2.5, "eight8\r"), (3.0, "demo\r"), (6.0, f"Please cancel order {ORDER}\r"), (12.0, "\t"), (12.5, "\r"))
"""Seconds after the start, and what is typed then."""


def closed_after(seconds: float, folder: Path) -> tuple[float, int]:
    """Run one session and close its terminal; seconds until its processes had ended, and how many had not."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADSTART_")}
    folders = {f"HEADSTART_{name}_FOLDER": str(folder / name.lower()) for name in ("DATA", "STATE")}
    environment = (
        kept | folders | {"HEADSTART_MODEL": "embedded", "HEADSTART_DB_LATENCY": "1", "TERM": "xterm-256color"}
    )
    child: pexpect.spawn[bytes] = pexpect.spawn(
        "make", ["chat"], cwd=str(report.ROOT), env=environment, dimensions=(36, 120)
    )
    keys, began_s = list(KEYS), time.monotonic()
    while (at_s := time.monotonic() - began_s) < seconds:
        if keys and at_s >= keys[0][0]:
            child.send(keys.pop(0)[1])
        try:
            child.read_nonblocking(65536, timeout=0.02)
        except pexpect.TIMEOUT:
            continue
    leader = psutil.Process(child.pid)
    running = [leader, *leader.children(recursive=True)]
    closed_s = time.monotonic()
    child.ptyproc.fileobj.close()
    child.closed = child.ptyproc.closed = True
    _, left = psutil.wait_procs(running, timeout=GIVE_UP_S)
    took_s = time.monotonic() - closed_s
    for process in left:
        process.kill()
    return took_s, len(left)


def is_whole(folder: Path) -> bool:
    """Whether the change was made with its audit row, or not at all."""
    found = list((folder / "data").glob("orders*.sqlite"))
    if not found:
        return True
    with closing(sqlite3.connect(found[0])) as connection:
        (status,) = connection.execute("SELECT status FROM orders WHERE order_id = ?", (ORDER,)).fetchone()
        (changes,) = connection.execute("SELECT count(*) FROM changes WHERE order_id = ?", (ORDER,)).fetchone()
    return (status == "Cancelled") == (changes == 1)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="where the result goes")
    options = parser.parse_args()
    moments = random.Random(options.seed)
    took: list[float] = []
    left = half_done = 0
    for number in range(options.sessions):
        after_s = moments.uniform(0.1, LONGEST_S)
        with tempfile.TemporaryDirectory() as folder:
            took_s, remaining = closed_after(after_s, Path(folder))
            whole = is_whole(Path(folder))
        took.append(took_s)
        left += remaining
        half_done += not whole
        print(
            f"{number + 1:2}  closed after {after_s:4.1f} s, ended {took_s:.2f} s later, {remaining} left", flush=True
        )
    metrics = {
        "sessions": float(options.sessions),
        "processes_left": float(left),
        "half_done": float(half_done),
        "end_s_median": round(median(took), 3),
        "end_s_worst": round(max(took), 3),
    }
    print(metrics)
    report.write(
        "hang_ups", metrics, {"end_s": [round(one, 3) for one in took]}, packages=["textual"], path=options.json
    )
    return 1 if left or half_done else 0


if __name__ == "__main__":
    raise SystemExit(main())
