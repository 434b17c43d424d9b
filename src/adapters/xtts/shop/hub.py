"""Asking a server laid out like Hugging Face for the files of one repository."""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPResponse
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit

from adapters.xtts.shop.transport import LINKED_TAG, BrokenError, Transport, blocks
from domain.errors import UnavailableError

PUBLIC = "https://huggingface.co"
REPOSITORY = "coqui/XTTS-v2"

_ABSENT = {
    "RepoNotFound": "{host} has no repository {repository}.",
    "RevisionNotFound": "{repository} on {host} has no revision {revision!r}.",
}
_GIT_DIGITS, _SHA256_DIGITS = 40, 64


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on the server: its commit, its size, and the hash that the server vouches for."""

    name: str
    commit: str
    size: int
    tag: str

    @property
    def sha256(self) -> str | None:
        """The hash of the content, where the server keeps it as a large file."""
        return self.tag if _is_hash(self.tag, _SHA256_DIGITS) else None

    @property
    def git_sha1(self) -> str | None:
        """What git calls the content, where the server keeps it as a small file."""
        return self.tag if _is_hash(self.tag, _GIT_DIGITS) else None


class Hub:
    """One repository on one server; `pauses_s` lie between tries that bring nothing."""

    def __init__(
        self,
        endpoint: str = PUBLIC,
        repository: str = REPOSITORY,
        *,
        tell: Callable[[str], None] = lambda _: None,
        pauses_s: tuple[float, ...] = (1, 2, 4, 8),
        timeout_s: float = 30.0,
    ) -> None:
        self.host = _host(endpoint)
        self.repository = repository
        self._tell = tell
        self._pauses_s = pauses_s
        self._base = f"{endpoint.rstrip('/')}/{repository}/resolve"
        self._transport = Transport(timeout_s)

    def look(self, name: str, revision: str) -> RemoteFile | None:
        """Return what the server says of a file; None if the repository is without it."""
        failures = 0
        while True:
            try:
                reply = self._ask("HEAD", name, revision)
            except BrokenError as error:
                self.wait(name, error, failures)
                failures += 1
            else:
                return self._described(name, revision, reply) if reply else None

    def content(self, file: RemoteFile, start: int) -> tuple[int, Generator[bytes, None, None]]:
        """Ask for a file from one byte on; return the byte it does begin with, and what comes."""
        reply = self._ask("GET", file.name, file.commit, start)
        if reply is None:
            msg = f"{self.host} no longer has {file.name} of {self.repository}."
            raise UnavailableError(msg)
        return start if reply.status == HTTPStatus.PARTIAL_CONTENT else 0, blocks(reply)

    def wait(self, name: str, error: BrokenError, failures: int) -> None:
        """Be patient after so many failures before this one, or give up."""
        if failures >= len(self._pauses_s):
            msg = f"{self.host} does not send {name} ({error}); try again later."
            raise UnavailableError(msg) from error
        self._tell(f"{self.host}: {error}; trying {name} again")
        time.sleep(max(self._pauses_s[failures], error.pause_s))

    def _ask(self, method: str, name: str, revision: str, start: int = 0) -> HTTPResponse | None:
        url = f"{self._base}/{quote(revision, safe='')}/{quote(name)}"
        try:
            return self._transport.open(method, url, start)
        except HTTPError as error:
            with error:
                absent = _ABSENT.get(error.headers.get("X-Error-Code", ""))
                if error.code == HTTPStatus.NOT_FOUND and not absent:
                    return None
                msg = absent or "{host} refuses to send {name} ({error.code} {error.reason})."
                raise UnavailableError(
                    msg.format(
                        host=self.host,
                        repository=self.repository,
                        revision=revision,
                        name=name,
                        error=error,
                    )
                ) from error

    def _described(self, name: str, revision: str, reply: HTTPResponse) -> RemoteFile:
        with reply:
            headers = reply.headers
        tag = headers.get(LINKED_TAG) or headers.get("ETag") or ""
        size = headers.get("X-Linked-Size") or headers.get("Content-Length") or ""
        if not size.isdecimal():
            msg = f"{self.host} does not say how large {name} is; is HF_ENDPOINT the right server?"
            raise UnavailableError(msg)
        commit = headers.get("X-Repo-Commit") or revision
        return RemoteFile(name, commit, int(size), tag.removeprefix("W/").strip('"').lower())


def _host(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return parts.hostname
    except ValueError:
        pass
    msg = "HF_ENDPOINT is no address of a server; it looks like https://huggingface.co."
    raise UnavailableError(msg)


def _is_hash(tag: str, digits: int) -> bool:
    return len(tag) == digits and set(tag) <= set("0123456789abcdef")
