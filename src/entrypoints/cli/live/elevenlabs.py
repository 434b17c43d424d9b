"""ElevenLabs' sockets as a client speaks them: `stream-input`, and a context of the other one."""

import re
from base64 import b64decode
from collections.abc import Sequence

from typing_extensions import override

from entrypoints.cli.live.talk import Heard, Said, Talk, foreign, message, read, refusal

_LONGEST_PIECE = 1_000
_TAG = re.compile("<[^<>]*>")
_CONTEXT = "say"
_BLANK = " "


class ElevenLabs(Talk):
    """Sends every piece as it comes; `multi` speaks in a context of its own, then hangs up."""

    def __init__(self, *, speed: float = 1.0, multi: bool = False) -> None:
        self._speed = speed
        self._multi = multi
        self._named = {"context_id": _CONTEXT} if multi else {}
        self._over = False

    @property
    @override
    def over(self) -> bool:
        return self._over

    @override
    def opening(self) -> Sequence[Said]:
        settings = {} if self._speed == 1 else {"voice_settings": {"speed": self._speed}}
        return (self._said(text=_BLANK, **settings),)

    @override
    def says(self, text: str) -> Sequence[Said]:
        starts = range(0, len(text), _LONGEST_PIECE)
        pieces = (text[start : start + _LONGEST_PIECE] for start in starts)
        return [Said(message(text=piece, **self._named), _letters(piece)) for piece in pieces]

    @override
    def ends(self) -> Sequence[Said]:
        flush = Said(message(text=_BLANK, flush=True, **self._named), flushes=True)
        return flush, self._said(close_context=True) if self._multi else self._said(text="")

    @override
    def hears(self, data: str | bytes) -> Heard:
        told = read(data)
        if told.get("error"):
            raise refusal(told.get("message") or told["error"], told["error"], told.get("code"))
        if told.get("contextId", _CONTEXT) != _CONTEXT:
            return Heard()
        self._over = bool(told.get("isFinal"))
        hangs_up = (Said(message(close_socket=True)),) if self._over and self._multi else ()
        return Heard(_sound(told.get("audio"), data), hangs_up, _heard(told.get("alignment")))

    def _said(self, **fields: object) -> Said:
        return Said(message(**fields, **self._named))


def _letters(text: str) -> int:
    """Count what is told again with its sound whatever becomes of tags, blanks and signs."""
    return sum(map(str.isalnum, _TAG.sub("", text)))


def _heard(alignment: object) -> int:
    chars = alignment.get("chars") if isinstance(alignment, dict) else None
    return _letters("".join(map(str, chars))) if isinstance(chars, list) else 0


def _sound(audio: object, data: str | bytes) -> bytes:
    try:
        return b64decode(audio) if isinstance(audio, str) else b""
    except ValueError as error:
        raise foreign(data) from error
