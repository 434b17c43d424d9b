"""Leibniz's socket as a client speaks it: one request after the other, each of whole sentences."""

import re
from base64 import b64decode
from collections.abc import Sequence

from typing_extensions import override

from domain.audio import HOUSE_RATE_HZ
from domain.pieces import USUAL_PAUSES, pause_behind
from entrypoints.cli.live.talk import Heard, Said, Talk, foreign, message, read, refusal

_LONGEST_REQUEST = 4_000
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*\s|[。！？]|\n")  # noqa: RUF001 - other scripts' marks
_BLANK = re.compile(r"\s")
_SAMPLE_BYTES = 2


class Leibniz(Talk):
    """Asks for what has come by then each time the last request is done.

    Behind a request that the next follows at once it puts the pause that the server, which sees one
    at a time, cannot know.
    The `patient` wait for the text's end first; `tagged` text is never parted, so it needs them.
    """

    def __init__(
        self,
        *,
        voice: str | None = None,
        language: str | None = None,
        patient: bool = False,
        tagged: bool = False,
    ) -> None:
        named = {"voice": voice, "language": language}
        self._manner = {name: value for name, value in named.items() if value}
        self._patient = patient or tagged
        self._tagged = tagged
        self._waiting = ""
        self._speaking = 0
        """How many characters are being spoken."""
        self._ended = False
        self._said = ""
        self._pause = b""

    @property
    @override
    def over(self) -> bool:
        return self._ended and not self._speaking and not self._waiting

    @override
    def opening(self) -> Sequence[Said]:
        return ()

    @override
    def says(self, text: str) -> Sequence[Said]:
        self._waiting += text
        return self._due()

    @override
    def ends(self) -> Sequence[Said]:
        self._ended = True
        self._waiting = self._waiting.rstrip()
        return self._due()

    @override
    def hears(self, data: str | bytes) -> Heard:
        if isinstance(data, bytes):
            return self._paused(data)
        told = read(data)
        match told.get("type"):
            case "error":
                raise refusal(told.get("message") or "it failed", told.get("code"))
            case "audio":
                return self._paused(_sound(told, data))
            case "complete":
                spoken, self._speaking = self._speaking, 0
                said = self._said
                then = tuple(self._due())
                self._pause = _silence(pause_behind(said, USUAL_PAUSES)) if then else b""
                return Heard(then=then, letters=spoken)
        return Heard()

    def _due(self) -> Sequence[Said]:
        if self._speaking or not (text := self._taken()):
            return ()
        self._speaking, self._said = len(text), text
        asked = message(type="synthesize", text=text, **self._manner)
        return (Said(asked, len(text), flushes=True),)

    def _paused(self, sound: bytes) -> Heard:
        """Hear sound, and before the first of a request its pause."""
        pause, self._pause = self._pause, b""
        return Heard(pause + sound)

    def _taken(self) -> str:
        """Take whole sentences, or all that is left at the end."""
        waiting = self._waiting.lstrip()
        if self._patient and not self._ended:
            end = 0
        elif self._tagged or (self._ended and len(waiting) <= _LONGEST_REQUEST):
            end = len(waiting)
        else:
            end = _last(_SENTENCE_END, waiting)
            if not end and len(waiting) > _LONGEST_REQUEST:
                end = _last(_BLANK, waiting) or _LONGEST_REQUEST
        taken, self._waiting = waiting[:end].strip(), waiting[end:]
        return taken


def _last(mark: re.Pattern[str], text: str) -> int:
    ends = [found.end() for found in mark.finditer(text, 0, _LONGEST_REQUEST)]
    return ends[-1] if ends else 0


def _silence(seconds: float) -> bytes:
    return bytes(_SAMPLE_BYTES * round(seconds * HOUSE_RATE_HZ))


def _sound(told: dict[str, object], data: str) -> bytes:
    if told.get("sample_rate", HOUSE_RATE_HZ) != HOUSE_RATE_HZ:
        raise refusal(f"its sound has {told['sample_rate']} samples a second")
    try:
        return b64decode(str(told["data"]))
    except (KeyError, ValueError) as error:
        raise foreign(data) from error
