"""Where `say` gets its sound from a server over HTTP."""

import json
import ssl
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from domain.errors import InputError, UnavailableError
from domain.speech import SpeechRequest

_TIMEOUT_S = 60
_READ_BYTES = 4096


class Remote:
    """Speaks by a server's `/api/v1/speech` and `/api/v1/speech/stream`."""

    def __init__(
        self, url: str, key: str | None = None, trusted: ssl.SSLContext | None = None
    ) -> None:
        if not _is_address(url):
            msg = (
                f"{url} is no address of a server;"
                " it looks like http://127.0.0.1:8000 or ws://127.0.0.1:8000"
            )
            raise InputError(msg)
        self._url = url.rstrip("/")
        self._trusted = trusted
        self._headers = {"Content-Type": "application/json"}
        if key := plain_key(key):
            self._headers["Authorization"] = f"Bearer {key}"

    def whole(self, request: SpeechRequest) -> bytes:
        """Return a whole file."""
        parts: list[bytes] = []
        self._fetch("/api/v1/speech", request, parts.append)
        return b"".join(parts)

    def stream(self, request: SpeechRequest, write: Callable[[bytes], object]) -> None:
        """Write a stream as it arrives."""
        self._fetch("/api/v1/speech/stream", request, write)

    def _fetch(self, path: str, request: SpeechRequest, write: Callable[[bytes], object]) -> None:
        body = {
            "text": request.text,
            "language": request.language,
            "voice": request.voice,
            "speed": request.settings.speed,
            "output_format": request.finish.to.name,
        }
        call = Request(self._url + path, json.dumps(body).encode(), self._headers)  # noqa: S310 - http(s) only, checked above
        try:
            with urlopen(call, timeout=_TIMEOUT_S, context=self._trusted) as reply:  # noqa: S310 - as above
                _copy(reply, write)
        except HTTPError as error:
            answered = f"the server answered {error.code} {error.reason}"
            raise InputError(detail(error.read()) or answered) from error
        except BrokenPipeError:
            # a player that stopped, which is not the server's doing
            raise
        except (OSError, HTTPException) as error:
            msg = f"{self._url} does not answer ({error}); is the server running?"
            raise UnavailableError(msg) from error


def plain_key(key: str | None) -> str | None:
    """Return a key that a header can carry, if there is one."""
    if key and not (key.isascii() and key.isprintable()):
        raise InputError("A key is plain ASCII on one line; this one is not.")
    return key or None


def trusting(ca: Path | None) -> ssl.SSLContext | None:
    """Trust whom the authority in a file vouches for, besides those everybody trusts."""
    if ca is None:
        return None
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(ca)
    except OSError as error:
        msg = f"{ca} holds no certificate in PEM format that can be read ({error.strerror})"
        raise InputError(msg) from error
    return context


def detail(body: bytes) -> str | None:
    """Return what a refusal of this server says; None of what is no such refusal."""
    try:
        return str(json.loads(body)["detail"])
    except (ValueError, KeyError, TypeError):
        return None


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _copy(reply: HTTPResponse, write: Callable[[bytes], object]) -> None:
    while data := reply.read1(_READ_BYTES):
        write(data)
