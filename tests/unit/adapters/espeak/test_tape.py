import numpy as np

from adapters.espeak.library import Pcm16
from adapters.espeak.native import CLAUSE_END, PHONEME, WORD, Mark
from adapters.espeak.spelling import Spelling
from adapters.espeak.tape import Tape
from domain.ports import Word


def tape(text: str) -> Tape:
    return Tape(Spelling(text, text, [(i, i + 1) for i in range(len(text))]))


def tone(length: int, level: int = 1000) -> Pcm16:
    return np.full(length, level, np.int16)


def test_sound_waits_until_the_end_of_its_word_is_known() -> None:
    line = tape("one two")
    line.write(tone(500), [Mark(WORD, 1, 3, 0)])
    assert line.take() is None
    line.write(tone(500), [Mark(WORD, 5, 3, 700)])
    chunk = line.take()
    assert chunk is not None
    assert (len(chunk.samples), chunk.words, chunk.last) == (700, (Word(0, 3, 0, 700),), False)
    line.finish()
    chunk = line.take()
    assert chunk is not None
    assert (len(chunk.samples), chunk.words, chunk.last) == (300, (Word(4, 7, 700, 1000),), True)
    assert line.take() is None


def test_samples_are_scaled_to_one() -> None:
    line = tape("one")
    line.write(np.array([-32768, 16384], np.int16), [Mark(WORD, 1, 3, 0)])
    line.finish()
    chunk = line.take()
    assert chunk is not None
    assert chunk.samples.tolist() == [-1.0, 0.5]


def test_silence_at_both_ends_is_cut_to_ten_milliseconds() -> None:
    line = tape("one two")
    line.write(tone(5000, 0), [Mark(WORD, 1, 3, 0)])
    line.write(tone(1000), [Mark(WORD, 5, 3, 5500)])
    line.write(tone(9000, 0), [Mark(CLAUSE_END, 7, 0, 15_000)])
    line.finish()
    chunk = line.take()
    assert chunk is not None
    assert len(chunk.samples) == 220 + 1000 + 220
    assert chunk.words == (Word(0, 3, 0, 720), Word(4, 7, 720, 1220))


def test_a_word_ends_where_its_sound_does_and_not_after_the_pause() -> None:
    line = tape("one, two")
    line.write(tone(600), [Mark(WORD, 1, 3, 0)])
    line.write(tone(400, 0), [Mark(CLAUSE_END, 5, 0, 1000), Mark(WORD, 6, 3, 1000)])
    line.write(tone(100), [])
    line.finish()
    chunk = line.take()
    assert chunk is not None
    assert chunk.words == (Word(0, 3, 0, 600), Word(5, 8, 1000, 1100))


def test_marks_within_one_number_make_one_word() -> None:
    line = tape("1234 dogs")
    marks = [Mark(WORD, 1, 4, 0), Mark(WORD, 2, 4, 300), Mark(WORD, 2, 4, 600)]
    line.write(tone(1000), [*marks, Mark(WORD, 6, 4, 800)])
    line.finish()
    chunk = line.take()
    assert chunk is not None
    assert chunk.words == (Word(0, 4, 0, 800), Word(5, 9, 800, 1000))


def test_a_first_word_without_a_mark_is_not_lost() -> None:
    line = tape("the dog")
    line.write(tone(1000), [Mark(WORD, 5, 3, 400)])
    line.finish()
    chunk = line.take()
    assert chunk is not None
    assert chunk.words == (Word(0, 3, 0, 400), Word(4, 7, 400, 1000))


def test_a_mark_outside_the_text_is_ignored() -> None:
    line = tape("one")
    line.write(tone(100), [Mark(WORD, 1, 3, 0), Mark(WORD, 99, 1, 50), Mark(WORD, 0, 1, 60)])
    line.finish()
    chunk = line.take()
    assert chunk is not None
    assert chunk.words == (Word(0, 3, 0, 100),)


def test_a_mark_where_the_last_phoneme_of_the_word_before_begins_waits_for_the_next_one() -> None:
    line = tape("am out")
    line.write(tone(300), [Mark(WORD, 1, 2, 0), Mark(PHONEME, 1, 0, 0), Mark(PHONEME, 1, 0, 200)])
    line.write(tone(700), [Mark(WORD, 4, 3, 200), Mark(PHONEME, 4, 0, 320)])
    line.finish()
    chunk = line.take()
    assert chunk is not None
    assert chunk.words == (Word(0, 2, 0, 320), Word(3, 6, 320, 1000))


def test_a_mark_that_waits_for_a_phoneme_in_vain_is_not_lost() -> None:
    line = tape("am out")
    line.write(tone(300), [Mark(WORD, 1, 2, 0), Mark(PHONEME, 1, 0, 0), Mark(PHONEME, 1, 0, 200)])
    line.write(tone(700), [Mark(WORD, 4, 3, 200), Mark(CLAUSE_END, 6, 0, 600)])
    line.finish()
    chunk = line.take()
    assert chunk is not None
    assert [(word.char, word.char_end) for word in chunk.words] == [(0, 2), (3, 6)]


def test_a_mark_between_two_phonemes_is_believed() -> None:
    line = tape("tell him")
    line.write(tone(300), [Mark(WORD, 1, 4, 0), Mark(PHONEME, 1, 0, 200)])
    line.write(tone(700), [Mark(WORD, 6, 3, 300), Mark(PHONEME, 6, 0, 320)])
    line.finish()
    chunk = line.take()
    assert chunk is not None
    assert chunk.words == (Word(0, 4, 0, 300), Word(5, 8, 300, 1000))
