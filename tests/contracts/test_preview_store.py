"""What every store promises of previews."""

from datetime import timedelta

import pytest

from domain.access import HOUSE
from domain.errors import VoiceDamagedError
from domain.voice import Clip
from tests.contracts.conftest import Kept
from tests.contracts.voices import NOW, clip, timbre, voice

SOUND = Clip(b"fLaC" + bytes(range(256)) * 100, 4.5, 24_000)


async def test_a_preview_comes_back_whole_and_only_to_its_owner(kept: Kept) -> None:
    ana = await kept.voices.add(voice(), [], [])
    assert await kept.previews.preview(HOUSE, "ana") is None
    await kept.previews.keep_preview(ana, SOUND)
    assert await kept.previews.preview(HOUSE, "ana") == SOUND
    assert await kept.previews.preview("them", "ana") is None
    assert await kept.previews.preview(HOUSE, "../ana") is None


async def test_a_later_preview_takes_the_place_of_the_first(kept: Kept) -> None:
    ana = await kept.voices.add(voice(), [], [])
    await kept.previews.keep_preview(ana, clip())
    await kept.previews.keep_preview(await kept.voices.change(ana), SOUND)
    assert await kept.previews.preview(HOUSE, "ana") == SOUND


async def test_a_deleted_voice_takes_its_preview_along(kept: Kept) -> None:
    old = await kept.voices.add(voice(), [], [])
    await kept.previews.keep_preview(old, SOUND)
    await kept.voices.remove(HOUSE, "ana")
    await kept.previews.keep_preview(old, SOUND)
    assert await kept.previews.preview(HOUSE, "ana") is None
    await kept.voices.add(voice(created_at=NOW + timedelta(microseconds=1)), [], [])
    await kept.previews.keep_preview(old, SOUND)
    assert await kept.previews.preview(HOUSE, "ana") is None


async def test_a_damaged_preview_is_an_error_until_there_is_a_new_one(kept: Kept) -> None:
    ana = await kept.voices.add(voice(), [clip()], [timbre()])
    await kept.previews.keep_preview(ana, SOUND)
    await kept.damage("ana")
    with pytest.raises(VoiceDamagedError):
        await kept.previews.preview(HOUSE, "ana")
    await kept.previews.keep_preview(ana, SOUND)
    assert await kept.previews.preview(HOUSE, "ana") == SOUND


async def test_which_voices_have_a_preview_is_told_without_reading_it(kept: Kept) -> None:
    ana = await kept.voices.add(voice(), [], [])
    await kept.voices.add(voice("ben"), [], [])
    await kept.previews.keep_preview(ana, SOUND)
    asked = ["ana", "ben", "nobody", "../ana"]
    assert await kept.previews.previewed(HOUSE, asked) == {"ana"}
    assert await kept.previews.previewed("them", asked) == frozenset()
    assert await kept.previews.previewed(HOUSE, []) == frozenset()
