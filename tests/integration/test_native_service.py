"""Sessions, caches, engines and problems of the house's own API, over a real socket."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from application.access import Access
from domain.access import Caller
from domain.errors import KeyMissingError
from tests.fakes.engine import FakeEngine
from tests.integration.problems import refused
from tests.integration.serving import Served, serving

SESSIONS = "/api/v1/sessions"
TEXT = "One sentence that takes a while. And another one, which waits behind it."


@dataclass
class Stage:
    engine: FakeEngine
    served: Served

    async def speak(self, session: str) -> "asyncio.Task[Any]":
        """Begin a stream whose sound does not come before the engine may run."""
        body = {"text": TEXT, "session_id": session}
        asking = self.served.http.post("/api/v1/speech/stream", json=body)
        streaming = asyncio.create_task(asking)
        deadline_s = time.monotonic() + 5
        while (await self.served.http.get(f"{SESSIONS}/{session}")).status_code != 200:
            assert time.monotonic() < deadline_s
            await asyncio.sleep(0.01)
        return streaming


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    engine = FakeEngine(slots=1)
    async with serving(tmp_path, engine=engine, loudness="off") as served:
        yield Stage(engine, served)
        engine.running.set()


async def test_sessions_are_listed_the_living_first_and_the_latest_of_each_first(
    stage: Stage,
) -> None:
    for name in ("a", "b"):
        await stage.served.http.post("/api/v1/speech", json={"text": "Hi.", "session_id": name})
    stage.engine.running.clear()
    first, second = await stage.speak("c"), await stage.speak("d")
    listed = (await stage.served.http.get(SESSIONS)).json()["sessions"]
    assert [each["session_id"] for each in listed] == ["d", "c", "b", "a"]
    assert [each["state"] for each in listed] == ["queued", "queued", "done", "done"]
    assert listed[0]["queue_position"] == 1 + listed[1]["queue_position"]
    short = (await stage.served.http.get(SESSIONS, params={"limit": 3})).json()["sessions"]
    assert short[2]["session_id"] == "b"
    cancelled = await stage.served.http.delete(f"{SESSIONS}/c")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    told = refused(await first, 409, "speech-cancelled", "cancelled")
    assert told["session_id"] == "c"
    stage.engine.running.set()
    for line in stage.engine.lines:
        line.changed.set()
    assert (await second).status_code == 200
    one = (await stage.served.http.get(f"{SESSIONS}/d")).json()
    assert (one["state"], one["progress"], one["queue_position"]) == ("done", 1.0, 0)
    assert (await stage.served.http.delete(f"{SESSIONS}/d")).json()["state"] == "done"


async def test_bad_questions_about_sessions_are_answered_as_problems(stage: Stage) -> None:
    http = stage.served.http
    told = refused(await http.get(f"{SESSIONS}/nobody"), 404, "session-unknown", "nobody")
    assert told["session_id"] == "nobody"
    refused(await http.delete(f"{SESSIONS}/nobody"), 404, "session-unknown", "nobody")
    for limit in (0, 1001):
        told = refused(
            await http.get(SESSIONS, params={"limit": limit}), 422, "setting-out-of-range", "limit"
        )
        assert (told["name"], told["value"], told["low"], told["high"]) == ("limit", limit, 1, 1000)
    refused(await http.get(SESSIONS, params={"limit": "x"}), 400, "bad-request", "limit")
    stage.engine.running.clear()
    streaming = await stage.speak("twice")
    again = await http.post("/api/v1/speech", json={"text": "Hi.", "session_id": "twice"})
    refused(again, 409, "session-exists", "twice")
    await http.delete(f"{SESSIONS}/twice")
    await streaming


class Owners(Access):
    """Each key has an owner of its own."""

    def __init__(self) -> None:
        super().__init__(())

    @override
    def authenticate(self, key: str | None) -> Caller:
        if not key:
            raise KeyMissingError
        return Caller(key, owner=key)


async def test_sessions_belong_to_those_who_began_them(tmp_path: Path) -> None:
    async with serving(tmp_path, engine=FakeEngine(), access=Owners()) as served:
        ana, bea = {"xi-api-key": "ana"}, {"xi-api-key": "bea"}
        body = {"text": "Hi.", "session_id": "s"}
        assert (await served.http.post("/tts", json=body, headers=ana)).status_code == 200
        for path in (f"{SESSIONS}/s", "/stream_status/s"):
            assert (await served.http.get(path, headers=ana)).status_code == 200
            assert (await served.http.get(path, headers=bea)).status_code == 404
        for path in (f"{SESSIONS}/s", "/stream_cancel/s"):
            assert (await served.http.delete(path, headers=bea)).status_code == 404
        assert (await served.http.get(SESSIONS, headers=bea)).json() == {"sessions": []}
        assert (await served.http.post("/tts", json=body, headers=bea)).status_code == 200
        assert len((await served.http.get(SESSIONS, headers=ana)).json()["sessions"]) == 1
        refused(await served.http.get(SESSIONS), 401, "key-missing", "API key")


async def test_caches_are_told_of_and_emptied(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        for _ in range(2):
            await served.http.post("/api/v1/speech", json={"text": "Hello there."})
        lines = (await served.http.get("/api/v1/cache")).json()["lines"]
        assert (lines["entries"], lines["hits"], lines["misses"]) == (1, 1, 1)
        assert 0 < lines["bytes"] < lines["limit_bytes"]
        assert (await served.http.delete("/api/v1/cache")).json() == {"voices": 0, "lines": 1}
        assert (await served.http.get("/api/v1/cache")).json()["lines"]["entries"] == 0


async def test_the_engine_and_the_limits_are_told(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"loudness": -18, "longest_text": 500, "default_voice": "f4"}
    async with serving(tmp_path, require_consent=True, **settings) as served:
        told = (await served.http.get("/api/v1/engines")).json()
        (engine,) = told["engines"]
        assert (engine["name"], engine["alignment"], engine["device"]) == ("espeak", "exact", "cpu")
        assert engine["pulse"]["alive"] is True
        assert set(engine["longest_line"]) == set(engine["languages"])
        assert (told["default_voice"], told["consent_required"]) == ("f4", True)
        assert told["loudness"] == {
            "usual_lufs": -18,
            "ceiling_dbtp": -1.5,
            "range_lufs": [-40, -5],
        }
        assert told["limits"]["text_characters"] == 500
        long = await served.http.post("/api/v1/speech", json={"text": "x" * 501})
        over = refused(long, 413, "text-too-long", "501")
        assert (over["length"], over["limit"]) == (501, 500)
        for name in told["formats"]:
            body = {"text": "Hi.", "output_format": name}
            assert (await served.http.post("/api/v1/speech", json=body)).status_code == 200


async def test_a_busy_engine_says_when_to_try_again(stage: Stage) -> None:
    stage.engine.refusing_after = 0
    reply = await stage.served.http.post("/api/v1/speech", json={"text": "Hi."})
    told = refused(reply, 503, "engine-busy", "try again")
    assert told["retry_after_s"] == 1.0
    assert reply.headers["retry-after"] == "1"


async def test_a_fault_of_ours_is_a_problem_that_tells_nothing(stage: Stage) -> None:
    stage.engine.broken = RuntimeError("a secret")
    reply = await stage.served.http.post("/api/v1/speech", json={"text": "Hi."})
    told = refused(reply, 500, "internal-server-error", "the log knows")
    assert "secret" not in str(told)


async def test_every_type_of_problem_leads_to_a_page_about_it(tmp_path: Path) -> None:
    async with serving(tmp_path, engine=FakeEngine(), api_keys="one") as served:
        every = (await served.http.get("/problems")).json()["problems"]
        assert len({each["type"] for each in every}) == len(every) > 40
        for each in every:
            page = (await served.http.get(each["type"])).json()
            assert page == each
            assert page["about"].endswith(".")
            assert page["status"] >= 400
        refused(await served.http.get("/problems/none"), 404, "not-found", "/problems/none")
