"""An open world, with every default filled in: what the agent works with, whoever wrote the world."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypeAlias, TypedDict, cast

from pydantic import BaseModel, ValidationError

from headstart.errors import ArgumentsError, HeadstartError, SettingsError, WorldError
from headstart.world.members import Backend, Found, Option, Options, Tool, User, World, Write

if TYPE_CHECKING:
    from headstart.guard import Check
    from headstart.speculation.calls import Call
    from headstart.world.cards import Cards
    from headstart.world.desk import Desk
    from headstart.world.phrases import Phrases
    from headstart.world.rules import Rule

Users = Literal["own", "local"] | User


class Artifact(TypedDict):
    """A result as the plain data that a checkpoint, a card and `--json` can hold."""

    record: str
    """The kind of the data; empty where no card shows it."""
    data: Any
    revision: int | None
    """The user's revision it was read at; None for writes and where none are counted."""
    read_at: float
    """When, in seconds since the epoch: a conversation may be resumed days later."""
    done: NotRequired[bool]
    """Of a write: whether anything was changed."""


ToolResult: TypeAlias = tuple[str, Artifact]
"""Content and artifact, as LangChain's `content_and_artifact` wants them."""


def artifact(found: Found) -> Artifact:
    """What was found, as an artifact."""
    return Artifact(record=found.kind, data=found.data, revision=found.revision, read_at=time.time())


def answer(found: Found) -> ToolResult:
    """What was found, as content and artifact."""
    return found.text, artifact(found)


class Described:
    """A world's members, those that it leaves out with their defaults.

    Raises WorldError for what is no world: for its name, options and users at once, so that a login screen can stand
    before the rest is read, for the rest when it is first asked for. `check` asks for all of it.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.name: str = _member(world, "name", str)
        if not self.name.isidentifier():
            raise WorldError(f"Expected a world's name as one word, found {self.name!r}. It names a folder: rename it.")
        if not callable(getattr(world, "connect", None)):
            raise WorldError(f"Expected the world {self.name} to have `connect(options)`, found none. Write it.")
        self.options: tuple[Option, ...] = _all(world, "options", Option)
        self.users = _users(world)

    @property
    def one_user(self) -> User | None:
        """Who uses the world where nobody signs in."""
        return self.users if isinstance(self.users, User) else None

    @cached_property
    def instructions(self) -> str:
        """The system message."""
        return _member(self.world, "instructions", str)

    @cached_property
    def tools(self) -> tuple[Tool, ...]:
        """In the order in which the model reads them, each name once."""
        tools: tuple[Tool, ...] = _all(self.world, "tools", Tool)
        names = [tool.name for tool in tools]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise WorldError(f"Expected each tool of {self.name} once, found several of {', '.join(twice)}.")
        return tools

    @cached_property
    def shown(self) -> tuple[Tool, ...]:
        """The tools that a model is told of."""
        return tuple(tool for tool in self.tools if tool.shown)

    @cached_property
    def by_name(self) -> dict[str, Tool]:
        """The tools."""
        return {tool.name: tool for tool in self.tools}

    @cached_property
    def reads(self) -> frozenset[str]:
        """The names of the tools that change nothing."""
        return frozenset(tool.name for tool in self.tools if tool.effect == "read")

    @cached_property
    def writes(self) -> frozenset[str]:
        """The names of the tools that change something."""
        return frozenset(tool.name for tool in self.tools if tool.effect == "write")

    @cached_property
    def safe(self) -> frozenset[str]:
        """The names of the tools whose calls may be speculated; no others are, whatever a rule says."""
        return frozenset(tool.name for tool in self.tools if tool.speculation_safe)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """What is likely to be asked for."""
        from headstart.world.rules import Rule

        return _all(self.world, "rules", Rule)

    @cached_property
    def phrases(self) -> Phrases:
        """The program's sentences in this world's words."""
        from headstart.world.phrases import Phrases

        return _member(self.world, "phrases", Phrases, Phrases())

    @cached_property
    def cards(self) -> Cards:
        """What is shown under an answer."""
        from headstart.world.cards import by_kind

        cards: Any = getattr(self.world, "cards", {})
        if isinstance(cards, Mapping):
            return by_kind(cast("Mapping[str, Any]", cards))
        if not callable(cards):
            raise WorldError(f"Expected the cards of {self.name} by kind, or as a function, found {cards!r}.")
        return cast("Cards", cards)

    def check_for(self, user: User, today: date) -> Check:
        """What holds the answers of one turn; without one of the world's own, facts alone."""
        from headstart.guard import FactsCheck

        check: Any = getattr(self.world, "check", None)
        return FactsCheck(unsure=self.phrases.unsure) if check is None else check(user, today)

    def latency_s(self, options: Options) -> float:
        """The simulated latency of each call where nobody asks for another."""
        latency: Any = getattr(self.world, "latency_s", None)
        return 0.0 if latency is None else float(latency(options))

    def hint(self, options: Options) -> str:
        """What the login screen says under its fields."""
        hint: Any = getattr(self.world, "hint", None)
        return "" if hint is None else str(hint(options))

    def check(self) -> None:
        """Look at every member. Raises WorldError."""
        _ = self.instructions, self.by_name, self.rules, self.phrases, self.cards

    def taken(self, name: str, arguments: Mapping[str, Any], effect: Literal["read", "write"]) -> dict[str, Any]:
        """The arguments as the tool's model takes them.

        Raises ArgumentsError where they do not fit, ValueError where the tool has another effect: a read runs
        without the user's word, and a write never does.
        """
        tool = self.by_name.get(name)
        if tool is None or tool.effect != effect:
            raise ValueError(f"Expected a tool that can {effect}, found {name}.")
        return taken(tool.arguments, arguments)


