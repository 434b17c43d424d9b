"""ElevenLabs' own packages, against a live server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.clients import told_by_node, told_by_python
from tests.e2e.live import live
from tests.integration.recordings import speech

KEY = "xi-of-this-test"
TEXT = "Hello there, my friend. I paid $5 for apples & pears!"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with live(tmp_path_factory.mktemp("server"), RHAPSODE_API_KEYS=KEY) as url:
        yield url


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.wav"
    path.write_bytes(speech())
    return path


@pytest.fixture(scope="module")
def told(server: str, clip: Path, client_python: Path) -> Any:
    return told_by_python(client_python, "elevenlabs_speaks.py", server, KEY, str(clip))


def test_the_package_speaks_whole_and_streamed(told: Any) -> None:
    spoken = told["speaking"]
    assert spoken["convert"] in {"494433", "fffb90"}
    assert spoken["convert_bytes"] > 20_000
    assert spoken["stream_bytes"] > 48_000
    assert spoken["known_bytes"] > 1_000


def test_the_package_is_told_when_each_character_is_heard(told: Any) -> None:
    spoken = told["speaking"]
    assert spoken["timed_text"] == spoken["lines_text"] == TEXT
    assert "five dollars" in spoken["timed_spoken"]
    assert spoken["timed_end_s"] == pytest.approx(spoken["timed_s"], abs=0.001)
    assert spoken["lines"] > 1
    assert 2 < spoken["lines_s"] < 10


def test_the_package_clones_shows_edits_and_deletes(told: Any) -> None:
    cloned = told["cloning"]
    assert cloned["requires_verification"] is False
    assert cloned["shown"] == ["Ana Maria", "cloned", "warm", 1]
    assert cloned["labels"] == {"accent": "soft"}
    assert cloned["cleaned"] is True
    assert cloned["spoken"] > 1_000
    assert cloned["slots"] == 2
    assert cloned["deleted"] == ["ok", "ok"]
    assert (cloned["settings"], cloned["default_settings"]) == (0.5, 1.0)


def test_the_package_searches_and_turns_pages(told: Any) -> None:
    cloned = told["cloning"]
    assert cloned["found"] == ["Ana Maria"]
    assert cloned["pages"] == [["Ana Maria"], ["Eva"]]
    assert cloned["more"] == [True, False, 2]
    assert cloned["every"] == ["cloned", "premade"]
    assert {"Ana Maria", "Mr serious", "Rachel"} <= set(cloned["names"])


def test_the_package_asks_for_models_and_the_account(told: Any) -> None:
    account = told["account"]
    assert account["models"][0] == "espeak"
    assert "eleven_multilingual_v2" in account["models"]
    assert account["user"] == "active"
    assert account["open_invoices"] == []


@pytest.mark.parametrize(
    ("what", "status", "word"),
    [
        ("key", 401, "invalid_api_key"),
        ("voice", 404, "voice_not_found"),
        ("voice streamed", 404, "voice_not_found"),
        ("empty", 422, ["body"]),
        ("long", 400, "max_character_limit_exceeded"),
        ("format", 422, ["query", "output_format"]),
        ("language", 422, ["body", "language_code"]),
        ("speed", 422, ["body", "voice_settings", "speed"]),
        ("markup", 400, "invalid_ssml"),
        ("gone", 404, "voice_not_found"),
        ("built in", 422, ["body"]),
        ("noise", 400, "invalid_audio"),
        ("page", 422, ["query", "page_size"]),
    ],
)
def test_the_package_raises_what_it_documents(
    told: Any, what: str, status: int, word: str | list[str]
) -> None:
    failed = told["failures"][what]
    assert (failed["status"], failed["told"]) == (status, word)
    listed = failed["class"] == "UnprocessableEntityError"
    assert listed is (status == 422)


def test_the_javascript_package_does_the_same(server: str, clip: Path, client_node: Path) -> None:
    told = told_by_node(client_node, "elevenlabs_speaks.js", server, KEY, str(clip))
    text = "Hello there, my friend. This is a test."
    assert told["timed"] == told["streamed"] == text
    assert min(told["convert"], told["stream"]) > 10_000
    assert told["shown"] == ["Ana Maria", "cloned", {"accent": "soft"}]
    assert told["found"] == [["Ana Maria"], 1, False]
    assert told["every"] > 80
    assert told["models"][0] == "espeak"
    assert (told["user"], told["deleted"]) == ("self_hosted", "ok")
    assert told["slots"] >= 1
    assert told["failures"] == {
        "voice": [404, "voice_not_found"],
        "text": [422, "body"],
        "gone": [404, "voice_not_found"],
    }
