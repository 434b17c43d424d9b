"""What ffmpeg is told to make of samples, for each format: as they come, or whole."""

import struct
from collections.abc import Mapping
from typing import Any

import ffmpeg

from domain.formats import AudioFormat, Codec, usual_kbps
from domain.wav import MARK

_ENDLESS = 0xFFFFFFFF
_FLOAT, _FLOAT_BYTES = 3, 4

_MAKERS: Mapping[Codec, Mapping[str, str]] = {
    Codec.PCM: {"acodec": "pcm_s16le", "format": "s16le"},
    Codec.WAV: {"acodec": "pcm_s16le", "format": "s16le"},
    Codec.ULAW: {"acodec": "pcm_mulaw", "format": "mulaw"},
    Codec.ALAW: {"acodec": "pcm_alaw", "format": "alaw"},
    Codec.MP3: {"acodec": "libmp3lame", "format": "mp3"},
    Codec.OPUS: {"acodec": "libopus", "format": "ogg", "application": "voip"},
    Codec.AAC: {"acodec": "aac", "format": "adts", "write_id3v2": "1"},
    Codec.FLAC: {"acodec": "flac", "format": "flac", "metadata_header_padding": "0"},
}
_AT_ONCE: Mapping[Codec, Mapping[str, str]] = {
    # a reservoir borrows bits from frames to come; a Xing frame would be written at the end
    Codec.MP3: {"reservoir": "0", "write_xing": "0"},
    Codec.OPUS: {"frame_duration": "20", "page_duration": "20000"},
    Codec.FLAC: {"frame_size": "512"},
}


LAME_MAKE_UP = "volume=1.0526316"
"""LAME makes everything quieter by a twentieth, to have room for what it may add."""


def float_header(rate_hz: int) -> bytes:
    """Return the head of an endless float WAV: ffmpeg reads what follows without probing it."""
    sizes = (_FLOAT, 1, rate_hz, rate_hz * _FLOAT_BYTES, _FLOAT_BYTES, 8 * _FLOAT_BYTES)
    described = struct.pack("<HHIIHH", *sizes)
    head = struct.pack("<4sI4s4sI", b"RIFF", _ENDLESS, b"WAVE", b"fmt ", len(described))
    return head + described + struct.pack("<4sI", b"data", _ENDLESS)


def streaming(program: str, to: AudioFormat, cleaned: str | None, *, marked: bool) -> list[str]:
    """Return the command that encodes a float WAV at its input while it comes."""
    source = ffmpeg.input("pipe:0", format="wav", ignore_length=1, max_size=1024, threads=1)
    options = {**_options(to, cleaned, marked=marked), **_AT_ONCE.get(to.codec, {})}
    sink = ffmpeg.output(source["a:0"], "pipe:1", flush_packets=1, filter_threads=1, **options)
    return _compiled(program, sink, "-probesize", "32", "-analyzeduration", "0")


def at_leisure(program: str, to: AudioFormat, cleaned: str | None, *, marked: bool) -> list[str]:
    """Return the command that encodes raw floats in a file to a file it can seek in."""
    source = ffmpeg.input("fd:", fd=0, format="f32le", ar=to.rate_hz, ac=1, threads=1)
    sink = ffmpeg.output(source["a:0"], "fd:", fd=1, **_options(to, cleaned, marked=marked))
    return _compiled(program, sink)


def _options(to: AudioFormat, cleaned: str | None, *, marked: bool) -> dict[str, Any]:
    options: dict[str, Any] = {"threads": 1, **_MAKERS[to.codec]}
    kbps = to.kbps or usual_kbps(to.codec, to.rate_hz)
    if kbps is not None:
        options["audio_bitrate"] = f"{kbps}k"
    louder = LAME_MAKE_UP if to.codec is Codec.MP3 else None
    filters = [each for each in (cleaned, louder) if each is not None]
    if filters:
        options["af"] = ",".join(filters)
    if marked:
        options["metadata"] = f"comment={MARK}"
    return options


def _compiled(program: str, sink: Any, *early: str) -> list[str]:
    alone = [program, "-nostdin", "-hide_banner", "-loglevel", "error", *early]
    command: list[str] = ffmpeg.compile(sink, cmd=alone)
    return command
