"""What every store of voices promises, whatever it is made of."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from adapters.sql.database import Database
from adapters.sql.migrate import migrate
from adapters.sql.voices import SqlVoices
from domain.errors import VoiceDamagedError, VoiceExistsError, VoiceUnknownError
from domain.voice import Clip, Timbre, Voice
from tests.databases import apart, fresh_postgres, sqlite_url
from tests.fakes.voices import FakeVoices

NOW = datetime(2026, 5, 17, 12, 30, 15, 123456, tzinfo=UTC)


@dataclass(frozen=True)
class Kept:
    voices: FakeVoices | SqlVoices
    damage: Callable[[str], Awaitable[None]]


def voice(voice_id: str = "ana", name: str = "Ana", created_at: datetime = NOW) -> Voice:
    return Voice(voice_id, name, "warm", created_at)


def clip(sound: bytes = b"fLaC-1") -> Clip:
    return Clip(sound, 4.25, 22_050)


def timbre(level: float = 0.5, fingerprint: str = "espeak-1") -> Timbre:
    gpt = np.full((32, 1024), level, dtype=np.float32)
    return Timbre(fingerprint, {"gpt": gpt, "pace": np.array([level, 1.5], dtype=np.float32)})


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    with fresh_postgres() as url:
        apart(migrate(url))
        yield url


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    if request.param == "memory":
        fake = FakeVoices()

        async def damage(voice_id: str) -> None:
            fake.damage(voice_id)

        yield Kept(fake, damage)
        return
    if request.param == "sqlite":
        url = sqlite_url(tmp_path)
        await migrate(url)
    else:
        url = request.getfixturevalue("postgres_url")
    async with Database(url) as database:
        async with database.writing() as connection:
            await connection.execute(text("DELETE FROM voices"))
        yield Kept(SqlVoices(database), lambda voice_id: _damage(database, voice_id))


async def _damage(database: Database, voice_id: str) -> None:
    """Turn one bit of the sound and one of the timbre: sizes stay right, hashes do not."""
    this = "WHERE voice_key = (SELECT key FROM voices WHERE id = :id)"
    async with database.writing() as connection:
        for table, column in (("clips", "flac"), ("timbres", "arrays")):
            query = text(f"SELECT {column} FROM {table} {this}")  # noqa: S608
            whole = (await connection.execute(query, {"id": voice_id})).scalar_one()
            bent = whole[:-1] + bytes([whole[-1] ^ 1])
            update = text(f"UPDATE {table} SET {column} = :bent {this}")  # noqa: S608
            await connection.execute(update, {"bent": bent, "id": voice_id})


async def test_a_voice_is_found_as_it_was_added(kept: Kept) -> None:
    await kept.voices.add(voice(), [clip()], [timbre()])
    assert await kept.voices.find("ana") == voice()


async def test_an_unknown_voice_is_not_found(kept: Kept) -> None:
    await kept.voices.add(voice(), [], [])
    assert await kept.voices.find("bob") is None
    assert await kept.voices.find("ANA") is None
    assert await kept.voices.clips("bob") == ()
    assert await kept.voices.load("bob", "espeak-1") is None


@pytest.mark.parametrize("strange", ["", "a\0b", "\ud800", "ana ", "x" * 10_000, "'; --", "%"])
async def test_a_strange_name_is_an_unknown_voice(kept: Kept, strange: str) -> None:
    await kept.voices.add(voice(), [], [])
    assert await kept.voices.find(strange) is None
    assert await kept.voices.clips(strange) == ()
    assert await kept.voices.load(strange, "espeak-1") is None
    await kept.voices.keep(strange, timbre())
    with pytest.raises(VoiceUnknownError):
        await kept.voices.remove(strange)
    assert await kept.voices.every() == (voice(),)


async def test_an_id_can_be_added_once(kept: Kept) -> None:
    await kept.voices.add(voice(name="first"), [clip()], [])
    with pytest.raises(VoiceExistsError) as caught:
        await kept.voices.add(voice(name="second"), [clip(b"other")], [timbre()])
    assert caught.value.voice_id == "ana"
    assert await kept.voices.find("ana") == voice(name="first")
    assert await kept.voices.clips("ana") == (clip(),)
    assert await kept.voices.load("ana", "espeak-1") is None


async def test_of_two_adders_at_once_one_wins(kept: Kept) -> None:
    adders = [kept.voices.add(voice(name=f"take {n}"), [clip()], [timbre(n)]) for n in range(4)]
    outcomes = await asyncio.gather(*adders, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "NoneType",
        *["VoiceExistsError"] * 3,
    ]
    winner = outcomes.index(None)
    assert await kept.voices.find("ana") == voice(name=f"take {winner}")
    loaded = await kept.voices.load("ana", "espeak-1")
    assert loaded is not None
    assert loaded.sha256 == timbre(winner).sha256


async def test_every_lists_the_oldest_first(kept: Kept) -> None:
    zone = timezone(timedelta(hours=9))
    moments = {
        "late": NOW + timedelta(microseconds=1),
        "early": (NOW - timedelta(days=1)).astimezone(zone),
        "same-b": NOW,
        "same-a": NOW,
    }
    for voice_id, moment in moments.items():
        await kept.voices.add(voice(voice_id, created_at=moment), [], [])
    listed = await kept.voices.every()
    assert [each.id for each in listed] == ["early", "same-b", "same-a", "late"]


async def test_no_voices_is_an_empty_list(kept: Kept) -> None:
    assert await kept.voices.every() == ()


async def test_the_moment_of_creation_is_kept_to_the_microsecond_in_any_zone(kept: Kept) -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    await kept.voices.add(voice(created_at=tokyo), [], [])
    found = await kept.voices.find("ana")
    assert found is not None
    assert found.created_at == NOW
    assert found.created_at.tzinfo is not None


async def test_names_may_be_in_any_script(kept: Kept) -> None:
    name = "Zoë 美咲 🎙️ е́ \u202e quote ' \" \\ %s :id"
    spoken = Voice("zoe", name, "line\nline\ttab", NOW)
    await kept.voices.add(spoken, [], [])
    assert await kept.voices.find("zoe") == spoken


async def test_a_removed_voice_leaves_nothing(kept: Kept) -> None:
    await kept.voices.add(voice(), [clip()], [timbre()])
    await kept.voices.add(voice("bob"), [clip()], [timbre()])
    await kept.voices.remove("ana")
    assert await kept.voices.find("ana") is None
    assert await kept.voices.clips("ana") == ()
    assert await kept.voices.load("ana", "espeak-1") is None
    assert await kept.voices.every() == (voice("bob"),)
    assert await kept.voices.clips("bob") == (clip(),)
    assert await kept.voices.load("bob", "espeak-1") is not None


async def test_removing_an_unknown_voice_says_so(kept: Kept) -> None:
    with pytest.raises(VoiceUnknownError) as caught:
        await kept.voices.remove("bob")
    assert caught.value.voice_id == "bob"


async def test_a_removed_id_starts_afresh(kept: Kept) -> None:
    await kept.voices.add(voice(), [clip()], [timbre()])
    await kept.voices.remove("ana")
    await kept.voices.add(voice(name="again"), [], [])
    assert await kept.voices.clips("ana") == ()
    assert await kept.voices.load("ana", "espeak-1") is None


async def test_clips_come_back_in_their_order(kept: Kept) -> None:
    clips = tuple(Clip(bytes([n]) * (n + 1), n + 0.1, 8_000 * (n + 1)) for n in range(12))
    await kept.voices.add(voice(), clips, [])
    assert await kept.voices.clips("ana") == clips


async def test_a_clip_of_two_megabytes_comes_back_whole(kept: Kept) -> None:
    sound = np.random.default_rng(7).bytes(2 * 2**20)
    await kept.voices.add(voice(), [clip(sound)], [])
    assert await kept.voices.clips("ana") == (clip(sound),)


async def test_a_timbre_comes_back_sample_for_sample(kept: Kept) -> None:
    arrays = {
        "gpt_cond_latent": np.random.default_rng(1).standard_normal((1, 32, 1024), np.float32),
        "scalar": np.array(-0.0, dtype=np.float32),
        "none": np.zeros((0, 3), dtype=np.float32),
        "ünïcode": np.array([np.nan, np.inf, 1e-45], dtype=np.float32),
    }
    kept_timbre = Timbre("xtts/é", arrays)
    await kept.voices.add(voice(), [], [kept_timbre])
    loaded = await kept.voices.load("ana", "xtts/é")
    assert loaded is not None
    assert loaded.sha256 == kept_timbre.sha256
    assert loaded.fingerprint == "xtts/é"
    for name, array in arrays.items():
        assert loaded.arrays[name].dtype == np.float32
        np.testing.assert_array_equal(loaded.arrays[name], array)


async def test_each_engine_has_its_own_timbre(kept: Kept) -> None:
    await kept.voices.add(voice(), [], [timbre(0.1, "one"), timbre(0.2, "two")])
    one = await kept.voices.load("ana", "one")
    two = await kept.voices.load("ana", "two")
    assert one is not None
    assert two is not None
    assert (one.sha256, two.sha256) == (timbre(0.1, "one").sha256, timbre(0.2, "two").sha256)
    assert await kept.voices.load("ana", "three") is None


async def test_a_timbre_made_later_is_kept_and_replaced(kept: Kept) -> None:
    await kept.voices.add(voice(), [clip()], [])
    for level in (0.25, 0.75):
        await kept.voices.keep("ana", timbre(level))
        loaded = await kept.voices.load("ana", "espeak-1")
        assert loaded is not None
        assert loaded.sha256 == timbre(level).sha256


async def test_keepers_at_once_leave_one_whole_timbre(kept: Kept) -> None:
    await kept.voices.add(voice(), [], [])
    levels = [n / 8 for n in range(8)]
    await asyncio.gather(*(kept.voices.keep("ana", timbre(level)) for level in levels))
    loaded = await kept.voices.load("ana", "espeak-1")
    assert loaded is not None
    assert loaded.sha256 in {timbre(level).sha256 for level in levels}


async def test_a_timbre_of_a_deleted_voice_is_forgotten_without_a_word(kept: Kept) -> None:
    await kept.voices.add(voice(), [], [])
    await kept.voices.remove("ana")
    await kept.voices.keep("ana", timbre())
    assert await kept.voices.load("ana", "espeak-1") is None


async def test_a_timbre_kept_while_its_voice_is_removed_is_no_error(kept: Kept) -> None:
    for _ in range(10):
        await kept.voices.add(voice(), [], [])
        await asyncio.gather(kept.voices.keep("ana", timbre()), kept.voices.remove("ana"))
        assert await kept.voices.load("ana", "espeak-1") is None


async def test_damage_is_an_error_and_stays_with_its_voice(kept: Kept) -> None:
    await kept.voices.add(voice(), [clip()], [timbre()])
    await kept.voices.add(voice("bob"), [clip()], [timbre()])
    await kept.damage("ana")
    with pytest.raises(VoiceDamagedError) as caught:
        await kept.voices.load("ana", "espeak-1")
    assert caught.value.voice_id == "ana"
    with pytest.raises(VoiceDamagedError):
        await kept.voices.clips("ana")
    assert await kept.voices.load("bob", "espeak-1") is not None
    assert await kept.voices.clips("bob") == (clip(),)
    await kept.voices.remove("ana")
    assert await kept.voices.every() == (voice("bob"),)
