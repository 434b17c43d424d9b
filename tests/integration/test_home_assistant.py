"""What Home Assistant's MaryTTS client sends, byte for byte, to a live server."""

import asyncio
import http.client
import io
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
import pytest_asyncio
import soundfile

from tests.integration.recordings import speech
from tests.integration.serving import Served, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAID = {
    "INPUT_TEXT": "The washing machine is done.",
    "INPUT_TYPE": "TEXT",
    "LOCALE": "en_US",
    "OUTPUT_TYPE": "AUDIO",
    "AUDIO": "WAVE_FILE",
    "VOICE": "cmu-slt-hsmm",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with serving(tmp_path_factory.mktemp("house")) as served:
        yield served


def posted(port: int, fields: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    """As the client does it: an empty query, and no word of what the body is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/process?", urlencode(fields))
    answer = connection.getresponse()
    read = answer.read()
    connection.close()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, headers, read


async def asked(served: Served, **changed: str) -> tuple[int, dict[str, str], bytes]:
    return await asyncio.to_thread(posted, served.port, {**SAID, **changed})


def heard(file: bytes) -> Any:
    return soundfile.read(io.BytesIO(file), dtype="int16")[0].astype(float)


@pytest.mark.parametrize(
    ("audio", "kind", "media_type"),
    [
        ("WAVE_FILE", "WAV", "audio/wav"),
        ("AIFF_FILE", "AIFF", "audio/aiff"),
        ("AU_FILE", "AU", "audio/x-au"),
    ],
)
async def test_each_codec_is_answered(
    served: Served, audio: str, kind: str, media_type: str
) -> None:
    status, headers, file = await asked(served, AUDIO=audio)
    assert status == 200
    assert headers["content-type"] == media_type
    info = soundfile.info(io.BytesIO(file))
    assert (info.format, info.samplerate, info.channels) == (kind, 24_000, 1)
    assert 1 < info.duration < 5
    assert np.array_equal(heard(file), heard((await asked(served))[2]))


async def test_an_unknown_voice_is_the_default_and_a_known_one_itself(served: Served) -> None:
    unknown, default, known = [
        (await asked(served, VOICE=voice))[2] for voice in ("upmc-pierre-hsmm", "", "Annie")
    ]
    assert unknown == default
    assert known != default


async def test_a_locale_chooses_the_language(served: Served) -> None:
    english, german, region = [
        (await asked(served, LOCALE=locale))[2] for locale in ("en_US", "de", "de_AT")
    ]
    assert english != german
    assert german == region


async def test_effects_are_heard_and_the_others_are_told(served: Served) -> None:
    plain = heard((await asked(served))[2])
    quiet = {"effect_Volume_selected": "on", "effect_Volume_parameters": "amount:0.5;"}
    slow = {"effect_Rate_selected": "on", "effect_Rate_parameters": "durScale:1.5;"}
    robot = {"effect_Robot_selected": "on", "effect_Robot_parameters": "amount:100.0;"}
    quieter = heard((await asked(served, **quiet))[2])
    assert np.std(quieter) / np.std(plain) == pytest.approx(0.5, rel=0.1)
    assert 1.3 < len(heard((await asked(served, **slow))[2])) / len(plain) < 1.7
    status, headers, _ = await asked(served, **robot)
    assert status == 200
    assert "Robot" in headers["x-warnings"]


async def test_ssml_is_read_where_it_is_said_to_be_ssml(served: Served) -> None:
    text = '<speak>One.<break time="3s"/>Two.</speak>'
    _, _, file = await asked(served, INPUT_TEXT=text, INPUT_TYPE="SSML")
    assert len(heard(file)) > 3 * 24_000


async def test_a_query_does_the_same(served: Served) -> None:
    reply = await served.http.get("/process", params=SAID)
    assert reply.content == (await asked(served))[2]


async def test_lists_are_lines_of_text(served: Served) -> None:
    clip = {"wav_file": ("clip.wav", speech(), "audio/wav")}
    options = {"options": '{"response_format": "save", "save_id": "mine", "language": "de"}'}
    await served.http.post("/clone_speaker", files=clip, data=options)
    voices, locales = [await served.http.get(path) for path in ("/voices", "/locales")]
    assert voices.headers["content-type"] == "text/plain; charset=utf-8"
    lines = voices.text.splitlines()
    assert lines[0] == "mine de neutral espeak"
    assert all(len(line.split()) == 4 for line in lines)
    assert {"en", "de", "zh_CN"} <= set(locales.text.splitlines())


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({"INPUT_TEXT": ""}, 422, "INPUT_TEXT"),
        ({"INPUT_TEXT": "…"}, 422, "no letter"),
        ({"AUDIO": "OGG"}, 422, "AIFF"),
        ({"OUTPUT_TYPE": "PHONEMES"}, 422, "AUDIO"),
        ({"LOCALE": "tlh"}, 422, "en, es"),
        ({"INPUT_TYPE": "SSML", "INPUT_TEXT": "<speak>Hi"}, 400, "line 1"),
    ],
)
async def test_a_refusal_is_a_line_of_text(
    served: Served, changed: dict[str, str], status: int, says: str
) -> None:
    answered, headers, body = await asked(served, **changed)
    assert answered == status
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert says in body.decode()
    assert body.endswith(b".\n")
