"""What was sent cannot be spoken."""

from collections.abc import Iterable

from domain.errors.root import InputError, number, quoted


class TextTooLongError(InputError):
    """The text is longer than this server speaks in one request."""

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"The text has {length:,} characters; send at most {limit:,} at a time.")
        self.length = length
        self.limit = limit


class MarkupError(InputError):
    """The markup cannot be read, or asks for what is not there.

    Lines and columns count from 1; there are none where only its meaning is wrong.
    """

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        place = "" if line is None else f" in line {line}, column {column}"
        super().__init__(f"The SSML is wrong{place}: {reason}.")
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
            f"The language {quoted(language)} is not known here;"
            f" use one of: {', '.join(self.known)}.",
        )


class SettingOutOfRangeError(InputError):
    """A number lies outside what can be spoken."""

    def __init__(self, name: str, value: float, low: float, high: float) -> None:
        super().__init__(
            f"{name} is {number(value)}; it must lie between {number(low)} and {number(high)}.",
        )
        self.name = name
        self.value = value
        self.low = low
        self.high = high


class VoiceIdInvalidError(InputError):
    """A voice id that could not be kept safely."""

    def __init__(self, voice_id: str) -> None:
        super().__init__(
            f"{quoted(voice_id)} cannot be a voice id; use 1 to 64 of A-Z, a-z, 0-9, '_' and '-'.",
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


class MixCountError(InputError):
    """A mix needs at least two voices, and more than a few are none that can be heard."""

    def __init__(self, count: int, fewest: int, most: int) -> None:
        super().__init__(f"A mix of {count} voices cannot be made; name {fewest} to {most}.")
        self.count = count
        self.fewest = fewest
        self.most = most


class VoiceFileInvalidError(InputError):
    """A file that holds no voice, or a damaged one."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"This is no voice that was exported whole ({reason}); export it again.")


class SessionIdInvalidError(InputError):
    """A session id that could not be put into a header safely."""

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"{quoted(session_id)} cannot be a session id;"
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
