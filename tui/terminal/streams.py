"""Standard input, output and error as the commands may take them for granted: there, and never a traceback.

Whoever starts a command may close a stream, end its reader, fill its disk or give it an encoding that has not every
character.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import IO, Any

from headstart.errors import HeadstartError

BROKEN_PIPE = 141
"""What a shell makes of a program that the system has ended because nobody reads its pipe."""


class OutputError(HeadstartError):
    """Standard output cannot be written; empty where its reader has gone, which is no mistake of anybody's."""

    def __init__(self, error: OSError) -> None:
        gone = error.errno == errno.EPIPE
        said = f"Standard output cannot be written: {error.strerror}. Write it somewhere else."
        super().__init__("" if gone else said)
        self.exit_code = BROKEN_PIPE if gone else 1


class Output(io.TextIOWrapper):
    """Standard output, whose errors are an `OutputError` once and nothing more after it."""

    def write(self, text: str, /) -> int:
        """Raises OutputError."""
        try:
            return super().write(text)
        except OSError as error:
            raise self._broken(error) from error

    def flush(self) -> None:
        """Raises OutputError."""
        try:
            super().flush()
        except OSError as error:
            raise self._broken(error) from error

    def _broken(self, error: OSError) -> OutputError:
        _to_nowhere(1)  # What is left in the buffer shall not fail again when Python ends.
        return OutputError(error)


class Notes(io.TextIOWrapper):
    """Standard error: where it cannot be written there is nobody to tell."""

    def write(self, text: str, /) -> int:
        """Never raises OSError."""
        try:
            return super().write(text)
        except OSError:
            _to_nowhere(2)
            return len(text)

    def flush(self) -> None:
        """Never raises OSError."""
        try:
            super().flush()
        except OSError:
            _to_nowhere(2)


def prepare() -> None:
    """Put the process's streams in order, before anything else is opened."""
    _fill_descriptors()
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison]
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115  Lasts as long as the process.
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    sys.stdout = _wrapped(Output, sys.stdout, 1, errors="replace")
    sys.stderr = _wrapped(Notes, sys.stderr, 2, errors="backslashreplace")


def is_terminal(stream: IO[Any] | None) -> bool:
    """Whether a person sits at it."""
    return stream is not None and not stream.closed and stream.isatty()


def is_nothing(stream: IO[Any] | None) -> bool:
    """Whether nothing will ever come from it: it is missing, or the system's null device."""
    if stream is None or stream.closed:
        return True
    try:
        return os.path.samestat(os.fstat(stream.fileno()), os.stat(os.devnull))  # noqa: PTH116
    except (OSError, ValueError):  # A stream of Python's own.
        return False


def knows_unicode(stream: IO[str] | None) -> bool:
    """Whether every character can be written as it is."""
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("_", "-").startswith(("utf-", "utf8"))


def text_of(argument: str) -> str:
    """An argument or line as text: bytes that are no UTF-8 become U+FFFD, a byte order mark goes."""
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace").removeprefix("\ufeff")


def _wrapped(kind: type[Output] | type[Notes], stream: Any, descriptor: int, *, errors: str) -> Any:
    if stream is None:
        # Nothing can be written there, which whoever has something to say shall hear.
        missing = io.BufferedWriter(io.FileIO(descriptor, "wb", closefd=False))
        return kind(missing, encoding="utf-8", errors=errors)
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    return kind(stream.buffer, encoding=stream.encoding, errors=errors, line_buffering=stream.line_buffering)


def _fill_descriptors() -> None:
    """A file that is opened later must not become a standard stream: what is printed would be written into it."""
    while True:
        descriptor = os.open(os.devnull, os.O_RDONLY)
        if descriptor > 2:
            os.close(descriptor)
            return
        os.set_inheritable(descriptor, True)


def _to_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
