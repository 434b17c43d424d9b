"""What is told of a model without loading it, and what can be said of its wholeness."""

import hashlib
import json
import pickle
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from typing_extensions import override

from adapters.xtts.files import ModelFiles, Search
from adapters.xtts.shop.description import describe, verify
from adapters.xtts.shop.receipt import Receipt
from domain.errors import ModelUnusableError, UnavailableError
from tests import checkpoints


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    folder = checkpoints.build(tmp_path_factory.mktemp("small"))
    return Search(data_dir=folder, folder=folder).need()


@pytest.fixture
def files(tmp_path: Path) -> ModelFiles:
    config = {
        "languages": ["en"],
        "audio": {"sample_rate": 22050, "output_sample_rate": 24000},
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "model.pth").write_bytes(b"weights")
    (tmp_path / "vocab.json").write_bytes(b"{}")
    return Search(data_dir=tmp_path, folder=tmp_path).need()


def _recorded(files: ModelFiles) -> Receipt:
    hashes = {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.named.items()
    }
    receipt = Receipt("coqui/XTTS-v2", "6c2b", "huggingface.co", "in a test", "today", hashes)
    receipt.keep(files.folder)
    return receipt


def test_a_real_checkpoint_is_described_down_to_its_speakers(small: ModelFiles) -> None:
    told = describe(small)
    assert [part.name for part in told.parts] == list(small.named)
    for part in told.parts:
        assert part.size == part.path.stat().st_size
        assert part.sha256 == hashlib.sha256(part.path.read_bytes()).hexdigest()
    assert told.speakers == ("Ana Florence", "Claribel Dervla", "Damien Black")
    assert (told.heard_hz, told.spoken_hz) == (22_050, 24_000)
    assert {"en", "zh-cn"} <= set(told.languages)
    assert "CPML" in told.licence
    assert told.origin == ""


def test_a_download_tells_where_it_came_from(files: ModelFiles) -> None:
    _recorded(files)
    assert describe(files).origin == "coqui/XTTS-v2 at 6c2b from huggingface.co"


class _Program:
    @override
    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (Path("it-ran"),))


@pytest.mark.parametrize(
    "saved", [pickle.dumps({"Ana": _Program()}), pickle.dumps(["Ana"]), b"no pickle"]
)
def test_a_file_of_speakers_is_read_and_never_run(
    files: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, saved: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    speakers = tmp_path / "speakers_xtts.pth"
    with zipfile.ZipFile(speakers, "w") as archive:
        archive.writestr("speakers/data.pkl", saved)
    told = describe(replace(files, speakers=speakers)).speakers
    assert told == (("Ana",) if b"Program" in saved or b"touch" in saved else ())
    assert not (tmp_path / "it-ran").exists()


@pytest.mark.parametrize("data", [b"", b"PK", pickle.dumps({"Ana": 1})])
def test_speakers_that_cannot_be_read_are_left_out(
    files: ModelFiles, tmp_path: Path, data: bytes
) -> None:
    speakers = tmp_path / "speakers_xtts.pth"
    speakers.write_bytes(data)
    assert describe(replace(files, speakers=speakers)).speakers == ()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"languages": 1, "audio": {}}', "\xff"])
def test_a_config_of_something_else_is_refused(files: ModelFiles, text: str) -> None:
    files.config.write_text(text, "latin-1")
    with pytest.raises(ModelUnusableError, match=r"not the config\.json of an XTTS model"):
        describe(files)


def test_a_file_that_has_gone_is_named(files: ModelFiles) -> None:
    files.vocabulary.unlink()
    with pytest.raises(ModelUnusableError, match=r"vocab.json cannot be read \(No such file"):
        describe(files)


def test_a_download_is_compared_file_by_file(files: ModelFiles) -> None:
    _recorded(files)
    assert [part.name for part in verify(files)] == ["config.json", "model.pth", "vocab.json"]
    for path in (files.config, files.weights, files.vocabulary):
        before = path.read_bytes()
        path.write_bytes(before + b" ")
        with pytest.raises(ModelUnusableError, match=rf"{path.name} has the SHA-256 .* recorded"):
            verify(files)
        path.write_bytes(before)


def test_the_hash_an_operator_trusts_outranks_the_recorded_one(files: ModelFiles) -> None:
    sha256 = _recorded(files).files["model.pth"]
    with pytest.raises(ModelUnusableError, match=f"not the recorded {'0' * 64}"):
        verify(files, "0" * 64)
    (files.folder / "model.json").unlink()
    assert [part.name for part in verify(files, sha256)] == ["model.pth"]


def test_without_a_record_the_repositorys_md5_is_the_judge(files: ModelFiles) -> None:
    stated = files.folder / "hash.md5"
    stated.write_text(f"{hashlib.md5(b'weights', usedforsecurity=False).hexdigest()} model.pth\n")
    assert [part.name for part in verify(files)] == ["model.pth"]
    stated.write_text("0" * 32)
    with pytest.raises(ModelUnusableError, match=r"does not match the hash\.md5"):
        verify(files)


@pytest.mark.parametrize("text", ["", "what?", "ü" * 32])
def test_where_nothing_is_recorded_nobody_can_tell(files: ModelFiles, text: str) -> None:
    (files.folder / "hash.md5").write_text(text)
    with pytest.raises(UnavailableError, match="RHAPSODE_MODEL_SHA256"):
        verify(files)
