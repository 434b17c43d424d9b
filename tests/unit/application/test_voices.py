import pytest

from application.voices import Clone
from domain.errors import (
    ClipRefusedError,
    LatentsForeignError,
    VoiceClipsMissingError,
    VoiceExistsError,
    VoiceIdInvalidError,
    VoiceUnknownError,
)
from domain.events import VoiceDeleted, VoiceSaved
from domain.voice import Timbre
from tests.fakes.engine import timbre
from tests.fakes.studio import upload
from tests.unit.application.house import House


async def test_a_voice_is_cloned_saved_listed_spoken_and_deleted() -> None:
    house = House()
    clone = await house.voices.clone([upload(4), upload(5)])
    voice = await house.voices.save(clone, "ana", "Ana", "warm")
    assert await house.voices.every() == (voice,)
    assert (await house.voices.timbre("ana")).sha256 == clone.timbre.sha256
    await house.voices.delete("ana")
    assert await house.voices.every() == ()
    assert house.bus.heard == [VoiceSaved("ana"), VoiceDeleted("ana")]
    with pytest.raises(VoiceUnknownError):
        await house.voices.timbre("ana")


async def test_a_voice_without_id_or_name_is_given_both() -> None:
    house = House()
    voice = await house.voices.save(await house.voices.clone([upload(4)]), None, "", "")
    assert voice.name == voice.id


async def test_clips_are_judged_before_they_are_learnt() -> None:
    house = House()
    assert (await house.voices.clone([upload(2)])).warnings
    with pytest.raises(ClipRefusedError):
        await house.voices.clone([upload(4), upload(0.2)])
    assert len(house.engine.conditioned) == 1


async def test_a_taken_id_is_refused() -> None:
    house = House()
    clone = await house.voices.clone([upload(4)])
    await house.voices.save(clone, "ana", "", "")
    with pytest.raises(VoiceExistsError):
        await house.voices.save(clone, "ana", "", "")
    with pytest.raises(VoiceExistsError):
        await house.voices.save(clone, "FAKE", "", "")
    with pytest.raises(VoiceIdInvalidError):
        await house.voices.save(clone, "a/b", "", "")


async def test_a_clip_of_another_engines_days_is_learnt_once() -> None:
    house = House()
    clone = await house.voices.clone([upload(4)])
    elsewhere = Clone(Timbre("other/1", clone.timbre.arrays), clone.clips)
    await house.voices.save(elsewhere, "old", "", "")
    first = await house.voices.timbre("old")
    again = await house.voices.timbre("old")
    assert first.fingerprint == again.fingerprint == "fake/1"
    assert len(house.engine.conditioned) == 2


async def test_latents_of_another_engine_without_a_clip_say_what_to_do() -> None:
    house = House()
    await house.voices.save(Clone(Timbre("other/1", timbre().arrays)), "old", "", "")
    with pytest.raises(VoiceClipsMissingError, match="clone it again"):
        await house.voices.timbre("old")


async def test_a_damaged_timbre_is_made_again_from_the_clip() -> None:
    house = House()
    await house.voices.save(await house.voices.clone([upload(4)]), "ana", "", "")
    house.store.damage("ana", "timbre")
    assert (await house.voices.timbre("ana")).fingerprint == "fake/1"
    assert len(house.engine.conditioned) == 2


async def test_latents_are_recalled_or_refused() -> None:
    house = House()
    clone = await house.voices.recall(timbre(3.0).arrays)
    assert clone.clips == ()
    with pytest.raises(LatentsForeignError):
        await house.voices.recall({"speaker_embedding": timbre().arrays["gpt_cond_latent"]})


async def test_no_name_means_the_engines_own_voice() -> None:
    house = House()
    assert (await house.voices.timbre(None)).arrays["speaker_embedding"][1] == 1.0


async def test_deleting_what_could_never_be_saved() -> None:
    with pytest.raises(VoiceUnknownError):
        await House().voices.delete("../x")
