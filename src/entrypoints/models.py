"""`/v1/models`, which OpenAI's clients and ElevenLabs' both ask for, each in its own shape."""

from litestar import Router, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from domain.ports import SpeechEngine
from entrypoints.elevenlabs.wire import account as elevenlabs
from entrypoints.given import Given
from entrypoints.openai import wire as openai
from entrypoints.openai.errors import HANDLERS
from entrypoints.replies import Connection, json
from entrypoints.settings import Settings


@get("/models")
async def models(
    request: Connection, engine: Given[SpeechEngine], settings: Given[Settings]
) -> ASGIResponse:
    """List the models: who sends `xi-api-key` gets ElevenLabs' array, all others an object."""
    card = engine.card
    if "xi-api-key" in request.headers:
        return json(elevenlabs.models(card.name, card.languages, settings.longest_text))
    return json(openai.models(card.name))


@get("/models/{model_id:str}")
async def model(model_id: FromPath[str], engine: Given[SpeechEngine]) -> ASGIResponse:
    """Tell of one model."""
    openai.check_model(model_id, engine.card.name)
    return json(openai.model(model_id))


routes = Router("/v1", route_handlers=[models, model], exception_handlers=HANDLERS)
