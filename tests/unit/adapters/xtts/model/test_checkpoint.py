"""Which checkpoints are read, and what is said of those that are not."""

import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from TTS.tts.configs.xtts_config import XttsConfig
from TTS.tts.models.xtts import _legacy_safe_globals
from typing_extensions import override

from adapters.xtts.files import ModelFiles
from adapters.xtts.model.checkpoint import Checkpoint, load
from domain.errors import ModelUnusableError

Spoil = Callable[[ModelFiles], ModelFiles]


@pytest.fixture
def copied(files: ModelFiles, tmp_path: Path) -> ModelFiles:
    for path in (files.config, files.weights, files.vocabulary, files.speakers):
        if path is not None:
            shutil.copy(path, tmp_path)
    names = ("config.json", "model.pth", "vocab.json", "speakers_xtts.pth")
    return ModelFiles(*(tmp_path / name for name in names))


def rewritten(files: ModelFiles, change: Callable[[dict[str, Any]], object]) -> None:
    saved = torch.load(files.weights, weights_only=True)
    change(saved)
    torch.save(saved, files.weights)


def configured(files: ModelFiles, change: Callable[[dict[str, Any]], object]) -> None:
    config = json.loads(files.config.read_text())
    change(config)
    files.config.write_text(json.dumps(config))


def same(one: Checkpoint, other: Checkpoint) -> bool:
    weights = other.model.state_dict()
    return all(
        torch.equal(tensor, weights[name]) for name, tensor in one.model.state_dict().items()
    )


def test_a_checkpoint_is_read_whole_with_its_speakers(checkpoint: Checkpoint) -> None:
    assert list(checkpoint.speakers) == ["Ana Florence", "Claribel Dervla", "Damien Black"]
    shapes = {name: kept.shape for name, kept in checkpoint.speakers["Ana Florence"].items()}
    assert shapes == {"gpt_cond_latent": (32, 128), "speaker_embedding": (512,)}
    assert len(checkpoint.sha256) == 64
    assert not checkpoint.model.training


def test_a_fine_tuned_checkpoint_is_the_same_model(
    checkpoint: Checkpoint, copied: ModelFiles
) -> None:
    def as_its_trainer_saves(saved: dict[str, Any]) -> None:
        saved["model"] = {f"xtts.{name}": kept for name, kept in saved["model"].items()}
        saved["model"]["xtts.dvae.decoder.0.weight"] = torch.zeros(3)
        saved["model"]["torch_mel_spectrogram_dvae.mel_stft.window"] = torch.zeros(3)

    rewritten(copied, as_its_trainer_saves)
    assert same(load(copied), checkpoint)


def test_half_precision_weights_are_read(checkpoint: Checkpoint, copied: ModelFiles) -> None:
    rewritten(
        copied,
        lambda saved: saved.update(
            model={k: v.half() if v.is_floating_point() else v for k, v in saved["model"].items()}
        ),
    )
    found = load(copied).model.state_dict()
    wanted = checkpoint.model.state_dict()
    assert all(found[name].dtype == wanted[name].dtype for name in wanted)
    assert torch.allclose(found["gpt.mel_head.weight"], wanted["gpt.mel_head.weight"], atol=1e-2)


def test_the_published_checkpoint_carries_objects_of_coquis_and_is_read(
    checkpoint: Checkpoint, copied: ModelFiles
) -> None:
    with _legacy_safe_globals():
        rewritten(copied, lambda saved: saved.update(config=XttsConfig()))
    assert same(load(copied), checkpoint)


def test_a_checkpoint_without_speakers_has_none(files: ModelFiles) -> None:
    assert load(replace(files, speakers=None)).speakers == {}


def test_the_right_hash_is_accepted_and_a_wrong_one_is_not(
    files: ModelFiles, checkpoint: Checkpoint
) -> None:
    load(files, checkpoint.sha256.upper())
    with pytest.raises(ModelUnusableError, match="SHA-256"):
        load(files, "0" * 64)


class Program:
    @override
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch /tmp/never",)


def _missing(files: ModelFiles) -> None:
    files.weights.unlink()


def _cut(files: ModelFiles) -> None:
    with files.weights.open("r+b") as file:
        file.truncate(files.weights.stat().st_size // 2)


def _empty(files: ModelFiles) -> None:
    files.weights.write_bytes(b"")


def _a_program(files: ModelFiles) -> None:
    torch.save({"model": {"a": Program()}}, files.weights)


def _an_old_pickle(files: ModelFiles) -> None:
    files.weights.write_bytes(pickle.dumps({"model": Program()}))


def _another_model(files: ModelFiles) -> None:
    torch.save({"model": {"encoder.weight": torch.zeros(3)}}, files.weights)


def _no_model(files: ModelFiles) -> None:
    torch.save([1, 2, 3], files.weights)


def _a_wider_model(files: ModelFiles) -> None:
    def widen(saved: dict[str, Any]) -> None:
        saved["model"]["gpt.mel_head.weight"] = torch.zeros(1026, 256)

    rewritten(files, widen)


def _config_of_vits(files: ModelFiles) -> None:
    configured(files, lambda config: config.update(model="vits"))


def _config_of_version_1(files: ModelFiles) -> None:
    configured(files, lambda config: config["model_args"].update(gpt_use_perceiver_resampler=False))


def _config_of_nothing(files: ModelFiles) -> None:
    files.config.write_text("[]")


def _vocabulary_of_words(files: ModelFiles) -> None:
    files.vocabulary.write_text('{"a": 1}')


def _speakers_of_numbers(files: ModelFiles) -> None:
    assert files.speakers is not None
    torch.save([1, 2], files.speakers)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_missing, "cannot be read"),
        (_cut, "truncated"),
        (_empty, "truncated"),
        (_a_program, "could run as a program"),
        (_an_old_pickle, "not a checkpoint"),
        (_another_model, "lacks"),
        (_no_model, "holds no weights"),
        (_a_wider_model, "in the shape"),
        (_config_of_vits, "'vits'"),
        (_config_of_version_1, "version 2 is needed"),
        (_config_of_nothing, "not the config.json"),
        (_vocabulary_of_words, "vocabulary"),
        (_speakers_of_numbers, "no speakers"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(
    copied: ModelFiles, spoil: Callable[[ModelFiles], None], says: str
) -> None:
    spoil(copied)
    with pytest.raises(ModelUnusableError, match=says) as refused:
        load(copied)
    sentence = str(refused.value)
    assert sentence.startswith("The model cannot be used: ")
    assert sentence.count("\n") == 0
    assert not Path("/tmp/never").exists()  # noqa: S108


def test_torchaudio_is_imported_beside_a_torch_without_cuda() -> None:
    program = (
        "from adapters.xtts.model.torchaudio_cpu import mend; mend();"
        "import torch, torchaudio;"
        "print(torchaudio.functional.resample(torch.zeros(1, 441), 44100, 22050).shape[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "221\n"
