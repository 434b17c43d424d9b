from pathlib import Path

import numpy as np
import pytest

from adapters.ffmpeg.studio import FfmpegStudio
from domain.audio import Pcm, Samples
from domain.errors import ClipRefusedError, StudioBusyError
from tests.unit.adapters.ffmpeg.processes import script
from tests.unit.adapters.ffmpeg.recordings import tone


def noise(count: int, bits: int = 24) -> Samples:
    steps = np.random.default_rng(7).integers(-(2 ** (bits - 1)), 2 ** (bits - 1), count)
    sound: Samples = (steps / 2 ** (bits - 1)).astype(np.float32)
    return sound


@pytest.mark.parametrize("bits", [16, 24])
@pytest.mark.parametrize("rate_hz", [4_000, 11_127, 22_050, 44_100, 65_537, 192_000, 384_000])
async def test_what_was_recorded_comes_back_exactly(
    bits: int, rate_hz: int, studio: FfmpegStudio
) -> None:
    pcm = Pcm(noise(10_007, bits), rate_hz)
    clip = await studio.pack(pcm)
    back = await studio.read_clip(clip.flac)
    assert (clip.rate_hz, clip.seconds) == (rate_hz, 10_007 / rate_hz)
    assert back.rate_hz == rate_hz
    assert np.array_equal(back.samples, pcm.samples)


async def test_anything_else_within_a_half_step(studio: FfmpegStudio) -> None:
    pcm = Pcm(np.random.default_rng(3).uniform(-0.999, 0.999, 20_000).astype(np.float32), 24_000)
    back = await studio.read_clip((await studio.pack(pcm)).flac)
    assert np.abs(back.samples - pcm.samples).max() <= 2**-24


async def test_full_scale_does_not_turn_over(studio: FfmpegStudio) -> None:
    pcm = Pcm(np.array([1.0, -1.0, 1.5, -1.5] * 2_000, dtype=np.float32), 24_000)
    back = await studio.read_clip((await studio.pack(pcm)).flac)
    assert np.abs(back.samples - np.clip(pcm.samples, -1, 1)).max() <= 2**-23


async def test_the_header_tells_length_and_checksum(studio: FfmpegStudio) -> None:
    flac = (await studio.pack(tone(1.5, 44_100))).flac
    packed = int.from_bytes(flac[18:26])
    assert flac[:4] == b"fLaC"
    assert (packed >> 44, (packed >> 36 & 31) + 1, packed & (1 << 36) - 1) == (44_100, 24, 66_150)
    assert flac[26:42] != bytes(16)


async def test_sixteen_bits_do_not_pay_for_twenty_four(studio: FfmpegStudio) -> None:
    header_room = 9_000
    for bits in (16, 24):
        clip = await studio.pack(Pcm(noise(24_000, bits), 24_000))
        assert len(clip.flac) - header_room < 24_000 * bits / 8 * 1.05


async def test_the_same_sound_packs_to_the_same_clip(studio: FfmpegStudio) -> None:
    first, second = [await studio.pack(tone(1, 24_000)) for _ in range(2)]
    assert first.sha256 == second.sha256


@pytest.mark.parametrize(
    ("pcm", "why"),
    [
        (Pcm(noise(0), 24_000), "0 s"),
        (Pcm(noise(100), 3_999), "3999 samples a second"),
        (Pcm(noise(100), 1_000_000), "1000000 samples a second"),
        (Pcm(np.array([0, np.nan], dtype=np.float32), 24_000), "not numbers"),
    ],
)
async def test_refuses_what_cannot_be_kept(pcm: Pcm, why: str, studio: FfmpegStudio) -> None:
    with pytest.raises(ClipRefusedError, match=why):
        await studio.pack(pcm)


async def test_a_failing_ffmpeg_is_not_the_callers_fault(tmp_path: Path) -> None:
    async with FfmpegStudio(script(tmp_path, "exit 1")) as studio:
        with pytest.raises(StudioBusyError, match="RHAPSODE_FFMPEG"):
            await studio.pack(Pcm(noise(100), 24_000))
