"""The formats sound leaves the house in: their names, rates and media types."""

from dataclasses import dataclass
from enum import StrEnum


class Codec(StrEnum):
    """How samples become bytes."""

    PCM = "pcm"
    WAV = "wav"
    ULAW = "ulaw"
    ALAW = "alaw"
    MP3 = "mp3"
    OPUS = "opus"
    AAC = "aac"
    FLAC = "flac"


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """A codec, the rate of its samples, and its bit rate where it has one."""

    codec: Codec
    rate_hz: int
    kbps: int | None = None
