"""Voices over the house's own API, on a real socket, spoken by the embedded engine."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from adapters.espeak.ear import listen
from tests.integration.problems import refused
from tests.integration.recordings import speech
from tests.integration.serving import Served, serving

VOICES = "/api/v1/voices"
TEXT = "The quick brown fox jumps over the lazy dog, and then it rests."
AGREED = {"by": "Ana Lima", "statement": "You may."}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    folder = tmp_path_factory.mktemp("native")
    async with serving(folder, largest_upload_mb=2, calibrate_voices=False) as served:
        yield served


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def made(served: Served, voice: str, *, pitch_hz: float = 200.0, **fields: str) -> Any:
    reply = await served.http.post(
        VOICES,
        files=[("clips", ("clip.wav", speech(pitch_hz=pitch_hz), "audio/wav"))],
        data={"id": voice, **fields},
    )
    assert reply.status_code == 201, reply.text
    return reply


async def median_hz(served: Served, voice: str) -> float:
    reply = await served.http.post("/api/v1/speech", json={"text": TEXT, "voice": voice})
    assert reply.status_code == 200, reply.text
    return listen([await served.container.studio().read_clip(reply.content)]).median_hz


async def test_a_voice_is_cloned_from_several_clips_and_reported(served: Served) -> None:
    clips = [("clips", (f"{n}.wav", speech(pitch_hz=n), "audio/wav")) for n in (180, 220)]
    fields = {
        "name": "Dora",
        "description": "A bright one.",
        "language": "pt_BR",
        "labels": '{"mood": "glad"}',
        "consent": json.dumps(AGREED),
        "denoise": "true",
        "trim_silence": "false",
    }
    reply = await served.http.post(VOICES, files=clips, data=fields)
    assert reply.status_code == 201, reply.text
    answer = reply.json()
    voice = answer["voice"]
    assert reply.headers["location"] == f"{VOICES}/{voice['id']}"
    assert [each["duration_s"] for each in answer["clips"]] == [4.0, 4.0]
    assert (voice["name"], voice["language"], voice["kind"]) == ("Dora", "pt-br", "saved")
    assert voice["labels"] == {"mood": "glad"}
    assert {name: voice["consent"][name] for name in AGREED} == AGREED
    shown = await served.http.get(reply.headers["location"])
    assert shown.json() == voice
    assert shown.headers["etag"] == reply.headers["etag"]
    listed = (await served.http.get(f"{VOICES}/{voice['id']}/samples")).json()["samples"]
    assert [each["number"] for each in listed] == [1, 2]
    assert all(each["denoise"] and not each["trim_silence"] for each in listed)
    second = await served.http.get(f"{VOICES}/{voice['id']}/samples/2")
    assert second.headers["content-type"] == "audio/flac"
    assert len(second.content) == listed[1]["bytes"]
    assert (await served.container.studio().read_clip(second.content)).seconds == 4.0
    assert (await served.http.delete(reply.headers["location"])).status_code == 204
    refused(await served.http.get(reply.headers["location"]), 404, "voice-unknown", voice["id"])


async def test_a_retry_under_one_key_saves_nothing(served: Served) -> None:
    async def once(key: str, name: str) -> Any:
        files = [("clips", ("clip.wav", speech(), "audio/wav"))]
        headers = {"Idempotency-Key": key}
        return await served.http.post(VOICES, files=files, data={"name": name}, headers=headers)

    replies = await asyncio.gather(*(once("k1", "Same") for _ in range(3)))
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.json()["voice"]["id"] for reply in replies}) == 1
    refused(await once("k1", "Other"), 409, "once-key-reused", "k1")


@pytest.mark.parametrize(
    ("fields", "clip", "status", "kind", "says"),
    [
        ({}, None, 422, "input", "0 clips"),
        ({"labels": "nice"}, "speech", 422, "input", "'labels'"),
        ({"labels": '{"a": 1}'}, "speech", 422, "input", "labels"),
        ({"labels": "[1]"}, "speech", 422, "input", "labels"),
        ({"consent": '{"by": "Ana"}'}, "speech", 422, "input", "statement"),
        ({"denoise": "much"}, "speech", 422, "input", "denoise"),
        ({"id": "../up"}, "speech", 422, "voice-id-invalid", "../up"),
        ({"id": "mix"}, "speech", 422, "input", "a path of this API"),
        ({"id": "Annie"}, "speech", 409, "voice-exists", "Annie"),
        ({"name": "x" * 201}, "speech", 422, "voice-text-invalid", "200"),
        ({}, "noise", 422, "clip-refused", ""),
        ({}, "short", 422, "clip-refused", "at least"),
        ({}, "large", 413, "request-entity-too-large", "too large"),
    ],
)
async def test_a_bad_clone_says_what_to_change(
    served: Served, fields: dict[str, str], clip: str | None, status: int, kind: str, says: str
) -> None:
    lengths_s = {"speech": 4.0, "short": 0.5, "large": 60.0}
    sent = speech(seconds=lengths_s[clip]) if clip in lengths_s else b"no sound at all" * 50
    files = [("clips", ("a.wav", sent, "audio/wav"))] if clip else None
    reply = await served.http.post(VOICES, files=files, data=fields)
    refused(reply, status, kind, says)


async def test_voices_are_searched_by_text_language_and_labels_and_paged(served: Served) -> None:
    for name, language, mood in (("sa", "de", "calm"), ("sb", "fr", "calm"), ("sc", "de", "wild")):
        labels = json.dumps({"mood": mood, "set": "search"})
        await made(served, name, name=f"Searched {name}", language=language, labels=labels)

    async def ids(**query: Any) -> list[str]:
        reply = await served.http.get(VOICES, params=query)
        assert reply.status_code == 200, reply.text
        return [voice["id"] for voice in reply.json()["voices"]]

    assert await ids(q="SEARCHED") == ["sa", "sb", "sc"]
    assert await ids(q="searched", language="DE") == ["sa", "sc"]
    assert await ids(label=["set:search", "mood:calm"]) == ["sa", "sb"]
    first = (await served.http.get(VOICES, params={"label": "set:search", "limit": 2})).json()
    assert (first["total"], len(first["voices"])) == (3, 2)
    assert await ids(label="set:search", limit=2, after=first["next"]) == ["sc"]
    speakers = await ids(kind="builtin", limit=1000)
    assert "Annie" in speakers
    assert "sa" not in speakers
    assert await ids(kind="builtin", q="anni") == [each for each in speakers if "nni" in each]
    walked, after = [], None
    while True:
        query: Any = {"kind": "all", "limit": 7, **({"after": after} if after else {})}
        page = (await served.http.get(VOICES, params=query)).json()
        walked += [voice["id"] for voice in page["voices"]]
        after = page["next"]
        assert page["total"] >= len(walked)
        if after is None:
            break
    assert walked == await ids(limit=1000) + speakers
    assert page["total"] == len(walked)
    shown = (await served.http.get(f"{VOICES}/annie")).json()
    assert (shown["id"], shown["kind"], shown["version"]) == ("Annie", "builtin", None)


@pytest.mark.parametrize(
    ("query", "status", "kind", "says"),
    [
        ({"limit": 0}, 422, "setting-out-of-range", "limit is 0"),
        ({"limit": "many"}, 400, "bad-request", "limit"),
        ({"kind": "loud"}, 400, "bad-request", "kind"),
        ({"label": "mood"}, 422, "input", "name:value"),
        ({"after": "nonsense"}, 422, "input", "from the start"),
        ({"after": "speaker:x", "kind": "all"}, 422, "input", "from the start"),
        ({"after": "nonsense", "kind": "builtin"}, 422, "input", "from the start"),
    ],
)
async def test_a_bad_search_says_what_to_change(
    served: Served, query: dict[str, Any], status: int, kind: str, says: str
) -> None:
    refused(await served.http.get(VOICES, params=query), status, kind, says)


async def test_a_change_touches_what_it_names_and_nothing_else(served: Served) -> None:
    labels = json.dumps({"mood": "calm", "age": "old"})
    before = (await made(served, "change", name="Was", language="de", labels=labels)).json()
    change = {"name": "Is", "labels": {"age": None, "use": "books"}, "what": "ever"}
    reply = await served.http.patch(f"{VOICES}/change", json=change)
    after = reply.json()
    assert (after["name"], after["language"]) == ("Is", "de")
    assert after["labels"] == {"mood": "calm", "use": "books"}
    assert after["version"] == before["voice"]["version"] + 1
    assert (await served.http.get(f"{VOICES}/change")).headers["etag"] == reply.headers["etag"]
    emptied = await served.http.patch(f"{VOICES}/change", json={"language": None, "labels": None})
    assert (emptied.json()["language"], emptied.json()["labels"]) == (None, {})


async def test_who_was_quicker_is_not_overwritten(served: Served) -> None:
    tag = (await made(served, "race")).headers["etag"]
    here = f"{VOICES}/race"
    first = await served.http.patch(here, json={"name": "One"}, headers={"If-Match": tag})
    assert first.status_code == 200
    late = await served.http.patch(here, json={"name": "Two"}, headers={"If-Match": tag})
    refused(late, 412, "precondition-failed", "changed")
    late = await served.http.patch(here, json={"name": "Two", "version": 1})
    told = refused(late, 409, "voice-changed", "version 1")
    assert (told["voice_id"], told["version"]) == ("race", 1)
    gone = await served.http.delete(here, headers={"If-Match": tag})
    refused(gone, 412, "precondition-failed", "changed")
    assert (await served.http.get(here)).json()["name"] == "One"
    every = await served.http.patch(here, json={"name": "Three"}, headers={"If-Match": "*"})
    assert every.json()["version"] == 3


@pytest.mark.parametrize(
    ("voice", "body", "status", "kind", "says"),
    [
        ("nobody", b'{"name": "x"}', 404, "voice-unknown", "nobody"),
        ("Annie", b'{"name": "x"}', 404, "voice-unknown", "Annie"),
        ("sturdy", b"nonsense", 400, "malformed-body", "not JSON"),
        ("sturdy", b'{"name": null}', 422, "input", "'name'"),
        ("sturdy", b'{"labels": {"a": {}}}', 422, "input", "labels"),
        ("sturdy", b'{"description": "' + b"x" * 2001 + b'"}', 422, "voice-text-invalid", "2,000"),
    ],
)
async def test_a_bad_change_says_what_is_wrong(
    served: Served, voice: str, body: bytes, status: int, kind: str, says: str
) -> None:
    if voice == "sturdy" and (await served.http.get(f"{VOICES}/sturdy")).status_code == 404:
        await made(served, "sturdy")
    reply = await served.http.patch(f"{VOICES}/{voice}", content=body)
    refused(reply, status, kind, says)


async def test_clips_and_previews_that_are_not_there_are_named(served: Served) -> None:
    await made(served, "quiet")
    told = refused(
        await served.http.get(f"{VOICES}/quiet/samples/2"), 404, "sample-unknown", "from 1 to 1"
    )
    assert (told["number"], told["count"]) == (2, 1)
    refused(await served.http.get(f"{VOICES}/quiet/samples/0"), 404, "sample-unknown", "clip 0")
    refused(await served.http.get(f"{VOICES}/nobody/samples"), 404, "voice-unknown", "nobody")
    told = refused(
        await served.http.get(f"{VOICES}/quiet/preview"), 404, "preview-missing", "no preview"
    )
    assert told["coming"] is False


async def test_a_mix_sounds_between_the_voices_it_is_made_of(served: Served) -> None:
    await made(served, "low", pitch_hz=100)
    await made(served, "high", pitch_hz=240)
    found = {}
    for name, weights in (("near", (0.8, 0.2)), ("even", (5, 5)), ("far", ("1", "3"))):
        parts = [
            {"id": each, "weight": w} for each, w in zip(("low", "high"), weights, strict=True)
        ]
        reply = await served.http.post(f"{VOICES}/mix", json={"voices": parts, "id": name})
        assert reply.status_code == 201, reply.text
        assert reply.headers["location"] == f"{VOICES}/{name}"
        found[name] = await median_hz(served, name)
    ends = await median_hz(served, "low"), await median_hz(served, "high")
    assert ends[0] * 1.05 < found["near"] < found["even"] * 0.95
    assert found["even"] * 1.05 < found["far"] < ends[1] * 0.95
    assert found["even"] == pytest.approx((ends[0] * ends[1]) ** 0.5, rel=0.06)
    assert (await served.http.get(f"{VOICES}/even/samples")).json() == {"samples": []}


async def test_a_speaker_of_the_engines_own_may_be_mixed(served: Served) -> None:
    parts = [{"id": "annie"}, {"id": "f4"}, {"id": "espeak"}]
    body = {"voices": parts, "name": "Three", "labels": {"made": "mixed"}, "language": "en"}
    reply = await served.http.post(f"{VOICES}/mix", json=body)
    voice = reply.json()["voice"]
    assert (voice["name"], voice["labels"]) == ("Three", {"made": "mixed"})
    assert await median_hz(served, voice["id"]) > 60


@pytest.mark.parametrize(
    ("body", "status", "kind", "says"),
    [
        ({"voices": [{"id": "espeak"}]}, 422, "mix-count", "2 to 8"),
        ({"voices": [{"id": "espeak"}] * 9}, 422, "mix-count", "9 voices"),
        ({"voices": [{"id": "espeak"}, {"id": "nobody"}]}, 404, "voice-unknown", "nobody"),
        (
            {"voices": [{"id": "espeak", "weight": 0}, {"id": "f4"}]},
            422,
            "setting-out-of-range",
            "weight",
        ),
        (
            {"voices": [{"id": "espeak", "weight": -1}, {"id": "f4"}]},
            422,
            "setting-out-of-range",
            "weight is -1",
        ),
        ({"voices": [{"id": "espeak", "weight": "NaN"}, {"id": "f4"}]}, 422, "", "weight"),
        ({"voices": "espeak"}, 422, "input", "voices"),
        ({"name": "x"}, 422, "input", "voices"),
        ({"voices": [{"id": "espeak"}, {"id": "f4"}], "id": "f4"}, 409, "voice-exists", "f4"),
        ({"voices": [{"id": "espeak"}, {"id": "f4"}], "id": "import"}, 422, "input", "path"),
    ],
)
async def test_a_bad_mix_says_what_to_change(
    served: Served, body: dict[str, Any], status: int, kind: str, says: str
) -> None:
    reply = await served.http.post(f"{VOICES}/mix", json=body)
    refused(reply, status, kind or reply.json()["type"].rpartition("/")[2], says)


async def test_an_unknown_voice_is_never_mixed_in_as_the_default_one(tmp_path: Path) -> None:
    async with serving(tmp_path, unknown_voice="default") as served:
        body = {"voices": [{"id": "espeak"}, {"id": "nobody"}]}
        reply = await served.http.post(f"{VOICES}/mix", json=body)
        refused(reply, 404, "voice-unknown", "nobody")


async def test_an_exported_voice_comes_back_under_another_id(served: Served) -> None:
    await made(served, "travel", name="Traveller", labels='{"a": "b"}', consent=json.dumps(AGREED))
    file = await served.http.get(f"{VOICES}/travel/export")
    assert file.headers["content-type"] == "application/octet-stream"
    assert 'filename="travel.rhapsode"' in file.headers["content-disposition"]
    again = await served.http.post(f"{VOICES}/import", content=file.content)
    refused(again, 409, "voice-exists", "travel")
    params = {"id": "landed", "name": "Landed"}
    reply = await served.http.post(f"{VOICES}/import", content=file.content, params=params)
    assert reply.status_code == 201, reply.text
    voice = reply.json()["voice"]
    assert (voice["id"], voice["name"], voice["labels"]) == ("landed", "Landed", {"a": "b"})
    assert voice["consent"]["by"] == "Ana Lima"
    assert await median_hz(served, "landed") == await median_hz(served, "travel")
    bent = file.content[:-1] + bytes([file.content[-1] ^ 1])
    for broken in (b"", b"nothing", bent):
        reply = await served.http.post(f"{VOICES}/import", content=broken)
        refused(reply, 422, "voice-file-invalid", "export it again")
    large = await served.http.post(f"{VOICES}/import", content=b"x" * (3 * 2**20))
    refused(large, 413, "request-entity-too-large", "too large")
    refused(await served.http.get(f"{VOICES}/nobody/export"), 404, "voice-unknown", "nobody")


async def test_a_consent_is_kept_and_takes_the_voice_along_when_withdrawn(served: Served) -> None:
    await made(served, "consenting")
    here = f"{VOICES}/consenting"
    refused(await served.http.delete(f"{here}/consent"), 404, "consent-unknown", "consenting")
    half = await served.http.post(f"{here}/consent", json={"by": "Ana Lima"})
    refused(half, 422, "input", "statement")
    empty = await served.http.post(f"{here}/consent", json={"by": "", "statement": "Yes."})
    refused(empty, 422, "input", "by")
    agreed = await served.http.post(f"{here}/consent", json=AGREED)
    assert agreed.status_code == 200
    voice = agreed.json()
    assert (voice["consent"]["statement"], voice["version"]) == ("You may.", 2)
    assert (await served.http.get(here)).json() == voice
    assert await median_hz(served, "consenting") > 0
    stats = (await served.http.get("/api/v1/cache")).json()
    assert stats["lines"]["entries"] > 0
    assert stats["voices"]["entries"] > 0
    revoked = (await served.http.delete(f"{here}/consent")).json()
    assert (revoked["id"], revoked["deleted"]) == ("consenting", True)
    assert revoked["lines_forgotten"] == stats["lines"]["entries"]
    left = (await served.http.get("/api/v1/cache")).json()
    assert (left["lines"]["entries"], left["voices"]["entries"]) == (0, 0)
    refused(await served.http.get(here), 404, "voice-unknown", "consenting")
    spoken = await served.http.post("/api/v1/speech", json={"text": "Hi", "voice": "consenting"})
    refused(spoken, 404, "voice-unknown", "consenting")
    assert await served.container.store().every("house", "consenting") == ()
    nobody = await served.http.post(f"{VOICES}/nobody/consent", json=AGREED)
    refused(nobody, 404, "voice-unknown", "nobody")
    refused(await served.http.delete(f"{VOICES}/nobody/consent"), 404, "voice-unknown", "nobody")


async def test_where_consent_is_required_a_mix_needs_it_too(tmp_path: Path) -> None:
    async with serving(tmp_path, require_consent=True) as served:
        body: dict[str, Any] = {"voices": [{"id": "espeak"}, {"id": "f4"}]}
        reply = await served.http.post(f"{VOICES}/mix", json=body)
        refused(reply, 422, "consent-missing", "consent")
        agreed = await served.http.post(f"{VOICES}/mix", json=body | {"consent": AGREED})
        assert agreed.json()["voice"]["consent"]["by"] == "Ana Lima"


async def test_a_preview_is_answered_once_the_voice_has_spoken(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        await made(served, "ana")
        async with asyncio.timeout(10):
            while (reply := await served.http.get(f"{VOICES}/ana/preview")).status_code != 200:
                refused(reply, 404, "preview-missing", "no preview yet")
                await asyncio.sleep(0.1)
        assert reply.headers["content-type"] == "audio/flac"
        assert reply.headers["x-synthetic-audio"] == "true"
        assert reply.content[:4] == b"fLaC"


@pytest.mark.parametrize(
    ("body", "status", "kind", "data"),
    [
        (b"nonsense", 400, "malformed-body", {}),
        (b"{}", 422, "input", {}),
        (b'{"text": "Hi", "language": "xx"}', 422, "language-unknown", {"language": "xx"}),
        (b'{"text": "Hi", "output_format": "tape"}', 422, "format-unknown", {"name": "tape"}),
        (b'{"text": "Hi", "speed": 9}', 422, "setting-out-of-range", {"high": 4.0, "value": 9.0}),
        (b'{"text": "<speak>\\n<p>"}', 400, "markup", {"line": 2}),
        (b'{"text": "Hi", "voice": "nobody"}', 404, "voice-unknown", {"voice_id": "nobody"}),
        (b'{"text": "Hi", "session_id": "a b"}', 422, "session-id-invalid", {}),
    ],
)
async def test_what_cannot_be_spoken_is_a_problem_with_its_data(
    served: Served, body: bytes, status: int, kind: str, data: dict[str, Any]
) -> None:
    for path in ("speech", "speech/stream", "speech/timestamps"):
        told = refused(await served.http.post(f"/api/v1/{path}", content=body), status, kind, "")
        assert {name: told[name] for name in data} == data
