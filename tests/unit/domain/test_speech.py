import math
from dataclasses import asdict, replace

import pytest

from domain.errors import LanguageUnknownError, SettingOutOfRangeError, TextTooLongError
from domain.language import XTTS_LANGUAGES, canonical, spoken
from domain.speech import RANGES, SpeechSettings


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        *(("speed", 0.1), ("speed", 5.0), ("temperature", 0.0), ("top_k", 0), ("top_p", 1.5)),
        *(("seed", -1), ("seed", 2**63), ("stream_chunk_size", 0), ("stream_chunk_size", 1001)),
    ],
)
def test_a_setting_out_of_range_names_itself_and_the_range(setting: str, value: float) -> None:
    with pytest.raises(SettingOutOfRangeError, match=f"{setting} is .* between"):
        SpeechSettings(**{setting: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [10**400, -(10**400)], ids=["more", "less"])
def test_a_number_longer_than_a_float_is_out_of_range(value: int) -> None:
    with pytest.raises(SettingOutOfRangeError, match=r"seed is -?inf; it must lie between"):
        SpeechSettings(seed=value)


@pytest.mark.parametrize("setting", RANGES)
def test_both_ends_of_a_range_belong_to_it(setting: str) -> None:
    for end in RANGES[setting]:
        assert getattr(SpeechSettings(**{setting: end}), setting) == end  # type: ignore[arg-type]


def test_a_setting_left_out_is_left_to_the_engine() -> None:
    plain = asdict(SpeechSettings())
    assert plain.pop("speed") == 1.0
    assert set(plain) == RANGES.keys() - {"speed"}
    assert set(plain.values()) == {None}


@pytest.mark.parametrize("unheard", ["length_penalty", "stream_chunk_size"])
def test_what_does_not_change_the_sound_is_not_heard(unheard: str) -> None:
    settings = SpeechSettings(speed=1.5, top_k=3)
    assert replace(settings, **{unheard: 2}).heard() == settings.heard()


@pytest.mark.parametrize("heard", sorted(RANGES.keys() - {"length_penalty", "stream_chunk_size"}))
def test_what_changes_the_sound_is_heard(heard: str) -> None:
    low, high = (SpeechSettings(**{heard: end}).heard() for end in RANGES[heard])  # type: ignore[arg-type]
    assert SpeechSettings().heard() not in (low, high)
    assert low != high


def test_without_a_seed_kept_lines_are_found_as_ever() -> None:
    assert SpeechSettings(top_k=3).heard() == {
        "speed": 1.0,
        "temperature": None,
        "top_k": 3,
        "top_p": None,
        "repetition_penalty": None,
        "length_penalty": None,
    }


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
