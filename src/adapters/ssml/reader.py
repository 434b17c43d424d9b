"""SSML as expat reads it: elements and text in order, with every danger of XML refused."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from xml.parsers.expat import errors
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml.expatreader import DefusedExpatParser
from typing_extensions import override

from adapters.ssml.limits import Limits
from adapters.ssml.names import Names
from adapters.ssml.places import Place

# A fragment has no root of its own, and a document loses nothing by one more.
_ROOT = "_"
_MOST_OWED = 1_000
"""So many characters of names are kept for end tags to come: every text behind them reads them."""
_REASONS = {
    errors.XML_ERROR_INVALID_TOKEN: (
        "this may not stand here; in text and in values write < as &lt; and & as &amp;"
    ),
    errors.XML_ERROR_UNDEFINED_ENTITY: (
        "this entity is not known; there are &amp; &lt; &gt; &quot; &apos; and &#NUMBER;"
    ),
    errors.XML_ERROR_BAD_CHAR_REF: "this number is no character that XML allows",
    errors.XML_ERROR_TAG_MISMATCH: "this end tag does not fit the element that is open here",
    errors.XML_ERROR_MISPLACED_XML_PI: "an XML declaration may only stand at the very start",
    errors.XML_ERROR_DUPLICATE_ATTRIBUTE: "this element has one attribute twice",
}


class Listener(Protocol):
    """Is told what a document holds."""

    def begin(
        self, tag: str, name: str | None, attributes: Mapping[str, str], place: Place
    ) -> None:
        """Hear that an element begins; `name` is SSML's name for it, None if it is not SSML's."""
        ...

    def text(self, text: str) -> None:
        """Hear the characters that stand here."""
        ...

    def end(self) -> None:
        """Hear that the element that began last ends."""
        ...


class Reader(ContentHandler):
    """Tells a listener of markup whose constructs come whole; never follows a reference.

    The end tags of the elements it is `owed`, the innermost last, are passed over.
    """

    def __init__(self, listener: Listener, limits: Limits, owed: Sequence[str] = ()) -> None:
        super().__init__()
        self._listener = listener
        self._limits = limits
        kept = owed[-limits.depth :]
        self._unheard = (_ROOT, *(kept if sum(map(len, kept)) <= _MOST_OWED else ()))
        self._prefix = "".join(f"<{tag}>" for tag in self._unheard)
        self._names = Names()
        self._open: list[tuple[str, Place]] = []
        self._nodes = 0
        self._in_text = False
        self._text: list[str] = []
        self._is_fragment = False
        self._document_end: Place | None = None
        self._root_place: Place | None = None
        self._is_ending = False
        self._parser = DefusedExpatParser(
            forbid_dtd=True, forbid_entities=True, forbid_external=True
        )
        self._parser.setContentHandler(self)

    @property
    def owed(self) -> Sequence[str]:
        """The elements whose end tags have not come."""
        begun = [tag for tag, _ in self._open]
        return (begun or self._unheard)[1:]

    def feed(self, text: str) -> None:
        """Read on."""
        if text and self._root_place is None:
            text = self._begin(text)
        if text:
            self._read(text)

    def finish(self, *, lenient: bool) -> None:
        """Read to the end; a lenient end closes what is open."""
        if self._root_place is None:
            return
        tag, place = self._open[-1]
        if tag != _ROOT and not lenient:
            raise place.wrong(f"the element <{tag[:40]}> is not closed")
        for tag in reversed(self.owed):
            self._read(f"</{tag}>")
        self._is_ending = True
        self._read(f"</{_ROOT}>")
        self._parser.close()

    @override
    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        self._tell_text()
        place = self._place()
        self._open.append((name, place))
        depth = len(self._open) - len(self._unheard)
        if depth <= 0:
            return
        self._count(place)
        if depth > self._limits.depth:
            raise place.wrong(f"elements stand more than {self._limits.depth} deep in one another")
        given = dict(attrs.items())
        known = self._names.enter(name, given)
        if depth == 1:
            self._stands_at_top(is_speak=known == "speak")
        self._listener.begin(name, known, given, place)

    @override
    def endElement(self, name: str) -> None:
        self._tell_text()
        if len(self._open) == 1:
            if not self._is_ending:
                raise self._place().wrong("this end tag closes nothing")
            return
        self._nodes += self._in_text
        self._in_text = False
        at_top = self._is_at_top()
        self._open.pop()
        if at_top:
            self._unheard = self._unheard[:-1]
            return
        self._listener.end()
        self._names.leave()
        if self._is_at_top() and not self._is_fragment:
            self._document_end = self._place()

    @override
    def characters(self, content: str) -> None:
        # Expat calls anew for each entity, line and bracket; a listener need not know.
        self._text.append(content)

    @override
    def processingInstruction(self, target: str, data: str) -> None:
        self._count(self._place())

    def _begin(self, text: str) -> str:
        """Read the XML declaration if there is one, then the root; return what is behind."""
        declared = text.startswith("<?xml") and text[5:6].isspace()
        end = text.find("?>") + 2 if declared else 0
        self._root_place = Place().after(text[:end])
        self._read(f"{text[:end]}{self._prefix}")
        return text[end:]

    def _read(self, text: str) -> None:
        try:
            self._parser.feed(text)
            self._tell_text()
        except SAXParseException as error:
            message = error.getMessage()
            raise self._place().wrong(_REASONS.get(message, message)) from error

    def _is_at_top(self) -> bool:
        return len(self._open) == len(self._unheard)

    def _stands_at_top(self, *, is_speak: bool) -> None:
        """A document is one <speak>; anything else at the top makes it a fragment."""
        if self._document_end:
            raise self._document_end.wrong("nothing may follow </speak>")
        self._is_fragment = self._is_fragment or not is_speak

    def _tell_text(self) -> None:
        if not self._text:
            return
        text = "".join(self._text)
        self._text.clear()
        self._in_text = True
        if self._is_at_top() and not text.isspace():
            self._stands_at_top(is_speak=False)
        self._listener.text(text)

    def _count(self, place: Place) -> None:
        self._nodes += 1 + self._in_text
        self._in_text = False
        if self._nodes > self._limits.nodes:
            raise place.wrong(f"the document has more than {self._limits.nodes:,} nodes")

    def _place(self) -> Place:
        """Where expat is, without the root in the count."""
        line = self._parser.getLineNumber() or 1
        column = (self._parser.getColumnNumber() or 0) + 1
        root = self._root_place or Place()
        if line == root.line and column > root.column:
            column -= len(self._prefix)
        return Place(line, column)
