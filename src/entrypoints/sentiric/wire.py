"""What Sentiric's clients send: structs, pure decode, and what they mean to the domain."""

from collections.abc import Mapping
from typing import Any

import msgspec

from domain.formats import format_named
from domain.loudness import Target
from domain.speech import RANGES, Finish, Latents, SpeechRequest, SpeechSettings
from entrypoints.body import decode, decode_fields
from entrypoints.schemas import told

ABOUT = {
    "text": "What to speak: plain text, or SSML, which begins with <speak.",
    "language": "The text's language, such as en or zh-cn.",
    "speaker_idx": "A saved voice or a built-in speaker; a clone needs none.",
    "temperature": "How far the delivery may stray.",
    "speed": "How fast to speak; 1 is the voice's own pace.",
    "top_k": "How many of the likeliest tokens are drawn from.",
    "top_p": "How likely all tokens together are that are drawn from.",
    "repetition_penalty": "How much less likely a token becomes once it was drawn.",
    "seed": "The same request with the same seed throws the same dice.",
    "output_format": "wav, mp3, opus, flac, aac or pcm, with a rate and a bit rate if need be.",
    "stream": "Whether the sound is sent while it is made.",
    "split_sentences": "Without effect: a text is always read sentence by sentence.",
}
EXAMPLE = {
    "text": "Hello, this is a production ready service.",
    "language": "en",
    "temperature": 0.7,
    "output_format": "wav",
}
CLONE_EXAMPLE = {
    "files": ["(a recording)"],
    "text": "I am speaking with your voice now.",
    "language": "en",
}


class TtsBody(msgspec.Struct):
    """The body of `/api/tts`, and the fields of the form of `/api/tts/clone`."""

    text: str
    language: str | None = None
    speaker_idx: str | None = None
    temperature: float | None = None
    speed: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    repetition_penalty: float | None = None
    seed: int | None = None
    output_format: str = "wav"
    stream: bool = False
    split_sentences: bool = True


def decode_tts(body: bytes) -> tuple[TtsBody, list[str]]:
    """Read a request to speak, and what of it is not known here."""
    asked = decode(body, TtsBody)
    return asked, _unknown(decode(body, dict[str, msgspec.Raw]))


def decode_clone(fields: Mapping[str, object]) -> tuple[TtsBody, list[str]]:
    """Read a form that asks for a cloned voice, and what of it is not known here."""
    return decode_fields(fields, TtsBody), _unknown(fields)


def speech_request(
    asked: TtsBody, usual: Target, owner: str, *, latents: Latents | None = None
) -> SpeechRequest:
    """Return what the domain is to speak; latents stand in for a speaker."""
    settings = {name: getattr(asked, name) for name in RANGES if hasattr(asked, name)}
    to = format_named(asked.output_format)
    return SpeechRequest(
        text=asked.text,
        language=asked.language,
        voice=None if latents is not None else asked.speaker_idx or None,
        latents=latents,
        settings=SpeechSettings(**settings),
        finish=Finish(to=to, target=usual, whole=not asked.stream),
        owner=owner,
    )


def schema(**further: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON schema of `TtsBody`, with what each field means and may be."""
    return told(TtsBody, ABOUT, RANGES, **further)


def _unknown(fields: Mapping[str, object]) -> list[str]:
    return [
        f"the field {name!r} is not known here and was passed over"
        for name in fields
        if name not in TtsBody.__struct_fields__
    ]
