"""A response that streams: each piece of sound as it is made and encoded."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

import structlog
from litestar import Request
from litestar.response.base import ASGIResponse
from litestar.types import HTTPResponseStartEvent, Receive, Scope, Send

from application.delivering import Delivered, Delivering, Delivery
from domain.errors import SpeechError
from domain.formats import AudioFormat
from domain.speech import SpeechRequest
from entrypoints.listening import gone, while_connected

log = structlog.get_logger()

_LONGEST_HEADER = 4096


async def streamed(
    request: Request[Any, Any, Any],
    delivering: Delivering,
    speech: SpeechRequest,
    stall_timeout_s: float,
    headers: Mapping[str, str] | None = None,
    wrapping: "Wrapping | None" = None,
) -> "SpokenResponse":
    """Begin to speak and answer the stream; a client who leaves before its first sound lets go."""
    delivery = await while_connected(request, delivering.begin(speech), Delivery.aclose)
    return SpokenResponse(
        delivery,
        speech.finish.to,
        stall_timeout_s=stall_timeout_s,
        headers=headers,
        wrapping=wrapping,
    )


async def whole_file(
    request: Request[Any, Any, Any],
    delivering: Delivering,
    speech: SpeechRequest,
    headers: Mapping[str, str] | None = None,
) -> ASGIResponse:
    """Speak to the end and answer the file; a client who leaves before that lets go."""
    made = await while_connected(request, delivering.whole(speech))
    return ASGIResponse(
        body=made.data,
        headers=described(made) | dict(headers or {}),
        media_type=made.to.media_type,
    )


def remarked(warnings: Sequence[str]) -> dict[str, str]:
    """Tell in a header what of a request had no effect, or is to be done better."""
    return {"X-Warnings": _one_line(warnings)} if warnings else {}


def described(made: Delivered) -> dict[str, str]:
    """Return the headers of a whole speech."""
    measured = {"X-Peak-DBTP": f"{made.peak_dbtp:.2f}"}
    if made.lufs is not None:
        measured["X-Loudness-LUFS"] = f"{made.lufs:.2f}"
    return _headers(made.session_id, made.to, made.warnings) | measured


def _headers(session_id: str, to: AudioFormat, warnings: Sequence[str]) -> dict[str, str]:
    headers = {
        "Content-Type": to.media_type,
        "X-Session-Id": session_id,
        "X-Sample-Rate": str(to.rate_hz),
        "X-Synthetic-Audio": "true",
        "X-Accel-Buffering": "no",
    }
    return headers | ({"X-SSML-Warnings": _one_line(warnings)} if warnings else {})


def _one_line(warnings: Sequence[str]) -> str:
    """A header holds ASCII alone: other letters of a warning are escaped as in JSON."""
    told = list(warnings)
    while len(line := json.dumps(told)) > _LONGEST_HEADER:
        told.pop()
    return line


class Wrapping(Protocol):
    """How a dialect puts encoded sound into its stream."""

    media_type: str

    def each(self, data: bytes) -> bytes:
        """Return what carries some sound."""
        ...

    def last(self, seconds: float) -> bytes:
        """Return what tells that so much sound is all."""
        ...


class SpokenResponse:
    """Sends a stream; one who leaves cancels it, one who stalls is cut."""

    def __init__(
        self,
        delivery: Delivery,
        to: AudioFormat,
        *,
        stall_timeout_s: float,
        headers: Mapping[str, str] | None = None,
        wrapping: Wrapping | None = None,
    ) -> None:
        self._delivery = delivery
        self._stream = delivery.stream
        self._headers = _headers(self._stream.session.id, to, self._stream.warnings)
        self._headers |= dict(headers or {})
        self._stall_timeout_s = stall_timeout_s
        self._wrapping = wrapping
        if wrapping:
            self._headers["Content-Type"] = wrapping.media_type

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send the sound while other tasks encode it, and wait for the client to leave."""
        async with self._delivery, asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(self._cancel_when_gone(receive))
            await self._send(send)
            watching.cancel()

    async def _send(self, send: Send) -> None:
        """A failure half-way ends without the last chunk: the client sees a broken stream."""
        headers = [(key.lower().encode(), value.encode()) for key, value in self._headers.items()]
        start = {"type": "http.response.start", "status": 200, "headers": headers}
        await send(cast("HTTPResponseStartEvent", start))
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._delivery.encode())
                await self._send_sound(send)
        except* TimeoutError:
            log.warning("stalled listener cut", session=self._stream.session.id)
        except* SpeechError as errors:
            reason = str(errors.exceptions[0])
            log.warning("speech broke off", session=self._stream.session.id, reason=reason)
        except* Exception:
            log.exception("speech broke", session=self._stream.session.id)

    async def _send_sound(self, send: Send) -> None:
        wrapping = self._wrapping
        while data := await self._delivery.read():
            await self._send_data(send, wrapping.each(data) if wrapping else data, more=True)
        last = wrapping.last(self._stream.session.audio_s) if wrapping else b""
        await self._send_data(send, last, more=False)

    async def _send_data(self, send: Send, data: bytes, *, more: bool) -> None:
        async with asyncio.timeout(self._stall_timeout_s):
            await send({"type": "http.response.body", "body": data, "more_body": more})

    async def _cancel_when_gone(self, receive: Receive) -> None:
        await gone(receive)
        await self._stream.cancel()
