"""Who may come in, and under which name the server answers."""

from pathlib import Path

import pytest
from pydantic import SecretStr

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
