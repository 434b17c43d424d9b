"""What a voice rests on: the clips it was cloned from, how it sounds, and who agreed to it."""

from litestar import Router, delete, get, post
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from application.consents import Consents
from application.voices import Voices
from domain.errors import ConsentUnknownError, SampleUnknownError
from entrypoints.documented import PREVIEW_HEADERS, Answer, Body, documented, sound
from entrypoints.given import Given
from entrypoints.native.wire import evidence as wire
from entrypoints.native.wire.voices import ABOUT, EXAMPLE, VoiceReply, tag, voice
from entrypoints.refusals import CHANGED, JSON_BODY, NO_PREVIEW, NO_VOICE
from entrypoints.replies import Connection, json, recording
from entrypoints.schemas import FLAC, JSON, told

_RATE = {"X-Sample-Rate": "Samples a second."}


@get(
    "/voices/{voice_id:str}/samples",
    opt=documented(
        Answer(
            "The clips.", schema=told(wire.SamplesReply, wire.ABOUT), example=wire.SAMPLES_EXAMPLE
        ),
        refuses=NO_VOICE,
    ),
)
async def samples(
    request: Connection, voice_id: FromPath[str], voices: Given[Voices]
) -> ASGIResponse:
    """List the clips that a voice was cloned from; a mix and one saved from latents have none."""
    return json(wire.samples(await voices.samples(request.user.owner, voice_id)))


@get(
    "/voices/{voice_id:str}/samples/{number:int}",
    opt=documented(
        *sound("The clip.", FLAC, headers=_RATE),
        about={"number": "Which clip, from 1."},
        examples={"number": 1},
        refuses=(*NO_VOICE, SampleUnknownError("ana", 2, 1)),
    ),
)
async def sample(
    request: Connection, voice_id: FromPath[str], number: FromPath[int], voices: Given[Voices]
) -> ASGIResponse:
    """Answer a clip as it was sent, as FLAC; they count from 1."""
    return recording(await voices.sample(request.user.owner, voice_id, number))


@get(
    "/voices/{voice_id:str}/preview",
    opt=documented(
        *sound("The line.", FLAC, headers=PREVIEW_HEADERS), refuses=(*NO_VOICE, NO_PREVIEW)
    ),
)
async def preview(
    request: Connection, voice_id: FromPath[str], voices: Given[Voices]
) -> ASGIResponse:
    """Answer how a voice sounds: one line that it spoke. A new voice needs some seconds for it."""
    return recording(await voices.preview(request.user.owner, voice_id), synthetic=True)


@post(
    "/voices/{voice_id:str}/consent",
    status_code=200,
    opt=documented(
        Answer(
            "The voice with its consent.",
            schema=told(VoiceReply, ABOUT),
            example=EXAMPLE,
            headers={"ETag": "The voice's version, for If-Match."},
        ),
        body={JSON: Body(told(wire.ConsentBody), wire.CONSENT_EXAMPLE)},
        refuses=(*JSON_BODY, *NO_VOICE, *CHANGED),
    ),
)
async def give_consent(
    request: Connection, voice_id: FromPath[str], consents: Given[Consents]
) -> ASGIResponse:
    """Keep who agreed to be cloned and in which words, in place of what was kept before."""
    said = wire.decode_consent(await request.body())
    agreed = await consents.give(request.user.owner, voice_id, said.by, said.statement)
    return json(voice(agreed), headers={"ETag": tag(agreed)})


@delete(
    "/voices/{voice_id:str}/consent",
    status_code=200,
    opt=documented(
        Answer(
            "What was forgotten.",
            schema=told(wire.RevokedReply, wire.ABOUT),
            example={"id": "ana", "deleted": True, "lines_forgotten": 3},
        ),
        refuses=(*NO_VOICE, ConsentUnknownError("ana")),
    ),
)
async def revoke_consent(
    request: Connection, voice_id: FromPath[str], consents: Given[Consents]
) -> ASGIResponse:
    """Withdraw a consent: the voice is deleted, and what the caches kept of it is forgotten."""
    revoked = await consents.revoke(request.user.owner, voice_id)
    return json(wire.RevokedReply(revoked.voice, deleted=True, lines_forgotten=revoked.lines))


routes = Router("/", route_handlers=[samples, sample, preview, give_consent, revoke_consent])
