"""Characters as XML counts them, from pieces that may end within one."""

import re

from adapters.ssml.places import Place
from domain.errors import MarkupError

_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BYTE_ORDER_MARK = "\ufeff"


class Characters:
    """Makes line ends and surrogate pairs one character each; refuses half ones and too many."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._left = most_bytes
        self._half = ""
        self._place = Place()
        self._fresh = True
        self.fault: MarkupError | None = None
        """What is wrong behind the characters handed out."""

    def take(self, text: str) -> str:
        """Return the characters that are whole by now."""
        self._spend(text)
        text = self._half + text
        self._half = text[-1:] if text.endswith("\r") or _is_first_half(text[-1:]) else ""
        return self._clean(text[: len(text) - len(self._half)])

    def finish(self) -> str:
        """Return the rest."""
        rest, self._half = self._half, ""
        return self._clean(rest)

    def _clean(self, text: str) -> str:
        if not text:
            return ""
        if self._fresh:
            text, self._fresh = text.removeprefix(_BYTE_ORDER_MARK), False
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if _SURROGATE.search(text):
            text = _PAIR.sub(_joined, text)
            text = self._before_half(text)
        self._place = self._place.after(text)
        return text

    def _before_half(self, text: str) -> str:
        half = _SURROGATE.search(text)
        if half is None:
            return text
        told = "here is half a character, a surrogate without its other half"
        before = text[: half.start()]
        self.fault = self._place.after(before).wrong(told)
        return before

    def _spend(self, text: str) -> None:
        # Of a text that is far too long no more is looked at than is needed to refuse it.
        data = text[: self._left + 1].encode("utf-8", "surrogatepass")
        if len(data) > self._left:
            fits = data[: self._left].decode("utf-8", "ignore")
            msg = f"the document has more than {self._most_bytes:,} bytes; send it in parts"
            raise self._place.after(fits).wrong(msg)
        self._left -= len(data)


def _is_first_half(character: str) -> bool:
    return "\ud800" <= character <= "\udbff"


def _joined(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")
