"""The voices: search them, look at one, change it, delete it."""

from litestar import Router, delete, get, patch
from litestar.exceptions import ClientException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery
from litestar.response import Response
from litestar.response.base import ASGIResponse

from application.roster import Roster, RosterSearch
from application.voices import Voices
from domain.voice import Voice
from entrypoints.given import Given
from entrypoints.native.documented import answers, schema_of, takes
from entrypoints.native.problems import refusals
from entrypoints.native.wire import voices as wire
from entrypoints.replies import Connection, json

_CHANGE = takes(
    schema_of(wire.ChangeBody),
    {"name": "Ana, warm", "labels": {"mood": "warm", "draft": None}, "version": 1},
)
_ONE = answers(wire.VoiceReply, "The voice; its ETag goes into If-Match.")


@get(
    "/voices",
    responses={200: answers(wire.PageReply, "A page of voices."), **refusals(400, 422, 503)},
)
async def find_voices(
    request: Connection,
    roster: Given[Roster],
    q: FromQuery[str] = "",
    language: FromQuery[str | None] = None,
    label: FromQuery[list[str] | None] = None,
    kind: FromQuery[wire.Kind] = wire.Kind.SAVED,
    limit: FromQuery[int] = 100,
    after: FromQuery[str | None] = None,
) -> ASGIResponse:
    """Search the voices: `q` in id, name or description, each `label` as name:value.

    Saved voices come oldest first; `kind` adds the engine's own speakers (all) or lists them alone
    (builtin). A further page begins at what `next` says, sent as `after`.
    """
    search = wire.search(request.user.owner, q, language, label or (), limit, after)
    return json(wire.page(await roster.find(RosterSearch(search, wire.KINDS[kind]))))


@get("/voices/{voice_id:str}", responses={200: _ONE, **refusals(404, 503)})
async def one_voice(
    request: Connection, voice_id: FromPath[str], roster: Given[Roster]
) -> ASGIResponse:
    """Tell what is known of a voice, saved or built in."""
    found = await roster.get(request.user.owner, voice_id)
    headers = {"ETag": wire.tag(found)} if isinstance(found, Voice) else {}
    return json(wire.voice(found), headers=headers)


@patch(
    "/voices/{voice_id:str}",
    operation_class=_CHANGE,
    responses={200: _ONE, **refusals(400, 404, 409, 412, 422, 503)},
)
async def change_voice(
    request: Connection, voice_id: FromPath[str], voices: Given[Voices]
) -> ASGIResponse:
    """Change name, description, language or labels of a saved voice; what is left out stays.

    With If-Match (an ETag) or `version`, nothing is changed where somebody was quicker.
    """
    change = wire.decode_change(await request.body())
    seen = await voices.get(request.user.owner, voice_id)
    _check_match(request, seen)
    changed = await voices.change(wire.changed(seen, change))
    return json(wire.voice(changed), headers={"ETag": wire.tag(changed)})


@delete(
    "/voices/{voice_id:str}",
    responses={204: ResponseSpec(None, description="It is gone."), **refusals(404, 412, 503)},
)
async def delete_voice(
    request: Connection, voice_id: FromPath[str], voices: Given[Voices]
) -> Response[None]:
    """Forget a saved voice; a stream that speaks with it goes on to its end."""
    if request.headers.get("if-match"):
        _check_match(request, await voices.get(request.user.owner, voice_id))
    await voices.delete(request.user.owner, voice_id)
    return Response(None, status_code=204)


routes = Router("/", route_handlers=[find_voices, one_voice, change_voice, delete_voice])


def _check_match(request: Connection, seen: Voice) -> None:
    """Go on only with the version that the caller has seen, where one was named."""
    wanted = [tag.strip() for tag in request.headers.get("if-match", "*").split(",")]
    if "*" not in wanted and wire.tag(seen) not in wanted:
        detail = f"The voice {seen.id!r} was changed; read it again, then repeat the change."
        raise ClientException(detail, status_code=412)
