"""A server on this machine laid out like Hugging Face, with whatever may go wrong on the way."""

import hashlib
import os
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from typing_extensions import override

COMMIT = "6c2b0d75eae4b7047358e3b6bd9325f857d43f77"
_REPOSITORY = "/coqui/XTTS-v2/resolve/"
_PIECE = 64 * 1024


def contents(size: int = 3_000_000) -> dict[str, bytes]:
    """The files of a repository; nobody will load them."""
    weights = random.Random(1).randbytes(size)  # noqa: S311 - bytes that do not compress
    return {
        "config.json": b'{"model": "xtts"}',
        "vocab.json": b'{"model": {"vocab": {}}}' * 100,
        "speakers_xtts.pth": random.Random(2).randbytes(50_000),  # noqa: S311 - as above
        "hash.md5": hashlib.md5(weights, usedforsecurity=False).hexdigest().encode() + b"\n",
        "model.pth": weights,
    }


def git_sha1(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@dataclass
class FakeHub:
    """What it holds, what goes wrong next, and what was asked of it."""

    files: dict[str, bytes]
    revisions: tuple[str, ...] = ("main", COMMIT)
    tags: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    breaks: dict[str, list[int]] = field(default_factory=dict)
    resets: bool = False
    statuses: list[int] = field(default_factory=list)
    ranges: bool = True
    excess: bytes = b""
    gate: threading.Event | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    url: str = ""

    def tag(self, name: str) -> str:
        data = self.files[name]
        large = name.endswith(".pth")
        return self.tags.get(name, hashlib.sha256(data).hexdigest() if large else git_sha1(data))


@contextmanager
def serving(hub: FakeHub) -> Iterator[FakeHub]:
    """Serve it on a free port until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: FakeHub

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _answer(self) -> None:
        path = urlsplit(self.path).path
        self.hub.asked.append((self.command, path))
        place, _, name = path.rpartition("/")
        if self.hub.statuses:
            self._head(self.hub.statuses.pop(0), {"Retry-After": "0"})
        elif not path.startswith(_REPOSITORY):
            self._content(name)
        elif unquote(place.removeprefix(_REPOSITORY)) not in self.hub.revisions:
            self._head(404, {"X-Error-Code": "RevisionNotFound"})
        elif name not in self.hub.files:
            self._head(404, {"X-Error-Code": "EntryNotFound"})
        else:
            self._resolved(name)

    def _resolved(self, name: str) -> None:
        """Large files lie in a store elsewhere, a small one sometimes under another path."""
        if name.endswith(".pth"):
            port = urlsplit(self.hub.url).port
            linked = {
                "Location": f"http://localhost:{port}/store/{name}?signed=1",
                "X-Linked-Size": str(self.hub.sizes.get(name, len(self.hub.files[name]))),
                "X-Linked-Etag": f'"{self.hub.tag(name)}"',
            }
            self._head(302, linked)
        elif name == "config.json":
            self._head(307, {"Location": f"/api/resolve-cache/{COMMIT}/{name}"})
        else:
            self._content(name)

    def _content(self, name: str) -> None:
        data = self.hub.files[name]
        stored_elsewhere = name.endswith(".pth")
        tag = "the-etag-of-a-store" if stored_elsewhere else self.hub.tag(name)
        headers = {"ETag": f'W/"{tag}"' if name == "vocab.json" else f'"{tag}"'}
        start = self._start()
        if start >= len(data) > 0 and start:
            self._head(416, {})
            return
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        body = data[start:] + (self.hub.excess if stored_elsewhere else b"")
        headers["Content-Length"] = str(len(body))
        self._head(206 if start else 200, headers)
        if self.command == "GET":
            with suppress(ConnectionError):
                self._send(name, body)

    def _start(self) -> int:
        asked = self.headers.get("Range", "bytes=0-")
        return int(asked.removeprefix("bytes=").rstrip("-")) if self.hub.ranges else 0

    def _send(self, name: str, body: bytes) -> None:
        waiting = self.hub.breaks.get(name)
        body, broken = (body[: waiting.pop(0)], True) if waiting else (body, False)
        for at in range(0, len(body), _PIECE):
            piece = body[at : at + _PIECE]
            self.wfile.write(piece)
            self.hub.sent[name] += len(piece)
            if self.hub.gate is not None:
                self.hub.gate.wait(10)
        if broken and self.hub.resets:
            self._reset()

    def _reset(self) -> None:
        """Close as a crash would: with a reset instead of an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"X-Repo-Commit": COMMIT, "Content-Length": "0"}.items():
            if name not in headers:
                self.send_header(name, value)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
