"""Ways out that nobody chose, in a pseudo-terminal; the bounds on time are generous, `bench.hang_ups` measures them."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import termios
import time
from pathlib import Path

import psutil
import pytest
from stubs.pseudo_terminal import ROOT, PseudoTerminal

MODES = ("?1049l", "?1000l", "?1003l", "?1006l", "?1004l", "?2004l", "?25h")
KEEPS_HANG_UPS = 'trap : HUP; "$@"; :'
"""As make does: the session's leader takes the signal and waits for its child."""
IGNORES_HANG_UPS = "trap '' HUP; \"$@\"; :"
"""As nohup does: the child ignores it too."""
CANCELS = "FakeLlama(replies=[asks('cancel_order', order_id='K7575')])"
ANSWERS_NEVER = "FakeLlama(replies=['One.']).with_gate(__import__('threading').Event())"
LOADS_FOR_EVER = "__import__('time').sleep(600)"


def status(folder: Path) -> str | None:
    """The order's; None as long as there is no database."""
    found = list((folder / "data").glob("orders.sqlite"))
    if not found:
        return None
    with sqlite3.connect(found[0]) as connection:
        (said,) = connection.execute("SELECT status FROM orders WHERE order_id = 'K7575'").fetchone()
    return said


@pytest.mark.parametrize(
    "number",
    [
        *(signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT),
        *(signal.SIGXCPU, signal.SIGABRT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGVTALRM, signal.SIGPROF),
    ],
)
def test_a_signal_gives_the_terminal_back(tmp_path: Path, number: signal.Signals) -> None:
    with PseudoTerminal(tmp_path) as terminal:
        found = termios.tcgetattr(terminal.child.child_fd)
        terminal.sign_in("user123")
        assert termios.tcgetattr(terminal.child.child_fd) != found
        drawn, chat = len(terminal.raw), psutil.Process(terminal.child.pid)
        with terminal.held_open():
            terminal.child.kill(number)
            terminal.until(lambda _: all(f"\x1b[{mode}".encode() in terminal.raw[drawn:] for mode in MODES))
            assert chat.wait(timeout=20) == 128 + number
            assert termios.tcgetattr(terminal.child.child_fd) == found


@pytest.mark.parametrize("shell", ["", KEEPS_HANG_UPS, IGNORES_HANG_UPS])
def test_a_terminal_that_is_closed_leaves_no_process(tmp_path: Path, shell: str) -> None:
    with PseudoTerminal(tmp_path, shell=shell) as terminal:
        terminal.sign_in("user123")
        assert terminal.hang_up() == []


