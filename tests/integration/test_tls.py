"""A server with a certificate: https and wss on its port, and nothing in the clear."""

import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from entrypoints.settings import SettingsError
from tests.integration.certificates import certified
from tests.integration.serving import Served, serving


@dataclass
class Private:
    served: Served
    trust: ssl.SSLContext


@pytest.fixture
async def private(tmp_path: Path) -> AsyncIterator[Private]:
    pair = certified(tmp_path)
    async with serving(tmp_path, tls_cert=pair.cert, tls_key=pair.key) as served:
        yield Private(served, ssl.create_default_context(cafile=str(pair.cert)))


async def test_a_request_is_spoken_over_https(private: Private) -> None:
    url = f"https://127.0.0.1:{private.served.port}"
    async with httpx.AsyncClient(base_url=url, verify=private.trust, timeout=20) as http:
        spoken = await http.post("/tts_stream", json={"text": "Hello there.", "language": "en"})
    assert spoken.status_code == 200
    assert spoken.content[:4] == b"RIFF"
    assert len(spoken.content) > 20_000


async def test_a_socket_speaks_over_wss(private: Private) -> None:
    url = f"wss://127.0.0.1:{private.served.port}/v1/text-to-speech/Annie/stream-input"
    async with connect(url, ssl=private.trust) as line:
        await line.send(json.dumps({"text": "Hello there. "}))
        await line.send(json.dumps({"text": ""}))
        told = [json.loads(each) async for each in line]
    assert told[-1] == {"isFinal": True}
    assert sum(len(each["audio"]) for each in told[:-1]) > 20_000
    assert line.close_code == 1000


async def test_who_does_not_trust_the_certificate_says_so(private: Private) -> None:
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await http.get(f"https://127.0.0.1:{private.served.port}/health")


async def test_nothing_is_answered_in_the_clear(private: Private) -> None:
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.TransportError):
            await http.get(f"http://127.0.0.1:{private.served.port}/health")


async def test_a_bad_pair_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    one, other = certified(tmp_path), certified(tmp_path, name="other")
    with pytest.raises(SettingsError, match="key values mismatch"):
        async with serving(tmp_path, tls_cert=one.cert, tls_key=other.key):
            pass
