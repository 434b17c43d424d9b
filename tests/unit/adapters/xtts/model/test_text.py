import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.xtts.files import ModelFiles
from adapters.xtts.model.text import Text, trimmed
from adapters.xtts.model.torchaudio_cpu import mend
from domain.errors import InputError
from domain.language import XTTS_LANGUAGES

mend()

from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer  # noqa: E402 - torchaudio is mended first

ORDINARY = {
    "en": "Dr. Smith paid $20 for 3 apples; that's 15% more than in 1999.",
    "es": "El 1er tren sale a las 12:30 y cuesta 20,15€.",
    "fr": "L'été dernier, 2 amis ont payé 12,5€ & sont partis !",
    "de": "Am 3. Mai waren es 1.250 Gäste, 14% mehr als früher.",
    "it": "C'erano 50 soldati e un po' di vento.",
    "pt": "Custará R$ 20,15 e são 2 horas.",
    "pl": "To będzie kosztować 20€ panie.",
    "tr": "İstanbul'da %14 dolu, 1.000 kişi var.",
    "ru": "Д-р Смирнов ждёт 25 минут; это 10%.",
    "nl": "Mevr. de Vries heeft 14% van de 2de taart.",
    "cs": "Mám 14% baterie a 3 jablka.",
    "ar": "لدي 14% في البطارية",
    "zh-cn": "我的电量为 14%,今天是2024年。",
    "hu": "Az akkumulátorom töltöttsége 14%.",
    "ko": "배터리 잔량이 14%입니다.",
    "ja": "今日は2024年5月3日です。",
    "hi": "मेरे पास बैटरी है।",
}
ODD = (
    *("1" + "0" * 300, "9" * 1_999, "9." * 900, "1.2.3", "0.1.2,3", "$1.2.3", "5$", "$,,5", "..5$"),
    *(
        "1" * 30,
        "1" * 400 + ".5",
        "1" * 40 + "st",
        "1" * 40 + "번째",
        "3e 4. 5º",
        "1e400",
        "-5",
        "½²",
    ),
    *(
        "😀",
        "👩‍👩‍👧",
        "\u0301",
        "\u0301\u0302a",
        "\0",
        "a\0b",
        "1\0.5",
        "\u200b",
        "\ufeff",
        "\ud800",
    ),
    *("٣٤", "১২", "１２３", "½①", "ﷺ", "한글 日本語 русский العربية", "[STOP]", "[de] ja [SPACE]"),
    *(
        "\ufeff",
        "€",
        "₿5",
        "¡",
        "5¢",
        "%%%",
        "&",
        "\n\t\r",
        "",
        " ",
        "...",
        "”",
        "«»",
        "a" * 1_999,
        "ab " * 600,
    ),
)


@pytest.fixture(scope="session")
def vocabulary(files: ModelFiles) -> Path:
    return files.vocabulary


@pytest.fixture(scope="session")
def tokenizer(vocabulary: Path) -> VoiceBpeTokenizer:
    return VoiceBpeTokenizer(vocab_file=str(vocabulary))


@pytest.fixture(scope="session")
def text(tokenizer: VoiceBpeTokenizer) -> Text:
    return Text(tokenizer)


def read(text: Text, line: str, language: str) -> list[int] | str:
    """The ids, or the sentence that says why there are none; anything else is a defect."""
    try:
        return text.ids(line, language)
    except InputError as error:
        return str(error)


def check(ids: list[int] | str) -> None:
    if isinstance(ids, str):
        assert ids.endswith((".", "words."))
        assert len(ids.splitlines()) == 1
        assert len(ids) < 250
    else:
        assert 2 <= len(ids) <= 400


def test_every_language_works_out_of_the_box(text: Text) -> None:
    assert text.languages == XTTS_LANGUAGES


@pytest.mark.parametrize("language", XTTS_LANGUAGES)
def test_an_ordinary_sentence_is_read_as_coqui_reads_it(
    text: Text, tokenizer: VoiceBpeTokenizer, language: str
) -> None:
    said = ORDINARY[language]
    expected = tokenizer.encode(said.strip().lower(), lang=language.split("-", maxsplit=1)[0])
    assert text.ids(f" {said}\n", language) == expected
    assert expected[0] == tokenizer.tokenizer.token_to_id(f"[{language}]")


@pytest.mark.parametrize("language", XTTS_LANGUAGES)
@pytest.mark.parametrize(
    "line", ["I am 25.", "5. May", "1.5", "1,000,000", "14%", "20€", "$3.99", "12:30", "007", "5th"]
)
def test_usual_numbers_are_read_in_every_language(text: Text, language: str, line: str) -> None:
    assert isinstance(read(text, line, language), list)


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ('He asked "why?"', 'He asked "why?'),
        ("“Stop!” ", "“Stop!"),
        ("»Halt.«", "»Halt."),
        ("« Arrête ! »", "« Arrête !"),
        ("Vraiment ?!", "Vraiment ?"),
        ("„Nein“", "„Nein"),
        ("「はい。」", "「はい。"),
        ("Really?!?!", "Really?"),
        ("No!!!", "No!"),
        ("Well...", "Well."),
        ("Well…", "Well…"),
        ("and so,”", "and so,"),
        ("(see above).", "(see above."),
        ("whose? ' ", "whose?"),
        ("‘the dogs’", "‘the dogs"),
        ("क्या?।", "क्या?"),
        ("نعم؟؟", "نعم؟"),
        ("don't", "don't"),
        ("rock 'n' roll", "rock 'n' roll"),
        ("U.S.A.", "U.S.A."),
        ("100%", "100%"),
        ("C#", "C#"),
    ],
)
def test_what_makes_it_babble_is_taken_off_the_end(line: str, rest: str) -> None:
    assert trimmed(line) == rest


