"""What every store of voices promises, whatever it is made of."""

import asyncio
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from domain.access import HOUSE
from domain.errors import VoiceChangedError, VoiceExistsError, VoiceUnknownError
from domain.ports import VoiceSearch
from domain.voice import Consent, Voice
from tests.contracts.conftest import Kept
from tests.contracts.voices import NOW, clip, timbre, voice

TOKYO = timezone(timedelta(hours=9))


async def listed(kept: Kept, owner: str = HOUSE) -> tuple[Voice, ...]:
    return (await kept.voices.find(VoiceSearch(owner))).voices


async def test_a_voice_comes_back_as_it_was_added(kept: Kept) -> None:
    told = Voice(
        id="ana",
        name="Ana",
        description="warm",
        created_at=NOW,
        language="pt-BR",
        labels={"mood": "calm", "": "", "ü": "'\"\\{}"},
        owner="guest",
        consent=Consent("Ana Lima", "You may.", NOW - timedelta(days=1)),
        updated_at=NOW + timedelta(hours=1),
    )
    assert await kept.voices.add(told, [clip()], [timbre()]) == told
    assert await kept.voices.get("guest", "ana") == told
    assert await listed(kept, "guest") == (told,)


async def test_a_new_voice_was_last_changed_when_it_was_made(kept: Kept) -> None:
    added = await kept.voices.add(replace(voice(), updated_at=None), [], [])
    assert added == voice()
    assert added.updated_at == NOW
    assert await kept.voices.get(HOUSE, "ana") == voice()


async def test_an_unknown_voice_is_not_there(kept: Kept) -> None:
    await kept.voices.add(voice(), [], [])
    assert await kept.voices.get(HOUSE, "bob") is None
    assert await kept.voices.get(HOUSE, "ANA") is None


@pytest.mark.parametrize("strange", ["", "a\0b", "\ud800", "ana ", "x" * 10_000, "'; --", "%"])
async def test_a_strange_name_is_an_unknown_voice(kept: Kept, strange: str) -> None:
    await kept.voices.add(voice(), [], [])
    assert await kept.voices.get(HOUSE, strange) is None
    assert await kept.voices.clips(HOUSE, strange) == ()
    assert await kept.voices.load(HOUSE, strange, "espeak-1") is None
    assert await kept.voices.every(HOUSE, strange) == ()
    with pytest.raises(VoiceUnknownError):
        await kept.voices.remove(HOUSE, strange)
    assert await listed(kept) == (voice(),)


async def test_an_id_can_be_added_once(kept: Kept) -> None:
    await kept.voices.add(voice(name="first"), [clip()], [])
    with pytest.raises(VoiceExistsError) as caught:
        await kept.voices.add(voice(name="second"), [clip(b"other")], [timbre()])
    assert caught.value.voice_id == "ana"
    assert await listed(kept) == (voice(name="first"),)
    assert await kept.voices.clips(HOUSE, "ana") == (clip(),)
    assert await kept.voices.load(HOUSE, "ana", "espeak-1") is None


async def test_of_two_adders_at_once_one_wins(kept: Kept) -> None:
    takes = [voice(name=f"take {n}") for n in range(4)]
    adders = [kept.voices.add(take, [clip()], [timbre(n)]) for n, take in enumerate(takes)]
    outcomes = await asyncio.gather(*adders, return_exceptions=True)
    (winner,) = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Voice)]
    assert sum(isinstance(outcome, VoiceExistsError) for outcome in outcomes) == 3
    assert await kept.voices.get(HOUSE, "ana") == takes[winner]
    loaded = await kept.voices.load(HOUSE, "ana", "espeak-1")
    assert loaded is not None
    assert loaded.sha256 == timbre(winner).sha256


async def test_another_owners_voice_is_not_there(kept: Kept) -> None:
    mine = await kept.voices.add(voice(), [clip()], [timbre()])
    assert await kept.voices.get("guest", "ana") is None
    assert await kept.voices.clips("guest", "ana") == ()
    assert await kept.voices.load("guest", "ana", "espeak-1") is None
    assert await kept.voices.every("guest", "ana") == ()
    assert await listed(kept, "guest") == ()
    with pytest.raises(VoiceUnknownError):
        await kept.voices.remove("guest", "ana")
    with pytest.raises(VoiceUnknownError):
        await kept.voices.change(replace(mine, owner="guest", name="stolen"))
    await kept.voices.keep(replace(mine, owner="guest"), timbre(0.9))
    loaded = await kept.voices.load(HOUSE, "ana", "espeak-1")
    assert loaded is not None
    assert loaded.sha256 == timbre().sha256
    assert await listed(kept) == (mine,)


async def test_two_owners_may_use_one_id(kept: Kept) -> None:
    theirs = voice(owner="guest", name="Another Ana")
    await kept.voices.add(voice(), [clip(b"mine")], [timbre(0.1)])
    await kept.voices.add(theirs, [clip(b"theirs")], [timbre(0.2)])
    assert await kept.voices.get("guest", "ana") == theirs
    assert await kept.voices.clips("guest", "ana") == (clip(b"theirs"),)
    changed = await kept.voices.change(replace(theirs, name="Theirs"))
    await kept.voices.remove(HOUSE, "ana")
    assert await listed(kept) == ()
    assert await listed(kept, "guest") == (changed,)
    (left,) = await kept.voices.every("guest", "ana")
    assert left.sha256 == timbre(0.2).sha256


