"""`rhapsode config`: the settings in force, and where each came from."""

import argparse
import sys
from typing import Any

from pydantic import SecretStr

from entrypoints.fields import SECRET
from entrypoints.settings import Loaded


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser("config", parents=parents, help="show the settings in force")
    parser.set_defaults(run=_config)


def _config(_chosen: argparse.Namespace, loaded: Loaded) -> int:
    rows = [
        (name, shown(name, getattr(loaded.settings, name)), loaded.origins[name])
        for name in sorted(loaded.origins)
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, value, origin in rows:
        sys.stdout.write(f"{name:{widths[0]}}  {value:{widths[1]}}  {origin}\n")
    for warning in loaded.warnings:
        sys.stderr.write(f"rhapsode: warning: {warning}\n")
    return 0


def shown(name: str, value: object) -> str:
    """A value as it may be seen: keys are counted, passwords blotted out."""
    if value is None:
        return "-"
    if isinstance(value, tuple):
        return f"({len(value)} hidden)" if name in SECRET else ", ".join(map(_plain, value)) or "-"
    if name in SECRET:
        return _address(value.get_secret_value() if isinstance(value, SecretStr) else str(value))
    return str(value).lower() if isinstance(value, bool) else _plain(value)


def _plain(value: object) -> str:
    text = str(value)
    return text if text.isprintable() else ascii(text)


def _address(url: str) -> str:
    """Keep what helps to recognise an address; blot out whatever may be a password."""
    scheme, found, rest = url.partition("://")
    if not found:
        return "(hidden)"
    user, at, place = rest.rpartition("@")
    place, asked, _ = place.partition("?")
    login = f"{user.partition(':')[0]}:***@" if ":" in user else "***@"
    return _plain(f"{scheme}://{login if at else ''}{place}{'?***' if asked else ''}")
