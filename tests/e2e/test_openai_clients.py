"""OpenAI's own packages, LiteLLM and what Open WebUI sends, against a live server."""

import asyncio
import base64
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import imageio_ffmpeg
import numpy as np
import pytest

from tests.e2e.clients import told_by_node, told_by_python
from tests.e2e.live import live
from tests.fakes.engine import FakeEngine
from tests.integration.serving import serving

KEY = "sk-of-this-test"
FORMATS = ("mp3", "opus", "aac", "flac", "wav", "pcm")
MODELS = ["tts-1", "tts-1-hd", "gpt-4o-mini-tts", "espeak"]


@dataclass(frozen=True)
class Told:
    """What the Python package reported, and the files it wrote."""

    report: Any
    folder: Path


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with live(tmp_path_factory.mktemp("guarded"), RHAPSODE_API_KEYS=KEY) as url:
        yield url


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with live(tmp_path_factory.mktemp("unguarded")) as url:
        yield url


@pytest.fixture(scope="module")
def told(guarded: str, client_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("written")
    report = told_by_python(client_python, "openai_speaks.py", guarded, KEY, str(folder))
    return Told(report, folder)


def _decoded(path: Path, name: str) -> Any:
    """Decode with ffmpeg, which is told nothing but what the bare samples need."""
    bare = ["-f", "s16le", "-ar", "24000", "-ac", "1"] if name == "pcm" else []
    program = imageio_ffmpeg.get_ffmpeg_exe()
    command = [program, "-v", "error", *bare, "-i", str(path)]
    command += ["-f", "s16le", "-ar", "24000", "-ac", "1", "-"]
    ran = subprocess.run(command, capture_output=True, check=True)
    assert ran.stderr == b""
    return np.frombuffer(ran.stdout, dtype="<i2")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("how", ["whole", "streamed"])
def test_the_python_package_writes_files_that_decode_to_the_same_speech(
    told: Told, how: str, name: str
) -> None:
    samples = _decoded(told.folder / f"{how}.{name}", name)
    bare = np.frombuffer((told.folder / f"{how}.pcm").read_bytes(), dtype="<i2")
    assert len(bare) > 2 * 24_000
    assert abs(len(samples) - len(bare)) < 0.15 * 24_000
    levels = [np.sqrt(np.mean(np.square(each, dtype=np.float64))) for each in (samples, bare)]
    assert levels[0] == pytest.approx(levels[1], rel=0.1)
    assert levels[1] > 1000


def test_events_carry_the_sound_and_end_with_its_usage(told: Told) -> None:
    *deltas, done = told.report["events"]
    assert {delta["type"] for delta in deltas} == {"speech.audio.delta"}
    sound = b"".join(base64.b64decode(delta["audio"]) for delta in deltas)
    assert sound == (told.folder / "streamed.pcm").read_bytes()
    seconds = len(sound) / 2 / 24_000
    usage = done["usage"]
    assert done["type"] == "speech.audio.done"
    assert usage["input_tokens"] == 16
    assert usage["output_tokens"] == pytest.approx(seconds * 20, abs=1)
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


def test_what_else_can_be_asked_is_heard(told: Told) -> None:
    usual = (told.folder / "whole.pcm").stat().st_size
    assert told.report["manner"] == pytest.approx(usual / 2, rel=0.15)
    assert told.report["own_fields"] != usual
    assert told.report["by_id"] == usual


def test_the_models_are_listed_and_told(told: Told) -> None:
    assert told.report["models"] == MODELS
    assert told.report["model"]["id"] == "tts-1"
    assert told.report["model"]["object"] == "model"


@pytest.mark.parametrize(
    ("case", "kind", "status", "param", "code"),
    [
        ("empty", "BadRequestError", 400, "input", "invalid_value"),
        ("long", "BadRequestError", 400, "input", "string_above_max_length"),
        ("format", "BadRequestError", 400, "response_format", "unsupported_format"),
        ("stream_format", "BadRequestError", 400, "stream_format", "invalid_value"),
        ("speed", "BadRequestError", 400, "speed", "value_out_of_range"),
        ("kind", "BadRequestError", 400, "speed", "invalid_value"),
        ("language", "BadRequestError", 400, "language", "unsupported_language"),
        ("model", "NotFoundError", 404, "model", "model_not_found"),
        ("voice", "NotFoundError", 404, "voice", "voice_not_found"),
        ("no_such_model", "NotFoundError", 404, "model", "model_not_found"),
        ("key", "AuthenticationError", 401, None, "invalid_api_key"),
    ],
)
def test_an_error_raises_the_class_that_the_package_has_for_it(
    told: Told, case: str, kind: str, status: int, param: str | None, code: str
) -> None:
    error = told.report["errors"][case]
    assert (error["class"], error["status"]) == (kind, status)
    assert (error["param"], error["code"]) == (param, code)
    expected = "authentication_error" if status == 401 else "invalid_request_error"
    assert error["type"] == expected
    assert len(error["message"]) > 20


async def test_a_busy_engine_is_a_server_error_that_tells_when_to_come_back(
    tmp_path: Path, client_python: Path
) -> None:
    engine = FakeEngine()
    engine.refusing_after = 0
    async with serving(tmp_path, engine=engine) as served:
        url = f"http://127.0.0.1:{served.port}"
        told = await asyncio.to_thread(told_by_python, client_python, "openai_busy.py", url)
    assert told["status"] == 503
    assert told["type"] == "server_error"
    assert int(told["wait"]) >= 1


def test_the_javascript_package_speaks_lists_and_tells_errors_apart(
    guarded: str, client_node: Path
) -> None:
    told = told_by_node(client_node, "openai_speaks.js", guarded, KEY)
    assert told["whole"] == told["streamed"] > 24_000
    assert set(told["events"][:-1]) == {"speech.audio.delta"}
    assert told["events"][-1] == "speech.audio.done"
    assert told["models"] == MODELS
    assert told["errors"] == {
        "empty": {"class": "BadRequestError", "status": 400, "code": "invalid_value"},
        "voice": {"class": "NotFoundError", "status": 404, "code": "voice_not_found"},
        "key": {"class": "AuthenticationError", "status": 401, "code": "invalid_api_key"},
    }


def test_litellm_takes_the_server_for_openai(guarded: str, client_python: Path) -> None:
    told = told_by_python(client_python, "litellm_speaks.py", guarded, KEY)
    assert told["spoken"] > 24_000 // 2
    assert told["awaited"] > 24_000 // 2
    assert (told["empty"], told["voice"], told["key"]) == (
        "BadRequestError",
        "NotFoundError",
        "AuthenticationError",
    )


def _called(url: str, path: str, body: object = None) -> tuple[int, str, bytes]:
    """Call as Open WebUI does without a key: `Bearer` and nothing behind it."""
    called = HTTPConnection(urlsplit(url).netloc, timeout=20)
    headers = {"Content-Type": "application/json", "Authorization": "Bearer "}
    try:
        if body is None:
            called.request("GET", path)
        else:
            called.request("POST", path, json.dumps(body), headers)
        reply = called.getresponse()
        return reply.status, reply.headers["content-type"], reply.read()
    finally:
        called.close()


def test_open_webui_finds_models_and_voices_and_speaks_with_an_empty_key(unguarded: str) -> None:
    models = json.loads(_called(unguarded, "/v1/audio/models")[2])["models"]
    voices = json.loads(_called(unguarded, "/v1/audio/voices")[2])["voices"]
    assert [model["id"] for model in models] == MODELS
    assert {"id": "alloy", "name": "alloy", "voice": "Annie"} in voices
    asked = {"model": models[0]["id"], "input": "Hello from the chat.", "voice": "alloy"}
    status, media_type, spoken = _called(unguarded, "/v1/audio/speech", asked)
    assert (status, media_type) == (200, "audio/mpeg")
    assert len(spoken) > 2_000


def test_open_webui_needs_a_key_to_speak_alone(guarded: str) -> None:
    assert _called(guarded, "/v1/audio/models")[0] == 200
    assert _called(guarded, "/v1/audio/voices")[0] == 200
    asked = {"model": "tts-1", "input": "Hello.", "voice": "alloy"}
    status, _, refused = _called(guarded, "/v1/audio/speech", asked)
    assert status == 401
    assert json.loads(refused)["error"]["type"] == "authentication_error"
