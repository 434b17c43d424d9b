"""Characters as XML counts them, from pieces that may end within one."""

import re

from adapters.ssml.places import Place

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
            self._refuse_half(text)
        self._place = self._place.after(text)
        return text

    def _refuse_half(self, text: str) -> None:
        half = _SURROGATE.search(text)
        if half:
            place = self._place.after(text[: half.start()])
            raise place.wrong("here is half a character, a surrogate without its other half")

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
