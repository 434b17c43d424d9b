"""What goes over ElevenLabs' sockets: what is asked in the address and in messages, and told."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec
from msgspec import field

from application.packing import Packet
from domain.errors import InputError
from domain.formats import AudioFormat, Codec, format_named
from domain.lettering import TimedText
from domain.loudness import Target
from domain.speech import Finish, SpeechSettings, check_range
from entrypoints.body import MalformedBodyError, decode, decode_fields, encode
from entrypoints.elevenlabs.wire.speech import VoiceSettings, temperature
from entrypoints.keys import bare_key

DEFAULT_FORMAT = "pcm_24000"
PCM_RATES = (16_000, 22_050, 24_000, 44_100, 48_000)
"""What a `ttsInitRequest` may choose from."""

INIT = "ttsInitRequest"
_LONGEST_TIMEOUT_S = 180.0
DEFAULTS = SpeechSettings()
_USUAL_SCHEDULE = (120.0, 160.0, 250.0, 290.0)
_SCHEDULED = (1, 500)
_SOUNDS = (1, 100)
_MOST_STEPS = 100
_LEAD_MS = (0, 10_000)
_USUAL_LEAD_MS = 20.0
_STABLE = (0.0, 1.0)
_OVERLAP = (0, 65_536)
_LEFT_CONTEXT_S = (0.0, 60.0)
_ROUNDING_MS = 1000
_LONGEST_NAME = 256


class GenerationConfig(msgspec.Struct):
    """How text becomes batches, and how they are spoken; it holds from the next batch."""

    chunk_length_schedule: list[float] | None = None
    chunk_length_schedule_frames: list[int] | None = None
    speed: float | None = None
    language: str | None = None


class Message(msgspec.Struct):
    """Anything a client may send; what other servers have beside these is passed over."""

    type: str | None = None
    text: str | None = None
    flush: bool | None = None
    try_trigger_generation: bool | None = None
    voice_settings: VoiceSettings | None = None
    generation_config: GenerationConfig | None = None
    generator_config: GenerationConfig | None = None
    context_id: str | None = None
    context_id_camel: str | None = field(default=None, name="contextId")
    close_context: bool | None = None
    close_socket: bool | None = None
    keep_open: bool | None = None
    audio_format: str | None = None
    el_audio_format: str | None = field(default=None, name="EL_AUDIO_FORMAT")
    target_lead_ms: float | None = None
    audio_channel: str | None = None
    mode: str | None = None
    xi_api_key: str | None = None
    xi_api_key_dashed: str | None = field(default=None, name="xi-api-key")
    authorization: str | None = None

    @property
    def key(self) -> str | None:
        """The key it brings."""
        return self.xi_api_key or self.xi_api_key_dashed or bare_key(self.authorization)

    @property
    def context(self) -> str | None:
        """Which context it is for."""
        return self.context_id or self.context_id_camel or None

    @property
    def sets(self) -> bool:
        """Whether it brings settings."""
        given = (self.voice_settings, self.generation_config, self.generator_config)
        return any(each is not None for each in given)

    @property
    def says(self) -> bool:
        """Whether it asks for anything."""
        does = self.flush or self.try_trigger_generation or self.close_context or self.close_socket
        return self.text is not None or self.sets or bool(does or self.key) or self.type == INIT


class Query(msgspec.Struct):
    """What the address of a socket may say; everything else in it is ignored."""

    authorization: str | None = None
    language_code: str | None = None
    language: str | None = None
    enable_ssml_parsing: bool = False
    output_format: str | None = None
    inactivity_timeout: float = 20.0
    auto_mode: bool = False
    apply_text_normalization: Literal["auto", "on", "off"] | None = None
    seed: int | None = None
    speed: float | None = None
    mode: str = "generate"
    audio_channel: str | None = None
    target_lead_ms: float | None = None
    keep_open: bool = False
    stream_chunk_size: int | None = None
    overlap_wav_len: int | None = None
    left_context_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """How a batch is gathered and spoken."""

    settings: SpeechSettings = DEFAULTS
    language: str | None = None
    schedule: tuple[float, ...] = _USUAL_SCHEDULE
    sounds: tuple[int, ...] = (1,)

    def changed(self, message: Message) -> "Manner":
        """Return this with what a message brings; `SettingOutOfRangeError` names what cannot be."""
        voice, manner = message.voice_settings or VoiceSettings(), self
        check_range("stability", voice.stability, _STABLE)
        calm = None if voice.stability is None else temperature(voice.stability)
        manner = _spoken(manner, speed=voice.speed, temperature=calm)
        for config in filter(None, (message.generator_config, message.generation_config)):
            manner = _configured(manner, config)
        return manner


def decode_query(fields: Mapping[str, object]) -> Query:
    """Read what the address says."""
    query = decode_fields(fields, Query)
    check_range("inactivity_timeout", query.inactivity_timeout, (0.001, 1e9))
    check_range("overlap_wav_len", query.overlap_wav_len, _OVERLAP)
    check_range("left_context_seconds", query.left_context_seconds, _LEFT_CONTEXT_S)
    check_range("target_lead_ms", query.target_lead_ms, _LEAD_MS)
    query.inactivity_timeout = min(query.inactivity_timeout, _LONGEST_TIMEOUT_S)
    return query


def decode_message(data: str | bytes) -> Message:
    """Read a message."""
    try:
        message = decode(data, Message)
    except MalformedBodyError as error:
        wanted = 'send an object such as {"text": "Hello. "}'
        raise InputError(f"The message is not JSON; {wanted}.") from error
    check_range("target_lead_ms", message.target_lead_ms, _LEAD_MS)
    if len(message.context or "") > _LONGEST_NAME:
        raise InputError(f"A context_id has at most {_LONGEST_NAME} characters.")
    return message


def first_manner(query: Query) -> Manner:
    """Return how batches are spoken that no message says anything of."""
    settings = SpeechSettings(
        speed=1.0 if query.speed is None else query.speed,
        seed=query.seed,
        stream_chunk_size=query.stream_chunk_size,
    )
    return Manner(settings, query.language_code or query.language or None)


def finish(named: str | None, usual: Target) -> Finish:
    """Return what becomes of the sound."""
    to = format_named(named or DEFAULT_FORMAT)
    if to.codec is Codec.WAV:
        raise InputError(f"{to.name} is a file; over a socket choose pcm_{to.rate_hz}.")
    return Finish(to=to, target=usual)


def init_format(message: Message) -> AudioFormat | None:
    """Return the format that a `ttsInitRequest` fixes; `ValueError` if it is none of those."""
    named = message.audio_format or message.el_audio_format
    if not named:
        return None
    codec, _, rate = named.partition("_")
    if codec != "pcm" or rate not in map(str, PCM_RATES):
        rates = ", ".join(f"pcm_{each}" for each in PCM_RATES)
        msg = f"Invalid EL_AUDIO_FORMAT: {named[:40]!r}; choose one of {rates}."
        raise ValueError(msg)
    return AudioFormat(Codec.PCM, int(rate))


def target_lead_s(asked_ms: float | None) -> float:
    """Return how far sound is sent ahead where it is paced."""
    return (_USUAL_LEAD_MS if asked_ms is None else asked_ms) / _ROUNDING_MS


def sounded(packet: Packet, context: str | None = None) -> bytes:
    """Tell sound, and when the characters in it are heard."""
    told = packet.captions
    message: dict[str, Any] = {
        "audio": base64.b64encode(packet.data).decode(),
        "isFinal": False,
        "alignment": told and _alignment(told.sent, packet.begins_s),
        "normalizedAlignment": told and _alignment(told.spoken, packet.begins_s),
    }
    if packet.marks:
        message["marks"] = [
            {"name": mark.name, "timeMs": _ms(mark.at_s, packet.begins_s)} for mark in packet.marks
        ]
    return encode(_of(message, context))


def final(context: str | None = None) -> bytes:
    """Tell that nothing more comes of this batch, or context."""
    return encode(_of({"isFinal": True}, context))


def failed(message: str, error: str, code: int, context: str | None = None) -> bytes:
    """Tell what went wrong."""
    return encode(_of({"message": message, "error": error, "code": code}, context))


def format_failed(message: str) -> bytes:
    """Tell that a `ttsInitRequest` named no format there is."""
    return encode({"error": message})


def _of(message: dict[str, Any], context: str | None) -> dict[str, Any]:
    return message if context is None else message | {"contextId": context}


def _alignment(timed: TimedText, begins_s: float) -> dict[str, Any] | None:
    """Return when characters are heard, from the beginning of the message's sound."""
    if not timed.text:
        return None
    starts = [_ms(each, begins_s) for each in timed.starts_s]
    ends = [_ms(each, begins_s) for each in timed.ends_s]
    durations = [end - start for start, end in zip(starts, ends, strict=True)]
    return {
        "chars": list(timed.text),
        "charStartTimesMs": starts,
        "charDurationsMs": durations,
        "charsDurationsMs": durations,
    }


def _ms(at_s: float, begins_s: float) -> int:
    """Round moments, not the times between them: clients add those up."""
    return max(0, round(at_s * _ROUNDING_MS) - round(begins_s * _ROUNDING_MS))


def _spoken(manner: Manner, **given: Any) -> Manner:
    named = {name: value for name, value in given.items() if value is not None}
    return replace(manner, settings=replace(manner.settings, **named)) if named else manner


def _configured(manner: Manner, config: GenerationConfig) -> Manner:
    schedule, sounds = config.chunk_length_schedule, config.chunk_length_schedule_frames
    for step in schedule or ():
        check_range("chunk_length_schedule", step, _SCHEDULED)
    for step in sounds or ():
        check_range("chunk_length_schedule_frames", step, _SOUNDS)
    return replace(
        _spoken(manner, speed=config.speed),
        language=config.language or manner.language,
        schedule=tuple(schedule[:_MOST_STEPS]) if schedule else manner.schedule,
        sounds=tuple(sounds[:_MOST_STEPS]) if sounds else manner.sounds,
    )
