"""The sessions of the caller: what each stream does, and the way to stop one."""

from litestar import Router, delete, get
from litestar.params import FromPath, FromQuery
from litestar.response.base import ASGIResponse

from application.sessions import Sessions
from entrypoints.documented import Answer, documented
from entrypoints.given import Given
from entrypoints.native.wire import sessions as wire
from entrypoints.refusals import NO_SESSION, RANGE
from entrypoints.replies import Connection, json
from entrypoints.schemas import told

_SESSION = Answer("The session.", schema=told(wire.SessionReply, wire.ABOUT), example=wire.EXAMPLE)


@get(
    "/sessions",
    opt=documented(
        Answer(
            "The sessions.",
            schema=told(wire.SessionsReply, wire.ABOUT),
            example={"sessions": [wire.EXAMPLE]},
        ),
        refuses=RANGE,
    ),
)
async def every_session(
    request: Connection, sessions: Given[Sessions], limit: FromQuery[int] = 100
) -> ASGIResponse:
    """List your living sessions, then those that ended lately, the latest first."""
    seen = await sessions.lately(request.user.owner, wire.check_limit(limit))
    return json(wire.sessions(seen))


@get(
    "/sessions/{session_id:str}",
    opt=documented(_SESSION, refuses=NO_SESSION),
)
async def one_session(
    request: Connection, session_id: FromPath[str], sessions: Given[Sessions]
) -> ASGIResponse:
    """Tell how far a session is, and where it stands in the engine's line."""
    return json(wire.session(await sessions.status(request.user.owner, session_id)))


@delete(
    "/sessions/{session_id:str}",
    status_code=200,
    opt=documented(_SESSION, refuses=NO_SESSION),
)
async def cancel_session(
    request: Connection, session_id: FromPath[str], sessions: Given[Sessions]
) -> ASGIResponse:
    """Stop a stream: the engine is free of it when this answers. One that ended stays as it is."""
    owner = request.user.owner
    await sessions.cancel(owner, session_id)
    return json(wire.session(await sessions.status(owner, session_id)))


routes = Router("/", route_handlers=[every_session, one_session, cancel_session])
