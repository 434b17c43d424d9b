"""`/v1/models`, which OpenAI's clients and ElevenLabs' both ask for, each in its own shape."""

from litestar import get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from domain.ports import SpeechEngine
from entrypoints.documented import Answer, documented
from entrypoints.elevenlabs.wire import account as elevenlabs
from entrypoints.given import Given
from entrypoints.openai import wire as openai
from entrypoints.openai.errors import DIALECT, NO_MODEL
from entrypoints.replies import Connection, json
from entrypoints.settings import Settings


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
        return json(elevenlabs.models(card.name, card.languages, settings.longest_text))
    return json(openai.models(card.name))


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
    return json(openai.model(model_id))


routes = DIALECT.router("/v1", [models, model])
