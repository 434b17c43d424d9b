"""What every store of voices promises to whoever saves again because an answer was lost."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.access import HOUSE
from domain.errors import OnceKeyReusedError, VoiceExistsError, VoiceUnknownError
from domain.ports import Once, VoiceSearch
from domain.voice import Voice
from tests.contracts.conftest import Kept
from tests.contracts.voices import NOW, clip, timbre, voice

ONCE = Once("key-1", "0af5")


async def total(kept: Kept, owner: str = HOUSE) -> int:
    return (await kept.voices.find(VoiceSearch(owner))).total


async def test_a_retry_returns_the_voice_first_kept(kept: Kept) -> None:
    first = await kept.voices.add(voice("made-1"), [clip()], [timbre()], ONCE)
    for _ in range(3):
        again = voice("made-2", created_at=NOW + timedelta(seconds=9))
        assert await kept.voices.add(again, [clip()], [timbre()], ONCE) == first
    assert await total(kept) == 1
    assert await kept.voices.clips(HOUSE, "made-1") == (clip(),)


async def test_a_retry_returns_the_voice_as_it_is_by_now(kept: Kept) -> None:
    first = await kept.voices.add(voice(), [], [], ONCE)
    changed = await kept.voices.change(replace(first, name="Zoë"))
    assert await kept.voices.add(voice(), [], [], ONCE) == changed


async def test_other_content_under_the_key_is_refused(kept: Kept) -> None:
    await kept.voices.add(voice(), [], [], ONCE)
    with pytest.raises(OnceKeyReusedError, match="'key-1'"):
        await kept.voices.add(voice("bob"), [], [], Once("key-1", "ffff"))
    assert await total(kept) == 1
    assert await kept.voices.add(voice("bob"), [], [], Once("key-2", "ffff")) == voice("bob")


async def test_the_same_content_under_two_keys_is_two_voices(kept: Kept) -> None:
    await kept.voices.add(voice("a"), [clip()], [], Once("1", "0af5"))
    await kept.voices.add(voice("b"), [clip()], [], Once("2", "0af5"))
    assert await total(kept) == 2


async def test_each_owner_has_keys_of_their_own(kept: Kept) -> None:
    await kept.voices.add(voice(), [], [], ONCE)
    theirs = voice(owner="guest")
    assert await kept.voices.add(theirs, [], [], Once("key-1", "ffff")) == theirs
    assert (await total(kept), await total(kept, "guest")) == (1, 1)


async def test_of_retries_at_once_one_saves_and_all_get_its_voice(kept: Kept) -> None:
    takes = [voice(f"take-{n}") for n in range(5)]
    adders = [kept.voices.add(take, [clip()], [timbre()], ONCE) for take in takes]
    voices = await asyncio.gather(*adders)
    assert len({each.id for each in voices}) == 1
    assert await total(kept) == 1
    assert await kept.voices.load(HOUSE, voices[0].id, "espeak-1") is not None


async def test_of_other_contents_at_once_one_saves(kept: Kept) -> None:
    adders = [kept.voices.add(voice(f"v{n}"), [], [], Once("k", str(n))) for n in range(4)]
    outcomes = await asyncio.gather(*adders, return_exceptions=True)
    assert sum(isinstance(outcome, Voice) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, OnceKeyReusedError) for outcome in outcomes) == 3
    assert await total(kept) == 1


async def test_a_save_that_failed_does_not_use_up_its_key(kept: Kept) -> None:
    await kept.voices.add(voice(), [], [])
    for _ in range(2):
        with pytest.raises(VoiceExistsError):
            await kept.voices.add(voice(), [], [], ONCE)
    assert await kept.voices.add(voice("bob"), [], [], ONCE) == voice("bob")


async def test_a_late_retry_does_not_bring_back_a_deleted_voice(kept: Kept) -> None:
    await kept.voices.add(voice("made-1"), [clip()], [], ONCE)
    await kept.voices.remove(HOUSE, "made-1")
    with pytest.raises(VoiceUnknownError) as caught:
        await kept.voices.add(voice("made-2"), [clip()], [], ONCE)
    assert caught.value.voice_id == "made-1"
    await kept.voices.add(voice("made-1", created_at=NOW + timedelta(seconds=1)), [], [])
    with pytest.raises(VoiceUnknownError):
        await kept.voices.add(voice("made-1"), [clip()], [], ONCE)
    assert await total(kept) == 1


async def test_a_key_is_remembered_for_a_day(kept: Kept) -> None:
    first = await kept.voices.add(voice("a"), [], [], ONCE)
    kept.clock.turn(24 * 3600)
    assert await kept.voices.add(voice("b"), [], [], ONCE) == first
    kept.clock.turn(1)
    assert await kept.voices.add(voice("c"), [], [], ONCE) == voice("c")
    assert await kept.voices.add(voice("d"), [], [], ONCE) == voice("c")
    assert await total(kept) == 2


@pytest.mark.parametrize("key", ["", "\0", "\ud800", "k" * 100_000, "ключ 🎙️"])
async def test_a_key_may_be_any_text(kept: Kept, key: str) -> None:
    first = await kept.voices.add(voice("a"), [], [], Once(key, "c"))
    assert await kept.voices.add(voice("b"), [], [], Once(key, "c")) == first
