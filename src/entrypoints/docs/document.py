"""The OpenAPI document, drawn from the routes: their docstrings, signatures and what they say."""

from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

import structlog
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from entrypoints import refusals as usual
from entrypoints.dialect import HOUSE, NAME, Dialect
from entrypoints.docs.answers import answered, refusals, shared
from entrypoints.docs.parameters import checks_kinds, parameters
from entrypoints.documented import NAME as SAID
from entrypoints.documented import Documented, Refusal

_ABOUT = """\
Text to speech: streamed, cloned, measured, on your own machine. One engine and one registry of
voices stand behind all the dialects below; take whichever your client speaks.

Unknown fields are passed over. Every answer carries `X-Request-Id`, by which the log knows it.
A server without keys answers only to its own name (else 421) and refuses what pages of other
sites want to write (403).

Text that is still being written is spoken over WebSockets, which OpenAPI cannot describe:
`/v1/text-to-speech/{voice_id}/stream-input` and `/multi-stream-input` as ElevenLabs has them, and
`/api/v1/stream` as Leibniz has it. The project's `docs/sockets.md` has every message, parameter and
closing code.
"""
_KEYS = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key of this server."},
    "xi-api-key": {
        "type": "apiKey",
        "in": "header",
        "name": "xi-api-key",
        "description": "The same key, as ElevenLabs' clients send it.",
    },
}


def document(app: Litestar, *, keys: bool) -> dict[str, Any]:
    """Return the document of all routes of an application; `keys` tells whether one is needed."""
    paths: dict[str, dict[str, Any]] = {}
    spoken: list[Dialect] = []
    # the examples of errors name no request: the one that asked for them has nothing to do with it
    with structlog.contextvars.bound_contextvars(request="4f9c2a"):
        for route, handler in _handlers(app):
            dialect = handler.opt.get(NAME, HOUSE)
            spoken.append(dialect)
            for method in sorted(handler.http_methods):
                path = paths.setdefault(route.path_format, {})
                path[method.lower()] = _operation(route, handler, dialect, method, keys=keys)
    components = {"responses": shared(paths)} | ({"securitySchemes": _KEYS} if keys else {})
    return {
        "openapi": "3.1.0",
        "info": {"title": "Rhapsode", "version": version("rhapsode"), "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": _tags(spoken),
        "paths": paths,
        "components": components,
    }


def _tags(spoken: Sequence[Dialect]) -> list[dict[str, str]]:
    """Return the dialects, those with most routes first."""
    by_name = {each.name: each for each in spoken}
    often = Counter(each.name for each in spoken)
    return [{"name": name, "description": by_name[name].about} for name, _ in often.most_common()]


def _handlers(app: Litestar) -> Iterator[tuple[HTTPRoute, HTTPRouteHandler]]:
    routes = [each for each in app.routes if isinstance(each, HTTPRoute)]
    for route in sorted(routes, key=lambda each: each.path_format):
        for handler in sorted(route.route_handlers, key=lambda each: sorted(each.http_methods)):
            if handler.resolve_include_in_schema() and handler.http_methods != {"OPTIONS"}:
                yield route, handler


def _operation(
    route: HTTPRoute, handler: HTTPRouteHandler, dialect: Dialect, method: str, *, keys: bool
) -> dict[str, Any]:
    said: Documented = handler.opt.get(SAID, Documented())
    summary, _, about = (handler.fn.__doc__ or "").strip().partition("\n")
    operation: dict[str, Any] = {
        "operationId": f"{method.lower()}{route.path_format.replace('/', '_')}",
        "tags": [dialect.name],
        "summary": summary,
        "description": " ".join(about.split()),
        "parameters": parameters(handler.fn, route.path_parameters, said),
        "responses": answered(said.answers) | refusals(dialect, _refuses(handler, said)),
    }
    if said.body:
        operation["requestBody"] = {"required": True, "content": _contents(said)}
    if keys and not handler.opt.get("open"):
        operation["security"] = [{name: []} for name in _KEYS]
    return operation


def _contents(said: Documented) -> dict[str, Any]:
    return {
        media_type: {"schema": dict(body.schema), "example": body.example}
        for media_type, body in said.body.items()
    }


def _refuses(handler: HTTPRouteHandler, said: Documented) -> Sequence[Refusal]:
    """Add to what a route says of itself what can happen to any route of its kind."""
    return (
        *(() if handler.opt.get("open") else usual.NO_KEY),
        *((usual.WRONG_PARAMETER,) if checks_kinds(handler.fn) else ()),
        *said.refuses,
        *((usual.BODY_TOO_LARGE, usual.BODY_TOO_SLOW) if said.body else ()),
        usual.BROKE,
    )
