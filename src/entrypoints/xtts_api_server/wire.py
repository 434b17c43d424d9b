"""What clients of xtts-api-server send and expect: structs, pure decode and encode."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from application.roster import Entry, calling_name
from domain.audio import HOUSE_RATE_HZ
from domain.formats import AudioFormat, Codec
from domain.loudness import Target
from domain.speech import RANGES, Finish, SpeechRequest, SpeechSettings
from entrypoints.body import decode, decode_fields
from entrypoints.schemas import listed, record

APPLIED = {"message": "Settings successfully applied"}
ABOUT = {
    "text": "What to speak: plain text, or SSML, which begins with <speak.",
    "speaker_wav": "A saved voice or a built-in speaker; an ending .wav is passed over.",
    "language": "The text's language, such as en or zh-cn.",
}
EXAMPLE = {"text": "Hello there.", "speaker_wav": "alloy", "language": "en"}
SPEAKERS = [
    {"name": "My voice", "voice_id": "ana", "preview_url": "http://127.0.0.1:8000/sample/ana.flac"}
]
SETTINGS_ABOUT = {
    "temperature": "How far the delivery may stray.",
    "speed": "How fast to speak; 1 is the voice's own pace.",
    "length_penalty": "Without effect: it weighs beams, and there are none.",
    "repetition_penalty": "How much less likely a token becomes once it was drawn.",
    "top_p": "How likely all tokens together are that are drawn from.",
    "top_k": "How many of the likeliest tokens are drawn from.",
    "enable_text_splitting": "Without effect: a text is always read sentence by sentence.",
    "stream_chunk_size": "At most so many tokens (21.5 a second) in a chunk but the first.",
}


class SpeakFields(msgspec.Struct):
    """The body of `/tts_to_audio/` and the query of `/tts_stream`; unknown fields are ignored."""

    text: str
    speaker_wav: str | None = None
    language: str | None = None


class TtsSettings(msgspec.Struct, frozen=True):
    """How to speak until it is set anew; what clients never set is as they know it."""

    temperature: float = 0.75
    speed: float = 1.0
    length_penalty: float = 1.0
    repetition_penalty: float = 5.0
    top_p: float = 0.85
    top_k: int = 50
    enable_text_splitting: bool = True
    stream_chunk_size: int = 100

    def __post_init__(self) -> None:
        """Refuse what no engine could honour."""
        self.spoken()

    def spoken(self) -> SpeechSettings:
        """Return them as the domain knows them."""
        return SpeechSettings(**{each: getattr(self, each) for each in RANGES if each != "seed"})


USUAL = TtsSettings()


def decode_settings(body: bytes, before: TtsSettings) -> TtsSettings:
    """Read settings, whose numbers sliders send as text; what is left out stays as it was."""
    asked = decode(body, dict[str, Any])
    return decode_fields({**msgspec.structs.asdict(before), **_filled(asked)}, TtsSettings)


def decode_speak(body: bytes) -> SpeakFields:
    """Read a request to speak."""
    return decode(body, SpeakFields)


def speech_request(
    asked: SpeakFields, settings: TtsSettings, usual: Target, owner: str, *, whole: bool
) -> SpeechRequest:
    """Return what the domain is to speak."""
    return SpeechRequest(
        text=asked.text,
        language=asked.language or None,
        voice=voice_named(asked.speaker_wav or "") or None,
        settings=settings.spoken(),
        finish=Finish(to=AudioFormat(Codec.WAV, HOUSE_RATE_HZ), target=usual, whole=whole),
        owner=owner,
    )


def sample_request(
    text: str, language: str, voice: str, usual: Target, owner: str
) -> SpeechRequest:
    """Return what a voice says that has no preview of its own."""
    to = AudioFormat(Codec.FLAC, HOUSE_RATE_HZ)
    finish = Finish(to=to, target=usual, whole=True)
    return SpeechRequest(text, language=language, voice=voice, finish=finish, owner=owner)


def voice_named(file: str) -> str:
    """Return the voice that is meant by what was the name of a file."""
    return file.removesuffix(".wav").removesuffix(".flac")


def speakers_schema() -> dict[str, Any]:
    """Return the JSON schema of who speaks."""
    return listed(
        record(
            name=(str, "What people call the voice."),
            voice_id=(str, "What may stand as speaker_wav."),
            preview_url=(str, "Where it can be heard."),
        )
    )


def speakers(entries: Sequence[Entry], base_url: str) -> list[dict[str, str]]:
    """Answer who speaks, each with an address where it can be heard."""
    return [
        {
            "name": entry.name,
            "voice_id": calling_name(entry),
            "preview_url": f"{base_url}sample/{quote(calling_name(entry), safe='')}.flac",
        }
        for entry in entries
    ]


def _filled(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value not in (None, "")}
