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
    │   ├── VoiceFileInvalidError  an export that cannot be read
    │   ├── SessionIdInvalidError
    │   ├── LatentsForeignError   latents that another engine made
    │   ├── ClipRefusedError      a reference clip that cannot make a voice
    │   └── ClipTooLargeError
    ├── NotFoundError
    │   ├── VoiceUnknownError
    │   ├── PreviewMissingError   the voice has not spoken its first line yet
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
    ├── SpeechCancelledError      the session was cancelled before it could be heard
    └── UnavailableError          not the caller's fault; trying again may help
        ├── HouseClosingError     the server ends; another one may answer
        ├── EngineBusyError       knows when to try again
        ├── JobsFullError         too many jobs wait already
        ├── EngineFailedError
        ├── ModelUnusableError    the files of a model are missing, broken or foreign
        ├── StudioBusyError
        ├── StoreUnavailableError
        └── StoreFullError        nothing was kept; speaking goes on

Errors carry data; each protocol has one table from error to its own wire shape.
"""

from collections.abc import Iterable

_LONG = 2**64


class SpeechError(Exception):
    """The root: `str(error)` is one sentence for the person who called."""


class InputError(SpeechError):
    """What was sent cannot be spoken."""


class TextTooLongError(InputError):
    """The text is longer than this server speaks in one request."""

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"The text has {length:,} characters; send at most {limit:,} at a time.")
        self.length = length
        self.limit = limit


class MarkupError(InputError):
    """The markup cannot be read from this place on; lines and columns count from 1."""

    def __init__(self, reason: str, line: int, column: int) -> None:
        super().__init__(f"The SSML is wrong in line {line}, column {column}: {reason}.")
        self.reason = reason
        self.line = line
        self.column = column


class FormatUnknownError(InputError):
    """There is no such format."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no format {name[:100]!r}; choose one of {', '.join(known)}.")
        self.name = name


class LanguageUnknownError(InputError):
    """The engine does not speak this language."""

    def __init__(self, language: str, known: Iterable[str]) -> None:
        self.language = language
        self.known = tuple(known)
        super().__init__(
            f"The language {_quoted(language)} is not known here;"
            f" use one of: {', '.join(self.known)}.",
        )


class SettingOutOfRangeError(InputError):
    """A number lies outside what can be spoken."""

    def __init__(self, name: str, value: float, low: float, high: float) -> None:
        super().__init__(
            f"{name} is {_number(value)}; it must lie between {_number(low)} and {_number(high)}.",
        )
        self.name = name
        self.value = value
        self.low = low
        self.high = high


class VoiceIdInvalidError(InputError):
    """A voice id that could not be kept safely."""

    def __init__(self, voice_id: str) -> None:
        super().__init__(
            f"{_quoted(voice_id)} cannot be a voice id; use 1 to 64 of A-Z, a-z, 0-9, '_' and '-'.",
        )


class VoiceTextInvalidError(InputError):
    """A name or description that could not be kept."""

    def __init__(self, field: str, longest: int) -> None:
        super().__init__(
            f"A voice's {field} is plain text of at most {longest:,} characters, without NUL.",
        )


class ConsentMissingError(InputError):
    """This server clones nobody who has not agreed to it."""

    def __init__(self) -> None:
        super().__init__(
            "This server keeps a voice only with its speaker's consent: send 'consent' with the"
            " fields 'by' and 'statement'.",
        )


class VoiceFileInvalidError(InputError):
    """A file that holds no voice, or a damaged one."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"This is no voice that was exported whole ({reason}); export it again.")


class SessionIdInvalidError(InputError):
    """A session id that could not be put into a header safely."""

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"{_quoted(session_id)} cannot be a session id;"
            " use 1 to 128 of A-Z, a-z, 0-9, '_', '-', '.' and ':'.",
        )


class LatentsForeignError(InputError):
    """Latents that this engine did not make and cannot speak with."""

    def __init__(self, engine: str, reason: str) -> None:
        super().__init__(
            f"These latents were not made by the {engine} engine ({reason});"
            " clone the speaker again on this server.",
        )


class ClipRefusedError(InputError):
    """A reference clip that cannot make a voice; the message holds the measured value."""


class ClipTooLargeError(InputError):
    """An upload of more bytes than any clip needs."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            f"The upload is larger than {limit_bytes / 2**20:.0f} MiB; send a shorter clip.",
        )
        self.limit_bytes = limit_bytes


class NotFoundError(SpeechError):
    """What was named does not exist here."""


class VoiceUnknownError(NotFoundError):
    """No saved voice and no built-in speaker has this id."""

    def __init__(self, voice_id: str) -> None:
        super().__init__(
            f"There is no voice {_quoted(voice_id)};"
            " the lists of saved voices and of speakers show which there are.",
        )
        self.voice_id = voice_id


