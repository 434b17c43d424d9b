"""What every sound studio promises."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import numpy as np
import pytest

from adapters.ffmpeg.studio import FfmpegStudio
from domain.audio import Pcm, Samples, to_int16
from domain.errors import ClipRefusedError, StudioBusyError
from domain.formats import format_named
from domain.loudness import Target
from domain.ports import Encoder, SoundStudio
from domain.wav import whole_file
from tests.fakes.studio import FakeStudio

Open = Callable[[], AbstractAsyncContextManager[SoundStudio]]

LONGEST_S = 2.0
STUDIOS: dict[str, Open] = {"ffmpeg": lambda: FfmpegStudio(longest_clip_s=LONGEST_S)}


@asynccontextmanager
async def fake() -> AsyncIterator[SoundStudio]:
    yield FakeStudio()


FINISHING: dict[str, Open] = {**STUDIOS, "fake": fake}
"""The fake finishes what people get; what they upload, it takes as it is."""


@pytest.fixture(params=[*FINISHING.values()], ids=[*FINISHING])
async def finishing(request: pytest.FixtureRequest) -> AsyncIterator[SoundStudio]:
    opened: Open = request.param
    async with opened() as entered:
        yield entered


@pytest.fixture(params=[*STUDIOS.values()], ids=[*STUDIOS])
async def studio(request: pytest.FixtureRequest) -> AsyncIterator[SoundStudio]:
    opened: Open = request.param
    async with opened() as entered:
        yield entered


def voice(seconds: float, rate_hz: int) -> Samples:
    """Steps of 24 bits, so that nothing is lost by keeping them."""
    steps = np.random.default_rng(11).integers(-(2**22), 2**22, round(seconds * rate_hz))
    return (steps / 2**23).astype(np.float32)


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000])
async def test_a_packed_clip_is_the_sound_itself(rate_hz: int, studio: SoundStudio) -> None:
    pcm = Pcm(voice(1.3, rate_hz), rate_hz)
    clip = await studio.pack(pcm)
    back = await studio.read_clip(clip.flac)
    assert clip.flac.startswith(b"fLaC")
    assert (clip.seconds, clip.rate_hz) == (pcm.seconds, rate_hz)
    assert back.rate_hz == rate_hz
    assert back.samples.dtype == np.float32
    assert np.array_equal(back.samples, pcm.samples)


def file_of(pcm: Pcm) -> bytes:
    return whole_file(pcm.rate_hz, to_int16(pcm.samples))


async def test_an_upload_keeps_its_own_rate(studio: SoundStudio) -> None:
    pcm = Pcm(voice(1, 16_000), 16_000)
    heard = await studio.read_clip(file_of(pcm))
    assert heard.rate_hz == 16_000
    assert np.abs(heard.samples - pcm.samples).max() < 2**-14


async def test_no_more_than_a_second_beyond_the_limit_is_read(studio: SoundStudio) -> None:
    heard = await studio.read_clip(file_of(Pcm(voice(30, 8_000), 8_000)))
    assert heard.seconds == LONGEST_S + 1


@pytest.mark.parametrize("upload", [b"", b"hello", bytes(3_000), b"PK\3\4" + bytes(100)])
async def test_what_is_no_sound_is_refused_in_one_sentence(
    upload: bytes, studio: SoundStudio
) -> None:
    with pytest.raises(ClipRefusedError) as refused:
        await studio.read_clip(upload)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


async def test_nothing_is_not_packed(studio: SoundStudio) -> None:
    with pytest.raises(ClipRefusedError):
        await studio.pack(Pcm(voice(0, 24_000), 24_000))


async def test_many_at_once_do_not_mix(studio: SoundStudio) -> None:
    sounds = [Pcm(voice(0.2 + 0.1 * i, 16_000), 16_000) for i in range(8)]
    clips = await asyncio.gather(*map(studio.pack, sounds))
    heard = await asyncio.gather(*(studio.read_clip(clip.flac) for clip in clips))
    for pcm, back in zip(sounds, heard, strict=True):
        assert np.array_equal(back.samples, pcm.samples)


async def test_cancelling_one_leaves_the_others(studio: SoundStudio) -> None:
    sounds = [Pcm(voice(1, 16_000), 16_000) for _ in range(6)]
    packing = [asyncio.create_task(studio.pack(sound)) for sound in sounds]
    await asyncio.sleep(0)
    packing[0].cancel()
    done = await asyncio.gather(*packing, return_exceptions=True)
    assert isinstance(done[0], asyncio.CancelledError)
    assert len({clip.sha256 for clip in done[1:] if not isinstance(clip, BaseException)}) == 1
    assert not any(isinstance(clip, BaseException) for clip in done[1:])


NAMES = ["pcm", "wav", "ulaw", "alaw", "mp3", "opus", "aac", "flac"]
named = pytest.mark.parametrize("name", NAMES)


def hum(seconds: float, rate_hz: int, peak: float = 0.3) -> Samples:
    turns = 2 * np.pi * 997 * np.arange(round(seconds * rate_hz)) / rate_hz
    return (peak * np.sin(turns)).astype(np.float32)


async def written(encoder: Encoder, sound: Samples) -> None:
    for part in np.split(sound, range(1200, len(sound), 1200)):
        await encoder.write(part)
    await encoder.end()


async def everything(encoder: Encoder) -> bytes:
    data = bytearray()
    while some := await encoder.read():
        data += some
    return bytes(data)


@named
async def test_one_task_writes_while_another_reads(name: str, finishing: SoundStudio) -> None:
    to = format_named(name)
    async with finishing.encoder(to) as encoder, asyncio.TaskGroup() as tasks:
        tasks.create_task(written(encoder, hum(3, to.rate_hz)))
        assert len(await everything(encoder)) > 3 * 1000
        assert await encoder.read() == b""


@named
async def test_the_writer_of_a_whole_sound_may_read_it_after(
    name: str, finishing: SoundStudio
) -> None:
    to = format_named(name)
    async with finishing.encoder(to, whole=True) as encoder, asyncio.timeout(20):
        await written(encoder, hum(20, to.rate_hz))
        assert len(await everything(encoder)) > 20 * 1000
        assert await encoder.read() == b""


@named
async def test_sound_is_heard_before_the_stream_ends(name: str, finishing: SoundStudio) -> None:
    to = format_named(name)
    async with finishing.encoder(to) as encoder, asyncio.timeout(10):
        await encoder.write(hum(0.3, to.rate_hz))
        assert await encoder.read()


@named
async def test_a_writer_waits_for_a_reader_far_behind(name: str, finishing: SoundStudio) -> None:
    to = format_named(name)
    async with finishing.encoder(to) as encoder:
        writing = asyncio.create_task(written(encoder, hum(120, to.rate_hz)))
        await asyncio.wait((writing,), timeout=0.3)
        assert not writing.done()
        writing.cancel()
        await asyncio.wait((writing,))


@pytest.mark.parametrize("name", ["mp3", "opus", "flac"])
async def test_an_encoder_that_was_left_is_no_more(name: str, finishing: SoundStudio) -> None:
    to = format_named(name)
    async with finishing.encoder(to) as encoder:
        await encoder.write(hum(0.1, to.rate_hz))
    with pytest.raises(StudioBusyError):
        await encoder.read()
    with pytest.raises(StudioBusyError):
        await encoder.write(hum(0.1, to.rate_hz))


@pytest.mark.parametrize("peak", [0.01, 0.3, 0.99])
async def test_a_sound_is_brought_to_its_loudness(peak: float, finishing: SoundStudio) -> None:
    made = await finishing.master(Pcm(hum(3, 24_000, peak), 24_000), Target(-20.0, -1.0))
    assert made.lufs == pytest.approx(-20.0, abs=0.1)
    assert made.peak_dbtp == pytest.approx(-16.99 + 0.01, abs=0.1)
    assert len(made.pcm.samples) == 72_000


async def test_without_a_wish_only_what_is_too_loud_is_touched(finishing: SoundStudio) -> None:
    quiet, loud = (Pcm(hum(1, 24_000, peak), 24_000) for peak in (0.25, 1.0))
    made = await finishing.master(quiet, Target(None, -3.0))
    assert np.array_equal(made.pcm.samples, quiet.samples)
    made = await finishing.master(loud, Target(None, -3.0))
    assert made.peak_dbtp <= -2.95
    assert np.abs(made.pcm.samples).max() <= 10 ** (-2.95 / 20)


@pytest.mark.parametrize("seconds", [0.0, 0.2])
async def test_what_is_too_short_to_measure_keeps_its_level(
    seconds: float, finishing: SoundStudio
) -> None:
    sound = Pcm(hum(seconds, 24_000, 0.1), 24_000)
    made = await finishing.master(sound, Target(-16.0))
    assert made.lufs is None
    assert np.array_equal(made.pcm.samples, sound.samples)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 24_000, 44_100])
@pytest.mark.parametrize("seconds", [0.0, 0.01, 1.234])
async def test_what_was_cleaned_is_as_long_as_it_was(
    rate_hz: int, seconds: float, finishing: SoundStudio
) -> None:
    sound = Pcm(voice(seconds, rate_hz), rate_hz)
    made = await finishing.clean(sound)
    assert (len(made.samples), made.rate_hz) == (len(sound.samples), rate_hz)
