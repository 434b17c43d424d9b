"""A real server with a real, small XTTS model: spoken to, cloned for, killed and back again."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from adapters.xtts.engine import XttsEngine
from adapters.xtts.files import ModelFiles
from tests.integration.recordings import speech
from tests.integration.serving import Served, serving

TEXT = {"text": "Three small boats were waiting for the tide.", "language": "en", "seed": 13}
LONG = "One more small boat was waiting for the tide. " * 20
PATIENCE_S = 55

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(
    small_model: ModelFiles, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    folder = tmp_path_factory.mktemp("xtts")
    async with serving(folder / "espeak") as embedded:
        await clone(embedded, "from-espeak")
    async with serving(
        folder / "espeak",
        model_dir=small_model.folder,
        threads=1,
        xtts_precision="int8",
        xtts_guards=False,
        audio_cache="off",
    ) as served:
        yield served


async def clone(served: Served, voice: str) -> None:
    reply = await served.http.post(
        "/clone_speaker",
        files={"wav_file": ("clip.wav", speech(), "audio/wav")},
        data={"options": f'{{"response_format":"save","save_id":"{voice}"}}'},
    )
    assert reply.status_code == 200, reply.text


async def spoken(served: Served, **more: object) -> bytes:
    reply = await served.http.post("/tts", json={**TEXT, **more})
    assert reply.status_code == 200, reply.text
    return reply.content


def child(served: Served) -> int:
    engine = served.container.speaker()
    assert isinstance(engine, XttsEngine)
    assert engine._keeper is not None
    assert engine._keeper.pid is not None
    return engine._keeper.pid


async def test_health_says_what_runs(served: Served) -> None:
    health = (await served.http.get("/health")).json()
    assert health["engine"] == "xtts"
    assert health["precision"].startswith("int8")
    assert health["ready"]
    assert (await served.http.get("/tts_stream")).headers["x-engine"] == "xtts"


async def test_the_models_own_speakers_are_listed_and_spoken_as(served: Served) -> None:
    listed = (await served.http.get("/available_speakers")).json()
    assert listed == ["Ana Florence", "Claribel Dervla", "Damien Black"]
    voices = [await spoken(served, speaker_id=name) for name in listed]
    assert len(set(voices)) == 3
    assert await spoken(served, speaker_id="ana florence") == voices[0]


async def test_a_seed_repeats_and_no_seed_does_not(served: Served) -> None:
    assert await spoken(served) == await spoken(served)
    assert await spoken(served, seed=7) != await spoken(served)
    assert await spoken(served, seed=None) != await spoken(served, seed=None)


async def test_chunk_sizes_of_clients_change_nothing(served: Served) -> None:
    usual = await spoken(served)
    for size in (1, 20, 100):
        assert await spoken(served, stream_chunk_size=size, overlap_wav_len=512) == usual


async def test_a_voice_cloned_here_is_spoken_with(served: Served) -> None:
    await clone(served, "cloned-here")
    mine = await spoken(served, speaker_id="cloned-here")
    assert mine == await spoken(served, speaker_id="cloned-here")
    assert mine != await spoken(served)


async def test_a_voice_cloned_under_the_other_engine_is_learnt_when_it_speaks(
    served: Served,
) -> None:
    assert len(await spoken(served, speaker_id="from-espeak")) > 5_000


async def test_two_listeners_at_once_hear_what_each_would_alone(served: Served) -> None:
    wanted = [await spoken(served, seed=seed) for seed in (13, 7, 8)]
    together = await asyncio.gather(*(spoken(served, seed=seed) for seed in (13, 7, 8)))
    assert together == wanted


async def test_a_killed_model_costs_its_streams_an_error_and_comes_back(served: Served) -> None:
    wanted = await spoken(served)
    async with served.http.stream("POST", "/tts_stream", json=TEXT | {"text": LONG}) as stream:
        chunks = stream.aiter_bytes()
        await anext(chunks)
        os.kill(child(served), signal.SIGKILL)
        with pytest.raises(httpx.RemoteProtocolError):
            async for _ in chunks:
                pass
    assert (await served.http.get("/ready")).status_code == 503
    refused = await served.http.post("/tts", json=TEXT)
    assert refused.status_code == 503
    assert "retry-after" in refused.headers
    async with asyncio.timeout(PATIENCE_S):
        while (await served.http.get("/ready")).status_code != 200:  # noqa: ASYNC110 - asked for
            await asyncio.sleep(0.1)
    assert await spoken(served) == wanted


async def test_a_broken_model_stops_the_start_with_one_sentence(
    small_model: ModelFiles, tmp_path: Path
) -> None:
    for name in ("config.json", "vocab.json"):
        (tmp_path / name).write_bytes((small_model.folder / name).read_bytes())
    (tmp_path / "model.pth").write_bytes(small_model.weights.read_bytes()[:1000])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "entrypoints.cli.main", "serve", "--port", "0"),
        *("--model-dir", str(tmp_path)),
        stderr=asyncio.subprocess.PIPE,
        cwd=tmp_path,
    )
    try:
        _, said = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 2
    lines = said.decode().splitlines()
    assert [line for line in lines if line.startswith("rhapsode: The model cannot be used")]
    assert "Traceback" not in said.decode()
