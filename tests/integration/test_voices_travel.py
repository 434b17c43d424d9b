"""Voices beyond one server: from SQLite to PostgreSQL, through retries, and kept while in use."""

import asyncio
import json
from pathlib import Path
from typing import Any

from application.voices import Draft
from tests.databases import fresh_postgres
from tests.integration.recordings import speech
from tests.integration.serving import Served, serving

TEXT = {"text": "Wherever I go, I sound the same.", "language": "en"}


async def clone(served: Served, **options: Any) -> Any:
    headers = {"Idempotency-Key": options.pop("once")} if "once" in options else {}
    return await served.http.post(
        "/clone_speaker",
        files={"wav_file": ("clip.wav", speech(), "audio/wav")},
        data={"options": json.dumps({"response_format": "save", **options})},
        headers=headers,
    )


async def spoken(served: Served, voice: str) -> bytes:
    reply = await served.http.post("/tts", json={**TEXT, "speaker_id": voice})
    assert reply.status_code == 200
    return reply.content


async def test_a_voice_speaks_the_same_in_another_database(tmp_path: Path) -> None:
    async with serving(tmp_path / "here") as here:
        await clone(here, save_id="ana", name="Ana", labels={"use": "books"})
        heard = await spoken(here, "ana")
        exported = await here.container.voices().take_out("house", "ana")
    with fresh_postgres() as url:
        async with serving(tmp_path / "there", database_url=url) as there:
            await there.container.voices().bring_in(exported, Draft())
            assert await spoken(there, "ana") == heard
            (listed,) = (await there.http.get("/saved_voices")).json()
            assert listed["name"] == "Ana"


async def test_a_retry_under_one_key_gives_one_voice(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        replies = await asyncio.gather(*(clone(served, once="k", name="Ana") for _ in range(4)))
        assert {reply.status_code for reply in replies} == {200}
        assert len({reply.json()["voice_id"] for reply in replies}) == 1
        assert len((await served.http.get("/saved_voices")).json()) == 1


async def test_of_two_who_save_one_id_one_is_told(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        replies = await asyncio.gather(*(clone(served, save_id="ana") for _ in range(3)))
        assert sorted(reply.status_code for reply in replies) == [200, 409, 409]


async def test_a_voice_deleted_while_it_speaks_is_heard_to_its_end(tmp_path: Path) -> None:
    long = {**TEXT, "text": TEXT["text"] * 30, "speaker_id": "ana"}
    async with serving(tmp_path) as served:
        await clone(served, save_id="ana")
        whole = await served.http.post("/tts_stream", json=long)
        async with served.http.stream("POST", "/tts_stream", json=long) as reply:
            sound = reply.aiter_raw()
            first = await anext(sound)
            assert (await served.http.delete("/saved_voices/ana")).status_code == 200
            rest = b"".join([data async for data in sound])
        assert len(first + rest) == len(whole.content)
        assert (await served.http.post("/tts", json=long)).status_code == 404


async def test_consent_is_asked_for_where_it_is_required(tmp_path: Path) -> None:
    async with serving(tmp_path, require_consent=True) as served:
        refused = await clone(served, save_id="ana")
        assert refused.status_code == 422
        assert "consent" in refused.json()["detail"]
        kept = await clone(served, save_id="ana", consent={"by": "Ana", "statement": "I agree."})
        assert kept.status_code == 200


async def test_a_known_voice_still_speaks_when_the_database_is_gone(tmp_path: Path) -> None:
    async with serving(tmp_path, database_timeout_s=0.3) as served:
        await clone(served, save_id="ana")
        heard = await spoken(served, "ana")
        await served.container.database().__aexit__(None, None, None)
        (tmp_path / "rhapsode.db").rename(tmp_path / "elsewhere.db")
        assert await spoken(served, "ana") == heard


async def test_a_clients_unknown_voice_may_mean_the_default(tmp_path: Path) -> None:
    recording = tmp_path / "enigma.wav"
    recording.write_bytes(speech())
    async with serving(tmp_path / "data", default_voice_wav=recording) as served:
        assert await spoken(served, "whatever_they_send") == await spoken(served, "enigma")
    async with serving(tmp_path / "data", default_voice_wav=recording) as again:
        assert len((await again.http.get("/saved_voices")).json()) == 1


async def test_caches_tell_how_they_do_and_forget_when_told(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        await clone(served, save_id="ana")
        for _ in range(2):
            await spoken(served, "ana")
        stats = (await served.http.get("/cache/stats")).json()
        assert stats["voices"] == {"size": 1, "max_size": 100, "ttl": 3600, "hits": 1, "misses": 1}
        assert stats["audio"]["hits"] == 1
        assert 0 < stats["audio"]["bytes"] <= stats["audio"]["max_bytes"]
        figures = (await served.http.get("/metrics")).text
        assert 'tts_cache_hits_total{cache="audio"} 1.0' in figures
        assert (await served.http.post("/cache/clear")).json() == {"voices": 1, "audio": 1}
        assert (await served.http.get("/cache/stats")).json()["audio"]["size"] == 0


async def test_the_list_is_searched_and_paged(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        for name in ("ana", "bea", "carl"):
            await clone(served, save_id=name, name=f"The {name}")
        found = (await served.http.get("/saved_voices", params={"q": "BEA"})).json()
        assert [voice["voice_id"] for voice in found] == ["bea"]
        first = await served.http.get("/saved_voices", params={"limit": 2})
        assert first.headers["x-total-count"] == "3"
        after = first.headers["x-next-page"]
        rest = await served.http.get("/saved_voices", params={"limit": 2, "after": after})
        assert [voice["voice_id"] for voice in rest.json()] == ["carl"]
        odd = await served.http.get("/saved_voices", params={"after": "nonsense"})
        assert odd.status_code == 422
