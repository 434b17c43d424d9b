"""What a search asks of a database, and the word that names the next page."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Select, select
from sqlalchemy.dialects import sqlite

from adapters.sql import search
from adapters.sql.database import Database
from adapters.sql.migrate import migrate
from adapters.sql.tables import voices
from domain.errors import InputError
from domain.ports import VoiceSearch
from tests.databases import sqlite_url

MOMENTS = st.datetimes(timezones=st.just(UTC))
KEYS = st.integers(min_value=1, max_value=2**31 - 1)


@pytest.mark.parametrize(("limit", "size"), [(-1, 1), (0, 1), (7, 7), (1000, 1000), (1001, 1000)])
def test_a_page_has_one_to_a_thousand_voices(limit: int, size: int) -> None:
    assert search.how_many(VoiceSearch("house", limit=limit)) == size


@given(MOMENTS, KEYS)
def test_a_place_is_named_by_one_short_word(moment: datetime, key: int) -> None:
    word = search.mark(moment, key)
    assert len(word) == 16
    assert word.replace("-", "").replace("_", "").isalnum()
    behind = search.follows(VoiceSearch("house", after=word)).compile(dialect=sqlite.dialect())
    assert sorted(behind.params.values(), key=str) == sorted([moment, key], key=str)


@given(st.one_of(st.text(), st.text("ABCabc019-_=", min_size=14, max_size=18)))
def test_any_other_word_is_refused(word: str) -> None:
    try:
        search.follows(VoiceSearch("house", after=word))
    except InputError as error:
        assert str(error).endswith(".")  # noqa: PT017 - some words do name a place


@pytest.mark.parametrize("more", ["!", " ", "\n", "=", "AAAA"])
def test_a_word_with_more_in_it_is_refused(more: str) -> None:
    word = search.mark(datetime(2026, 1, 1, tzinfo=UTC), 1)
    for bent in (word + more, more + word, word[:5] + more + word[5:]):
        with pytest.raises(InputError):
            search.follows(VoiceSearch("house", after=bent))


@given(st.text(), st.text(), st.text())
def test_no_text_is_found_across_two(one: str, two: str, three: str) -> None:
    whole = search.folded(one, two, three)
    assert whole.split("Ж") == [search.folded(one), search.folded(two), search.folded(three)]


@pytest.mark.parametrize(
    ("these", "plan"),
    [
        (VoiceSearch("house"), "INDEX ix_voices_owner_created_at_key (owner=?)"),
        (
            VoiceSearch("house", after=search.mark(datetime(2026, 1, 1, tzinfo=UTC), 1)),
            "INDEX ix_voices_owner_created_at_key (owner=? AND created_at>?)",
        ),
        (
            VoiceSearch("house", labels={"mood": "calm"}),
            "INDEX ix_voice_labels_name_value_voice_key (name=? AND value=?)",
        ),
    ],
)
async def test_a_page_is_read_by_its_index(these: VoiceSearch, plan: str, tmp_path: Path) -> None:
    await migrate(sqlite_url(tmp_path))
    page = select(voices).where(*search.matches(these), search.follows(these))
    page = page.order_by(voices.c.created_at, voices.c.key).limit(101)
    async with Database(sqlite_url(tmp_path)) as database:
        assert plan in await _plan(database, page)


async def _plan(database: Database, statement: Select[tuple[object, ...]]) -> str:
    compiled = statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    async with database.reading() as connection:
        steps = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
        return "\n".join(step[-1] for step in steps)


def test_a_page_far_ahead_is_empty_and_no_error() -> None:
    after = search.mark(datetime.max.replace(tzinfo=UTC) - timedelta(days=1), 2**31 - 1)
    search.follows(VoiceSearch("house", after=after))
