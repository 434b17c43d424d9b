"""Care for voices over HTTP: reports of clips, previews, and what is learnt of loudness."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from adapters.sql.loudness import SqlLoudness
from domain.loudness import Learnt
from tests.integration.recordings import speech
from tests.integration.serving import Served, serving


async def clone(served: Served, clip: bytes, **options: Any) -> Any:
    return await served.http.post(
        "/clone_speaker",
        files={"wav_file": ("clip.wav", clip, "audio/wav")},
        data={"options": json.dumps(options)},
    )


async def previewed(served: Served, voice: str, within_s: float = 10.0) -> Any:
    """Ask for a preview until it is there."""
    deadline_s = time.monotonic() + within_s
    while time.monotonic() < deadline_s:
        reply = await served.http.get(f"/saved_voices/{voice}/preview")
        if reply.status_code == 200:
            return reply
        assert "no preview yet" in reply.json()["detail"]
        await asyncio.sleep(0.1)
    raise AssertionError


async def learnt(served: Served, voice: str, within_s: float = 5.0) -> Learnt | None:
    """Look into the database until there is something to find."""
    (timbre,) = await served.container.store().every("house", voice)
    loudness = SqlLoudness(served.container.database())
    deadline_s = time.monotonic() + within_s
    while time.monotonic() < deadline_s:
        if known := await loudness.load(timbre.fingerprint, timbre.sha256):
            return known
        await asyncio.sleep(0.05)
    return None


async def test_a_clone_is_reported_previewed_and_learnt_and_deleted_with_all_of_it(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as served:
        saving = {"response_format": "save", "save_id": "ana", "language": "fr"}
        reply = await clone(served, speech(silence_s=1.0), **saving)
        (report,) = reply.json()["clips"]
        assert (report["duration_s"], report["sample_rate"]) == (6.0, 24_000)
        assert report["trimmed_s"] == pytest.approx(1.6, abs=0.1)
        assert -30 < report["loudness_lufs"] < -10
        assert report["clipped_places"] == 0
        preview = await previewed(served, "ana")
        assert preview.headers["content-type"] == "audio/flac"
        assert preview.headers["x-synthetic-audio"] == "true"
        sound = await served.container.studio().read_clip(preview.content)
        assert 2.0 < sound.seconds < 10.0
        known = await learnt(served, "ana")
        assert known is not None
        assert (known.utterances, known.seconds > 1) == (1, True)
        (timbre,) = await served.container.store().every("house", "ana")
        assert (await served.container.loudness().of(timbre))[0] == known
        assert (await served.http.delete("/saved_voices/ana")).status_code == 200
        loudness = SqlLoudness(served.container.database())
        assert await loudness.load(timbre.fingerprint, timbre.sha256) is None
        gone = await served.http.get("/saved_voices/ana/preview")
        assert gone.status_code == 404
        assert "preview" not in gone.json()["detail"]


async def test_who_asks_for_latents_reads_the_report_in_a_header(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        whole = await clone(served, speech(silence_s=1.0), trim_silence=False)
        (report,) = json.loads(whole.headers["x-clip-report"])
        assert (report["duration_s"], report["trimmed_s"]) == (6.0, 0.0)
        assert set(whole.json()) == {"gpt_cond_latent", "speaker_embedding"}
        trimmed = await clone(served, speech(silence_s=1.0))
        (report,) = json.loads(trimmed.headers["x-clip-report"])
        assert report["trimmed_s"] > 1.0


async def test_a_clip_may_be_cleaned_before_it_is_learnt(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        saving = {"response_format": "save", "save_id": "ana"}
        reply = await clone(served, speech(), denoise=True, **saving)
        assert reply.status_code == 200
        (kept,) = await served.container.store().clips("house", "ana")
        assert (kept.care.denoise, kept.care.trim_silence) == (True, True)
        odd = await clone(served, speech(), denoise="much")
        assert odd.status_code == 422
        assert "denoise" in odd.json()["detail"]


async def test_where_previews_are_off_it_is_said(tmp_path: Path) -> None:
    async with serving(tmp_path, calibrate_voices=False) as served:
        await clone(served, speech(), response_format="save", save_id="ana")
        reply = await served.http.get("/saved_voices/ana/preview")
        assert reply.status_code == 404
        assert "RHAPSODE_CALIBRATE_VOICES" in reply.json()["detail"]
