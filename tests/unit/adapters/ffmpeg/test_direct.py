import asyncio
import io
from collections.abc import Callable

import numpy as np
import pytest
import soundfile

from adapters.ffmpeg.direct import DirectEncoder, WholeDirectEncoder
from domain.audio import Samples, to_int16
from domain.companding import a_law, mu_law
from domain.formats import format_named
from domain.ports import Encoder
from domain.wav import MARK

Law = Callable[[Samples], bytes]


def noise(count: int) -> Samples:
    return np.random.default_rng(5).uniform(-1, 1, count).astype(np.float32)


async def everything(encoder: Encoder) -> bytes:
    data = bytearray()
    while some := await encoder.read():
        data += some
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "law"),
    [("pcm", to_int16), ("ulaw", mu_law), ("alaw", a_law)],
    ids=["pcm", "ulaw", "alaw"],
)
async def test_samples_come_out_in_order_as_they_go_in(name: str, law: Law) -> None:
    encoder, sound = DirectEncoder(format_named(name)), noise(3000)
    heard = []
    for part in np.split(sound, 3):
        await encoder.write(part)
        heard.append(await encoder.read())
    await encoder.end()
    assert b"".join(heard) == law(sound)
    assert await encoder.read() == b""
    assert await encoder.read() == b""


async def test_a_streamed_wav_begins_with_its_header_and_sound_at_once() -> None:
    encoder = DirectEncoder(format_named("wav_16000"))
    reading = asyncio.create_task(encoder.read())
    await encoder.write(noise(0))
    await asyncio.sleep(0)
    assert not reading.done()
    await encoder.write(noise(100))
    first = await reading
    assert first[:4] == b"RIFF"
    assert first[36:44] == b"data\xff\xff\xff\xff"
    assert first[44:] == to_int16(noise(100))


async def test_a_silent_end_is_still_a_wav() -> None:
    encoder = DirectEncoder(format_named("wav"))
    await encoder.end()
    assert len(await everything(encoder)) == 44


async def test_a_writer_far_ahead_waits_for_the_reader() -> None:
    encoder = DirectEncoder(format_named("pcm"))

    async def pour() -> None:
        for _ in range(100):
            await encoder.write(noise(2400))
        await encoder.end()

    pouring = asyncio.create_task(pour())
    await asyncio.sleep(0.05)
    assert not pouring.done()
    assert len(first := await encoder.read()) < 80_000
    assert len(first) + len(await everything(encoder)) == 100 * 2400 * 2
    await pouring


async def test_a_whole_wav_tells_its_length_and_that_it_is_synthetic() -> None:
    encoder, sound = WholeDirectEncoder(format_named("wav_44100"), marked=True), noise(44_100)
    for part in np.split(sound, 2):
        await encoder.write(part)
    await encoder.end()
    with soundfile.SoundFile(io.BytesIO(await everything(encoder))) as file:
        assert (file.samplerate, file.frames) == (44_100, 44_100)
        assert file.comment == MARK
        assert file.read(dtype="int16").tobytes() == to_int16(sound)


async def test_the_mark_can_be_left_out() -> None:
    encoder = WholeDirectEncoder(format_named("wav"), marked=False)
    await encoder.write(noise(10))
    await encoder.end()
    assert len(await everything(encoder)) == 44 + 20
