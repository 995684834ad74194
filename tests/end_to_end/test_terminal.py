import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

ROOT = Path(__file__).parents[2]
COLUMNS, LINES = 120, 36


class Terminal:
    """The program in a pseudo-terminal, and what its screen shows."""

    def __init__(self, folder: Path, cache: Path) -> None:
        environment = os.environ | {
            "HEADSTART_DATA_FOLDER": str(folder / "data"),
            "HEADSTART_STATE_FOLDER": str(folder / "state"),
            "HEADSTART_CACHE_FOLDER": str(cache),
            "HEADSTART_DB_LATENCY": "0.5",
            "HEADSTART_MODEL": "embedded",
            "TERM": "xterm-256color",
        }
        environment.pop("HEADSTART_PASSWORD", None)
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        self.child: pexpect.spawn[bytes] = pexpect.spawn(
            sys.executable, ["-m", "tui.command.cli"], cwd=str(ROOT), env=environment, dimensions=(LINES, COLUMNS)
        )

    def shown(self) -> str:
        return "\n".join(self._screen.display)

    def until(self, holds: Callable[[str], bool], within_s: float) -> str:
        ends = time.monotonic() + within_s
        while not holds(self.shown()):
            assert time.monotonic() < ends, f"the screen after {within_s} s:\n{self.shown()}"
            try:
                self._stream.feed(self.child.read_nonblocking(65536, timeout=0.05))
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF as error:
                raise AssertionError(f"the program ended:\n{self.shown()}") from error
        return self.shown()

    def ended_within(self, seconds: float) -> bool:
        ends = time.monotonic() + seconds
        while self.child.isalive():
            if time.monotonic() > ends:
                return False
            try:
                self.child.read_nonblocking(65536, timeout=0.02)
            except (pexpect.TIMEOUT, pexpect.EOF):
                continue
        return True


def test_signing_in_asking_and_quitting_in_a_real_terminal(tmp_path: Path, converted: Path, embedded: object) -> None:
    assert embedded, "its weights are converted by now"
    terminal = Terminal(tmp_path, converted)
    terminal.until(lambda shown: "Password" in shown or "password" in shown, 60)
    terminal.child.send("user123\r")
    terminal.child.send("wrong\r")
    terminal.until(lambda shown: "password is wrong" in shown, 60)
    terminal.child.send("demo\r")
    terminal.until(lambda shown: "Ada Moreno" in shown, 60)
    terminal.until(lambda shown: "SmolLM2" in shown, 180)
    terminal.child.send("Hi, can you tell me the status of my recent orders?\r")
    shown = terminal.until(lambda shown: "A123" in shown and "B456" in shown and "first word" in shown, 180)
    assert "delivered" in shown.lower()
    terminal.child.send("\x11")
    assert terminal.ended_within(30)
    assert terminal.child.exitstatus == 0
