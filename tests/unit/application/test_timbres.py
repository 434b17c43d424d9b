from dataclasses import replace

import pytest

from application.voices import Clone, Draft
from domain.access import HOUSE
from domain.errors import InputError, VoiceClipsMissingError, VoiceUnknownError
from domain.events import CacheAsked
from domain.known_names import KnownNames
from domain.voice import Timbre
from tests.fakes.engine import timbre
from tests.fakes.studio import upload
from tests.unit.application.house import House


async def saved(house: House, voice_id: str) -> Clone:
    clone = await house.voices.clone([upload(4)])
    await house.voices.save(clone, Draft(voice_id))
    return clone


async def height(house: House, wanted: str | None) -> float:
    found = await house.timbres.find(HOUSE, wanted)
    return float(found.arrays["speaker_embedding"][1])


async def test_no_name_means_the_engines_own_voice_unless_told() -> None:
    house = House()
    assert await height(house, None) == 1.0
    house.timbres.use_by_default("Ana Florence")
    assert await height(house, None) == 2.0


async def test_the_default_voice_is_the_settings_or_the_engines() -> None:
    assert House().timbres.default_name == "fake"
    assert House(default_voice="ana").timbres.default_name == "ana"


async def test_a_model_without_speakers_asks_for_a_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    speechless = replace(house.engine.card, speakers={}, default_speaker="")
    monkeypatch.setattr(type(house.engine), "card", property(lambda _: speechless))
    with pytest.raises(InputError, match="no speakers of its own"):
        await house.timbres.find(HOUSE, None)


async def test_an_unknown_voice_is_refused_or_spoken_by_the_default() -> None:
    with pytest.raises(VoiceUnknownError):
        await House().timbres.find(HOUSE, "nobody")
    lenient = House(refuse_unknown=False, default_voice="Ana Florence")
    assert await height(lenient, "nobody") == 2.0
    assert await height(lenient, "../etc/passwd") == 2.0


@pytest.mark.parametrize("named", ["default", "Default"])
async def test_who_must_name_a_voice_and_means_none_says_default(named: str) -> None:
    assert await height(House(default_voice="Ana Florence"), named) == 2.0


async def test_a_default_voice_that_is_gone_is_told() -> None:
    with pytest.raises(VoiceUnknownError):
        await House(refuse_unknown=False, default_voice="gone").timbres.find(HOUSE, "nobody")


async def test_a_voice_used_lately_is_not_asked_for_again_until_it_is_old() -> None:
    house = House()
    await saved(house, "ana")
    for _ in range(3):
        await house.timbres.find(HOUSE, "ana")
    house.clock.turn(3601)
    await house.timbres.find(HOUSE, "ana")
    asked = [event.hit for event in house.bus.heard if isinstance(event, CacheAsked)]
    assert asked == [False, True, True, False]


async def test_a_deleted_voice_is_forgotten_at_once() -> None:
    house = House()
    await saved(house, "ana")
    await house.timbres.find(HOUSE, "ana")
    await house.voices.delete(HOUSE, "ana")
    with pytest.raises(VoiceUnknownError):
        await house.timbres.find(HOUSE, "ana")


async def test_a_clip_of_another_engines_days_is_learnt_once() -> None:
    house = House()
    clone = await house.voices.clone([upload(4)])
    elsewhere = Clone((Timbre("other/1", clone.timbres[0].arrays),), clone.clips)
    await house.voices.save(elsewhere, Draft("old"))
    first = await house.timbres.find(HOUSE, "old")
    house.timbres.recent.clear()
    again = await house.timbres.find(HOUSE, "old")
    assert first.fingerprint == again.fingerprint == "fake/1"
    assert len(house.engine.conditioned) == 2


async def test_latents_of_another_engine_without_a_clip_say_what_to_do() -> None:
    house = House()
    await house.voices.save(Clone((Timbre("other/1", timbre().arrays),)), Draft("old"))
    with pytest.raises(VoiceClipsMissingError, match="clone it again"):
        await house.timbres.find(HOUSE, "old")


async def test_a_damaged_timbre_is_made_again_from_the_clip() -> None:
    house = House()
    await saved(house, "ana")
    house.store.damage("ana", "timbre")
    assert (await house.timbres.find(HOUSE, "ana")).fingerprint == "fake/1"
    assert len(house.engine.conditioned) == 2


async def test_a_speaker_is_known_by_its_name_and_by_its_id_whatever_the_case() -> None:
    house = House()
    for called in ("Ana Florence", "ana florence", "Ana-Florence", "ANA-FLORENCE"):
        assert await height(house, called) == 2.0


async def test_a_well_known_name_is_spoken_by_the_first_speaker_of_its_row_that_is_there() -> None:
    house = House(refuse_unknown=True)
    assert await height(house, "coral") == 2.0
    assert await height(house, "EXAVITQu4vr4xnSDxMaL") == 2.0


async def test_a_well_known_name_whose_speakers_are_missing_is_spoken_by_the_default() -> None:
    assert await height(House(default_voice="Ana Florence"), "onyx") == 2.0


async def test_a_saved_voice_comes_before_the_well_known_name_that_is_its_id() -> None:
    house = House()
    await saved(house, "coral")
    found = await house.timbres.find(HOUSE, "coral")
    assert found.sha256 == (await house.store.every(HOUSE, "coral"))[0].sha256
    assert found.sha256 != (await house.timbres.find(HOUSE, "Ana Florence")).sha256
    await house.voices.delete(HOUSE, "coral")
    assert await height(house, "coral") == 2.0


async def test_an_operators_voice_comes_before_the_row() -> None:
    house = House(names=KnownNames([("coral", "ruth"), ("teller", "Ana Florence")]))
    assert await height(house, "coral") == 2.0
    await saved(house, "ruth")
    kept = (await house.store.every(HOUSE, "ruth"))[0].sha256
    assert (await house.timbres.find(HOUSE, "coral")).sha256 == kept
    assert await height(house, "Teller") == 2.0


async def test_a_speakers_own_name_comes_before_what_is_set_for_it() -> None:
    house = House(names=KnownNames([("Ana Florence", "Claribel Dervla")]))
    assert await height(house, "ana florence") == 2.0


async def test_the_names_are_told_with_whoever_speaks_for_them() -> None:
    house = House(names=KnownNames([("ash", "ruth"), ("teller", "gone"), ("Ana Florence", "x")]))
    await saved(house, "ruth")
    named = await house.timbres.stand_ins(HOUSE, "openai", "settings")
    told = {each.name: each.voice for each in named}
    default = house.engine.card.default_speaker
    assert (told["coral"], told["ash"], told["teller"]) == ("Ana Florence", "ruth", default)
    assert len(told) == 14
    rachel = [
        each for each in await house.timbres.stand_ins(HOUSE, "elevenlabs") if each.name == "Rachel"
    ]
    assert [(each.id, each.voice) for each in rachel] == [("21m00Tcm4TlvDq8ikWAM", default)]
    for each in named:
        spoken = await house.timbres.find(HOUSE, each.id)
        assert spoken.sha256 == (await house.timbres.find(HOUSE, each.voice)).sha256
