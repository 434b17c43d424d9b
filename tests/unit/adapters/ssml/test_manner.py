from collections.abc import Callable

import pytest

from domain.script import Prosody, Say, Script
from tests.unit.adapters.ssml.conftest import Read


def prosody(read: Read, element: str) -> Prosody:
    name = element.split(maxsplit=1)[0]
    (said,) = read(f"<{element}>a</{name}>")
    assert isinstance(said, Say)
    return said.prosody


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        *[("x-slow", 0.6), ("slow", 0.8), ("medium", 1.0), ("fast", 1.25), ("x-fast", 1.6)],
        *[("default", 1.0), ("120%", 1.2), ("+20%", 1.2), ("-20%", 0.8), ("1.5", 1.5)],
        *[("1%", 0.5), ("900%", 2.0), ("-99%", 0.5), ("0", 0.5), (".75", 0.75), ("FAST", 1.25)],
    ],
)
def test_rates(read: Read, written: str, rate: float) -> None:
    assert prosody(read, f'prosody rate="{written}"') == Prosody(rate=rate)


@pytest.mark.parametrize(
    ("written", "pitch"),
    [
        *[("x-low", 0.7), ("low", 0.85), ("medium", 1.0), ("high", 1.1), ("x-high", 1.2)],
        *[("+10%", 1.1), ("-10%", 0.9), ("+12st", 2.0), ("-12st", 0.5), ("+1st", 2 ** (1 / 12))],
        *[("+999999st", 2.0), ("-999999st", 0.5), ("+16Hz", 1.1), ("-16hz", 0.9), ("80Hz", 0.5)],
    ],
)
def test_pitches(read: Read, written: str, pitch: float) -> None:
    assert prosody(read, f'prosody pitch="{written}"').pitch == pytest.approx(pitch)


@pytest.mark.parametrize(
    ("written", "volume"),
    [
        *[("silent", 0.0), ("x-soft", 0.3), ("soft", 0.65), ("medium", 1.0), ("loud", 1.5)],
        *[("x-loud", 2.3), ("+6dB", 10**0.3), ("-6.5dB", 10**-0.325), ("+0dB", 1.0)],
        *[("+99dB", 10**1.2), ("-99dB", 10**-1.2), ("+999999db", 10**1.2)],
    ],
)
def test_volumes(read: Read, written: str, volume: float) -> None:
    assert prosody(read, f'prosody volume="{written}"').volume == pytest.approx(volume)


@pytest.mark.parametrize(
    ("level", "rate", "volume"),
    [
        *[("strong", 0.9, 1.2), ("moderate", 0.95, 1.1), ("none", 1.0, 1.0)],
        ("reduced", 1.1, 0.85),
    ],
)
def test_emphases(read: Read, level: str, rate: float, volume: float) -> None:
    expected = Prosody(rate=rate, volume=volume)
    assert prosody(read, f'emphasis level="{level}"') == expected


def test_emphasis_without_a_level_is_moderate(read: Read) -> None:
    assert prosody(read, "emphasis") == Prosody(rate=0.95, volume=1.1)


def test_manners_within_one_another_multiply_up_to_their_ends(read: Read) -> None:
    loud = '<prosody rate="2" pitch="+50%" volume="+20dB">'
    said = read(f"{loud}a{loud}b{loud}c</prosody></prosody></prosody>d")
    manners = [each.prosody for each in said if isinstance(each, Say)]
    assert [each.rate for each in manners] == [2.0, 4.0, 1.0]
    assert [each.pitch for each in manners] == [1.5, 2.0, 1.0]
    assert [each.volume for each in manners] == pytest.approx([10, 10**1.2, 1.0])


def test_languages_and_voices_hold_where_they_stand(read: Read) -> None:
    markup = (
        '<speak xml:lang="EN_us">a<voice name="Ana Florence">b<lang xml:lang="zh">c</lang></voice>'
        '<p xml:lang="de">d<s xml:lang="fr">e</s></p></speak>'
    )
    said = [(e.text, e.language, e.voice) for e in read(markup) if isinstance(e, Say)]
    assert said == [
        ("a", "en-us", None),
        ("b", "en-us", "Ana Florence"),
        ("c", "zh-cn", "Ana Florence"),
        ("d", "de", None),
        ("e", "fr", None),
    ]


@pytest.mark.parametrize(
    "element",
    [
        *['prosody rate="-1"', 'prosody rate="1e9"', 'prosody rate="٣"', 'prosody pitch="10%"'],
        *['prosody pitch="2st"', 'prosody volume="11"', 'prosody contour="(0%,+20Hz)"'],
        *['break time="-1s"', 'break time="1"', 'break strength="huge"', 'emphasis level="x"'],
        *['lang xml:lang=""', 'lang xml:lang="no such language"', 'voice name=" "', "voice"],
        *['voice gender="female"', 'p id="1"', "mark", 'mark name=""', 'phoneme ph=""'],
    ],
)
def test_a_bad_attribute_is_as_if_it_were_not_there(
    parse: Callable[[str], Script], element: str
) -> None:
    name = element.split(maxsplit=1)[0]
    script = parse(f"a\n<{element}>b</{name}>")
    plain = parse(f"a\n<{name}>b</{name}>" if name not in {"mark", "voice"} else "a\nb")
    assert script.items == plain.items
    assert script.warnings
    assert all(each.startswith("Line 2: ") for each in script.warnings)
