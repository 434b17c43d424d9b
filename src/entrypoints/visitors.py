"""Who comes to the door: by which name the server is called, and for which page a browser calls."""

import re
from dataclasses import dataclass
from typing import Self

from litestar.types import HTTPScope, WebSocketScope

STRANGE = "This server is not called {!r}; add the name to RHAPSODE_ALLOWED_HOSTS."
FOREIGN = (
    "A page of another site may not speak here; set API keys, or name it in"
    " RHAPSODE_CORS_ORIGINS to let it."
)
_MISDIRECTED, _FORBIDDEN = 421, 403
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a handshake or a request tells of where it comes from."""

    host: str
    origin: str
    site: str
    writes: bool
    """Whether it may change or cost something: a socket always may."""

    @classmethod
    def of(cls, scope: HTTPScope | WebSocketScope) -> Self:
        """Read the headers."""
        headers = dict(scope["headers"])
        return cls(
            host=_without_port(_text(headers.get(b"host", b""))),
            origin=_text(headers.get(b"origin", b"")),
            site=_text(headers.get(b"sec-fetch-site", b"none")),
            writes=scope.get("method", "") not in _READING,
        )

    def unwanted(
        self, hosts: frozenset[str] | None, origins: frozenset[str], *, keyless: bool = True
    ) -> tuple[int, str] | None:
        """Return the status and the sentence that turn a visitor away; None for the welcome.

        `hosts` are the names the server may be called by, None means any. Where no key is needed
        only pages of the server itself and of `origins` may write; `*` stands for every page.
        """
        if hosts is not None and self.host not in hosts:
            return _MISDIRECTED, STRANGE.format(self.host)
        own = hosts or frozenset({self.host})
        if keyless and self.writes and not origins & {self.origin, "*"} and self._is_foreign(own):
            return _FORBIDDEN, FOREIGN
        return None

    def _is_foreign(self, hosts: frozenset[str]) -> bool:
        page = _without_port(self.origin.partition("://")[2])
        foreign = bool(self.origin) and page not in hosts
        return foreign or self.site not in {"none", "same-origin"}


def _text(header: bytes) -> str:
    return header.decode("latin-1")


def _without_port(host: str) -> str:
    return re.sub(r":\d+$", "", host).lower()