class Completed(Backend):
    """A backend that inherits nothing, with the default of each method that it leaves out."""

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        for name in ("sign_in", "revision", "today"):
            if (own := getattr(backend, name, None)) is not None:
                setattr(self, name, own)

    async def call(self, user: User, tool: str, arguments: Mapping[str, Any], write: Write | None) -> Found:
        """As the backend does."""
        return await self.backend.call(user, tool, arguments, write)

    @property
    def desk(self) -> Desk | None:
        """As the backend has."""
        return getattr(self.backend, "desk", None)


def completed(world: Described, backend: Any) -> Backend:
    """What a world connects to, with every method of a `Backend`. Raises WorldError where it has no `call`."""
    if not callable(getattr(backend, "call", None)):
        kind = type(backend).__name__
        raise WorldError(f"Expected what {world.name} connects to to have `call`, found {kind} without. Write it.")
    return backend if isinstance(backend, Backend) else Completed(backend)


class OpenWorld:
    """A world whose service runs, for every user of it."""

    def __init__(self, world: Described, backend: Backend) -> None:
        self.described = world
        self.backend = completed(world, backend)

    async def read(self, user: User, call: Call) -> Found:
        """What a reading tool finds. Raises ArgumentsError, and WorldError for what the service raises."""
        return await self._call(user, call.name, call.mapping(), None)

    async def write(self, user: User, call: Call, write: Write) -> Found:
        """What a writing tool does, or with `write.dry_run` would do. Raises as `read` does."""
        return await self._call(user, call.name, call.mapping(), write)

    def today(self) -> date:
        """The day by which the world counts."""
        return self.backend.today()

    @property
    def desk(self) -> Desk | None:
        """Where people take over; None where nobody does."""
        return self.backend.desk

    async def revision(self, user: User) -> int | None:
        """The user's revision; None where the service counts none."""
        return await self.backend.revision(user)

    async def _call(self, user: User, name: str, arguments: Mapping[str, Any], write: Write | None) -> Found:
        given = self.described.taken(name, arguments, "read" if write is None else "write")
        try:
            found: Any = await self.backend.call(user, name, given, write)
        except HeadstartError:
            raise
        except Exception as error:
            raise WorldError(f"{name} failed: {type(error).__name__}: {error}") from error
        if not isinstance(found, Found):
            raise WorldError(
                f"Expected {name} to give a Found, found {type(found).__name__}. Return Found(text, data)."
            )
        return found


def taken(model: type[BaseModel], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as a model takes them. Raises ArgumentsError, in words for the language model that wrote them."""
    try:
        made = model.model_validate(dict(arguments))
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, part["loc"])) for part in error.errors())
        raise ArgumentsError(f"This tool needs other arguments: {wrong}.") from error
    return {name: getattr(made, name) for name in type(made).model_fields} | (made.model_extra or {})


def _users(world: World) -> Users:
    users: Any = getattr(world, "users", "own")
    if users in ("own", "local") or isinstance(users, User):
        return users
    raise WorldError(f"Expected the users of {world.name} as 'own', 'local' or one User, found {users!r}.")


_MISSING: Any = object()


def _member(world: World, name: str, kind: type[Any], default: Any = _MISSING) -> Any:
    value = getattr(world, name, default)
    if value is _MISSING or not isinstance(value, kind) or value == "":
        found = "none" if value is _MISSING else repr(value)[:60]
        raise WorldError(f"Expected {type(world).__name__}.{name} as a {kind.__name__}, found {found}. Write it.")
    return value


def _all(world: World, name: str, kind: type[Any]) -> tuple[Any, ...]:
    values: Any = getattr(world, name, () if name != "tools" else None)
    if not isinstance(values, Sequence) or not all(isinstance(one, kind) for one in cast("Sequence[Any]", values)):
        raise WorldError(
            f"Expected {type(world).__name__}.{name} as a list of {kind.__name__}s, found {repr(values)[:60]}."
        )
    return tuple(cast("Sequence[Any]", values))


def options_of(world: Described, given: Mapping[str, Any], **folders: Any) -> Options:
    """The options that a world is opened with: what was given, else its defaults.

    Raises SettingsError naming the option. `folders` are those of `Options`.
    """
    known = {option.name: option for option in world.options}
    unknown = [name for name in given if name not in known]
    if unknown:
        expected = ", ".join(known) or "none"
        raise SettingsError(f"The world {world.name} takes the options {expected}; found {', '.join(unknown)}.")
    values: dict[str, Any] = {}
    for name, option in known.items():
        value = given.get(name)
        if value is None:
            values[name] = option.default
            continue
        try:
            values[name] = _flag(value) if option.kind is bool else option.kind(value)
        except (TypeError, ValueError) as error:
            raise SettingsError(f"{name}: {option.help} Found {value!r}, which cannot be read ({error}).") from error
    return Options(values, **folders)


def _flag(value: Any) -> bool:
    words = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
    if isinstance(value, bool):
        return value
    if (read := words.get(str(value).strip().lower())) is None:
        raise ValueError("expected true or false")
    return read
