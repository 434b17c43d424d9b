"""The routes of xtts-api-server."""

import msgspec
from litestar import Router, get, post
from litestar.di import Provide
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp

from application.delivering import Delivering
from application.roster import Roster, RosterSearch, calling_name
from application.voices import Voices
from domain.calibration import calibration_line
from domain.errors import NotFoundError
from domain.ports import SpeechEngine, VoiceSearch
from entrypoints.body import decode_fields
from entrypoints.documented import JSON, Answer, documented, told
from entrypoints.given import Given
from entrypoints.replies import Connection, json, recording
from entrypoints.settings import Settings
from entrypoints.spoken import streamed, whole_file
from entrypoints.xtts_api_server import wire
from entrypoints.xtts_api_server.kept import KeptSettings

_USUAL = msgspec.structs.asdict(wire.USUAL)
_SPEAK = told(wire.SpeakFields, wire.ABOUT)
_LISTED = {"name": "My voice", "voice_id": "mine", "preview_url": "/sample/mine.flac"}


@get("/speakers", operation_class=documented(Answer("Who speaks.", JSON, [_LISTED])))
async def speakers(request: Connection, roster: Given[Roster]) -> ASGIResponse:
    """List saved voices and built-in speakers, each with an address to hear it at."""
    listed = await roster.every(RosterSearch(VoiceSearch(request.user.owner)))
    return json(wire.speakers(listed, str(request.base_url)))


@get("/speakers_list", operation_class=documented(Answer("Their ids.", JSON, ["mine", "Annie"])))
async def speakers_list(request: Connection, roster: Given[Roster]) -> ASGIResponse:
    """List what may stand as `speaker_wav`."""
    listed = await roster.every(RosterSearch(VoiceSearch(request.user.owner)))
    return json([calling_name(entry) for entry in listed])


@get(
    "/get_tts_settings",
    operation_class=documented(Answer("The settings in force.", JSON, _USUAL)),
)
async def get_tts_settings(request: Connection, kept: Given[KeptSettings]) -> ASGIResponse:
    """Answer the caller's settings."""
    return json(msgspec.structs.asdict(kept.of(request.user.name)))


@post(
    "/set_tts_settings",
    status_code=200,
    operation_class=documented(
        Answer("That they are in force.", JSON, wire.APPLIED),
        body={JSON: (told(wire.TtsSettings, wire.SETTINGS_ABOUT), _USUAL)},
    ),
)
async def set_tts_settings(request: Connection, kept: Given[KeptSettings]) -> ASGIResponse:
    """Set how this caller is spoken to from now on, on these routes; others keep their own."""
    before = kept.of(request.user.name)
    kept.keep(request.user.name, wire.decode_settings(await request.body(), before))
    return json(wire.APPLIED)


@post(
    "/tts_to_audio",
    status_code=200,
    operation_class=documented(
        Answer("The whole sound as a WAV file."), body={JSON: (_SPEAK, wire.EXAMPLE)}
    ),
)
async def tts_to_audio(
    request: Connection,
    delivering: Given[Delivering],
    settings: Given[Settings],
    kept: Given[KeptSettings],
) -> ASGIApp:
    """Speak to the end, then answer a WAV file."""
    asked = wire.decode_speak(await request.body())
    return await whole_file(
        request,
        delivering,
        wire.speech_request(
            asked, kept.of(request.user.name), settings.target, request.user.owner, whole=True
        ),
    )


@get(
    "/tts_stream",
    operation_class=documented(Answer("The sound as a WAV stream."), query=_SPEAK),
)
async def play_stream(
    request: Connection,
    delivering: Given[Delivering],
    settings: Given[Settings],
    kept: Given[KeptSettings],
) -> ASGIApp:
    """Speak at once, to whatever plays an address: WAV from the first sentence on."""
    asked = decode_fields(dict(request.query_params), wire.SpeakFields)
    speech = wire.speech_request(
        asked, kept.of(request.user.name), settings.target, request.user.owner, whole=False
    )
    return await streamed(request, delivering, speech, settings.stall_timeout_s)


@get(
    "/sample/{file:str}",
    operation_class=documented(Answer("One line in this voice, as FLAC.", "audio/flac")),
)
async def sample(
    request: Connection,
    file: FromPath[str],
    voices: Given[Voices],
    delivering: Given[Delivering],
    engine: Given[SpeechEngine],
    settings: Given[Settings],
) -> ASGIApp:
    """Answer how a voice sounds: the line that was kept of it, or one that it speaks now."""
    voice, owner = wire.voice_named(file), request.user.owner
    try:
        kept = await voices.preview(owner, voice)
    except NotFoundError:
        language, text = calibration_line(settings.default_language, engine.card.languages)
        speech = wire.sample_request(text, language, voice, settings.target, owner)
        return await whole_file(request, delivering, speech)
    return recording(kept, synthetic=True)


def routes(_settings: Settings) -> Router:
    """Return the routes of xtts-api-server; its settings live as long as the application."""
    kept = KeptSettings()
    return Router(
        "/",
        route_handlers=[
            *(speakers, speakers_list, sample),
            *(get_tts_settings, set_tts_settings, tts_to_audio, play_stream),
        ],
        dependencies={"kept": Provide(lambda: kept, sync_to_thread=False)},
        tags=["xtts-api-server"],
    )
