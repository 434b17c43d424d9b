"""A real server with the usual engine, and one whose engine does as it is told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.engine import FakeEngine
from tests.integration.leibniz.talks import Stage
from tests.integration.serving import Served, serving


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as served:
        yield served


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    engine = FakeEngine(slots=2, max_waiting=2)
    async with serving(tmp_path, engine=engine, stall_timeout_s=1, max_sockets=3) as served:
        yield Stage(engine, served)
        engine.running.set()
