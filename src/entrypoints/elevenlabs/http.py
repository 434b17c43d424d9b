"""All routes of this dialect, with its own errors."""

from litestar import Router

from entrypoints.elevenlabs import account, cloning, speech, voices
from entrypoints.elevenlabs.errors import HANDLERS
from entrypoints.settings import Settings


def routes(settings: Settings) -> Router:
    """Return the routes."""
    return Router(
        "/",
        route_handlers=[
            *(speech.routes, voices.routes, cloning.routes(settings), account.routes),
        ],
        exception_handlers=HANDLERS,
        tags=["ElevenLabs"],
    )
