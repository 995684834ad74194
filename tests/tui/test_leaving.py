"""Ways out that nobody chose, each in a pseudo-terminal of its own."""

import os
import pty
import random
import select
import signal
import sqlite3
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
WITHIN_S = 20.0
PROGRAM = """
import sys
from functools import partial
from stubs.fake_llama import FakeLlama, asks
import agent.engine, tui.sessions, threading
from agent.engine import Engine
from tui import ask, cli

def slow(*_):
    {load}
    return {model}

made = partial(Engine, load_model=slow)
ask.Engine = made
agent.engine.Engine = made
sys.argv = ["headstart", *sys.argv[1:]]
cli.main()
"""
CANCELS = "FakeLlama(replies=[asks('cancel_order', order_id='K7575', reason='late'), 'All right.'])"
ANSWERS_NEVER = "FakeLlama(replies=['One.']).with_gate(threading.Event())"
MODES = (b"1000", b"1003", b"1006", b"1004", b"2004", b"1049")


class Chat:
    """The program at one end, what was written at the other."""

    def __init__(self, folder: Path, *arguments: str, model: str, load: str = "pass", under: str = "", **more: str):
        self.folder = folder
        self.written = b""
        self.master, slave = pty.openpty()
        self.found = termios.tcgetattr(slave)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADSTART_")}
        folders = {f"HEADSTART_{name}_FOLDER": str(folder / name) for name in ("DATA", "STATE")}
        path = {"PYTHONPATH": f"{ROOT}:{ROOT}/tests", "TERM": "xterm-256color", "HEADSTART_DB_LATENCY": "0"}
        program = folder / "program.py"
        program.write_text(PROGRAM.format(model=model, load=load))
        command = [sys.executable, str(program), *arguments]
        if under:
            command = ["sh", "-c", under, "sh", *command]
        self.process = psutil.Popen(
            command,
            cwd=folder,
            env={**kept, **folders, **path, **more},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: __import__("fcntl").ioctl(0, termios.TIOCSCTTY, 0),
        )
        self.slave = slave

    def until(self, holds: Callable[[], object]) -> None:
        ends = time.monotonic() + WITHIN_S
        while not holds():
            assert time.monotonic() < ends, self.written[-2000:]
            if select.select([self.master], [], [], 0.05)[0]:
                self.written += os.read(self.master, 65536)

    def shows(self, words: str) -> None:
        self.until(lambda: words.encode() in self.written)

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def family(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]

    def close(self) -> None:
        os.close(self.slave)
        os.close(self.master)
        self.master = self.slave = -1

    def ended(self, family: list[psutil.Process]) -> float:
        began = time.monotonic()
        _, alive = psutil.wait_procs(family, WITHIN_S)
        assert not alive
        return time.monotonic() - began

    def statuses(self) -> list[tuple[str]]:
        with sqlite3.connect(self.folder / "DATA" / "orders.sqlite") as orders:
            return orders.execute("SELECT status FROM orders WHERE order_id = 'K7575'").fetchall()


Make = Callable[..., Chat]


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Make]:
    made: list[Chat] = []

    def make(*arguments: str, **options: str) -> Chat:
        made.append(Chat(tmp_path, *arguments, **{"model": ANSWERS_NEVER, **options}))
        return made[-1]

    yield make
    for one in made:
        for process in one.family() if one.process.is_running() else []:
            process.kill()
        one.process.wait()
        if one.master >= 0:
            one.close()


def sign_in(chat: Chat, user: str = "user123") -> None:
    chat.shows("Password")
    chat.type(f"{user}\r")
    chat.type("demo\r")
    chat.shows({"user123": "Moreno", "eight8": "Haddad"}[user])


MAKE = 'trap "" HUP; "$@"; exit $?'
"""As make is: the hang-up is for it, and what it runs must find out by itself."""


@pytest.mark.parametrize("under", ["", MAKE])
@pytest.mark.parametrize("load", ["pass", "threading.Event().wait()"])
def test_a_terminal_that_is_closed_ends_the_chat(chat: Make, under: str, load: str) -> None:
    one = chat(under=under, load=load)
    one.shows("Password")
    family = one.family()
    one.close()
    one.ended(family)


