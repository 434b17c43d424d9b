"""Settings: defaults, old names, a YAML file, RHAPSODE_* variables, then the command line."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from entrypoints.fields import Settings
from entrypoints.layers import (
    CONFIG,
    SettingsError,
    one_line,
    our_file,
    our_variables,
    reason,
    shown,
)
from entrypoints.old_names import old_layer

__all__ = [
    "Loaded",
    "Settings",
    "SettingsError",
    "load",
    "refuse_open_door",
]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings in force, where each came from, and what an operator should know of them."""

    settings: Settings
    origins: Mapping[str, str]
    warnings: tuple[str, ...] = ()


def load(command_line: Mapping[str, Any], config: Path | None = None) -> Loaded:
    """Read every layer; a misspelt key or a bad value raises `SettingsError` naming it."""
    values, origins = _ours(command_line, config)
    old = old_layer(taken=values)
    values, origins = {**old.values, **values}, {**old.origins, **origins}
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise SettingsError(_explained(error, origins)) from error
    return Loaded(settings, dict.fromkeys(Settings.model_fields, "default") | origins, old.warnings)


def refuse_open_door(settings: Settings) -> None:
    """Beyond this machine, keys are needed unless the operator says otherwise."""
    if settings.loopback or settings.api_keys or settings.insecure:
        return
    msg = (
        f"{settings.host} can be reached from other machines: set RHAPSODE_API_KEYS,"
        " or say --insecure to serve without keys"
    )
    raise SettingsError(msg)


def _ours(
    command_line: Mapping[str, Any],
    config: Path | None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Merge the layers that speak our own names, the lowest first."""
    variables = our_variables()
    config = config or (Path(os.environ[CONFIG]) if os.environ.get(CONFIG) else None)
    layers = [
        (one_line(f"file {config}"), our_file(config) if config else {}),
        ("environment", variables),
        ("command line", {key: value for key, value in command_line.items() if value is not None}),
    ]
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, layer in layers:
        values.update(layer)
        origins.update(dict.fromkeys(layer, origin))
    return values, origins


def _explained(error: ValidationError, origins: Mapping[str, str]) -> str:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0])
    origin = origins.get(name, "settings")
    return f"{name} (from the {origin}): {shown(name, first['input'])} {reason(error)}"
