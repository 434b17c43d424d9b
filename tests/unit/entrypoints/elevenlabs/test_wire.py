"""ElevenLabs' bodies and queries, decoded and encoded."""

import json
from datetime import UTC, datetime

import pytest

from application.delivering import Delivered
from application.roster import Kinds, Order, RosterPage, Speaker
from domain.access import HOUSE
from domain.errors import SettingOutOfRangeError
from domain.formats import Codec, format_named
from domain.loudness import Target
from domain.script import TimedWord
from domain.speech import Finish, SpeechRequest
from domain.voice import Clip, Voice
from entrypoints.elevenlabs import wire
from entrypoints.elevenlabs.wire import account, speech, voices
from entrypoints.elevenlabs.wire.queries import WrongParameterError, decoded, flag

ANA = Voice("ana", "Ana", "", datetime(2026, 5, 1, tzinfo=UTC), "pt", {"accent": "soft"})

WAYS = ("on", "off", "auto", None)


def asked(**body: object) -> SpeechRequest:
    decoded = speech.decode_speech(json.dumps(body).encode())
    return speech.speech_request(decoded, "ana", Finish(), None, HOUSE)


def test_text_alone_is_enough() -> None:
    request = asked(text="Hello.")
    assert (request.text, request.voice, request.language) == ("Hello.", "ana", None)
    assert request.settings.speed == 1.0
    assert request.settings.temperature is None


def test_settings_may_be_null_and_unknown_fields_are_passed_over() -> None:
    request = asked(
        text="Hello.",
        voice_settings={"stability": None, "similarity_boost": 0.7, "speed": None, "style": 1},
        previous_text="Before.",
        next_text="After.",
        model_id="whatever",
        seed=None,
    )
    assert request.settings == asked(text="Hello.").settings
    assert asked(text="Hello.", voice_settings=None).settings == request.settings


@pytest.mark.parametrize(("stability", "wanted"), [(0, 1.15), (0.5, 0.75), (1, 0.35)])
def test_stability_is_a_temperature(stability: float, wanted: float) -> None:
    request = asked(text="Hello.", voice_settings={"stability": stability, "speed": 1.2})
    assert request.settings.temperature == pytest.approx(wanted)
    assert request.settings.speed == 1.2


@pytest.mark.parametrize("settings", [{"stability": 1.1}, {"stability": -0.1}, {"speed": 5}])
def test_settings_out_of_range_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(SettingOutOfRangeError):
        asked(text="Hello.", voice_settings=settings)


def test_normalization_puts_figures_into_words_where_it_is_on() -> None:
    told = {each: asked(text="5", apply_text_normalization=each).in_words for each in WAYS}
    assert told == {"on": True, "off": False, "auto": False, None: False}


def test_a_break_in_plain_text_is_a_pause() -> None:
    request = asked(text='Fish & <chips>. <break time="1.5s" /> Good.')
    assert request.text == ('<speak>Fish &amp; &lt;chips&gt;. <break time="1.5s" /> Good.</speak>')
    assert request.is_markup
    assert asked(text="<speak>a<break/></speak>").text == "<speak>a<break/></speak>"
    assert not asked(text="a < b").is_markup


def test_the_format_is_mp3_unless_another_is_named() -> None:
    usual = Target()
    assert speech.finish("", usual, whole=True).to.name == "mp3_44100_128"
    assert speech.finish("ulaw_8000", usual, whole=False).to.codec is Codec.ULAW


def test_sound_with_times_covers_the_text() -> None:
    to = format_named("pcm_24000")
    words = (TimedWord("Hi", 0.0, 0.2), TimedWord("you", 0.3, 0.6))
    made = Delivered(
        "s", to, b"\1\2", "Hi you.", 1.0, None, -3.0, "exact", words, (), (), remembered=False
    )
    answer = speech.timed(made, "Hi  you.", markup=False)
    assert answer["audio_base64"] == "AQI="
    assert answer["alignment"]["characters"] == list("Hi  you.")
    assert answer["normalized_alignment"]["characters"] == list("Hi you.")
    assert answer["alignment"]["character_start_times_seconds"][4] == 0.3
    assert answer["alignment"]["character_end_times_seconds"][-1] == 1.0


@pytest.mark.parametrize(
    ("name", "data_bytes", "seconds"),
    [("pcm_24000", 48_000, 1.0), ("ulaw_8000", 4_000, 0.5), ("mp3_44100_128", 16_000, 1.0)],
)
def test_bytes_are_seconds_where_a_format_is_even(
    name: str, data_bytes: int, seconds: float
) -> None:
    assert speech.seconds_of(data_bytes, format_named(name)) == seconds
    assert speech.seconds_of(data_bytes, format_named("opus_48000_64")) is None


