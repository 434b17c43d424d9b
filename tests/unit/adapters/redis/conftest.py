"""A shared Redis with names of one's own, and a private one to break."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.redis_servers import PrivateRedis, own_names, private_redis, shared_redis


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    with shared_redis() as shared:
        yield shared


@pytest.fixture
def prefix(url: str) -> Iterator[str]:
    with own_names(url) as own:
        yield own


@pytest.fixture
def private() -> Iterator[PrivateRedis]:
    with tempfile.TemporaryDirectory() as folder, private_redis(Path(folder)) as server:
        yield server
