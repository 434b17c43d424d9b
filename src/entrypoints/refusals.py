"""Errors as examples: which ones a route can have, in groups that go together."""

from litestar.exceptions import HTTPException, ValidationException

from domain import errors
from entrypoints.body import FieldInvalidError, MalformedBodyError
from entrypoints.errors import BROKEN, TOO_LARGE, Failure

NO_KEY = (errors.KeyMissingError(), errors.KeyUnknownError())
BROKE = Failure(BROKEN, 500, RuntimeError())
BODY_TOO_LARGE = Failure(TOO_LARGE, 413, HTTPException(status_code=413))
BODY_TOO_SLOW = Failure(
    "The body took too long to arrive; send it again, faster.", 408, HTTPException(status_code=408)
)
WRONG_PARAMETER = Failure(
    "A parameter of the query is not of its kind.",
    400,
    ValidationException(extra=[{"key": "limit", "message": "Expected `int`, got `str`"}]),
)
NO_SUCH_PATH = Failure("There is nothing at this path.", 404, HTTPException(status_code=404))
OTHER_VERSION = Failure(
    "The voice 'ana' was changed; read it again, then repeat the change.",
    412,
    HTTPException(status_code=412),
)

MISSING = FieldInvalidError("The field 'text' is missing.", "text")
NOT_JSON = MalformedBodyError(
    'The body is not JSON (Input data was truncated); send an object such as {"text": "Hello."}.'
)
JSON_BODY = (NOT_JSON, MISSING)
FORM_BODY = (
    MalformedBodyError("The body is no form: send its fields URL-encoded, as UTF-8."),
    MISSING,
)
MULTIPART_BODY = (
    Failure("The body is no form.", 400, HTTPException(status_code=400)),
    errors.InputError("There is no clip: send a recording as a multipart file."),
)

CHANGED = (
    errors.VoiceChangedError("ana", 1),
    errors.VoiceTextInvalidError("name", 200),
    errors.LanguageUnknownError("xx", ("de", "en", "fr")),
)
STORE = (errors.StoreUnavailableError("The database did not answer in time; try again."),)
RANGE = (errors.SettingOutOfRangeError("limit", 0, 1, 1000),)
NO_VOICE = (errors.VoiceUnknownError("nobody"), *STORE)
NO_PREVIEW = errors.PreviewMissingError("ana", coming=True)
MIX = (
    errors.MixCountError(1, 2, 5),
    errors.EngineBusyError(1.5),
    errors.EngineFailedError("The engine could not mix these voices; try again."),
    errors.VoiceClipsMissingError("ana", "xtts"),
    errors.VoiceDamagedError("ana", "clip 1"),
)
NO_SESSION = (errors.SessionUnknownError("story-1"),)

TEXT = (
    errors.TextTooLongError(20_001, 20_000),
    errors.MarkupError("the element <break> is not closed", 1, 12),
    errors.LanguageUnknownError("xx", ("de", "en", "fr")),
)
ENGINE = (
    errors.SessionExistsError("story-1"),
    errors.SpeechCancelledError("story-1"),
    errors.VoiceClipsMissingError("ana", "xtts"),
    errors.VoiceDamagedError("ana", "clip 1"),
    errors.EngineBusyError(1.5),
    errors.EngineFailedError("The engine could not speak this line; try again."),
    errors.StudioBusyError("The sound could not be encoded in time; try again."),
    errors.HouseClosingError(),
)
SPEECH = (
    *TEXT,
    errors.SettingOutOfRangeError("speed", 9, 0.25, 4),
    errors.SessionIdInvalidError("a b"),
    *NO_VOICE,
    *ENGINE,
)
FORMAT = (errors.FormatUnknownError("mp4", ("mp3", "wav", "pcm")),)
LATENTS = (errors.LatentsForeignError("xtts", "gpt_cond_latent has 3 dimensions"),)

CLIP = (
    errors.ClipRefusedError("The clip lasts 0.4 s; send 3 to 60 s of one speaker."),
    errors.ClipTooLargeError(32 * 2**20),
    errors.StudioBusyError("The clip could not be read in time; try again."),
    errors.EngineFailedError("The engine could not learn this voice; try again."),
    errors.EngineBusyError(1.5),
    errors.HouseClosingError(),
)
SAVED = (
    errors.VoiceIdInvalidError("my voice"),
    errors.VoiceTextInvalidError("name", 200),
    errors.ConsentMissingError(),
    errors.VoiceExistsError("ana"),
    errors.OnceKeyReusedError("save-1"),
    errors.StoreFullError(),
    *STORE,
)
