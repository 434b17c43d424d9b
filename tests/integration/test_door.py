"""Who may come in, and under which name the server answers."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from websockets import InvalidStatus, Origin
from websockets.asyncio.client import connect

from tests.fakes.engine import FakeEngine
from tests.integration.serving import serving


@pytest.mark.parametrize(
    "header",
    [
        {"Authorization": "Bearer one"},
        {"Authorization": "bearer two"},
        {"xi-api-key": "one"},
        {"X-API-Key": "two"},
        {"api-key": "one", "Authorization": "Bearer"},
    ],
)
async def test_a_key_opens_from_every_dialects_header(
    tmp_path: Path,
    header: dict[str, str],
) -> None:
    async with serving(tmp_path, engine=FakeEngine(), api_keys="one, two") as served:
        assert (await served.http.get("/saved_voices", headers=header)).status_code == 200


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ({}, "needs an API key"),
        ({"Authorization": "Bearer"}, "needs an API key"),
        ({"Authorization": "Basic b25l"}, "needs an API key"),
        ({"xi-api-key": "three"}, "not known"),
    ],
)
async def test_without_a_key_there_is_health_and_nothing_else(
    tmp_path: Path,
    header: dict[str, str],
    says: str,
) -> None:
    async with serving(tmp_path, engine=FakeEngine(), api_keys="one, two") as served:
        for path in ("/saved_voices", "/available_speakers", "/metrics"):
            reply = await served.http.get(path, headers=header)
            assert reply.status_code == 401
            assert says in reply.json()["detail"]
            assert reply.headers["www-authenticate"] == "Bearer"
        speak = await served.http.post("/tts", json={"text": "Hi"}, headers=header)
        assert speak.status_code == 401
        for path in ("/", "/health", "/ready"):
            assert (await served.http.get(path, headers=header)).status_code == 200


async def test_a_private_server_answers_to_its_own_names_only(tmp_path: Path) -> None:
    async with serving(tmp_path, engine=FakeEngine(), allowed_hosts=("tts.lan",)) as served:
        for host, status in (
            ("localhost:8000", 200),
            ("tts.lan", 200),
            ("[::1]:1", 200),
            ("rebound.example", 421),
            ("127.0.0.1.rebound.example", 421),
        ):
            reply = await served.http.get("/health", headers={"Host": host})
            assert reply.status_code == status


async def test_every_answer_carries_safe_headers_and_a_request_id(tmp_path: Path) -> None:
    async with serving(tmp_path, engine=FakeEngine()) as served:
        for path in ("/", "/health", "/nowhere", "/page/page.css"):
            reply = await served.http.get(path, headers={"X-Request-Id": "mine-1"})
            assert reply.headers["x-content-type-options"] == "nosniff"
            assert "default-src 'self'" in reply.headers["content-security-policy"]
            assert reply.headers["x-request-id"] == "mine-1"
            assert reply.headers["x-engine"] == "fake"
        odd = await served.http.get("/", headers={"X-Request-Id": "a b"})
        assert len(odd.headers["x-request-id"]) == 32


async def test_home_is_a_page_for_browsers_and_facts_for_everyone_else(tmp_path: Path) -> None:
    async with serving(tmp_path, engine=FakeEngine()) as served:
        assert (await served.http.get("/")).json()["service"] == "rhapsode"
        page = await served.http.get("/", headers={"Accept": "text/html,*/*"})
        assert "<say-box>" in page.text
        assert "style=" not in page.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost:8000"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:1"}, 200),
        ({"Origin": "http://other.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
async def test_a_page_of_another_site_cannot_write_to_an_open_server(
    tmp_path: Path,
    headers: dict[str, str],
    status: int,
) -> None:
    async with serving(tmp_path, engine=FakeEngine()) as served:
        reply = await served.http.post("/tts", json={"text": "Hello."}, headers=headers)
        assert reply.status_code == status
        assert (await served.http.get("/languages", headers=headers)).status_code == 200
    async with serving(tmp_path, engine=FakeEngine(), api_keys=(SecretStr("k"),)) as keyed:
        opened = {**headers, "xi-api-key": "k"}
        reply = await keyed.http.post("/tts", json={"text": "Hello."}, headers=opened)
        assert reply.status_code == 200


_SOCKET = "/v1/text-to-speech/fake/stream-input"


@pytest.mark.parametrize(
    ("origin", "host", "opens"),
    [
        (None, "localhost:8000", True),
        ("http://localhost:8000", "127.0.0.1", True),
        ("http://other.example", "127.0.0.1", False),
        ("null", "127.0.0.1", False),
        ("http://named.example", "127.0.0.1", True),
        (None, "rebound.example", False),
    ],
)
async def test_a_page_of_another_site_opens_no_socket_on_an_open_server(
    tmp_path: Path, origin: str | None, host: str, *, opens: bool
) -> None:
    named = ("http://named.example",)
    async with serving(tmp_path, engine=FakeEngine(), cors_origins=named) as served:
        # the client makes the Host header of the address, and dials another one
        async with _dialled(f"ws://{host}{_SOCKET}", served.port, origin) as answer:
            assert (answer == "open") is opens
            assert opens or answer.startswith(("HTTP 403: ", "HTTP 421: "))
        metrics = (await served.http.get("/metrics")).text
        assert "tts_sockets_open 0.0" in metrics


@asynccontextmanager
async def _dialled(address: str, port: int, origin: str | None) -> AsyncIterator[str]:
    try:
        async with connect(
            address, host="127.0.0.1", port=port, origin=Origin(origin) if origin else None
        ) as socket:
            assert socket.response is not None
            assert socket.response.headers["x-engine"] == "fake"
            yield "open"
    except InvalidStatus as refused:
        told = json.loads(refused.response.body or b"{}")["detail"]
        yield f"HTTP {refused.response.status_code}: {told}"


async def test_a_socket_that_does_not_exist_is_not_found_and_says_where_to_look(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, engine=FakeEngine()) as served:
        for path in ("/v1/stream-input", "/v1/text-to-speech/espeak", "/api/v1/voices"):
            async with _dialled(f"ws://127.0.0.1{path}", served.port, None) as answer:
                assert answer == f"HTTP 404: There is no socket at {path}; see docs/sockets.md."


async def test_a_keyed_server_asks_sockets_for_a_key_and_pages_for_nothing_else(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, engine=FakeEngine(), api_keys=(SecretStr("k"),)) as served:
        address = f"ws://127.0.0.1:{served.port}{_SOCKET}"
        origin = Origin("http://other.example")
        async with connect(address, origin=origin, additional_headers={"xi-api-key": "k"}) as good:
            await good.send('{"text":"Hello.","flush":true}')
            assert "audio" in json.loads(await good.recv())
        async with connect(address, additional_headers={"xi-api-key": "wrong"}) as bad:
            assert json.loads(await bad.recv())["error"] == "invalid_api_key"
            await bad.wait_closed()
            assert bad.close_code == 1008
