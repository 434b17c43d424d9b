"""What the API's documentation says of these routes beside their own sentences."""

from dataclasses import dataclass
from typing import Any, cast

from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, RequestBody, Schema
from typing_extensions import override

from entrypoints.elevenlabs.wire import speech as wire

_MARK = {"type": "string", "format": "binary"}
_CHARACTERS = {
    "type": "object",
    "properties": {
        "characters": {"type": "array", "items": {"type": "string"}},
        "character_start_times_seconds": {"type": "array", "items": {"type": "number"}},
        "character_end_times_seconds": {"type": "array", "items": {"type": "number"}},
    },
}
_TIMED = {
    "type": "object",
    "properties": {
        "audio_base64": {"type": "string"},
        "alignment": _CHARACTERS,
        "normalized_alignment": _CHARACTERS,
    },
}
_DETAIL = {
    "type": "object",
    "properties": {"status": {"type": "string"}, "message": {"type": "string"}},
}
_FAULT = {
    "type": "object",
    "properties": {
        "loc": {"type": "array", "items": {"type": "string"}},
        "msg": {"type": "string"},
        "type": {"type": "string"},
    },
}
_FAILURES = {
    "400": "The text or the recording cannot be taken.",
    "401": "A key is needed, or this one is not known.",
    "404": "There is no such voice.",
    "429": "Too much is asked for at once; Retry-After tells when to come back.",
    "503": "The server cannot answer now.",
}
_VOICE_FORM = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "example": "Ana"},
        "files": {"type": "array", "items": _MARK},
        "description": {"type": "string"},
        "labels": {"type": "string", "description": "A JSON object.", "example": '{"accent":"pt"}'},
        "remove_background_noise": {"type": "boolean"},
        "consent": {
            "type": "string",
            "description": "Who agreed, where this server asks for it, as JSON.",
            "example": '{"by":"Ana","statement":"I agree."}',
        },
    },
}


def _content(media_type: str, schema: dict[str, Any]) -> dict[str, OpenAPIMediaType]:
    return {media_type: OpenAPIMediaType(schema=cast("Schema", schema))}


def _told(media_type: str, schema: dict[str, Any], description: str) -> OpenAPIResponse:
    return OpenAPIResponse(description=description, content=_content(media_type, schema))


def _wrong() -> dict[str, OpenAPIResponse]:
    failures = {
        status: _told("application/json", {"properties": {"detail": _DETAIL}}, description)
        for status, description in _FAILURES.items()
    }
    faults = {"properties": {"detail": {"type": "array", "items": _FAULT}}}
    return failures | {"422": _told("application/json", faults, "What is wrong where.")}


@dataclass
class Answers(Operation):
    """Documents what may go wrong."""

    def __post_init__(self) -> None:
        self.responses = {**(self.responses or {}), **_wrong()}


@dataclass
class Speaks(Answers):
    """Documents the body of a speech, and sound as the answer."""

    @override
    def __post_init__(self) -> None:
        super().__post_init__()
        self.request_body = RequestBody(
            content=_content("application/json", wire.schema()), required=True
        )
        self.responses = {**(self.responses or {}), "200": self._answer()}

    def _answer(self) -> OpenAPIResponse:
        return _told("audio/*", _MARK, "The sound.")


@dataclass
class SpeaksTimed(Speaks):
    """Documents sound with the times of its characters."""

    @override
    def _answer(self) -> OpenAPIResponse:
        return _told("application/json", _TIMED, "The sound and when each character is heard.")


@dataclass
class TakesVoice(Answers):
    """Documents the form that a voice is added or edited with."""

    @override
    def __post_init__(self) -> None:
        super().__post_init__()
        content = _content("multipart/form-data", _VOICE_FORM)
        self.request_body = RequestBody(content=content, required=True)
