"""What settings are read from: a small, plain YAML table, and RHAPSODE_* variables."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from reprlib import Repr
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource

from entrypoints.fields import PREFIX, SECRET, Settings

CONFIG = "RHAPSODE_CONFIG"
_FOR_TESTS = "RHAPSODE_TEST_"
_LARGEST = 256 * 1024
_DEEPEST = 8
_LONGEST_NAME = 64
_LONGEST_MESSAGE = 1000

# Every scalar stays text, as in a variable: no dates, no `no` that means false, nothing built.
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_OLD_SECTIONS = ("service", "model")
_OLD_FILE = "; a file of an XTTS system is named by XTTS_SETTINGS_FILE"
_UNSET = frozenset({"", "~", "null", "Null", "NULL"})

_short = Repr()
_short.maxlevel = 2
_short.maxstring = _short.maxother = 60


class SettingsError(Exception):
    """A setting that stops the start; the message is one line and names it."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


def one_line(message: str) -> str:
    """The message without whatever could break a line or a terminal."""
    plain = " ".join(message.split())
    if len(plain) > _LONGEST_MESSAGE:
        plain = f"{plain[: _LONGEST_MESSAGE // 2]} ... {plain[-_LONGEST_MESSAGE // 2 :]}"
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in plain
    )


def shown(name: str | None, value: object) -> str:
    """The value as a message may show it: short, and hidden if it may be a secret."""
    return "(hidden)" if name in SECRET else _short.repr(value)


def reason(error: ValidationError) -> str:
    """Why the first value was refused."""
    said = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
    return said[:1].lower() + said[1:]


def our_file(config: Path) -> dict[str, Any]:
    """Read a settings file of ours; a key that is no setting stops the start."""
    values = read_table(config, f"the configuration file {config}")
    for key in values:
        if key not in Settings.model_fields:
            meant = _OLD_FILE if key in _OLD_SECTIONS else _meant(key, set(Settings.model_fields))
            msg = f"{shown(None, key)} in {config} is not a setting{meant}"
            raise SettingsError(msg)
    return values


def our_variables() -> dict[str, Any]:
    """Read RHAPSODE_* variables; one that is no setting stops the start."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {CONFIG}
    for variable in sorted(os.environ):
        ours = variable.startswith(PREFIX) and not variable.startswith(_FOR_TESTS)
        if ours and variable not in known:
            raise SettingsError(f"{variable} is not a setting{_meant(variable, known)}")
    return EnvSettingsSource(Settings)()


def read_table(path: Path, called: str) -> dict[str, Any]:
    """Read a YAML table of texts, lists and tables, without the keys that are left empty."""
    try:
        table = _parsed(_text(path, called))
    except (yaml.YAMLError, ValueError) as error:
        raise SettingsError(f"{called} is not a YAML table: {error}") from error
    if table is None or _is_empty(table):
        return {}
    if not isinstance(table, dict):
        raise SettingsError(f"{called} is not a YAML table of names and values")
    return without_empty(table)


def without_empty(table: Mapping[str, Any]) -> dict[str, Any]:
    """An empty value counts as unset, as an empty variable does."""
    return {key: value for key, value in table.items() if not _is_empty(value)}


def _text(path: Path, called: str) -> str:
    try:
        if not path.is_file():
            raise SettingsError(f"{called} does not exist")
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise SettingsError(f"{called} cannot be read: {error.strerror}") from error
    if len(data) > _LARGEST:
        raise SettingsError(f"{called} is larger than {_LARGEST // 1024} KiB")
    return data.decode("utf-8-sig")


def _parsed(text: str) -> Any:
    """Look at the events first: references and deep nesting are how small files grow huge."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("references (*name) are not followed in settings")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise yaml.YAMLError(f"it is nested more than {_DEEPEST} levels deep")
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - builds texts, lists and tables alone


def _is_empty(value: object) -> bool:
    return isinstance(value, str) and value in _UNSET


def _meant(name: str, known: set[str]) -> str:
    close = get_close_matches(name[:_LONGEST_NAME], known, n=1)
    return f"; did you mean {close[0]}?" if close else "; `rhapsode config` lists them all"
