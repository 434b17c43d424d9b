"""Which part of markup that comes in pieces is whole; every character is looked at once."""

import re
from dataclasses import dataclass

from adapters.ssml.places import Place
from domain.errors import MarkupError

# Whole tags, entities and the text between them in one go; possessive, so it never tries again.
_PLAIN = re.compile(
    r"""(?:[^<&]++|&[^;<&\s]{1,38}+;|<[A-Za-z_:/\x80-\U0010ffff]"""
    r"""(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>)++"""
)
_BEGINS = re.compile(r"[<&]")
_NO_TAG = re.compile(r"<[^A-Za-z_:/!?\x80-\U0010ffff]")
_REFERENCE = re.compile(r"&[^;<&\s]*;?")
_LONGEST_REFERENCE = 40


@dataclass(frozen=True, slots=True)
class _Construct:
    """Something that is only understood whole."""

    name: str
    opening: str
    end: re.Pattern[str]
    """In tags and values also the `<` that may not be there: expat is to refuse it at once."""

    end_length: int = 1


_COMMENT = _Construct("comment", "<!--", re.compile("-->"), 3)
_CDATA = _Construct("CDATA section", "<![CDATA[", re.compile("]]>"), 3)
_INSTRUCTION = _Construct("processing instruction", "<?", re.compile(r"\?>"), 2)
_TAG = _Construct("tag", "<", re.compile("[\"'<>]"))
_QUOTED = {
    quote: _Construct("attribute value", quote, re.compile(f"[{quote}<]")) for quote in "\"'"
}


class Cutter:
    """Holds back a tag, an entity or a comment until its end has come."""

    def __init__(self) -> None:
        self._place = Place()
        self._inside: _Construct | None = None
        self._scanned: list[str] = []
        self._unscanned = ""
        self._whole: list[str] = []
        self.fault: MarkupError | None = None
        """What is wrong behind the whole part."""

    def cut(self, text: str) -> str:
        """Take a piece and return what is whole by now."""
        text, self._unscanned = self._unscanned + text, ""
        at = 0
        while at < len(text):
            at = self._within(self._inside, text, at) if self._inside else self._between(text, at)
        whole, self._whole = "".join(self._whole), []
        self._place = self._place.after(whole)
        return whole

    def finish(self) -> None:
        """Say what lacks its end."""
        if self._inside:
            raise self._place.wrong(f"this {self._inside.name} has no end")
        if self._unscanned:
            name = "tag" if self._unscanned[0] == "<" else "entity"
            raise self._place.wrong(f"this {name} has no end")

    def _between(self, text: str, at: int) -> int:
        """Pass plain text on, up to where something begins."""
        plain = _PLAIN.match(text, at)
        begins = _BEGINS.search(text, plain.end() if plain else at)
        start = begins.start() if begins else len(text)
        self._whole.append(text[at:start])
        if text.startswith("&", start):
            return self._reference(text, start)
        if _NO_TAG.match(text, start):
            return self._refused("this < begins no tag; in text write it as &lt;", text)
        return self._opened(text, start) if begins else start

    def _reference(self, text: str, start: int) -> int:
        found = _REFERENCE.match(text, start)
        end = found.end() if found else start
        if text[end - 1] == ";":
            self._whole.append(text[start:end])
        elif end == len(text) and end - start <= _LONGEST_REFERENCE:
            self._unscanned = text[start:]
        else:
            return self._refused("this & begins no entity; in text write it as &amp;", text)
        return end

    def _opened(self, text: str, start: int) -> int:
        for construct in (_COMMENT, _CDATA):
            if text.startswith(construct.opening, start):
                return self._enter(construct, start)
            if construct.opening.startswith(text[start : start + len(construct.opening)]):
                self._unscanned = text[start:]
                return len(text)
        if text.startswith("<!", start):
            told = "declarations such as DOCTYPE are refused; leave them out"
            return self._refused(told, text)
        return self._enter(_INSTRUCTION if text.startswith("<?", start) else _TAG, start)

    def _enter(self, construct: _Construct, start: int) -> int:
        self._inside = construct
        self._scanned = [construct.opening]
        return start + len(construct.opening)

    def _within(self, inside: _Construct, text: str, at: int) -> int:
        """Look for the end of what is open."""
        found = inside.end.search(text, at)
        if found is None:
            unsure = max(at, len(text) - inside.end_length + 1)
            self._scanned.append(text[at:unsure])
            self._unscanned = text[unsure:]
            return len(text)
        self._scanned.append(text[at : found.end()])
        self._inside = _behind(inside, found[0])
        if self._inside is None:
            self._whole += self._scanned
            self._scanned = []
        return found.end()

    def _refused(self, reason: str, text: str) -> int:
        """Look no further; what is wrong before this place is found first."""
        self.fault = self._place.after("".join(self._whole)).wrong(reason)
        return len(text)


def _behind(inside: _Construct, end: str) -> _Construct | None:
    if inside is _TAG:
        return _QUOTED.get(end)
    return _TAG if inside is _QUOTED.get(end) else None
