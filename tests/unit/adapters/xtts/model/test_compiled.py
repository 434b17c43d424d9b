"""The compiled step: torch's numbers, and for each line those it would get alone."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from adapters.xtts.model import compiled
from adapters.xtts.model.checkpoint import Checkpoint
from adapters.xtts.model.gpt import Gpt
from adapters.xtts.model.linear import Precision
from adapters.xtts.model.slots import Slots
from tests.checkpoints import leader
from tests.processors import same

CPU = torch.device("cpu")
PROMPTS = (range(40, 64), range(40, 41), range(30, 90), range(50, 55), range(41, 60))
ON_A_CPU = (Precision.FP32, Precision.BF16, Precision.INT8)


@pytest.fixture(autouse=True)
def _inferring() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.fixture(params=ON_A_CPU)
def gpt(request: pytest.FixtureRequest, checkpoint: Checkpoint) -> Gpt:
    return Gpt(checkpoint.model.gpt, request.param, CPU)


@pytest.fixture
def slots(gpt: Gpt, checkpoint: Checkpoint) -> Slots:
    """Five lines of different lengths, ready to step."""
    slots = gpt.slots(len(PROMPTS))
    gpt.read(slots, 0, leader(checkpoint.model))
    voice = slots.remember(0)
    for slot, prompt in enumerate(PROMPTS):
        slots.begin(slot, voice)
        gpt.read(slots, slot, gpt.prompt(prompt))
    return slots


def stepped(gpt: Gpt, slots: Slots, rows: list[int], steps: int = 5) -> Tensor:
    """Return latents and logits of each line, side by side; rewind the slots."""
    before = list(slots.lengths)
    said = []
    for place in range(1, steps + 1):
        tokens = torch.tensor([(37 * row + place) % 1024 for row in rows])
        said.append(torch.cat(gpt.step(slots, rows, tokens, [place] * len(rows)), dim=1))
    slots.lengths = before
    return torch.stack(said)


def test_it_makes_the_numbers_that_torch_makes(
    gpt: Gpt, slots: Slots, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = list(range(len(PROMPTS)))
    made = stepped(gpt, slots, rows)
    monkeypatch.setattr(gpt, "_hear", gpt.hear_in_torch)
    wanted = stepped(gpt, slots, rows)
    snr_db = 10 * torch.log10(wanted.square().sum() / (wanted - made).square().sum())
    # In bfloat16 torch also rounds what it asks with.
    assert snr_db > {Precision.FP32: 110, Precision.BF16: 45, Precision.INT8: 33}[gpt.precision]


WITHIN = {Precision.FP32: 1e-4, Precision.BF16: 0.1, Precision.INT8: 0.3}
"""How far apart steps may be where the last rows of a block are rounded in another order."""


@pytest.mark.parametrize("company", [[0, 1], [3, 1, 0], [4, 3, 2, 1, 0], [0, 1, 2, 3, 4]])
def test_a_line_gets_the_same_bits_alone_and_in_company(
    gpt: Gpt, slots: Slots, company: list[int]
) -> None:
    together = stepped(gpt, slots, company)
    for at, row in enumerate(company):
        assert same(stepped(gpt, slots, [row])[:, 0], together[:, at], WITHIN[gpt.precision])


def test_what_is_no_number_stays_none_and_stays_alone(gpt: Gpt, slots: Slots) -> None:
    alone = stepped(gpt, slots, [1], steps=1)
    slots.states[0, 0, 0, :, 3] = math.nan
    made = stepped(gpt, slots, [0, 1], steps=1)
    assert made[0, 0].isnan().all()
    assert torch.equal(made[0, 1], alone[0, 0])


def test_bfloat16_is_rounded_as_torch_rounds_it() -> None:
    dice = torch.Generator().manual_seed(1)
    bits = torch.randint(-(2**31), 2**31 - 1, (4_000,), generator=dice, dtype=torch.int32)
    ties = torch.arange(0x3F80_0000, 0x3F90_0000, 0x8000, dtype=torch.int32)
    numbers = torch.cat((bits, ties)).view(torch.float32)
    numbers = numbers[~numbers.isnan()]
    made = [compiled._upper_half(number) for number in numbers.numpy()]
    assert np.array_equal(made, numbers.bfloat16().view(torch.uint16).numpy())


def test_powers_of_e_are_close_enough() -> None:
    powers = np.linspace(-87, 87, 5_001, dtype=np.float32)
    made = np.array([compiled._exp(power) for power in powers], dtype=np.float64)
    assert np.max(np.abs(made / np.exp(powers.astype(np.float64)) - 1)) < 5e-6
    assert compiled._exp(np.float32(-np.inf)) < 1e-37
    assert compiled._exp(np.float32(1e9)) > 1e37
    assert np.isnan(compiled._exp(np.float32(np.nan)))


def test_a_full_slot_is_refused_before_it_writes_into_another(gpt: Gpt, slots: Slots) -> None:
    slots.lengths[2] = slots.positions
    kept = slots.states.clone()
    with pytest.raises(IndexError, match="full"):
        stepped(gpt, slots, [1, 2], steps=1)
    assert torch.equal(slots.states[:, :, 3:].nan_to_num(), kept[:, :, 3:].nan_to_num())


def test_what_was_compiled_before_and_cannot_be_read_is_compiled_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = compiled._part

    def broken(*_: object) -> float:
        raise EOFError

    def kept_badly(function: Callable[[float], float], *, kept: bool = False) -> Any:
        return broken if kept else made(function)

    monkeypatch.setattr(compiled, "_part", kept_badly)
    twice = compiled.compiled(lambda number: 2 * number)
    assert [twice(4.0), twice(5.0)] == [8.0, 10.0]


def test_where_nothing_can_be_kept_it_is_compiled_at_every_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = compiled._part

    def homeless(function: Callable[[float], float], *, kept: bool = False) -> Any:
        if kept:
            raise RuntimeError("no locator")
        return made(function)

    monkeypatch.setattr(compiled, "_part", homeless)
    assert compiled.compiled(lambda number: 2 * number)(4.0) == 8.0
