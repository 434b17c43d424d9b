"""A certificate and its key: both or neither, and a pair."""

from pathlib import Path

import pytest

from entrypoints.settings import Settings, SettingsError, load
from entrypoints.tls_fields import prove_pair
from tests.integration.certificates import certified


def test_neither_is_plain_and_both_are_tls() -> None:
    assert not Settings().tls
    assert Settings(tls_cert=Path("a.pem"), tls_key=Path("a.key")).tls


@pytest.mark.parametrize("alone", ["tls_cert", "tls_key"])
def test_one_without_the_other_stops_the_start(alone: str) -> None:
    with pytest.raises(SettingsError, match=r"tls_key .* goes with tls_cert: set both"):
        load({alone: "some.pem"})


def test_a_pair_is_proven(tmp_path: Path) -> None:
    pair = certified(tmp_path)
    prove_pair(pair.cert, pair.key)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    pair = certified(tmp_path)
    for cert, key in ((tmp_path / "none", pair.key), (pair.cert, tmp_path / "none")):
        with pytest.raises(ValueError, match=r"none cannot be read \(No such file or directory\)"):
            prove_pair(cert, key)
    with pytest.raises(ValueError, match=r"cannot be read \(Is a directory\)"):
        prove_pair(tmp_path, pair.key)


def test_what_is_no_pair_is_told_with_the_reason(tmp_path: Path) -> None:
    one, other = certified(tmp_path), certified(tmp_path, name="other")
    with pytest.raises(ValueError, match="key values mismatch"):
        prove_pair(one.cert, other.key)
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    with pytest.raises(ValueError, match="no certificate and its key"):
        prove_pair(empty, one.key)


def test_a_key_with_a_passphrase_is_refused_and_asks_nobody(tmp_path: Path) -> None:
    locked = certified(tmp_path, "-passout", "pass:sesame")
    with pytest.raises(ValueError, match="without a passphrase"):
        prove_pair(locked.cert, locked.key)
