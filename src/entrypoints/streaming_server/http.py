"""The streaming server's routes."""

import asyncio
import base64
from datetime import datetime

from litestar import Router, delete, get, post
from litestar.params import FromPath, FromQuery
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp

from application.caches import Caches
from application.delivering import Delivering
from application.sessions import Sessions
from application.voices import Voices
from domain.errors import InputError
from domain.ports import Clock, SpeechEngine, VoiceSearch
from domain.speech import SpeechRequest
from entrypoints.body import encode
from entrypoints.dialect import Dialect
from entrypoints.documented import PREVIEW_HEADERS, Answer, Body, documented, sound
from entrypoints.given import Given
from entrypoints.listening import while_connected
from entrypoints.refusals import (
    CLIP,
    JSON_BODY,
    LATENTS,
    MULTIPART_BODY,
    NO_PREVIEW,
    NO_SESSION,
    NO_VOICE,
    NOT_JSON,
    RANGE,
    SAVED,
    SPEECH,
    STORE,
)
from entrypoints.replies import Connection, json, once, recording
from entrypoints.schemas import FLAC, JSON, MULTIPART, WAV
from entrypoints.settings import Settings
from entrypoints.spoken import described, streamed
from entrypoints.streaming_server import documents, wire
from entrypoints.uploads import FORM_BYTES, upload

DIALECT = Dialect(
    "Streaming server",
    "The XTTS streaming server: speech from the first sentence on, clones and saved voices.",
)
_SPEAKS = {JSON: Body(wire.speak_schema(), wire.EXAMPLE)}
_REFUSED = (*JSON_BODY, *LATENTS, *SPEECH)
_SESSION = {"X-Session-Id": "What to watch and stop the speech by, where the body names nothing."}
_ONCE = {"Idempotency-Key": "A name for this save: under it a retry saves nothing more."}


@post(
    "/tts_stream",
    status_code=200,
    opt=documented(
        *sound("The sound, as it is made.", WAV, "audio/pcm"),
        body=_SPEAKS,
        refuses=_REFUSED,
        headers=_SESSION,
    ),
)
async def tts_stream(
    request: Connection,
    delivering: Given[Delivering],
    settings: Given[Settings],
) -> ASGIApp:
    """Speak at once: WAV, or bare samples, from the first sentence on."""
    speech = await _asked(request, settings, whole=False)
    return await streamed(request, delivering, speech, settings.stall_timeout_s)


@post(
    "/tts",
    status_code=200,
    opt=documented(
        *sound("The whole sound: a file, bare samples, or base64 of it.", WAV, "audio/pcm"),
        Answer("In base64, for those who sent latents.", schema={"type": "string"}),
        body=_SPEAKS,
        refuses=_REFUSED,
        headers=_SESSION,
    ),
)
async def tts(
    request: Connection, delivering: Given[Delivering], settings: Given[Settings]
) -> ASGIApp:
    """Speak to the end, then answer: a WAV file, or base64 of it for those who sent latents."""
    speech = await _asked(request, settings, whole=True)
    made = await while_connected(request, delivering.whole(speech))
    data, headers = made.data, described(made)
    if speech.latents is not None:
        data = encode((await asyncio.to_thread(base64.b64encode, data)).decode())
        headers["Content-Type"] = "application/json"
    return ASGIResponse(body=data, headers=headers, media_type=headers["Content-Type"])


@post(
    "/clone_speaker",
    status_code=200,
    opt=documented(
        documents.CLONED,
        body={MULTIPART: Body(wire.clone_schema(), wire.CLONE_EXAMPLE)},
        refuses=(*MULTIPART_BODY, NOT_JSON, *CLIP, *SAVED),
        headers=_ONCE,
    ),
)
async def clone_speaker(
    request: Connection,
    voices: Given[Voices],
    settings: Given[Settings],
    clock: Given[Clock],
) -> ASGIResponse:
    """Take a voice from a clip: answer its latents, or save it under an id."""
    form = await request.form()
    options = wire.decode_options(_text(form.get("options")))
    clip = await upload(form.get("wav_file"), "wav_file", settings.largest_upload_bytes)
    clone = await while_connected(request, voices.clone([clip], options.care))
    headers = wire.warned(clone)
    if options.response_format == "latents":
        return json(wire.latents(clone), headers=headers | wire.reported(clone))
    draft = wire.draft(options, options.save_id, *_told(request, clock))
    voice = await voices.save(clone, draft)
    return json(wire.saved(voice, clone), headers=headers)


@post(
    "/save_voice/{voice_id:str}",
    status_code=200,
    opt=documented(
        documents.SAVED,
        body={JSON: Body(wire.save_schema(), wire.SAVE_EXAMPLE)},
        refuses=(*JSON_BODY, *LATENTS, *SAVED),
        headers=_ONCE,
    ),
)
async def save_voice(
    request: Connection,
    voice_id: FromPath[str],
    voices: Given[Voices],
    clock: Given[Clock],
) -> ASGIResponse:
    """Save the voice that latents describe."""
    save, latents = wire.decode_save(await request.body())
    clone = await voices.recall(latents)
    voice = await voices.save(clone, wire.draft(save, voice_id, *_told(request, clock)))
    return json(wire.saved(voice, clone))


