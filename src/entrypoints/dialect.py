"""A dialect: whose API it is, how its errors look, and the routers that answer so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from litestar import Router

from entrypoints.errors import Failure, handlers
from entrypoints.schemas import JSON

NAME = "dialect"

DETAIL: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "detail": {"type": "string", "description": "What went wrong, and what to do about it."}
    },
    "required": ["detail"],
}


@dataclass(frozen=True)
class Dialect:
    """Its name and a sentence about it; `schema` is that of the errors `shape` makes."""

    name: str
    about: str
    shape: Callable[[Failure], Any] = lambda failure: {"detail": failure.detail}
    schema: Mapping[str, Any] = field(default_factory=lambda: DETAIL)
    media_type: str = JSON
    status: Callable[[Failure], int] = attrgetter("status")

    def router(self, path: str, route_handlers: Sequence[Any], **further: Any) -> Router:
        """Return a router all of whose routes, and those below, speak this dialect."""
        return Router(
            path,
            route_handlers=route_handlers,
            exception_handlers=handlers(self.shape, self.media_type, self.status),
            tags=[self.name],
            opt={NAME: self},
            **further,
        )


HOUSE = Dialect("Service", "How this server feels, and what it is.")
"""Whoever speaks no dialect of its own."""
