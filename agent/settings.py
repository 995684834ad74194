"""What can be configured, where it comes from, and what each option means.

In order: the command line, `HEADSTART_*` variables, a `.env` file, `headstart.toml` in the working
folder or the user's configuration folder, the defaults below.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from platformdirs import user_cache_path, user_config_path, user_data_path, user_state_path
from pydantic import Field, SecretStr, ValidationError, create_model, field_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from headstart.errors import SettingsError

if TYPE_CHECKING:
    from headstart.world.members import Options
    from headstart.world.opened import Described

Strategy = Literal["sequential", "overlap", "ahead"]
HeadStart = Literal["data", "context", "cache"]

DEFAULT_WORLD = "shop"
"""The one that comes with the program."""
STRATEGIES: tuple[Strategy, ...] = ("sequential", "overlap", "ahead")
APP = "headstart"


class Settings(BaseSettings):
    """Every option, with its default."""

    model_config = SettingsConfigDict(
        env_prefix="HEADSTART_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        toml_file=[user_config_path(APP) / "headstart.toml", Path("headstart.toml")],
    )

    user: str | None = None
    """The account to sign in to."""
    password: SecretStr | None = None
    """Its password. Better given in a file or typed."""
    world: str = DEFAULT_WORLD
    """The name of an installed world, or a file that has one."""
    options: dict[str, Any] = Field(default_factory=dict)
    """What the world was given on the command line, by the names of its options."""
    db_latency: float | None = Field(default=None, ge=0, le=60)
    """Seconds that each query of a tool is slowed; by default what the world asks for, 3 in the shop's demo, else 0."""
    model: str = "auto"
    """`auto`, `embedded`, a hub id or a local folder."""
    dtype: Literal["auto", "bf16", "float32", "int8", "nf4"] = "auto"
    """The weights' number format."""
    strategy: Strategy = "ahead"
    """Which head starts a turn gets."""
    without: Annotated[frozenset[HeadStart], NoDecode] = frozenset()
    """Head starts taken out of `ahead`, for measuring."""
    max_prompt_tokens: int = Field(default=2_560, ge=512)
    """Beyond it the older half of the conversation is dropped, in idle time."""
    max_answer_tokens: int = Field(default=640, ge=16)
    """An answer longer than this is cut."""
    max_question_chars: int = Field(default=2_000, ge=1)
    """A longer question is refused, with the question kept in the prompt."""
    guard: bool = True
    """Whether facts that no tool result holds are kept from the screen; False is for measuring the model alone."""
    tool_rounds: int = Field(default=4, ge=1)
    """How often a turn may go from the model to the tools."""
    time_to_live: float = Field(default=300.0, gt=0)
    """Seconds after which a speculative result is too old to be claimed."""
    data_folder: Path = Field(default_factory=lambda: user_data_path(APP))
    """The demo's working copy of the orders."""
    state_folder: Path = Field(default_factory=lambda: user_state_path(APP))
    """Conversations, sign-in waits and the program's log."""
    cache_folder: Path = Field(default_factory=lambda: user_cache_path(APP))
    """The converted weights of the embedded model."""

    @field_validator("without", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    def folder_of(self, world: str) -> Path:
        """Where a world's state is kept: no two worlds may read each other's conversations."""
        return self.state_folder if world == DEFAULT_WORLD else self.state_folder / "worlds" / world

    def latency_s(self, world: Described, options: Options) -> float:
        """The simulated latency of each tool query, in a world opened with these options."""
        return world.latency_s(options) if self.db_latency is None else self.db_latency

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order in the module's docstring."""
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**given: object) -> Settings:
    """Settings with the command line's options on top; those that are None were not given.

    What is no setting is an option of the world. Raises SettingsError naming the option, what was expected and what was
    found.
    """
    chosen = {name: value for name, value in given.items() if value is not None}
    options = {name: chosen.pop(name) for name in list(chosen) if name not in Settings.model_fields}
    try:
        return Settings(**chosen, **({"options": options} if options else {}))  # pyright: ignore[reportArgumentType]
    except ValidationError as error:
        first = error.errors()[0]
        option = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{option}: {first['msg'].lower()}, found {first['input']!r}.") from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"The configuration cannot be read: {error}. Mend or remove headstart.toml.") from error


def world_options(settings: Settings, world: Described) -> dict[str, Any]:
    """The options of a world that were given: on the command line, else where settings come from.

    In `headstart.toml` they stand in the world's own section, or beside the settings. Raises SettingsError.
    """
    if not world.options:
        return dict(settings.options)
    fields: dict[str, Any] = {option.name: (Any, None) for option in world.options}

    class Given(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            file = TomlConfigSettingsSource(settings_cls)
            section = file.toml_data.get(world.name)
            own = InitSettingsSource(settings_cls, section if isinstance(section, dict) else {})
            return env_settings, dotenv_settings, own, file

    try:
        found = create_model("Given", __base__=Given, **fields)()
    except (OSError, ValueError) as error:
        raise SettingsError(f"The configuration cannot be read: {error}. Mend or remove headstart.toml.") from error
    given = {name: value for name in fields if (value := getattr(found, name)) is not None}
    return {**given, **settings.options}


class HeadStarts:
    """What a strategy means for one turn."""

    __slots__ = ("beside_first_call", "cache", "context", "data")

    def __init__(self, strategy: Strategy, without: frozenset[HeadStart] = frozenset()) -> None:
        ahead = strategy == "ahead"
        self.data = ahead and "data" not in without
        """Reads are speculated from sign-in on."""
        self.context = self.data and "context" not in without
        """Their results are placed in the conversation before the model is called."""
        self.cache = ahead and "cache" not in without
        """The prompt is prefilled before Enter."""
        self.beside_first_call = strategy == "overlap"
        """The tool runs beside the model's first call: the notebook's way."""
