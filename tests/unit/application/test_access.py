import pytest

from application.access import Access
from domain.access import ANYONE
from domain.errors import KeyMissingError, KeyUnknownError


def test_without_keys_anyone_may_speak() -> None:
    assert Access([]).authenticate(None) is ANYONE
    assert Access([]).authenticate("whatever") is ANYONE


@pytest.mark.parametrize("missing", [None, ""])
def test_a_missing_key_is_told(missing: str | None) -> None:
    with pytest.raises(KeyMissingError, match="xi-api-key"):
        Access(["secret"]).authenticate(missing)


def test_a_wrong_key_opens_nothing_and_each_right_one_is_somebody() -> None:
    access = Access(["one", "two"])
    with pytest.raises(KeyUnknownError):
        access.authenticate("onetwo")
    callers = {access.authenticate("one").name, access.authenticate("two").name}
    assert len(callers) == 2
    assert not any("one" in name or "two" in name for name in callers)
