"""Speaking: what is asked for, and sound with the times of its characters."""

import base64
import re
from typing import Annotated, Any, Literal
from xml.sax.saxutils import escape

import msgspec
from msgspec import Meta

from application.delivering import Delivered
from domain.formats import AudioFormat, format_named
from domain.lettering import Captioning, Captions, TimedText
from domain.loudness import Target
from domain.speech import RANGES, Finish, SpeechRequest, SpeechSettings, check_range
from entrypoints.body import decode, encode
from entrypoints.schemas import told

DEFAULT_FORMAT = "mp3_44100_128"
EXAMPLE = {
    "text": "The first move is what sets everything in motion.",
    "model_id": "eleven_multilingual_v2",
    "language_code": "en",
    "voice_settings": {"stability": 0.5, "speed": 1.0},
    "apply_text_normalization": "auto",
}

SETTINGS_ABOUT = {
    "stability": "How steady the delivery is.",
    "similarity_boost": "Without effect here.",
    "style": "Without effect here.",
    "use_speaker_boost": "Without effect here.",
    "speed": "How fast to speak; 1 is the usual pace.",
}
TIMED_ABOUT = {
    "audio_base64": "The sound in base64.",
    "alignment": "When the characters of the text are heard, as it was sent.",
    "normalized_alignment": "The same of the text as it was spoken.",
    "characters": "The characters, one by one.",
    "character_start_times_seconds": "When each begins.",
    "character_end_times_seconds": "When each ends.",
}
_ABOUT = {"voice_settings": "How the voice speaks; left out, as the voice is used to."}

_BREAK = re.compile(r"(<break\s[^<>]*/>)")
_STABLE = (0.0, 1.0)
_WILDEST, _CALMEST = 1.15, 0.35
_ROUNDING = 6


class VoiceSettings(msgspec.Struct):
    """How the voice speaks; what other servers have beside these is passed over."""

    stability: Annotated[
        float | None,
        Meta(
            description="How steady the delivery is, 0 to 1: a temperature from 1.15 down to 0.35."
            " 0.5 is 0.75, XTTS's usual one."
        ),
    ] = None
    speed: Annotated[float | None, Meta(description="How fast to speak; 1 is the usual pace.")] = (
        None
    )


class SpeechBody(msgspec.Struct):
    """The body of everything below `/v1/text-to-speech`; unknown fields are passed over."""

    text: Annotated[
        str,
        Meta(
            description="What to speak: plain text, in which <break time='1s'/> makes a pause, or"
            " SSML, which begins with <speak."
        ),
    ]
    model_id: Annotated[str | None, Meta(description="Any: there is one engine.")] = None
    language_code: Annotated[str | None, Meta(description="The language, such as en.")] = None
    voice_settings: VoiceSettings | None = None
    seed: Annotated[int | None, Meta(description="The same seed throws the same dice.")] = None
    apply_text_normalization: Annotated[
        Literal["auto", "on", "off"] | None,
        Meta(
            description="on: numbers, dates and the like become words before the engine reads"
            " them; otherwise the engine reads them as it does."
        ),
    ] = None


def decode_speech(body: bytes) -> SpeechBody:
    """Read a request to speak."""
    speech = decode(body, SpeechBody)
    settings = speech.voice_settings or VoiceSettings()
    check_range("stability", settings.stability, _STABLE)
    return speech


def finish(output_format: str, usual: Target, *, whole: bool) -> Finish:
    """Return what is to become of the sound."""
    to = format_named(output_format or DEFAULT_FORMAT)
    return Finish(to=to, target=usual, whole=whole)


def speech_request(
    speech: SpeechBody, voice_id: str, finish: Finish, session_id: str | None, owner: str
) -> SpeechRequest:
    """Return what the domain is to speak."""
    given = speech.voice_settings or VoiceSettings()
    settings = SpeechSettings(
        speed=1.0 if given.speed is None else given.speed,
        temperature=None if given.stability is None else temperature(given.stability),
        seed=speech.seed,
    )
    return SpeechRequest(
        text=_with_breaks(speech.text),
        language=speech.language_code or None,
        voice=voice_id,
        in_words=speech.apply_text_normalization == "on",
        settings=settings,
        finish=finish,
        session_id=session_id,
        owner=owner,
    )


def temperature(stability: float) -> float:
    """Return how far the delivery may stray for so much stability."""
    return _WILDEST - (_WILDEST - _CALMEST) * stability


def timed(made: Delivered, sent: str, *, markup: bool) -> dict[str, Any]:
    """Answer a whole speech with the times of its characters."""
    captioning = Captioning(sent, made.text, lead_s=made.to.whole_lead_s, markup=markup)
    heard, rest = captioning.hear(made.words, made.seconds), captioning.end(made.seconds)
    return captioned(made.data, heard.followed_by(rest))


def line(data: bytes, captions: Captions) -> bytes:
    """Return one line of a stream with times."""
    return encode(captioned(data, captions)) + b"\n"


def captioned(data: bytes, captions: Captions) -> dict[str, Any]:
    """Answer sound, and the times of characters as they were sent and as they were spoken."""
    return {
        "audio_base64": base64.b64encode(data).decode(),
        "alignment": alignment(captions.sent),
        "normalized_alignment": alignment(captions.spoken),
    }


def alignment(timed: TimedText) -> dict[str, Any] | None:
    """Return when each character is heard, in seconds from the beginning of the sound."""
    if not timed.text:
        return None
    return {
        "characters": list(timed.text),
        "character_start_times_seconds": [round(each, _ROUNDING) for each in timed.starts_s],
        "character_end_times_seconds": [round(each, _ROUNDING) for each in timed.ends_s],
    }


def seconds_of(data_bytes: int, to: AudioFormat) -> float | None:
    """How much sound so many bytes carry; None where that depends on the sound."""
    pace = to.bytes_a_second
    return None if pace is None else data_bytes / pace


def schema() -> dict[str, Any]:
    """Return the JSON schema of `SpeechBody`, all in one piece."""
    return told(SpeechBody, _ABOUT, {**RANGES, "stability": _STABLE})


def _with_breaks(text: str) -> str:
    """Make SSML of plain text with pauses in it: ElevenLabs understands them everywhere."""
    if text.lstrip().startswith("<speak") or not _BREAK.search(text):
        return text
    parts = _BREAK.split(text)
    told = "".join(part if at % 2 else escape(part) for at, part in enumerate(parts))
    return f"<speak>{told}</speak>"
