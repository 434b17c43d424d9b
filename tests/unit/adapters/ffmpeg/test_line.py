"""What happens to a stream whose program dies, hangs, or is left."""

import asyncio
import os
import resource
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from adapters.ffmpeg.studio import FfmpegStudio
from domain.audio import Samples
from domain.errors import StudioBusyError
from domain.formats import format_named
from domain.ports import Encoder
from tests.unit.adapters.ffmpeg.encoded import everything, poured, streamed
from tests.unit.adapters.ffmpeg.processes import begun, children, group, script, state, until
from tests.unit.adapters.ffmpeg.recordings import FFMPEG, babble

MP3 = format_named("mp3")
SECOND = babble(1, MP3.rate_hz).samples
HANGS = ("sleep 1000 &", "wait")
NAPS = ("kill -STOP $$", f'exec {FFMPEG} "$@"')


def noise(seconds: float) -> Samples:
    return np.resize(SECOND, round(seconds * MP3.rate_hz))


async def test_one_that_hangs_at_the_end_is_ended_in_time(tmp_path: Path) -> None:
    async with FfmpegStudio(script(tmp_path, *HANGS), timeout_s=0.3, spares=0) as studio:
        began = time.monotonic()
        async with studio.encoder(MP3) as encoder:
            leader = await begun(tmp_path)
            await encoder.write(noise(0.1))
            await encoder.end()
            with pytest.raises(StudioBusyError, match=r"no answer for 0\.3 s"):
                await encoder.read()
        assert time.monotonic() - began < 3
        await until(lambda: not group(leader))


async def test_one_that_takes_nothing_more_is_ended_in_time(tmp_path: Path) -> None:
    async with FfmpegStudio(script(tmp_path, *HANGS), timeout_s=0.3, spares=0) as studio:
        async with studio.encoder(MP3) as encoder:
            writing = asyncio.create_task(poured(encoder, noise(5), 2400))
            for task in (asyncio.create_task(encoder.read()), writing):
                with pytest.raises(StudioBusyError, match=r"no answer for 0\.3 s"):
                    await asyncio.wait_for(task, 3)
            leader = await begun(tmp_path)
        await until(lambda: not group(leader))


async def test_a_slow_engine_is_no_hang() -> None:
    async with FfmpegStudio(timeout_s=0.2, spares=0) as studio, studio.encoder(MP3) as encoder:
        reading = asyncio.create_task(everything(encoder))
        for _ in range(3):
            await encoder.write(noise(0.1))
            await asyncio.sleep(0.4)
        await encoder.end()
        assert len(await reading) > 2000


async def test_a_slow_listener_is_no_hang_and_holds_the_engine_back() -> None:
    async with FfmpegStudio(timeout_s=0.3, spares=0) as studio, studio.encoder(MP3) as encoder:
        writing = asyncio.create_task(poured(encoder, noise(60), 2400))
        await asyncio.sleep(1)
        assert not writing.done()
        first = await encoder.read()
        assert len(first) < 3 * 8000, "more than three seconds were held for nobody"
        assert len(first) + len(await everything(encoder)) > 59 * 8000
        await writing


@pytest.mark.parametrize("ending", ["exit 0", "exit 1", "kill -KILL $$", "kill -SEGV $$"])
async def test_one_that_breaks_off_fails_the_reader(tmp_path: Path, ending: str) -> None:
    async with FfmpegStudio(script(tmp_path, ending), spares=0) as studio:
        async with studio.encoder(MP3) as encoder, asyncio.timeout(3):
            with pytest.raises(StudioBusyError, match="broke off"):
                await encoder.read()
            with pytest.raises(StudioBusyError, match="broke off"):
                await poured(encoder, noise(5), 2400)


async def test_ffmpeg_killed_midway_fails_both(tmp_path: Path) -> None:
    async with FfmpegStudio(script(tmp_path, f'exec {FFMPEG} "$@"'), spares=0) as studio:
        async with studio.encoder(MP3) as encoder:
            await encoder.write(noise(0.5))
            assert await encoder.read()
            os.kill(await begun(tmp_path), signal.SIGKILL)
            with pytest.raises(StudioBusyError, match="broke off"):
                await everything(encoder)
            with pytest.raises(StudioBusyError, match="broke off"):
                await encoder.write(noise(5))
    assert not children()


