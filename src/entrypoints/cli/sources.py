"""Where `say` gets its sound: this machine's engine, or a server over HTTP."""

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from http.client import HTTPException, HTTPResponse
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from domain.audio import HOUSE_RATE_HZ, to_int16
from domain.errors import InputError, UnavailableError
from domain.speech import SpeechRequest
from domain.wav import stream_header, whole_file
from entrypoints.container import Container, entered
from entrypoints.settings import Settings

_TIMEOUT_S = 60
_READ_BYTES = 4096


class Local:
    """Speaks in this process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def whole(self, request: SpeechRequest) -> bytes:
        """Return a whole WAV file."""
        samples = bytearray()
        asyncio.run(self._speak(request, samples.extend))
        return whole_file(HOUSE_RATE_HZ, bytes(samples))

    def stream(self, request: SpeechRequest, write: Callable[[bytes], object]) -> None:
        """Write a WAV stream as it is made."""
        write(stream_header(HOUSE_RATE_HZ))
        asyncio.run(self._speak(request, write))

    async def _speak(self, request: SpeechRequest, hear: Callable[[bytes], object]) -> None:
        async with (
            entered(Container(settings=self._settings)) as container,
            aclosing(await container.speaking().begin(request)) as stream,
        ):
            async for pcm in stream:
                hear(to_int16(pcm.samples))


class Remote:
    """Speaks by a server's `/tts` and `/tts_stream`."""

    def __init__(self, url: str, key: str | None) -> None:
        if not _is_address(url):
            msg = f"{url} is no address of a server; it looks like http://127.0.0.1:8000"
            raise InputError(msg)
        if key and not (key.isascii() and key.isprintable()):
            msg = "A key is plain ASCII on one line; this one is not."
            raise InputError(msg)
        self._url = url.rstrip("/")
        self._headers = {"Content-Type": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"

    def whole(self, request: SpeechRequest) -> bytes:
        """Return a whole WAV file."""
        parts: list[bytes] = []
        self._fetch("/tts", request, parts.append)
        return b"".join(parts)

    def stream(self, request: SpeechRequest, write: Callable[[bytes], object]) -> None:
        """Write a WAV stream as it arrives."""
        self._fetch("/tts_stream", request, write)

    def _fetch(self, path: str, request: SpeechRequest, write: Callable[[bytes], object]) -> None:
        body = {
            "text": request.text,
            "language": request.language,
            "speaker_id": request.voice,
            "speed": request.settings.speed,
        }
        call = Request(self._url + path, json.dumps(body).encode(), self._headers)  # noqa: S310 - http(s) only, checked above
        try:
            with urlopen(call, timeout=_TIMEOUT_S) as reply:  # noqa: S310 - as above
                _copy(reply, write)
        except HTTPError as error:
            raise InputError(_detail(error)) from error
        except (OSError, HTTPException) as error:
            msg = f"{self._url} does not answer ({error}); is the server running?"
            raise UnavailableError(msg) from error


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _copy(reply: HTTPResponse, write: Callable[[bytes], object]) -> None:
    while data := reply.read1(_READ_BYTES):
        write(data)


def _detail(error: HTTPError) -> str:
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError, TypeError):
        return f"the server answered {error.code} {error.reason}"
