"""What the API's document says of these routes beside their own sentences."""

from domain.errors import InputError
from domain.lettering import TimedText
from entrypoints.dialect import Dialect
from entrypoints.documented import SPOKEN_HEADERS, Answer, Body, documented, sound
from entrypoints.elevenlabs.errors import shape, status
from entrypoints.elevenlabs.wire import account, speech, voices
from entrypoints.elevenlabs.wire.queries import WrongParameterError
from entrypoints.refusals import CLIP, FORMAT, JSON_BODY, MULTIPART_BODY, SAVED, SPEECH
from entrypoints.schemas import JSON, MULTIPART, like, listed, record

DIALECT = Dialect(
    "ElevenLabs",
    "ElevenLabs' API: speech with or without times, voices, and the account.",
    shape=shape,
    schema=record(
        detail=(
            {
                "oneOf": [
                    record(
                        status=(str, "What a program can act on."),
                        message=(str, "What went wrong, and what to do about it."),
                    ),
                    listed(
                        record(
                            loc=(list[str], "Where the fault is."),
                            msg=(str, "What to change."),
                            type=(str, "What kind of fault it is."),
                        )
                    ),
                ]
            },
            "What went wrong; a list with 422.",
        )
    ),
    status=status,
)

_RACHEL = {"voice_id": "21m00Tcm4TlvDq8ikWAM"}
_REFUSED = (*JSON_BODY, *FORMAT, *SPEECH)
_SESSION = {"X-Session-Id": "What to watch and stop the speech by."}
_BODY = {JSON: Body(speech.schema(), speech.EXAMPLE)}
_TIMES = speech.alignment(TimedText("Hi", (0.0, 0.08), (0.08, 0.2)))
_TIMED = {"audio_base64": "SUQzBAAA", "alignment": _TIMES, "normalized_alignment": _TIMES}
_TIMED_SCHEMA = like(_TIMED, speech.TIMED_ABOUT)
_TIMED_SCHEMA["properties"] |= {
    name: {
        "anyOf": [_TIMED_SCHEMA["properties"][name], {"type": "null"}],
        "description": speech.TIMED_ABOUT[name],
    }
    for name in ("alignment", "normalized_alignment")
}

SPEAKS = documented(
    *sound("The sound.", "audio/*"),
    body=_BODY,
    examples=_RACHEL,
    refuses=_REFUSED,
    headers=_SESSION,
)
SPEAKS_TIMED = documented(
    Answer(
        "The sound and when each character is heard.",
        schema=_TIMED_SCHEMA,
        example=_TIMED,
        headers=SPOKEN_HEADERS,
    ),
    body=_BODY,
    examples=_RACHEL,
    refuses=_REFUSED,
    headers=_SESSION,
)
STREAMS_TIMED = documented(
    Answer(
        "A JSON object a line, each with sound and the characters heard in it.",
        "application/x-ndjson",
        {"type": "string"},
        headers=SPOKEN_HEADERS,
    ),
    body=_BODY,
    examples=_RACHEL,
    refuses=_REFUSED,
    headers=_SESSION,
)

_VOICE = voices.EXAMPLE
VOICE_SCHEMA = like(_VOICE, voices.ABOUT, "As ElevenLabs has it; without meaning here.")
VOICE = Answer("The voice.", schema=VOICE_SCHEMA, example=_VOICE)
VOICES = Answer(
    "The voices.",
    schema=record(voices=(listed(VOICE_SCHEMA), "All of them.")),
    example={"voices": [_VOICE]},
)
PAGE = Answer(
    "A page of voices.",
    schema=record(
        voices=(listed(VOICE_SCHEMA), "Those of the page."),
        has_more=(bool, "Whether another page follows."),
        total_count=(int, "How many there are on all pages."),
        next_page_token=(str | None, "What to send for the next page."),
    ),
    example={"voices": [_VOICE], "has_more": False, "total_count": 1, "next_page_token": None},
)
SETTINGS = Answer(
    "The settings.",
    schema=like(voices.SETTINGS, speech.SETTINGS_ABOUT),
    example=voices.SETTINGS,
)
DONE = Answer("It is done.", schema=record(status=(str, "Always ok.")), example={"status": "ok"})
ADDED = Answer(
    "The voice was saved.",
    schema=record(
        voice_id=(str, "The id to speak with."),
        requires_verification=(bool, "Always false: nobody is asked to verify."),
    ),
    example={"voice_id": "ana", "requires_verification": False},
)
NOT_YOURS = InputError("The voice 'Annie' is built in: it can be neither changed nor deleted.")
WRONG_QUERY = (WrongParameterError("query", "page_size", "send a number from 1 to 1,000"),)
FORM = {MULTIPART: Body(voices.FORM, voices.FORM_EXAMPLE)}
EDIT_FORM = {MULTIPART: Body(voices.EDIT_FORM, voices.EDIT_EXAMPLE)}
WRONG_FORM = (
    MULTIPART_BODY[0],
    WrongParameterError("body", "name", "a voice needs a name"),
    *SAVED,
)
WRONG_FILES = (*WRONG_FORM, *CLIP)

USER = Answer(
    "Who calls.",
    schema=like(account.user("anyone", 1), account.ABOUT, account.OTHERWISE),
    example=account.user("anyone", 1),
)
SUBSCRIPTION = Answer(
    "What may be used.",
    schema=like(account.subscription(1), account.ABOUT, account.OTHERWISE),
    example=account.subscription(1),
)
