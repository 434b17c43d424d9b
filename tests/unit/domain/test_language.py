"""Tags as callers write them, and what is spoken for them."""

import pytest

from domain.errors import LanguageUnknownError
from domain.language import canonical, spoken

KNOWN = ("en", "en-gb", "pt", "zh-cn")


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("en_GB", "en-gb"),
        ("en-US", "en"),
        ("pt-BR", "pt"),
        ("zh", "zh-cn"),
        ("zh-TW", "zh-cn"),
    ],
)
def test_a_tag_is_spoken_as_the_nearest_that_is_known(tag: str, language: str) -> None:
    assert spoken(tag, KNOWN) == language


@pytest.mark.parametrize("tag", ["klingon", "", "-", "e", "us-en", "xx-en"])
def test_what_nobody_speaks_is_refused_with_a_list(tag: str) -> None:
    with pytest.raises(LanguageUnknownError, match="en-gb"):
        spoken(tag, KNOWN)


def test_one_spelling_for_a_tag() -> None:
    assert canonical(" ZH_cn ") == "zh-cn"
