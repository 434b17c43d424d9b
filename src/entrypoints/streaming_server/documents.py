"""What the streaming server's routes answer, as the API's document tells it."""

from entrypoints.clip_reports import SCHEMA as CLIP
from entrypoints.documented import Answer
from entrypoints.schemas import listed, record

_VOICE_ID = (str, "The id to speak with.")
_NAME = (str, "What people call it.")
_SAVED = record(voice_id=_VOICE_ID, name=_NAME, saved=(bool, "Always true."))
_SAVED["properties"] |= {
    "clips": {**listed(CLIP), "description": "What was measured of the recording."},
    "warnings": {
        "type": "array",
        "items": {"type": "string"},
        "description": "What would make the voice better.",
    },
}
_LATENTS = record(
    gpt_cond_latent=(list[list[float]], "Half of the latents."),
    speaker_embedding=(list[float], "The other half."),
)
_VOICE = {"voice_id": "ana", "name": "Ana", "saved": True}

SAVED = Answer("The voice was saved.", schema=_SAVED, example=_VOICE)
CLONED = Answer(
    "The latents; or which voice was saved, where the options say so.",
    schema={"oneOf": [_LATENTS, _SAVED]},
    example=_VOICE,
    headers={
        "X-Clip-Report": "What was measured of the recording, as JSON, beside latents.",
        "X-Clip-Warnings": "What would make the voice better, if anything.",
    },
)
LISTED = Answer(
    "The voices.",
    schema=listed(
        record(
            voice_id=_VOICE_ID,
            name=_NAME,
            description=(str, "What else is said of it."),
            created_at=(str, "When it was saved."),
        )
    ),
    example=[
        {
            "voice_id": "ana",
            "name": "Ana",
            "description": "",
            "created_at": "2026-01-31T12:00:00+00:00",
        }
    ],
    headers={
        "X-Total-Count": "How many voices there are.",
        "X-Next-Page": "What to send as `after`, where there are more.",
    },
)
DELETED = Answer(
    "It is gone.",
    schema=record(voice_id=_VOICE_ID, deleted=(bool, "Always true.")),
    example={"voice_id": "ana", "deleted": True},
)

_SESSION_ID = (str, "The session.")
_STATE = (str, "queued, speaking, done, cancelled or failed.")
_MARK = record(name=(str, "The mark's name."), at_ms=(float, "When it was passed."))

STATUS = Answer(
    "How far it is.",
    schema=record(
        session_id=_SESSION_ID,
        state=_STATE,
        progress=(float, "How much of the text was spoken, 0 to 1."),
        chunks=(int, "Pieces of sound so far."),
        queue_position=(int, "How many lines are before it; 0 when it speaks."),
        wait_ms=(float, "How long that may take."),
        audio_ms=(float, "How much sound was made."),
        loudness_lufs=(float | None, "How loud it was, once that is known."),
        marks=(listed(_MARK), "The marks of the text that were passed."),
    ),
    example={
        "session_id": "story-1",
        "state": "done",
        "progress": 1.0,
        "chunks": 4,
        "queue_position": 0,
        "wait_ms": 0.0,
        "audio_ms": 1630.0,
        "loudness_lufs": -18.0,
        "marks": [],
    },
)
CANCELLED = Answer(
    "It ended.",
    schema=record(session_id=_SESSION_ID, state=_STATE),
    example={"session_id": "story-1", "state": "cancelled"},
)

_COUNTS = {
    "hits": (int, "How often what was asked for was there."),
    "misses": (int, "How often it was not."),
    "ttl": (float, "Seconds that something unused stays."),
    "size": (int, "How many it holds."),
}

CACHES = Answer(
    "How they do.",
    schema=record(
        voices=(record(**_COUNTS, max_size=(int, "How many it may hold.")), "Voices in memory."),
        audio=(
            record(
                **_COUNTS,
                bytes=(int, "How much room it takes."),
                max_bytes=(int, "How much it may take."),
            ),
            "Lines spoken before.",
        ),
    ),
    example={
        "voices": {"size": 1, "max_size": 100, "ttl": 3600.0, "hits": 5, "misses": 1},
        "audio": {
            "size": 3,
            "bytes": 131072,
            "max_bytes": 67108864,
            "ttl": 3600.0,
            "hits": 2,
            "misses": 3,
        },
    },
)
CLEARED = Answer(
    "How much was forgotten.",
    schema=record(voices=(int, "Voices."), audio=(int, "Lines.")),
    example={"voices": 1, "audio": 3},
)
SPEAKERS = Answer("Their names.", schema=listed({"type": "string"}), example=["Annie", "Michael"])
LANGUAGES = Answer("Their tags.", schema=listed({"type": "string"}), example=["de", "en", "zh-cn"])
