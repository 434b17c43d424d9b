"""`rhapsode config`: the settings in force, and where each came from."""

import argparse
import sys
from typing import Any

from pydantic import SecretStr

from entrypoints.settings import Loaded


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser("config", parents=parents, help="show the settings in force")
    parser.set_defaults(run=_config)


def _config(_chosen: argparse.Namespace, loaded: Loaded) -> int:
    rows = [
        (name, _shown(getattr(loaded.settings, name)), loaded.origins[name])
        for name in sorted(loaded.origins)
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, value, origin in rows:
        sys.stdout.write(f"{name:{widths[0]}}  {value:{widths[1]}}  {origin}\n")
    return 0


def _shown(value: object) -> str:
    """A secret is counted, never shown."""
    if value is None:
        return "-"
    if isinstance(value, tuple):
        secret = any(isinstance(part, SecretStr) for part in value)
        return f"({len(value)} hidden)" if secret else ", ".join(map(str, value)) or "-"
    return str(value).lower() if isinstance(value, bool) else str(value)
