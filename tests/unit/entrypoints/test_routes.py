"""No path is answered twice, and the owner of each is known."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pytest
from litestar import Litestar, Router, get, post
from litestar.routes import HTTPRoute

from entrypoints.app import application
from entrypoints.container import Container
from entrypoints.settings import Settings
from entrypoints.sharing import shared


def claims(routes: Iterable[Any]) -> dict[tuple[str, str], set[str]]:
    """Which modules answer a method and path; names of parameters are no difference."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for route in routes:
        path = re.sub(r"{[^}]*}", "{}", route.path)
        handlers = route.route_handlers if isinstance(route, HTTPRoute) else [route.route_handler]
        for handler in handlers:
            methods = getattr(handler, "http_methods", {type(route).__name__})
            for method in methods - {"OPTIONS"}:
                found[str(method), path].add(f"{handler.fn.__module__}.{handler.fn.__name__}")
    return found


def twice(routes: Iterable[Any]) -> dict[tuple[str, str], set[str]]:
    return {where: who for where, who in claims(routes).items() if len(who) > 1}


@pytest.fixture
def app() -> Litestar:
    return application(Container(settings=Settings()))


def test_no_two_answer_one_method_and_path(app: Litestar) -> None:
    assert twice(app.routes) == {}


def test_paths_with_several_owners_are_answered_by_each(app: Litestar) -> None:
    owners = {where: who.split(".")[1] for where, (who,) in claims(app.routes).items()}
    assert owners["POST", "/tts_stream"] == "streaming_server"
    assert owners["GET", "/tts_stream"] == "xtts_api_server"
    assert owners["POST", "/api/tts"] == "sentiric"
    assert owners["GET", "/api/tts"] == "coqui_server"
    assert owners["GET", "/languages"] == "streaming_server"
    assert owners["GET", "/speakers"] == "xtts_api_server"
    assert owners["GET", "/voices"] == "marytts"
    assert owners["POST", "/api/v1/synthesize"] == "leibniz"
    assert owners["WebSocketRoute", "/api/v1/stream"] == "leibniz"
    assert owners["POST", "/api/v1/speech"] == "native"


@get("/x/{name:str}")
async def one(name: str) -> str:
    return name


@get("/x/{other:str}")
async def another(other: str) -> str:
    return other


@get("/y")
async def read() -> str:
    return "read"


@post("/y")
async def write() -> str:
    return "written"


def test_two_who_answer_the_same_are_seen() -> None:
    routes = [*Router("/", route_handlers=[one]).routes]
    routes += Router("/", route_handlers=[another]).routes
    assert list(twice(routes)) == [("GET", "/x/{}")]


def test_two_routers_share_a_path() -> None:
    routers = [shared(Router("/", route_handlers=[each])) for each in (read, write)]
    methods = {method for method, _ in claims(Litestar(routers, openapi_config=None).routes)}
    assert methods == {"GET", "POST"}
