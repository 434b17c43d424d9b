"""What every sentence splitter guarantees."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sentences.splitter import SentencexSplitter
from domain.language import XTTS_LANGUAGES
from domain.ports import SentenceSplitter
from tests.fakes.sentences import FullStopSplitter

SPLITTERS = [SentencexSplitter(), FullStopSplitter()]
each_splitter = pytest.mark.parametrize("splitter", SPLITTERS, ids=lambda s: type(s).__name__)


@each_splitter
@given(text=st.text(max_size=200), language=st.sampled_from([*XTTS_LANGUAGES, "xx"]))
def test_the_parts_joined_are_the_text(
    splitter: SentenceSplitter,
    text: str,
    language: str,
) -> None:
    assert "".join(splitter.split(text, language)) == text


@each_splitter
def test_sentences_are_parted(splitter: SentenceSplitter) -> None:
    parts = [part.strip() for part in splitter.split("One is here. Is two? Three!", "en")]
    assert parts == ["One is here.", "Is two?", "Three!"]


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("en", "Dr. Smith paid 3.50 dollars. Then he left.", 2),
        ("de", "Das kostet z. B. 3 Euro. Gut.", 2),
        ("zh-cn", "你好。今天天气很好！我们走吧？", 3),
        ("ja", "こんにちは。元気ですか？", 2),
        ("hi", "नमस्ते। आप कैसे हैं?", 2),
        ("ar", "مرحبا. كيف حالك؟ أنا بخير.", 3),
    ],
)
def test_the_library_knows_abbreviations_and_scripts(language: str, text: str, count: int) -> None:
    assert len(SentencexSplitter().split(text, language)) == count


@pytest.mark.parametrize("piece", ["a", ".", '"', "(", "a. ", "Dr. ", "\n", "？", "A.B"])
def test_a_hostile_text_is_split_within_50_ms(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    began = time.perf_counter()
    SentencexSplitter().split(text, "en")
    assert time.perf_counter() - began < 0.05
