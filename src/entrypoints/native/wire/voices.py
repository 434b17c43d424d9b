"""Voices on the wire: what a caller says of one, and what is answered of it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from application.roster import Entry, Kinds, RosterPage, Speaker
from domain.errors import InputError
from domain.language import canonical
from domain.ports import VoiceSearch
from domain.speech import check_range
from domain.voice import Voice
from entrypoints.body import decode

_LIMITS = (1, 1000)
ABOUT = {
    "id": "The id to speak with.",
    "name": "What people call it.",
    "kind": "saved, or builtin for the engine's own speakers.",
    "description": "What else is said of it.",
    "language": "What the speaker speaks.",
    "labels": "Names with values, to search by.",
    "consent": "Who agreed to be cloned, where that was said.",
    "by": "Who agreed.",
    "statement": "In which words.",
    "given_at": "When it was kept.",
    "version": "Counts the changes.",
    "created_at": "When it was saved.",
    "updated_at": "When it was last changed.",
    "voices": "Those of the page.",
    "total": "How many there are on all pages.",
    "next": "What to send as `after` for the next page.",
}
EXAMPLE = {
    "id": "ana",
    "name": "Ana",
    "kind": "saved",
    "description": "",
    "language": None,
    "labels": {"mood": "warm"},
    "consent": None,
    "version": 1,
    "created_at": "2026-01-31T12:00:00Z",
    "updated_at": "2026-01-31T12:00:00Z",
}
CHANGE_EXAMPLE = {"name": "Ana, warm", "labels": {"mood": "warm", "draft": None}}


class Kind(StrEnum):
    """Which voices are wanted."""

    SAVED = "saved"
    BUILTIN = "builtin"
    ALL = "all"


KINDS = {Kind.SAVED: Kinds.SAVED, Kind.BUILTIN: Kinds.SPEAKERS, Kind.ALL: Kinds.ALL}


class ChangeBody(Struct):
    """A merge patch (RFC 7396): what is left out stays, a label of null goes."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    language: str | UnsetType | None = UNSET
    labels: dict[str, str | None] | UnsetType | None = UNSET
    version: Annotated[
        int | UnsetType, Meta(description="The version that is changed; 409 if it is past.")
    ] = UNSET


class ConsentReply(Struct):
    """A consent as it is kept."""

    by: str
    statement: str
    given_at: datetime


class VoiceReply(Struct):
    """A voice; one that the engine brings along has no more than a name."""

    id: str
    name: str
    kind: Literal["saved", "builtin"]
    description: str = ""
    language: str | None = None
    labels: dict[str, str] = {}
    consent: ConsentReply | None = None
    version: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class PageReply(Struct):
    """A page of voices; `next` goes into `after` to read on."""

    voices: list[VoiceReply]
    total: int
    next: str | None


def search(
    owner: str,
    text: str,
    language: str | None,
    labels: Iterable[str],
    limit: int,
    after: str | None,
) -> VoiceSearch:
    """Return what is searched for."""
    check_range("limit", limit, _LIMITS)
    spoken = canonical(language) if language else None
    named = dict(_label(each) for each in labels)
    return VoiceSearch(owner, text, spoken, named, limit, after or None)


def decode_change(body: bytes) -> ChangeBody:
    """Read a change."""
    return decode(body, ChangeBody)


def changed(seen: Voice, change: ChangeBody) -> Voice:
    """Return a voice as it is to be from now on."""
    told = {
        name: value
        for name in ("name", "description", "language")
        if (value := getattr(change, name)) is not UNSET
    }
    if told.get("language"):
        told["language"] = canonical(told["language"])
    version = seen.version if change.version is UNSET else change.version
    return replace(seen, **told, version=version, labels=_merged(seen.labels, change.labels))


def tag(voice: Voice) -> str:
    """Return the ETag of a voice: one made anew under its id has another."""
    made_us = round(voice.created_at.timestamp() * 1e6)
    return f'"{voice.version}-{made_us:x}"'


def voice(each: Entry) -> VoiceReply:
    """Answer a voice."""
    if isinstance(each, Speaker):
        return VoiceReply(each.name, each.name, "builtin")
    said = each.consent
    return VoiceReply(
        id=each.id,
        name=each.name,
        kind="saved",
        description=each.description,
        language=each.language,
        labels=dict(each.labels),
        consent=ConsentReply(said.by, said.statement, said.given_at) if said else None,
        version=each.version,
        created_at=each.created_at,
        updated_at=each.updated_at or each.created_at,
    )


def page(found: RosterPage) -> PageReply:
    """Answer a page of voices."""
    return PageReply([voice(each) for each in found.entries], found.total, found.next)


def _label(pair: str) -> tuple[str, str]:
    name, colon, value = pair.partition(":")
    if not colon:
        msg = f"The label {pair[:100]!r} has no value: write it as name:value."
        raise InputError(msg)
    return name, value


def _merged(
    labels: Mapping[str, str], change: Mapping[str, str | None] | UnsetType | None
) -> dict[str, str]:
    if change is UNSET:
        return dict(labels)
    merged = {} if change is None else {**labels, **change}
    return {name: value for name, value in merged.items() if value is not None}
