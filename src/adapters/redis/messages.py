"""What goes over Redis as JSON: sound that is published to be relayed, and events that are told."""

import base64
import binascii
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from domain.errors import RelayMessageError
from domain.events import AudioContinued, Event, FirstAudio, SpeechFinished, SpeechQueued
from domain.ports import Relayed

LARGEST_MESSAGE = 2**20
_SAMPLE_BYTES = 2
_A_SECOND_MS = 1000

Told = SpeechQueued | FirstAudio | AudioContinued | SpeechFinished
"""The events of a session."""

_NAMES = {SpeechQueued: "started", FirstAudio: "first_audio", AudioContinued: "chunk"}
_ENDS = {"done": "finished"}
"""What the end of a session is called, where that is not its outcome."""


def relayed(channel: str, data: bytes) -> Relayed:
    """Read `{"audio": "<base64 of 16-bit samples>", "isFinal": false}`; `RelayMessageError`."""
    if len(data) > LARGEST_MESSAGE:
        raise RelayMessageError(channel, f"it is larger than {LARGEST_MESSAGE // 2**10} KiB")
    try:
        message = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RelayMessageError(channel, "it is no JSON") from error
    if not isinstance(message, dict):
        raise RelayMessageError(channel, "it is no JSON object")
    last = message.get("isFinal") or False
    if not isinstance(last, bool):
        raise RelayMessageError(channel, "its isFinal is neither true nor false")
    return Relayed(_sound(channel, message.get("audio"), last=last), last)


def encoded(sound: Relayed) -> bytes:
    """Return the message that carries this sound."""
    audio = base64.b64encode(sound.data).decode()
    return json.dumps({"audio": audio, "isFinal": sound.last}).encode()


def told(event: Event, at: datetime) -> tuple[str, bytes] | None:
    """Return under which name, below the prefix, an event is told, and its message; if it is."""
    if not isinstance(event, Told):
        return None
    name = f"session:{event.owner}:{event.session_id}"
    payload = {
        "event": _called(event),
        "session_id": event.session_id,
        "owner": event.owner,
        "at": at.isoformat(timespec="milliseconds"),
        **_measured(event),
    }
    return name, json.dumps(payload).encode()


def _sound(channel: str, audio: object, *, last: bool) -> bytes:
    if audio is None and last:
        return b""
    if not isinstance(audio, str):
        raise RelayMessageError(channel, "it has no audio in base64")
    try:
        sound = base64.b64decode(audio, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RelayMessageError(channel, "its audio is no base64") from error
    if len(sound) % _SAMPLE_BYTES:
        raise RelayMessageError(channel, "its audio ends within a 16-bit sample")
    return sound


def _called(event: Told) -> str:
    if isinstance(event, SpeechFinished):
        return _ENDS.get(event.outcome, str(event.outcome))
    return _NAMES[type(event)]


def _measured(event: Told) -> dict[str, Any]:
    """Return what an event says beside whose it is, its times in milliseconds."""
    fields = asdict(event)
    del fields["session_id"], fields["owner"]
    return {
        f"{name[:-2]}_ms" if name.endswith("_s") else name: _written(name, value)
        for name, value in fields.items()
    }


def _written(name: str, value: Any) -> Any:
    if name.endswith("_s"):
        return round(value * _A_SECOND_MS, 1)
    return str(value) if isinstance(value, str) else value
