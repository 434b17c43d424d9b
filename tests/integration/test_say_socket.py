"""`rhapsode say` over a socket: the same sound as over HTTP, from text that is still written."""

import asyncio
import os
import subprocess
import sys
import wave
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from entrypoints.cli.main import main
from tests.fakes.engine import FakeEngine
from tests.fakes.leibniz_server import LeibnizServer
from tests.integration.certificates import certified
from tests.integration.serving import Served, serving

ROOT = Path(__file__).parents[2]
TEXT = "Good morning to all of you. The ferry leaves at seven; bring your coat, it is cold today."
MULTI = "/v1/text-to-speech/default/multi-stream-input"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path / "data") as served:
        yield served


@pytest.fixture
def leibniz() -> LeibnizServer:
    return LeibnizServer()


@pytest.fixture
def address(leibniz: LeibnizServer) -> Iterator[str]:
    with leibniz.serving() as address:
        yield address


async def say(*arguments: str | Path) -> int:
    return await asyncio.to_thread(main, ["say", *map(str, arguments)])


def seconds(file: Path) -> float:
    with wave.open(str(file)) as read:
        return float(read.getnframes() / read.getframerate())


def samples(file: Path) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    with wave.open(str(file)) as read:
        return np.frombuffer(read.readframes(read.getnframes()), np.int16)


@pytest.mark.parametrize("path", ["", MULTI])
async def test_a_socket_saves_the_sound_that_http_does(
    served: Served, tmp_path: Path, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out, other = tmp_path / "socket.wav", tmp_path / "http.wav"
    assert await say(TEXT, "--url", f"ws://127.0.0.1:{served.port}{path}", "--out", out) == 0
    told = capsys.readouterr().err
    assert await say(TEXT, "--url", f"http://127.0.0.1:{served.port}", "--out", other) == 0
    assert seconds(out) == pytest.approx(seconds(other), rel=0.05)
    loudness = [float(np.sqrt(np.mean(samples(each).astype(float) ** 2))) for each in (out, other)]
    assert loudness[0] == pytest.approx(loudness[1], rel=0.2)
    assert f"audio           {seconds(out):.2f} s" in told
    assert "first packet" in told
    assert told.endswith(f"wrote {out}\n")


@pytest.mark.parametrize("path", ["", MULTI])
async def test_a_text_longer_than_may_wait_is_said_as_it_is_heard(
    tmp_path: Path, path: str
) -> None:
    async with serving(tmp_path / "data", engine=FakeEngine(), longest_text=10_000) as served:
        book, out = "So it goes on and on. " * 700, tmp_path / "book.wav"
        assert await say(book, "--url", f"ws://127.0.0.1:{served.port}{path}", "--out", out) == 0
        assert seconds(out) > 140


async def test_a_server_that_is_busy_for_a_while_is_not_sent_more_than_it_takes(
    tmp_path: Path,
) -> None:
    engine = FakeEngine()
    async with serving(tmp_path / "data", engine=engine, longest_text=10_000) as served:
        book, out = "So it goes on and on. " * 600, tmp_path / "book.wav"
        engine.running.clear()
        asyncio.get_running_loop().call_later(5, engine.running.set)
        assert await say(book, "--url", f"ws://127.0.0.1:{served.port}", "--out", out) == 0
        assert seconds(out) > 120


async def test_speed_language_and_format_are_heeded(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = ("--url", f"ws://127.0.0.1:{served.port}")
    usual, fast = tmp_path / "a.wav", tmp_path / "b.wav"
    assert await say(TEXT, *url, "--out", usual) == 0
    assert await say(TEXT, *url, "--speed", "1.5", "--out", fast) == 0
    assert seconds(fast) == pytest.approx(seconds(usual) / 1.5, rel=0.1)
    assert await say(TEXT, *url, "--language", "klingon", "--out", usual) == 2
    assert "klingon" in capsys.readouterr().err
    assert await say(TEXT, *url, "--out", tmp_path / "c.mp3") == 0
    assert (tmp_path / "c.mp3").read_bytes()[:2] in {b"ID", b"\xff\xfb", b"\xff\xf3"}


async def test_markup_is_understood(served: Served, tmp_path: Path) -> None:
    out, text = tmp_path / "a.wav", "<speak>One <break time='2s'/> two</speak>"
    assert await say(text, "--url", f"ws://127.0.0.1:{served.port}", "--out", out) == 0
    assert seconds(out) > 2.3


async def test_a_pipe_is_heard_while_it_is_written(tmp_path: Path) -> None:
    """The engine has spoken the first sentence before the second one is there."""
    engine, out = FakeEngine(), tmp_path / "out.wav"
    async with serving(tmp_path / "data", engine=engine) as served:
        reader, writer = os.pipe()
        url = f"ws://127.0.0.1:{served.port}"
        arguments = ["-m", "entrypoints.cli.main", "say", "-", "--url", url, "--out", str(out)]
        program = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            stdin=reader,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        )
        os.close(reader)
        os.write(writer, b"The first sentence is whole. And")
        async with asyncio.timeout(30):
            await engine.entered.wait()
        assert [line.text for line in engine.spoken] == ["The first sentence is whole."]
        os.write(writer, b" the second one follows.")
        os.close(writer)
        _, told = await program.communicate()
    assert program.returncode == 0, told
    assert "And the second one follows." in " ".join(line.text for line in engine.spoken)
    assert seconds(out) > 0.4


async def test_a_player_hears_it_and_the_figures_are_told(
    served: Served,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    player = tmp_path / "ffplay"
    player.write_text('#!/bin/sh\nexec /bin/cat > "$HEARD"\n')
    player.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HEARD", str(tmp_path / "heard"))
    assert await say(TEXT, "--url", f"ws://127.0.0.1:{served.port}", "--play") == 0
    heard = (tmp_path / "heard").read_bytes()
    assert heard[:4] == b"RIFF"
    assert f"audio           {(len(heard) - 44) / 48_000:.2f} s" in capsys.readouterr().err


async def test_a_key_opens_the_door_and_another_one_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ("--out", tmp_path / "a.wav")
    async with serving(tmp_path / "data", api_keys="right") as served:
        url = ("--url", f"ws://127.0.0.1:{served.port}")
        assert await say(TEXT, *url, *out, "--key", "right") == 0
        capsys.readouterr()
        assert await say(TEXT, *url, *out, "--key", "wrong") == 2
        assert "not known here. (invalid_api_key, 1008)" in capsys.readouterr().err
        assert await say(TEXT, *url, *out) == 2
        assert "needs an API key" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--voice", "nobody"], "'nobody'"),
        (["--speed", "9"], "speed is 9"),
        (["--protocol", "leibniz", "--format", "wav_16000"], "has no pcm_16000"),
        (["--protocol", "leibniz", "--speed", "2"], "has no speed"),
        (["--key", "é"], "ASCII"),
        (["--ca", "nowhere.pem"], "nowhere.pem holds no certificate"),
    ],
)
async def test_what_cannot_be_spoken_is_told_in_one_line(
    served: Served,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    says: str,
) -> None:
    out = ("--out", tmp_path / "a.wav")
    assert await say(TEXT, "--url", f"ws://127.0.0.1:{served.port}", *out, *arguments) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert not (tmp_path / "a.wav").exists()


