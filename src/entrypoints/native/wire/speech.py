"""What clients of the house's own API send and expect: structs, pure decode and encode."""

import base64
from dataclasses import asdict
from typing import Any, Literal

import msgspec

from application.delivering import Delivered
from domain.audio import HOUSE_RATE_HZ
from domain.errors import MarkupError
from domain.formats import format_named
from domain.loudness import Target
from domain.script import (
    Bleep,
    Item,
    Mark,
    Prosody,
    Rest,
    Say,
    Script,
    TimedMark,
    TimedWord,
)
from domain.speech import RANGES, Finish, SpeechRequest, SpeechSettings, check_range
from entrypoints.body import decode

_PITCHES = (0.5, 2.0)
_VOLUMES = (0.0, 10.0)
_DEFAULT_FORMAT = f"wav_{HOUSE_RATE_HZ}"

ABOUT = {
    "text": "What to speak: plain text, or SSML, which begins with <speak.",
    "ssml": "Whether the text is SSML; by default it is if it begins with <speak.",
    "language": "The text's language, such as en or zh-cn.",
    "voice": "A saved voice or a built-in speaker.",
    "output_format": "A codec, its rate and its bit rate, such as mp3_44100_128 or wav_24000.",
    "loudness": "The loudness to reach in LUFS, or off.",
    "speed": "How fast to speak; 1 is the voice's own pace.",
    "pitch": "How high to speak; 1 is the voice's own pitch.",
    "volume": "How strong the sound is; 1 leaves it as it is, 0 is silence.",
    "denoise": "Whether steady noise is taken out of the sound.",
    "normalize": "Whether numbers, dates and the like become words before the engine reads them.",
    "temperature": "How far the delivery may stray.",
    "top_k": "How many of the likeliest tokens are drawn from.",
    "top_p": "How likely all tokens together are that are drawn from.",
    "repetition_penalty": "How much less likely a token becomes once it was drawn.",
    "seed": "The same request with the same seed throws the same dice.",
    "session_id": "What to watch and stop the stream by; otherwise one is made up.",
}


class SpeechBody(msgspec.Struct):
    """The body of `/api/v1/speech` and what lies below it; unknown fields are ignored."""

    text: str
    ssml: bool | None = None
    language: str | None = None
    voice: str | None = None
    output_format: str = _DEFAULT_FORMAT
    loudness: float | Literal["off"] | None = None
    speed: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0
    denoise: bool = False
    normalize: bool = False
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    repetition_penalty: float | None = None
    seed: int | None = None
    session_id: str | None = None


class MarkupBody(msgspec.Struct):
    """The body of `/ssml/validate`."""

    text: str
    language: str | None = None


def decode_speech(body: bytes) -> SpeechBody:
    """Read a request to speak."""
    speech = decode(body, SpeechBody)
    check_range("pitch", speech.pitch, _PITCHES)
    check_range("volume", speech.volume, _VOLUMES)
    return speech


def decode_markup(body: bytes) -> MarkupBody:
    """Read markup to be checked."""
    return decode(body, MarkupBody)


def speech_request(
    speech: SpeechBody, usual: Target, session_id: str | None, owner: str, *, whole: bool
) -> SpeechRequest:
    """Return what the domain is to speak."""
    settings = {name: getattr(speech, name) for name in RANGES if hasattr(speech, name)}
    return SpeechRequest(
        text=speech.text,
        markup=speech.ssml,
        language=speech.language,
        voice=speech.voice or None,
        prosody=Prosody(pitch=speech.pitch, volume=speech.volume),
        in_words=speech.normalize,
        settings=SpeechSettings(**settings),
        finish=Finish(
            to=format_named(speech.output_format),
            target=usual.asked(speech.loudness),
            denoise=speech.denoise,
            whole=whole,
        ),
        session_id=speech.session_id or session_id,
        owner=owner,
    )


def schema() -> dict[str, Any]:
    """Return the JSON schema of `SpeechBody`, with what each field means and may be."""
    (_,), components = msgspec.json.schema_components([SpeechBody])
    found: dict[str, Any] = components["SpeechBody"]
    ranges = {**RANGES, "pitch": _PITCHES, "volume": _VOLUMES}
    for name, field in found["properties"].items():
        field["description"] = ABOUT[name]
        if within := ranges.get(name):
            field["minimum"], field["maximum"] = within
    return found


def timed(made: Delivered) -> dict[str, Any]:
    """Answer a speech with its times."""
    return {
        "session_id": made.session_id,
        "audio": base64.b64encode(made.data).decode(),
        "media_type": made.to.media_type,
        "sample_rate": made.to.rate_hz,
        "duration_ms": _ms(made.seconds),
        "loudness_lufs": made.lufs,
        "peak_dbtp": made.peak_dbtp,
        "alignment": made.alignment,
        "words": [_word(each, made.to.whole_lead_s) for each in made.words],
        "marks": [_mark(each, made.to.whole_lead_s) for each in made.marks],
        "warnings": list(made.warnings),
    }


def markup_request(markup: MarkupBody) -> SpeechRequest:
    """Return markup as what might be spoken."""
    return SpeechRequest(markup.text, language=markup.language, markup=True)


def wrong(error: MarkupError) -> dict[str, Any]:
    """Answer markup that cannot be read."""
    told = {"error": str(error), "line": error.line, "column": error.column}
    return {"valid": False, **told}


def script(understood: Script) -> dict[str, Any]:
    """Answer what markup was understood as."""
    return {
        "valid": True,
        "warnings": list(understood.warnings),
        "items": [_item(item) for item in understood.items],
    }


def _item(item: Item) -> dict[str, Any]:
    match item:
        case Say():
            said = asdict(item.prosody) | {"language": item.language, "voice": item.voice}
            return {"say": item.text} | {
                name: each for name, each in said.items() if each is not None
            }
        case Rest():
            return {"break_ms": _ms(item.seconds)}
        case Bleep():
            return {"bleep_ms": _ms(item.seconds)}
        case Mark():
            return {"mark": item.name}


def _word(word: TimedWord, lead_s: float) -> dict[str, Any]:
    """Tell when a word is heard where the codec puts so much silence before the sound."""
    start_ms, end_ms = _ms(word.start_s + lead_s), _ms(word.end_s + lead_s)
    return {"text": word.text, "start_ms": start_ms, "end_ms": end_ms}


def _mark(mark: TimedMark, lead_s: float) -> dict[str, Any]:
    return {"name": mark.name, "at_ms": _ms(mark.at_s + lead_s)}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
