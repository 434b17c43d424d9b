"""Feeds for text that arrives in pieces: plain text with breaks, and markup with flushes in it."""

import re
from collections.abc import Iterator, Sequence

from typing_extensions import override

from domain.errors import MarkupError
from domain.ports.text import MarkupFeed, SpeechMarkup
from domain.script import Item, Say, Script

_BREAK = re.compile(r"(<break(?:\s[^<>]{0,100})?/?>)")
_BREAK_BEGUN = re.compile(r"<(?:b|br|bre|brea|break(?:/|\s[^<>]{0,100})?)?\Z")
_HALF = re.compile(r"<(?:[A-Za-z_:/!?\x80-\U0010ffff][^<>]{0,4000})?\Z|&[^;<&\s]{0,38}\Z")
"""A tag or an entity whose end has not come; what is longer is for the feed to refuse."""


class PlainFeed(MarkupFeed):
    """Plain text in which nothing but `<break/>` means anything."""

    def __init__(self, markup: SpeechMarkup, language: str) -> None:
        self._markup = markup
        self._language = language
        self._held = ""

    @override
    def feed(self, text: str) -> Sequence[Item]:
        whole = self._held + text
        begun = _BREAK_BEGUN.search(whole)
        self._held = begun[0] if begun else ""
        return tuple(self._items(whole[: begun.start()] if begun else whole))

    @override
    def close(self) -> Script:
        rest, self._held = self._held, ""
        return Script((Say(rest),) if rest else ())

    def _items(self, text: str) -> Iterator[Item]:
        for part in _BREAK.split(text):
            if not _BREAK.fullmatch(part):
                yield from (Say(part),) if part else ()
                continue
            try:
                yield from self._markup.parse(f"<speak>{part}</speak>", self._language).items
            except MarkupError:
                # plain text may hold anything, and a tag is not to be read aloud
                continue


class TaggedFeed(MarkupFeed):
    """Markup that outlives a flush: a tag that is half there begins the text behind it."""

    def __init__(self, feed: MarkupFeed) -> None:
        self._feed = feed
        self._half = ""

    @override
    def feed(self, text: str) -> Sequence[Item]:
        whole = self._half + text
        begun = _HALF.search(whole)
        self._half = begun[0] if begun else ""
        return self._feed.feed(whole[: begun.start()] if begun else whole)

    @override
    def close(self) -> Script:
        return self._feed.close()
