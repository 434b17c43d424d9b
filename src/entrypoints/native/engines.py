"""The engine, and all that may be asked of this server."""

from litestar import Router, get
from litestar.response.base import ASGIResponse

from application.timbres import Timbres
from domain.ports import SpeechEngine
from entrypoints.documented import Answer, documented
from entrypoints.given import Given
from entrypoints.native.wire import service as wire
from entrypoints.replies import json
from entrypoints.schemas import told
from entrypoints.settings import Settings


@get(
    "/engines",
    opt=documented(
        Answer(
            "Engines, formats and limits.",
            schema=told(wire.EnginesReply, wire.ABOUT),
            example=wire.ENGINES_EXAMPLE,
        )
    ),
)
async def engines(
    engine: Given[SpeechEngine], timbres: Given[Timbres], settings: Given[Settings]
) -> ASGIResponse:
    """Tell who speaks here: languages, formats, ranges, limits, and how the engine feels."""
    house = wire.House(
        default_voice=timbres.default_name,
        default_language=settings.default_language,
        target=settings.target,
        longest_text=settings.longest_text,
        largest_upload_bytes=settings.largest_upload_bytes,
        longest_clip_s=settings.longest_clip_s,
        longest_queue=settings.longest_queue,
        require_consent=settings.require_consent,
    )
    return json(wire.engines(engine.card, await engine.pulse(), house))


routes = Router("/", route_handlers=[engines])
