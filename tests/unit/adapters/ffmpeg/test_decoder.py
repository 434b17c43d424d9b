import struct
import time
from pathlib import Path

import numpy as np
import pytest

from adapters.ffmpeg.studio import FfmpegStudio
from domain.audio import Pcm
from domain.errors import ClipRefusedError
from tests.unit.adapters.ffmpeg.recordings import (
    level,
    loudest_hz,
    made,
    recorded,
    stereo,
    tone,
)

FORMATS = {
    "u8.wav": ("-c:a", "pcm_u8"),
    "s16.wav": ("-c:a", "pcm_s16le"),
    "s24.wav": ("-c:a", "pcm_s24le"),
    "s32.wav": ("-c:a", "pcm_s32le"),
    "f32.wav": ("-c:a", "pcm_f32le"),
    "cbr.mp3": ("-b:a", "64k"),
    "vbr.mp3": ("-q:a", "4"),
    "s16.flac": ("-sample_fmt", "s16"),
    "s24.flac": ("-sample_fmt", "s32"),
    "vorbis.ogg": ("-c:a", "libvorbis"),
    "opus.ogg": ("-c:a", "libopus"),
    "opus.webm": ("-c:a", "libopus"),
    "vorbis.webm": ("-c:a", "libvorbis"),
    "aac.m4a": ("-c:a", "aac"),
    "faststart.m4a": ("-c:a", "aac", "-movflags", "+faststart"),
    "aac.aac": ("-c:a", "aac", "-f", "adts"),
}


@pytest.mark.parametrize("name", FORMATS)
async def test_reads_what_people_record(name: str, studio: FfmpegStudio, tmp_path: Path) -> None:
    heard = await studio.read_clip(
        recorded(tmp_path, name, tone(1.5, 48_000), *FORMATS[name]),
    )
    assert heard.rate_hz == 48_000
    assert heard.seconds == pytest.approx(1.5, abs=0.06)
    assert heard.samples.dtype == np.float32
    assert loudest_hz(heard) == pytest.approx(440, abs=2)
    assert level(heard) == pytest.approx(0.5, rel=0.05)


async def test_reads_the_extensible_header(studio: FfmpegStudio, tmp_path: Path) -> None:
    upload = recorded(tmp_path, "a.wav", tone(1, 44_100), "-c:a", "pcm_s24le")
    assert struct.unpack_from("<H", upload, 20) == (0xFFFE,)
    heard = await studio.read_clip(upload)
    assert np.abs(heard.samples - tone(1, 44_100).samples).max() <= 2**-23


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.flac", "a.m4a"])
async def test_keeps_the_files_own_rate(
    name: str, rate_hz: int, studio: FfmpegStudio, tmp_path: Path
) -> None:
    heard = await studio.read_clip(recorded(tmp_path, name, tone(1, rate_hz)))
    assert heard.rate_hz == rate_hz
    assert loudest_hz(heard) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3"])
async def test_mixes_channels_without_making_them_louder(
    name: str, studio: FfmpegStudio, tmp_path: Path
) -> None:
    voice = tone(1, 44_100, peak=0.9)
    both = Pcm(stereo(voice.samples, voice.samples), 44_100)
    left = Pcm(stereo(voice.samples, np.zeros_like(voice.samples)), 44_100)
    for sound, expected in ((both, 0.9), (left, 0.45)):
        heard = await studio.read_clip(recorded(tmp_path, name, sound, channels=2))
        assert heard.seconds == pytest.approx(1, abs=0.06)
        assert level(heard) == pytest.approx(expected, rel=0.05)


async def test_turns_down_what_overshoots(studio: FfmpegStudio, tmp_path: Path) -> None:
    loud = tone(1, 44_100, peak=4.0)
    heard = await studio.read_clip(recorded(tmp_path, "a.wav", loud, "-c:a", "pcm_f32le"))
    assert np.abs(heard.samples).max() == 1.0
    assert level(heard) == pytest.approx(1.0, rel=0.01)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
