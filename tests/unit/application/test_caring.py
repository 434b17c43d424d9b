import numpy as np
import pytest

from application.voices import Draft
from domain.access import HOUSE
from domain.audio import Samples
from domain.voice import Care
from tests.fakes.studio import RATE_HZ, upload
from tests.unit.application.house import House


def padded() -> bytes:
    """Two seconds of sound between seconds of silence."""
    silent = np.zeros(RATE_HZ, np.float32)
    return silent.tobytes() + upload(2) + silent.tobytes()


def heard(house: House) -> Samples:
    ((sound,),) = house.engine.conditioned[-1:]
    return sound.samples


@pytest.mark.parametrize(
    ("care", "seconds", "level"),
    [
        (Care(), 4.0, 0.5),
        (Care(trim_silence=True), 2.4, 0.5),
        (Care(denoise=True), 4.0, 0.25),
        (Care(denoise=True, trim_silence=True), 2.4, 0.25),
    ],
)
async def test_the_engine_hears_what_care_made_and_the_clip_is_kept_as_it_was(
    care: Care, seconds: float, level: float
) -> None:
    house = House()
    clone = await house.voices.clone([padded()], care)
    assert len(heard(house)) / RATE_HZ == pytest.approx(seconds, abs=0.05)
    assert heard(house).max() == level
    (clip,), (report,) = clone.clips, clone.reports
    assert (clip.flac, clip.care) == (padded(), care)
    assert report.seconds == 4.0
    assert report.trimmed_s == pytest.approx(4.0 - seconds, abs=0.05)


async def test_without_a_word_silence_is_trimmed() -> None:
    house = House()
    (clip,) = (await house.voices.clone([padded()])).clips
    assert clip.care == Care(trim_silence=True)


async def test_another_engine_learns_with_the_same_care() -> None:
    house = House()
    care = Care(denoise=True, trim_silence=True)
    clone = await house.voices.clone([padded()], care)
    first = heard(house)
    await house.voices.save(clone, Draft("ana"))
    house.store._shelves[HOUSE, "ana"].timbres.clear()
    await house.timbres.find(HOUSE, "ana")
    assert len(house.engine.conditioned) == 2
    np.testing.assert_array_equal(heard(house), first)


async def test_each_clip_has_its_report_and_all_warnings_are_told() -> None:
    house = House()
    clone = await house.voices.clone([upload(2), upload(4)])
    assert [report.seconds for report in clone.reports] == [2.0, 4.0]
    assert "2.0 s" in clone.reports[0].warnings[0]
    assert clone.warnings == clone.reports[0].warnings + clone.reports[1].warnings


async def test_the_same_clip_with_other_care_is_no_retry() -> None:
    house = House()
    draft = Draft("ana", once="key")
    clones = [
        await house.voices.clone([upload(4)], Care(denoise)) for denoise in (False, True, False)
    ]
    first, other, again = (draft.asked(clone) for clone in clones)
    assert first == again != other
