from datetime import UTC, datetime

import pytest

from application.roster import Speaker
from domain.errors import InputError
from domain.loudness import Target
from domain.speech import SpeechRequest
from domain.voice import Voice
from entrypoints.marytts import wire

LANGUAGES = ("en", "de", "zh-cn", "pt-br", "pt")
ROSTER: list[Voice | Speaker] = [
    Voice("mine", "My voice", "", datetime(2026, 1, 1, tzinfo=UTC), "de"),
    Speaker("Ana-Florence", "Ana Florence"),
]


def meant(sent: dict[str, str], target: Target) -> SpeechRequest:
    process = wire.decode_process({"INPUT_TEXT": "Hi", **sent})
    return wire.speech_request(process, LANGUAGES, None, target, "house")


def asked(**sent: str) -> SpeechRequest:
    return meant(sent, Target())


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("en_US", "en"),
        ("de", "de"),
        ("zh_CN", "zh-cn"),
        ("zh", "zh-cn"),
        ("zh_TW", "zh-cn"),
        ("pt_BR", "pt-br"),
        ("pt-PT", "pt"),
        ("tlh_KX", "tlh-kx"),
    ],
)
def test_a_locale_is_the_nearest_language_that_is_spoken(locale: str, language: str) -> None:
    assert asked(LOCALE=locale).language == language


def test_without_a_locale_the_server_chooses() -> None:
    assert asked(LOCALE="").language is None


@pytest.mark.parametrize(
    ("audio", "made", "media_type"),
    [
        ("WAVE_FILE", "wav_24000", "audio/wav"),
        ("WAVE", "wav_24000", "audio/wav"),
        ("au_file", "pcm_24000", "audio/x-au"),
        ("AIFF_FILE", "pcm_24000", "audio/aiff"),
    ],
)
def test_the_kind_of_file_is_chosen(audio: str, made: str, media_type: str) -> None:
    container = wire.decode_process({"INPUT_TEXT": "Hi", "AUDIO": audio}).container
    assert (container.to.name, container.media_type) == (made, media_type)


def test_what_is_said_to_be_ssml_is_and_what_begins_like_it_too() -> None:
    assert not asked(INPUT_TEXT="Hi", INPUT_TYPE="TEXT").is_markup
    assert asked(INPUT_TEXT="<speak>Hi</speak>", INPUT_TYPE="TEXT").is_markup
    assert asked(INPUT_TEXT="Hi", INPUT_TYPE="ssml").is_markup


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"INPUT_TYPE": "RAWMARYXML"}, "TEXT, SSML"),
        ({"OUTPUT_TYPE": "ALLOPHONES"}, "AUDIO"),
        ({"AUDIO": "OGG"}, "WAVE, AU, AIFF"),
        ({"INPUT_TEXT": ""}, "INPUT_TEXT"),
        ({"effect_Volume_selected": "on", "effect_Volume_parameters": "loud"}, "amount:1.0;"),
        ({"effect_Volume_selected": "on", "effect_Volume_parameters": "amount:99"}, "Volume"),
        ({"effect_Rate_selected": "on", "effect_Rate_parameters": "durScale:0"}, "Rate"),
    ],
)
def test_what_is_not_here_is_refused_with_what_is(sent: dict[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        asked(**sent)


def test_a_volume_moves_the_loudness_which_would_level_it_out() -> None:
    half = {"effect_Volume_selected": "on", "effect_Volume_parameters": "amount:0.5;"}
    request = asked(**half)
    assert request.finish.target.lufs == pytest.approx(-16 - 6.0206, abs=0.001)
    assert request.prosody.volume == 1
    as_spoken = meant(half, Target(None))
    assert (as_spoken.prosody.volume, as_spoken.finish.target.lufs) == (0.5, None)


def test_no_volume_is_silence_and_too_little_is_the_least_there_is() -> None:
    assert asked(effect_Volume="amount:0").prosody.volume == 0
    assert asked(effect_Volume="amount:0.001").finish.target.lufs == -40


def test_a_longer_duration_is_a_slower_pace() -> None:
    rate = {"effect_Rate_selected": "on", "effect_Rate_parameters": "durScale:2.0;"}
    assert asked(**rate).settings.speed == 0.5


def test_an_effect_counts_only_where_it_is_on() -> None:
    off = {"effect_Rate_selected": "", "effect_Rate_parameters": "durScale:2.0;"}
    assert asked(**off).settings.speed == 1
    effects = wire.decode_process({"INPUT_TEXT": "Hi", **off, "effect_Robot": "on"}).effects
    assert len(effects.remarks) == 1
    assert "'Robot'" in effects.remarks[0]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("mine", "mine"),
        ("Ana_Florence", "Ana Florence"),
        ("ana florence", "Ana Florence"),
        ("cmu-slt-hsmm", None),
        (None, None),
    ],
)
def test_a_voice_is_found_as_it_is_listed(wanted: str | None, found: str | None) -> None:
    assert wire.voice_named(wanted, ROSTER) == found


def test_lists_are_lines_without_spaces_in_names() -> None:
    assert wire.locales(("en", "zh-cn")) == "en\nzh_CN\n"
    assert wire.voices(ROSTER, "en", "xtts") == (
        "mine de neutral xtts\nAna_Florence en neutral xtts\n"
    )


def test_every_field_is_documented() -> None:
    assert set(wire.ABOUT) == set(wire.ProcessFields.__struct_fields__)
