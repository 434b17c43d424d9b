import subprocess
import warnings
from collections.abc import Callable

import imageio_ffmpeg
import numpy as np
import pytest

from domain.audio import Samples, to_int16
from domain.companding import _a_table, _mu_table, a_law, mu_law
from tests.sounds import noise

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

ALL_LEVELS = np.arange(2**16, dtype=np.uint16).tobytes()


def test_every_level_is_coded_as_python_codes_it() -> None:
    assert _mu_table().tobytes() == audioop.lin2ulaw(ALL_LEVELS, 2)
    assert _a_table().tobytes() == audioop.lin2alaw(ALL_LEVELS, 2)


def test_samples_are_brought_to_sixteen_bits_first() -> None:
    samples = noise(1, 8_000, 1.2)
    assert mu_law(samples) == audioop.lin2ulaw(to_int16(samples), 2)
    assert a_law(samples) == audioop.lin2alaw(to_int16(samples), 2)


def test_silence_is_what_a_telephone_calls_silence() -> None:
    nothing = np.zeros(3, dtype=np.float32)
    assert mu_law(nothing) == b"\xff" * 3
    assert a_law(nothing) == b"\xd5" * 3
    assert mu_law(nothing[:0]) == b""


@pytest.mark.parametrize(("law", "code"), [("mulaw", mu_law), ("alaw", a_law)])
def test_ffmpeg_hears_what_was_said(law: str, code: Callable[[Samples], bytes]) -> None:
    samples = noise(1, 8_000)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error"]
    command += ["-f", law, "-ar", "8000", "-ac", "1", "-i", "pipe:0", "-f", "f32le", "pipe:1"]
    done = subprocess.run(command, input=code(samples), capture_output=True, check=True)
    heard = np.frombuffer(done.stdout, dtype="<f4")
    assert np.abs(heard - samples).max() < 0.02
