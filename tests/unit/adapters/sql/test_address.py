import pytest

from adapters.sql.address import async_url, is_sqlite, sqlite_file


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlite:////srv/v.db", "sqlite+aiosqlite:////srv/v.db"),
        ("sqlite+aiosqlite:///data/v.db", "sqlite+aiosqlite:///data/v.db"),
        ("postgresql://u:p%40@h:5433/d", "postgresql+asyncpg://u:p%40@h:5433/d"),
        ("postgres://h/d", "postgresql+asyncpg://h/d"),
        ("postgresql+asyncpg://h/d", "postgresql+asyncpg://h/d"),
        ("postgresql://h/d?sslmode=require", "postgresql+asyncpg://h/d?ssl=require"),
        ("postgresql:///d?host=/run/pg", "postgresql+asyncpg:///d?host=%2Frun%2Fpg"),
    ],
)
def test_addresses_get_their_async_driver(written: str, meant: str) -> None:
    assert async_url(written).render_as_string(hide_password=False) == meant


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("mysql://u:secret@h/d", "begins with 'mysql'"),
        ("postgresql+psycopg://u:secret@h/d", "begins with 'postgresql\\+psycopg'"),
        ("voices.db secret", "cannot be read"),
        ("", "cannot be read"),
        ("postgresql://u:secret@h:port/d", "cannot be read"),
        ("postgresql://u:secret@h:99999/d", "ports end at 65535"),
        ("postgresql://u:secret@h/d?foo=1", "unknown parameter 'foo'"),
        ("sqlite:///v.db?mode=ro", "unknown parameter 'mode'"),
        ("sqlite://", "must be a file"),
        ("sqlite:///:memory:", "must be a file"),
        ("sqlite:///file:v.db", "must be a file"),
    ],
)
def test_other_addresses_are_refused_without_showing_the_password(
    written: str, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        async_url(written)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_file_database_knows_its_path() -> None:
    url = async_url("sqlite:////srv/voices/v.db")
    assert is_sqlite(url)
    assert str(sqlite_file(url)) == "/srv/voices/v.db"
    assert not is_sqlite(async_url("postgresql://h/d"))
