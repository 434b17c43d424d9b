"""New voices: cloned from clips, mixed of others, or brought in from a file."""

from collections.abc import Sequence
from typing import Any

from litestar import Router, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.params import FromPath, FromQuery
from litestar.response.base import ASGIResponse

from application.mixing import Mixing
from application.voices import Clone, Draft, Voices
from domain.errors import ClipTooLargeError, InputError
from domain.ports import Clock
from domain.voice import Voice
from entrypoints.given import Given
from entrypoints.listening import while_connected
from entrypoints.native.documented import answers, schema_of, takes
from entrypoints.native.problems import refusals
from entrypoints.native.wire import making as wire
from entrypoints.native.wire.voices import tag
from entrypoints.replies import Connection, json, once
from entrypoints.settings import Settings
from entrypoints.uploads import FORM_BYTES, read

_MOST_CLIPS = 10
_FILE = "application/octet-stream"
_CLIP = {"type": "string", "format": "binary"}


def _form() -> dict[str, Any]:
    """Return the schema of the form: the clips beside the text fields."""
    found = schema_of(wire.CloneBody)
    clips = {
        "type": "array",
        "items": _CLIP,
        "minItems": 1,
        "maxItems": _MOST_CLIPS,
        "description": "Recordings of one speaker; the field is repeated.",
    }
    return found | {"properties": {"clips": clips, **found["properties"]}, "required": ["clips"]}


_CLONE = takes(
    _form(),
    {"clips": ["(a recording)"], "name": "Ana", "labels": '{"mood": "warm"}', "denoise": "true"},
    "multipart/form-data",
)
_MIX = takes(
    schema_of(wire.MixBody),
    {
        "voices": [{"id": "ana", "weight": 0.7}, {"id": "bea", "weight": 0.3}],
        "name": "Between Ana and Bea",
    },
)
_IMPORT = takes(_CLIP, "(a file of /voices/{id}/export)", _FILE)
_MADE = answers(wire.MadeReply, "The voice was saved; Location tells where it is.")


@post(
    "/voices",
    operation_class=_CLONE,
    responses={201: _MADE, **refusals(400, 409, 413, 422, 503, 507)},
)
async def clone_voice(
    request: Connection, voices: Given[Voices], clock: Given[Clock], settings: Given[Settings]
) -> ASGIResponse:
    """Clone a voice from one or more clips and save it; the clips are measured and reported.

    A retry under the same Idempotency-Key saves nothing and answers the voice of the first call.
    """
    form = await request.form()
    asked = wire.decode_clone(_texts(form))
    draft = wire.draft(asked, request.user.owner, once(request), clock.now())
    uploads = await _clips(form, settings.largest_upload_bytes)
    clone = await while_connected(request, voices.clone(uploads, asked.care))
    return _made(await voices.save(clone, draft), clone)


@post(
    "/voices/mix",
    operation_class=_MIX,
    responses={201: _MADE, **refusals(400, 404, 409, 413, 422, 503, 507)},
)
async def mix_voices(
    request: Connection, mixing: Given[Mixing], clock: Given[Clock]
) -> ASGIResponse:
    """Save a new voice between others, nearer to those of more weight.

    The mix has no clips: it speaks with the engine that mixed it and with no other.
    """
    mix = wire.decode_mix(await request.body())
    draft = wire.draft(mix, request.user.owner, once(request), clock.now())
    return _made(await mixing.mix(mix.ingredients, draft))


@post(
    "/voices/import",
    operation_class=_IMPORT,
    responses={201: _MADE, **refusals(409, 413, 422, 503, 507)},
)
async def import_voice(
    request: Connection,
    voices: Given[Voices],
    id: FromQuery[str | None] = None,  # noqa: A002 - what the parameter is called on the wire
    name: FromQuery[str] = "",
) -> ASGIResponse:
    """Save a voice that was exported, here or elsewhere; `id` and `name` go before the file's."""
    draft = Draft(id=wire.free(id), name=name, once=once(request), owner=request.user.owner)
    body = await request.body()
    return _made(await while_connected(request, voices.bring_in(body, draft)))


@get(
    "/voices/{voice_id:str}/export",
    responses={200: answers(bytes, "The file.", _FILE), **refusals(404, 503)},
)
async def export_voice(
    request: Connection, voice_id: FromPath[str], voices: Given[Voices]
) -> ASGIResponse:
    """Take a voice out as one file, with its clips and all that was learnt of it."""
    data = await voices.take_out(request.user.owner, voice_id)
    headers = {"Content-Disposition": f'attachment; filename="{voice_id}.rhapsode"'}
    return ASGIResponse(body=data, headers=headers, media_type=_FILE)


def routes(settings: Settings) -> Router:
    """Return the routes; only those for files take large bodies."""
    uploads = Router(
        "/",
        route_handlers=[clone_voice, import_voice],
        request_max_body_size=settings.largest_upload_bytes + FORM_BYTES,
    )
    return Router("/", route_handlers=[uploads, mix_voices, export_voice])


def _made(voice: Voice, clone: Clone | None = None) -> ASGIResponse:
    headers = {"Location": f"/api/v1/voices/{voice.id}", "ETag": tag(voice)}
    return json(wire.made(voice, clone), status=201, headers=headers)


def _texts(form: FormMultiDict) -> dict[str, str]:
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


async def _clips(form: FormMultiDict, limit_bytes: int) -> Sequence[bytes]:
    files = [each for each in form.getall("clips", []) if isinstance(each, UploadFile)]
    if not 1 <= len(files) <= _MOST_CLIPS:
        msg = f"There are {len(files)} clips: send 1 to {_MOST_CLIPS} recordings as files 'clips'."
        raise InputError(msg)
    clips = [await read(each, limit_bytes) for each in files]
    if sum(map(len, clips)) > limit_bytes:
        raise ClipTooLargeError(limit_bytes)
    return clips
