"""Textual's drivers, with the program's own way of reading: `tui.terminal.keys` makes messages of what comes.

Input and its end are apart: `read` gives what came, `input_ended` is what happens when nothing ever will again.
"""

from __future__ import annotations

import os
import selectors
import signal
import sys
from collections.abc import Iterable
from typing import Any

from textual import log
from textual.app import App
from textual.drivers._byte_stream import ByteStream
from textual.drivers.linux_driver import LinuxDriver
from textual.drivers.web_driver import WebDriver
from textual.message import Message

from tui.terminal import leaving
from tui.terminal.keys import TerminalInput
from tui.terminal.streams import is_terminal

READ_BYTES = 64 * 1024


class _Screen:
    """Where it is drawn; a terminal that has gone takes what nobody can see, so that the loop never waits for it."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.isatty, self.fileno = file.isatty, file.fileno

    def write(self, text: str) -> None:
        """Write, or hang up."""
        try:
            self._file.write(text)
        except (OSError, ValueError):
            leaving.hang_up()

    def flush(self) -> None:
        """Flush, or hang up."""
        try:
            self._file.flush()
        except (OSError, ValueError):
            leaving.hang_up()


class TerminalDriver(LinuxDriver):
    """Linux and macOS."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        # Textual draws on standard error, which may be closed or a file.
        screen = sys.__stderr__ if is_terminal(sys.__stderr__) else sys.__stdout__
        self._file = _Screen(screen)  # pyright: ignore[reportAttributeAccessIssue]  Only written to.
        self._is_suspended = False

    # Input.

    def run_input_thread(self) -> None:
        """Read until the application mode ends."""
        terminal = TerminalInput(debug=self._debug)
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if not selector.select(terminal.wait_s):
                    messages = terminal.idle()
                elif data := self.read():
                    messages = terminal.feed(data)
                else:
                    self.input_ended()
                    return
                for message in messages:
                    self.process_message(message)

    def read(self) -> bytes:
        """What has come; nothing at the end of input, and where the terminal is gone."""
        try:
            return os.read(self.fileno, READ_BYTES)
        except OSError:
            return b""

    def input_ended(self) -> None:
        """Nothing can be typed any more."""
        leaving.hang_up()

    # Ctrl+Z.

    def _sigtstp_application(self, *_: object) -> None:
        """Give the terminal back, then stop as any program does.

        Textual stops itself for good, with SIGSTOP. Where no shell controls jobs nobody could wake it again; there the
        system ignores SIGTSTP, and the program goes on.
        """
        if not self._auto_restart:
            os.kill(os.getpid(), signal.SIGSTOP)
            return
        self.suspend_application_mode()
        self._is_suspended = self._must_signal_resume = True
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)  # Returns when the shell has said `fg`.
        signal.signal(signal.SIGTSTP, self._sigtstp_application)
        self._wake()

    def _sigcont_application(self, *_: object) -> None:
        """Woken: also from a SIGSTOP, before which the terminal could not be given back."""
        if not self._auto_restart:
            return
        if not self._is_suspended:
            self.suspend_application_mode()
            self._is_suspended = self._must_signal_resume = True
        self._wake()

    def _wake(self) -> None:
        if self._is_suspended:
            self._is_suspended = False
            self.resume_application_mode()


class BrowserDriver(WebDriver):
    """`headstart serve`: one process for each page, fed by textual-serve."""

    def run_input_thread(self) -> None:
        """Read packets until the page is gone."""
        terminal, packets = TerminalInput(debug=self._debug), ByteStream()
        with selectors.DefaultSelector() as selector:
            selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if not selector.select(terminal.wait_s):
                    self._process(terminal.idle())
                elif data := self.read():
                    for kind, payload in packets.feed(data):
                        if kind == "D":
                            self._process(terminal.feed(payload))
                        else:
                            self._obey(kind, payload)
                else:
                    self.input_ended()
                    return

    def read(self) -> bytes:
        """What has come; nothing at the end of input."""
        try:
            return os.read(sys.stdin.fileno(), READ_BYTES)
        except OSError:
            return b""

    def write(self, data: str) -> None:
        """Write, or hang up."""
        try:
            super().write(data)
        except OSError:
            leaving.hang_up()

    def write_meta(self, data: dict[str, object]) -> None:
        """The same."""
        try:
            super().write_meta(data)
        except OSError:
            leaving.hang_up()

    def input_ended(self) -> None:
        """The server is gone."""
        leaving.hang_up()

    def _process(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """What the server says of the page."""
        if packet_type == "exit":
            self.exit_event.set()
        else:
            super().on_meta(packet_type, payload)

    def _obey(self, kind: str, payload: bytes) -> None:
        try:
            self._on_meta(kind, payload)
        except Exception as error:  # One packet that cannot be understood must not end all input.
            log(f"A packet of the server was not understood: {error!r}")
