"""Long texts through a real server: to files, chapters and captions, and stopped on the way."""

import asyncio
import json
import re
import subprocess
import time
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest

from tests.integration.serving import Served, serving

ONE = "The quick brown fox jumps over the lazy dog, and nobody minds at all."
BOOK = "\n\n".join(
    f"# Part {number}\n\n" + f"{ONE} " * 14 for number in ("one", "two", "three", "four")
)
JOBS = "/api/v1/jobs"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as served:
        yield served


async def submitted(served: Served, **body: Any) -> dict[str, Any]:
    reply = await served.http.post(JOBS, json={"text": BOOK, "title": "A book"} | body)
    assert reply.status_code == 202, reply.text
    told: dict[str, Any] = reply.json()
    assert reply.headers["location"] == f"{JOBS}/{told['id']}"
    return told


async def followed(served: Served, job_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Listen to the events until the last."""
    found = []
    async with served.http.stream("GET", f"{JOBS}/{job_id}/events", timeout=50) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        name = ""
        async for line in reply.aiter_lines():
            kind, _, value = line.partition(": ")
            name = value if kind == "event" else name
            if kind == "data":
                found.append((name, json.loads(value)))
    return found


async def done(served: Served, **body: Any) -> dict[str, Any]:
    name, last = (await followed(served, (await submitted(served, **body))["id"]))[-1]
    assert name == "done", last
    return last


def ffmpeg(*arguments: str, given: bytes | None = None) -> bytes:
    program = imageio_ffmpeg.get_ffmpeg_exe()
    command = [program, "-hide_banner", "-loglevel", "error", *arguments]
    return subprocess.run(command, check=True, capture_output=True, input=given, timeout=50).stdout


def samples_of(path: Path) -> np.ndarray[Any, Any]:
    return np.frombuffer(ffmpeg("-i", str(path), "-f", "f32le", "-ar", "24000", "-"), np.float32)


def seconds_of(clock: str) -> float:
    hours, minutes, seconds = clock.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


@pytest.mark.parametrize("to", ["m4b", "mp3"])
async def test_a_book_of_sixty_passages_becomes_one_file_with_chapters_and_captions(
    served: Served, tmp_path: Path, to: str
) -> None:
    job = await done(served, format=to)
    assert job["progress"]["passages"] == 60
    assert job["result"]["loudness_lufs"] == pytest.approx(-16, abs=0.1)
    assert job["result"]["peak_dbtp"] <= -1.49
    reply = await served.http.get(job["result"]["audio"])
    file = tmp_path / f"book.{to}"
    file.write_bytes(reply.content)
    assert len(reply.content) == job["result"]["size_bytes"]
    sound = samples_of(file)
    assert len(sound) / 24_000 == pytest.approx(job["result"]["seconds"], abs=0.1)
    told = (await served.http.get(job["result"]["chapters"])).json()["chapters"]
    assert [each["title"] for each in told] == [
        f"Part {n}" for n in ("one", "two", "three", "four")
    ]
    assert told[-1]["end_ms"] == round(job["result"]["seconds"] * 1000)
    read = ffmpeg("-i", str(file), "-f", "ffmetadata", "-").decode()
    rate = int(re.findall(r"TIMEBASE=1/(\d+)", read)[0])
    starts = [int(each) * 1000 / rate for each in re.findall(r"START=(\d+)", read)]
    # the reader takes what it leaves out of an MP3 off every later chapter
    assert starts == pytest.approx([each["start_ms"] for each in told], abs=50)
    assert re.findall(r"\ntitle=(Part .*)", read) == [each["title"] for each in told]
    await _captions_lie_on_speech(served, job, sound)


async def _captions_lie_on_speech(
    served: Served, job: dict[str, Any], sound: np.ndarray[Any, Any]
) -> None:
    """Where a caption is seen there is sound, and between passages, where none is, silence."""
    srt = (await served.http.get(job["result"]["captions"]["srt"])).text
    cues = [
        (seconds_of(begin), seconds_of(end), text)
        for begin, end, text in re.findall(r"(\S+) --> (\S+)\n((?:.+\n)+)", srt)
    ]
    assert len(cues) == 60
    assert cues[1][2].replace("\n", " ").strip() == ONE
    for (begin, end, _), (later, _, _) in pairwise(cues):
        seen = sound[round((begin + 0.02) * 24_000) : round((end - 0.02) * 24_000)]
        gap = sound[round((end + 0.08) * 24_000) : round((later - 0.03) * 24_000)]
        assert np.sqrt(np.mean(seen**2)) > 0.03
        assert np.sqrt(np.mean(gap**2)) < 0.01
    vtt = (await served.http.get(job["result"]["captions"]["vtt"])).text
    assert vtt.startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert vtt.count(" --> ") == 60


async def test_a_file_is_had_in_parts_and_by_its_head(served: Served) -> None:
    job = await done(served, text=ONE, title="Zoë / 1%", format="flac")
    path = job["result"]["audio"]
    whole = await served.http.get(path)
    assert whole.headers["content-type"] == "audio/flac"
    assert "filename*=UTF-8''Zo%C3%AB%20%2F%201%25.flac" in whole.headers["content-disposition"]
    head = await served.http.head(path)
    assert head.headers["content-length"] == str(len(whole.content))
    assert head.content == b""
    etag = whole.headers["etag"]
    part = await served.http.get(path, headers={"range": "bytes=100-199", "if-range": etag})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
    changed = await served.http.get(path, headers={"range": "bytes=100-199", "if-range": '"x"'})
    assert (changed.status_code, changed.content) == (200, whole.content)
    beyond = await served.http.get(path, headers={"range": f"bytes={len(whole.content)}-"})
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(whole.content)}"


async def test_a_bare_text_is_a_job_too(served: Served) -> None:
    reply = await served.http.post(
        JOBS,
        params={"title": "Märchen", "format": "opus", "language": "de", "speed": "2"},
        content=b"## Eins\nEs war einmal.",
        headers={"content-type": "text/markdown; charset=utf-8"},
    )
    assert reply.status_code == 202
    assert (reply.json()["title"], reply.json()["chapters"]) == ("Märchen", 1)
    assert (await followed(served, reply.json()["id"]))[-1][0] == "done"


async def test_marks_of_ssml_are_chapters(served: Served) -> None:
    ssml = (
        "<speak>For you.<mark name='chapter:The sea'/>It was blue."
        "<mark name='here'/><mark name='chapter:The end'/>It ended.</speak>"
    )
    job = await done(served, text=ssml, format="mp3")
    told = (await served.http.get(job["result"]["chapters"])).json()["chapters"]
    assert [each["title"] for each in told] == ["A book", "The sea", "The end"]
    assert told[0]["start_ms"] == 0 < told[1]["start_ms"] < told[2]["start_ms"]


async def test_a_job_is_paused_resumed_cancelled_listed_and_deleted(served: Served) -> None:
    job = await submitted(served, text=BOOK * 20)
    here = f"{JOBS}/{job['id']}"
    paused = await served.http.post(f"{here}/pause")
    assert (paused.status_code, paused.json().get("state")) == (200, "paused"), paused.text
    again = await served.http.post(f"{here}/pause")
    assert (again.status_code, again.json()["detail"]) == (
        409,
        f"The job '{job['id']}' is paused and cannot be paused.",
    )
    assert (await served.http.post(f"{here}/resume")).json()["state"] == "queued"
    listening = asyncio.create_task(followed(served, job["id"]))
    await asyncio.sleep(1.2)
    assert (await served.http.post(f"{here}/cancel")).json()["state"] == "cancelled"
    assert (await listening)[-1][0] == "cancelled"
    listed = (await served.http.get(JOBS, params={"state": "cancelled,done"})).json()
    assert [each["id"] for each in listed["jobs"]] == [job["id"]]
    assert (await served.http.get(f"{here}/audio")).status_code == 409
    assert (await served.http.delete(here)).status_code == 204
    assert (await served.http.get(here)).status_code == 404
    assert (await served.http.get(JOBS)).json() == {"jobs": [], "total": 0, "next": None}


async def test_a_key_gives_one_job(served: Served) -> None:
    key = {"idempotency-key": "once"}
    body = {"text": ONE, "title": "A"}
    first = await served.http.post(JOBS, json=body, headers=key)
    again = await served.http.post(JOBS, json=body, headers=key)
    assert first.json()["id"] == again.json()["id"]
    other = await served.http.post(JOBS, json=body | {"title": "B"}, headers=key)
    assert other.status_code == 409


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"text": "..."}, 422, "empty"),
        ({"text": "Hi.", "format": "aiff"}, 422, "m4b, mp3"),
        ({"text": "Hi.", "voice": "nobody"}, 404, "nobody"),
        ({"text": "Hi.", "language": "tlh"}, 422, "tlh"),
        ({"text": "Hi.", "speed": 9}, 422, "speed"),
        ({"text": "Hi.", "loudness": -99}, 422, "loudness"),
        ({"text": "<speak><p>Hi.</speak>"}, 422, "line 1"),
        ({"title": "x"}, 422, "text"),
        ({"text": "Hi." * 1000}, 413, "3,000 characters; send at most 2,000"),
    ],
)
async def test_what_cannot_be_spoken_is_refused_at_once(
    tmp_path: Path, body: dict[str, Any], status: int, said: str
) -> None:
    async with serving(tmp_path, longest_job_text=2000) as served:
        reply = await served.http.post(JOBS, json=body)
        # what is malformed is 400 or 422, as the table of errors has it
        malformed = "<speak>" in body.get("text", "")
        assert reply.status_code in ({400, 422} if malformed else {status})
        assert said in reply.json()["detail"]
        assert (await served.http.get(JOBS, params={"state": "no"})).status_code == 422
        assert (await served.http.get(JOBS, params={"after": "no"})).status_code == 422


async def test_whoever_listens_hears_at_once_while_a_book_is_spoken(served: Served) -> None:
    await submitted(served, text=BOOK * 40)
    waits = []
    for number in range(10):
        began = time.monotonic()
        reply = await served.http.post("/tts_stream", json={"text": f"Hello {number}."})
        waits.append(time.monotonic() - began)
        assert reply.status_code == 200
    assert sorted(waits)[5] < 1.0


async def test_two_million_characters_are_taken_in_within_seconds(served: Served) -> None:
    text = (f"{ONE} " * 20 + "\n\n") * 1450
    assert len(text) > 2_000_000
    began = time.monotonic()
    reply = await served.http.post(
        JOBS, content=text[:2_000_000].encode(), headers={"content-type": "text/plain"}
    )
    took_s = time.monotonic() - began
    assert reply.status_code == 202
    assert reply.json()["progress"]["passages"] > 25_000
    assert took_s < 15
    assert (await served.http.delete(f"{JOBS}/{reply.json()['id']}")).status_code == 204
    over = await served.http.post(
        JOBS, content=text[:2_000_001].encode(), headers={"content-type": "text/plain"}
    )
    assert over.status_code == 413
