"""`rhapsode migrate`: bring the database to this version."""

import argparse
import asyncio
import sys
from typing import Any

from entrypoints.settings import Loaded


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser("migrate", parents=parents, help="bring the database up to date")
    parser.set_defaults(run=_migrate)


def _migrate(_chosen: argparse.Namespace, loaded: Loaded) -> int:
    from entrypoints.container import Container, migrated

    revision = asyncio.run(migrated(Container(settings=loaded.settings)))
    sys.stderr.write(f"the database is at revision {revision}\n")
    return 0
