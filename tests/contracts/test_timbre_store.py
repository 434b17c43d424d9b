"""What every store promises of what engines made of a voice, and of its clips."""

import asyncio
from datetime import timedelta

import numpy as np
import pytest

from domain.access import HOUSE
from domain.errors import VoiceDamagedError
from domain.ports import VoiceSearch
from domain.voice import Care, Clip, Timbre
from tests.contracts.conftest import Kept
from tests.contracts.voices import NOW, clip, timbre, voice


async def sha256(kept: Kept, fingerprint: str = "espeak-1") -> str | None:
    loaded = await kept.voices.load(HOUSE, "ana", fingerprint)
    return None if loaded is None else loaded.sha256


async def test_clips_come_back_in_their_order(kept: Kept) -> None:
    clips = tuple(Clip(bytes([n]) * (n + 1), n + 0.1, 8_000 * (n + 1)) for n in range(12))
    await kept.voices.add(voice(), clips, [])
    assert await kept.voices.clips(HOUSE, "ana") == clips
    assert await kept.voices.clips(HOUSE, "bob") == ()


async def test_a_clip_is_kept_with_the_care_it_needs(kept: Kept) -> None:
    every = [Care(denoise, trim) for denoise in (False, True) for trim in (False, True)]
    clips = tuple(clip(care=care) for care in every)
    await kept.voices.add(voice(), clips, [])
    assert [each.care for each in await kept.voices.clips(HOUSE, "ana")] == every


async def test_a_clip_of_two_megabytes_comes_back_whole(kept: Kept) -> None:
    sound = np.random.default_rng(7).bytes(2 * 2**20)
    await kept.voices.add(voice(), [clip(sound)], [])
    assert await kept.voices.clips(HOUSE, "ana") == (clip(sound),)


async def test_a_timbre_comes_back_sample_for_sample(kept: Kept) -> None:
    arrays = {
        "gpt_cond_latent": np.random.default_rng(1).standard_normal((1, 32, 1024), np.float32),
        "scalar": np.array(-0.0, dtype=np.float32),
        "none": np.zeros((0, 3), dtype=np.float32),
        "ünïcode": np.array([np.nan, np.inf, 1e-45], dtype=np.float32),
    }
    kept_timbre = Timbre("xtts/é", arrays)
    await kept.voices.add(voice(), [], [kept_timbre])
    loaded = await kept.voices.load(HOUSE, "ana", "xtts/é")
    assert loaded is not None
    assert loaded.sha256 == kept_timbre.sha256
    assert loaded.fingerprint == "xtts/é"
    for name, array in arrays.items():
        assert loaded.arrays[name].dtype == np.float32
        np.testing.assert_array_equal(loaded.arrays[name], array)


async def test_each_engine_has_its_own_timbre(kept: Kept) -> None:
    await kept.voices.add(voice(), [], [timbre(0.2, "two"), timbre(0.1, "one")])
    assert await sha256(kept, "one") == timbre(0.1, "one").sha256
    assert await sha256(kept, "two") == timbre(0.2, "two").sha256
    assert await sha256(kept, "three") is None
    every = await kept.voices.every(HOUSE, "ana")
    assert [each.fingerprint for each in every] == ["one", "two"]
    assert await kept.voices.every(HOUSE, "bob") == ()


async def test_a_timbre_made_later_is_kept_and_replaced(kept: Kept) -> None:
    ana = await kept.voices.add(voice(), [clip()], [])
    for level in (0.25, 0.75):
        await kept.voices.keep(ana, timbre(level))
        assert await sha256(kept) == timbre(level).sha256


async def test_a_changed_voice_is_still_that_voice(kept: Kept) -> None:
    ana = await kept.voices.add(voice(), [], [])
    await kept.voices.change(ana)
    await kept.voices.keep(ana, timbre())
    assert await sha256(kept) == timbre().sha256


async def test_keepers_at_once_leave_one_whole_timbre(kept: Kept) -> None:
    ana = await kept.voices.add(voice(), [], [])
    levels = [n / 8 for n in range(8)]
    await asyncio.gather(*(kept.voices.keep(ana, timbre(level)) for level in levels))
    assert await sha256(kept) in {timbre(level).sha256 for level in levels}


async def test_a_timbre_of_a_deleted_voice_is_forgotten_without_a_word(kept: Kept) -> None:
    ana = await kept.voices.add(voice(), [], [])
    await kept.voices.remove(HOUSE, "ana")
    await kept.voices.keep(ana, timbre())
    assert await sha256(kept) is None


async def test_a_voice_made_anew_gets_nothing_of_the_old_one(kept: Kept) -> None:
    old = await kept.voices.add(voice(), [], [])
    await kept.voices.remove(HOUSE, "ana")
    await kept.voices.add(voice(created_at=NOW + timedelta(microseconds=1)), [], [])
    await kept.voices.keep(old, timbre())
    assert await sha256(kept) is None
    assert await kept.voices.every(HOUSE, "ana") == ()


async def test_a_timbre_kept_while_its_voice_is_removed_is_no_error(kept: Kept) -> None:
    for _ in range(10):
        ana = await kept.voices.add(voice(), [], [])
        await asyncio.gather(kept.voices.keep(ana, timbre()), kept.voices.remove(HOUSE, "ana"))
        assert await sha256(kept) is None


async def test_damage_is_an_error_and_stays_with_its_voice(kept: Kept) -> None:
    await kept.voices.add(voice(), [clip()], [timbre()])
    await kept.voices.add(voice("bob"), [clip()], [timbre()])
    await kept.damage("ana")
    for broken in (
        kept.voices.load(HOUSE, "ana", "espeak-1"),
        kept.voices.every(HOUSE, "ana"),
        kept.voices.clips(HOUSE, "ana"),
    ):
        with pytest.raises(VoiceDamagedError) as caught:
            await broken
        assert caught.value.voice_id == "ana"
    assert await kept.voices.get(HOUSE, "ana") == voice()
    assert await kept.voices.load(HOUSE, "bob", "espeak-1") is not None
    assert await kept.voices.clips(HOUSE, "bob") == (clip(),)
    await kept.voices.remove(HOUSE, "ana")
    assert (await kept.voices.find(VoiceSearch(HOUSE))).voices == (voice("bob"),)


async def test_a_damaged_timbre_is_healed_by_a_new_one(kept: Kept) -> None:
    ana = await kept.voices.add(voice(), [clip()], [timbre()])
    await kept.damage("ana")
    await kept.voices.keep(ana, timbre())
    assert await sha256(kept) == timbre().sha256
