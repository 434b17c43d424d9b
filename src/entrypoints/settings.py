"""Settings: defaults, then a YAML file, then RHAPSODE_* variables, then the command line."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)
from typing_extensions import override
from yaml import YAMLError

PREFIX = "RHAPSODE_"
_FOR_TESTS = "RHAPSODE_TEST_"
_CONFIG = "RHAPSODE_CONFIG"


class SettingsError(Exception):
    """A setting that stops the start; the message names it."""


class Settings(BaseSettings):
    """Everything an operator can set; each description is the documentation."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        extra="forbid",
        frozen=True,
        env_ignore_empty=True,
        validate_default=False,
    )

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(
        default=8000, ge=0, le=65535, description="port to listen on; 0 takes a free one"
    )
    engine: Literal["auto", "xtts", "espeak"] = Field(
        default="auto",
        description="which engine speaks; auto takes the best there is",
    )
    model_dir: Path | None = Field(default=None, description="folder of an XTTS-v2 checkpoint")
    data_dir: Path = Field(default=Path("data"), description="where voices and caches are kept")
    database_url: str | None = Field(
        default=None,
        description="database of the voices; SQLite in the data folder when unset",
    )
    database_timeout_s: float = Field(
        default=2.0, gt=0, le=60, description="longest wait for the database"
    )
    api_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(),
        description="keys that open the door, separated by commas",
    )
    insecure: bool = Field(default=False, description="serve beyond this machine without any keys")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Host names accepted while there are no keys; this machine's own always are",
    )
    ffmpeg: Path | None = Field(
        default=None, description="the ffmpeg to use instead of the bundled one"
    )
    longest_text: int = Field(
        default=20_000, ge=1, le=1_000_000, description="characters in one request"
    )
    longest_clip_s: float = Field(
        default=60.0, ge=3, le=600, description="seconds in one reference clip"
    )
    largest_upload_mb: int = Field(default=32, ge=1, le=1024, description="MiB in one upload")
    longest_queue: int = Field(
        default=512, ge=1, le=100_000, description="lines waiting for the engine"
    )
    request_timeout_s: float = Field(
        default=30.0, gt=0, le=600, description="time for a body to arrive"
    )
    stall_timeout_s: float = Field(
        default=60.0,
        gt=0,
        le=3600,
        description="time a listener may leave sound unread before the stream is cut",
    )
    drain_s: int = Field(
        default=30, ge=1, le=3600, description="time for streams to end after SIGTERM"
    )
    max_connections: int = Field(
        default=2048, ge=1, le=100_000, description="open connections at a time"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="how much"
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="for people, or for machines"
    )

    @field_validator("api_keys", "allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys in the clear, for the door alone."""
        return tuple(key.get_secret_value() for key in self.api_keys)

    @property
    def database(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.resolve()}/rhapsode.db"

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings in force, and where each came from."""

    settings: Settings
    origins: Mapping[str, str]


def load(command_line: Mapping[str, Any], config: Path | None = None) -> Loaded:
    """Read every layer; a misspelt key or a bad value raises `SettingsError` naming it."""
    _refuse_misspelt_variables()
    config = config or (Path(os.environ[_CONFIG]) if os.environ.get(_CONFIG) else None)
    layers = [
        (f"file {config}", _read_file(config) if config else {}),
        ("environment", EnvSettingsSource(Settings)()),
        ("command line", {key: value for key, value in command_line.items() if value is not None}),
    ]
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Settings.model_fields, "default")
    for origin, layer in layers:
        values.update(layer)
        origins.update(dict.fromkeys(layer, origin))
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise SettingsError(_explained(error, origins)) from error
    return Loaded(settings, origins)


def refuse_missing_engine(settings: Settings) -> None:
    """Say plainly what this version cannot do."""
    if settings.engine == "xtts":
        msg = "the XTTS engine is not part of this version yet; use --engine auto or espeak"
        raise SettingsError(msg)


def refuse_open_door(settings: Settings) -> None:
    """Beyond this machine, keys are needed unless the operator says otherwise."""
    if settings.loopback or settings.api_keys or settings.insecure:
        return
    msg = (
        f"{settings.host} can be reached from other machines: set RHAPSODE_API_KEYS,"
        " or say --insecure to serve without keys"
    )
    raise SettingsError(msg)


def _refuse_misspelt_variables() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {_CONFIG}
    for variable in sorted(os.environ):
        ours = variable.startswith(PREFIX) and not variable.startswith(_FOR_TESTS)
        if ours and variable not in known:
            raise SettingsError(f"{variable} is not a setting{_meant(variable, known)}")


def _read_file(config: Path) -> dict[str, Any]:
    if not config.is_file():
        msg = f"the configuration file {config} does not exist"
        raise SettingsError(msg)
    try:
        values = YamlConfigSettingsSource(Settings, yaml_file=config)()
    except (YAMLError, ValueError, TypeError, OSError) as error:
        msg = f"the configuration file {config} is not a YAML table: {' '.join(str(error).split())}"
        raise SettingsError(msg) from error
    for key in values:
        if key not in Settings.model_fields:
            known = set(Settings.model_fields)
            msg = f"{key!r} in {config} is not a setting{_meant(str(key), known)}"
            raise SettingsError(msg)
    return values


def _meant(name: str, known: set[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else "; `rhapsode config` lists them all"


def _explained(error: ValidationError, origins: Mapping[str, str]) -> str:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0])
    shown = "" if name == "api_keys" else f" {first['input']!r}"
    return f"{name} (from the {origins.get(name, 'settings')}):{shown} {first['msg'].lower()}"
