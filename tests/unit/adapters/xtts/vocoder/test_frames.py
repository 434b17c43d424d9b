import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import interpolate

import adapters.xtts.vocoder.frames as numbers
from adapters.xtts.vocoder.frames import Frames, Rise, Stretch

XTTS = Frames(
    stretches=(Stretch(4.0, 12), Stretch(24_000 / 22_050, 12)),
    before=3,
    rises=(Rise(8, 4, 60), Rise(8, 4, 60), Rise(2, 1, 60), Rise(2, 1, 60)),
    after=3,
)
FACTORS = [4.0, 24_000 / 22_050, 2.0, 1.25, 1 / 1.3, 0.5]
LATENTS = st.integers(0, 602)
SPEEDS = st.floats(0.25, 4.0)


def test_the_first_sounds_come_when_they_are_said_to() -> None:
    ready = [XTTS.ready(latents) for latents in (0, 3, 4, 5, 6, 8, 10)]
    assert ready == [0, 0, 582, 1606, 2630, 4934, 7238]


@given(LATENTS, SPEEDS)
def test_more_latents_never_take_sound_back(latents: int, speed: float) -> None:
    assert 0 <= XTTS.ready(latents, speed) <= XTTS.ready(latents + 1, speed)


@given(LATENTS, LATENTS, SPEEDS)
def test_no_sound_is_ready_that_the_line_will_not_have(now: int, more: int, speed: float) -> None:
    assert XTTS.ready(now, speed) <= XTTS.length(now + more, speed)


@given(st.integers(4, 602), SPEEDS)
def test_what_waits_for_more_latents_stays_short(latents: int, speed: float) -> None:
    waiting_s = (XTTS.length(latents, speed) - XTTS.ready(latents, speed)) / 24_000
    assert waiting_s < 0.20 + 0.10 / speed


@pytest.mark.parametrize("factor", FACTORS)
def test_rows_are_found_where_torch_finds_them(factor: float) -> None:
    stretch = Stretch(factor, 12)
    # A rising line shows where a row was read; double differs in the seventh digit of the place.
    line = torch.arange(2600.0)
    expected = interpolate(line[None, None], scale_factor=[factor], mode="linear").flatten()
    rows, weights = stretch.sources(0, stretch.length(2600))
    assert len(rows) == len(expected)
    np.testing.assert_allclose(np.minimum(rows + weights, 2599), expected, atol=1e-3)


@pytest.mark.parametrize("factor", FACTORS)
def test_a_line_becomes_as_long_as_torch_makes_it(factor: float) -> None:
    for rows in range(2, 700):
        made = interpolate(torch.zeros(1, 1, rows), scale_factor=[factor], mode="linear")
        assert Stretch(factor, 12).length(rows) == made.shape[-1]


def test_what_a_scheduler_carries_needs_no_torch() -> None:
    source = Path(str(numbers.__file__)).parents[3]
    code = "import sys, adapters.xtts.vocoder.frames; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=source)
