"""How the service feels: /health, /ready and /metrics."""

from importlib.metadata import version
from typing import Any, Protocol

from litestar import Response, Router, get

from application.sessions import Sessions
from domain.ports import Pulse, SpeechEngine
from entrypoints.given import Given
from entrypoints.guards import OPEN

STALE_S = 10.0
"""An engine whose last step is older than this hangs."""

Health = dict[str, Any]


class Figures(Protocol):
    """The figures as Prometheus reads them."""

    def exposition(self, pulse: Pulse, streams: int) -> bytes:
        """Return the text of /metrics."""
        ...


@get("/health", opt=OPEN)
async def health(engine: Given[SpeechEngine], sessions: Given[Sessions]) -> Health:
    """Answer while the loop turns."""
    return _state(engine, await engine.pulse(), sessions)


@get("/ready", opt=OPEN)
async def ready(engine: Given[SpeechEngine], sessions: Given[Sessions]) -> Response[Health]:
    """Answer 200 when the next request would be spoken."""
    state = _state(engine, await engine.pulse(), sessions)
    return Response(state, status_code=200 if state["ready"] else 503)


@get("/metrics")
async def metrics(
    engine: Given[SpeechEngine],
    sessions: Given[Sessions],
    figures: Given[Figures],
) -> Response[bytes]:
    """Answer the figures, never with a voice or a text as a label."""
    text = figures.exposition(await engine.pulse(), sessions.active)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


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
