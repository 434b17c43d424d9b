"""What OpenAI's clients send and expect: structs, pure decode and encode."""

import base64
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from application.timbres import NamedVoice
from domain.errors import FormatUnknownError, NotFoundError, TextTooLongError
from domain.formats import format_named
from domain.loudness import Target
from domain.speech import RANGES, Finish, SpeechRequest, SpeechSettings
from domain.voice import Voice
from entrypoints.body import FieldInvalidError, decode, encode
from entrypoints.schemas import listed, record, told

LONGEST_INPUT = 4096
FORMATS = ("mp3", "opus", "aac", "flac", "wav", "pcm")
STREAMS = ("audio", "sse")
MODELS = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")
"""All of them are this server's one engine."""

_DATED = re.compile(rf"({'|'.join(MODELS)})-\d{{4}}(-\d\d-\d\d)?")
_MADE_AT = 1_700_000_000
_CHARACTERS_A_TOKEN = 4
_TOKENS_A_SECOND = 20

ABOUT = {
    "id": "The voice's id.",
    "model": "tts-1, tts-1-hd, gpt-4o-mini-tts or the engine's own name: all mean the engine.",
    "input": f"What to speak, at most {LONGEST_INPUT:,} characters: plain text or SSML.",
    "voice": "A saved voice, a built-in speaker or a name of OpenAI's; or an object with its id.",
    "instructions": "Without effect: the engine takes its manner from the voice.",
    "response_format": f"One of {', '.join(FORMATS)}; pcm is 24 kHz, 16 bit, without a header.",
    "speed": "How fast to speak; 1 is the voice's own pace.",
    "stream_format": "audio answers the sound itself, sse events that carry it.",
    "language": "The text's language, such as en or zh-cn; OpenAI's own API has no such field.",
    "loudness": "The loudness to reach in LUFS, or off; not in OpenAI's own API either.",
    "seed": "The same request with the same seed throws the same dice; a field of ours too.",
}
EXAMPLE = {"model": "tts-1", "input": "Hello from OpenAI's own client.", "voice": "alloy"}


ERROR = record(
    error=(
        record(
            message=(str, "What went wrong, and what to do about it."),
            type=(str, "What kind of error it is."),
            param=(str | None, "Which field is to blame."),
            code=(str | None, "What a program can act on."),
        ),
        "What went wrong.",
    )
)
MODEL = record(
    id=(str, "Its name."),
    object=(str, "Always model."),
    created=(int, "When, in seconds since 1970."),
    owned_by=(str, "Whose it is."),
)
MODELS_SCHEMA = record(object=(str, "Always list."), data=(listed(MODEL), "The models."))
AUDIO_MODELS = record(models=(listed(record(id=(str, "Its name."))), "The models."))
AUDIO_VOICES = record(
    voices=(
        listed(record(id=(str, "What to send as voice."), name=(str, "What people call it."))),
        "The voices.",
    )
)


class ModelUnknownError(NotFoundError):
    """Nothing here goes by this model's name."""

    def __init__(self, model: str, known: Sequence[str]) -> None:
        super().__init__(f"There is no model {model[:80]!r}; use one of: {', '.join(known)}.")
        self.model = model


class VoiceReference(msgspec.Struct):
    """A voice as an object."""

    id: str


class SpeechBody(msgspec.Struct):
    """The body of `/v1/audio/speech`; unknown fields are ignored."""

    model: str
    input: str
    voice: str | VoiceReference
    instructions: str | None = None
    response_format: str | None = None
    speed: float | None = None
    stream_format: str | None = None
    language: str | None = None
    loudness: float | Literal["off"] | None = None
    seed: int | None = None

    @property
    def voice_id(self) -> str | None:
        """The voice, in whichever way it was named; an empty name is none."""
        return (self.voice if isinstance(self.voice, str) else self.voice.id) or None


