"""What real encoders make, in whole frames, and packets of live speech through them."""

import random
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from adapters.ffmpeg.studio import FfmpegStudio
from application.live import Flushed, LiveSpeech
from application.packing import Packet, Packing
from domain.formats import format_named
from domain.framing import Frame, Framer
from domain.script import Say, Script
from domain.speech import Finish, SpeechRequest
from tests.fakes.engine import FakeEngine
from tests.unit.adapters.ffmpeg.encoded import streamed
from tests.unit.adapters.ffmpeg.recordings import babble, made, played
from tests.unit.application.house import House, expected

NAMES = (
    *("mp3_22050_32", "mp3_24000_48", "mp3_44100_128", "mp3_44100_192", "mp3_11025_16"),
    *("aac_24000_64", "aac_44100_128", "opus_48000_32", "opus_48000_192", "opus_24000_48"),
    *("flac_8000", "flac_22050", "flac_24000", "flac_48000"),
)
LONGEST_S = 0.06


def in_pieces(data: bytes, seed: int) -> Iterator[bytes]:
    dice = random.Random(seed)  # noqa: S311 - where bytes are cut is no secret
    edges = sorted(dice.randrange(len(data)) for _ in range(dice.randrange(1, 200)))
    return (data[begin:end] for begin, end in pairwise([0, *edges, len(data)]))


def frames_of(name: str, data: bytes, seed: int = 0) -> list[Frame]:
    framer = Framer(format_named(name))
    frames = [frame for piece in in_pieces(data, seed) for frame in framer.feed(piece)]
    return [*frames, *framer.end()]


def counted(data: bytes) -> list[int]:
    """Have ffmpeg's own parser tell the size of every packet that a stream holds."""
    with TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        source.write_bytes(data)
        told = made(
            Path(folder) / "told", *("-i", str(source), "-c", "copy", "-f", "framecrc")
        ).decode()
    lines = [line for line in told.splitlines() if line and not line.startswith("#")]
    return [int(line.split(",")[4]) for line in lines]


@pytest.mark.parametrize("name", NAMES)
async def test_frames_joined_are_the_stream_and_last_as_long(
    name: str, studio: FfmpegStudio
) -> None:
    to = format_named(name)
    data = await streamed(studio, to, babble(1.5, to.rate_hz).samples)
    frames = frames_of(name, data)
    assert b"".join(frame.data for frame in frames) == data
    assert frames == frames_of(name, data, seed=1)
    longest_s = max(frame.seconds for frame in frames)
    assert longest_s <= 0.105
    seconds = sum(frame.seconds for frame in frames)
    assert seconds == pytest.approx(played(data, to.rate_hz).seconds, abs=longest_s + 1e-6)


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("opus")])
async def test_each_frame_is_one_of_the_codec(name: str, studio: FfmpegStudio) -> None:
    to = format_named(name)
    data = await streamed(studio, to, babble(1.0, to.rate_hz).samples)
    frames = [frame for frame in frames_of(name, data) if frame.seconds]
    assert len(frames) == len(counted(data))
    # with the first of them goes what stands before all
    assert [len(frame.data) for frame in frames][1:] == counted(data)[1:]


async def test_a_page_of_opus_is_whole(studio: FfmpegStudio) -> None:
    to = format_named("opus_48000_32")
    data = await streamed(studio, to, babble(1.0, to.rate_hz).samples)
    frames = [frame for frame in frames_of(to.name, data) if frame.seconds]
    assert all(frame.data.startswith(b"OggS") for frame in frames)
    assert sum(frame.data.count(b"OggS") for frame in frames) == data.count(b"OggS")
    assert max(frame.seconds for frame in frames) <= LONGEST_S


async def packets_of(studio: FfmpegStudio, name: str, *texts: str | None) -> list[Packet | Flushed]:
    to, house = format_named(name), House(engine=FakeEngine(step=5))
    async with LiveSpeech(house.speaking, house.clock, house.pauses) as live:
        for text in texts:
            if text is None:
                live.flush()
            else:
                script = Script((Say(text),))
                live.say(SpeechRequest(text, script=script, finish=Finish(to=to)))
        live.end()
        async with aclosing(Packing(studio, to, LONGEST_S).packets(live)) as packets:
            return [packet async for packet in packets]


def told(packets: Sequence[Packet | Flushed]) -> str:
    return "".join(
        packet.captions.sent.text
        for packet in packets
        if isinstance(packet, Packet) and packet.captions
    )


def data(packets: Sequence[Packet | Flushed]) -> bytes:
    return b"".join(packet.data for packet in packets if isinstance(packet, Packet))


ONE, TWO = "One is here. " * 4, "And two is too. " * 3


@pytest.mark.parametrize(
    "name", ["mp3_24000_48", "mp3_44100_128", "aac_44100_128", "opus_48000_32", "flac_24000"]
)
async def test_live_speech_in_packets_is_its_sound(name: str, studio: FfmpegStudio) -> None:
    to = format_named(name)
    packets = await packets_of(studio, name, ONE, TWO, None)
    assert isinstance(packets[-1], Flushed)
    assert told(packets) == ONE + TWO
    heard = played(data(packets), to.rate_hz)
    begins_s = -to.lead_s
    for packet in packets[:-1]:
        assert isinstance(packet, Packet)
        assert packet.seconds <= LONGEST_S
        assert packet.begins_s == pytest.approx(begins_s)
        begins_s += packet.seconds
    assert begins_s + to.lead_s == pytest.approx(heard.seconds, abs=0.06)


async def test_words_are_told_with_the_packet_that_holds_them(studio: FfmpegStudio) -> None:
    packets = await packets_of(studio, "mp3_24000_48", ONE + TWO)
    for packet in packets:
        assert isinstance(packet, Packet)
        if packet.captions and packet.captions.sent.starts_s:
            begins_s = packet.captions.sent.starts_s[0]
            assert packet.begins_s - 0.06 <= begins_s < packet.begins_s + packet.seconds + 0.06


async def test_what_stands_behind_each_flush_plays_by_itself(studio: FfmpegStudio) -> None:
    packets = await packets_of(studio, "mp3_24000_48", ONE, None, TWO, None)
    [first, second] = [at for at, each in enumerate(packets) if isinstance(each, Flushed)]
    lead = round(format_named("mp3_24000_48").lead_s * 24_000)
    for part, text in ((packets[:first], ONE), (packets[first:second], TWO)):
        heard = played(data(part), 24_000).samples[lead:]
        wanted = len(expected(text.strip())) / 24_000
        assert len(heard) / 24_000 >= wanted
        assert np.abs(heard[: round(wanted * 24_000)]).max() > 0.1
