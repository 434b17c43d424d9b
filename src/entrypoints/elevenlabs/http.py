"""All routes of this dialect, with its own errors."""

from collections.abc import Callable
from typing import Any

from litestar import Router

from domain.ports import SpeechEngine
from entrypoints.elevenlabs import account, cloning, speech, voices, wire
from entrypoints.elevenlabs.errors import HANDLERS
from entrypoints.settings import Settings


def routes(settings: Settings) -> Router:
    """Return the routes."""
    return Router(
        "/",
        route_handlers=[
            *(speech.routes, voices.routes, cloning.routes(settings)),
            account.routes,
        ],
        exception_handlers=HANDLERS,
        tags=["ElevenLabs"],
    )


def models(engine: Callable[[], SpeechEngine], settings: Settings) -> list[dict[str, Any]]:
    """Return the models, for the path that two dialects share."""
    card = engine().card
    return wire.models(card.name, card.languages, settings.longest_text)
