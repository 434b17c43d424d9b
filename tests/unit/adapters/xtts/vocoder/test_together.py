"""Several lines in one pass of the vocoder, as on a GPU, beside each of them alone."""

from typing import Any

import pytest
import torch
from torch import Tensor

from adapters.xtts.model.checkpoint import Checkpoint
from adapters.xtts.vocoder.tape import Tape
from adapters.xtts.vocoder.vocoder import Vocoder

LINES = 6
SPEEDS = (1.0, 1.0, 1.3, 1.0, 1.3, 1.0)
SIZES = ((6, 8, 8, 3), (6, 8, 8, 3), (8, 4, 12, 0), (6, 8, 8, 3), (8, 4, 12, 0), (2, 6, 9, 1))
"""Latents that each line has at a time; the last of them end it."""


@pytest.fixture(scope="module")
def tiny(checkpoint: Checkpoint) -> Any:
    with torch.random.fork_rng([]):
        torch.manual_seed(3)
        decoder = type(checkpoint.model.hifigan_decoder)(
            decoder_input_dim=24,
            upsample_initial_channel_decoder=64,
        )
    decoder.requires_grad_(requires_grad=False)
    return decoder.eval()


@pytest.fixture
def batching(tiny: Any, monkeypatch: pytest.MonkeyPatch) -> Vocoder:
    """The vocoder as a GPU has it: its kernels are not packed for a processor."""
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    return Vocoder(tiny)


def begun(vocoder: Vocoder) -> list[Tape]:
    dice = torch.Generator().manual_seed(7)
    return [vocoder.tape(torch.randn(512, generator=dice) / 20, speed) for speed in SPEEDS]


def latents(line: int, part: int) -> Tensor:
    dice = torch.Generator().manual_seed(10 * line + part)
    return torch.randn(SIZES[line][part], 24, generator=dice)


def alone(vocoder: Vocoder) -> list[list[Tensor]]:
    made: list[list[Tensor]] = []
    for line, tape in enumerate(begun(vocoder)):
        made.append([])
        for part in range(4):
            tape.add(latents(line, part))
            made[-1].append(vocoder.speak(tape, last=part == 3))
    return made


def together(vocoder: Vocoder, tapes: list[Tape]) -> list[list[Tensor]]:
    made: list[list[Tensor]] = [[] for _ in tapes]
    for part in range(4):
        for line, tape in enumerate(tapes):
            tape.add(latents(line, part))
        for line, samples in enumerate(vocoder.speak_together(tapes, [part == 3] * LINES)):
            made[line].append(samples)
    return made


def test_lines_in_one_pass_sound_as_they_do_alone(tiny: Any, batching: Vocoder) -> None:
    made = together(batching, begun(batching))
    for wanted in (alone(batching), alone(Vocoder(tiny))):
        torch.testing.assert_close(made, wanted, rtol=0, atol=1e-5)
    assert all(sum(map(len, line)) > 3_000 for line in made)
    assert not len(made[5][0])


def test_those_whose_windows_are_alike_share_a_pass(
    batching: Vocoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes: list[tuple[int, ...]] = []
    sound = batching._sound

    def counting(rows: Tensor, *others: Any) -> Tensor:
        passes.append(tuple(rows.shape[:-1]))
        return sound(rows, *others)

    monkeypatch.setattr(batching, "_sound", counting)
    together(batching, begun(batching))
    lines = [shape[0] if len(shape) == 2 else 1 for shape in passes]
    # Six latents are as many frames as eight of faster speech; two are none yet.
    assert lines == [5, *[3, 2, 1] * 3]


def test_no_line_keeps_the_memory_of_those_beside_it(batching: Vocoder) -> None:
    tapes = begun(batching)
    single = begun(batching)[0]
    for line, tape in enumerate(tapes):
        tape.add(latents(line, 0))
    single.add(latents(0, 0))
    batching.speak_together(tapes, [False] * LINES)
    batching.speak(single)
    kept = {tail.untyped_storage().data_ptr(): tail for tail in tapes[0].tails.values()}
    held = sum(tail.untyped_storage().nbytes() for tail in kept.values())
    assert held == sum(tail.nbytes for tail in single.tails.values())


def test_lines_part_and_meet_others(batching: Vocoder) -> None:
    wanted = alone(batching)
    tapes = begun(batching)
    made = []
    for part, company in enumerate(([0, 1], [0, 3], [0], [3, 0])):
        # Those who keep company have come as far.
        for line in company:
            while tapes[line].latents < sum(SIZES[0][:part]):
                tapes[line].add(latents(line, sum(tapes[line].latents > n for n in (0, 6, 14))))
                batching.speak(tapes[line])
            tapes[line].add(latents(line, part))
        lines = [tapes[line] for line in company]
        spoken = batching.speak_together(lines, [part == 3] * len(company))
        made.append(spoken[company.index(0)])
    torch.testing.assert_close(made, wanted[0], rtol=0, atol=1e-5)


def test_packed_kernels_take_one_line_after_another(tiny: Any) -> None:
    vocoder = Vocoder(tiny)
    if vocoder._batches:  # nothing is packed on this machine: a batch is one pass
        torch.testing.assert_close(
            together(vocoder, begun(vocoder)), alone(vocoder), rtol=0, atol=1e-5
        )
        return
    made, wanted = together(vocoder, begun(vocoder)), alone(vocoder)
    assert all(
        torch.equal(*pair)
        for lines in zip(made, wanted, strict=True)
        for pair in zip(*lines, strict=True)
    )