class PreviewMissingError(NotFoundError):
    """The voice is there, its preview is not."""

    def __init__(self, voice_id: str, *, coming: bool) -> None:
        then = (
            "it is spoken once the engine has nothing else to do; ask again in some seconds"
            if coming
            else "this server makes none, for RHAPSODE_CALIBRATE_VOICES is off"
        )
        super().__init__(f"The voice {_quoted(voice_id)} has no preview yet: {then}.")
        self.voice_id = voice_id
        self.coming = coming


class SessionUnknownError(NotFoundError):
    """No session has this id, or it ended too long ago to be remembered."""

    def __init__(self, session_id: str) -> None:
        super().__init__(f"There is no session {_quoted(session_id)}.")
        self.session_id = session_id


class ConflictError(SpeechError):
    """The name is taken."""


class VoiceExistsError(ConflictError):
    """A voice of this id is saved already."""

    def __init__(self, voice_id: str) -> None:
        super().__init__(
            f"There is a voice {_quoted(voice_id)} already; choose another id.",
        )
        self.voice_id = voice_id


class VoiceChangedError(ConflictError):
    """Somebody changed the voice since the caller saw it."""

    def __init__(self, voice_id: str, version: int) -> None:
        super().__init__(
            f"The voice {_quoted(voice_id)} was changed since version {version};"
            " read it again, then repeat the change.",
        )
        self.voice_id = voice_id
        self.version = version


class OnceKeyReusedError(ConflictError):
    """An idempotency key came a second time with something else to save."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The idempotency key {_quoted(key)} stood for something else; choose a new key.",
        )
        self.key = key


class VoiceClipsMissingError(ConflictError):
    """The voice was saved as another engine's latents, without a clip to learn it from."""

    def __init__(self, voice_id: str, engine: str) -> None:
        super().__init__(
            f"The voice {_quoted(voice_id)} was saved without a clip and the {engine} engine cannot"
            " use its latents; clone it again from a recording.",
        )
        self.voice_id = voice_id


class SessionExistsError(ConflictError):
    """A session of this id is still speaking."""

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"The session {_quoted(session_id)} is still speaking;"
            " wait for it or choose another id.",
        )
        self.session_id = session_id


class AccessError(SpeechError):
    """The caller may not do this."""


class KeyMissingError(AccessError):
    """A key is needed and none came."""

    def __init__(self) -> None:
        super().__init__(
            "This server needs an API key: send it as a Bearer token or in the header xi-api-key.",
        )


class KeyUnknownError(AccessError):
    """A key came that opens nothing."""

    def __init__(self) -> None:
        super().__init__("This API key is not known here.")


class VoiceDamagedError(SpeechError):
    """What is kept of a voice no longer matches its hash; trying again does not help."""

    def __init__(self, voice_id: str, part: str) -> None:
        super().__init__(
            f"The saved voice {_quoted(voice_id)} is damaged ({part} does not match its hash);"
            " delete it and clone it again.",
        )
        self.voice_id = voice_id
        self.part = part


class SpeechCancelledError(SpeechError):
    """The session was cancelled before it could be heard."""

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"The session {_quoted(session_id)} was cancelled before it began to speak."
        )
        self.session_id = session_id


class UnavailableError(SpeechError):
    """Not the caller's fault; trying again may help."""

    retry_after_s: float | None = None


class HouseClosingError(UnavailableError):
    """No new stream is begun: the server lets the others end and goes."""

    retry_after_s = 5.0

    def __init__(self) -> None:
        super().__init__("This server is shutting down; try again in a moment.")


class EngineBusyError(UnavailableError):
    """Too many lines wait already."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"The engine is busy; try again in {retry_after_s:.1f} seconds.")
        self.retry_after_s = retry_after_s


class EngineFailedError(UnavailableError):
    """The engine could not speak this line."""


class ModelUnusableError(UnavailableError):
    """The files of a model are missing, broken or foreign; the engine cannot start."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"The model cannot be used: {path} {reason}.")
        self.path = path
        self.reason = reason


class StudioBusyError(UnavailableError):
    """ffmpeg could not be run, was killed or took too long."""


class StoreUnavailableError(UnavailableError):
    """The database did not answer in time."""

    retry_after_s = 1.0


class StoreFullError(UnavailableError):
    """The disk is full."""

    def __init__(self) -> None:
        super().__init__("The disk is full: nothing was saved; make room, then try again.")


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) and abs(value) < _LONG else f"{value:g}"


def _quoted(name: str, most: int = 80) -> str:
    shown = name if len(name) <= most else name[:most] + "…"
    return repr(shown)
