"""Every example of the API's document is sent to a live server as it stands there."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from entrypoints.schemas import FILE, FORM, JSON, MULTIPART
from tests.integration.recordings import speech
from tests.integration.serving import Served, serving

VOICES, JOBS = "/api/v1/voices", "/api/v1/jobs"
MAKES = {
    VOICES: "ana",
    f"{VOICES}/import": "ana",
    f"{VOICES}/mix": "ana-bea",
    "/clone_speaker": "ana",
    "/save_voice/{voice_id}": "ana",
}
"""Which voice an example makes; it must not be there before."""


@dataclass
class Example:
    path: str
    method: str
    told: dict[str, Any]
    media_type: str | None = None
    body: Any = None
    there: dict[str, str] = field(default_factory=dict)
    """What stands for parameters of the path whose values the server makes."""

    @property
    def name(self) -> str:
        return f"{self.method} {self.path} {self.media_type or ''}".strip()

    @property
    def url(self) -> str:
        url = self.path
        for each in self._given("path"):
            value = self.there.get(each["name"], str(each["example"]))
            url = url.replace(f"{{{each['name']}}}", value)
        return url

    @property
    def query(self) -> dict[str, Any]:
        return {each["name"]: each["example"] for each in self._given("query")}

    def _given(self, where: str) -> Iterator[dict[str, Any]]:
        for each in self.told["parameters"]:
            if each["in"] == where and "example" in each:
                yield each


def examples(document: dict[str, Any]) -> Iterator[Example]:
    for path, item in document["paths"].items():
        for method, told in item.items():
            contents = told.get("requestBody", {}).get("content", {})
            for media_type, content in contents.items():
                yield Example(path, method, told, media_type, content["example"])
            if not contents:
                yield Example(path, method, told)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as served:
        yield served


async def test_every_example_works_when_it_is_pasted(served: Served) -> None:
    document = (await served.http.get("/openapi.json")).json()
    sent = list(examples(document))
    assert len(sent) > 70
    wrong = {}
    for example in sent:
        await prepare(served, example)
        reply = await send(served, example)
        if not fits(reply, example.told["responses"]):
            kind = reply.headers.get("content-type")
            wrong[example.name] = (reply.status_code, kind, reply.content[:200])
    assert wrong == {}


async def prepare(served: Served, example: Example) -> None:
    """See that the voices of the examples are there, except the one that is about to be made."""
    made = MAKES.get(example.path) if example.method == "post" else None
    for name in {"ana", "bea"} - {made}:
        await ensure(served, name)
    if made:
        await served.http.delete(f"{VOICES}/{made}")
    if "{session_id}" in example.path:
        body, headers = {"text": "Once upon a time."}, {"X-Session-Id": "story-1"}
        await served.http.post("/api/v1/speech", json=body, headers=headers)
    if "{job_id}" in example.path:
        example.there["job_id"] = await job_for(served, example.path.rpartition("/")[2])
    if example.path.endswith("/consent") and example.method == "delete":
        consent = {"by": "Ana", "statement": "I agree."}
        await served.http.post(f"{VOICES}/ana/consent", json=consent)


async def job_for(served: Served, step: str) -> str:
    """Return a job that the step can be taken with."""
    long = step in {"pause", "resume", "cancel"}
    text = "It goes on and on. " * (5_000 if long else 1)
    job: dict[str, Any] = (await served.http.post(JOBS, json={"text": text})).json()
    if step == "resume":
        await served.http.post(f"{JOBS}/{job['id']}/pause")
    while not long and job["state"] != "done":
        await asyncio.sleep(0.05)
        job = (await served.http.get(f"{JOBS}/{job['id']}")).json()
    return str(job["id"])


async def ensure(served: Served, name: str) -> None:
    if (await served.http.get(f"{VOICES}/{name}")).status_code == 404:
        files = [("clips", ("a.wav", speech()))]
        made = await served.http.post(VOICES, data={"id": name, "name": name}, files=files)
        assert made.status_code == 201, made.text


async def send(served: Served, example: Example) -> Any:
    sent: dict[str, Any] = {}
    if example.media_type == JSON:
        sent["json"] = example.body | await material(served, example)
    elif example.media_type == FORM:
        sent["data"] = example.body
    elif example.media_type == MULTIPART:
        sent |= form(example.body)
    elif (example.media_type or "").startswith("text/"):
        sent |= {"content": example.body, "headers": {"Content-Type": example.media_type}}
    elif example.media_type == FILE:
        sent["content"] = await exported(served)
    return await served.http.request(
        example.method.upper(), example.url, params=example.query or None, **sent
    )


def form(body: dict[str, Any]) -> dict[str, Any]:
    """Put a recording in place of what says that here is one."""
    files = [name for name, value in body.items() if "(a recording)" in value]
    return {
        "files": [(name, ("clip.wav", speech())) for name in files],
        "data": {name: value for name, value in body.items() if name not in files},
    }


async def material(served: Served, example: Example) -> dict[str, Any]:
    """Return latents of the engine that speaks: those of the document are too short to be any."""
    if example.path != "/save_voice/{voice_id}":
        return {}
    made = await served.http.post("/clone_speaker", files={"wav_file": speech()})
    found: dict[str, Any] = made.json()
    return found


async def exported(served: Served) -> bytes:
    await ensure(served, "ana")
    file = (await served.http.get(f"{VOICES}/ana/export")).content
    await served.http.delete(f"{VOICES}/ana")
    return file


def fits(reply: Any, responses: dict[str, Any]) -> bool:
    """Whether it went well, in a way that is told of; a new voice's preview may be on its way."""
    told = responses.get(str(reply.status_code), {})
    if reply.status_code == 404 and "has no preview yet" in reply.text:
        return True
    kind = reply.headers.get("content-type", "").partition(";")[0]
    kinds = told.get("content", {})
    return reply.is_success and (not kinds or any(fnmatch(kind, each) for each in kinds))