async def test_refuses_samples_that_are_no_numbers(
    value: float, studio: FfmpegStudio, tmp_path: Path
) -> None:
    sound = tone(1, 44_100)
    sound.samples[777] = value
    upload = recorded(tmp_path, "a.wav", sound, "-c:a", "pcm_f32le")
    with pytest.raises(ClipRefusedError, match="not numbers"):
        await studio.read_clip(upload)


@pytest.mark.parametrize("rate_hz", [1, 3_999, 384_001, 4_000_000])
async def test_refuses_rates_no_voice_has(
    rate_hz: int, studio: FfmpegStudio, tmp_path: Path
) -> None:
    upload = bytearray(recorded(tmp_path, "a.wav", tone(1, 8_000), "-c:a", "pcm_s16le"))
    struct.pack_into("<I", upload, 24, rate_hz)
    with pytest.raises(ClipRefusedError, match=f"{rate_hz} samples a second"):
        await studio.read_clip(bytes(upload))


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
async def test_refuses_a_file_without_samples(
    name: str, studio: FfmpegStudio, tmp_path: Path
) -> None:
    with pytest.raises(ClipRefusedError, match=r"0 s|no sound"):
        await studio.read_clip(recorded(tmp_path, name, tone(0, 44_100)))


async def test_hears_the_voice_beside_a_picture(studio: FfmpegStudio, tmp_path: Path) -> None:
    recorded(tmp_path, "a.mp3", tone(1, 44_100))
    picture = ("-f", "lavfi", "-i", "color=d=0.04:s=16x16")
    sound = ("-i", str(tmp_path / "a.mp3"), "-map", "1", "-map", "0")
    covered = made(
        tmp_path / "cover.mp3",
        *picture,
        *sound,
        *("-c:a", "copy", "-c:v", "png", "-frames:v", "1", "-disposition:v", "attached_pic"),
    )
    film = made(tmp_path / "film.mp4", *picture, *sound, "-c:a", "aac", "-c:v", "libx264")
    assert b"PNG" in covered
    assert b"avc1" in film
    for upload in (covered, film):
        heard = await studio.read_clip(upload)
        assert loudest_hz(heard) == pytest.approx(440, abs=2)


async def test_refuses_a_film_without_sound(studio: FfmpegStudio, tmp_path: Path) -> None:
    film = made(tmp_path / "film.mp4", "-f", "lavfi", "-i", "color=d=1:s=16x16")
    with pytest.raises(ClipRefusedError, match="no sound that can be read"):
        await studio.read_clip(film)


async def test_hears_the_whole_part_of_a_truncated_file(
    studio: FfmpegStudio, tmp_path: Path
) -> None:
    for name in ("a.wav", "a.mp3", "a.flac", "a.aac"):
        whole = recorded(tmp_path, name, tone(2, 44_100))
        heard = await studio.read_clip(whole[: len(whole) // 2])
        assert heard.seconds == pytest.approx(1, abs=0.25)


async def test_refuses_a_truncated_file_whose_index_is_gone(
    studio: FfmpegStudio, tmp_path: Path
) -> None:
    whole = recorded(tmp_path, "a.m4a", tone(2, 44_100))
    with pytest.raises(ClipRefusedError, match="no sound that can be read"):
        await studio.read_clip(whole[: len(whole) // 2])


async def test_stops_at_one_second_more_than_the_longest_clip(studio: FfmpegStudio) -> None:
    ten_hours = silent_mp3_frame() * (10 * 3600 * 1000 // 72)
    began = time.monotonic()
    heard = await studio.read_clip(ten_hours)
    assert heard.seconds == 4.0
    assert time.monotonic() - began < 5


def silent_mp3_frame() -> bytes:
    """MPEG-2.5 layer III, 8 kbit/s, 8 kHz, mono: 72 ms in 72 bytes."""
    return bytes((0xFF, 0xE3, 0x18, 0xC0)) + bytes(68)
