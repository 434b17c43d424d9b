from dataclasses import replace

import pytest

from application.voices import Clone, Draft
from domain.access import HOUSE
from domain.errors import (
    ClipRefusedError,
    ConsentMissingError,
    LatentsForeignError,
    OnceKeyReusedError,
    VoiceChangedError,
    VoiceExistsError,
    VoiceFileInvalidError,
    VoiceIdInvalidError,
    VoiceUnknownError,
)
from domain.events import VoiceDeleted, VoiceSaved
from domain.loudness import Learnt
from domain.ports import VoiceSearch
from domain.voice import Clip, Consent, Timbre
from domain.voice_file import VoiceFile, packed
from tests.fakes.engine import timbre
from tests.fakes.studio import upload
from tests.unit.application.house import House

EVERYTHING = VoiceSearch(HOUSE)


async def test_a_voice_is_cloned_saved_found_spoken_and_deleted() -> None:
    house = House()
    clone = await house.voices.clone([upload(4), upload(5)])
    voice = await house.voices.save(clone, Draft("ana", "Ana", "warm", labels={"use": "books"}))
    assert (await house.voices.find(EVERYTHING)).voices == (voice,)
    assert await house.voices.get(HOUSE, "ana") == voice
    (made,) = clone.timbres
    assert (await house.timbres.find(HOUSE, "ana")).sha256 == made.sha256
    await house.voices.delete(HOUSE, "ana")
    assert (await house.voices.find(EVERYTHING)).total == 0
    assert house.events(VoiceSaved, VoiceDeleted) == [VoiceSaved("ana"), VoiceDeleted("ana")]
    with pytest.raises(VoiceUnknownError):
        await house.timbres.find(HOUSE, "ana")
    with pytest.raises(VoiceUnknownError):
        await house.voices.get(HOUSE, "ana")


async def test_a_voice_without_id_or_name_is_given_both() -> None:
    house = House()
    voice = await house.voices.save(await house.voices.clone([upload(4)]), Draft())
    assert voice.name == voice.id


async def test_clips_are_judged_before_they_are_learnt() -> None:
    house = House()
    assert (await house.voices.clone([upload(2)])).warnings
    with pytest.raises(ClipRefusedError):
        await house.voices.clone([upload(4), upload(0.2)])
    assert len(house.engine.conditioned) == 1


async def test_a_taken_id_is_refused_and_so_is_a_speakers_name() -> None:
    house = House()
    clone = await house.voices.clone([upload(4)])
    await house.voices.save(clone, Draft("ana"))
    for taken in ("ana", "FAKE"):
        with pytest.raises(VoiceExistsError):
            await house.voices.save(clone, Draft(taken))
    with pytest.raises(VoiceIdInvalidError):
        await house.voices.save(clone, Draft("a/b"))


async def test_a_retry_under_the_same_key_saves_nothing_twice() -> None:
    house = House()
    clone = await house.voices.clone([upload(4)])
    first = await house.voices.save(clone, Draft(once="key"))
    again = await house.voices.save(clone, Draft(once="key"))
    assert again.id == first.id
    assert (await house.voices.find(EVERYTHING)).total == 1
    with pytest.raises(OnceKeyReusedError):
        await house.voices.save(await house.voices.clone([upload(5)]), Draft(once="key"))


async def test_where_consent_is_required_it_is_kept_or_the_voice_refused() -> None:
    house = House(require_consent=True)
    clone = await house.voices.clone([upload(4)])
    with pytest.raises(ConsentMissingError):
        await house.voices.save(clone, Draft("ana"))
    consent = Consent("Ana", "I agree.", house.clock.now())
    assert (await house.voices.save(clone, Draft("ana", consent=consent))).consent == consent


async def test_of_two_changes_the_slower_is_told() -> None:
    house = House()
    seen = await house.voices.save(await house.voices.clone([upload(4)]), Draft("ana"))
    changed = await house.voices.change(replace(seen, name="Ana Two"))
    assert (changed.name, changed.version) == ("Ana Two", 2)
    with pytest.raises(VoiceChangedError):
        await house.voices.change(replace(seen, name="Ana Three"))
    assert (await house.voices.get(HOUSE, "ana")).name == "Ana Two"


async def test_anothers_voice_is_not_there() -> None:
    house = House()
    await house.voices.save(await house.voices.clone([upload(4)]), Draft("ana", owner="them"))
    with pytest.raises(VoiceUnknownError):
        await house.voices.get(HOUSE, "ana")
    with pytest.raises(VoiceUnknownError):
        await house.timbres.find(HOUSE, "ana")
    with pytest.raises(VoiceUnknownError):
        await house.voices.delete(HOUSE, "ana")
    assert (await house.voices.find(EVERYTHING)).total == 0


