import pytest

from domain.calibration import calibration_line
from domain.language import XTTS_LANGUAGES


@pytest.mark.parametrize("language", XTTS_LANGUAGES)
def test_every_language_has_a_line_of_its_own(language: str) -> None:
    found, line = calibration_line(language, XTTS_LANGUAGES)
    assert found == language
    assert line == line.strip()
    assert 20 < len(line) <= {"ja": 71, "zh-cn": 82}.get(language, 95)
    others = [each for each in XTTS_LANGUAGES if each != language]
    assert line not in {calibration_line(other, XTTS_LANGUAGES)[1] for other in others}


def test_a_language_without_a_line_speaks_english_or_what_the_engine_can() -> None:
    assert calibration_line("eo", ("eo", "de", "en"))[0] == "en"
    assert calibration_line("eo", ("eo", "de"))[0] == "de"
    assert calibration_line("fr", ("eo", "de"))[0] == "de"
    assert calibration_line("eo", ("eo",))[0] == "en"
