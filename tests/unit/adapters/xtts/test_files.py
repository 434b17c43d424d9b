"""Where the model is looked for, and what is said of one that is not whole."""

from pathlib import Path

import pytest

from adapters.xtts.files import ModelFiles, Search, coquis_folder
from domain.errors import ModelUnusableError

THREE = ("config.json", "model.pth", "vocab.json")
COQUIS = "tts/tts_models--multilingual--multi-dataset--xtts_v2"


@pytest.fixture(autouse=True)
def _nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("TTS_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)


def _model(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or (*THREE, "speakers_xtts.pth", "dvae.pth"):
        (folder / name).write_bytes(b"x")
    return folder


def _refused(search: Search) -> str:
    with pytest.raises(ModelUnusableError) as refused:
        search.find()
    return str(refused.value)


def test_nothing_named_and_nothing_there_is_no_model(tmp_path: Path) -> None:
    search = Search(data_dir=tmp_path)
    assert search.find() is None
    with pytest.raises(ModelUnusableError, match="rhapsode model download --accept-license"):
        search.need()


def test_a_named_folder_is_the_model(tmp_path: Path) -> None:
    folder = _model(tmp_path / "mine")
    _model(tmp_path / "models")
    files = Search(data_dir=tmp_path, folder=folder).find()
    assert files == ModelFiles(
        folder / "config.json",
        folder / "model.pth",
        folder / "vocab.json",
        folder / "speakers_xtts.pth",
    )
    assert files.folder == folder
    assert list(files.named) == [*THREE, "speakers_xtts.pth"]


def test_a_model_may_have_no_speakers(tmp_path: Path) -> None:
    files = Search(data_dir=tmp_path, folder=_model(tmp_path, *THREE)).need()
    assert files.speakers is None
    assert list(files.named) == list(THREE)


@pytest.mark.parametrize(
    ("there", "missing"),
    [
        (THREE[1:], "lacks config.json."),
        (THREE[:1], "lacks model.pth and vocab.json."),
        (("readme",), "lacks config.json, model.pth and vocab.json."),
    ],
)
def test_a_named_folder_that_is_not_whole_is_refused(
    tmp_path: Path, there: tuple[str, ...], missing: str
) -> None:
    folder = _model(tmp_path / "mine", *there)
    _model(tmp_path / "models")
    assert _refused(Search(data_dir=tmp_path, folder=folder)).endswith(f"{folder} {missing}")


def test_a_named_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert "no such folder" in _refused(Search(data_dir=tmp_path, folder=tmp_path / "none"))


def test_coquis_own_folder_comes_first_then_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = Search(data_dir=tmp_path / "data")
    places = [
        tmp_path / "data/models/xtts-v2",
        tmp_path / "data/models",
        tmp_path / "home/.local/share" / COQUIS,
    ]
    for folder in places:
        _model(folder)
        assert search.need().folder == folder
    for name in ("XDG_DATA_HOME", "TTS_HOME"):
        monkeypatch.setenv(name, f"~/{name}")
        folder = _model(tmp_path / "home" / name / COQUIS)
        assert search.need().folder == folder


def test_a_place_that_is_not_whole_is_passed_over(tmp_path: Path) -> None:
    _model(tmp_path / "models", "config.json", "model.pth")
    assert Search(data_dir=tmp_path).find() is None
    whole = _model(tmp_path / "models/xtts-v2")
    assert Search(data_dir=tmp_path).need().folder == whole


def test_a_user_without_a_home_has_no_folder_of_coqui(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTS_HOME", "~nobody-of-that-name/x")
    assert coquis_folder() == Path("~nobody-of-that-name/x") / COQUIS
    assert Search(data_dir=tmp_path).find() is None


def test_a_file_named_alone_outranks_the_folder(tmp_path: Path) -> None:
    folder = _model(tmp_path / "mine", "config.json", "vocab.json")
    tuned = _model(tmp_path / "tuned", "best.pth", "voices.pth")
    search = Search(
        data_dir=tmp_path,
        folder=folder,
        weights=tuned / "best.pth",
        speakers=tuned / "voices.pth",
    )
    assert search.need() == ModelFiles(
        folder / "config.json", tuned / "best.pth", folder / "vocab.json", tuned / "voices.pth"
    )


def test_weights_named_alone_are_looked_for_with_their_neighbours(tmp_path: Path) -> None:
    _model(tmp_path / "models")
    tuned = _model(tmp_path / "tuned", "best.pth", "config.json", "vocab.json")
    search = Search(data_dir=tmp_path, weights=tuned / "best.pth")
    assert search.need() == ModelFiles(
        tuned / "config.json", tuned / "best.pth", tuned / "vocab.json"
    )


def test_three_files_named_one_by_one_need_no_folder(tmp_path: Path) -> None:
    a, b, c = (_model(tmp_path / name, name) / name for name in THREE)
    search = Search(data_dir=tmp_path, config=a, weights=b, vocabulary=c)
    assert search.need() == ModelFiles(a, b, c)


def test_a_file_named_alone_goes_with_the_model_that_lies_about(tmp_path: Path) -> None:
    own = _model(tmp_path / "own", "config.json") / "config.json"
    folder = _model(tmp_path / "models/xtts-v2")
    assert Search(data_dir=tmp_path, config=own).need().config == own
    for path in folder.iterdir():
        path.unlink()
    assert "lacks model.pth and vocab.json" in _refused(Search(data_dir=tmp_path, config=own))


@pytest.mark.parametrize("name", ["config", "weights", "vocabulary", "speakers"])
def test_a_file_named_alone_must_be_there(tmp_path: Path, name: str) -> None:
    folder = _model(tmp_path / "mine")
    missing = tmp_path / "gone"
    search = Search(data_dir=tmp_path, folder=folder, **{name: missing})
    assert search.names_one
    assert _refused(search).endswith(f"{folder} lacks {missing}.")


def test_a_folder_nobody_can_look_into_is_not_whole(
    tmp_path: Path,
) -> None:
    too_long = tmp_path / ("x" * 300)
    assert "lacks config.json" in _refused(Search(data_dir=tmp_path, folder=too_long))
