"""What Leibniz's clients send and expect over plain HTTP: structs, pure decode and encode."""

import base64
from typing import Any

import msgspec

from application.delivering import Delivered
from domain.audio import HOUSE_RATE_HZ
from domain.formats import AudioFormat, Codec
from domain.loudness import Target
from domain.speech import Finish, SpeechRequest
from entrypoints.body import decode
from entrypoints.schemas import record

ABOUT = {
    "text": "What to speak: plain text, or SSML, which begins with <speak.",
    "voice": "A saved voice or a built-in speaker.",
    "language": "The text's language, such as en or zh-cn.",
    "session_id": "What to watch and stop the speech by; otherwise one is made up.",
}
EXAMPLE = {"text": "Hello native XTTS!", "language": "en"}
ANSWER = {
    "audio": "AAABAAEA",
    "sample_rate": HOUSE_RATE_HZ,
    "format": "pcm_s16le",
    "duration_ms": 812.5,
    "cached": False,
    "session_id": "story-1",
}


class SynthesizeBody(msgspec.Struct):
    """The body of `/api/v1/synthesize`; unknown fields are ignored."""

    text: str
    voice: str | None = None
    language: str | None = None
    session_id: str | None = None


def answer_schema() -> dict[str, Any]:
    """Return the JSON schema of what is answered."""
    return record(
        audio=(str, "The samples in base64."),
        sample_rate=(int, "Samples a second."),
        format=(str, "16 bit, little-endian, one channel."),
        duration_ms=(float, "How long the sound is."),
        cached=(bool, "Whether it was spoken before, so that no engine was needed."),
        session_id=(str, "What the speech was watched by."),
    )


def decode_synthesize(body: bytes) -> SynthesizeBody:
    """Read a request to speak."""
    return decode(body, SynthesizeBody)


def speech_request(
    asked: SynthesizeBody, usual: Target, session_id: str | None, owner: str
) -> SpeechRequest:
    """Return what the domain is to speak; the header's session id stands in for the body's."""
    return SpeechRequest(
        text=asked.text,
        language=asked.language or None,
        voice=asked.voice or None,
        finish=Finish(to=AudioFormat(Codec.PCM, HOUSE_RATE_HZ), target=usual, whole=True),
        session_id=asked.session_id or session_id,
        owner=owner,
    )


def synthesized(made: Delivered) -> dict[str, Any]:
    """Answer a whole speech."""
    return {
        "audio": base64.b64encode(made.data).decode(),
        "sample_rate": made.to.rate_hz,
        "format": "pcm_s16le",
        "duration_ms": round(made.seconds * 1000, 1),
        "cached": made.remembered,
        "session_id": made.session_id,
    }
