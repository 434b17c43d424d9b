"""The server under test: the real command in a process of its own, on a free port."""

import os
import platform
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

_START_S = 30
_SETTINGS = {
    "RHAPSODE_LOG_FORMAT": "json",
    "RHAPSODE_LOG_LEVEL": "warning",
    # The same texts again and again: with the cache, a bench would measure the cache.
    "RHAPSODE_AUDIO_CACHE": "off",
}


@contextmanager
def server(*options: str) -> Iterator[int]:
    """Give the port of a server that is ready; it ends with the block."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "entrypoints.cli.main", "serve", "--port", str(port)]
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*command, "--data-dir", folder, *options],
            env=os.environ | _SETTINGS,
        )
        try:
            _wait_until_ready(port)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=30)


def machine() -> str:
    """Name the machine for the table."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    name = model[1] if model else platform.machine()
    return f"{os.cpu_count()} cores, {name}, Python {platform.python_version()}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/ready", timeout=1):
                return
        except (URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
