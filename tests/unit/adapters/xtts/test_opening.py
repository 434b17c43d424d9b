"""How an engine opens, or does not."""

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from adapters.xtts import child
from domain.errors import EngineFailedError, ModelUnusableError
from tests.unit.adapters.xtts.standing_in import children, descriptors, made, until

pytestmark = pytest.mark.usefixtures("stand_in")


async def opens() -> None:
    """Whether an engine may be opened: the one before has gone."""
    stage = made()
    async with stage.engine:
        assert await stage.says()


async def test_a_model_that_cannot_be_used_is_named(stand_in: pytest.MonkeyPatch) -> None:
    before = children()
    stand_in.setenv("XTTS_STAND_IN_START", "unusable")
    with pytest.raises(ModelUnusableError) as refused:
        await made().engine.__aenter__()
    assert str(refused.value) == "The model cannot be used: model.pth cannot be read."
    assert refused.value.path == "model.pth"
    assert children() == before
    stand_in.delenv("XTTS_STAND_IN_START")
    await opens()


@pytest.mark.parametrize("how", ["dead", "mad", "crying"])
async def test_a_child_that_never_gets_ready_is_an_error_and_the_log_says_more(
    how: str, stand_in: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = children()
    stand_in.setenv("XTTS_STAND_IN_START", how)
    with pytest.raises(EngineFailedError, match="ended before it was ready"):
        await made().engine.__aenter__()
    assert {"dead": "with code 3", "mad": "by signal 9", "crying": "RuntimeError: the stand-in"}[
        how
    ] in caplog.text
    assert "what somebody had spoken" not in caplog.text
    assert children() == before
    stand_in.delenv("XTTS_STAND_IN_START")
    await opens()


async def test_a_start_that_takes_too_long_is_given_up(stand_in: pytest.MonkeyPatch) -> None:
    before = children()
    stand_in.setenv("XTTS_STAND_IN_START", "silent")
    with pytest.raises(EngineFailedError, match=r"not ready within 0\.5 s"):
        await made(starts_within_s=0.5).engine.__aenter__()
    assert children() == before


async def test_a_process_that_cannot_be_started_is_an_error(stand_in: pytest.MonkeyPatch) -> None:
    open_before = descriptors()
    with stand_in.context() as patched:
        patched.setattr(sys, "executable", "/nowhere/python")
        with pytest.raises(EngineFailedError, match="cannot start its process"):
            await made().engine.__aenter__()
    assert descriptors() == open_before
    await opens()


async def test_being_cancelled_while_it_opens_leaves_no_process(
    stand_in: pytest.MonkeyPatch,
) -> None:
    before = children()
    for after_s in (0.0, 0.001, 0.05, 0.3):
        stand_in.setenv("XTTS_STAND_IN_START", "silent")
        opening = asyncio.create_task(made().engine.__aenter__())
        await asyncio.sleep(after_s)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        assert children() == before
    stand_in.delenv("XTTS_STAND_IN_START")
    await opens()


async def test_being_left_while_it_opens_leaves_no_process(stand_in: pytest.MonkeyPatch) -> None:
    before = children()
    stand_in.setenv("XTTS_STAND_IN_START", "silent")
    stage = made()
    opening = asyncio.create_task(stage.engine.__aenter__())
    await until(lambda: children() != before)
    began_s = time.monotonic()
    await stage.engine.__aexit__()
    with pytest.raises(EngineFailedError, match="closed as it started"):
        await opening
    assert time.monotonic() - began_s < 1.0
    assert children() == before
    stand_in.delenv("XTTS_STAND_IN_START")
    await opens()


async def test_nothing_stays_open_once_it_is_closed() -> None:
    await opens()
    open_before = descriptors()
    tasks_before = asyncio.all_tasks()
    for _ in range(2):
        await opens()
    assert descriptors() == open_before
    assert asyncio.all_tasks() == tasks_before


def test_our_own_sources_come_first_for_a_child(stand_in: pytest.MonkeyPatch) -> None:
    stand_in.setenv("PYTHONPATH", "/elsewhere")
    first, *others = child._environment()["PYTHONPATH"].split(os.pathsep)
    assert (Path(first) / "adapters/xtts/child.py").exists()
    assert others == ["/elsewhere"]
