"""What every sound studio promises."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import numpy as np
import pytest

from adapters.ffmpeg.studio import FfmpegStudio
from domain.audio import Pcm, Samples, to_int16
from domain.errors import ClipRefusedError
from domain.ports import SoundStudio
from domain.wav import whole_file

Open = Callable[[], AbstractAsyncContextManager[SoundStudio]]

LONGEST_S = 2.0
STUDIOS: dict[str, Open] = {"ffmpeg": lambda: FfmpegStudio(longest_clip_s=LONGEST_S)}


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
