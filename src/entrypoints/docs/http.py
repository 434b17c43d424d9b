"""`/openapi.json`, and `/docs`: Swagger UI as its package brings it, in a page of our own."""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from litestar import Request, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from entrypoints.body import encode
from entrypoints.docs.document import document
from entrypoints.given import Given
from entrypoints.guards import OPEN
from entrypoints.settings import Settings

_PAGE = Path(__file__).parent / "page"
_OURS = {"docs.js": "text/javascript", "docs.css": "text/css"}
_SWAGGER = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_LONG = {"Cache-Control": "public, max-age=86400"}
_POLICY = {
    # Swagger UI draws its icons as data: images
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; media-src 'self' blob:;"
    " frame-ancestors 'none'"
}


@get("/openapi.json", opt=OPEN, include_in_schema=False)
async def openapi(request: Request[Any, Any, Any], settings: Given[Settings]) -> ASGIResponse:
    """Answer the document of all routes; it is drawn once."""
    kept = request.app.state
    if "openapi" not in kept:
        kept.openapi = encode(document(request.app, keys=bool(settings.api_keys)))
    return ASGIResponse(body=kept.openapi, media_type="application/json")


@get("/docs", opt=OPEN, include_in_schema=False)
async def page() -> ASGIResponse:
    """Answer the page."""
    return ASGIResponse(
        body=(_PAGE / "index.html").read_bytes(), media_type="text/html", headers=_POLICY
    )


@get("/docs/{name:str}", opt=OPEN, include_in_schema=False)
async def part(name: FromPath[str]) -> ASGIResponse:
    """Answer a file that the page names, and no other of the package."""
    if name in _OURS:
        return ASGIResponse(body=(_PAGE / name).read_bytes(), media_type=_OURS[name])
    if name in _SWAGGER:
        return ASGIResponse(body=_swagger(name), media_type=_SWAGGER[name], headers=_LONG)
    raise NotFoundException


routes = Router("/", route_handlers=[openapi, page, part])


@lru_cache
def _swagger(name: str) -> bytes:
    return (files("swagger_ui") / "static" / name).read_bytes()
