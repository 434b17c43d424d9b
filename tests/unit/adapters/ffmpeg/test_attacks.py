import asyncio
import io
import random
import socket
import subprocess
import zipfile
from pathlib import Path

import pytest

from adapters.ffmpeg.decoder import _command
from adapters.ffmpeg.studio import FfmpegStudio
from domain.audio import Pcm
from domain.errors import ClipRefusedError
from tests.unit.adapters.ffmpeg.recordings import FFMPEG, recorded, tone

PLAYLISTS = {
    "ffconcat": "ffconcat version 1.0\nfile '{secret}'\n",
    "ffconcat-file": "ffconcat version 1.0\nfile 'file:{secret}'\n",
    "ffconcat-concat": "ffconcat version 1.0\nfile 'concat:{secret}|{secret}'\n",
    "ffconcat-http": "ffconcat version 1.0\nfile '{http}'\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{secret}\n#EXT-X-ENDLIST\n",
    "hls-file": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{secret}\n#EXT-X-ENDLIST\n",
    "hls-http": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{http}\n#EXT-X-ENDLIST\n",
    "hls-concat": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nconcat:{secret}\n#EXT-X-ENDLIST\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=audio {port} RTP/AVP 0\n",
    "asx": '<asx version="3.0"><entry><ref href="{secret}"/></entry></asx>',
    "pls": "[playlist]\nFile1={secret}\nNumberOfEntries=1\nVersion=2\n",
    "dash": '<MPD><Period><AdaptationSet mimeType="audio/mp4"><Representation id="a"><BaseURL>'
    "{secret}</BaseURL></Representation></AdaptationSet></Period></MPD>",
}


@pytest.mark.parametrize("kind", PLAYLISTS)
@pytest.mark.parametrize("named", ["secret.wav", "{folder}/secret.wav"])
async def test_a_list_of_files_reads_none_of_them(
    kind: str,
    named: str,
    studio: FfmpegStudio,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    recorded(tmp_path, "secret.wav", tone(1, 44_100))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        upload = PLAYLISTS[kind].format(
            secret=named.format(folder=tmp_path),
            http=f"http://127.0.0.1:{port}/secret.wav",
            port=port,
        )
        with pytest.raises(ClipRefusedError, match="no sound that can be read"):
            await studio.read_clip(upload.encode())
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_without_the_guard_such_a_list_does_read_its_neighbour(tmp_path: Path) -> None:
    recorded(tmp_path, "secret.wav", tone(1, 44_100))
    upload = PLAYLISTS["ffconcat"].replace("{secret}", "secret.wav")
    (tmp_path / "upload.wav").write_text(upload)
    naive = [FFMPEG, "-v", "error", "-protocol_whitelist", "file", "-i", "upload.wav"]
    run = subprocess.run([*naive, "-c", "copy", "stolen.wav"], cwd=tmp_path, check=True, timeout=30)
    assert run.returncode == 0
    assert (tmp_path / "stolen.wav").stat().st_size > 80_000


async def test_refuses_in_a_sentence_that_gives_nothing_away(studio: FfmpegStudio) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("voice.wav", b"RIFF")
    for upload in (archive.getvalue(), b"hello", bytes(5_000), b"RIFF\xff\xff\xff\xffWAVE"):
        with pytest.raises(ClipRefusedError) as refused:
            await studio.read_clip(upload)
        assert str(refused.value) == (
            "The upload holds no sound that can be read;"
            " send wav, mp3, flac, ogg (vorbis or opus), webm or m4a/aac."
        )


async def test_a_codec_that_was_not_named_is_not_opened(
    studio: FfmpegStudio, tmp_path: Path
) -> None:
    for name, codec in (("a.wav", "adpcm_ms"), ("a.mkv", "ac3"), ("a.m4a", "alac")):
        with pytest.raises(ClipRefusedError, match="no sound that can be read"):
            await studio.read_clip(recorded(tmp_path, name, tone(1, 44_100), "-c:a", codec))


@pytest.mark.parametrize(
    "guard",
    ["-nostdin", "-protocol_whitelist fd", "-fd 0", "-i fd:", "-vn", "-sn", "-dn", "-map 0:a:0"],
)
def test_the_command_keeps_every_guard(guard: str) -> None:
    assert f" {guard} " in " ".join(_command("ffmpeg", 61.0))


async def test_refuses_an_empty_upload(studio: FfmpegStudio) -> None:
    with pytest.raises(ClipRefusedError, match="empty"):
        await studio.read_clip(b"")


def mutated(rng: random.Random, whole: bytes) -> bytes:
    """Damage a header the way a fuzzer does: bits, lengths, cuts, and pieces twice."""
    damaged = bytearray(whole)
    for _ in range(rng.randint(1, 12)):
        at = rng.randrange(min(len(damaged), 400))
        match rng.randrange(4):
            case 0:
                damaged[at] ^= 1 << rng.randrange(8)
            case 1:
                damaged[at : at + 4] = rng.choice((b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff"))
            case 2:
                del damaged[at : at + rng.randrange(1, 40)]
            case _:
                damaged[at:at] = damaged[at : at + rng.randrange(1, 200)]
    return bytes(damaged)


async def test_damaged_headers_are_read_or_refused_and_nothing_else(
    studio: FfmpegStudio, tmp_path: Path
) -> None:
    rng = random.Random(2)  # noqa: S311 - the same damage every time
    names = ("a.wav", "a.mp3", "a.flac", "v.ogg", "a.webm", "a.m4a", "a.aac")
    whole = [recorded(tmp_path, name, tone(0.3, 44_100)) for name in names]
    uploads = [mutated(rng, rng.choice(whole)) for _ in range(70)]
    uploads += [rng.randbytes(rng.randrange(1, 3_000)) for _ in range(10)]
    answers = await asyncio.gather(*map(studio.read_clip, uploads[:30]), return_exceptions=True)
    answers += await asyncio.gather(*map(studio.read_clip, uploads[30:60]), return_exceptions=True)
    answers += await asyncio.gather(*map(studio.read_clip, uploads[60:]), return_exceptions=True)
    assert {type(answer) for answer in answers} == {Pcm, ClipRefusedError}