async def test_stopped_and_continued_it_still_encodes(tmp_path: Path) -> None:
    async with FfmpegStudio(script(tmp_path, *NAPS), spares=0) as studio:
        stream = asyncio.create_task(streamed(studio, MP3, noise(1)))
        pid = await begun(tmp_path)
        await until(lambda: state(pid) == "T")
        os.kill(pid, signal.SIGCONT)
        assert len(await stream) > 8000


@pytest.mark.parametrize("act", ["read", "write", "nothing"])
async def test_cancelling_ends_it_at_once(tmp_path: Path, act: str) -> None:
    async def use(encoder: Encoder) -> None:
        if act == "read":
            await encoder.read()
        elif act == "write":
            await encoder.write(noise(30))
        await asyncio.sleep(1000)

    async def stream(studio: FfmpegStudio) -> None:
        async with studio.encoder(MP3) as encoder:
            await use(encoder)

    async with FfmpegStudio(script(tmp_path, *HANGS), spares=0) as studio:
        streaming = asyncio.create_task(stream(studio))
        leader = await begun(tmp_path)
        began = time.monotonic()
        streaming.cancel()
        with pytest.raises(asyncio.CancelledError):
            await streaming
        assert time.monotonic() - began < 1
        await until(lambda: not group(leader))


async def test_cancelled_while_it_starts_it_leaves_nothing(tmp_path: Path) -> None:
    async def stream(studio: FfmpegStudio) -> None:
        async with studio.encoder(MP3):
            await asyncio.sleep(1000)

    async with FfmpegStudio(script(tmp_path, "exec sleep 1000"), spares=0) as studio:
        open_before = descriptors()
        for turns in range(40):
            streaming = asyncio.create_task(stream(studio))
            for _ in range(turns):
                await asyncio.sleep(0.0001 * (turns % 3))
            streaming.cancel()
            await asyncio.wait((streaming,))
            assert streaming.cancelled()
        await until(lambda: not children())
        assert descriptors() == open_before


async def test_leaving_early_ends_it_at_once(studio: FfmpegStudio) -> None:
    async with studio.encoder(MP3) as encoder:
        await encoder.write(noise(0.1))
        began = time.monotonic()
    assert time.monotonic() - began < 0.5
    with pytest.raises(StudioBusyError):
        await encoder.read()
    with pytest.raises(StudioBusyError):
        await encoder.write(SECOND)


async def test_entering_does_not_wait_for_the_program(tmp_path: Path) -> None:
    async with FfmpegStudio(script(tmp_path, "sleep 1000"), spares=0) as studio:
        began = time.monotonic()
        async with studio.encoder(MP3) as encoder:
            await encoder.write(noise(0.1))
            assert time.monotonic() - began < 1


async def test_one_that_vanished_is_not_the_callers_fault(tmp_path: Path) -> None:
    program = script(tmp_path, "exit 0")
    async with FfmpegStudio(program) as studio:
        program.unlink()
        open_before = descriptors()
        with pytest.raises(StudioBusyError, match="could not be started"):
            await streamed(studio, MP3, SECOND)
        assert descriptors() == open_before


async def test_fifty_at_once_leave_no_process_and_no_descriptor() -> None:
    async with FfmpegStudio(spares=0) as studio:
        await streamed(studio, MP3, SECOND)
        open_before = descriptors()
        streams = await asyncio.gather(*(streamed(studio, MP3, SECOND) for _ in range(50)))
        assert len({len(stream) for stream in streams}) == 1
        assert not children()
        assert descriptors() == open_before


async def test_no_more_programs_than_allowed_run_at_once() -> None:
    async with FfmpegStudio(encoders=1, patience_s=0.05, spares=0) as studio:
        async with studio.encoder(MP3), studio.encoder(format_named("pcm")):
            with pytest.raises(StudioBusyError, match="Too many streams are being encoded"):
                await streamed(studio, MP3, SECOND)
        assert await streamed(studio, MP3, SECOND)


async def test_it_is_polite_and_bounded(tmp_path: Path) -> None:
    async with FfmpegStudio(script(tmp_path, "exec sleep 1000"), spares=0) as studio:
        async with studio.encoder(MP3):
            pid = await begun(tmp_path)
            assert os.getpriority(os.PRIO_PROCESS, pid) == os.getpriority(os.PRIO_PROCESS, 0) + 5
            assert resource.prlimit(pid, resource.RLIMIT_AS)[0] == 2**30
            assert os.getsid(pid) == pid


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - numbers, not files
