"""The sessions of the caller: what each stream does, and the way to stop one."""

from litestar import Router, delete, get
from litestar.params import FromPath, FromQuery
from litestar.response.base import ASGIResponse

from application.sessions import Sessions
from entrypoints.given import Given
from entrypoints.native.documented import answers
from entrypoints.native.problems import refusals
from entrypoints.native.wire import sessions as wire
from entrypoints.replies import Connection, json


@get(
    "/sessions",
    responses={200: answers(wire.SessionsReply, "The sessions."), **refusals(400, 422)},
)
async def every_session(
    request: Connection, sessions: Given[Sessions], limit: FromQuery[int] = 100
) -> ASGIResponse:
    """List your living sessions, then those that ended lately, the latest first."""
    seen = await sessions.lately(request.user.owner, wire.check_limit(limit))
    return json(wire.sessions(seen))


@get(
    "/sessions/{session_id:str}",
    responses={200: answers(wire.SessionReply, "The session."), **refusals(404)},
)
async def one_session(
    request: Connection, session_id: FromPath[str], sessions: Given[Sessions]
) -> ASGIResponse:
    """Tell how far a session is, and where it stands in the engine's line."""
    return json(wire.session(await sessions.status(request.user.owner, session_id)))


@delete(
    "/sessions/{session_id:str}",
    status_code=200,
    responses={200: answers(wire.SessionReply, "The session that ended."), **refusals(404)},
)
async def cancel_session(
    request: Connection, session_id: FromPath[str], sessions: Given[Sessions]
) -> ASGIResponse:
    """Stop a stream: the engine is free of it when this answers. One that ended stays as it is."""
    owner = request.user.owner
    await sessions.cancel(owner, session_id)
    return json(wire.session(await sessions.status(owner, session_id)))


routes = Router("/", route_handlers=[every_session, one_session, cancel_session])
