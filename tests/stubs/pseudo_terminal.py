"""The program in a pseudo-terminal of its own, over the real data and a model that is handed its replies."""

import os
import signal
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import pexpect
import psutil
import pyte

ROOT = Path(__file__).parents[2]
WITHIN_S = 60.0
LEFT_AFTER_S = 20.0
PROGRAM = """
import sys
from functools import partial
from stubs.fake_llama import FakeLlama, asks
import agent.engine
from tui.command import ask, cli

agent.engine.Engine = ask.Engine = partial(agent.engine.Engine, load_model=lambda *_: {model})
sys.argv = ["headstart", *sys.argv[1:]]
cli.main()
"""


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """Everything it keeps goes into `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADSTART_")}
    return kept | {
        "HEADSTART_DATA_FOLDER": str(folder / "data"),
        "HEADSTART_STATE_FOLDER": str(folder / "state"),
        "HEADSTART_DB_LATENCY": "0",
        "PYTHONPATH": f"{ROOT}:{ROOT}/tests",
        "TERM": "xterm-256color",
        **variables,
    }


def program(*arguments: str, model: str = "FakeLlama(replies=[])", shell: str = "") -> list[str]:
    """The command; `shell` is a script that runs it as "$@"."""
    command = [sys.executable, "-c", PROGRAM.format(model=model), *arguments]
    return ["/bin/sh", "-c", shell, "sh", *command] if shell else command


def _hear_signals() -> None:
    """As in a terminal: what a shell starts in the background, or under nohup, ignores these, and its children do."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class PseudoTerminal:
    """What runs in it, and what its screen shows."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        model: str = "FakeLlama(replies=[])",
        shell: str = "",
        size: tuple[int, int] = (36, 120),
        **variables: str,
    ) -> None:
        command = program(*arguments, model=model, shell=shell)
        rows, columns = size
        self.screen = pyte.Screen(columns, rows)
        self.raw = b""
        self._stream = pyte.ByteStream(self.screen)
        self.child: pexpect.spawn[bytes] = pexpect.spawn(
            command[0],
            command[1:],
            cwd=str(folder),
            env=environment(folder, **variables),
            dimensions=size,
            preexec_fn=_hear_signals,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for process in self.processes():
            process.kill()
        if not self.child.closed:
            with suppress(pexpect.ExceptionPexpect):  # A test may have waited for its end itself.
                self.child.close(force=True)

    def processes(self) -> list[psutil.Process]:
        """What runs in it, children too."""
        try:
            leader = psutil.Process(self.child.pid)
            return [leader, *leader.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def shown(self) -> str:
        return "\n".join(self.screen.display)

    def send(self, keys: str | bytes) -> None:
        self.child.send(keys)

    def until(self, holds: Callable[[str], object], within_s: float = WITHIN_S) -> str:
        """Read until the screen is so."""
        ends = time.monotonic() + within_s
        while not holds(self.shown()):
            assert time.monotonic() < ends, f"the screen after {within_s} s:\n{self.shown()}"
            try:
                self._take()
            except pexpect.EOF as error:
                raise AssertionError(f"the program ended:\n{self.shown()}") from error
        return self.shown()

    def exit_code(self, within_s: float = WITHIN_S) -> int:
        """Read until it ends."""
        ends = time.monotonic() + within_s
        while time.monotonic() < ends:
            try:
                self._take()
            except pexpect.EOF:
                self.child.wait()
                return self.child.exitstatus if self.child.exitstatus is not None else -(self.child.signalstatus or 0)
        raise AssertionError(f"still running after {within_s} s:\n{self.shown()}")

    @contextmanager
    def held_open(self) -> Generator[None]:
        """Keep the terminal's settings readable when the program has gone."""
        # psutil looks the terminal up in a list that it made before this one was there.
        terminal = os.open(Path(f"/proc/{self.child.pid}/fd/0").readlink(), os.O_RDWR | os.O_NOCTTY)
        try:
            yield
        finally:
            os.close(terminal)

    def hang_up(self, within_s: float = LEFT_AFTER_S) -> list[psutil.Process]:
        """Close the other end; the processes that are still there after so long."""
        running = self.processes()
        self.child.ptyproc.fileobj.close()
        self.child.closed = self.child.ptyproc.closed = True
        return psutil.wait_procs(running, timeout=within_s)[1]

    def left(self) -> list[psutil.Process]:
        """What still runs after a while."""
        return psutil.wait_procs(self.processes(), timeout=LEFT_AFTER_S)[1]

    def sign_in(self, user: str) -> None:
        """From the login screen to the chat."""
        self.until(lambda shown: "assword" in shown)
        self.send(f"{user}\r")
        self.send("demo\r")
        self.until(lambda shown: "Hello" in shown)

    def _take(self) -> None:
        try:
            data = self.child.read_nonblocking(65536, timeout=0.05)
        except pexpect.TIMEOUT:
            return
        self.raw += data
        self._stream.feed(data)
