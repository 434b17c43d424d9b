from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from adapters.ffmpeg.meter import heard
from adapters.ffmpeg.studio import FfmpegStudio
from domain.audio import Pcm
from domain.errors import StudioBusyError
from domain.loudness import Target
from tests.unit.adapters.ffmpeg.processes import script
from tests.unit.adapters.ffmpeg.recordings import FFMPEG, babble, tone

RATES_HZ = (8_000, 11_025, 22_050, 24_000, 44_100, 48_000)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
async def test_a_tone_is_as_loud_as_the_standard_says(rate_hz: int) -> None:
    told = await heard(FFMPEG, tone(2.0, rate_hz, 997, 0.1), 10)
    assert told.lufs == pytest.approx(-23.01, abs=0.05)
    # a tone that is cut off rings between its last samples
    assert told.peak_dbtp == pytest.approx(-20.0, abs=0.25)


async def test_the_end_of_a_sound_is_heard_too() -> None:
    pcm = tone(1.234, 24_000, 997, 0.1)
    pcm.samples[-20:-10] = 0.9
    assert (await heard(FFMPEG, pcm, 10)).peak_dbtp > -1.0


async def test_silence_and_nothing_have_no_loudness() -> None:
    for seconds in (0.0, 2.0):
        told = await heard(FFMPEG, tone(seconds, 24_000, peak=0.0), 10)
        assert told.lufs is None
        assert told.peak_dbtp == -120.0


async def test_loudness_does_not_depend_on_what_it_is_scaled_to() -> None:
    pcm = babble(3.0, 24_000)
    loud = await heard(FFMPEG, pcm, 10)
    quiet = await heard(FFMPEG, Pcm(pcm.samples / np.float32(32), pcm.rate_hz), 10)
    assert loud.lufs is not None
    assert quiet.lufs == pytest.approx(loud.lufs - 30.103, abs=0.02)
    assert quiet.peak_dbtp == pytest.approx(loud.peak_dbtp - 30.103, abs=0.02)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("target", [Target(-14.0, -1.0), Target(-16.0), Target(-23.0), Target()])
async def test_speech_is_brought_to_within_a_tenth(
    rate_hz: int, target: Target, studio: FfmpegStudio
) -> None:
    pcm = babble(4.0, rate_hz)
    made = await studio.master(pcm, target)
    again = await heard(FFMPEG, made.pcm, 10)
    other = pyloudnorm.Meter(rate_hz).integrated_loudness(made.pcm.samples.astype(float))
    assert made.lufs == pytest.approx(target.lufs, abs=0.1)
    assert other == pytest.approx(target.lufs, abs=0.1)
    # ffmpeg lets its high-pass grow as the rate falls, and so hears more at 8 kHz
    assert again.lufs == pytest.approx(target.lufs, abs=0.3)
    assert again.peak_dbtp < target.ceiling_dbtp + 0.05
    assert made.peak_dbtp == pytest.approx(again.peak_dbtp, abs=0.02)
    assert len(made.pcm.samples) == len(pcm.samples)


async def test_what_cannot_be_so_loud_still_stays_under_the_ceiling(studio: FfmpegStudio) -> None:
    pcm = babble(2.0, 24_000)
    pcm.samples[::4_000] = 1.0
    made = await studio.master(pcm, Target(-5.0, -3.0))
    assert made.peak_dbtp < -2.95
    assert made.lufs is not None
    assert made.lufs > -12


@pytest.mark.parametrize(
    ("ending", "why"), [("exit 1", "measure"), ("exit 0", "how loud"), ("kill -9 $$", "stopped")]
)
async def test_a_failing_ffmpeg_is_not_the_callers_fault(
    tmp_path: Path, ending: str, why: str
) -> None:
    async with FfmpegStudio(script(tmp_path, ending)) as studio:
        with pytest.raises(StudioBusyError, match=why):
            await studio.master(babble(1.0, 24_000), Target())
