"""Sentiric's routes."""

from litestar import Router, post
from litestar.types import ASGIApp

from application.delivering import Delivering
from application.voices import Voices
from domain.speech import SpeechRequest
from entrypoints.coqui_server import http as coqui_server
from entrypoints.coqui_server import wire as coqui
from entrypoints.dialect import Dialect
from entrypoints.documented import SPOKEN_HEADERS, Body, documented, sound
from entrypoints.given import Given
from entrypoints.listening import while_connected
from entrypoints.refusals import CLIP, FORMAT, JSON_BODY, MULTIPART_BODY, SPEECH
from entrypoints.replies import Connection
from entrypoints.schemas import FORM, JSON, MULTIPART
from entrypoints.sentiric import wire
from entrypoints.settings import Settings
from entrypoints.spoken import remarked, streamed, whole_file
from entrypoints.uploads import FORM_BYTES, upload

_FILES = {
    "type": "array",
    "items": {"type": "string", "format": "binary"},
    "description": "Recordings of the voice, one or more.",
}
_SPOKEN = sound(
    "The sound, in the format asked for.",
    "audio/*",
    headers=SPOKEN_HEADERS | {"X-Warnings": "A JSON list of what had no effect, if anything."},
)


DIALECT = Dialect(
    "Sentiric", "Sentiric's XTTS service: one route that speaks, and one that clones as it speaks."
)


@post(
    "/api/tts",
    status_code=200,
    opt=documented(
        *_SPOKEN,
        body={
            JSON: Body(wire.schema(), wire.EXAMPLE),
            FORM: Body(coqui.schema(), coqui.EXAMPLE),
        },
        refuses=(*JSON_BODY, *FORMAT, *SPEECH),
    ),
)
async def tts(
    request: Connection, delivering: Given[Delivering], settings: Given[Settings]
) -> ASGIApp:
    """Speak a text or SSML; a form instead of JSON is read as coqui's own server reads it."""
    if request.content_type[0] == FORM:
        return await coqui_server.from_form(request, delivering, settings)
    asked, remarks = wire.decode_tts(await request.body())
    speech = wire.speech_request(asked, settings.target, request.user.owner)
    return await _answered(request, delivering, settings, speech, remarks)


@post(
    "/api/tts/clone",
    status_code=200,
    opt=documented(
        *_SPOKEN,
        body={MULTIPART: Body(wire.schema(files=_FILES), wire.CLONE_EXAMPLE)},
        refuses=(*MULTIPART_BODY, *FORMAT, *CLIP, *SPEECH),
    ),
)
async def clone(
    request: Connection,
    delivering: Given[Delivering],
    voices: Given[Voices],
    settings: Given[Settings],
) -> ASGIApp:
    """Speak with the voice of the recordings that come along; the voice is not kept."""
    form = await request.form()
    asked, remarks = wire.decode_clone({name: form[name] for name in form if name != "files"})
    files = form.getall("files", [None])
    clips = [await upload(file, "files", settings.largest_upload_bytes) for file in files]
    # whatever is wrong with the words is told before the clips cost anything
    wire.speech_request(asked, settings.target, request.user.owner)
    taken = await while_connected(request, voices.clone(clips))
    (timbre,) = taken.timbres
    speech = wire.speech_request(asked, settings.target, request.user.owner, latents=timbre.arrays)
    return await _answered(request, delivering, settings, speech, [*remarks, *taken.warnings])


def routes(settings: Settings) -> Router:
    """Return Sentiric's routes; only the one for clips takes large bodies."""
    uploads = Router(
        "/",
        route_handlers=[clone],
        request_max_body_size=settings.largest_upload_bytes + FORM_BYTES,
    )
    return DIALECT.router("/", [tts, uploads])


async def _answered(
    request: Connection,
    delivering: Delivering,
    settings: Settings,
    speech: SpeechRequest,
    remarks: list[str],
) -> ASGIApp:
    headers = remarked(remarks)
    if speech.finish.whole:
        return await whole_file(request, delivering, speech, headers)
    return await streamed(request, delivering, speech, settings.stall_timeout_s, headers)
