"""Servers whose sockets are talked to."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.engine import FakeEngine
from tests.integration.serving import Served, serving


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path, loudness="off") as served:
        yield served


@pytest.fixture
async def engine() -> FakeEngine:
    return FakeEngine(slots=5)


@pytest.fixture
async def staged(tmp_path: Path, engine: FakeEngine) -> AsyncIterator[Served]:
    async with serving(tmp_path, engine=engine, stall_timeout_s=1, max_sockets=6) as served:
        yield served
        engine.running.set()
