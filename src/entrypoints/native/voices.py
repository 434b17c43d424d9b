"""The voices: search them, look at one, change it, delete it."""

from litestar import Router, delete, get, patch
from litestar.exceptions import ClientException
from litestar.params import FromPath, FromQuery
from litestar.response import Response
from litestar.response.base import ASGIResponse

from application.roster import Roster, RosterSearch
from application.voices import Voices
from domain.voice import Voice
from entrypoints.documented import Answer, Body, documented
from entrypoints.given import Given
from entrypoints.native.wire import voices as wire
from entrypoints.refusals import CHANGED, NO_VOICE, NOT_JSON, OTHER_VERSION, RANGE, STORE
from entrypoints.replies import Connection, json
from entrypoints.schemas import JSON, told

_ETAG = {"ETag": "The voice's version, for If-Match."}
_MATCH = {"If-Match": "An ETag: nothing is done where the voice is another by now."}
_ONE = Answer(
    "The voice.", schema=told(wire.VoiceReply, wire.ABOUT), example=wire.EXAMPLE, headers=_ETAG
)
_PAGE = Answer(
    "A page of voices.",
    schema=told(wire.PageReply, wire.ABOUT),
    example={"voices": [wire.EXAMPLE], "total": 1, "next": None},
)


@get(
    "/voices",
    opt=documented(
        _PAGE,
        about={
            "language": "What the speaker speaks.",
            "label": "A label as name:value; may be repeated.",
            "kind": "saved, builtin or all.",
        },
        refuses=(*RANGE, *STORE),
    ),
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


@get("/voices/{voice_id:str}", opt=documented(_ONE, refuses=NO_VOICE))
async def one_voice(
    request: Connection, voice_id: FromPath[str], roster: Given[Roster]
) -> ASGIResponse:
    """Tell what is known of a voice, saved or built in."""
    found = await roster.get(request.user.owner, voice_id)
    headers = {"ETag": wire.tag(found)} if isinstance(found, Voice) else {}
    return json(wire.voice(found), headers=headers)


@patch(
    "/voices/{voice_id:str}",
    opt=documented(
        _ONE,
        body={JSON: Body(told(wire.ChangeBody, wire.ABOUT), wire.CHANGE_EXAMPLE)},
        refuses=(NOT_JSON, *NO_VOICE, *CHANGED, OTHER_VERSION),
        headers=_MATCH,
    ),
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
    opt=documented(
        Answer("It is gone.", "", status=204), refuses=(*NO_VOICE, OTHER_VERSION), headers=_MATCH
    ),
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
