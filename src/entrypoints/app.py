"""The application: routes, the door, and the bridge from the container to the handlers."""

from collections.abc import Callable
from typing import Any

from litestar import Litestar
from litestar.di import Provide
from litestar.types import ASGIApp

from entrypoints import dashboard, health, models
from entrypoints.container import Container
from entrypoints.coqui_server import http as coqui_server
from entrypoints.cors import cors
from entrypoints.docs import http as docs
from entrypoints.edge import Edge, local_hosts
from entrypoints.elevenlabs import http as elevenlabs
from entrypoints.errors import HANDLERS
from entrypoints.guards import door
from entrypoints.leibniz import http as leibniz
from entrypoints.marytts import http as marytts
from entrypoints.native import http as native
from entrypoints.openai import http as openai
from entrypoints.sentiric import http as sentiric
from entrypoints.sharing import shared
from entrypoints.streaming_server import http as streaming_server
from entrypoints.xtts_api_server import http as xtts_api_server

_DIALECTS = (streaming_server, coqui_server, sentiric, leibniz, xtts_api_server, marytts)
_JSON_BYTES = 4 * 2**20
_MOST_PARTS = 20

_FOR_HANDLERS = (
    *("settings", "clock", "engine", "sessions", "speaking"),
    *("voices", "roster", "caches", "figures"),
    *("delivering", "markup", "mixing", "consents"),
    *("access", "timbres", "jobs"),
    *("studio", "splitter", "open_sockets", "relay"),
)


def application(container: Container) -> Litestar:
    """Return the routes over a container that somebody has entered."""
    settings = container.settings()
    return Litestar(
        route_handlers=[
            dashboard.home,
            dashboard.page,
            health.routes,
            *(shared(dialect.routes(settings)) for dialect in _DIALECTS),
            native.routes(settings),
            openai.routes(),
            elevenlabs.routes(settings),
            models.routes,
            docs.routes,
        ],
        dependencies={name: _provide(getattr(container, name)) for name in _FOR_HANDLERS},
        guards=[door(container.access())],
        exception_handlers=HANDLERS,
        cors_config=cors(settings),
        request_max_body_size=_JSON_BYTES,
        multipart_form_part_limit=_MOST_PARTS,
        openapi_config=None,
        logging_config=None,
    )


def served(container: Container) -> ASGIApp:
    """Return the application as it meets the world, inside its edge."""
    settings = container.settings()
    named = not settings.api_keys and (settings.loopback or settings.allowed_hosts)
    return Edge(
        application(container),
        bus=container.bus(),
        engine=lambda: container.engine().card.name,
        hosts=local_hosts(settings.host, *settings.allowed_hosts) if named else None,
        body_timeout_s=settings.request_timeout_s,
        origins=frozenset(settings.cors_origins),
        keyless=not settings.api_keys,
    )


def _provide(provider: Callable[[], Any]) -> Provide:
    """Bridge one of the container's singletons to a handler's parameter."""

    def provided() -> Any:
        return provider()

    return Provide(provided, sync_to_thread=False)
