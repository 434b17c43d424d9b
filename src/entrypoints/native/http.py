"""The routes of the house's own API, under one shape of errors."""

from litestar import Router

from entrypoints.native import (
    cache,
    engines,
    evidence,
    jobs,
    making,
    problems,
    sessions,
    speech,
    voices,
)
from entrypoints.settings import Settings


def routes(settings: Settings) -> Router:
    """Return all of them; whatever goes wrong in one is answered as a problem document."""
    api = Router(
        "/api/v1",
        route_handlers=[
            *(speech.routes, voices.routes, making.routes(settings), evidence.routes),
            *(sessions.routes, cache.routes, engines.routes, jobs.routes(settings)),
        ],
    )
    return problems.DIALECT.router("/", [api, speech.ssml_routes, problems.routes])
