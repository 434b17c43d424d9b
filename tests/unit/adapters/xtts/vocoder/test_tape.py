import pytest
import torch
from torch.nn.functional import interpolate

from adapters.xtts.vocoder.frames import Frames, Stretch
from adapters.xtts.vocoder.tape import Tape

FRAMES = Frames((Stretch(4.0, 12), Stretch(24_000 / 22_050, 12)), before=0, rises=(), after=0)
LATENTS = torch.randn(90, 8, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("speed", [0.5, 0.8, 0.93, 1.0, 1.3, 1.9, 2.0])
def test_frames_have_the_very_bits_of_torchs_interpolation(speed: float) -> None:
    expected = LATENTS.t()[None]
    for stretch in FRAMES.course(speed):
        expected = interpolate(expected, scale_factor=[stretch.factor], mode="linear")
    tape = Tape(speed, FRAMES.course(speed), 8, [torch.zeros(1)])
    taken = []
    for start in range(0, 90, 7):
        tape.add(LATENTS[start : start + 7])
        taken.append(tape.take(FRAMES.exact(tape.latents, speed)))
    taken.append(tape.take(FRAMES.all(90, speed)))
    assert torch.equal(torch.cat(taken), expected[0].t())


def test_frames_are_all_taken_once() -> None:
    tape = Tape(1.0, FRAMES.course(1.0), 8, [torch.zeros(1)])
    tape.add(LATENTS)
    assert len(tape.take(100)) == 100
    assert tape.take(100).shape == (0, 8)