@get("/saved_voices", opt=documented(documents.LISTED, refuses=(*RANGE, *STORE)))
async def saved_voices(
    request: Connection,
    voices: Given[Voices],
    q: FromQuery[str] = "",
    limit: FromQuery[int] = 1000,
    after: FromQuery[str | None] = None,
) -> ASGIResponse:
    """List the saved voices, oldest first; a further page begins behind the X-Next-Page header."""
    page = await voices.find(VoiceSearch(request.user.owner, text=q, limit=limit, after=after))
    headers = {"X-Total-Count": str(page.total)}
    headers |= {"X-Next-Page": page.next} if page.next else {}
    return json(wire.listed(page.voices), headers=headers)


@get(
    "/saved_voices/{voice_id:str}/preview",
    opt=documented(
        *sound("One line in this voice.", FLAC, headers=PREVIEW_HEADERS),
        refuses=(*NO_VOICE, NO_PREVIEW),
    ),
)
async def preview(
    request: Connection,
    voice_id: FromPath[str],
    voices: Given[Voices],
) -> ASGIResponse:
    """Answer how a saved voice sounds: one line that it spoke, as FLAC."""
    return recording(await voices.preview(request.user.owner, voice_id), synthetic=True)


@delete(
    "/saved_voices/{voice_id:str}",
    status_code=200,
    opt=documented(documents.DELETED, refuses=NO_VOICE),
)
async def delete_voice(
    request: Connection,
    voice_id: FromPath[str],
    voices: Given[Voices],
) -> ASGIResponse:
    """Forget a saved voice."""
    await voices.delete(request.user.owner, voice_id)
    return json({"voice_id": voice_id, "deleted": True})


@get("/stream_status/{session_id:str}", opt=documented(documents.STATUS, refuses=NO_SESSION))
async def stream_status(
    request: Connection, session_id: FromPath[str], sessions: Given[Sessions]
) -> ASGIResponse:
    """Tell how far a session is."""
    return json(wire.status(await sessions.status(request.user.owner, session_id)))


@delete(
    "/stream_cancel/{session_id:str}",
    status_code=200,
    opt=documented(documents.CANCELLED, refuses=NO_SESSION),
)
async def stream_cancel(
    request: Connection, session_id: FromPath[str], sessions: Given[Sessions]
) -> ASGIResponse:
    """Stop a session."""
    session = await sessions.cancel(request.user.owner, session_id)
    return json(wire.cancelled(session.id, session.state))


@get("/cache/stats", opt=documented(documents.CACHES))
async def cache_stats(caches: Given[Caches]) -> ASGIResponse:
    """Tell how the caches do."""
    return json(wire.cache_stats(*await caches.stats(), caches.ttl_s))


@post("/cache/clear", status_code=200, opt=documented(documents.CLEARED))
async def cache_clear(caches: Given[Caches]) -> ASGIResponse:
    """Forget what the caches hold; nothing saved is lost."""
    voices, lines = await caches.clear()
    return json({"voices": voices, "audio": lines})


@get("/available_speakers", opt=documented(documents.SPEAKERS))
async def available_speakers(engine: Given[SpeechEngine]) -> ASGIResponse:
    """List the speakers the engine brings along."""
    return json(list(engine.card.speakers))


@get("/languages", opt=documented(documents.LANGUAGES))
async def languages(engine: Given[SpeechEngine]) -> ASGIResponse:
    """List the languages the engine speaks."""
    return json(list(engine.card.languages))


def routes(settings: Settings) -> Router:
    """Return the streaming server's routes; only the one for clips takes large bodies."""
    uploads = Router(
        "/",
        route_handlers=[clone_speaker],
        request_max_body_size=settings.largest_upload_bytes + FORM_BYTES,
    )
    return DIALECT.router(
        "/",
        [
            *(tts_stream, tts, stream_status, stream_cancel),
            *(save_voice, saved_voices, preview, delete_voice, uploads),
            *(available_speakers, languages, cache_stats, cache_clear),
        ],
    )


async def _asked(request: Connection, settings: Settings, *, whole: bool) -> SpeechRequest:
    speak = wire.decode_speak(await request.body())
    session_id = request.headers.get("x-session-id")
    finish = wire.finish(speak, settings.target, whole=whole)
    return wire.speech_request(speak, session_id, request.user.owner, finish)


def _told(request: Connection, clock: Clock) -> tuple[str, str | None, datetime]:
    """Whose voice it will be, under which idempotency key, and when that was said."""
    return request.user.owner, once(request), clock.now()


def _text(field: object) -> str | None:
    if field is None or isinstance(field, str):
        return field
    msg = "The field 'options' is wrong: send it as text, a JSON object."
    raise InputError(msg)