async def test_latents_are_recalled_or_refused() -> None:
    house = House()
    clone = await house.voices.recall(timbre(3.0).arrays)
    assert clone.clips == ()
    with pytest.raises(LatentsForeignError):
        await house.voices.recall({"speaker_embedding": timbre().arrays["gpt_cond_latent"]})


async def test_deleting_what_could_never_be_saved() -> None:
    with pytest.raises(VoiceUnknownError):
        await House().voices.delete(HOUSE, "../x")


async def test_a_voice_taken_out_comes_in_elsewhere_with_all_it_had() -> None:
    here, there = House(), House()
    consent = Consent("Ana", "I agree.", here.clock.now())
    draft = Draft("ana", "Ana", "warm", "pt", {"use": "books"}, consent)
    saved = await here.voices.save(await here.voices.clone([upload(4)]), draft)
    brought = await there.voices.bring_in(await here.voices.take_out(HOUSE, "ana"), Draft())
    assert replace(brought, created_at=saved.created_at, updated_at=saved.updated_at) == saved
    ours = await here.timbres.find(HOUSE, "ana")
    assert (await there.timbres.find(HOUSE, "ana")).sha256 == ours.sha256
    assert there.engine.conditioned == []
    renamed = await there.voices.bring_in(
        await here.voices.take_out(HOUSE, "ana"),
        Draft("bea", labels={"use": "radio"}),
    )
    assert (renamed.id, renamed.name, renamed.labels) == ("bea", "Ana", {"use": "radio"})


async def test_what_was_learnt_of_its_loudness_travels_with_a_voice() -> None:
    here, there = House(), House()
    clone = await here.voices.clone([upload(4)])
    await here.voices.save(clone, Draft("ana"))
    await here.loudness.teach(clone.timbres[0], Learnt(-18.5, 14.0, 6))
    file = await here.voices.take_out(HOUSE, "ana")
    await there.voices.bring_in(file, Draft())
    known, _ = await there.loudness.of(clone.timbres[0])
    assert known == Learnt(-18.5, 5.0, 1)
    await here.voices.bring_in(file, Draft("bea"))
    assert (await here.loudness.of(clone.timbres[0]))[0] == Learnt(-18.5, 14.0, 6)


async def test_a_deleted_voice_takes_along_what_was_learnt_of_it() -> None:
    house = House()
    clone = await house.voices.clone([upload(4)])
    await house.voices.save(clone, Draft("ana"))
    (made,) = clone.timbres
    house.learnt.kept[made.fingerprint, made.sha256] = Learnt(-18.5, 14.0, 6)
    assert (await house.loudness.of(made))[0] is not None
    await house.voices.delete(HOUSE, "ana")
    assert house.learnt.kept == {}
    assert (await house.loudness.of(made))[0] is None


async def test_a_damaged_voice_can_be_deleted() -> None:
    house = House()
    await house.voices.save(await house.voices.clone([upload(4)]), Draft("ana"))
    house.store.damage("ana")
    await house.voices.delete(HOUSE, "ana")
    assert (await house.voices.find(EVERYTHING)).total == 0


async def test_what_is_brought_in_is_not_trusted() -> None:
    house = House()
    voice = await house.voices.save(await house.voices.clone([upload(4)]), Draft("ana"))
    quiet = await house.studio.pack(await house.studio.read_clip(upload(4, level=0.0)))
    forged = Timbre("fake/1", {"speaker_embedding": timbre().arrays["gpt_cond_latent"]})
    for file, error in (
        (VoiceFile(voice, (quiet,), ()), ClipRefusedError),
        (VoiceFile(voice, (), (forged,)), LatentsForeignError),
    ):
        with pytest.raises(error):
            await house.voices.bring_in(packed(file), Draft("bea"))
    with pytest.raises(VoiceFileInvalidError):
        await house.voices.bring_in(b"something else", Draft("bea"))
    assert (await house.voices.find(EVERYTHING)).total == 1


def test_a_retry_asks_for_the_same_and_anything_else_is_no_retry() -> None:
    clip = Clip(b"flac", 4.0, 24_000)
    clone = Clone((timbre(1.0),), (clip,))
    draft = Draft("ana", "Ana", once="key")
    learnt_anew = Clone((timbre(1.1),), (clip,))
    assert draft.asked(learnt_anew) == draft.asked(clone)
    others = [
        draft.asked(Clone((timbre(1.0),))),
        draft.asked(Clone((timbre(2.0),))),
        draft.asked(Clone((timbre(1.0),), (Clip(b"other", 4.0, 24_000),))),
        replace(draft, name="Bea").asked(clone),
        replace(draft, id=None).asked(clone),
        replace(draft, labels={"use": "books"}).asked(clone),
    ]
    assert len({draft.asked(clone), *others}) == 7
    assert replace(draft, once=None).asked(clone) is None
