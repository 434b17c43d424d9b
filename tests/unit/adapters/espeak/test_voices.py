from collections.abc import Mapping
from pathlib import Path

from adapters.espeak.languages import ListedVoice, installed_voices, language_table
from adapters.espeak.variants import Variant, read_variants
from domain.language import XTTS_LANGUAGES


def test_the_languages_of_xtts_come_first_and_the_rest_by_name(voices: Mapping[str, str]) -> None:
    tags = list(voices)
    assert tuple(tags[:17]) == XTTS_LANGUAGES
    assert tags[17:] == sorted(tags[17:])
    assert voices["zh-cn"] == "sit/cmn"
    assert voices["en"] == "gmw/en"
    assert voices["en-us"] == "gmw/en-US"
    assert voices["yue"] == "sit/yue"


def test_languages_whose_dictionary_is_not_installed_are_left_out(
    voices: Mapping[str, str],
) -> None:
    assert not {"fo", "kaa", "xex"} & set(voices)


def test_the_voice_that_ranks_a_tag_best_has_it() -> None:
    listed = [
        ListedVoice("a/second", ((5, "en"),)),
        ListedVoice("a/first", ((2, "en"), (2, "EN_gb"))),
        ListedVoice("a/first-longer", ((2, "en"),)),
    ]
    assert language_table(listed) == {"en": "a/first", "en-gb": "a/first"}


def test_a_voice_is_its_file_and_the_tags_and_ranks_in_it(tmp_path: Path) -> None:
    (tmp_path / "lang" / "aa").mkdir(parents=True)
    (tmp_path / "lang" / "aa" / "one").write_text("name One\nlanguage on-x 2\nlanguage un\n")
    (tmp_path / "lang" / "two").write_text("language tw\ndictionary on\n")
    (tmp_path / "lang" / "mute").write_text("language mu\n")
    (tmp_path / "on_dict").touch()
    assert list(installed_voices(tmp_path)) == [
        ListedVoice("aa/one", ((2, "on-x"), (5, "un"))),
        ListedVoice("two", ((5, "tw"),)),
    ]


def test_speakers_are_espeak_itself_and_variants_by_name(installed: Path) -> None:
    names = [variant.name for variant in read_variants(installed / "voices" / "!v")]
    assert names[0] == "espeak"
    assert names[1:] == sorted(names[1:])
    assert {"Annie", "f3", "m3"} <= set(names)
    assert not {"whisper", "whisperf", "klatt", "caleb", "UniRobot", "fast"} & set(names)


def test_a_variant_keeps_its_shape_and_loses_what_outlasts_a_line(tmp_path: Path) -> None:
    (tmp_path / "sue").write_text(
        "language variant\nname Sue\npitch 109 209 // high\nformant 1 105 80 150\n"
        "flutter 5\necho 130 15\nroughness 4\nfast_test2 15\n",
    )
    (tmp_path / "buzz").write_text("language variant\nklatt 2\nformant 1 100\n")
    (tmp_path / "hush").write_text("language variant\nvoicing 17\nformant 1 100\n")
    (tmp_path / "fast").write_text("language variant\nname fast\n")
    own, sue = read_variants(tmp_path)
    assert own == Variant("espeak")
    assert sue == Variant("sue", 109, 209, ("formant 1 105 80 150",))
    assert sue.register(-1).splitlines() == [
        *("language variant", "pitch 59 109", "formant 1 105 80 150", "flutter 0", "roughness 8")
    ]
