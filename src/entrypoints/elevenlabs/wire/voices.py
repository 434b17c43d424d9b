"""Voices: what is searched for, what is said of a new one, and how they are shown."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from application.roster import Entry, Kinds, Order, RosterPage, RosterSearch, Speaker
from domain.known_names import Service
from domain.ports import VoiceSearch
from domain.voice import Clip, Voice
from entrypoints.elevenlabs.wire.queries import WrongParameterError, chosen
from entrypoints.schemas import BINARY, listed

SETTINGS = {
    "stability": 0.5,
    "similarity_boost": 0.75,
    "style": 0.0,
    "use_speaker_boost": True,
    "speed": 1.0,
}
"""Those of every voice: nothing is kept beside the voice itself."""

LABELS = ("gender", "age", "accent")
NAMES: tuple[Service, ...] = ("elevenlabs", "settings")
"""Whose names for voices these clients may know."""

_LARGEST_PAGE = 1000
_KINDS: Mapping[str, Kinds] = {
    "premade": Kinds.SPEAKERS,
    "cloned": Kinds.SAVED,
    **dict.fromkeys(("generated", "professional", "famous", "high_quality"), Kinds.NONE),
}
_TYPES: Mapping[str, Kinds] = {
    "default": Kinds.SPEAKERS,
    **dict.fromkeys(("personal", "workspace", "saved", "non-default"), Kinds.SAVED),
    "non-community": Kinds.ALL,
    "community": Kinds.NONE,
}
_ORDERS = {"name": Order.NAME, "created_at_unix": Order.CREATED}
_DIRECTIONS = {"asc": False, "desc": True}
_UNVERIFIED = {
    "requires_verification": False,
    "is_verified": False,
    "verification_failures": [],
    "verification_attempts_count": 0,
    "language": None,
    "verification_attempts": None,
}


class Consent(msgspec.Struct):
    """Who agreed to be cloned, and in which words."""

    by: str
    statement: str


ABOUT = {
    "voice_id": "The id to speak with.",
    "name": "What people call it.",
    "preview_url": "Where it can be heard, once it has spoken.",
    "samples": "The recordings it was cloned from, where it was asked for alone.",
    "category": "cloned, or premade for the engine's own speakers.",
    "labels": "Names with values, to search by.",
    "description": "What else is said of it.",
    "is_owner": "Whether you may change it.",
    "permission_on_resource": "admin, or viewer of the engine's own speakers.",
    "created_at_unix": "When it was saved, in seconds since 1970.",
}
_COMMON: Mapping[str, Any] = {
    "available_for_tiers": [],
    "high_quality_base_model_ids": [],
    "verified_languages": [],
    "settings": None,
    "sharing": None,
    "fine_tuning": None,
    "voice_verification": _UNVERIFIED,
    "is_legacy": False,
    "is_mixed": False,
}
"""What ElevenLabs says of every voice, and there is nothing to say of here."""

EXAMPLE: Mapping[str, Any] = {
    "voice_id": "ana",
    "name": "Ana",
    "preview_url": None,
    "samples": None,
    **_COMMON,
    "category": "cloned",
    "labels": {},
    "description": None,
    "is_owner": True,
    "permission_on_resource": "admin",
    "created_at_unix": None,
}

_TEXTS = {
    "name": "What people call the voice.",
    "description": "What else is to be said of it.",
    "labels": "Names with values, as a JSON object.",
    "remove_background_noise": "true takes steady noise out of the recordings.",
    "consent": "Who agreed (by), in which words (statement), as a JSON object.",
}
_FIELDS = {name: {"type": "string", "description": about} for name, about in _TEXTS.items()}
_FILES = {
    "type": "array",
    "items": BINARY,
    "minItems": 1,
    "description": "Recordings of one speaker; the field is repeated.",
}
FORM: Mapping[str, Any] = {
    "type": "object",
    "properties": {"files": _FILES, **_FIELDS},
    "required": ["files", "name"],
}
FORM_EXAMPLE = {"files": ["(a recording)"], "name": "Ana", "labels": '{"accent": "pt"}'}
EDIT_FORM: Mapping[str, Any] = {
    "type": "object",
    "properties": {name: _FIELDS[name] for name in ("name", "description", "labels")},
    "required": ["name"],
}
EDIT_EXAMPLE = {"name": "Ana, warm", "labels": '{"accent": "pt"}'}

_WORDS = {
    "search": "What to look for in names and descriptions.",
    "page_size": f"How many to list, 1 to {_LARGEST_PAGE:,}; 10 when left out.",
    "next_page_token": "What the page before told.",
    "language": "What the speaker speaks.",
    "gender": "The label of this name.",
    "age": "The label of this name.",
    "accent": "The label of this name.",
}
_CHOICES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "sort": ("What to order by.", _ORDERS),
    "sort_direction": ("Up or down.", _DIRECTIONS),
    "category": ("Which kind of voices.", _KINDS),
    "voice_type": ("Whose voices.", _TYPES),
}
QUERY: Mapping[str, Any] = {
    "properties": {
        **{name: {"type": "string", "description": about} for name, about in _WORDS.items()},
        **{
            name: {"type": "string", "enum": [*among], "description": about}
            for name, (about, among) in _CHOICES.items()
        },
        "voice_ids": {**listed({"type": "string"}), "description": "These and no others."},
    }
}


def search(owner: str, query: Mapping[str, str], ids: Sequence[str]) -> RosterSearch:
    """Return who is searched for."""
    category = chosen("category", query.get("category"), _KINDS)
    voice_type = chosen("voice_type", query.get("voice_type"), _TYPES)
    return RosterSearch(
        voices=VoiceSearch(
            owner,
            text=query.get("search", ""),
            language=query.get("language") or None,
            labels={name: query[name] for name in LABELS if query.get(name)},
            limit=_page_size(query.get("page_size")),
            after=query.get("next_page_token") or None,
        ),
        kinds=_given(category) & _given(voice_type),
        names=NAMES,
        ids=tuple(ids),
        order=chosen("sort", query.get("sort"), _ORDERS),
        backwards=chosen("sort_direction", query.get("sort_direction"), _DIRECTIONS) or False,
    )


def voice(
    entry: Entry, *, preview_url: str | None = None, samples: Sequence[Clip] | None = None
) -> dict[str, Any]:
    """Answer one voice; its samples only where it was asked for alone."""
    common = {
        "voice_id": entry.id,
        "name": entry.name,
        "preview_url": preview_url,
        "samples": None if samples is None else [sample(clip) for clip in samples],
        **_COMMON,
    }
    return common | (_premade(entry) if isinstance(entry, Speaker) else _cloned(entry))


def sample(clip: Clip) -> dict[str, Any]:
    """Answer a recording that a voice was cloned from."""
    return {
        "sample_id": clip.sha256[:20],
        "file_name": f"{clip.sha256[:20]}.flac",
        "mime_type": "audio/flac",
        "size_bytes": len(clip.flac),
        "hash": clip.sha256,
        "duration_secs": round(clip.seconds, 3),
        "remove_background_noise": clip.care.denoise,
    }


def page(found: RosterPage, voices: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Answer a page of voices."""
    return {
        "voices": voices,
        "has_more": found.next is not None,
        "total_count": found.total,
        "next_page_token": found.next,
    }


def _premade(speaker: Speaker) -> dict[str, Any]:
    standing_in = f"A name from elsewhere; {speaker.spoken_by} speaks for it here."
    return {
        "category": "premade",
        "labels": {},
        "description": standing_in if speaker.spoken_by else "A voice of the engine's own.",
        "is_owner": False,
        "permission_on_resource": "viewer",
        "created_at_unix": None,
    }


def _cloned(voice: Voice) -> dict[str, Any]:
    language = {"language": voice.language} if voice.language else {}
    return {
        "category": "cloned",
        "labels": language | dict(voice.labels),
        "description": voice.description or None,
        "is_owner": True,
        "permission_on_resource": "admin",
        "created_at_unix": int(voice.created_at.timestamp()),
    }


def _given(kinds: Kinds | None) -> Kinds:
    return Kinds.ALL if kinds is None else kinds


def _page_size(text: str | None) -> int:
    if not text:
        return 10
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:5]) <= _LARGEST_PAGE):
        reason = f"send a number from 1 to {_LARGEST_PAGE:,}"
        raise WrongParameterError("query", "page_size", reason)
    return int(text[:5])
