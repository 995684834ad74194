"""The program in a pseudo-terminal under a shell; only the model is handed its words."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pyte
import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
from functools import partial
import agent.engine
from stubs.fake_llama import FakeLlama, asks
from tui.command import cli

llama = FakeLlama(replies=[asks("cancel_order", order_id="K7575", reason="late"), "All right."])
agent.engine.Engine = partial(agent.engine.Engine, load_model=lambda *_: llama)
cli.main()
"""
BEGINS_SCREEN, LEAVES_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"


class Terminal:
    def __init__(self, folder: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADSTART_")}
        (folder / "chat.py").write_text(PROGRAM)
        environment = kept | {
            "HEADSTART_DATA_FOLDER": str(folder / "data"),
            "HEADSTART_STATE_FOLDER": str(folder / "state"),
            "HEADSTART_DB_LATENCY": "0",
            "PYTHONPATH": f"{ROOT}:{ROOT}/tests",
            "TERM": "xterm-256color",
            "PS1": "shell> ",
        }
        self.raw = b""
        self._screen = pyte.Screen(110, 32)
        self._stream = pyte.ByteStream(self._screen)
        shell = ["--norc", "--noprofile", "-i"]
        self.child: pexpect.spawn[bytes] = pexpect.spawn(
            "bash", shell, cwd=str(folder), env=environment, dimensions=(32, 110), encoding=None
        )
        self.child.delaybeforesend = None
        self.until("shell>")
        self.child.send(f"{sys.executable} chat.py; echo ended with $?\r".encode())
        self.until("Password")

    @property
    def shown(self) -> str:
        return "\n".join(self._screen.display)

    def until(self, holds: str | Callable[[str], bool], for_s: float = 0.0) -> str:
        """Read until it holds, and goes on to for so long: half of a frame may be here before the other."""
        since_s, ends_s = None, time.monotonic() + 60
        while True:
            if not (holds in self.shown if isinstance(holds, str) else holds(self.shown)):
                since_s = None
            elif since_s is None:
                since_s = time.monotonic()
            if since_s is not None and time.monotonic() >= since_s + for_s:
                return self.shown
            assert time.monotonic() < ends_s, f"{holds}:\n{self.shown}"
            try:
                data = self.child.read_nonblocking(65536, timeout=0.05)
            except pexpect.TIMEOUT:
                continue
            self.raw += data
            self._stream.feed(data)

    def sign_in(self) -> None:
        self.child.send(b"eight8\rdemo\r")
        self.until("Hello Elias")
        self.until("Ask about your orders")

    def quit(self) -> None:
        self.child.send(b"\x11")
        self.until("ended with 0")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(tmp_path)
    yield opened
    opened.child.close(force=True)


def test_what_is_typed_on_confirms_nothing(terminal: Terminal) -> None:
    terminal.sign_in()
    terminal.child.send(b"Cancel order K7575\r")
    terminal.until("you    Cancel order")  # In one burst with what follows it would be text of several lines.
    for letter in b"by the way my only story today is why":
        terminal.child.send(bytes([letter]))
        time.sleep(0.06)
    terminal.until("by the way my only story today is why")
    terminal.until("Tab chooses")
    terminal.child.send(b"\x1b[200~ where is \x1b[1mmy\x1b[0m order\x1b[201~")
    terminal.until("why where is my order")
    terminal.child.send(b"y\ry\rn")
    terminal.until("Tab chooses", for_s=0.5)
    assert "Confirm this change" in terminal.shown
    terminal.child.send(b"\t")
    terminal.until(lambda shown: "▸ Yes" in shown and "Tab chooses" in shown, for_s=0.5)
    terminal.child.send(b"\r")
    terminal.until("Processing → Cancelled")
    terminal.quit()


def test_bytes_that_are_no_text_and_escapes_in_a_paste_are_text(terminal: Terminal) -> None:
    terminal.child.send(b"\xfc")
    terminal.until("�")
    terminal.child.send(b"\x7f")
    terminal.until(lambda shown: "�" not in shown)
    terminal.sign_in()
    terminal.child.send(b"\x1b[200~AAA \x1b[1mBBB \x1b[0mC\xffC\rDDD\x1b[201~")
    terminal.until("AAA BBB C�C")
    terminal.until("DDD")
    terminal.child.send(b" one\rtwo\rthree")
    terminal.until("three")
    assert "agent " not in terminal.shown
    terminal.quit()


def test_ctrl_z_goes_to_the_shell_and_fg_comes_back(terminal: Terminal) -> None:
    terminal.sign_in()
    terminal.child.send(b"half a question")
    terminal.until("half a question")
    terminal.child.send(b"\x1a")
    terminal.until("Stopped")
    begun = terminal.raw.count(BEGINS_SCREEN)
    terminal.child.send(b"fg\r")
    terminal.until(lambda shown: terminal.raw.count(BEGINS_SCREEN) > begun and "half a question" in shown)
    terminal.child.send(b"!")
    terminal.until("half a question!")
    before = len(terminal.raw)
    terminal.child.send(b"\x11")
    terminal.until(lambda _: b"shell>" in terminal.raw[before:].partition(LEAVES_SCREEN)[2])
    terminal.child.send(b"echo left with $?\r")
    terminal.until("left with 0")
