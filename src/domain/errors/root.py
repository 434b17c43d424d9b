"""The roots of the tree, and how a name is quoted in a sentence."""

_LONG = 2**64


class SpeechError(Exception):
    """The root: `str(error)` is one sentence for the person who called."""


class InputError(SpeechError):
    """What was sent cannot be spoken."""


class NotFoundError(SpeechError):
    """What was named does not exist here."""


class ConflictError(SpeechError):
    """The name is taken."""


class AccessError(SpeechError):
    """The caller may not do this."""


class UnavailableError(SpeechError):
    """Not the caller's fault; trying again may help."""

    retry_after_s: float | None = None


def number(value: float) -> str:
    """Write a number as its caller would know it."""
    return str(value) if isinstance(value, int) and abs(value) < _LONG else f"{value:g}"


def quoted(name: str, most: int = 80) -> str:
    """Quote a name that somebody sent, no more of it than is needed to know it again."""
    shown = name if len(name) <= most else name[:most] + "…"
    return repr(shown)
