"""What every store of consents guarantees."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.access import HOUSE
from domain.errors import VoiceChangedError, VoiceUnknownError
from domain.voice import Consent
from tests.contracts.conftest import Kept
from tests.contracts.voices import NOW, clip, timbre, voice

AGREED = Consent("Ana Lima", "You may.", NOW + timedelta(hours=2))


async def test_a_consent_is_kept_with_its_voice_and_counted(kept: Kept) -> None:
    seen = await kept.voices.add(voice(labels={"mood": "calm"}), [clip()], [timbre()])
    kept.clock.turn(90)
    agreed = await kept.voices.agree(HOUSE, "ana", AGREED)
    assert agreed == replace(seen, consent=AGREED, version=2, updated_at=kept.clock.now())
    assert await kept.voices.get(HOUSE, "ana") == agreed
    assert await kept.voices.clips(HOUSE, "ana") == (clip(),)


async def test_the_latest_consent_stands(kept: Kept) -> None:
    await kept.voices.add(replace(voice(), consent=AGREED), [], [])
    narrower = Consent("Ana Lima", "For books alone.", NOW + timedelta(days=1))
    agreed = await kept.voices.agree(HOUSE, "ana", narrower)
    assert (agreed.consent, agreed.version) == (narrower, 2)


async def test_a_change_of_what_was_seen_before_the_consent_is_refused(kept: Kept) -> None:
    seen = await kept.voices.add(voice(), [], [])
    await kept.voices.agree(HOUSE, "ana", AGREED)
    with pytest.raises(VoiceChangedError):
        await kept.voices.change(replace(seen, name="late"))


@pytest.mark.parametrize(("owner", "name"), [(HOUSE, "nobody"), ("guest", "ana"), (HOUSE, "../x")])
async def test_nobody_agrees_to_a_voice_that_is_not_theirs(
    kept: Kept, owner: str, name: str
) -> None:
    seen = await kept.voices.add(voice(), [], [])
    with pytest.raises(VoiceUnknownError):
        await kept.voices.agree(owner, name, AGREED)
    assert await kept.voices.get(HOUSE, "ana") == seen
