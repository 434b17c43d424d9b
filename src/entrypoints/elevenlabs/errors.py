"""ElevenLabs' errors: a status in a word and a sentence, or a list of what is wrong where."""

from typing import Any

from litestar.exceptions import ValidationException

from domain.errors import (
    AccessError,
    ClipRefusedError,
    ClipTooLargeError,
    ConflictError,
    ConsentMissingError,
    EngineBusyError,
    FormatUnknownError,
    InputError,
    LanguageUnknownError,
    MarkupError,
    NotFoundError,
    SettingOutOfRangeError,
    SpeechError,
    StoreFullError,
    StudioBusyError,
    TextTooLongError,
    UnavailableError,
    VoiceDamagedError,
    VoiceTextInvalidError,
    VoiceUnknownError,
)
from entrypoints.body import FieldInvalidError, MalformedBodyError
from entrypoints.elevenlabs.wire.queries import WrongParameterError
from entrypoints.errors import Failure

TOLD: tuple[tuple[type[SpeechError], int, str], ...] = (
    (TextTooLongError, 400, "max_character_limit_exceeded"),
    (ClipTooLargeError, 413, "upload_too_large"),
    (ClipRefusedError, 400, "invalid_audio"),
    (MarkupError, 400, "invalid_ssml"),
    (ConsentMissingError, 403, "consent_missing"),
    (AccessError, 401, "invalid_api_key"),
    (VoiceUnknownError, 404, "voice_not_found"),
    (NotFoundError, 404, "not_found"),
    (ConflictError, 409, "conflict"),
    (EngineBusyError, 429, "system_busy"),
    (StudioBusyError, 429, "too_many_concurrent_requests"),
    (StoreFullError, 507, "storage_full"),
    (UnavailableError, 503, "service_unavailable"),
    (VoiceDamagedError, 500, "voice_damaged"),
)
"""The first row whose error it is gives status and word; other bad input is a list, with 422."""

_UNPROCESSABLE = 422
_WORDS = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "request_too_large"}
_SETTINGS = frozenset({"speed", "stability"})
_PLACES: tuple[tuple[type[SpeechError], tuple[str, ...]], ...] = (
    (FormatUnknownError, ("query", "output_format")),
    (LanguageUnknownError, ("body", "language_code")),
)


def shape(failure: Failure) -> dict[str, Any]:
    """Return the body of an answer."""
    if _is_listed(failure.error):
        place, kind = _place(failure.error)
        return {"detail": [{"loc": place, "msg": failure.detail, "type": kind}]}
    return {"detail": {"status": _word(failure), "message": failure.detail}}


def status(failure: Failure) -> int:
    """Return the status that its clients look for."""
    if _is_listed(failure.error):
        return _UNPROCESSABLE
    told = (status for kind, status, _ in TOLD if isinstance(failure.error, kind))
    return next(told, failure.status)


def _is_listed(error: Exception) -> bool:
    if isinstance(error, InputError):
        return not any(isinstance(error, kind) for kind, _, _ in TOLD)
    return isinstance(error, ValidationException)


def _word(failure: Failure) -> str:
    told = (word for kind, _, word in TOLD if isinstance(failure.error, kind))
    return next(told, _WORDS.get(failure.status, "internal_error"))


def _place(error: Exception) -> tuple[list[str], str]:
    """Return where the fault is, as clients are told, and what kind it is."""
    match error:
        case MalformedBodyError():
            return ["body"], "json_invalid"
        case FieldInvalidError():
            return _field(error)
        case WrongParameterError():
            return [error.place, error.name], "value_error"
        case SettingOutOfRangeError():
            within = ["voice_settings"] if error.name in _SETTINGS else []
            return ["body", *within, error.name], "value_error"
        case VoiceTextInvalidError():
            return ["body"], "value_error"
    places = (list(place) for kind, place in _PLACES if isinstance(error, kind))
    return next(places, ["body"]), "value_error"


def _field(error: FieldInvalidError) -> tuple[list[str], str]:
    path = error.field.split(".") if error.field else []
    return ["body", *path], "missing" if str(error).endswith(" is missing.") else "type_error"
