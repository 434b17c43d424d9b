import json

import pytest

from domain.errors import (
    EngineBusyError,
    EngineFailedError,
    HouseClosingError,
    InputError,
    KeyMissingError,
    KeyUnknownError,
    LanguageUnknownError,
    MarkupError,
    SessionExistsError,
    SessionIdInvalidError,
    SpeechError,
    TextTooLongError,
    VoiceDamagedError,
    VoiceUnknownError,
)
from entrypoints.leibniz.faults import failed
from entrypoints.leibniz.turns import QueueFullError
from entrypoints.sockets import TooManySocketsError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TextTooLongError(5, 3), "text_too_long"),
        (MarkupError("it ends too soon"), "invalid_markup"),
        (LanguageUnknownError("xx", ("en",)), "language_not_found"),
        (SessionIdInvalidError("a b"), "invalid_session_id"),
        (InputError("Odd."), "invalid_request"),
        (VoiceUnknownError("Nobody"), "voice_not_found"),
        (SessionExistsError("s"), "session_in_use"),
        (KeyMissingError(), "invalid_api_key"),
        (KeyUnknownError(), "invalid_api_key"),
        (TooManySocketsError(3), "too_many_sockets"),
        (QueueFullError(), "queue_full"),
        (EngineBusyError(1.0), "busy"),
        (HouseClosingError(), "closing"),
        (EngineFailedError("It broke."), "unavailable"),
        (VoiceDamagedError("v", "its hash is wrong"), "internal_error"),
    ],
)
def test_each_fault_has_its_word_and_its_sentence(error: SpeechError, code: str) -> None:
    told = json.loads(failed(error).data)
    assert told == {"type": "error", "code": code, "message": str(error)}
    assert told["message"].endswith(".")
