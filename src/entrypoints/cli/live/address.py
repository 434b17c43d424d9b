"""Addresses of sockets: which protocol is spoken there, and with whose voice."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit, urlunsplit

from domain.errors import InputError

Kind = Literal["single", "multi", "leibniz"]
PROTOCOLS = ("elevenlabs", "leibniz")

_DEFAULT_VOICE = "default"
_SPEECH = re.compile(r"/v1/text-to-speech/(?P<voice>[^/]+)/(?P<multi>multi-)?stream-input$")
_LEIBNIZ = "/api/v1/stream"


@dataclass(frozen=True, slots=True)
class Address:
    """A socket of a server, as far as its address says."""

    kind: Kind
    scheme: str
    host: str
    before: str
    """What stands before the protocol's own path."""
    voice: str | None
    query: tuple[tuple[str, str], ...]

    @property
    def secure(self) -> bool:
        """Whether TLS is spoken."""
        return self.scheme == "wss"

    @property
    def server(self) -> str:
        """What an error calls it."""
        return f"{self.scheme}://{self.host}"

    def url(self, voice: str | None, **asked: str) -> str:
        """Return what to connect to; `asked` wins over what the address was given with."""
        query = urlencode(dict(self.query) | asked)
        return urlunsplit((self.scheme, self.host, self.before + self._path(voice), query, ""))

    def _path(self, voice: str | None) -> str:
        if self.kind == "leibniz":
            return _LEIBNIZ
        if voice and self.voice and voice != self.voice:
            msg = f"The address names the voice {self.voice!r}, --voice {voice!r}: name one."
            raise InputError(msg)
        multi = "multi-" if self.kind == "multi" else ""
        named = quote(voice or self.voice or _DEFAULT_VOICE, safe="")
        return f"/v1/text-to-speech/{named}/{multi}stream-input"


def is_socket(url: str) -> bool:
    """Whether an address is one of a socket."""
    return url.lower().startswith(("ws://", "wss://"))


def read_address(url: str, protocol: str | None) -> Address:
    """Read an address: one with a protocol's path, or one that this path is put behind."""
    parts = _parts(url)
    if parts is None:
        raise InputError(f"{url} is no address of a socket; it looks like ws://127.0.0.1:8000")
    kind, before, voice = _told(parts.path.rstrip("/"), protocol)
    query = tuple(parse_qsl(parts.query))
    return Address(kind, parts.scheme.lower(), parts.netloc, before, voice, query)


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0 and not parts.fragment
    except ValueError:
        return None
    return parts if named else None


def _told(path: str, protocol: str | None) -> tuple[Kind, str, str | None]:
    if speech := _SPEECH.search(path):
        _agree("elevenlabs", protocol)
        kind: Kind = "multi" if speech["multi"] else "single"
        return kind, path[: speech.start()], speech["voice"]
    if path.endswith(_LEIBNIZ):
        _agree("leibniz", protocol)
        return "leibniz", path.removesuffix(_LEIBNIZ), None
    return "leibniz" if protocol == "leibniz" else "single", path, None


def _agree(spoken: str, protocol: str | None) -> None:
    if protocol not in {None, spoken}:
        raise InputError(f"That address speaks {spoken}, and --protocol says {protocol}.")
