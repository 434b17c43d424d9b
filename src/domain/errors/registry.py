"""What was named is not there, or is there already."""

from domain.errors.root import ConflictError, NotFoundError, quoted


class VoiceUnknownError(NotFoundError):
    """No saved voice and no built-in speaker has this id."""

    def __init__(self, voice_id: str) -> None:
        super().__init__(
            f"There is no voice {quoted(voice_id)};"
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
        super().__init__(f"The voice {quoted(voice_id)} has no preview yet: {then}.")
        self.voice_id = voice_id
        self.coming = coming


class SampleUnknownError(NotFoundError):
    """The voice is there, a clip of this number is not."""

    def __init__(self, voice_id: str, number: int, count: int) -> None:
        kept = f"its clips count from 1 to {count}" if count else "it was saved without any"
        super().__init__(f"The voice {quoted(voice_id)} has no clip {number}: {kept}.")
        self.voice_id = voice_id
        self.number = number
        self.count = count


class ConsentUnknownError(NotFoundError):
    """The voice is there, a consent that could be withdrawn is not."""

    def __init__(self, voice_id: str) -> None:
        super().__init__(
            f"No consent is kept with the voice {quoted(voice_id)}; delete the voice itself.",
        )
        self.voice_id = voice_id


class SessionUnknownError(NotFoundError):
    """No session has this id, or it ended too long ago to be remembered."""

    def __init__(self, session_id: str) -> None:
        super().__init__(f"There is no session {quoted(session_id)}.")
        self.session_id = session_id


class VoiceExistsError(ConflictError):
    """A voice of this id is saved already."""

    def __init__(self, voice_id: str) -> None:
        super().__init__(
            f"There is a voice {quoted(voice_id)} already; choose another id.",
        )
        self.voice_id = voice_id


class VoiceChangedError(ConflictError):
    """Somebody changed the voice since the caller saw it."""

    def __init__(self, voice_id: str, version: int) -> None:
        super().__init__(
            f"The voice {quoted(voice_id)} was changed since version {version};"
            " read it again, then repeat the change.",
        )
        self.voice_id = voice_id
        self.version = version


class OnceKeyReusedError(ConflictError):
    """An idempotency key came a second time with something else to save."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The idempotency key {quoted(key)} stood for something else; choose a new key.",
        )
        self.key = key


class VoiceClipsMissingError(ConflictError):
    """The voice was saved as another engine's latents, without a clip to learn it from."""

    def __init__(self, voice_id: str, engine: str) -> None:
        super().__init__(
            f"The voice {quoted(voice_id)} was saved without a clip and the {engine} engine cannot"
            " use its latents; clone it again from a recording.",
        )
        self.voice_id = voice_id


class SessionExistsError(ConflictError):
    """A session of this id is still speaking."""

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"The session {quoted(session_id)} is still speaking;"
            " wait for it or choose another id.",
        )
        self.session_id = session_id
