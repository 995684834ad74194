"""How the screen is to look and behave: what the customer chose there, kept in a small file of the state folder.

Keys can be given in `headstart.toml` or `HEADSTART_KEYMAP` too: `keymap = { "chat.history" = "f7" }`; the ids
stand in the help. What was chosen on the screen is stronger than `headstart.toml`, and a variable than both.
"""

from __future__ import annotations

import contextlib
import json
import logging
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from agent.settings import Settings
from headstart.errors import SettingsError
from headstart.storage import make_folder, set_aside, unusable

log = logging.getLogger(__name__)

FILE = "screen.json"


class Preferences(BaseSettings):
    """Every preference, with its default."""

    model_config = SettingsConfigDict(
        env_prefix="HEADSTART_",
        extra="ignore",
        frozen=True,
        toml_file=Settings.model_config.get("toml_file"),
    )

    theme: str = "textual-dark"
    """One of Textual's themes; an unknown one is the default."""
    animations: bool = True
    """Whether anything moves that need not."""
    ahead_panel: bool = True
    """Whether the panel beside the chat lists what is looked up ahead."""
    notify: bool = True
    """Whether an answer that ends while another window has the focus rings the bell."""
    keymap: dict[str, str] = Field(default_factory=dict)
    """Other keys, by the id of the binding."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order in the module's docstring: what was chosen is given as arguments."""
        return env_settings, init_settings, TomlConfigSettingsSource(settings_cls)


def load(state_folder: Path) -> Preferences:
    """What was chosen last, over what is configured. A damaged file is set aside."""
    chosen: dict[str, Any] = {}
    path = state_folder / FILE
    with contextlib.suppress(OSError):
        try:
            found: dict[str, Any] = dict(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError, RecursionError):
            log.warning("%s was damaged and is now %s.", path, set_aside(path).name)
        else:
            chosen = {name: found[name] for name in Preferences.model_fields if name in found}
    for given in (chosen, {}):
        try:
            return Preferences(**given)
        except ValidationError as error:
            problem = error.errors()[0]
            wrong = SettingsError(f"{'.'.join(map(str, problem['loc']))}: {problem['msg'].lower()}.")
            wrong.__cause__ = error
    raise wrong


def keep(preferences: Preferences, state_folder: Path) -> None:
    """Write what was chosen on the screen; the keymap is not among it. Raises DatabaseError."""
    make_folder(state_folder)
    text = json.dumps(preferences.model_dump(exclude={"keymap"}), indent=2)
    path = state_folder / FILE
    part = path.with_suffix(".part")
    try:
        part.write_text(text + "\n", encoding="utf-8")
        part.replace(path)  # A full disk leaves the file as it was.
    except OSError as error:
        raise unusable(error, path) from error
