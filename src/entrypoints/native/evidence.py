"""What a voice rests on: the clips it was cloned from, how it sounds, and who agreed to it."""

from litestar import Router, delete, get, post
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from application.consents import Consents
from application.voices import Voices
from entrypoints.given import Given
from entrypoints.native.documented import answers, schema_of, takes
from entrypoints.native.problems import refusals
from entrypoints.native.wire import evidence as wire
from entrypoints.native.wire.voices import VoiceReply, tag, voice
from entrypoints.replies import Connection, json, recording

_FLAC = "audio/flac"
_CONSENT = takes(
    schema_of(wire.ConsentBody), {"by": "Ana Lima", "statement": "You may speak in my voice."}
)


@get(
    "/voices/{voice_id:str}/samples",
    responses={200: answers(wire.SamplesReply, "The clips."), **refusals(404, 503)},
)
async def samples(
    request: Connection, voice_id: FromPath[str], voices: Given[Voices]
) -> ASGIResponse:
    """List the clips that a voice was cloned from; a mix and one saved from latents have none."""
    return json(wire.samples(await voices.samples(request.user.owner, voice_id)))


@get(
    "/voices/{voice_id:str}/samples/{number:int}",
    responses={200: answers(bytes, "The clip.", _FLAC), **refusals(404, 503)},
)
async def sample(
    request: Connection, voice_id: FromPath[str], number: FromPath[int], voices: Given[Voices]
) -> ASGIResponse:
    """Answer a clip as it was sent, as FLAC; they count from 1."""
    return recording(await voices.sample(request.user.owner, voice_id, number))


@get(
    "/voices/{voice_id:str}/preview",
    responses={200: answers(bytes, "The line.", _FLAC), **refusals(404, 503)},
)
async def preview(
    request: Connection, voice_id: FromPath[str], voices: Given[Voices]
) -> ASGIResponse:
    """Answer how a voice sounds: one line that it spoke. A new voice needs some seconds for it."""
    return recording(await voices.preview(request.user.owner, voice_id), synthetic=True)


@post(
    "/voices/{voice_id:str}/consent",
    operation_class=_CONSENT,
    status_code=200,
    responses={
        200: answers(VoiceReply, "The voice with its consent."),
        **refusals(400, 404, 422, 503),
    },
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
    responses={200: answers(wire.RevokedReply, "What was forgotten."), **refusals(404, 503)},
)
async def revoke_consent(
    request: Connection, voice_id: FromPath[str], consents: Given[Consents]
) -> ASGIResponse:
    """Withdraw a consent: the voice is deleted, and what the caches kept of it is forgotten."""
    revoked = await consents.revoke(request.user.owner, voice_id)
    return json(wire.RevokedReply(revoked.voice, deleted=True, lines_forgotten=revoked.lines))


routes = Router("/", route_handlers=[samples, sample, preview, give_consent, revoke_consent])
