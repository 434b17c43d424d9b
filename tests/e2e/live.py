"""The real command, serving the embedded engine on a free port of this machine."""

import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from entrypoints.server import listen
from entrypoints.settings import Settings


@contextmanager
def live(folder: Path, **environment: str) -> Iterator[str]:
    """Serve until the block ends; the address is given once the server is ready."""
    with listen(Settings(port=0, data_dir=folder)) as probe:
        port = probe.getsockname()[1]
    command = ["-m", "entrypoints.cli.main", "serve", "--port", str(port), "--engine", "espeak"]
    process = subprocess.Popen(
        [sys.executable, *command, "--data-dir", str(folder)],
        env=os.environ | {"RHAPSODE_LOG_LEVEL": "warning", "PYTHONPATH": "src"} | environment,
        stdout=subprocess.DEVNULL,
    )
    cert = environment.get("RHAPSODE_TLS_CERT")
    url = f"{'https' if cert else 'http'}://127.0.0.1:{port}"
    try:
        _await_ready(process, url, cert)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _await_ready(process: subprocess.Popen[bytes], url: str, cert: str | None) -> None:
    until = time.monotonic() + 20
    trust = ssl.create_default_context(cafile=cert)
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{url}/ready", verify=trust).status_code == 200:
                return
        except httpx.ConnectError:
            time.sleep(0.05)
    msg = f"the server is not ready, its exit status is {process.poll()}"
    raise AssertionError(msg)
