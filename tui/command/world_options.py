"""The options of a world on the command line, beside the program's own.

Which there are depends on `--world`, so it is looked for before the line is parsed.
"""

import functools
import inspect
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Annotated, Any

import typer

from agent.settings import Settings, load_settings
from headstart.errors import SettingsError
from headstart.world.members import Option
from headstart.world.opened import Described

_given: ContextVar[dict[str, Any]] = ContextVar("world options")


def options_given() -> dict[str, Any]:
    """What the running command was given for its world, by the names of the options."""
    return dict(_given.get({}))


def as_arguments(settings: Settings) -> list[str]:
    """The world and its options for the command line of another process."""
    flags = [("--world", settings.world), *((_flag(name), value) for name, value in settings.options.items())]
    return [part for flag, value in flags for part in (flag, str(value))]


def taking(world: Described, command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with the world's options behind its own; while it runs, `options_given` has them."""
    own = inspect.signature(command, eval_str=True)
    if twice := sorted({option.name for option in world.options} & set(own.parameters)):
        raise SettingsError(
            f"Expected options of the world {world.name} apart from the program's, found {', '.join(twice)} in both."
            " Rename them."
        )
    added = [_parameter(option) for option in world.options]

    @functools.wraps(command)
    def with_options(**arguments: Any) -> Any:
        options = {one.name: value for one in added if (value := arguments.pop(one.name)) is not None}
        token = _given.set(options)
        try:
            return command(**arguments)
        finally:
            _given.reset(token)

    parameters = [*own.parameters.values(), *added]
    vars(with_options)["__signature__"] = own.replace(parameters=parameters)
    with_options.__annotations__ = {one.name: one.annotation for one in parameters}
    return with_options


def world_named(arguments: Sequence[str]) -> str:
    """The world that a command line names, else the one that is configured. Raises SettingsError."""
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument.startswith("--world="):
            return argument.removeprefix("--world=")
        if argument == "--world" and place + 1 < len(arguments):
            return arguments[place + 1]
    return load_settings().world


def _parameter(option: Option) -> inspect.Parameter:
    metavar = getattr(option.kind, "__name__", "value").upper()
    annotation = Annotated[str | None, typer.Option(_flag(option.name), help=option.help, metavar=metavar)]
    return inspect.Parameter(option.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
