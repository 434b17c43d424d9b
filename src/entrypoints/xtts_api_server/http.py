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
from domain.speech import RANGES
from entrypoints.body import decode_fields
from entrypoints.dialect import Dialect
from entrypoints.documented import Answer, Body, documented, sound
from entrypoints.given import Given
from entrypoints.refusals import JSON_BODY, MISSING, SPEECH, STORE
from entrypoints.replies import Connection, json, recording
from entrypoints.schemas import FLAC, JSON, WAV, listed, record, told
from entrypoints.settings import Settings
from entrypoints.spoken import streamed, whole_file
from entrypoints.xtts_api_server import wire
from entrypoints.xtts_api_server.kept import KeptSettings

_USUAL = msgspec.structs.asdict(wire.USUAL)
_SPEAK = told(wire.SpeakFields, wire.ABOUT)
_SETTINGS = told(wire.TtsSettings, wire.SETTINGS_ABOUT, RANGES)

DIALECT = Dialect("xtts-api-server", "xtts-api-server, as SillyTavern calls it from the browser.")


@get(
    "/speakers",
    opt=documented(
        Answer("Who speaks.", schema=wire.speakers_schema(), example=wire.SPEAKERS), refuses=STORE
    ),
)
async def speakers(request: Connection, roster: Given[Roster]) -> ASGIResponse:
    """List saved voices and built-in speakers, each with an address to hear it at."""
    listed = await roster.every(RosterSearch(VoiceSearch(request.user.owner)))
    return json(wire.speakers(listed, str(request.base_url)))


@get(
    "/speakers_list",
    opt=documented(
        Answer("Their ids.", schema=listed({"type": "string"}), example=["ana", "Annie"]),
        refuses=STORE,
    ),
)
async def speakers_list(request: Connection, roster: Given[Roster]) -> ASGIResponse:
    """List what may stand as `speaker_wav`."""
    listed = await roster.every(RosterSearch(VoiceSearch(request.user.owner)))
    return json([calling_name(entry) for entry in listed])


@get(
    "/get_tts_settings",
    opt=documented(Answer("The settings in force.", schema=_SETTINGS, example=_USUAL)),
)
async def get_tts_settings(request: Connection, kept: Given[KeptSettings]) -> ASGIResponse:
    """Answer the caller's settings."""
    return json(msgspec.structs.asdict(kept.of(request.user.name)))


@post(
    "/set_tts_settings",
    status_code=200,
    opt=documented(
        Answer(
            "They are in force.",
            schema=record(message=(str, "That they are.")),
            example=wire.APPLIED,
        ),
        body={JSON: Body(_SETTINGS, _USUAL)},
        refuses=JSON_BODY,
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
    opt=documented(
        *sound("The whole sound as a WAV file.", WAV),
        body={JSON: Body(_SPEAK, wire.EXAMPLE)},
        refuses=(*JSON_BODY, *SPEECH),
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
    opt=documented(
        *sound("The sound as a WAV stream.", WAV),
        query=_SPEAK,
        examples=wire.EXAMPLE,
        refuses=(MISSING, *SPEECH),
    ),
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
    opt=documented(
        *sound("One line in this voice, as FLAC.", FLAC),
        about={"file": "A voice's id; an ending .flac or .wav is passed over."},
        examples={"file": "alloy.flac"},
        refuses=SPEECH,
    ),
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
    return DIALECT.router(
        "/",
        [
            *(speakers, speakers_list, sample),
            *(get_tts_settings, set_tts_settings, tts_to_audio, play_stream),
        ],
        dependencies={"kept": Provide(lambda: kept, sync_to_thread=False)},
    )