@pytest.mark.parametrize("arguments", [(), ("ask", "--user", "user123")])
def test_a_terminal_that_is_closed_before_the_program_looks_leaves_no_process(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    late = 'trap : HUP; touch ready; while [ ! -e go ]; do sleep 0.05; done; "$@"; :'
    with PseudoTerminal(tmp_path, *arguments, shell=late, HEADSTART_PASSWORD="demo") as terminal:
        terminal.until(lambda _: (tmp_path / "ready").exists())
        assert len(terminal.hang_up(within_s=0)) > 0
        (tmp_path / "go").touch()
        assert terminal.left() == []


@pytest.mark.parametrize("shell", ["", KEEPS_HANG_UPS])
def test_nothing_is_changed_where_a_confirmation_waits(tmp_path: Path, shell: str) -> None:
    with PseudoTerminal(tmp_path, model=CANCELS, shell=shell) as terminal:
        terminal.sign_in("eight8")
        terminal.send("Please cancel order K7575\r")
        terminal.until(lambda shown: "Cancelled" in shown and "Processing" in shown)
        assert terminal.hang_up() == []
    assert status(tmp_path) == "Processing"


def test_nothing_is_changed_where_a_question_in_lines_waits_for_a_yes(tmp_path: Path) -> None:
    arguments = ("ask", "--user", "eight8")
    with PseudoTerminal(
        tmp_path, *arguments, model=CANCELS, shell=KEEPS_HANG_UPS, HEADSTART_PASSWORD="demo"
    ) as terminal:
        terminal.until(lambda shown: "You:" in shown)
        terminal.send("Please cancel order K7575\r")
        terminal.until(lambda shown: "Cancelled" in shown and "Processing" in shown)
        assert terminal.hang_up() == []
    assert status(tmp_path) == "Processing"


@pytest.mark.parametrize("shell", ["", KEEPS_HANG_UPS])
def test_a_conversation_in_lines_ends_with_its_terminal(tmp_path: Path, shell: str) -> None:
    arguments = ("ask", "--user", "user123")
    with PseudoTerminal(tmp_path, *arguments, shell=shell, HEADSTART_PASSWORD="demo") as terminal:
        terminal.until(lambda shown: "You:" in shown)
        assert terminal.hang_up() == []


def test_a_conversation_in_lines_ends_with_its_terminal_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    arguments = ("ask", "--user", "user123", "--db-latency", "60", "--strategy", "sequential")
    model = "FakeLlama(replies=[asks('get_order_history')])"
    with PseudoTerminal(tmp_path, *arguments, model=model, shell=KEEPS_HANG_UPS, HEADSTART_PASSWORD="demo") as terminal:
        terminal.until(lambda shown: "You:" in shown)
        terminal.send("Where is my mug?\r")
        terminal.until(lambda shown: "Please wait" in shown)
        assert terminal.hang_up() == []


@pytest.mark.parametrize("shell", ["", KEEPS_HANG_UPS])
@pytest.mark.parametrize("arguments", [(), ("ask", "--user", "user123"), ("ask", "--user", "user123", "Where is it?")])
def test_it_ends_while_the_model_loads(tmp_path: Path, arguments: tuple[str, ...], shell: str) -> None:
    with PseudoTerminal(tmp_path, *arguments, model=LOADS_FOR_EVER, shell=shell, HEADSTART_PASSWORD="demo") as terminal:
        terminal.until(lambda _: (tmp_path / "data").exists())
        assert terminal.hang_up() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_conversation_in_lines_ends_at_a_signal_while_an_answer_is_waited_for(
    tmp_path: Path, number: signal.Signals
) -> None:
    arguments = ("ask", "--user", "user123")
    with PseudoTerminal(tmp_path, *arguments, model=ANSWERS_NEVER, HEADSTART_PASSWORD="demo") as terminal:
        terminal.until(lambda shown: "You:" in shown)
        terminal.send("Hello?\r")
        terminal.until(lambda shown: "Please wait" in shown)
        terminal.child.kill(number)
        assert terminal.exit_code() == 128 + number


def test_a_chat_ends_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    with PseudoTerminal(tmp_path, model=ANSWERS_NEVER, shell=KEEPS_HANG_UPS) as terminal:
        terminal.sign_in("user123")
        terminal.send("Hello?\r")
        terminal.until(lambda shown: shown.count("Hello?") > 0 and "Esc" in shown)
        assert terminal.hang_up() == []


def test_a_terminal_that_nobody_reads_holds_nothing_up(tmp_path: Path) -> None:
    with PseudoTerminal(tmp_path) as terminal:
        terminal.sign_in("user123")
        running = terminal.processes()
        assert running
        for number in range(200):  # Its other end is full long before.
            terminal.child.setwinsize(24 + number % 12, 100)
        terminal.child.kill(signal.SIGTERM)
        assert psutil.wait_procs(running, timeout=20)[1] == []


def test_a_stopped_chat_ends_when_it_is_woken_without_a_terminal(tmp_path: Path) -> None:
    with PseudoTerminal(tmp_path, shell=KEEPS_HANG_UPS) as terminal:
        terminal.until(lambda shown: "assword" in shown)
        chat = terminal.processes()[-1]
        chat.suspend()
        assert chat in terminal.hang_up(within_s=0)
        chat.resume()
        assert terminal.left() == []


def test_a_chat_whose_maker_was_killed_ends(tmp_path: Path) -> None:
    with PseudoTerminal(tmp_path, shell='"$@"; exit $?') as terminal:
        terminal.until(lambda shown: "assword" in shown)
        maker, chat = terminal.processes()
        maker.kill()
        assert psutil.wait_procs([chat], timeout=20)[1] == []


@pytest.mark.realtime
def test_a_terminal_that_goes_at_random_moments_leaves_nothing(tmp_path: Path) -> None:
    chosen = random.Random(13)
    for number in range(3):
        folder = tmp_path / str(number)
        folder.mkdir()
        with PseudoTerminal(folder, model=CANCELS, shell=KEEPS_HANG_UPS) as terminal:
            terminal.until(lambda shown: "assword" in shown)
            terminal.send("eight8\rdemo\r")
            ends_s = time.monotonic() + chosen.uniform(0, 3)
            terminal.until(lambda _, ends_s=ends_s: time.monotonic() > ends_s)
            assert terminal.hang_up() == []
        assert status(folder) in (None, "Processing")


def test_a_chat_in_a_browser_ends_with_the_server_that_began_it(tmp_path: Path) -> None:
    environment = os.environ | {
        "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver",
        "HEADSTART_DATA_FOLDER": str(tmp_path / "data"),
        "HEADSTART_STATE_FOLDER": str(tmp_path / "state"),
        "HEADSTART_MODEL": str(tmp_path / "none"),
    }
    command = [sys.executable, "-m", "tui.command.cli"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline() == b"__GANGLION__\n"
        child.stdin.close()
        try:
            assert child.wait(timeout=20) == 128 + signal.SIGHUP
        finally:
            child.kill()
