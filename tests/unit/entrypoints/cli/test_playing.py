"""A player is fed as the sound is made; one that cannot play is told, whatever it exits with."""

from pathlib import Path

import pytest

from entrypoints.cli.main import main

NO_CARD = """#!/bin/sh
/bin/cat > /dev/null
echo "No more combinations to try, audio open failed" >&2
echo "Failed to open file 'pipe:'" >&2
"""


@pytest.fixture(autouse=True)
def _only_these_players(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HEARD", str(tmp_path / "heard"))


def player(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(script)
    (folder / name).chmod(0o755)


def play(folder: Path, text: str) -> int:
    return main(["say", text, "--play", "--data-dir", str(folder)])


def test_without_a_player_the_ones_to_install_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(tmp_path, "Hi") == 2
    assert "install ffmpeg" in capsys.readouterr().err


def test_a_player_is_fed_a_wav_as_it_is_made(tmp_path: Path) -> None:
    player(tmp_path, "aplay", '#!/bin/sh\nexec /bin/cat > "$HEARD"\n')
    assert play(tmp_path, "Hello.") == 0
    heard = (tmp_path / "heard").read_bytes()
    assert heard[:4] == b"RIFF"
    assert len(heard) > 20_000


def test_a_player_that_gives_up_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    player(tmp_path, "aplay", "#!/bin/sh\necho 'cannot find card 0' >&2\nexit 3\n")
    assert play(tmp_path, "Hello to everyone who is listening. " * 100) == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "cannot find card 0"
    assert told[1:] == ["rhapsode: the player aplay stopped before the speech ended"]


def test_a_player_that_fails_at_the_end_is_told_with_its_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    player(tmp_path, "aplay", "#!/bin/sh\n/bin/cat > /dev/null\nexit 3\n")
    assert play(tmp_path, "Hello.") == 2
    assert capsys.readouterr().err == "rhapsode: the player aplay failed with code 3\n"


def test_ffplay_that_complains_has_failed_though_it_exits_with_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    player(tmp_path, "ffplay", NO_CARD)
    assert play(tmp_path, "Hello.") == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "No more combinations to try, audio open failed"
    said = "No more combinations to try, audio open failed"
    assert told[-1] == f"rhapsode: the player ffplay failed: {said}"


def test_what_players_say_while_they_play_is_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, noise in (
        ("aplay", "underrun!!! (at least 3.2 ms long)"),
        ("ffplay", "ALSA lib pcm.c:8545:(snd_pcm_recover) underrun occurred"),
        ("ffplay", "XDG_RUNTIME_DIR is not set"),
    ):
        player(tmp_path, name, f"#!/bin/sh\n/bin/cat > /dev/null\necho '{noise}' >&2\n")
        assert play(tmp_path, "Hello.") == 0
        assert capsys.readouterr().err == f"{noise}\n"
