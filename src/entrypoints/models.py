"""`/v1/models`, which OpenAI's clients and ElevenLabs' both ask for, each in its own shape."""

from typing import Any

from litestar import Request, Router, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from domain.ports import SpeechEngine
from entrypoints.body import encode
from entrypoints.elevenlabs.wire import account as elevenlabs
from entrypoints.given import Given
from entrypoints.openai import wire as openai
from entrypoints.openai.errors import HANDLERS
from entrypoints.settings import Settings

Connection = Request[Any, Any, Any]


@get("/models")
async def models(
    request: Connection, engine: Given[SpeechEngine], settings: Given[Settings]
) -> ASGIResponse:
    """List the models: who sends `xi-api-key` gets ElevenLabs' array, all others an object."""
    card = engine.card
    if "xi-api-key" in request.headers:
        return _json(elevenlabs.models(card.name, card.languages, settings.longest_text))
    return _json(openai.models(card.name))


@get("/models/{model_id:str}")
async def model(model_id: FromPath[str], engine: Given[SpeechEngine]) -> ASGIResponse:
    """Tell of one model."""
    openai.check_model(model_id, engine.card.name)
    return _json(openai.model(model_id))


routes = Router("/v1", route_handlers=[models, model], exception_handlers=HANDLERS)


def _json(reply: object) -> ASGIResponse:
    return ASGIResponse(body=encode(reply), media_type="application/json")
