"""The pages that list every setting, written from the fields and the table of old names.

`python -m entrypoints.cli.settings_page [FOLDER]` writes them; a test fails when they are stale.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from entrypoints.aliases import ALIASES, Alias
from entrypoints.cli import names_page
from entrypoints.fields import PREFIX, Settings

_TOP = """\
# Settings

Written by `python -m entrypoints.cli.settings_page` from the settings themselves.

Each layer outranks the one above it:

1. the defaults below;
2. the YAML files of a replaced system, then its variables ([old names](#old-names));
3. a YAML file of ours, named by `--config FILE` or `RHAPSODE_CONFIG` (see `config.example.yaml`);
4. `RHAPSODE_*` variables (see `.env.example`);
5. the command line.

`rhapsode config` shows each setting in force, where it came from and what deserves a warning, with
passwords hidden. A misspelt name or a bad value stops the start. An empty value counts as unset. A
switch is `on` or `off`, `true` or `false`. A `~` is the home folder; other relative paths begin at
the current folder. A settings file is a YAML table of at most 256 KiB, without references.

What is heeded by the sockets is read and checked in every version, and has no effect in one that is
without them. The settings of the model have none where the embedded engine speaks.

| setting | variable | default | meaning |
| --- | --- | --- | --- |
"""
_MIDDLE = """
## Old names

The settings of the systems Rhapsode replaces keep working, so that a service can be moved before
its configuration is. They rank below every name above. Two of them that disagree about one setting
stop the start and are both named, unless a name of ours decides. A bad value names the old name.

- `PORT`, `DEBUG`, `NUM_THREADS` and `REDIS_URL` are names that other programs use too. Where one is
  set for somebody else, say our own name and it is outranked.
- Their YAML keys are read from the files that `XTTS_SETTINGS_FILE`, `XTTS_CONFIG_FILE` and
  `XTTS_BROKER_CONFIG_FILE` name; paths in them begin at the current folder, as before. When none of
  the three is set, `./config.yaml` is read only if it names `model.config_path`,
  `model.checkpoint_path` and `model.tokenizer_path`; any other `config.yaml` is left alone,
  readable or not. A key that is not listed has no effect and earns a warning, as does an unknown
  `LEIBNIZ_*`.
- An address beyond this machine needs keys or `--insecure`, whoever names it.
- Voices are never spoken by an unknown id, unless a speaker wav is configured by its old or new
  name: clients of those systems send any id, and get the default voice (`unknown_voice`).
- Sentiric's document names no variables; its port was 14030 (`RHAPSODE_PORT=14030`).

| old name | is a | setting | their default | ours | why it differs, or what to know | system |
| --- | --- | --- | --- | --- | --- | --- |
"""
_YAML_TOP = """\
# Every setting with its default. Copy this file, take the `#` off what you change, and name the
# copy:
#   rhapsode serve --config FILE      or      RHAPSODE_CONFIG=FILE
# docs/settings.md says which layer outranks which.
"""
_ENV_TOP = """\
# Every variable with its default. Copy this file to .env and take the `#` off what you change, then
#   set -a; . ./.env; set +a          or      EnvironmentFile= of systemd
# docs/settings.md says which layer outranks which.
"""


def markdown() -> str:
    """docs/settings.md."""
    ours = (
        _row(f"`{name}`", f"`{PREFIX}{name.upper()}`", _code(default(name)), _meaning(name))
        for name in Settings.model_fields
    )
    return _TOP + "".join(ours) + _MIDDLE + "".join(map(_old_row, ALIASES))


def yaml_example() -> str:
    """config.example.yaml."""
    return _YAML_TOP + "".join(_commented("#{name}: {value}"))


def env_example() -> str:
    """.env.example."""
    return _ENV_TOP + "".join(_commented("#" + PREFIX + "{upper}={value}"))


PAGES: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "docs/settings.md": markdown,
        "config.example.yaml": yaml_example,
        ".env.example": env_example,
        "docs/voices-by-name.md": names_page.markdown,
    }
)


def default(name: str) -> str:
    """The default as an operator would write it; empty when unset."""
    value = Settings.model_fields[name].default
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _old_row(alias: Alias) -> str:
    ours = _code(default(alias.setting)) if alias.setting else "-"
    return _row(
        f"`{alias.name}`",
        alias.where,
        _code(alias.setting),
        _code(alias.theirs),
        ours,
        alias.why,
        alias.system,
    )


def _commented(pattern: str) -> Iterator[str]:
    for name in Settings.model_fields:
        line = pattern.format(name=name, upper=name.upper(), value=default(name)).rstrip()
        yield f"\n# {_meaning(name)}\n{line}\n"


def _meaning(name: str) -> str:
    takes = _takes(name)
    return f"{Settings.model_fields[name].description}{f' ({takes})' if takes else ''}"


def _takes(name: str) -> str:
    """The choices or bounds of a setting, as its JSON schema has them."""
    schema = _SCHEMA[name]
    kinds: list[dict[str, Any]] = schema.get("anyOf", [schema])
    kind = kinds[0]
    if "enum" in kind:
        return ", ".join(kind["enum"])
    if "maximum" not in kind:
        return ""
    if "exclusiveMinimum" in kind:
        return f"above {kind['exclusiveMinimum']:g}, up to {kind['maximum']:.15g}"
    return f"{kind['minimum']:g} to {kind['maximum']:.15g}"


def _code(text: str | None) -> str:
    return f"`{text}`" if text else "-"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


_SCHEMA: dict[str, Any] = Settings.model_json_schema()["properties"]


def main(folder: Path) -> None:
    """Write every page."""
    for name, text in PAGES.items():
        (folder / name).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(*sys.argv[1:2]))
