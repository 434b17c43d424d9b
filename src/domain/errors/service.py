"""Who may not, and what does not work just now."""

from domain.errors.root import AccessError, SpeechError, UnavailableError, quoted


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
            f"The saved voice {quoted(voice_id)} is damaged ({part} does not match its hash);"
            " delete it and clone it again.",
        )
        self.voice_id = voice_id
        self.part = part


class SpeechCancelledError(SpeechError):
    """The session was cancelled before it could be heard."""

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"The session {quoted(session_id)} was cancelled before it began to speak."
        )
        self.session_id = session_id


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


class RelayDownError(UnavailableError):
    """What carries sound from elsewhere cannot be reached."""

    retry_after_s = 5.0

    def __init__(self) -> None:
        super().__init__("Redis, which carries the sound to relay, does not answer; try later.")


class RelayMessageError(SpeechError):
    """What was published to a channel is no sound."""

    def __init__(self, channel: str, reason: str) -> None:
        super().__init__(f"What was published to {quoted(channel)} cannot be relayed: {reason}.")
        self.channel = channel
        self.reason = reason