def test_what_was_trimmed_is_what_is_read(text: Text) -> None:
    assert text.ids("Really?!?”", "en") == text.ids("Really?", "en")
    assert text.ids("Really?", "en") != text.ids("Really", "en")


@pytest.mark.parametrize("line", ["", " ", "”", "«»", '"', "...", "?!", "(”)", "\n"])
def test_nothing_is_read_as_an_empty_text(text: Text, line: str) -> None:
    assert trimmed(line).strip()
    for language in XTTS_LANGUAGES:
        assert len(text.ids(line, language)) >= 2


@given(st.text(st.sampled_from("ab 1'’\"”»«.?!…,)]。？"), max_size=12))
def test_trimming_twice_is_trimming_once_and_loses_no_word(line: str) -> None:
    once = trimmed(line)
    assert trimmed(once) == once
    assert [c for c in once if c.isalnum()] == [c for c in line if c.isalnum()]


@pytest.mark.parametrize(
    ("line", "spelt"),
    [
        ("5 साल", "पाँच साल"),
        ("007", "शून्य शून्य सात"),
        ("2024 में", "दो हज़ार चौबीस में"),
        ("1,00,000.25", "एक लाख दशमलव दो पाँच"),
        ("12345678", "एक करोड़ तेईस लाख पैंतालीस हज़ार छह सौ अठहत्तर"),
        ("1234567890123", "एक दो तीन चार पाँच छह सात आठ नौ शून्य एक दो तीन"),
        ("1.2.3", "एक दशमलव दो.तीन"),
    ],
)
def test_hindi_has_numbers(text: Text, line: str, spelt: str) -> None:
    assert text.ids(line, "hi") == text.ids(spelt, "hi")


def test_a_czech_sentence_may_end_in_a_number_and_hold_a_date(
    text: Text, tokenizer: VoiceBpeTokenizer
) -> None:
    assert text.ids("Je mi 25.", "cs") == tokenizer.encode("je mi dvacet pět .", lang="cs")
    assert text.ids("Dne 5. května", "cs") == tokenizer.encode("dne pět května", lang="cs")


@pytest.mark.parametrize("language", XTTS_LANGUAGES)
@pytest.mark.timeout(10)
def test_odd_lines_make_ids_or_one_sentence(text: Text, language: str) -> None:
    for line in ODD:
        check(read(text, line, language))


SCRIPTS = st.characters(codec=None)
PIECES = st.sampled_from(
    [*"0123456789.,-%$€£°&@#'\"[]:/", *ORDINARY.values(), *(odd for odd in ODD if len(odd) < 60)]
)


@given(st.sampled_from(XTTS_LANGUAGES), st.lists(PIECES | SCRIPTS, max_size=12).map("".join))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_anything_makes_ids_or_one_sentence(text: Text, language: str, line: str) -> None:
    check(read(text, line, language))


def test_the_word_that_cannot_be_read_is_named(text: Text) -> None:
    number = "1" * 30
    with pytest.raises(InputError, match=rf"'{number}' in the language 'es'") as failed:
        text.ids(f"Son {number} personas.", "es")
    assert "Son" not in str(failed.value)
    assert failed.value.__cause__ is not None


def test_a_line_of_more_tokens_than_the_model_has_places_is_refused(text: Text) -> None:
    assert len(text.ids("å " * 199 + "å", "en")) <= 400
    with pytest.raises(InputError, match=r"^A line of 4\d\d tokens is longer"):
        text.ids("å " * 210, "en")
    with pytest.raises(InputError, match=r"^A line of 2,001 characters is longer"):
        text.ids("a" * 2_001, "en")


@pytest.mark.timeout(3)
def test_thousands_of_digits_cost_no_time(text: Text) -> None:
    with pytest.raises(InputError, match="cannot read '9999"):
        text.ids("9" * 1_999, "en")


def test_limits_are_coquis_under_our_tags(text: Text, tokenizer: VoiceBpeTokenizer) -> None:
    assert set(text.longest_text) == set(XTTS_LANGUAGES)
    assert text.longest_text["zh-cn"] == tokenizer.char_limits["zh"]
    assert text.longest_text["en"] == 250


@pytest.mark.parametrize(
    ("package", "language"),
    [("pypinyin", "zh-cn"), ("cutlet", "ja"), ("fugashi", "ja"), ("unidic_lite", "ja")],
)
def test_without_its_package_a_language_is_not_offered(
    vocabulary: Path, monkeypatch: pytest.MonkeyPatch, package: str, language: str
) -> None:
    for loaded in [name for name in sys.modules if name.split(".")[0] in {"cutlet", "fugashi"}]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, package, None)
    spoken = Text(VoiceBpeTokenizer(vocab_file=str(vocabulary))).languages
    assert spoken == tuple(tag for tag in XTTS_LANGUAGES if tag != language)


def test_languages_are_those_the_checkpoint_was_trained_in(tokenizer: VoiceBpeTokenizer) -> None:
    assert Text(tokenizer, ["ja", "zh", "vi", "EN"]).languages == ("en", "zh-cn", "ja")


def test_a_language_without_a_token_is_not_offered(vocabulary: Path, tmp_path: Path) -> None:
    lacking = tmp_path / "vocab.json"
    lacking.write_text(vocabulary.read_text("utf-8").replace("[hi]", "[xx]"), "utf-8")
    spoken = Text(VoiceBpeTokenizer(vocab_file=str(lacking))).languages
    assert spoken == tuple(tag for tag in XTTS_LANGUAGES if tag != "hi")
