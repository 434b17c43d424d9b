"""New voices: cloned from clips, mixed of others, or brought in from a file."""

from collections.abc import Sequence

from litestar import Router, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.params import FromPath, FromQuery
from litestar.response.base import ASGIResponse

from application.mixing import Mixing
from application.voices import Clone, Draft, Voices
from domain.errors import ClipTooLargeError, InputError, VoiceFileInvalidError
from domain.ports import Clock
from domain.voice import Voice
from entrypoints.documented import Answer, Body, documented
from entrypoints.given import Given
from entrypoints.listening import while_connected
from entrypoints.native.wire import making as wire
from entrypoints.native.wire.voices import EXAMPLE as VOICE
from entrypoints.native.wire.voices import tag
from entrypoints.refusals import CLIP, JSON_BODY, MIX, MULTIPART_BODY, NO_VOICE, SAVED
from entrypoints.replies import Connection, json, once
from entrypoints.schemas import BINARY, FILE, JSON, MULTIPART, told
from entrypoints.settings import Settings
from entrypoints.uploads import FORM_BYTES, read

_MOST_CLIPS = 10
_CLIPS = {
    "type": "array",
    "items": BINARY,
    "minItems": 1,
    "maxItems": _MOST_CLIPS,
    "description": "Recordings of one speaker; the field is repeated.",
}
_CLONE = Body(wire.form(clips=_CLIPS), {"clips": ["(a recording)"], **wire.CLONE_EXAMPLE})
_MIX = Body(told(wire.MixBody, wire.ABOUT), wire.MIX_EXAMPLE)
_IMPORT = Body(BINARY, "(a file of /api/v1/voices/{voice_id}/export)")
_MADE = Answer(
    "The voice was saved.",
    schema=wire.made_schema(),
    example={"voice": VOICE, "clips": [], "warnings": []},
    status=201,
    headers={"Location": "Where the voice is.", "ETag": "Its version, for If-Match."},
)
_ONCE = {"Idempotency-Key": "A name for this save: under it a retry saves nothing more."}


@post(
    "/voices",
    opt=documented(
        _MADE,
        body={MULTIPART: _CLONE},
        refuses=(*MULTIPART_BODY, *CLIP, *SAVED),
        headers=_ONCE,
    ),
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
    opt=documented(
        _MADE,
        body={JSON: _MIX},
        refuses=(*JSON_BODY, *MIX, *NO_VOICE, *SAVED),
        headers=_ONCE,
    ),
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
    opt=documented(
        _MADE,
        body={FILE: _IMPORT},
        about={
            "id": "The id to save it under, in place of the file's.",
            "name": "What people call it, in place of the file's name.",
        },
        refuses=(VoiceFileInvalidError("its end is missing"), *SAVED),
        headers=_ONCE,
    ),
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
    opt=documented(
        Answer("The file.", FILE, BINARY, headers={"Content-Disposition": "A name for the file."}),
        refuses=NO_VOICE,
    ),
)
async def export_voice(
    request: Connection, voice_id: FromPath[str], voices: Given[Voices]
) -> ASGIResponse:
    """Take a voice out as one file, with its clips and all that was learnt of it."""
    data = await voices.take_out(request.user.owner, voice_id)
    headers = {"Content-Disposition": f'attachment; filename="{voice_id}.rhapsode"'}
    return ASGIResponse(body=data, headers=headers, media_type=FILE)


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
