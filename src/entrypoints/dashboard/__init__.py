"""What `/` answers: a browser a small page that speaks, everyone else the same facts as JSON."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.static_files import create_static_files_router

from domain.ports import SpeechEngine
from entrypoints.given import Given
from entrypoints.guards import OPEN

_PAGE = Path(__file__).parent / "page"


@get("/", opt=OPEN)
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
        },
    )


page = create_static_files_router(path="/page", directories=[_PAGE], opt=OPEN)
