"""Paths that several dialects share: one answers GET there, another POST."""

from litestar import Router
from litestar.enums import HttpMethod
from litestar.routes import HTTPRoute


def shared(router: Router) -> Router:
    """Let a router's paths be shared with other routers.

    The framework gives every path of a router its own answer to OPTIONS, and then refuses the same
    path of another router because of the second one. The application makes them anew.
    """
    for route in router.routes:
        if isinstance(route, HTTPRoute):
            route.route_handlers = [
                handler
                for handler in route.route_handlers
                if handler.http_methods != {HttpMethod.OPTIONS}
            ]
    return router
