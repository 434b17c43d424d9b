"""A server of Leibniz's socket, as small as its messages allow, and one behind TLS."""

import base64
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from websockets.sync.server import ServerConnection, serve

SECOND = b"\x01\x02" * 24_000


class LeibnizServer:
    """Speaks a tenth of a second for each word of what it is asked; `refusing` says why not."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.doors: list[str | None] = []
        self.refusing: dict[str, object] | None = None
        self.port = 0

    @contextmanager
    def serving(self, secure: ssl.SSLContext | None = None) -> Iterator[str]:
        with serve(self._serve, "127.0.0.1", 0, ssl=secure) as server:
            self.port = server.socket.getsockname()[1]
            thread = Thread(target=server.serve_forever)
            thread.start()
            try:
                yield f"{'wss' if secure else 'ws'}://127.0.0.1:{self.port}"
            finally:
                server.shutdown()
                thread.join()

    def _serve(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        assert socket.request.path.partition("?")[0] == "/api/v1/stream"
        self.doors.append(socket.request.headers.get("Authorization"))
        _tell(socket, "connected", session_id="s")
        for data in socket:
            asked = json.loads(data)
            assert asked.pop("type") == "synthesize"
            self.asked.append(asked)
            if self.refusing:
                _tell(socket, "error", **self.refusing)
                return
            self._speak(socket, asked["text"])

    def _speak(self, socket: ServerConnection, text: str) -> None:
        sound = base64.b64encode(SECOND[:4_800]).decode()
        _tell(socket, "sentence_start", index=0, text=text)
        _tell(socket, "first_chunk", latency_ms=1.0, cached=False)
        words = text.split()
        for _ in words:
            _tell(socket, "audio", data=sound, index=0, sample_rate=24_000)
        _tell(socket, "sentence_end", index=0)
        _tell(socket, "complete", session_id="s", duration_ms=100.0 * len(words), chunks=len(words))


def _tell(socket: ServerConnection, kind: str, **fields: object) -> None:
    socket.send(json.dumps({"type": kind, **fields}))
