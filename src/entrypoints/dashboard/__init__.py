"""What `/` answers: a browser a small page that speaks, everyone else the same facts as JSON."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.static_files import create_static_files_router

from domain.ports import SpeechEngine
from entrypoints.documented import Answer, documented
from entrypoints.given import Given
from entrypoints.guards import OPEN
from entrypoints.schemas import record

_PAGE = Path(__file__).parent / "page"
_SCHEMA = record(
    service=(str, "Always rhapsode."),
    version=(str, "Its version."),
    engine=(str, "Which engine speaks."),
    cloning=(str, "What the engine can do with recordings."),
    speak=(str, "Where to speak."),
    voices=(str, "Where the saved voices are."),
    health=(str, "Where it tells how it feels."),
    docs=(str, "Where all routes are described."),
)
_EXAMPLE = {
    "service": "rhapsode",
    "version": "0.1.0",
    "engine": "espeak",
    "cloning": "pitch",
    "speak": "POST /tts_stream",
    "voices": "GET /saved_voices",
    "health": "GET /health",
    "docs": "GET /docs",
}


@get(
    "/",
    opt=OPEN
    | documented(
        Answer("What this service is.", schema=_SCHEMA, example=_EXAMPLE),
        Answer("The page.", "text/html", {"type": "string"}),
    ),
)
async def home(
    request: Request[Any, Any, Any],
    engine: Given[SpeechEngine],
) -> Response[Any]:
    """Answer the page to browsers, and what this service is to everyone else."""
    if "text/html" in request.headers.get("accept", ""):
        return Response((_PAGE / "index.html").read_bytes(), media_type="text/html")
    card = engine.card
    return Response(
        {
            "service": "rhapsode",
            "version": version("rhapsode"),
            "engine": card.name,
            "cloning": card.cloning,
            "speak": "POST /tts_stream",
            "voices": "GET /saved_voices",
            "health": "GET /health",
            "docs": "GET /docs",
        },
    )


page = create_static_files_router(path="/page", directories=[_PAGE], opt=OPEN)