@pytest.mark.parametrize("mode", [(), ("ask", "--user", "eight8")])
def test_no_change_is_made_where_the_terminal_goes_before_the_answer(chat: Make, mode: tuple[str, ...]) -> None:
    more = {"HEADSTART_PASSWORD": "demo"} if mode else {}
    one = chat(*mode, model=CANCELS, under=MAKE, **more)
    if mode:
        one.shows("You: ")
    else:
        sign_in(one, "eight8")
    before = one.statuses()
    one.type("Cancel order K7575\r")
    one.shows("Cancelled")
    family = one.family()
    one.close()
    one.ended(family)
    assert one.statuses() == before != [("Cancelled",)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_puts_the_terminal_back(chat: Make, number: int) -> None:
    one = chat()
    one.shows("Password")
    assert termios.tcgetattr(one.slave) != one.found
    one.process.send_signal(number)
    one.until(lambda: one.process.poll() is not None)
    one.shows("\x1b[?25h")
    for mode in MODES:
        on, off = one.written.rfind(b"\x1b[?" + mode + b"h"), one.written.rfind(b"\x1b[?" + mode + b"l")
        assert off > on, mode
    assert one.process.returncode == 128 + number
    assert termios.tcgetattr(one.slave) == one.found


def test_a_stopped_chat_ends_when_it_is_woken_without_a_terminal(chat: Make) -> None:
    one = chat(under=MAKE)
    one.shows("Password")
    family = one.family()
    family[-1].suspend()
    one.close()
    family[-1].resume()
    one.ended(family)


def test_a_chat_whose_maker_was_killed_ends(chat: Make) -> None:
    one = chat(under='"$@"; exit $?')
    one.shows("Password")
    family = one.family()
    assert len(family) == 2
    one.process.kill()
    one.ended(family)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_line_mode_ends_at_a_signal_while_an_answer_is_waited_for(chat: Make, number: int) -> None:
    one = chat("ask", "--user", "user123", HEADSTART_PASSWORD="demo")
    one.shows("You: ")
    one.type("Hello?\r")
    one.shows("Please wait")
    one.process.send_signal(number)
    one.until(lambda: one.process.poll() is not None)
    assert one.process.returncode == 128 + number


def test_a_terminal_that_goes_at_random_moments_leaves_nothing(tmp_path: Path) -> None:
    chosen = random.Random(13)
    for number in range(6):
        folder = tmp_path / str(number)
        folder.mkdir()
        one = Chat(folder, model=CANCELS, under=MAKE)
        one.shows("Password")
        one.type("eight8\r")
        one.type("demo\r")
        ends = time.monotonic() + chosen.uniform(0, 3)
        one.until(lambda ends=ends: time.monotonic() > ends)
        family = one.family()
        one.close()
        one.ended(family)
        if (folder / "DATA" / "orders.sqlite").exists():
            assert one.statuses() != [("Cancelled",)]


def headstart(shell: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADSTART_")}
    command = f'run() {{ "{sys.executable}" -m tui.cli "$@"; }}; {shell}'
    return subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env={**kept, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.mark.parametrize(
    ("shell", "code", "said"),
    [
        ("run ask --user user123 <&-", 2, "No question was given"),
        ("run ask --user user123 <&- >&-", 2, "No question was given"),
        ("run ask --user user123 <&- >&- 2>&-", 2, ""),
        ("run graph >&-", 1, "Standard output cannot be written"),
        ("run graph >/dev/full", 1, "No space left"),
        ("run --help >/dev/full", 1, "No space left"),
        ("run graph >/dev/full 2>/dev/full", 1, ""),
        ("run graph | true; exit ${PIPESTATUS[0]}", 141, ""),
        ("run accounts reset user123 <&-", 2, "A password was expected"),
        ("printf '' | run accounts reset user123", 2, "A password was expected"),
        ("printf 'a\\nb\\n' >$D; run ask x --user a --password-file $D", 2, "one line"),
        ("printf '' >$D; run ask x --user a --password-file $D", 2, "found nothing"),
        ("printf '\\xff' >$D; run ask x --user a --password-file $D", 2, "not UTF-8"),
        ("run ask x --user a --password-file /", 2, "Is a directory"),
        ("run serve --host 203.0.113.9", 2, "--host"),
        ("run serve --host no.such.invalid", 2, "--host"),
        ("run serve --host a..b", 2, "--host"),
    ],
)
def test_a_stream_or_file_that_is_not_as_it_should_be_is_one_line(
    tmp_path: Path, shell: str, code: int, said: str
) -> None:
    folders = {f"HEADSTART_{name}_FOLDER": str(tmp_path / name) for name in ("DATA", "STATE")}
    found = headstart(shell, D=str(tmp_path / "file"), **folders)
    assert (found.returncode, said in found.stderr) == (code, True), found.stderr
    assert len(found.stderr.splitlines()) == bool(said)


def test_a_port_that_is_taken_is_named() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = headstart(f"run serve --port {port}")
    assert found.returncode == 2
    assert found.stderr.count("\n") == 1
    assert f"127.0.0.1:{port}" in found.stderr
    assert "--port" in found.stderr


@pytest.mark.parametrize(
    ("variables", "said"),
    [({"TERM": "dumb"}, "TERM=dumb"), ({"TERM": ""}, "TERM=none"), ({"PYTHONIOENCODING": "latin-1"}, "UTF-8")],
)
def test_a_terminal_that_cannot_draw_is_told_of_ask(chat: Make, variables: dict[str, str], said: str) -> None:
    one = chat(**variables)
    one.shows(said)
    one.shows("headstart ask")
    one.until(lambda: one.process.poll() is not None)
    assert one.process.returncode == 2
    assert b"\x1b" not in one.written
