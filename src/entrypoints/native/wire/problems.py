"""What went wrong as a problem document (RFC 9457): its type, its sentence and its data."""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from domain import errors
from domain.errors import SpeechError

MEDIA_TYPE = "application/problem+json"
PAGES = "/problems"

_DATA: Mapping[type[SpeechError], tuple[str, ...]] = {
    errors.TextTooLongError: ("length", "limit"),
    errors.MarkupError: ("reason", "line", "column"),
    errors.FormatUnknownError: ("name",),
    errors.LanguageUnknownError: ("language", "known"),
    errors.SettingOutOfRangeError: ("name", "value", "low", "high"),
    errors.MixCountError: ("count", "fewest", "most"),
    errors.ClipTooLargeError: ("limit_bytes",),
    errors.VoiceUnknownError: ("voice_id",),
    errors.PreviewMissingError: ("voice_id", "coming"),
    errors.SampleUnknownError: ("voice_id", "number", "count"),
    errors.ConsentUnknownError: ("voice_id",),
    errors.SessionUnknownError: ("session_id",),
    errors.VoiceExistsError: ("voice_id",),
    errors.VoiceChangedError: ("voice_id", "version"),
    errors.OnceKeyReusedError: ("key",),
    errors.VoiceClipsMissingError: ("voice_id",),
    errors.SessionExistsError: ("session_id",),
    errors.VoiceDamagedError: ("voice_id", "part"),
    errors.SpeechCancelledError: ("session_id",),
    errors.UnavailableError: ("retry_after_s",),
}
"""Which attributes of an error its document carries; what it inherits from comes with it."""

ABOUT = {
    "type": "Names the problem, and is the path of its page.",
    "title": "The kind of problem in a few words.",
    "status": "The status of the answer.",
    "about": "What it means.",
    "data": "The further members of its documents.",
}
_OF_HTTP: Mapping[int, str] = {
    400: "The request could not be read: its body or a parameter is not what the route takes.",
    404: "There is no such path.",
    405: "The path is there, the method is not; see the Allow header.",
    408: "The body took too long to arrive.",
    412: "What If-Match named is not the version there is.",
    413: "The body is larger than the route takes.",
    500: "A fault of the server's; its log has the trace under the id of the request.",
}


class Problem(msgspec.Struct):
    """A problem document; further members hold the data of the error."""

    type: Annotated[str, Meta(description="Names the problem; a GET of it tells more.")]
    title: Annotated[str, Meta(description="The kind of problem in a few words.")]
    status: Annotated[int, Meta(description="The status of the answer.")]
    detail: Annotated[str, Meta(description="What went wrong, and what to do about it.")]
    instance: Annotated[str, Meta(description="The request, as the log and X-Request-Id know it.")]


class ProblemPage(msgspec.Struct):
    """What is to be known of one type of problem."""

    type: str
    title: str
    status: int
    about: str
    data: tuple[str, ...] = ()


def problem(error: Exception, status: int, detail: str, request_id: str) -> dict[str, Any]:
    """Return the document of an error."""
    slug = _slug(error, status)
    found = {name: getattr(error, name) for name in _data(type(error))}
    told = {name: value for name, value in found.items() if value is not None}
    instance = f"urn:request:{request_id}"
    document = Problem(f"{PAGES}/{slug}", _title(slug), status, detail, instance)
    return told | msgspec.structs.asdict(document)


def pages(status_of: Mapping[type[SpeechError], int]) -> dict[str, ProblemPage]:
    """Return what there is to be known of every problem, by its slug."""
    kinds = [
        _page(_named(kind), status, " ".join((kind.__doc__ or "").split()), _data(kind))
        for kind, status in status_of.items()
    ]
    plain = [_page(_phrased(status), status, about) for status, about in _OF_HTTP.items()]
    return {page.type.rpartition("/")[2]: page for page in (*kinds, *plain)}


def kinds(kind: type[SpeechError] = SpeechError) -> Iterator[type[SpeechError]]:
    """Every error that the domain or a dialect knows, the root first."""
    yield kind
    for each in kind.__subclasses__():
        yield from kinds(each)


def _page(slug: str, status: int, about: str, data: tuple[str, ...] = ()) -> ProblemPage:
    return ProblemPage(f"{PAGES}/{slug}", _title(slug), status, about, data)


def _data(kind: type[Exception]) -> tuple[str, ...]:
    return tuple(
        name for known, names in _DATA.items() if issubclass(kind, known) for name in names
    )


def _slug(error: Exception, status: int) -> str:
    return _named(type(error)) if isinstance(error, SpeechError) else _phrased(status)


def _named(kind: type[SpeechError]) -> str:
    """`TextTooLongError` is `text-too-long`."""
    words = re.findall(r"[A-Z][a-z]*", kind.__name__.removesuffix("Error"))
    return "-".join(words).lower()


def _phrased(status: int) -> str:
    known = {each.value: each.phrase for each in HTTPStatus}
    return known.get(status, "client closed request").lower().replace(" ", "-")


def _title(slug: str) -> str:
    return slug.replace("-", " ").capitalize()
