import math

import pytest

from domain.errors import LanguageUnknownError, SettingOutOfRangeError, TextTooLongError
from domain.language import XTTS_LANGUAGES, canonical, spoken
from domain.speech import SpeechSettings


@pytest.mark.parametrize(
    ("setting", "value"),
    [("speed", 0.1), ("speed", 5.0), ("temperature", 0.0), ("top_k", 0), ("top_p", 1.5)],
)
def test_a_setting_out_of_range_names_itself_and_the_range(setting: str, value: float) -> None:
    with pytest.raises(SettingOutOfRangeError, match=f"{setting} is .* between"):
        SpeechSettings(**{setting: value})  # type: ignore[arg-type]


def test_what_is_not_a_number_is_out_of_range() -> None:
    with pytest.raises(SettingOutOfRangeError):
        SpeechSettings(speed=math.nan)


@pytest.mark.parametrize(
    ("tag", "one"),
    [("EN", "en"), (" zh ", "zh-cn"), ("zh_CN", "zh-cn"), ("cmn", "zh-cn"), ("pt_BR", "pt-br")],
)
def test_a_tag_has_one_spelling(tag: str, one: str) -> None:
    assert canonical(tag) == one


def test_an_unknown_language_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LanguageUnknownError, match=r"'klingon'.*en, es, fr"):
        spoken("klingon", XTTS_LANGUAGES)
    assert len(XTTS_LANGUAGES) == 17


def test_a_name_of_any_length_makes_a_short_sentence() -> None:
    assert len(str(LanguageUnknownError("x" * 10_000, ["en"]))) < 200
    assert "20,001" in str(TextTooLongError(20_001, 20_000))