async def test_every_moment_is_kept_to_the_microsecond_in_any_zone(kept: Kept) -> None:
    await kept.voices.add(voice(created_at=NOW.astimezone(TOKYO)), [], [])
    found = await kept.voices.get(HOUSE, "ana")
    assert found is not None
    assert found.created_at == found.updated_at == NOW
    assert found.created_at.tzinfo is not None


async def test_names_may_be_in_any_script(kept: Kept) -> None:
    name = "Zoë 美咲 🎙️ е́ \u202e quote ' \" \\ %s :id"
    spoken = voice("zoe", name, description="line\nline\ttab", labels={name[:20]: name[:20]})
    await kept.voices.add(spoken, [], [])
    assert await kept.voices.get(HOUSE, "zoe") == spoken


async def test_a_removed_voice_leaves_nothing(kept: Kept) -> None:
    bob = voice("bob", labels={"mood": "calm"})
    await kept.voices.add(voice(labels={"mood": "calm"}), [clip()], [timbre()])
    await kept.voices.add(bob, [clip()], [timbre()])
    await kept.voices.remove(HOUSE, "ana")
    assert await kept.voices.get(HOUSE, "ana") is None
    assert await kept.voices.clips(HOUSE, "ana") == ()
    assert await kept.voices.load(HOUSE, "ana", "espeak-1") is None
    assert await kept.voices.every(HOUSE, "ana") == ()
    assert await listed(kept) == (bob,)
    assert await kept.voices.clips(HOUSE, "bob") == (clip(),)
    assert await kept.voices.load(HOUSE, "bob", "espeak-1") is not None


async def test_removing_an_unknown_voice_says_so(kept: Kept) -> None:
    with pytest.raises(VoiceUnknownError) as caught:
        await kept.voices.remove(HOUSE, "bob")
    assert caught.value.voice_id == "bob"


async def test_a_removed_id_starts_afresh(kept: Kept) -> None:
    await kept.voices.add(voice(labels={"mood": "calm"}), [clip()], [timbre()])
    await kept.voices.remove(HOUSE, "ana")
    await kept.voices.add(voice(name="again"), [], [])
    assert await kept.voices.clips(HOUSE, "ana") == ()
    assert await kept.voices.load(HOUSE, "ana", "espeak-1") is None
    assert await kept.voices.get(HOUSE, "ana") == voice(name="again")


async def test_a_change_is_written_and_counted(kept: Kept) -> None:
    consent = Consent("Ana", "yes", NOW)
    old = replace(voice(labels={"mood": "calm", "age": "old"}), consent=consent)
    seen = await kept.voices.add(old, [clip()], [timbre()])
    kept.clock.turn(90)
    wanted = replace(
        seen, name="Zoë", description="", language="fr", labels={"mood": "glad", "new": "1"}
    )
    changed = await kept.voices.change(wanted)
    assert changed == replace(wanted, version=2, updated_at=kept.clock.now())
    assert await kept.voices.get(HOUSE, "ana") == changed
    assert await kept.voices.clips(HOUSE, "ana") == (clip(),)
    assert await kept.voices.load(HOUSE, "ana", "espeak-1") is not None


async def test_only_what_its_owner_may_change_is_written(kept: Kept) -> None:
    seen = await kept.voices.add(voice(), [], [])
    changed = await kept.voices.change(replace(seen, consent=Consent("Eve", "forged", NOW)))
    assert changed.consent is None
    assert await kept.voices.get(HOUSE, "ana") == changed


async def test_a_change_over_another_is_refused(kept: Kept) -> None:
    seen = await kept.voices.add(voice(), [], [])
    first = await kept.voices.change(replace(seen, name="first"))
    with pytest.raises(VoiceChangedError, match="since version 1") as caught:
        await kept.voices.change(replace(seen, name="second"))
    assert (caught.value.voice_id, caught.value.version) == ("ana", 1)
    assert await kept.voices.get(HOUSE, "ana") == first
    again = await kept.voices.change(replace(first, name="second"))
    assert (again.version, again.name) == (3, "second")


@pytest.mark.parametrize("version", [0, -1, 2, 2**31, 2**70])
async def test_a_version_that_never_was_is_refused(kept: Kept, version: int) -> None:
    seen = await kept.voices.add(voice(), [], [])
    with pytest.raises(VoiceChangedError):
        await kept.voices.change(replace(seen, version=version))


async def test_of_changers_at_once_one_wins(kept: Kept) -> None:
    seen = await kept.voices.add(voice(), [], [])
    changes = [
        kept.voices.change(replace(seen, name=f"take {n}", labels={"take": str(n)}))
        for n in range(4)
    ]
    outcomes = await asyncio.gather(*changes, return_exceptions=True)
    (winner,) = [outcome for outcome in outcomes if isinstance(outcome, Voice)]
    assert sum(isinstance(outcome, VoiceChangedError) for outcome in outcomes) == 3
    assert await kept.voices.get(HOUSE, "ana") == winner
    assert winner.version == 2


async def test_a_voice_made_anew_is_not_changed_by_who_saw_the_old_one(kept: Kept) -> None:
    old = await kept.voices.add(voice(), [], [])
    await kept.voices.remove(HOUSE, "ana")
    with pytest.raises(VoiceUnknownError):
        await kept.voices.change(replace(old, name="late"))
    anew = await kept.voices.add(voice(created_at=NOW + timedelta(microseconds=1)), [], [])
    with pytest.raises(VoiceChangedError):
        await kept.voices.change(replace(old, name="late"))
    assert await kept.voices.get(HOUSE, "ana") == anew
