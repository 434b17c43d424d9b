"""All routes of this dialect, with its own errors."""

from litestar import Router

from entrypoints.elevenlabs import account, cloning, sockets, speech, voices
from entrypoints.elevenlabs.documents import DIALECT
from entrypoints.settings import Settings


def routes(settings: Settings) -> Router:
    """Return the routes."""
    return DIALECT.router(
        "/",
        [speech.routes, sockets.routes, voices.routes, cloning.routes(settings), account.routes],
    )
