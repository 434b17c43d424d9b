"""Where `say` writes to: standard output, or a file whose name tells what is in it."""

import io
import os
import pty
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from entrypoints.cli.main import main

SAY = (sys.executable, "-m", "entrypoints.cli.main", "say", "Hi.")
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(__file__).parents[4] / "src")}


def test_a_dash_writes_the_sound_to_standard_output(tmp_path: Path) -> None:
    command = (*SAY, "--out", "-", "--data-dir", str(tmp_path / "data"))
    ran = subprocess.run(command, capture_output=True, check=True, cwd=tmp_path, env=ENVIRONMENT)
    with wave.open(io.BytesIO(ran.stdout)) as read:
        assert read.getnframes() > 2_400
    assert not (tmp_path / "-").exists()
    assert ran.stderr == b""


def test_what_hangs_up_while_it_is_written_to_is_told(tmp_path: Path) -> None:
    command = (*SAY, "--out", "-", "--data-dir", str(tmp_path))
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(
        command, stdout=writer, stderr=subprocess.PIPE, check=False, env=ENVIRONMENT
    )
    os.close(writer)
    assert ran.returncode == 2
    assert ran.stderr == b"rhapsode: cannot write standard output (Broken pipe)\n"


def test_no_sound_is_written_to_a_terminal() -> None:
    ours, theirs = pty.openpty()
    ran = subprocess.run(
        (*SAY, "--out", "-", "--url", "http://127.0.0.1:9"),
        stdout=theirs,
        stderr=subprocess.PIPE,
        check=False,
        env=ENVIRONMENT,
    )
    os.close(ours)
    os.close(theirs)
    assert ran.returncode == 2
    assert b"standard output is a terminal" in ran.stderr
    assert ran.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    ("form", "out", "fits"),
    [
        ("ulaw_8000", "tel.wav", "tel.ulaw"),
        ("wav_16000", "tel.MP3", "tel.wav"),
        ("opus", "tel.flac", "tel.opus"),
    ],
)
def test_a_name_of_another_format_is_refused_before_anything_is_spoken(
    capsys: pytest.CaptureFixture[str], form: str, out: str, fits: str
) -> None:
    assert main(["say", "Hi.", "--url", "http://127.0.0.1:9", "--format", form, "--out", out]) == 2
    told = capsys.readouterr().err
    assert f"--format says {form}" in told
    assert told.endswith(f"name it {fits}\n")
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("form", "out"),
    [("ulaw_8000", "a.bin"), ("opus", "a.ogg"), ("wav_16000", "a.wav"), ("pcm_16000", "a")],
)
def test_a_name_that_fits_or_says_nothing_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, out: str
) -> None:
    url = ("--url", "http://127.0.0.1:9")
    assert main(["say", "Hi.", *url, "--format", form, "--out", str(tmp_path / out)]) == 2
    assert "does not answer" in capsys.readouterr().err