def test_a_search_says_who_is_wanted() -> None:
    query = {
        "search": "an",
        "page_size": "7",
        "next_page_token": "saved.x",
        "sort": "name",
        "sort_direction": "desc",
        "gender": "female",
        "accent": "",
        "language": "pt",
        "whatever": "1",
    }
    search = voices.search("me", query, ["ana"])
    assert (search.order, search.backwards, search.ids) == (Order.NAME, True, ("ana",))
    assert (search.voices.owner, search.voices.text, search.voices.limit) == ("me", "an", 7)
    assert search.voices.labels == {"gender": "female"}
    assert (search.voices.language, search.voices.after) == ("pt", "saved.x")


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ({}, Kinds.ALL),
        ({"category": "premade"}, Kinds.SPEAKERS),
        ({"category": "cloned"}, Kinds.SAVED),
        ({"category": "professional"}, Kinds.NONE),
        ({"voice_type": "default"}, Kinds.SPEAKERS),
        ({"voice_type": "personal", "category": "cloned"}, Kinds.SAVED),
        ({"voice_type": "personal", "category": "premade"}, Kinds.NONE),
        ({"voice_type": "non-community"}, Kinds.ALL),
    ],
)
def test_categories_and_types_choose_between_saved_and_built_in(
    query: dict[str, str], kind: Kinds
) -> None:
    assert voices.search(HOUSE, query, []).kinds is kind


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "size"},
        {"sort_direction": "up"},
        {"category": "odd"},
        {"page_size": "0"},
        {"page_size": "1001"},
        {"page_size": "ten"},
        {"page_size": "9" * 5000},
    ],
)
def test_a_wrong_query_names_its_parameter(query: dict[str, str]) -> None:
    with pytest.raises(WrongParameterError) as refused:
        voices.search(HOUSE, query, [])
    assert refused.value.name in query
    assert refused.value.place == "query"


def test_a_saved_voice_is_cloned_and_a_speaker_is_premade() -> None:
    clip = Clip(b"fLaC", 2.5, 24_000)
    saved = voices.voice(ANA, preview_url="http://x/p", samples=[clip])
    assert (saved["voice_id"], saved["category"], saved["is_owner"]) == ("ana", "cloned", True)
    assert saved["labels"] == {"language": "pt", "accent": "soft"}
    assert saved["samples"][0]["hash"] == clip.sha256
    assert saved["preview_url"] == "http://x/p"
    premade = voices.voice(Speaker("Mr-serious", "Mr serious"))
    assert (premade["voice_id"], premade["name"]) == ("Mr-serious", "Mr serious")
    assert premade["category"] == "premade"


def test_a_page_tells_whether_there_is_more() -> None:
    found = RosterPage((ANA,), 5, "saved.x")
    answer = voices.page(found, [{}])
    assert answer == {
        "voices": [{}],
        "has_more": True,
        "total_count": 5,
        "next_page_token": "saved.x",
    }


def test_models_are_the_engine_and_the_names_clients_send() -> None:
    listed = wire.models("xtts", ["en", "pt"], 500)
    assert listed[0]["model_id"] == "xtts"
    assert "eleven_multilingual_v2" in {each["model_id"] for each in listed}
    assert all(each["can_do_text_to_speech"] for each in listed)
    assert listed[0]["languages"][1] == {"language_id": "pt", "name": "pt"}


def test_a_user_has_a_plan_without_quota() -> None:
    told = account.user("house", 3)
    assert told["subscription"]["voice_slots_used"] == 3
    assert account.subscription(3)["open_invoices"] == []
    assert told["subscription"]["character_count"] < told["subscription"]["character_limit"]


def test_a_field_of_a_form_may_hold_json_or_null() -> None:
    assert decoded("labels", '{"a": "b"}', dict[str, str]) == {"a": "b"}
    assert decoded("labels", "null", dict[str, str]) is None
    assert decoded("labels", None, dict[str, str]) is None
    for wrong in ("{", "[1]", '{"a": 1}'):
        with pytest.raises(WrongParameterError, match="labels"):
            decoded("labels", wrong, dict[str, str])


def test_a_flag_is_set_by_a_yes() -> None:
    assert [flag(each) for each in ("true", "True", "1", "false", "", None)] == [
        *(True, True, True),
        *(False, False, False),
    ]
