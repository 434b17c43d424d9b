"""`/v1/models`, which OpenAI's clients and ElevenLabs' both ask for, each in its own shape."""

from typing import Any

from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from domain.ports import SpeechEngine
from entrypoints.body import encode
from entrypoints.documented import Answer, documented
from entrypoints.elevenlabs.wire import account as elevenlabs
from entrypoints.given import Given
from entrypoints.openai import wire as openai
from entrypoints.openai.errors import DIALECT, NO_MODEL
from entrypoints.settings import Settings

Connection = Request[Any, Any, Any]


@get(
    "/models",
    opt=documented(
        Answer(
            "The models, in the shape of whoever asks.",
            schema={"oneOf": [openai.MODELS_SCHEMA, elevenlabs.models_schema()]},
            example=openai.models("espeak"),
        ),
    ),
)
async def models(
    request: Connection, engine: Given[SpeechEngine], settings: Given[Settings]
) -> ASGIResponse:
    """List the models: who sends `xi-api-key` gets ElevenLabs' array, all others an object."""
    card = engine.card
    if "xi-api-key" in request.headers:
        return _json(elevenlabs.models(card.name, card.languages, settings.longest_text))
    return _json(openai.models(card.name))


@get(
    "/models/{model_id:str}",
    opt=documented(
        Answer("The model.", schema=openai.MODEL, example=openai.model("tts-1")),
        about={"model_id": "The model's name."},
        examples={"model_id": "tts-1"},
        refuses=(NO_MODEL,),
    ),
)
async def model(model_id: FromPath[str], engine: Given[SpeechEngine]) -> ASGIResponse:
    """Tell of one model."""
    openai.check_model(model_id, engine.card.name)
    return _json(openai.model(model_id))


routes = DIALECT.router("/v1", [models, model])


def _json(reply: object) -> ASGIResponse:
    return ASGIResponse(body=encode(reply), media_type="application/json")
