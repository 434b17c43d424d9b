"""What HTTP does on the way to a large file: redirects, breaks, and errors that pass."""

from collections.abc import Generator
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from typing_extensions import override

LINKED_TAG = "X-Linked-Etag"

_BLOCK_BYTES = 256 * 1024
_LONGEST_PAUSE_S = 60.0
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class BrokenError(Exception):
    """The server, or the way to it, failed for now; it may have said when to come back."""

    def __init__(self, reason: str, pause_s: float = 0.0) -> None:
        super().__init__(reason)
        self.pause_s = min(pause_s, _LONGEST_PAUSE_S)


class Transport:
    """Opens addresses; a proxy is taken from the environment, as everywhere."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._opener = build_opener(_Redirects())

    def open(self, method: str, url: str, start: int = 0) -> HTTPResponse:
        """Ask; `BrokenError` for what may pass by itself, `HTTPError` for what will not."""
        headers = {"User-Agent": "rhapsode", "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        request = Request(url, headers=headers, method=method)  # noqa: S310 - the hub checks that it is http(s)
        try:
            reply: HTTPResponse = self._opener.open(request, timeout=self._timeout_s)
        except HTTPError as error:
            if error.code not in _PASSING:
                raise
            with error:
                raise BrokenError(f"{error.code} {error.reason}", _pause_s(error)) from error
        except (OSError, HTTPException) as error:
            raise BrokenError(_plainly(error)) from error
        return reply


def blocks(reply: HTTPResponse) -> Generator[bytes, None, None]:
    """Yield what comes, or `BrokenError`; a reply that ends too early may end unnoticed."""
    with reply:
        while True:
            try:
                block = reply.read1(_BLOCK_BYTES)
            except (OSError, HTTPException) as error:
                raise BrokenError(_plainly(error)) from error
            if not block:
                return
            yield block


class _Redirects(HTTPRedirectHandler):
    """A question is answered by whoever vouches for the file, not by the store it lies in."""

    @override
    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None:
            following.method = req.get_method()
        return following

    @override
    def http_error_302(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> IO[bytes] | None:
        if req.get_method() == "HEAD" and LINKED_TAG in headers:
            return fp
        return super().http_error_302(req, fp, code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _pause_s(error: HTTPError) -> float:
    said = error.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() else 0.0


def _plainly(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return getattr(reason, "strerror", None) or str(reason) or type(error).__name__
