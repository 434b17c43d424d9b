"""Cloning: voices added from recordings, and what is said of them changed."""

from dataclasses import replace

from litestar import Router, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from application.roster import Roster
from application.voices import Draft, Voices
from domain.ports import Clock
from domain.voice import Care, Consent
from entrypoints.documented import documented
from entrypoints.elevenlabs.documents import (
    ADDED,
    DONE,
    EDIT_FORM,
    FORM,
    NOT_YOURS,
    WRONG_FILES,
    WRONG_FORM,
)
from entrypoints.elevenlabs.wire import voices as wire
from entrypoints.elevenlabs.wire.queries import WrongParameterError, decoded, flag
from entrypoints.given import Given
from entrypoints.listening import while_connected
from entrypoints.refusals import NO_VOICE
from entrypoints.replies import Connection, json, once
from entrypoints.settings import Settings
from entrypoints.uploads import FORM_BYTES, read


@post(
    "/add",
    status_code=200,
    opt=documented(
        ADDED,
        body=FORM,
        refuses=WRONG_FILES,
        headers={"Idempotency-Key": "A name for this save: under it a retry saves nothing more."},
    ),
)
async def add(
    request: Connection, voices: Given[Voices], settings: Given[Settings], clock: Given[Clock]
) -> ASGIResponse:
    """Clone a voice from recordings and keep it."""
    form = await request.form()
    name, labels = _name(form), decoded("labels", _text(form, "labels"), dict[str, str]) or {}
    uploads = await _uploads(form, settings.largest_upload_bytes)
    if not uploads:
        raise WrongParameterError("body", "files", "send one recording or more")
    care = Care(denoise=flag(_text(form, "remove_background_noise")), trim_silence=True)
    clone = await while_connected(request, voices.clone(uploads, care))
    draft = Draft(
        name=name,
        description=_text(form, "description") or "",
        language=labels.get("language"),
        labels=labels,
        consent=_consent(form, clock),
        once=once(request),
        owner=request.user.owner,
    )
    voice = await voices.save(clone, draft)
    return json({"voice_id": voice.id, "requires_verification": False})


@post(
    "/{voice_id:str}/edit",
    status_code=200,
    opt=documented(DONE, body=EDIT_FORM, refuses=(*WRONG_FORM, *NO_VOICE, NOT_YOURS)),
)
async def edit(
    request: Connection, voice_id: FromPath[str], roster: Given[Roster], voices: Given[Voices]
) -> ASGIResponse:
    """Change what is said of a cloned voice; what is left out stays as it is."""
    form = await request.form()
    if any(isinstance(file, UploadFile) for file in form.getall("files", [])):
        reason = "a voice keeps the recordings it was cloned from; add a new voice instead"
        raise WrongParameterError("body", "files", reason)
    seen = await roster.editable(request.user.owner, voice_id, *wire.NAMES)
    labels = decoded("labels", _text(form, "labels"), dict[str, str])
    description = _text(form, "description")
    changed = replace(
        seen,
        name=_name(form),
        description=seen.description if description is None else description,
        labels=seen.labels if labels is None else labels,
        language=seen.language if labels is None else labels.get("language", seen.language),
    )
    await voices.change(changed)
    return json({"status": "ok"})


def routes(settings: Settings) -> Router:
    """Return the routes; they alone take large bodies."""
    return Router(
        "/v1/voices",
        route_handlers=[add, edit],
        request_max_body_size=settings.largest_upload_bytes + FORM_BYTES,
    )


def _name(form: FormMultiDict) -> str:
    name = (_text(form, "name") or "").strip()
    if not name:
        raise WrongParameterError("body", "name", "a voice needs a name")
    return name


def _consent(form: FormMultiDict, clock: Clock) -> Consent | None:
    given = decoded("consent", _text(form, "consent"), wire.Consent)
    return None if given is None else Consent(given.by, given.statement, clock.now())


def _text(form: FormMultiDict, name: str) -> str | None:
    field = form.get(name)
    if field is None or isinstance(field, str):
        return field
    raise WrongParameterError("body", name, "send it as text")


async def _uploads(form: FormMultiDict, limit_bytes: int) -> list[bytes]:
    uploads = []
    for file in (*form.getall("files", []), *form.getall("files[]", [])):
        if not isinstance(file, UploadFile):
            raise WrongParameterError("body", "files", "send recordings as multipart files")
        uploads.append(await read(file, limit_bytes))
    return uploads
