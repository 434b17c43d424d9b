"""SSML, whole or in pieces, as a script."""

from collections.abc import Mapping, Sequence

from typing_extensions import override

from adapters.ssml.characters import Characters
from adapters.ssml.cutter import Cutter
from adapters.ssml.description import described
from adapters.ssml.limits import Limits
from adapters.ssml.merging import merged, trimmed
from adapters.ssml.narrator import Narrator
from adapters.ssml.page import Page
from adapters.ssml.reader import Reader
from adapters.ssml.remarks import Remarks
from domain.errors import MarkupError
from domain.ports import MarkupFeed, SpeechMarkup, Wording
from domain.script import Item, Script


class SsmlMarkup(SpeechMarkup):
    """Understands SSML 1.1 and fragments of it; `wording` knows what say-as makes of words."""

    def __init__(self, wording: Wording, limits: Limits | None = None) -> None:
        self._wording = wording
        self._limits = limits or Limits()

    @override
    def parse(self, markup: str, language: str) -> Script:
        feed = SsmlFeed(self._wording, language, self._limits)
        items = [*feed.feed(markup), *feed.finish()]
        return Script(tuple(trimmed(merged(items))), feed.remarks)

    @override
    def begin(self, language: str) -> MarkupFeed:
        return SsmlFeed(self._wording, language, self._limits)

    @override
    def described(self) -> Mapping[str, object]:
        return described(self._limits)


class SsmlFeed(MarkupFeed):
    """One document on its way, then the next; the limits hold for all pieces of one together."""

    def __init__(self, wording: Wording, language: str, limits: Limits) -> None:
        self._wording = wording
        self._language = language
        self._limits = limits
        self._begin(owed=())

    def _begin(self, owed: Sequence[str]) -> None:
        self._remarks = Remarks()
        self._page = Page()
        self._characters = Characters(self._limits.size_bytes)
        self._cutter = Cutter()
        narrator = Narrator(self._wording, self._language, self._page, self._remarks)
        self._reader = Reader(narrator, self._limits, owed)
        self._failure: MarkupError | None = None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What had no effect so far."""
        return self._remarks.told()

    @override
    def feed(self, text: str) -> Sequence[Item]:
        return self._read(text)

    @override
    def close(self) -> Script:
        owed = self._reader.owed
        try:
            return Script(tuple(self.finish(lenient=True)), self.remarks)
        finally:
            self._begin(owed)

    def finish(self, *, lenient: bool = False) -> Sequence[Item]:
        """Return the rest; only a lenient end closes what is open."""
        return self._read(None, lenient=lenient)

    def _read(self, text: str | None, *, lenient: bool = False) -> Sequence[Item]:
        """Read a piece, or to the end if there is none; after a failure there is only that."""
        if self._failure:
            raise self._failure
        try:
            if text is None:
                self._end(lenient=lenient)
            else:
                self._pass_on(self._characters.take(text))
        except MarkupError as error:
            self._failure = error
            raise
        return merged(self._page.taken())

    def _end(self, *, lenient: bool) -> None:
        self._pass_on(self._characters.finish())
        self._cutter.finish()
        self._reader.finish(lenient=lenient)
        self._page.close()

    def _pass_on(self, characters: str) -> None:
        """Of several faults the first in the document is told, whoever finds it."""
        self._reader.feed(self._cutter.cut(characters))
        fault = self._cutter.fault or self._characters.fault
        if fault:
            raise fault
