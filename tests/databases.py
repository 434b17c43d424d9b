"""Databases for tests: a file, a fresh database on a shared server, a private server to break.

`RHAPSODE_TEST_POSTGRES_URL` names a server on which databases may be made and dropped.
"""

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.sql.address import async_url

Result = TypeVar("Result")

_SERVER = os.environ.get(
    "RHAPSODE_TEST_POSTGRES_URL",
    "postgresql://postgres@127.0.0.1:5432/postgres",
)


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder}/voices.db"


@contextmanager
def fresh_postgres() -> Iterator[str]:
    """Make an empty database and drop it at the end; skip where no server answers."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(reachable_postgres())
        except OSError as e:
            pytest.skip(f"PostgreSQL is not reachable: {e}")
        yield url


@contextmanager
def reachable_postgres() -> Iterator[str]:
    """Make an empty database and drop it at the end; `OSError` where no server answers."""
    name = f"rhapsode_test_{uuid.uuid4().hex[:12]}"
    apart(_tell(_SERVER, f"CREATE DATABASE {name} TEMPLATE template0"))
    try:
        url = make_url(_SERVER).set(database=name)
        yield url.render_as_string(hide_password=False)
    finally:
        apart(_tell(_SERVER, f"DROP DATABASE {name} WITH (FORCE)"))


class PrivatePostgres:
    """A server of our own that may be killed and frozen."""

    def __init__(self, programs: Path, folder: Path, user: str | None) -> None:
        self._programs = programs
        self._folder = folder
        self._user = user
        self._port = _free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    def prepare(self) -> None:
        data = self._folder / "data"
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8")

    def start(self) -> None:
        self._run(
            *("pg_ctl", "start", "-w", "-D", self._folder / "data", "-l", self._folder / "log"),
            *("-o", f"-p {self._port} -k {self._folder} -h 127.0.0.1 -c fsync=off"),
        )

    def kill(self) -> None:
        self._run("pg_ctl", "stop", "-m", "immediate", "-D", self._folder / "data")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        postmaster = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGSTOP)
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        stopped = [postmaster, *map(int, children)]
        try:
            for process in stopped:
                os.kill(process, signal.SIGSTOP)
            yield
        finally:
            for process in reversed(stopped):
                os.kill(process, signal.SIGCONT)

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [self._programs / program, *arguments],
            check=True,
            user=self._user,
            cwd=self._folder,
            timeout=50,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@contextmanager
def private_postgres() -> Iterator[PrivatePostgres]:
    """Start a server of our own; skip where its programs are not installed."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL's initdb and pg_ctl are not installed")
    user = _unprivileged()
    with tempfile.TemporaryDirectory(prefix="rhapsode-pg-") as name:
        if user is not None:
            shutil.chown(name, user)
        server = PrivatePostgres(programs, Path(name), user)
        server.prepare()
        server.start()
        try:
            yield server
        finally:
            server.kill()


def _programs() -> Path | None:
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("pg_ctl")
    folders = [*known, *([Path(found).resolve().parent] if found else [])]
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; name who runs it instead."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def apart(task: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end in a loop of its own, also where one is running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, task).result()


async def _tell(url: str, statement: str) -> None:
    engine = create_async_engine(async_url(url), isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(statement))
    finally:
        await engine.dispose()
