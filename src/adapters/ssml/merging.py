"""Neighbouring words of one manner as one, and no spaces where nothing follows them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from adapters.ssml.page import Manner
from domain.script import Item, Mark, Pronunciation, Say


def merged(items: Iterable[Item]) -> list[Item]:
    """Make neighbours that are said in one manner one; spans move with their words."""
    whole: list[Item] = []
    for manner, group in groupby(items, _manner):
        if manner is None:
            whole += group
        else:
            whole.append(_joined([item for item in group if isinstance(item, Say)], manner))
    return whole


def trimmed(items: Sequence[Item]) -> list[Item]:
    """Leave out spaces before a pause, a tone and the end."""
    return list(_trimmed(items))


def _trimmed(items: Sequence[Item]) -> Iterator[Item]:
    for at, item in enumerate(items):
        following = items[at + 1] if at + 1 < len(items) else None
        if not isinstance(item, Say) or isinstance(following, Say | Mark):
            yield item
        elif text := item.text.rstrip(" "):
            yield replace(item, text=text)


def _manner(item: Item) -> Manner | None:
    return Manner(item.prosody, item.language, item.voice) if isinstance(item, Say) else None


def _joined(says: Sequence[Say], manner: Manner) -> Say:
    spans: list[Pronunciation] = []
    length = 0
    for say in says:
        spans += [
            Pronunciation(span.char + length, span.char_end + length, span.ipa)
            for span in say.pronunciations
        ]
        length += len(say.text)
    return manner.say("".join(say.text for say in says), *spans)