def decode_speech(body: bytes, engine: str) -> SpeechBody:
    """Read a request to speak; the model must be one that stands for this engine."""
    speech = decode(body, SpeechBody)
    check_model(speech.model, engine)
    if speech.stream_format not in {*STREAMS, None}:
        msg = f"stream_format is {speech.stream_format!r:.80}; it must be {' or '.join(STREAMS)}."
        raise FieldInvalidError(msg, "stream_format")
    if not speech.input.strip():
        raise FieldInvalidError("The input is empty: send a word to speak.", "input")
    if len(speech.input) > LONGEST_INPUT:
        raise TextTooLongError(len(speech.input), LONGEST_INPUT)
    return speech


def speech_request(
    speech: SpeechBody, usual: Target, session_id: str | None, owner: str
) -> SpeechRequest:
    """Return what the domain is to speak."""
    wanted = speech.response_format or "mp3"
    if wanted not in FORMATS:
        raise FormatUnknownError(wanted, FORMATS)
    speed = 1.0 if speech.speed is None else speech.speed
    return SpeechRequest(
        text=speech.input,
        language=speech.language,
        voice=speech.voice_id,
        settings=SpeechSettings(speed=speed, seed=speech.seed),
        finish=Finish(to=format_named(wanted), target=usual.asked(speech.loudness)),
        session_id=session_id,
        owner=owner,
    )


def schema() -> dict[str, Any]:
    """Return the JSON schema of `SpeechBody`, with what each field means and may be."""
    found = told(SpeechBody, ABOUT, RANGES)
    found["properties"]["input"]["maxLength"] = LONGEST_INPUT
    found["properties"]["response_format"] |= {"anyOf": [{"enum": [*FORMATS, None]}]}
    found["properties"]["stream_format"] |= {"anyOf": [{"enum": [*STREAMS, None]}]}
    return found


class Events:
    """Sound as server-sent events: a delta for each piece, then what it would have cost."""

    media_type = "text/event-stream; charset=utf-8"

    def __init__(self, text: str) -> None:
        self._characters = len(text)

    def each(self, data: bytes) -> bytes:
        """Return the event that carries some sound."""
        return _event({"type": "speech.audio.delta", "audio": base64.b64encode(data).decode()})

    def last(self, seconds: float) -> bytes:
        """Return the event that ends the stream.

        There are no tokens to count: one stands for four characters, and twenty for a second.
        """
        heard = math.ceil(self._characters / _CHARACTERS_A_TOKEN)
        spoken = math.ceil(seconds * _TOKENS_A_SECOND)
        usage = {
            "input_tokens": heard,
            "output_tokens": spoken,
            "total_tokens": heard + spoken,
        }
        return _event({"type": "speech.audio.done", "usage": usage})


def check_model(model: str, engine: str) -> None:
    """Refuse a model that is not there; dated names of OpenAI's models are."""
    known = (*MODELS, engine)
    if model not in known and not _DATED.fullmatch(model):
        raise ModelUnknownError(model, known)


def model(model_id: str) -> dict[str, Any]:
    """Answer one model."""
    return {"id": model_id, "object": "model", "created": _MADE_AT, "owned_by": "rhapsode"}


def models(engine: str) -> dict[str, Any]:
    """Answer the models."""
    return {"object": "list", "data": [model(name) for name in (*MODELS, engine)]}


def audio_models(engine: str) -> dict[str, Any]:
    """Answer the models as Open WebUI asks for them."""
    return {"models": [{"id": name} for name in (*MODELS, engine)]}


def audio_voices(
    names: Iterable[NamedVoice], speakers: Iterable[str], saved: Iterable[Voice]
) -> dict[str, Any]:
    """Answer the voices, each once: a saved voice hides a well-known name that is its id."""
    listed: dict[str, dict[str, str]] = {
        each.id: {"id": each.id, "name": each.name} | ({"voice": each.voice} if each.voice else {})
        for each in names
    }
    listed |= {name: {"id": name, "name": name, "voice": name} for name in speakers}
    listed |= {each.id: {"id": each.id, "name": each.name, "voice": each.id} for each in saved}
    return {"voices": list(listed.values())}


def error(message: str, kind: str, param: str | None, code: str | None) -> dict[str, Any]:
    """Answer what went wrong."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def _event(content: dict[str, Any]) -> bytes:
    return b"data: " + encode(content) + b"\n\n"
