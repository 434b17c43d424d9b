"""From what went wrong to OpenAI's errors, as its SDKs tell them apart."""

from http import HTTPStatus
from typing import Any

from domain.errors import (
    EngineBusyError,
    FormatUnknownError,
    InputError,
    KeyUnknownError,
    LanguageUnknownError,
    MarkupError,
    SettingOutOfRangeError,
    SpeechError,
    TextTooLongError,
    VoiceUnknownError,
)
from entrypoints.body import FieldInvalidError, MalformedBodyError
from entrypoints.dialect import Dialect
from entrypoints.errors import Failure
from entrypoints.openai import wire

_KNOWN: tuple[tuple[type[SpeechError], str | None, str], ...] = (
    (TextTooLongError, "input", "string_above_max_length"),
    (MarkupError, "input", "invalid_ssml"),
    (FormatUnknownError, "response_format", "unsupported_format"),
    (LanguageUnknownError, "language", "unsupported_language"),
    (VoiceUnknownError, "voice", "voice_not_found"),
    (wire.ModelUnknownError, "model", "model_not_found"),
    (KeyUnknownError, None, "invalid_api_key"),
    (MalformedBodyError, None, "invalid_json"),
    (EngineBusyError, None, "engine_busy"),
)
"""Which field is to blame, and the code that a program can act on."""

_TYPES: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.FORBIDDEN: "permission_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
}


def status(failure: Failure) -> int:
    """Return OpenAI's status: whatever is wrong with a request is a 400."""
    return 400 if isinstance(failure.error, InputError) else failure.status


def shape(failure: Failure) -> dict[str, Any]:
    """Return OpenAI's error object."""
    broken = failure.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    usual = "server_error" if broken else "invalid_request_error"
    param, code = _blamed(failure.error)
    return wire.error(failure.detail, _TYPES.get(failure.status, usual), param, code)


def _blamed(error: Exception) -> tuple[str | None, str | None]:
    if isinstance(error, FieldInvalidError):
        return error.field, "invalid_value"
    if isinstance(error, SettingOutOfRangeError):
        return error.name, "value_out_of_range"
    known = ((param, code) for kind, param, code in _KNOWN if isinstance(error, kind))
    return next(known, (None, None))


NO_MODEL = wire.ModelUnknownError("whisper-1", (*wire.MODELS, "espeak"))
DIALECT = Dialect(
    "OpenAI",
    "OpenAI's API for speech, and what Open WebUI asks beside it.",
    shape=shape,
    schema=wire.ERROR,
    status=status,
)
