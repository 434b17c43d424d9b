"""Reading the old names: which are set, what they say, and whether they agree."""

import os
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from entrypoints.aliases import ALIASES, Alias
from entrypoints.fields import PREFIX, Settings
from entrypoints.layers import SettingsError, one_line, read_table, reason, shown, without_empty

_THEIR_PREFIX = "LEIBNIZ_"
_THEIR_FILE = Path("config.yaml")
_UNMISTAKABLE = {"model.config_path", "model.checkpoint_path", "model.tokenizer_path"}
_MOST_NAMED = 5

_VARIABLES = [alias for alias in ALIASES if alias.where == "variable"]
_KEYS = {alias.name: alias for alias in ALIASES if alias.where == "key"}
_FILES = [alias.name for alias in ALIASES if alias.where == "file"]


@dataclass(frozen=True, slots=True)
class Said:
    """What one old name says, in their words, and where it stands."""

    alias: Alias
    label: str
    value: object

    def ours(self) -> str | None:
        """The value as ours; None when it says nothing."""
        if not isinstance(self.value, str):
            raise self.refused("should be a single value")
        try:
            return self.alias.meaning(self.value)
        except ValueError as error:
            raise self.refused(str(error)) from error

    def checked(self) -> Any:
        """The value as the setting will have it."""
        name = str(self.alias.setting)
        alone: dict[str, Any] = {name: self.ours()}
        try:
            return getattr(Settings(**alone), name)
        except ValidationError as error:
            raise self.refused(reason(error)) from error

    def refused(self, why: str) -> SettingsError:
        """The error that names the old name, not ours."""
        setting = self.alias.setting
        way_out = f"; {PREFIX}{setting.upper()} outranks it" if setting else ""
        return SettingsError(f"{self.label}: {shown(setting, self.value)} {why}{way_out}")


@dataclass(frozen=True, slots=True)
class OldLayer:
    """The settings that old names give, each with its origin, and what deserves a warning."""

    values: Mapping[str, Any]
    origins: Mapping[str, str]
    warnings: tuple[str, ...]


def old_layer(taken: Container[str]) -> OldLayer:
    """Read every old name; those of settings that are `taken` by our own names are outranked."""
    warnings = list(_unknown_variables())
    said = [*_in_files(warnings), *_in_variables()]
    for one in said:
        if one.alias.setting is None:
            one.ours()
            warnings.append(f"{one.label} has no effect: {one.alias.why}")
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for setting in Settings.model_fields:
        about = [one for one in said if one.alias.setting == setting]
        if about and setting not in taken and (chosen := _agreed(about, warnings)):
            values[setting] = chosen.ours()
            origins[setting] = one_line(f"alias {chosen.label}")
    return OldLayer(values, origins, tuple(map(one_line, warnings)))


def _agreed(about: list[Said], warnings: list[str]) -> Said | None:
    """Return the one to believe; variables come after files, so that the last is the highest."""
    speaking = [one for one in about if one.ours() is not None]
    firm = [one for one in speaking if not one.alias.yields] or speaking
    if not firm:
        return None
    chosen, meant = firm[-1], firm[-1].checked()
    for other in speaking:
        if other.checked() == meant:
            continue
        if other not in firm:
            warnings.append(f"{_claim(other)} and gives way: {_claim(chosen)}")
            continue
        raise _disagreement(other, chosen)
    return chosen


def _disagreement(one: Said, other: Said) -> SettingsError:
    setting = str(other.alias.setting)
    return SettingsError(
        f"{_claim(one)} and {_claim(other)}, but both mean {setting}:"
        f" unset one of them, or set {PREFIX}{setting.upper()}"
    )


def _claim(one: Said) -> str:
    return f"{one.label} says {shown(one.alias.setting, one.value)}"


def _in_variables() -> Iterator[Said]:
    for alias in _VARIABLES:
        if value := os.environ.get(alias.name):
            yield Said(alias, alias.name, value)


def _unknown_variables() -> Iterator[str]:
    known = {alias.name for alias in _VARIABLES}
    for name in sorted(os.environ):
        if name.startswith(_THEIR_PREFIX) and name not in known:
            yield f"{shown(None, name)} is no variable Rhapsode knows and has no effect"


def _in_files(warnings: list[str]) -> Iterator[Said]:
    named = {name: Path(os.environ[name]) for name in _FILES if os.environ.get(name)}
    if not named:
        yield from _in_their_own_place(warnings)
    for path in dict.fromkeys(named.values()):
        names = " and ".join(name for name, file in named.items() if file == path)
        yield from _in_file(path, _flat(read_table(path, f"the file {path} of {names}")), warnings)


def _in_their_own_place(warnings: list[str]) -> Iterator[Said]:
    """Read ./config.yaml only if nobody else can have written it: most programs have one."""
    try:
        keys = _flat(read_table(_THEIR_FILE, str(_THEIR_FILE)))
    except SettingsError:
        return
    if keys.keys() >= _UNMISTAKABLE:
        warnings.append("./config.yaml is read, as if XTTS_SETTINGS_FILE named it")
        yield from _in_file(_THEIR_FILE, keys, warnings)


def _in_file(path: Path, keys: Mapping[str, object], warnings: list[str]) -> Iterator[Said]:
    foreign = [shown(None, key) for key in keys if key not in _KEYS]
    if foreign:
        more = f" and {len(foreign) - _MOST_NAMED} more" if len(foreign) > _MOST_NAMED else ""
        warnings.append(f"{path} has keys without effect: {', '.join(foreign[:_MOST_NAMED])}{more}")
    for key, value in keys.items():
        if key in _KEYS:
            yield Said(_KEYS[key], f"{key} in {path}", value)


def _flat(table: Mapping[str, Any]) -> dict[str, object]:
    """`service: {port: 1}` as `service.port: 1`."""
    keys: dict[str, object] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            keys |= {f"{key}.{inner}": given for inner, given in without_empty(value).items()}
        else:
            keys[key] = value
    return keys
