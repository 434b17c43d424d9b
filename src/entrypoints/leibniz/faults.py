"""From what went wrong to the word for it: one table."""

from domain.errors import (
    AccessError,
    EngineBusyError,
    HouseClosingError,
    InputError,
    LanguageUnknownError,
    MarkupError,
    SessionExistsError,
    SessionIdInvalidError,
    SpeechError,
    TextTooLongError,
    UnavailableError,
    VoiceUnknownError,
)
from entrypoints.leibniz.turns import QueueFullError
from entrypoints.leibniz.wire import stream as wire
from entrypoints.sockets import TooManySocketsError

INTERNAL = "internal_error"

CODES: tuple[tuple[type[SpeechError], str], ...] = (
    (TextTooLongError, "text_too_long"),
    (MarkupError, "invalid_markup"),
    (LanguageUnknownError, "language_not_found"),
    (SessionIdInvalidError, "invalid_session_id"),
    (InputError, "invalid_request"),
    (VoiceUnknownError, "voice_not_found"),
    (SessionExistsError, "session_in_use"),
    (AccessError, "invalid_api_key"),
    (TooManySocketsError, "too_many_sockets"),
    (QueueFullError, "queue_full"),
    (EngineBusyError, "busy"),
    (HouseClosingError, "closing"),
    (UnavailableError, "unavailable"),
    (SpeechError, INTERNAL),
)
"""The first row whose error it is gives the word."""


def failed(error: SpeechError) -> wire.Message:
    """Tell a client what was refused, and why."""
    code = next(code for kind, code in CODES if isinstance(error, kind))
    return wire.failed(code, str(error))
