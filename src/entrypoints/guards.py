"""The door of every route: a key from whichever header the caller's dialect uses."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from application.access import Access
from entrypoints.keys import bearer_key

OPEN = {"open": True}
"""A route marked with this needs no key."""

_BARE_HEADERS = ("xi-api-key", "x-api-key", "api-key")


def key_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """Return the key a caller sent, if any; an empty Bearer is none."""
    for header in _BARE_HEADERS:
        if key := connection.headers.get(header, "").strip():
            return key
    return bearer_key(connection.headers.get("authorization"))


def door(access: Access) -> Any:
    """Return the guard that lets callers in."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        if not handler.opt.get("open"):
            connection.scope["user"] = access.authenticate(key_of(connection))

    return guard
