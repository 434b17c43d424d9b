"""What MaryTTS's clients send and expect: structs, pure decode and encode."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from application.roster import Entry, calling_name
from domain import aiff, sun_audio
from domain.audio import HOUSE_RATE_HZ
from domain.errors import InputError
from domain.formats import AudioFormat, Codec
from domain.language import canonical
from domain.loudness import LOUDEST_LUFS, QUIETEST_LUFS, Target
from domain.script import Prosody
from domain.speech import Finish, SpeechRequest, SpeechSettings
from entrypoints.body import decode_fields
from entrypoints.marytts.effects import Effects, effects_of
from entrypoints.schemas import told

ABOUT = {
    "INPUT_TEXT": "What to speak.",
    "INPUT_TYPE": "TEXT or SSML.",
    "OUTPUT_TYPE": "AUDIO; there is no other.",
    "AUDIO": "WAVE_FILE, AU_FILE or AIFF_FILE; also without _FILE.",
    "LOCALE": "The text's language, such as en_US or de.",
    "VOICE": "A saved voice or a built-in speaker; an unknown one is the default voice.",
}
EFFECTS = {
    "effect_Volume_selected": "on, to make the sound louder or softer.",
    "effect_Volume_parameters": "By how much, as amount:2.0;",
    "effect_Rate_selected": "on, to speak slower or faster.",
    "effect_Rate_parameters": "How long it takes then, as durScale:1.5;",
}
EXAMPLE = {"INPUT_TEXT": "Hello there.", "INPUT_TYPE": "TEXT", "LOCALE": "en_US"}
EXAMPLE |= {"OUTPUT_TYPE": "AUDIO", "AUDIO": "WAVE_FILE"}
LOCALES = "en\nde\nzh_CN\n"
VOICES = "mine de neutral espeak\n"

_WAV, _PCM = (AudioFormat(codec, HOUSE_RATE_HZ) for codec in (Codec.WAV, Codec.PCM))
_REGION = 2


class ProcessFields(msgspec.Struct):
    """The query or the form of `/process`, without the effects."""

    INPUT_TEXT: str
    INPUT_TYPE: str = "TEXT"
    OUTPUT_TYPE: str = "AUDIO"
    AUDIO: str = "WAVE_FILE"
    LOCALE: str | None = None
    VOICE: str | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of file: as what the sound is made, and what is put around it then."""

    to: AudioFormat
    media_type: str
    around: Callable[..., bytes] | None = None


_CONTAINERS = {
    "WAVE": Container(_WAV, "audio/wav"),
    "AU": Container(_PCM, "audio/x-au", sun_audio.whole_file),
    "AIFF": Container(_PCM, "audio/aiff", aiff.whole_file),
}


@dataclass(frozen=True, slots=True)
class Process:
    """A request to speak, understood as far as that takes no knowledge of voices."""

    fields: ProcessFields
    container: Container
    effects: Effects

    @property
    def markup(self) -> bool | None:
        """Whether the text is SSML; None where it shows by how it begins, as everywhere here."""
        return True if self.fields.INPUT_TYPE.upper() == "SSML" else None


def schema() -> dict[str, Any]:
    """Return the JSON schema of `ProcessFields`, with what each field means, and the effects."""
    found = told(ProcessFields, ABOUT)
    for name, about in EFFECTS.items():
        found["properties"][name] = {"type": "string", "description": about}
    return found


def decode_process(sent: Mapping[str, str]) -> Process:
    """Read a request to speak; what is asked for must exist here."""
    fields = decode_fields(sent, ProcessFields)
    _one_of("INPUT_TYPE", fields.INPUT_TYPE, ("TEXT", "SSML"))
    _one_of("OUTPUT_TYPE", fields.OUTPUT_TYPE, ("AUDIO",))
    kind = fields.AUDIO.upper().removesuffix("_FILE")
    _one_of("AUDIO", kind, tuple(_CONTAINERS))
    return Process(fields, _CONTAINERS[kind], effects_of(sent))


def speech_request(
    asked: Process, languages: Sequence[str], voice: str | None, usual: Target, owner: str
) -> SpeechRequest:
    """Return what the domain is to speak."""
    locale = asked.fields.LOCALE
    volume, target = _loudness(asked.effects.volume, usual)
    return SpeechRequest(
        text=asked.fields.INPUT_TEXT,
        markup=asked.markup,
        language=language_of(locale, languages) if locale else None,
        voice=voice,
        prosody=Prosody(volume=volume),
        settings=SpeechSettings(speed=asked.effects.speed),
        finish=Finish(to=asked.container.to, target=target, whole=True),
        owner=owner,
    )


def language_of(locale: str, languages: Sequence[str]) -> str:
    """Return the language of a locale; where its region is unknown, the language alone counts."""
    tag = canonical(locale)
    alone = canonical(tag.partition("-")[0])
    return alone if tag not in languages and alone in languages else tag


def voice_named(wanted: str | None, known: Iterable[Entry]) -> str | None:
    """Return the voice that is meant, if there is one; its name may be written as in `/voices`."""
    written = _written(wanted or "").casefold()
    found = (name for each in known if _written(name := calling_name(each)).casefold() == written)
    return next(found, None)


def locales(languages: Iterable[str]) -> str:
    """Answer one locale a line."""
    return "".join(f"{_locale(language)}\n" for language in languages)


def voices(known: Iterable[Entry], otherwise: str, engine: str) -> str:
    """Answer one voice a line: a name without spaces, its locale, its gender, what speaks it."""
    return "".join(
        f"{_written(calling_name(each))} {_locale(each.language or otherwise)} neutral {engine}\n"
        for each in known
    )


def _loudness(volume: float, usual: Target) -> tuple[float, Target]:
    """Ask for another loudness where one is asked for at all: it would level a volume out."""
    if usual.lufs is None or volume in {0.0, 1.0}:
        return volume, usual
    lufs = usual.lufs + 20 * math.log10(volume)
    return 1.0, usual.asked(min(max(lufs, QUIETEST_LUFS), LOUDEST_LUFS))


def _written(name: str) -> str:
    return "_".join(name.split())


def _locale(language: str) -> str:
    first, *rest = canonical(language).split("-")
    return "_".join((first, *(part.upper() if len(part) == _REGION else part for part in rest)))


def _one_of(field: str, value: str, known: tuple[str, ...]) -> None:
    if value.upper() not in known:
        msg = f"{field} is {value[:40]!r}; this server knows {', '.join(known)}."
        raise InputError(msg)
