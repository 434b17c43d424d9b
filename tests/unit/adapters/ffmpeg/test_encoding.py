"""Every format at every rate is what went in, to its last moment."""

import asyncio
import io

import numpy as np
import pytest
import soundfile

from adapters.ffmpeg.studio import FfmpegStudio
from domain.audio import Pcm, Samples
from domain.formats import AudioFormat, Codec, format_named, usual_kbps
from domain.wav import MARK
from tests.unit.adapters.ffmpeg.encoded import streamed, whole
from tests.unit.adapters.ffmpeg.recordings import babble, played, told, tone

RATES_HZ = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
OPUS_HZ = (8_000, 12_000, 16_000, 24_000, 48_000)
FRAME = {Codec.MP3: 1152, Codec.AAC: 1024, Codec.OPUS: 0, Codec.FLAC: 0}
ALL = [
    AudioFormat(codec, rate_hz, usual_kbps(codec, rate_hz))
    for codec in FRAME
    for rate_hz in (OPUS_HZ if codec is Codec.OPUS else RATES_HZ)
]
NAMED = [
    format_named(name)
    for name in (
        *("mp3_22050_32", "mp3_24000_48", "mp3_44100_32", "mp3_44100_192"),
        *("opus_48000_32", "opus_48000_192", "aac_24000_64", "aac_44100_128"),
    )
]
EVERY = pytest.mark.parametrize("to", ALL + NAMED, ids=lambda to: to.name)
SOME = pytest.mark.parametrize(
    "to", [format_named(name) for name in ("mp3", "opus", "aac", "flac")], ids=lambda to: to.name
)
BURST_S = 0.05


