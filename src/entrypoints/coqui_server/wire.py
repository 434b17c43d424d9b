"""What clients of coqui's own servers send and expect: structs, pure decode and encode."""

from collections.abc import Mapping
from typing import Any

import msgspec

from domain.audio import HOUSE_RATE_HZ
from domain.formats import AudioFormat, Codec
from domain.loudness import Target
from domain.speech import Finish, SpeechRequest
from domain.voice import Timbre
from entrypoints.body import decode_fields, encode
from entrypoints.schemas import record, told

ABOUT = {
    "text": "What to speak: plain text, or SSML, which begins with <speak.",
    "speaker_id": "A saved voice or a built-in speaker.",
    "language_id": "The text's language, such as en or zh-cn.",
    "style_wav": "Without effect: no file of the server is read; save a voice and name it instead.",
}
EXAMPLE = {"text": "Hello there.", "language_id": "en"}
SPEAKERS = {"Ana": {"speaker_embedding": [0.1, 0.2], "gpt_cond_latent": [[0.3, 0.4]]}}

_STYLE = "style_wav has no effect: save a voice from its recording, and name it as speaker_id"


class TtsFields(msgspec.Struct):
    """The query or the form of `/api/tts`."""

    text: str
    speaker_id: str | None = None
    language_id: str | None = None
    style_wav: str | None = None

    @property
    def remarks(self) -> list[str]:
        """What of it has no effect."""
        return [_STYLE] if self.style_wav else []


def decode_tts(fields: Mapping[str, str]) -> TtsFields:
    """Read a request to speak."""
    return decode_fields(fields, TtsFields)


def speech_request(asked: TtsFields, usual: Target, owner: str) -> SpeechRequest:
    """Return what the domain is to speak."""
    return SpeechRequest(
        text=asked.text,
        language=asked.language_id,
        voice=asked.speaker_id,
        finish=Finish(to=AudioFormat(Codec.WAV, HOUSE_RATE_HZ), target=usual, whole=True),
        owner=owner,
    )


def schema() -> dict[str, Any]:
    """Return the JSON schema of `TtsFields`, with what each field means."""
    return told(TtsFields, ABOUT)


def speakers_schema() -> dict[str, Any]:
    """Return the JSON schema of the object of all speakers."""
    latents = {
        "speaker_embedding": (list[Any], "Half of the latents, as the engine of now makes them."),
        "gpt_cond_latent": (list[Any], "The other half."),
    }
    return {"type": "object", "additionalProperties": record(**latents)}


def speaker(name: str, timbre: Timbre) -> bytes:
    """Return one member of the object of all speakers: a name and its latents."""
    arrays: dict[str, Any] = {part: array.tolist() for part, array in timbre.arrays.items()}
    return encode(name) + b":" + encode(arrays)
