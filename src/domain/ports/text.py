"""What is needed to understand text: where sentences end, what markup means, how to say it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from domain.script import Item, Script


class SentenceSplitter(Protocol):
    """Knows where sentences end in many languages."""

    def split(self, text: str, language: str) -> list[str]:
        """Cut the text behind each sentence; the parts joined are the text."""
        ...


class Wording(Protocol):
    """Knows how what is written in digits and signs is said; works in time linear in the text."""

    def say_as(self, text: str, kind: str, shape: str, language: str) -> str | None:
        """Return the words for SSML's `interpret-as` and `format`; None if it is no such thing."""
        ...

    def in_words(self, text: str, language: str) -> str:
        """Return plain text whose numbers, dates, times, sums of money and units are words."""
        ...


class MarkupFeed(Protocol):
    """Markup on its way: elements that are open stay open from one piece to the next."""

    def feed(self, text: str) -> Sequence[Item]:
        """Return what is whole by now; a tag or a say-as that is not yet is held back."""
        ...

    def close(self) -> Script:
        """Return the rest, as if all open elements ended here, and every warning there was.

        What comes next is another text; the end tags that this one lacks are passed over there.
        """
        ...


class SpeechMarkup(Protocol):
    """Understands SSML; `MarkupError` says what is wrong, in which line and column."""

    def parse(self, markup: str, language: str) -> Script:
        """Read a whole document, or a fragment of one, as text in this language."""
        ...

    def begin(self, language: str) -> MarkupFeed:
        """Read a document that comes in pieces."""
        ...

    def described(self) -> Mapping[str, object]:
        """Tell which elements, attributes and values are understood, as plain data."""
        ...
