"""The clients of voice agents, as they are, against live servers: text in pieces comes in."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.e2e.clients import told_by_python
from tests.e2e.live import live
from tests.integration.certificates import certified
from tests.integration.measures import Sound, decoded, lufs

# what these clients import is compiled at their first start
pytestmark = pytest.mark.timeout(180)

KEY = "xi-of-this-test"
TEXT = (
    "Hello there, my friend. The boats were waiting for the morning tide, and I paid $5 for apples."
    " Nobody knew why the old clock had stopped at midnight."
)
WORDS = TEXT.split()
RATE_HZ = 24_000
LATE_S = 0.5
"""What an interruption may take as the client sees it, on a machine that does other things too."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with live(tmp_path_factory.mktemp("server"), RHAPSODE_API_KEYS=KEY) as url:
        yield url


@pytest.fixture(scope="module")
def paced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that sends sound as it is heard."""
    folder = tmp_path_factory.mktemp("paced")
    with live(folder, RHAPSODE_API_KEYS=KEY, RHAPSODE_PACING="always") as url:
        yield url


@pytest.fixture(scope="module")
def whole(server: str) -> Any:
    """The text as the same voice speaks it over HTTP, with the times of its characters."""
    reply = httpx.post(
        f"{server}/v1/text-to-speech/Annie/with-timestamps",
        params={"output_format": f"pcm_{RATE_HZ}"},
        headers={"xi-api-key": KEY},
        json={"text": TEXT},
    )
    assert reply.status_code == 200
    return reply.json()


@pytest.fixture(scope="module")
def elevenlabs(server: str, client_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("elevenlabs")
    return told_by_python(client_python, "elevenlabs_realtime.py", server, KEY, str(folder))


@pytest.fixture(scope="module")
def livekit(
    server: str, paced: str, client_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    folder = tmp_path_factory.mktemp("livekit")
    return told_by_python(client_python, "livekit_speaks.py", server, paced, KEY, str(folder))


@pytest.fixture(scope="module")
def pipecat(
    server: str, paced: str, client_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    folder = tmp_path_factory.mktemp("pipecat")
    urls = [url.replace("http", "ws", 1) for url in (server, paced)]
    return told_by_python(client_python, "pipecat_speaks.py", *urls, KEY, str(folder))


def own_starts_s(whole: Any) -> list[float]:
    """When each word begins, as the server tells it over HTTP."""
    told = whole["alignment"]
    blank = [True, *(char == " " for char in told["characters"])]
    starts_s = told["character_start_times_seconds"]
    return [
        at
        for at, (before, here) in zip(starts_s, pairwise(blank), strict=True)
        if before and not here
    ]


def heard(path: str) -> Sound:
    return np.frombuffer(Path(path).read_bytes(), "<i2") / 32_768


def is_speech(sound: Sound, rate_hz: int, seconds: float) -> None:
    """As long and as loud as this text is from this voice, give or take its pauses."""
    assert len(sound) / rate_hz == pytest.approx(seconds, rel=0.15)
    assert lufs(sound, rate_hz) == pytest.approx(-16, abs=3)


def whole_s(whole: Any) -> float:
    ends_s: list[float] = whole["alignment"]["character_end_times_seconds"]
    return ends_s[-1]


def test_elevenlabs_speaks_text_in_pieces(elevenlabs: Any, whole: Any) -> None:
    spoken = elevenlabs["pcm"]
    is_speech(heard(spoken["path"]), RATE_HZ, whole_s(whole))
    assert spoken["longest"] == RATE_HZ * 2 * 60 // 1000
    assert spoken["before_the_end"] > 3


def test_elevenlabs_settings_are_heeded(elevenlabs: Any, whole: Any) -> None:
    quick = heard(elevenlabs["quick"]["path"])
    is_speech(quick, RATE_HZ, whole_s(whole) / 1.1)
    assert len(quick) < len(heard(elevenlabs["pcm"]["path"])) * 0.95


def test_elevenlabs_usual_mp3_is_one_stream(elevenlabs: Any, whole: Any) -> None:
    data = Path(elevenlabs["mp3"]["path"]).read_bytes()
    is_speech(decoded(data, RATE_HZ), RATE_HZ, whole_s(whole))


def test_elevenlabs_raises_what_it_documents(elevenlabs: Any) -> None:
    assert elevenlabs["key"] == [1008, "This API key is not known here."]
    code, message = elevenlabs["voice"]
    assert code == 1008
    assert message.startswith("There is no voice 'nobody'")


def test_elevenlabs_speaks_over_tls_as_it_stands(
    client_python: Path, whole: Any, tmp_path: Path
) -> None:
    pair = certified(tmp_path)
    with live(
        tmp_path / "data",
        RHAPSODE_API_KEYS=KEY,
        RHAPSODE_TLS_CERT=str(pair.cert),
        RHAPSODE_TLS_KEY=str(pair.key),
    ) as url:
        told = told_by_python(
            client_python,
            "elevenlabs_realtime.py",
            url,
            KEY,
            str(tmp_path),
            "pcm",
            "key",
            SSL_CERT_FILE=str(pair.cert),
        )
    assert url.startswith("https://")
    is_speech(heard(told["pcm"]["path"]), RATE_HZ, whole_s(whole))
    assert told["key"] == [1008, "This API key is not known here."]


def test_livekit_speaks_twice_over_one_connection(livekit: Any, whole: Any) -> None:
    once, again = livekit["speaking"]["usual"]
    for spoken in (once, again):
        assert spoken["rate_hz"] == 22_050
        is_speech(heard(spoken["path"]), 22_050, whole_s(whole))
    assert [once["reused"], again["reused"]] == [False, True]


def test_livekit_is_told_every_word_in_its_turn(livekit: Any) -> None:
    speaking = livekit["speaking"]
    for spoken in (*speaking["usual"], speaking["tuned"], livekit["interrupted"]["again"]):
        assert [word.strip() for word, _, _ in spoken["words"]] == WORDS
        # it takes times as they come: from the beginning of the message, which is a packet
        assert all(0 <= start_s < 1 for _, start_s, _ in spoken["words"])


def test_livekit_settings_are_heeded(livekit: Any, whole: Any) -> None:
    tuned = livekit["speaking"]["tuned"]
    is_speech(heard(tuned["path"]), RATE_HZ, whole_s(whole) / 1.1)


def test_livekit_that_falls_silent_frees_the_engine(livekit: Any, whole: Any) -> None:
    interrupted = livekit["interrupted"]
    assert interrupted["before"] > 0
    assert interrupted["heard_s"] < 2
    assert interrupted["freed_s"] < LATE_S
    assert interrupted["again"]["reused"] is True
    is_speech(heard(interrupted["again"]["path"]), RATE_HZ, whole_s(whole))


def test_livekit_is_refused_with_a_status(livekit: Any) -> None:
    assert livekit["key"] == livekit["voice"] == ["APIStatusError", 1008]
    assert livekit["voices"][0] == "espeak"


@pytest.mark.parametrize("mode", ["sentences", "tokens"])
def test_pipecat_speaks_and_closes_cleanly(pipecat: Any, whole: Any, mode: str) -> None:
    spoken = pipecat[mode]
    is_speech(heard(spoken["path"]), RATE_HZ, whole_s(whole))
    assert spoken["errors"] == []
    assert spoken["closed_s"] < 2


@pytest.mark.parametrize("mode", ["sentences", "tokens"])
def test_pipecat_shows_words_when_they_are_heard(pipecat: Any, whole: Any, mode: str) -> None:
    spoken = pipecat[mode]
    assert [word for word, _ in spoken["words"]] == WORDS
    starts_s = [at_s - spoken["began_s"] for _, at_s in spoken["words"]]
    assert starts_s == pytest.approx(own_starts_s(whole), abs=0.06)


@pytest.mark.parametrize("when", ["interrupted", "interrupted_late"])
def test_pipecat_that_is_interrupted_frees_the_engine(pipecat: Any, when: str) -> None:
    interrupted = pipecat[when]
    assert interrupted["before"] > 0
    assert interrupted["freed_s"] < LATE_S
    assert interrupted["late"] == 0
    assert interrupted["again"] > RATE_HZ * 2
    assert interrupted["errors"] == []


def test_pipecat_says_what_is_wrong(pipecat: Any) -> None:
    assert pipecat["voice"]
