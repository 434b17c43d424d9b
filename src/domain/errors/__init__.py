"""Everything that can go wrong, as a voice engineer would say it.

    SpeechError
    ├── InputError                what was sent cannot be spoken; the message says what to change
    │   ├── TextTooLongError
    │   ├── MarkupError           markup that cannot be read, and where
    │   ├── FormatUnknownError
    │   ├── LanguageUnknownError
    │   ├── SettingOutOfRangeError
    │   ├── VoiceIdInvalidError
    │   ├── VoiceTextInvalidError
    │   ├── ConsentMissingError
    │   ├── MixCountError         a mix of too few voices, or too many
    │   ├── VoiceFileInvalidError  an export that cannot be read
    │   ├── SessionIdInvalidError
    │   ├── LatentsForeignError   latents that another engine made
    │   ├── ClipRefusedError      a reference clip that cannot make a voice
    │   └── ClipTooLargeError
    ├── NotFoundError
    │   ├── VoiceUnknownError
    │   ├── PreviewMissingError   the voice has not spoken its first line yet
    │   ├── SampleUnknownError    the voice has no clip of this number
    │   ├── ConsentUnknownError   nobody agreed to this voice, so nobody can withdraw
    │   ├── JobUnknownError
    │   └── SessionUnknownError
    ├── ConflictError
    │   ├── VoiceExistsError
    │   ├── VoiceChangedError     somebody else changed it first
    │   ├── OnceKeyReusedError    an idempotency key with other content
    │   ├── JobStateError         a step that cannot follow where the job stands
    │   ├── JobUnfinishedError    what is asked for comes when the job is done
    │   ├── VoiceClipsMissingError   a voice saved as latents of another engine
    │   └── SessionExistsError
    ├── AccessError
    │   ├── KeyMissingError
    │   └── KeyUnknownError
    ├── VoiceDamagedError         what is kept of a voice is not what was saved
    ├── JobDamagedError           what is kept of a job cannot be read any more
    ├── RelayMessageError         what was published to be relayed is no sound
    ├── SpeechCancelledError      the session was cancelled before it could be heard
    └── UnavailableError          not the caller's fault; trying again may help
        ├── HouseClosingError     the server ends; another one may answer
        ├── EngineBusyError       knows when to try again
        ├── JobsFullError         too many jobs wait already
        ├── EngineFailedError
        ├── ModelUnusableError    the files of a model are missing, broken or foreign
        ├── StudioBusyError
        ├── RelayDownError        sound from elsewhere cannot be had
        ├── StoreUnavailableError
        └── StoreFullError        nothing was kept; speaking goes on

Errors carry data; each protocol has one table from error to its own wire shape.
"""

from domain.errors.inputs import (
    ClipRefusedError,
    ClipTooLargeError,
    ConsentMissingError,
    FormatUnknownError,
    LanguageUnknownError,
    LatentsForeignError,
    MarkupError,
    MixCountError,
    SessionIdInvalidError,
    SettingOutOfRangeError,
    TextTooLongError,
    VoiceFileInvalidError,
    VoiceIdInvalidError,
    VoiceTextInvalidError,
)
from domain.errors.registry import (
    ConsentUnknownError,
    OnceKeyReusedError,
    PreviewMissingError,
    SampleUnknownError,
    SessionExistsError,
    SessionUnknownError,
    VoiceChangedError,
    VoiceClipsMissingError,
    VoiceExistsError,
    VoiceUnknownError,
)
from domain.errors.root import (
    AccessError,
    ConflictError,
    InputError,
    NotFoundError,
    SpeechError,
    UnavailableError,
)
from domain.errors.service import (
    EngineBusyError,
    EngineFailedError,
    HouseClosingError,
    KeyMissingError,
    KeyUnknownError,
    ModelUnusableError,
    RelayDownError,
    RelayMessageError,
    SpeechCancelledError,
    StoreFullError,
    StoreUnavailableError,
    StudioBusyError,
    VoiceDamagedError,
)

__all__ = [
    "AccessError",
    "ClipRefusedError",
    "ClipTooLargeError",
    "ConflictError",
    "ConsentMissingError",
    "ConsentUnknownError",
    "EngineBusyError",
    "EngineFailedError",
    "FormatUnknownError",
    "HouseClosingError",
    "InputError",
    "KeyMissingError",
    "KeyUnknownError",
    "LanguageUnknownError",
    "LatentsForeignError",
    "MarkupError",
    "MixCountError",
    "ModelUnusableError",
    "NotFoundError",
    "OnceKeyReusedError",
    "PreviewMissingError",
    "RelayDownError",
    "RelayMessageError",
    "SampleUnknownError",
    "SessionExistsError",
    "SessionIdInvalidError",
    "SessionUnknownError",
    "SettingOutOfRangeError",
    "SpeechCancelledError",
    "SpeechError",
    "StoreFullError",
    "StoreUnavailableError",
    "StudioBusyError",
    "TextTooLongError",
    "UnavailableError",
    "VoiceChangedError",
    "VoiceClipsMissingError",
    "VoiceDamagedError",
    "VoiceExistsError",
    "VoiceFileInvalidError",
    "VoiceIdInvalidError",
    "VoiceTextInvalidError",
    "VoiceUnknownError",
]
