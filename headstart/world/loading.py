"""Finding a world by its name or in a file."""

import importlib.util
import sys
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from headstart.errors import SettingsError, WorldError
from headstart.world.opened import Described

GROUP = "headstart.world"
"""The entry points of installed packages that are worlds."""
ATTRIBUTE = "WORLD"
"""What a file calls its world."""


def load_world(name: str) -> Described:
    """The world of this name (an entry point), or of this file (a path that ends in `.py`).

    Raises SettingsError where there is none, WorldError where what is there is no world.
    """
    path = Path(name)
    if not name.endswith(".py"):
        return Described(_loaded(name, None))
    if not path.is_file():
        raise SettingsError(f"Expected a world in {path}, found no such file. Give its path with --world.")
    return Described(_loaded(str(path.absolute()), path.stat().st_mtime_ns))


@cache
def _loaded(name: str, _written: int | None) -> Any:
    """Once for each world, and for a file whenever it was written: the command line, the screen and the engine ask."""
    return _of_file(Path(name)) if name.endswith(".py") else _of_entry_point(name)


def world_names() -> list[str]:
    """The worlds that are installed."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def _of_entry_point(name: str) -> Any:
    points: list[EntryPoint] = list(entry_points(group=GROUP, name=name))
    if not points:
        known = ", ".join(world_names()) or "none"
        raise SettingsError(
            f"Expected a world's name or a .py file, found {name!r}. Installed: {known}. "
            "`pip install` the package that has it, or give the file's path."
        )
    try:
        return points[0].load()
    except WorldError:
        raise
    except Exception as error:
        raise WorldError(f"The world {name} ({points[0].value}) cannot be imported: {_said(error)}") from error


def _of_file(path: Path) -> Any:
    name = f"headstart_world_{path.absolute().parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path.absolute())
    if spec is None or spec.loader is None:
        raise SettingsError(f"Expected a Python file, found {path}.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # Dataclasses and pydantic look their module up there.
    try:
        spec.loader.exec_module(module)
    except WorldError:
        raise
    except Exception as error:
        raise WorldError(f"{path} cannot be imported: {_said(error)}. Mend it.") from error
    if not hasattr(module, ATTRIBUTE):
        raise WorldError(f"Expected {path} to define {ATTRIBUTE}, found no such name. Add `{ATTRIBUTE} = …`.")
    return getattr(module, ATTRIBUTE)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
