"""Clips and consents on the wire."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from domain.voice import Clip
from entrypoints.body import decode


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
