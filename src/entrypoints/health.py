"""How the service feels: /health, /ready and /metrics."""

from importlib.metadata import version
from typing import Any, Protocol

from litestar import Response, Router, get

from application.sessions import Sessions
from domain.ports import Pulse, SpeechEngine
from entrypoints.documented import Answer, documented
from entrypoints.given import Given
from entrypoints.guards import OPEN
from entrypoints.schemas import record

STALE_S = 10.0
"""An engine whose last step is older than this hangs."""

Health = dict[str, Any]

_SCHEMA = record(
    status=(str, "ok, closing or degraded."),
    ready=(bool, "Whether the next request would be spoken."),
    engine=(str, "Which engine speaks."),
    model_loaded=(bool, "Whether its model is in memory."),
    device=(str, "What it runs on."),
    precision=(str, "In which numbers it reckons."),
    slots=(int | None, "How many lines it speaks at once; null is as many as come."),
    slot_mib=(float, "MiB that each takes."),
    version=(str, "This server's version."),
    capabilities=(
        record(
            cloning=(str, "What it can do with recordings."),
            alignment=(str, "How it knows when words are heard."),
            languages=(int, "How many it speaks."),
            speakers=(int, "How many it brings along."),
        ),
        "What it can do.",
    ),
)
_EXAMPLE = {
    "status": "ok",
    "ready": True,
    "engine": "espeak",
    "model_loaded": True,
    "device": "cpu",
    "precision": "int16",
    "slots": None,
    "slot_mib": 0.0,
    "version": "0.1.0",
    "capabilities": {"cloning": "pitch", "alignment": "exact", "languages": 17, "speakers": 40},
}
_NOT_READY = _EXAMPLE | {"status": "degraded", "ready": False, "model_loaded": False}


class Figures(Protocol):
    """The figures as Prometheus reads them."""

    def exposition(self, pulse: Pulse, streams: int) -> bytes:
        """Return the text of /metrics."""
        ...


@get("/health", opt=OPEN | documented(Answer("It lives.", schema=_SCHEMA, example=_EXAMPLE)))
async def health(engine: Given[SpeechEngine], sessions: Given[Sessions]) -> Health:
    """Answer while the loop turns."""
    return _state(engine, await engine.pulse(), sessions)


@get(
    "/ready",
    opt=OPEN
    | documented(
        Answer("The next request would be spoken.", schema=_SCHEMA, example=_EXAMPLE),
        Answer("It would not.", schema=_SCHEMA, example=_NOT_READY, status=503),
    ),
)
async def ready(engine: Given[SpeechEngine], sessions: Given[Sessions]) -> Response[Health]:
    """Answer 200 when the next request would be spoken."""
    state = _state(engine, await engine.pulse(), sessions)
    return Response(state, status_code=200 if state["ready"] else 503)


@get(
    "/metrics",
    opt=documented(
        Answer("The figures.", "text/plain", {"type": "string"}, "rhapsode_streams 0.0\n")
    ),
)
async def metrics(
    engine: Given[SpeechEngine],
    sessions: Given[Sessions],
    figures: Given[Figures],
) -> Response[bytes]:
    """Answer the figures, never with a voice or a text as a label."""
    text = figures.exposition(await engine.pulse(), sessions.active)
    return Response(text, media_type="text/plain; version=0.0.4")


routes = Router("/", route_handlers=[health, ready, metrics])


def _state(engine: SpeechEngine, pulse: Pulse, sessions: Sessions) -> Health:
    card = engine.card
    stale = pulse.last_step_age_s is not None and pulse.last_step_age_s > STALE_S
    is_ready = pulse.alive and not stale and not sessions.closing
    wrong = "closing" if sessions.closing else "degraded"
    return {
        "status": "ok" if is_ready else wrong,
        "ready": is_ready,
        "engine": card.name,
        "model_loaded": pulse.alive,
        "device": card.device,
        "precision": card.precision,
        "slots": card.slots,
        "slot_mib": round(card.slot_mib, 1),
        "version": version("rhapsode"),
        "capabilities": {
            "cloning": card.cloning,
            "alignment": card.alignment,
            "languages": len(card.languages),
            "speakers": len(card.speakers),
        },
    }
