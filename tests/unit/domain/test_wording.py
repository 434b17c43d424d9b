import pytest

from domain.wording import Wording, worded


def said(text: str, language: str = "en") -> list[str]:
    return [text[word.char : word.char_end] for word in worded(text, language)]


def one(word: str, language: str = "en") -> Wording:
    (only,) = worded(word, language)
    return only


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('He said: "don\'t!" — twice.', ["He", "said", "don't", "twice"]),
        ("a well-known 1,234.5 %", ["a", "well-known", "1,234.5", "%"]),
        ("我爱Python。你呢？", ["我", "爱", "Python", "你", "呢"]),
        ("キャットはー？", ["キャッ", "ト", "はー"]),
        ("안녕하세요 여러분", ["안녕하세요", "여러분"]),
        ("मौसम अच्छा है।", ["मौसम", "अच्छा", "है"]),
        ("…", []),
    ],
)
def test_words_are_what_stands_between_spaces_or_a_character_where_there_are_none(
    text: str, words: list[str]
) -> None:
    assert said(text) == words


def test_a_pause_may_follow_punctuation_alone() -> None:
    assert [word.paused for word in worded("one, two three. 我。", "en")] == [
        True,
        False,
        True,
        True,
    ]


def test_a_longer_word_a_digit_and_a_mark_that_is_spoken_last_longer() -> None:
    assert one("banana").usual_s > one("ban").usual_s
    assert one("7").usual_s > one("a").usual_s
    assert one("5%").usual_s > one("5").usual_s


@pytest.mark.parametrize(
    ("word", "language", "syllables"),
    [
        ("banana", "en", 3),
        ("store", "en", 1),
        ("store", "it", 2),
        ("été", "fr", 2),
        ("brr", "en", 0.5),
    ],
)
def test_syllables_are_groups_of_vowels(word: str, language: str, syllables: float) -> None:
    assert one(word, language).syllables == syllables
