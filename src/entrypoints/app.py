"""The application: routes, the door, and the bridge from the container to the handlers."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from litestar import Litestar
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ASGIApp

from entrypoints import dashboard, health
from entrypoints.container import Container
from entrypoints.edge import Edge, local_hosts
from entrypoints.errors import HANDLERS
from entrypoints.guards import door
from entrypoints.native import http as native
from entrypoints.native import jobs as native_jobs
from entrypoints.streaming_server import http as streaming_server

_JSON_BYTES = 4 * 2**20
_MOST_PARTS = 20

_FOR_HANDLERS = (
    *("settings", "clock", "engine", "sessions", "speaking"),
    *("voices", "caches", "figures"),
    *("delivering", "markup", "jobs"),
)


def application(container: Container) -> Litestar:
    """Return the routes over a container that somebody has entered."""
    settings = container.settings()
    return Litestar(
        route_handlers=[
            dashboard.home,
            dashboard.page,
            health.routes,
            streaming_server.routes(settings),
            *native.routes,
            native_jobs.routes(settings),
        ],
        dependencies={name: _provide(getattr(container, name)) for name in _FOR_HANDLERS},
        guards=[door(container.access())],
        exception_handlers=HANDLERS,
        request_max_body_size=_JSON_BYTES,
        multipart_form_part_limit=_MOST_PARTS,
        openapi_config=OpenAPIConfig(
            title="Rhapsode",
            version=version("rhapsode"),
            path="/schema",
            render_plugins=[JsonRenderPlugin()],
        ),
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
    )


def _provide(provider: Callable[[], Any]) -> Provide:
    """Bridge one of the container's singletons to a handler's parameter."""

    def provided() -> Any:
        return provider()

    return Provide(provided, sync_to_thread=False)
