"""Redis for tests: names of one's own on a shared server, and private servers to break.

`RHAPSODE_TEST_REDIS_URL` names the shared one; nothing in it is touched that a test did not name.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import redis

SHARED = os.environ.get("RHAPSODE_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
_STARTS_WITHIN_S = 20.0


def own_prefix() -> str:
    return f"rhapsode-test-{uuid.uuid4().hex[:12]}"


@contextmanager
def shared_redis() -> Iterator[str]:
    """Return the shared server's address; skip where none answers."""
    with closing(redis.Redis.from_url(SHARED, socket_timeout=5)) as there:
        try:
            there.ping()
        except redis.RedisError as e:
            pytest.skip(f"Redis is not reachable: {e}")
    yield SHARED


@contextmanager
def looked_into(url: str) -> Iterator["redis.Redis"]:
    """A client by which a test sees, spoils and removes what is kept."""
    with closing(redis.Redis.from_url(url, socket_timeout=5)) as there:
        yield there


@contextmanager
def own_names(url: str) -> Iterator[str]:
    """Return a prefix nobody else has; what is kept under it is removed at the end."""
    prefix = own_prefix()
    try:
        yield prefix
    finally:
        with looked_into(url) as there:
            for name in there.scan_iter(f"{prefix}:*"):
                there.delete(name)


class PrivateRedis:
    """A server of our own that may be killed, started again on its port, and frozen."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = _free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                *("redis-server", "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no", "--dir", str(self._folder)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until_s = time.monotonic() + _STARTS_WITHIN_S
        while not self._answers():
            assert time.monotonic() < until_s, "the private Redis did not start"
            time.sleep(0.01)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def publish(self, channel: str, data: bytes | str) -> int:
        """Return how many heard it."""
        with looked_into(self.url) as there:
            heard: int = there.publish(channel, data)
            return heard

    def _answers(self) -> bool:
        try:
            with looked_into(self.url) as there:
                return bool(there.ping())
        except redis.RedisError:
            return False


@contextmanager
def private_redis(folder: Path) -> Iterator[PrivateRedis]:
    """Start a server of our own; skip where the program is not installed."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    server = PrivateRedis(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def silent_server() -> Iterator[str]:
    """An address where connections are taken and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def nobody() -> str:
    """An address where nobody listens."""
    return f"redis://127.0.0.1:{_free_port()}/0"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
