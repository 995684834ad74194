"""What a world is made of: its tools, who uses it, and the service that runs the tools.

A world is anybody's domain behind the agent: a shop, a code base, a sales database. It gives four things, and may give
more; whatever it leaves out has a default. Nothing here imports LangChain, so that a world is open before that is read
from disk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from pydantic import BaseModel

from headstart.errors import WorldError

if TYPE_CHECKING:
    from headstart.speculation.calls import Call
    from headstart.world.desk import Desk

Effect = Literal["read", "write"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


class NoArguments(BaseModel):
    """Takes nothing."""


@dataclass(frozen=True, slots=True)
class Tool:
    """What a model may call. Who is signed in is never an argument: the service is told it beside them.

    Raises WorldError for what cannot be a tool.
    """

    name: str
    description: str
    arguments: type[BaseModel] = NoArguments
    effect: Effect = "read"
    """A write is never speculated, and runs only after the user has confirmed it."""
    speculation_safe: bool = False
    """Whether calling it unasked is harmless. Said separately: that a tool only reads does not prove it."""
    shown: bool = True
    """Whether a model is told of it. One that is not is called by the world's rules and by its check alone, and what
    it gives is never placed in a prompt ahead of the question: each tool costs a small model tokens and certainty."""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise WorldError(f"Expected a tool's name of letters, digits, _ and -, found {self.name!r}. Rename it.")
        if self.effect not in ("read", "write"):
            raise WorldError(f"Expected the effect of {self.name} as 'read' or 'write', found {self.effect!r}.")
        if self.effect == "write" and self.speculation_safe:
            raise WorldError(f"Expected {self.name} to read where it is speculation_safe, found a write. Drop one.")
        if not (isinstance(self.arguments, type) and issubclass(self.arguments, BaseModel)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise WorldError(f"Expected the arguments of {self.name} as a pydantic model, found {self.arguments!r}.")


@dataclass(frozen=True, slots=True)
class User:
    """Who is signed in."""

    id: str
    """Never shown to a model as an argument; results, conversations and caches are kept apart by it."""
    name: str = ""
    """As the screen greets them; empty for a user that needs no greeting."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one side of a conversation said."""

    author: Literal["user", "agent"]
    text: str


@dataclass(frozen=True, slots=True)
class Write:
    """What comes with the call of a writing tool."""

    key: str
    """The idempotency key: the same key again is the same write again, and happens once."""
    dry_run: bool
    """Say what would happen, and change nothing: this is what the user confirms."""
    said: Sequence[Said] = ()
    """The conversation so far, oldest first, for a write that hands it on."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a call gave."""

    text: str
    """What the model reads: one record a line, in words that an answer can quote."""
    data: Any = field(default_factory=dict[str, Any])
    """The same as plain JSON data, for cards, the guard, rules and `--json`."""
    kind: str = ""
    """Which of the world's cards shows the data; empty for none."""
    revision: int | None = None
    """The user's revision that it was read at; None where the service counts none."""
    renewed: Sequence[tuple[Call, Found]] = ()
    """What a write has made known: these reads need not run again."""
    refused: bool = False
    """Of a write: the world's own rules forbid it; `text` says why, and nothing was changed."""
    before: str | None = None
    """Of a write: what it changes, as the confirmation shows it."""
    after: str | None = None
    """Of a write: what that will be."""


@dataclass(frozen=True, slots=True)
class Option:
    """One setting of a world: `--NAME` on the command line, `NAME` in its section of `headstart.toml`."""

    name: str
    """In letters, digits and `_`; the command line shows `-` for `_`."""
    help: str
    kind: Callable[[str], Any] = str
    """What reads it: `str`, `int`, `float`, `bool`, `Path`. It raises ValueError for what it cannot read."""
    default: Any = None


class Options(Mapping[str, Any]):
    """What a world is opened with: the values of its options, and where it may keep files."""

    def __init__(
        self,
        values: Mapping[str, Any] | None = None,
        *,
        data_folder: Path = Path(),
        state_folder: Path = Path(),
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._values = dict(values or {})
        self.data_folder = data_folder
        """For data that the world makes itself."""
        self.state_folder = state_folder
        """For what it must remember from run to run. It exists."""
        self.notice = notice
        """Tells the user a sentence at the next sign-in, as of a file that was damaged."""

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@runtime_checkable
class Backend(Protocol):
    """The service behind a world while it is open. Whoever inherits from it needs to write `call` only."""

    async def call(self, user: User, tool: str, arguments: Mapping[str, Any], write: Write | None) -> Found:
        """Run a tool for a user. `arguments` have passed the tool's model; `write` comes with writes only.

        What it raises is shown as that the lookup failed; a HeadstartError's own text is kept in the log.
        """
        ...

    async def sign_in(self, name: str, password: str) -> User:
        """Whose name and password these are. Raises SignInError, in one message for all ways to fail.

        Asked only where the world's `users` is `"own"`.
        """
        raise WorldError("Expected this world to sign users in, found no `sign_in`. Write it, or give it `users`.")

    async def revision(self, user: User) -> int | None:
        """A number that grows with every change of what this user may see; None: only age tells what is stale."""
        return None

    def today(self) -> date:
        """The day by which the world counts."""
        return date.today()

    @property
    def desk(self) -> Desk | None:
        """Where people take over; None where nobody does."""
        return None


@runtime_checkable
class World(Protocol):
    """A world, as its author writes it: four members. `Described` says what it may give besides."""

    @property
    def name(self) -> str:
        """One word: its command-line name, its section of `headstart.toml`, its folder of kept conversations."""
        ...

    @property
    def instructions(self) -> str:
        """The system message."""
        ...

    @property
    def tools(self) -> Sequence[Tool]:
        """In the order in which the model reads them."""
        ...

    def connect(self, options: Options) -> AbstractAsyncContextManager[Backend]:
        """Open the service, on the event loop, for as long as the block runs. Raises HeadstartError."""
        ...
