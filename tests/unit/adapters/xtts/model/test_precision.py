"""Which precision `auto` takes, and what each is worth on a real, small model."""

from collections.abc import Iterator

import pytest
import torch

from adapters.xtts.files import ModelFiles
from adapters.xtts.messages import Setup
from adapters.xtts.model import opening, precision
from adapters.xtts.model.checkpoint import Checkpoint
from adapters.xtts.model.gpt import Gpt
from adapters.xtts.model.linear import Precision
from adapters.xtts.model.opening import open_model
from domain.errors import ModelUnusableError
from tests.checkpoints import leader
from tests.processors import EXACT

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _inferring() -> Iterator[None]:
    with torch.inference_mode():
        yield


def chosen(checkpoint: Checkpoint) -> Precision:
    return precision.best_gpt(checkpoint.model.gpt, "auto", CPU, leader(checkpoint.model)).precision


@pytest.mark.parametrize(
    ("kind", "least_db"),
    [(Precision.FP32, 100.0), (Precision.BF16, 50.0), (Precision.INT8, precision.GATE_DB)],
)
def test_latents_are_those_of_the_reference(
    checkpoint: Checkpoint, kind: Precision, least_db: float
) -> None:
    gpt = Gpt(checkpoint.model.gpt, kind, CPU)
    found = precision.snr_db(checkpoint.model.gpt, gpt, leader(checkpoint.model))
    assert found > least_db


def test_auto_takes_the_quickest_that_is_good_enough(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chosen(checkpoint) is precision._quickest_first(CPU)[0]
    monkeypatch.setattr(precision, "GATE_DB", float("inf"))
    assert chosen(checkpoint) is Precision.FP32


def test_a_vocoder_that_sounds_otherwise_is_not_taken(
    files: ModelFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = Setup(files, precision="int8", threads=1, slots=1)
    if not EXACT:  # such a processor packs no bfloat16
        assert open_model(setup).card.precision == "int8"
        return
    monkeypatch.setattr(opening, "multiplies_bf16", lambda: True)
    assert "vocoder in bf16" in open_model(setup).card.precision
    monkeypatch.setattr(opening, "SOUND_GATE_DB", float("inf"))
    assert open_model(setup).card.precision == "int8"


@pytest.mark.parametrize(("wanted", "says"), [("fp16", "GPU")])
def test_what_a_processor_cannot_do_is_refused(
    checkpoint: Checkpoint, wanted: str, says: str
) -> None:
    with pytest.raises(ModelUnusableError, match=says):
        precision.best_gpt(checkpoint.model.gpt, wanted, CPU, leader(checkpoint.model))
