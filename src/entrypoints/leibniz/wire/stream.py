"""What goes over `/api/v1/stream`: what is asked in its address and in messages, and told."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from domain.audio import HOUSE_RATE_HZ
from domain.formats import AudioFormat, Codec
from domain.loudness import Target
from domain.speech import Finish, SpeechRequest
from entrypoints.body import MalformedBodyError, decode, decode_fields, encode

_TO = AudioFormat(Codec.PCM, HOUSE_RATE_HZ)
_NOT_JSON = (
    'The message is not JSON; send an object such as {"type": "synthesize", "text": "Hello."}.'
)


class Query(msgspec.Struct):
    """What the address of the socket may say; everything else in it is ignored."""

    session_id: str | None = None
    binary: bool = False
    authorization: str | None = None
    """The key, for clients that cannot send headers."""


class Synthesize(msgspec.Struct, tag_field="type", tag="synthesize"):
    """Speak this; fields it does not have are ignored."""

    text: str
    voice: str | None = None
    language: str | None = None


class Cancel(msgspec.Struct, tag_field="type", tag="cancel"):
    """Stop, and forget what waits."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: JSON, or bare samples."""

    data: bytes
    binary: bool = False


def decode_query(fields: Mapping[str, object]) -> Query:
    """Read what the address says."""
    return decode_fields(fields, Query)


def decode_message(data: str | bytes) -> Synthesize | Cancel:
    """Read a message; the error says what to change."""
    try:
        # a union is no type to those who ask for one
        kind: Any = Synthesize | Cancel
        message: Synthesize | Cancel = decode(data, kind)
    except MalformedBodyError as error:
        raise MalformedBodyError(_NOT_JSON) from error
    return message


def speech_request(asked: Synthesize, usual: Target, session_id: str, owner: str) -> SpeechRequest:
    """Return what the domain is to speak."""
    return SpeechRequest(
        text=asked.text,
        language=asked.language or None,
        voice=asked.voice or None,
        finish=Finish(to=_TO, target=usual),
        session_id=session_id,
        owner=owner,
    )


def connected(session_id: str) -> Message:
    """Tell that requests are heard, and what the sound will be."""
    told = {"session_id": session_id, "sample_rate": HOUSE_RATE_HZ, "format": "pcm_s16le"}
    return _told("connected", told)


def sentence_start(index: int, text: str) -> Message:
    """Tell which sentence is heard from here on."""
    return _told("sentence_start", {"index": index, "text": text})


def first_chunk(waited_s: float, *, cached: bool) -> Message:
    """Tell how long the first sound was waited for, and whether it was spoken before."""
    return _told("first_chunk", {"latency_ms": _ms(waited_s), "cached": cached})


def audio(samples: bytes, index: int, *, binary: bool) -> Message:
    """Send sound of the sentence that began last."""
    if binary:
        return Message(samples, binary=True)
    data = base64.b64encode(samples).decode()
    return _told("audio", {"data": data, "index": index, "sample_rate": HOUSE_RATE_HZ})


def sentence_end(index: int) -> Message:
    """Tell that a sentence was sent whole."""
    return _told("sentence_end", {"index": index})


def complete(
    session_id: str,
    seconds: float,
    chunks: int,
    *,
    cancelled: bool,
    warnings: Sequence[str] = (),
) -> Message:
    """Tell that a request is done with, and how much of it was sent."""
    told = {
        "session_id": session_id,
        "duration_ms": _ms(seconds),
        "chunks": chunks,
        "cancelled": cancelled,
    }
    return _told("complete", told | ({"warnings": warnings} if warnings else {}))


def failed(code: str, message: str) -> Message:
    """Tell what went wrong."""
    return _told("error", {"code": code, "message": message})


def _told(kind: str, fields: Mapping[str, Any]) -> Message:
    return Message(encode({"type": kind, **fields}))


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
