"""`/v1/models`, which OpenAI's clients and ElevenLabs' both ask for, each in its own shape."""

from collections.abc import Callable
from typing import Any

from litestar import Request, Router, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from domain.ports import SpeechEngine
from entrypoints.body import encode
from entrypoints.given import Given
from entrypoints.openai import wire as openai
from entrypoints.openai.errors import HANDLERS

Connection = Request[Any, Any, Any]
Arrayed = Callable[[], list[dict[str, Any]]]


def routes(for_elevenlabs: Arrayed) -> Router:
    """Return the routes; who sends `xi-api-key` gets ElevenLabs' array, all others an object."""

    @get("/models")
    async def models(request: Connection, engine: Given[SpeechEngine]) -> ASGIResponse:
        """List the models: all of them are this server's one engine."""
        theirs = "xi-api-key" in request.headers
        return _json(for_elevenlabs() if theirs else openai.models(engine.card.name))

    @get("/models/{model_id:str}")
    async def model(model_id: FromPath[str], engine: Given[SpeechEngine]) -> ASGIResponse:
        """Tell of one model."""
        openai.check_model(model_id, engine.card.name)
        return _json(openai.model(model_id))

    return Router("/v1", route_handlers=[models, model], exception_handlers=HANDLERS)


def _json(reply: object) -> ASGIResponse:
    return ASGIResponse(body=encode(reply), media_type="application/json")