def spoken(rate_hz: int) -> Samples:
    """A second of babble, a breath, and a beep in the very last moment."""
    parts = babble(1.0, rate_hz).samples, np.zeros(rate_hz // 5), tone(BURST_S, rate_hz, 1000)
    return np.concatenate((parts[0], parts[1], parts[2].samples)).astype(np.float32)


def lag(sound: Samples, heard: Samples) -> int:
    """Return how many samples later it is heard."""
    size = 2 ** (len(sound) + len(heard)).bit_length()
    both = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sound, size))
    return int(np.argmax(np.fft.irfft(both)[: size // 2]))


def alike(sound: Samples, heard: Samples) -> float:
    count = min(len(sound), len(heard))
    return float(np.corrcoef(sound[:count], heard[:count])[0, 1])


def likeness(to: AudioFormat, usual: float) -> float:
    """How alike the waves must be: opus keeps the sound of a telephone's voice, not its wave."""
    if to.codec is Codec.FLAC:
        return 0.999
    narrow = to.codec is Codec.OPUS and to.rate_hz == 8_000
    return 0.8 if narrow else usual


def by_soundfile(data: bytes, count: int) -> Pcm:
    """Another decoder. It reads no FLAC whose head tells no length, as no stream's can."""
    if data.startswith(b"fLaC"):
        described = int.from_bytes(data[18:26]) >> 36 << 36 | count
        data = data[:18] + described.to_bytes(8) + data[26:]
    samples, rate_hz = soundfile.read(io.BytesIO(data), dtype="float32")
    return Pcm(samples, rate_hz)


def check(sound: Samples, heard: Pcm, to: AudioFormat, lead_s: float) -> None:
    lead = round(lead_s * heard.rate_hz)
    assert lag(sound, heard.samples) == pytest.approx(lead, abs=0.0005 * heard.rate_hz)
    after = heard.samples[lead:]
    assert len(after) >= len(sound)
    assert alike(sound, after) > likeness(to, 0.9)
    last = after[len(sound) - round(BURST_S * heard.rate_hz) : len(sound)]
    assert np.sqrt(np.mean(last**2)) > 0.2


@EVERY
async def test_a_stream_is_what_went_in(to: AudioFormat, studio: FfmpegStudio) -> None:
    sound = spoken(to.rate_hz)
    heard = played(await streamed(studio, to, sound), to.rate_hz)
    check(sound, heard, to, to.lead_s)
    behind = len(heard.samples) - round(to.lead_s * to.rate_hz) - len(sound)
    assert behind <= FRAME[to.codec]


@EVERY
async def test_a_whole_sound_lasts_as_long_as_it_did(to: AudioFormat, studio: FfmpegStudio) -> None:
    sound = spoken(to.rate_hz)
    heard = played(await whole(studio, to, sound), to.rate_hz)
    adts = to.codec is Codec.AAC
    check(sound, heard, to, to.lead_s if adts else 0.0)
    if not adts:
        assert abs(heard.seconds - len(sound) / to.rate_hz) < 0.002


@pytest.mark.parametrize(
    "to", [to for to in ALL if to.codec is not Codec.AAC], ids=lambda to: to.name
)
async def test_another_decoder_hears_the_same(to: AudioFormat, studio: FfmpegStudio) -> None:
    sound = spoken(to.rate_hz)
    data = await streamed(studio, to, sound)
    heard = by_soundfile(data, len(sound))
    ours = played(data, heard.rate_hz)
    assert abs(heard.seconds - ours.seconds) < 0.03
    assert alike(heard.samples, ours.samples) > likeness(to, 0.97)
    rest = by_soundfile(await whole(studio, to, sound), len(sound))
    assert abs(rest.seconds - len(sound) / to.rate_hz) < 0.03


@SOME
async def test_it_says_that_it_is_synthetic(to: AudioFormat, studio: FfmpegStudio) -> None:
    sound = spoken(to.rate_hz)
    for data in (await streamed(studio, to, sound), await whole(studio, to, sound)):
        assert f"comment={MARK}" in told(data)


@SOME
async def test_unless_it_is_told_not_to(to: AudioFormat) -> None:
    async with FfmpegStudio(marked=False) as studio:
        sound = spoken(to.rate_hz)
        for data in (await streamed(studio, to, sound), await whole(studio, to, sound)):
            assert "comment" not in told(data)
            assert MARK.encode() not in data


@SOME
async def test_sound_comes_before_the_end_of_the_stream(
    to: AudioFormat, studio: FfmpegStudio
) -> None:
    sound = babble(0.25, to.rate_hz).samples
    async with studio.encoder(to) as encoder, asyncio.timeout(5):
        await encoder.write(sound)
        data = bytearray()
        while len(data) < 700:
            data += await encoder.read()
    assert np.abs(played(bytes(data), to.rate_hz).samples).max() > 0.01


@pytest.mark.parametrize("name", ["mp3", "opus", "aac", "flac"])
async def test_no_sound_at_all_is_no_failure(name: str, studio: FfmpegStudio) -> None:
    assert len(await streamed(studio, format_named(name), np.zeros(0, np.float32))) < 300


@pytest.mark.parametrize("name", ["pcm", "wav_16000", "ulaw", "alaw", "mp3", "opus"])
async def test_a_cleaned_stream_stands_where_it_stood(name: str, studio: FfmpegStudio) -> None:
    to = format_named(name)
    sound = spoken(to.rate_hz)
    data = await streamed(studio, to, sound, clean=True)
    if to.codec is Codec.WAV:
        assert data[36:44] == b"data\xff\xff\xff\xff"
    raw = {Codec.PCM: "s16le", Codec.ULAW: "mulaw", Codec.ALAW: "alaw"}.get(to.codec)
    heard = played(data, to.rate_hz) if raw is None else as_raw(data, raw, to.rate_hz)
    check(sound, heard, to, to.lead_s)
    if not to.needs_encoder:
        assert len(heard.samples) == len(sound)


def as_raw(data: bytes, layout: str, rate_hz: int) -> Pcm:
    return played(data, rate_hz, "-f", layout, "-ar", str(rate_hz))


async def test_one_stream_at_a_time_does_not_mix_with_another(studio: FfmpegStudio) -> None:
    to = format_named("flac")
    sounds = [tone(0.3, to.rate_hz, 300 + 100 * i).samples for i in range(12)]
    streams = await asyncio.gather(*(streamed(studio, to, sound) for sound in sounds))
    for sound, data in zip(sounds, streams, strict=True):
        assert np.abs(played(data, to.rate_hz).samples - sound).max() < 2**-14
