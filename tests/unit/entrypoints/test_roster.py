from datetime import UTC, datetime

from typing_extensions import override

from application.voices import Voices
from domain.ports import VoicePage, VoiceSearch
from domain.voice import Voice
from entrypoints.roster import Listed, roster
from tests.fakes.engine import FakeEngine


def voice(number: int) -> Voice:
    return Voice(f"v{number}", f"Voice {number}", "", datetime(2026, 1, 1, tzinfo=UTC), "de")


class PagedVoices(Voices):
    """Two voices a page, whatever is asked for."""

    def __init__(self, voices: list[Voice]) -> None:
        self._all = voices
        self.owners: list[str] = []

    @override
    async def find(self, search: VoiceSearch) -> VoicePage:
        self.owners.append(search.owner)
        begin = int(search.after or 0)
        after = begin + 2 if begin + 2 < len(self._all) else None
        found = tuple(self._all[begin : begin + 2])
        return VoicePage(found, len(self._all), str(after) if after else None)


async def test_every_page_of_saved_voices_comes_before_the_speakers() -> None:
    voices, engine = PagedVoices([voice(number) for number in range(5)]), FakeEngine()
    listed = await roster("me", voices, engine)
    assert listed[:5] == [Listed(f"v{n}", f"Voice {n}", "de") for n in range(5)]
    assert [each.id for each in listed[5:]] == list(engine.card.speakers)
    assert voices.owners == ["me"] * 3
