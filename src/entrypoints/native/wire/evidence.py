"""Clips and consents on the wire."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from domain.voice import Clip
from entrypoints.body import decode

ABOUT = {
    "samples": "The clips, as they were sent.",
    "number": "Which clip, from 1.",
    "seconds": "How long it is.",
    "sample_rate": "Samples a second.",
    "bytes": "How large it is as FLAC.",
    "sha256": "What it is known by.",
    "denoise": "Whether steady noise was taken out before an engine heard it.",
    "trim_silence": "Whether silence was left out before an engine heard it.",
    "id": "The voice.",
    "deleted": "Always true: nothing of the voice is left.",
    "lines_forgotten": "How many of its lines the caches forgot.",
}
CONSENT_EXAMPLE = {"by": "Ana Lima", "statement": "You may speak in my voice."}
SAMPLES_EXAMPLE = {
    "samples": [
        {
            "number": 1,
            "seconds": 6.2,
            "sample_rate": 24_000,
            "bytes": 180_422,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "denoise": False,
            "trim_silence": True,
        }
    ]
}


class ConsentBody(Struct):
    """Who agreed to be cloned, and in which words."""

    by: Annotated[str, Meta(description="Who agreed.", min_length=1)]
    statement: Annotated[str, Meta(description="In which words.", min_length=1)]


class SampleReply(Struct):
    """A clip that a voice was cloned from."""

    number: int
    seconds: float
    sample_rate: int
    bytes: int
    sha256: str
    denoise: bool
    trim_silence: bool


class SamplesReply(Struct):
    """The clips that a voice was cloned from."""

    samples: list[SampleReply]


class RevokedReply(Struct):
    """What went with a consent that was withdrawn."""

    id: str
    deleted: bool
    lines_forgotten: int


def decode_consent(body: bytes) -> ConsentBody:
    """Read a consent."""
    return decode(body, ConsentBody)


def samples(clips: Iterable[Clip]) -> SamplesReply:
    """Answer which clips there are."""
    return SamplesReply([_sample(number, clip) for number, clip in enumerate(clips, start=1)])


def _sample(number: int, clip: Clip) -> SampleReply:
    return SampleReply(
        number=number,
        seconds=round(clip.seconds, 3),
        sample_rate=clip.rate_hz,
        bytes=len(clip.flac),
        sha256=clip.sha256,
        denoise=clip.care.denoise,
        trim_silence=clip.care.trim_silence,
    )
