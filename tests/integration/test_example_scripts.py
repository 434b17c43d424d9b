"""The scripts of examples/ run as their page says."""

import asyncio
import os
import re
import subprocess
import sys
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.leibniz_server import LeibnizServer
from tests.integration.certificates import certified
from tests.integration.serving import Served, serving

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path / "data") as served:
        yield served


SCRIPTS = ("speak_elevenlabs.py", "speak_leibniz.py", "interrupt.py")
NO_CARD = "#!/bin/sh\n/bin/cat > /dev/null\necho 'ALSA lib c' >&2\necho 'audio open failed' >&2\n"
GIVES_UP = "#!/bin/sh\necho 'cannot start' >&2\nexit 3\n"


async def run(script: str, *arguments: str, path: str | None = None) -> tuple[int | None, str]:
    """Run a script as whoever reads it does, without this project on its path."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        str(EXAMPLES / script),
        *arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment | ({"PATH": path} if path else {}),
    )
    async with asyncio.timeout(40):
        told, _ = await program.communicate()
    return program.returncode, told.decode()


def seconds(file: Path) -> float:
    with wave.open(str(file)) as read:
        return float(read.getnframes() / read.getframerate())


def figure(told: str, name: str) -> float:
    found = re.search(rf"^{name} +([\d.]+)", told, re.MULTILINE)
    assert found, told
    return float(found[1])


async def test_elevenlabs_script_saves_what_it_says(served: Served, tmp_path: Path) -> None:
    url, out = f"ws://127.0.0.1:{served.port}", tmp_path / "a.wav"
    code, told = await run("speak_elevenlabs.py", "--url", url, "--out", str(out))
    assert code == 0, told
    assert figure(told, "audio") == pytest.approx(seconds(out), abs=0.01)
    assert seconds(out) > 2
    assert figure(told, "first packet") > 0
    assert figure(told, "packets") >= seconds(out) / 0.06


async def test_it_plays_where_no_file_is_named(served: Served, tmp_path: Path) -> None:
    player = tmp_path / "ffplay"
    player.write_text(f"#!/bin/sh\nexec /bin/cat > {tmp_path / 'heard'}\n")
    player.chmod(0o755)
    url = f"ws://127.0.0.1:{served.port}"
    code, told = await run("speak_elevenlabs.py", "--url", url, path=str(tmp_path))
    assert code == 0, told
    heard = (tmp_path / "heard").stat().st_size
    assert figure(told, "audio") == pytest.approx(heard / 48_000, abs=0.01)


async def test_a_refusal_ends_it_with_the_servers_words(served: Served, tmp_path: Path) -> None:
    url, out = f"ws://127.0.0.1:{served.port}", str(tmp_path / "a.wav")
    arguments = ("--url", url, "--out", out, "--voice", "nobody")
    code, told = await run("speak_elevenlabs.py", *arguments)
    assert code == 1
    assert "There is no voice 'nobody'" in told


async def test_an_interrupted_answer_is_cut_and_the_next_one_is_whole(
    served: Served, tmp_path: Path
) -> None:
    url, out = f"ws://127.0.0.1:{served.port}", tmp_path / "a.wav"
    code, told = await run("interrupt.py", "--url", url, "--out", str(out))
    assert code == 0, told
    assert figure(told, "interrupted") < 1000
    assert 2 < seconds(out) < 10


async def test_leibniz_script_speaks_line_by_line(tmp_path: Path) -> None:
    server, out = LeibnizServer(), tmp_path / "a.wav"
    with server.serving() as url:
        code, told = await run("speak_leibniz.py", "--url", url, "--out", str(out))
    assert code == 0, told
    assert [each["text"] for each in server.asked] == [
        "Good morning.",
        "The ferry leaves at seven.",
    ]
    assert seconds(out) == pytest.approx(0.7)
    assert "sentence 0: Good morning." in told


def sentence(code: int | None, told: str) -> str:
    """Return the one line that a failure is told in."""
    assert code == 1, told
    assert "Traceback" not in told
    assert "never retrieved" not in told
    return told.splitlines()[-1]


@pytest.mark.parametrize("script", SCRIPTS)
async def test_a_wrong_key_is_one_sentence(tmp_path: Path, script: str) -> None:
    async with serving(tmp_path / "data", api_keys="right") as served:
        url, out = f"ws://127.0.0.1:{served.port}", str(tmp_path / "a.wav")
        told = sentence(*await run(script, "--url", url, "--key", "wrong", "--out", out))
    assert "key" in told or "401" in told


@pytest.mark.parametrize("script", SCRIPTS)
async def test_where_no_server_is_one_sentence_says_so(script: str, tmp_path: Path) -> None:
    out = str(tmp_path / "a.wav")
    told = sentence(*await run(script, "--url", "ws://127.0.0.1:9", "--out", out))
    assert told.startswith("Could not speak: ")
    assert "127.0.0.1" in told


async def test_a_certificate_is_trusted_where_its_authority_is_named(tmp_path: Path) -> None:
    certificate = certified(tmp_path)
    out = ("--out", str(tmp_path / "a.wav"))
    with LeibnizServer().serving(certificate.shown()) as url:
        told = sentence(*await run("speak_leibniz.py", "--url", url, *out))
        assert "certificate verify failed" in told
        ca = ("--ca", str(certificate.cert))
        code, told = await run("speak_leibniz.py", "--url", url, *out, *ca)
    assert code == 0, told


@pytest.mark.parametrize(
    ("player", "says"),
    [
        (None, "Found no ffplay"),
        (NO_CARD, "ffplay failed; use --out FILE."),
        (GIVES_UP, "ffplay failed; use --out FILE."),
    ],
)
async def test_a_player_that_cannot_play_is_one_sentence(
    served: Served, tmp_path: Path, player: str | None, says: str
) -> None:
    if player:
        (tmp_path / "ffplay").write_text(player)
        (tmp_path / "ffplay").chmod(0o755)
    url = f"ws://127.0.0.1:{served.port}"
    told = sentence(*await run("speak_elevenlabs.py", "--url", url, path=str(tmp_path)))
    assert told.startswith(says)
