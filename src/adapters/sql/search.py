"""Searching: what text is compared with, which voices match, and where a page begins."""

import base64
import binascii
import struct
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, literal, select, true, tuple_

from adapters.sql.tables import UtcDateTime, voice_labels, voices
from domain.errors import InputError
from domain.ports import VoiceSearch

_MOST_VOICES = 1000
_MOST_LABELS = 50  # as many as a voice may have
_LONGEST_TEXT = 6000  # a description of 2,000 characters, folded: each becomes three at most
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PLACE = struct.Struct(">qi")
# Nothing folded holds a capital, so no text is found across this one.
_BETWEEN = "Ж"

_NOT_OURS = "This page was not offered by this server; list the voices from the start."

_Place = tuple[datetime, int]


def folded(*texts: str) -> str:
    """Return texts as the search sees them: alike on every database, whatever its locale.

    Neither SQLite nor a PostgreSQL of the C locale knows that É is a capital é; Python does.
    """
    return _BETWEEN.join(unicodedata.normalize("NFC", text.casefold()) for text in texts)


def can_match(search: VoiceSearch) -> bool:
    """Whether any voice could be found; databases stumble over some texts that none can hold."""
    texts = [search.owner, search.text, search.language or "", *_flat(search)]
    return (
        len(search.labels) <= _MOST_LABELS
        and len(folded(search.text)) <= _LONGEST_TEXT
        and all(_is_plain(text) for text in texts)
    )


def matches(search: VoiceSearch) -> Iterator[ColumnElement[bool]]:
    """Return what is true of each voice that is searched for."""
    yield voices.c.owner == search.owner
    if search.text:
        yield voices.c.folded.contains(folded(search.text), autoescape=True)
    if search.language is not None:
        yield voices.c.language == search.language
    for name, value in search.labels.items():
        labelled = select(voice_labels.c.voice_key).where(
            voice_labels.c.name == name,
            voice_labels.c.value == value,
        )
        yield voices.c.key.in_(labelled)


def how_many(search: VoiceSearch) -> int:
    """Return the size of a page."""
    return max(1, min(search.limit, _MOST_VOICES))


def follows(search: VoiceSearch) -> ColumnElement[bool]:
    """Return what is true of each voice behind the page before; `InputError`."""
    if search.after is None:
        return true()
    created_at, key = _place(search.after)
    return tuple_(voices.c.created_at, voices.c.key) > tuple_(
        literal(created_at, UtcDateTime),
        literal(key),
    )


def mark(created_at: datetime, key: int) -> str:
    """Return the place behind this voice as a word for the caller to send back."""
    place = _PLACE.pack((created_at - _EPOCH) // _MICROSECOND, key)
    return base64.urlsafe_b64encode(place).decode()


def _place(after: str) -> _Place:
    try:
        since_epoch, key = _PLACE.unpack(base64.urlsafe_b64decode(after))
        created_at = _EPOCH + timedelta(microseconds=since_epoch)
    except (binascii.Error, struct.error, ValueError, OverflowError) as e:
        raise InputError(_NOT_OURS) from e
    # Decoding passes over characters that no word of ours holds.
    if key < 1 or mark(created_at, key) != after:
        raise InputError(_NOT_OURS)
    return created_at, key


def _flat(search: VoiceSearch) -> list[str]:
    return [text for pair in search.labels.items() for text in pair]


def _is_plain(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
