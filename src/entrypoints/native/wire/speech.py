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
from entrypoints.schemas import listed, record, told

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
EXAMPLE = {
    "text": "Hello. How are you?",
    "language": "en",
    "voice": "alloy",
    "output_format": "mp3_44100_128",
}
MARKUP_EXAMPLE = {"text": "<speak>Hello. <break time='1s'/></speak>"}
SCRIPT_EXAMPLE = {
    "valid": True,
    "warnings": [],
    "items": [{"say": "Hello.", "rate": 1.0, "pitch": 1.0, "volume": 1.0}, {"break_ms": 1000.0}],
}
TIMED_EXAMPLE = {
    "session_id": "story-1",
    "audio": "UklGRgAA",
    "media_type": "audio/wav",
    "sample_rate": 24_000,
    "duration_ms": 520.0,
    "loudness_lufs": -18.0,
    "peak_dbtp": -3.2,
    "alignment": "exact",
    "words": [{"text": "Hello", "start_ms": 20.0, "end_ms": 480.0}],
    "marks": [],
    "warnings": [],
}
MARKUP_SCHEMA = record(
    namespace=(str, "The namespace of the markup."),
    elements=(dict[str, Any], "The elements, each with what it does and its attributes."),
    limits=(dict[str, Any], "How long and how deep markup may be."),
)
MARKUP_TOLD = {
    "namespace": "http://www.w3.org/2001/10/synthesis",
    "elements": {"break": {"about": "A pause.", "needs": [], "attributes": {}}},
    "limits": {"depth": 32},
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
    return told(SpeechBody, ABOUT, {**RANGES, "pitch": _PITCHES, "volume": _VOLUMES})


def timed_schema() -> dict[str, Any]:
    """Return the JSON schema of a speech with its times."""
    word = record(
        text=(str, "The word as it stands in the text."),
        start_ms=(float, "When it begins."),
        end_ms=(float, "When it ends."),
    )
    mark = record(name=(str, "The mark's name."), at_ms=(float, "When it is passed."))
    return record(
        session_id=(str, "What the speech was watched by."),
        audio=(str, "The sound in base64."),
        media_type=(str, "What kind of sound it is."),
        sample_rate=(int, "Samples a second."),
        duration_ms=(float, "How long the sound is."),
        loudness_lufs=(float | None, "How loud it is; null where it is too short to tell."),
        peak_dbtp=(float | None, "Its true peak."),
        alignment=(str, "How the engine knows when words are heard."),
        words=(listed(word), "The words of the text."),
        marks=(listed(mark), "The marks of the text."),
        warnings=(list[str], "What was not understood of the markup."),
    )


def script_schema() -> dict[str, Any]:
    """Return the JSON schema of what markup means."""
    return {
        "type": "object",
        "properties": {
            "valid": {"type": "boolean", "description": "Whether it can be spoken."},
            "warnings": {
                "type": "array",
                "items": {"type": "string"},
                "description": "What was not understood and is passed over.",
            },
            "items": {
                "type": "array",
                "items": {"type": "object"},
                "description": "What is said (say), and where it rests (break_ms), bleeps"
                " (bleep_ms) or passes a mark.",
            },
            "error": {"type": "string", "description": "What is wrong with it."},
            "line": {"type": ["integer", "null"], "description": "In which line, from 1."},
            "column": {"type": ["integer", "null"], "description": "In which column, from 1."},
        },
        "required": ["valid"],
    }


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