async def test_a_text_of_signs_alone_and_no_text_are_told(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    url = ("--url", f"ws://127.0.0.1:{served.port}")
    assert await say("...", *url) == 2
    assert "No sound came" in capsys.readouterr().err
    assert await say(" ", *url) == 2
    assert "empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ws://127.0.0.1:9", "is the server running?"),
        ("ws://127.0.0.1:{port}/api/v1/nothing", "answered 40"),
        ("wss://127.0.0.1:{port}", "; try ws://"),
    ],
)
async def test_where_no_socket_is_one_line_says_so(
    served: Served, capsys: pytest.CaptureFixture[str], url: str, says: str
) -> None:
    assert await say(TEXT, "--url", url.format(port=served.port)) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith("rhapsode: ")
    assert says in told


async def test_a_server_of_tls_is_told_apart_from_none(
    leibniz: LeibnizServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = certified(tmp_path)
    with leibniz.serving(certificate.shown()) as address:
        assert await say(TEXT, "--url", address.replace("wss:", "ws:")) == 2
    async with serving(
        tmp_path / "data", tls_cert=certificate.cert, tls_key=certificate.key
    ) as served:
        assert await say(TEXT, "--url", f"ws://127.0.0.1:{served.port}") == 2
    told = capsys.readouterr().err
    assert told.count("does it want wss://") == 2


async def test_a_server_that_breaks_off_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = FakeEngine()
    engine.broken = RuntimeError("hidden")
    async with serving(tmp_path, engine=engine) as served:
        assert await say(TEXT, "--url", f"ws://127.0.0.1:{served.port}") == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith("rhapsode: The server said: ")
    assert "1011" in told
    assert "hidden" not in told


async def test_leibniz_speaks_the_same_words(
    leibniz: LeibnizServer,
    address: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out, manner = tmp_path / "a.wav", ("--voice", "ana", "--language", "de", "--key", "k")
    url = ("--url", address, "--protocol", "leibniz")
    assert await say("Good morning. How are you?", *url, *manner, "--out", out) == 0
    text = "Good morning. How are you?"
    assert leibniz.asked == [{"text": text, "voice": "ana", "language": "de"}]
    assert leibniz.doors == ["Bearer k"]
    assert seconds(out) == pytest.approx(0.5)
    assert "packets         5" in capsys.readouterr().err


async def test_leibniz_refuses_in_his_own_words(
    leibniz: LeibnizServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    leibniz.refusing = {"code": "voice_not_found", "message": "There is no voice 'x'."}
    assert await say("Good morning.", "--url", f"{address}/api/v1/stream") == 2
    assert "There is no voice 'x'. (voice_not_found)" in capsys.readouterr().err


async def test_a_socket_that_closes_too_early_is_told_with_its_code(
    leibniz: LeibnizServer, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await say("Good morning.", "--url", address) == 2
    assert leibniz.asked == []
    assert "closed the socket with 1011" in capsys.readouterr().err


async def test_a_certificate_is_trusted_where_its_authority_is_named(
    leibniz: LeibnizServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = certified(tmp_path)
    with leibniz.serving(certificate.shown()) as address:
        url = ("--url", f"{address}/api/v1/stream", "--out", tmp_path / "a.wav")
        assert await say("Good morning.", *url) == 2
        assert "name its authority with --ca FILE" in capsys.readouterr().err
        assert await say("Good morning.", *url, "--ca", certificate.cert) == 0
    assert seconds(tmp_path / "a.wav") == pytest.approx(0.2)
