"""New voices on the wire: what is said of one to be cloned or mixed, and what came of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from application.mixing import Ingredient
from application.voices import Clone, Draft
from domain.errors import InputError
from domain.mixing import FEWEST, MOST, WEIGHTS
from domain.speech import check_range
from domain.voice import Care, Consent, Voice
from entrypoints.body import decode
from entrypoints.clip_reports import SCHEMA as CLIP
from entrypoints.clip_reports import measured
from entrypoints.native.wire.evidence import ConsentBody
from entrypoints.native.wire.voices import ABOUT as VOICE_ABOUT
from entrypoints.native.wire.voices import VoiceReply, voice
from entrypoints.schemas import listed, told

_TAKEN = frozenset({"mix", "import"})
"""Paths below /voices of their own; a voice of this id could not be asked for."""


class About(Struct):
    """What a caller says of a new voice."""

    id: Annotated[str | None, Meta(description="1 to 64 of A-Z, a-z, 0-9, _ and -.")] = None
    name: str = ""
    description: str = ""
    language: Annotated[str | None, Meta(description="What the speaker speaks.")] = None
    labels: Annotated[dict[str, str], Meta(description="Names with values, to search by.")] = {}
    consent: ConsentBody | None = None


class CloneBody(About):
    """The text fields of the form that clones a voice."""

    denoise: Annotated[bool, Meta(description="Take steady noise out of the clips.")] = False
    trim_silence: Annotated[bool, Meta(description="Leave out silence at both ends.")] = True

    @property
    def care(self) -> Care:
        """What is to be done to the clips before an engine hears them."""
        return Care(self.denoise, self.trim_silence)


class IngredientBody(Struct):
    """A voice in a mix."""

    id: Annotated[str, Meta(description="A saved voice or a built-in speaker.")]
    weight: Annotated[float, Meta(description="How much of it; only the ratios count.")] = 1.0


class MixBody(About, kw_only=True):
    """A voice to be mixed of others."""

    voices: Annotated[
        list[IngredientBody], Meta(description=f"{FEWEST} to {MOST} voices and their weights.")
    ]

    @property
    def ingredients(self) -> list[Ingredient]:
        """What goes into it."""
        return [Ingredient(each.id, each.weight) for each in self.voices]


class MadeReply(Struct):
    """A voice that was saved, and what was found of the clips it was taken from."""

    voice: VoiceReply
    clips: list[dict[str, Any]] = []
    warnings: list[str] = []


CLONE_EXAMPLE = {"id": "ana", "name": "Ana", "labels": '{"mood": "warm"}', "denoise": "true"}
MIX_EXAMPLE = {
    "voices": [{"id": "ana", "weight": 0.7}, {"id": "bea", "weight": 0.3}],
    "id": "ana-bea",
    "name": "Between Ana and Bea",
}
ABOUT = {
    **VOICE_ABOUT,
    "voice": "The voice as it was saved.",
    "clips": "What was measured of each recording.",
    "warnings": "What would make the voice better.",
}


def form(**further: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON schema of the form that clones: in a form, an object is JSON as text."""
    found = told(CloneBody, ABOUT, **further)
    for name in ("labels", "consent"):
        about = found["properties"][name]["description"]
        found["properties"][name] = {"type": "string", "description": f"{about} A JSON object."}
    return found


def made_schema() -> dict[str, Any]:
    """Return the JSON schema of a voice that was saved."""
    found = told(MadeReply, ABOUT)
    found["properties"]["clips"] = {**listed(CLIP), "description": ABOUT["clips"]}
    return found


def decode_clone(fields: Mapping[str, str]) -> CloneBody:
    """Read the text fields of a form; labels and consent are JSON in theirs."""
    plain: dict[str, Any] = {name: value for name, value in fields.items() if value}
    for name in ("labels", "consent"):
        if name in plain:
            plain[name] = _json(name, plain[name])
    return decode(msgspec.json.encode(plain), CloneBody)


def decode_mix(body: bytes) -> MixBody:
    """Read a mix."""
    mix = decode(body, MixBody)
    for each in mix.voices:
        check_range("weight", each.weight, WEIGHTS)
    return mix


def draft(about: About, owner: str, once: str | None, at: datetime) -> Draft:
    """Return what the domain is to know of a voice before it is saved."""
    said = about.consent
    return Draft(
        id=free(about.id),
        name=about.name,
        description=about.description,
        language=about.language,
        labels=about.labels,
        consent=Consent(said.by, said.statement, at) if said else None,
        once=once,
        owner=owner,
    )


def free(wanted: str | None) -> str | None:
    """Refuse an id that is a path of this API; an empty one is none."""
    if wanted in _TAKEN:
        msg = f"{wanted!r} cannot be a voice id: it is a path of this API; choose another."
        raise InputError(msg)
    return wanted or None


def made(saved: Voice, clone: Clone | None = None) -> MadeReply:
    """Answer a voice that was saved."""
    if clone is None:
        return MadeReply(voice(saved))
    reports = [measured(report) for report in clone.reports]
    return MadeReply(voice(saved), reports, list(clone.warnings))


def _json(name: str, text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        msg = f"The field '{name}' is wrong: send a JSON object as its text."
        raise InputError(msg) from error
