import asyncio
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

from adapters.ffmpeg.process import Bounds, ProgramGaveUpError, limit, run
from adapters.ffmpeg.studio import FfmpegStudio
from domain.audio import Pcm
from domain.errors import ClipRefusedError, StudioBusyError
from tests.unit.adapters.ffmpeg.processes import begun, children, group, script, state, until
from tests.unit.adapters.ffmpeg.recordings import FFMPEG, recorded, tone

ROOM = Bounds(seconds=20.0, output_bytes=100_000)
LIMITED = "until grep -q '^Max core file size  *0  *0 ' /proc/self/limits; do :; done;"


async def test_hands_bytes_through() -> None:
    assert await run(["/bin/cat"], b"sound" * 1000, ROOM) == b"sound" * 1000


async def test_the_kernel_holds_the_bounds() -> None:
    shown = await run(["/bin/sh", "-c", f"{LIMITED} cat /proc/self/limits"], b"", ROOM)
    limits = {row[:25].strip(): row[26:47].split() for row in shown.decode().splitlines()}
    assert limits["Max cpu time"] == ["20"]
    assert limits["Max file size"] == ["100000"]
    assert limits["Max address space"] == [f"{2**30}"]
    assert limits["Max core file size"] == ["0"]


async def test_one_that_writes_too_much_is_stopped() -> None:
    with pytest.raises(ProgramGaveUpError):
        await run(["/bin/sh", "-c", f"{LIMITED} exec cat /dev/zero"], b"", ROOM)


async def test_it_learns_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RHAPSODE_API_KEYS", "secret")
    monkeypatch.setenv("FFREPORT", "file=/nowhere/report.log")
    assert b"PATH=" in (seen := await run(["/usr/bin/env"], b"", ROOM))
    assert b"secret" not in seen
    assert b"FFREPORT" not in seen


def test_alimit_of_the_house_is_not_raised() -> None:
    narrow = ["/bin/sh", "-c", "ulimit -f 10; echo ready; exec cat"]
    with subprocess.Popen(narrow, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        before = resource.prlimit(child.pid, resource.RLIMIT_FSIZE)
        limit(child.pid, Bounds(seconds=1.0, output_bytes=2**40))
        assert resource.prlimit(child.pid, resource.RLIMIT_FSIZE) == before
        assert resource.prlimit(child.pid, resource.RLIMIT_CPU) == (1, 1)
        child.communicate()
    assert before[1] < 2**20


async def test_one_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    hanging = script(tmp_path, "sleep 1000 &", "wait")
    async with FfmpegStudio(hanging, timeout_s=0.5) as studio:
        with pytest.raises(StudioBusyError, match=r"longer than 0\.5 s"):
            await studio.read_clip(b"anything")
    leader = await begun(tmp_path)
    await until(lambda: not group(leader))


async def test_ffmpeg_killed_midway_is_not_the_callers_fault(tmp_path: Path) -> None:
    stopping = script(tmp_path, "kill -STOP $$", f'exec {FFMPEG} "$@"')
    upload = recorded(tmp_path, "a.wav", tone(1, 44_100))
    async with FfmpegStudio(stopping) as studio:
        reading = asyncio.create_task(studio.read_clip(upload))
        pid = await begun(tmp_path)
        await until(lambda: state(pid) == "T")
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(StudioBusyError, match="stopped while it worked"):
            await reading
    assert not group(pid)


async def test_stopped_and_continued_it_still_reads(tmp_path: Path) -> None:
    stopping = script(tmp_path, "kill -STOP $$", f'exec {FFMPEG} "$@"')
    upload = recorded(tmp_path, "a.wav", tone(1, 44_100))
    async with FfmpegStudio(stopping) as studio:
        reading = asyncio.create_task(studio.read_clip(upload))
        pid = await begun(tmp_path)
        await until(lambda: state(pid) == "T")
        os.kill(pid, signal.SIGCONT)
        assert (await reading).seconds == 1.0


@pytest.mark.parametrize("ending", ["kill -TERM $$", "kill -KILL $$", "exit 255"])
async def test_a_stop_from_outside_is_not_the_callers_fault(tmp_path: Path, ending: str) -> None:
    async with FfmpegStudio(script(tmp_path, ending)) as studio:
        with pytest.raises(StudioBusyError, match="stopped while it worked"):
            await studio.read_clip(b"anything")


@pytest.mark.parametrize("ending", ["kill -SEGV $$", "kill -ABRT $$", "kill -XCPU $$", "exit 183"])
async def test_a_file_that_breaks_ffmpeg_is_refused(tmp_path: Path, ending: str) -> None:
    async with FfmpegStudio(script(tmp_path, ending)) as studio:
        with pytest.raises(ClipRefusedError, match="no sound that can be read"):
            await studio.read_clip(b"anything")


async def test_one_that_answers_nonsense_is_not_the_callers_fault(tmp_path: Path) -> None:
    async with FfmpegStudio(script(tmp_path, "echo hello")) as studio:
        with pytest.raises(StudioBusyError, match="RHAPSODE_FFMPEG"):
            await studio.read_clip(b"anything")


async def test_one_that_vanished_is_not_the_callers_fault(tmp_path: Path) -> None:
    program = script(tmp_path, "exit 0")
    async with FfmpegStudio(program) as studio:
        program.unlink()
        with pytest.raises(StudioBusyError, match="could not be started"):
            await studio.read_clip(b"anything")


async def test_cancelling_ends_it_at_once(tmp_path: Path) -> None:
    hanging = script(tmp_path, "sleep 1000 &", "wait")
    async with FfmpegStudio(hanging) as studio:
        reading = asyncio.create_task(studio.read_clip(b"anything"))
        leader = await begun(tmp_path)
        began = time.monotonic()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert time.monotonic() - began < 1
    await until(lambda: not group(leader))


@pytest.mark.parametrize("times", [1, 2])
async def test_cancelled_while_it_starts_it_leaves_nothing_of_what_it_started(
    tmp_path: Path, times: int
) -> None:
    hanging = script(tmp_path, "sleep 1000 &", "wait")
    async with FfmpegStudio(hanging) as studio:
        before = len(children())
        reading = asyncio.create_task(studio.read_clip(b"anything"))
        while len(children()) == before:  # noqa: ASYNC110 - the loop's very next round is meant
            await asyncio.sleep(0)
        leader = children()[-1]
        while len(group(leader)) < 2:
            time.sleep(0.002)  # noqa: ASYNC251 - the loop must not come to notice that it started
        reading.cancel()
        if times > 1:
            await asyncio.sleep(0)
            reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert len(children()) == before
    await until(lambda: not group(leader))


async def test_fifty_clips_leave_no_descriptor_open(studio: FfmpegStudio, tmp_path: Path) -> None:
    upload = recorded(tmp_path, "a.mp3", tone(0.2, 44_100))
    await studio.read_clip(upload)
    before = os.listdir("/proc/self/fd")  # noqa: PTH208 - numbers, not files
    answers = await asyncio.gather(
        *(studio.read_clip(upload if i % 5 else b"nothing") for i in range(30)),
        return_exceptions=True,
    )
    answers += await asyncio.gather(*(studio.read_clip(upload) for _ in range(20)))
    assert sum(isinstance(answer, Pcm) for answer in answers) == 44
    assert len(os.listdir("/proc/self/fd")) == len(before)  # noqa: PTH208
