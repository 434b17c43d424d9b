"""Keys as headers and fields say them."""

import pytest

from entrypoints.keys import bare_key, bearer_key


@pytest.mark.parametrize("header", ["Bearer secret", "bearer  secret ", " TOKEN secret"])
def test_a_key_stands_behind_its_scheme(header: str) -> None:
    assert bearer_key(header) == bare_key(header) == "secret"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  "])
def test_an_empty_header_brings_no_key(header: str | None) -> None:
    assert bearer_key(header) is bare_key(header) is None


def test_a_field_may_leave_the_scheme_out() -> None:
    assert bare_key("secret") == "secret"
    assert bearer_key("secret") is None


def test_a_key_may_hold_a_blank() -> None:
    assert bare_key("my key") == bare_key("Bearer my key") == "my key"


def test_another_scheme_brings_no_key() -> None:
    assert bearer_key("Basic dXNlcjpwYXNz") is None
