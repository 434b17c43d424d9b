import pytest

from adapters.numbers.wording import Num2WordsWording
from tests.unit.adapters.numbers.spoken import SAID

WORDING = Num2WordsWording()


@pytest.mark.parametrize(("language", "kind", "shape", "written", "said"), SAID)
def test_each_kind_is_said_in_each_language(
    language: str, kind: str, shape: str, written: str, said: str
) -> None:
    assert WORDING.say_as(written, kind, shape, language) == said


def test_a_kind_nobody_knows_has_no_words() -> None:
    assert WORDING.say_as("5", "colour", "", "en") is None
    assert WORDING.say_as("5", "expletive", "", "en") is None


@pytest.mark.parametrize(
    ("kind", "text", "plain"),
    [
        ("date", "30.02.2024", "thirty dot two dot two thousand and twenty-four"),
        ("date", "next week", "next week"),
        ("cardinal", "5 apples", "five apples"),
        ("time", "noon or 12", "noon or twelve"),
        ("currency", "5 beads", "five beads"),
        ("ordinal", "two", "two"),
        ("unit", "5 parsnips", "five parsnips"),
        ("fraction", "half", "half"),
    ],
)
def test_what_does_not_fit_its_kind_is_said_plainly(kind: str, text: str, plain: str) -> None:
    assert WORDING.say_as(text, kind, "", "en") == plain


@pytest.mark.parametrize(
    ("shape", "written"),
    [
        ("mdy", "1/5/2024"),
        ("mdy", "01-05-24"),
        ("dmy", "5.1.2024"),
        ("ymd", "2024/1/5"),
        ("ymd", "20240105"),
        ("dmy", "05012024"),
        ("dd/mm/yyyy", "05/01/2024"),
        ("", "5 January 2024"),
        ("", "Jan 5, 2024"),
        ("", "2024-01-05"),
    ],
)
def test_one_date_is_read_in_many_shapes(shape: str, written: str) -> None:
    assert WORDING.say_as(written, "date", shape, "en") == "January fifth, twenty twenty-four"


@pytest.mark.parametrize(
    ("shape", "written", "said"),
    [
        ("md", "1-5", "January fifth"),
        ("dm", "5-1", "January fifth"),
        ("ym", "2024-01", "January twenty twenty-four"),
        ("my", "01/2024", "January twenty twenty-four"),
        ("d", "5", "fifth"),
        ("m", "1", "January"),
        ("y", "1905", "nineteen oh five"),
        ("", "29.02.2024", "February twenty-ninth, twenty twenty-four"),
    ],
)
def test_parts_of_dates_are_said(shape: str, written: str, said: str) -> None:
    assert WORDING.say_as(written, "date", shape, "en") == said


def test_the_order_of_a_date_follows_the_region() -> None:
    assert WORDING.say_as("05/01/2024", "date", "", "en") == "May first, twenty twenty-four"
    assert WORDING.say_as("05/01/2024", "date", "", "en-GB") == "January fifth, twenty twenty-four"


@pytest.mark.parametrize(
    ("shape", "written", "said"),
    [
        ("hms12", "14:30", "two thirty PM"),
        ("hms12", "0:05", "twelve oh five AM"),
        ("hms24", "14:00", "fourteen hundred"),
        ("", "9:05:07", "nine oh five and seven seconds"),
        ("", "1h 5m 20s", "one hour five minutes and twenty seconds"),
    ],
)
def test_times_and_lengths_are_told_apart(shape: str, written: str, said: str) -> None:
    assert WORDING.say_as(written, "time", shape, "en") == said


def test_currency_may_be_named_by_its_format() -> None:
    assert WORDING.say_as("5.50", "currency", "USD", "en") == "five dollars and fifty cents"


def test_an_address_names_its_street_and_its_code() -> None:
    said = WORDING.say_as("150 Main St., 90210", "address", "", "en")
    assert said == "one hundred and fifty Main Street, nine zero two one zero"


def test_letters_keep_the_marks_that_stand_on_them() -> None:
    assert WORDING.say_as("हिम", "characters", "", "hi") == "हि म"
    assert WORDING.say_as("e\u0301a", "characters", "", "fr") == "É A"
    assert WORDING.say_as("iı", "characters", "", "tr") == "İ I"


def test_the_language_may_have_a_region_or_none_that_is_known() -> None:
    assert WORDING.say_as("2", "cardinal", "", "pt_BR") == "dois"
    assert WORDING.say_as("2", "cardinal", "", "zh") == "二"
    assert WORDING.say_as("2", "cardinal", "", "sw") == "2"
    assert WORDING.say_as("ab", "characters", "", "sw") == "A B"
