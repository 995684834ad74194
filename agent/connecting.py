"""Opens the world that the settings name."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from agent.settings import Settings, world_options
from headstart.errors import HeadstartError, WorldError
from headstart.storage import make_folder
from headstart.world.loading import load_world
from headstart.world.opened import Described, options_of

if TYPE_CHECKING:
    from headstart.world import Backend, Options

log = logging.getLogger(__name__)


@asynccontextmanager
async def connected(
    settings: Settings, given: Described | None = None, notice: Callable[[str], None] = log.warning
) -> AsyncGenerator[tuple[Described, Options, Backend]]:
    """The world that `settings` name, or the one that is given, with what it was opened with and its service.

    Raises SettingsError for options that it does not take, and HeadstartError for what it raises while it opens.
    """

    def prepare() -> tuple[Described, Options]:
        world = given or load_world(settings.world)
        world.check()
        folder = settings.folder_of(world.name)
        make_folder(folder)
        found = world_options(settings, world)
        folders = {"data_folder": settings.data_folder, "state_folder": folder}
        return world, options_of(world, found, notice=notice, **folders)

    world, options = await asyncio.to_thread(prepare)
    async with contextlib.AsyncExitStack() as opened:
        try:
            backend = await opened.enter_async_context(world.world.connect(options))
        except HeadstartError:
            raise
        except Exception as error:
            raise WorldError(f"The world {world.name} cannot be opened: {type(error).__name__}: {error}") from error
        yield world, options, backend
