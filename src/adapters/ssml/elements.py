"""The elements of SSML: what each may carry, and what it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adapters.ssml import scales
from adapters.ssml.effects import Effect, Given, SayAs
from adapters.ssml.scales import EMPHASES, PITCH, RATE, STRENGTH, STRENGTHS, TIME, VOLUME
from adapters.ssml.values import Choice, Language, Values, Words
from adapters.ssml.x_sampa import ipa_of
from domain.script import Prosody

INTERPRETATIONS = (
    *("characters", "spell-out", "verbatim", "cardinal", "number", "ordinal", "digits"),
    *("number_digit", "fraction", "unit", "date", "time", "telephone", "address", "currency"),
)
BLEEPED = ("expletive", "bleep")
_ALPHABETS: Mapping[str, Callable[[str], str | None]] = {
    "ipa": lambda sounds: sounds,
    "x-sampa": ipa_of,
}
_LONGEST_PRONUNCIATION = 500


@dataclass(frozen=True, slots=True)
class Element:
    """One element; `about` is for people."""

    about: str
    effect: Callable[[Given], Effect]
    attributes: Mapping[str, Values] = field(default_factory=dict)
    passed_over: tuple[str, ...] = ()
    """Attributes that people write by habit and miss nothing by."""
    needs: str | None = None


def _spoken(given: Given) -> Effect:
    return Effect(language=given.text("xml:lang"))


def _gapped(strength: str) -> Callable[[Given], Effect]:
    return lambda given: Effect(language=given.text("xml:lang"), gap_s=STRENGTHS[strength])


def _break(given: Given) -> Effect:
    strength = given.number("strength", STRENGTHS[scales.USUAL_STRENGTH])
    return Effect(rest_s=given.number("time", strength))


def _prosody(given: Given) -> Effect:
    return Effect(
        Prosody(given.number("rate", 1.0), given.number("pitch", 1.0), given.number("volume", 1.0))
    )


def _emphasis(given: Given) -> Effect:
    return Effect(EMPHASES[given.text("level") or scales.USUAL_EMPHASIS])


def _say_as(given: Given) -> Effect:
    kind = given.text("interpret-as")
    return Effect(say_as=SayAs(kind, given.text("format") or "")) if kind else Effect()


def _sub(given: Given) -> Effect:
    alias = given.text("alias")
    return Effect(instead=alias, is_mute=alias is not None)


def _phoneme(given: Given) -> Effect:
    sounds, alphabet = given.text("ph"), given.text("alphabet") or "ipa"
    if sounds is None or "alphabet" in given.refused:
        return Effect()
    ipa = _ALPHABETS[alphabet](sounds)
    if ipa is None:
        return Effect(remark=f"some sounds of a <phoneme> are no {alphabet}; its text is spoken")
    return Effect(ipa=ipa)


def _voice(given: Given) -> Effect:
    return Effect(voice=given.text("name"), language=given.text("xml:lang"))


def _mark(given: Given) -> Effect:
    return Effect(mark=given.text("name"))


def _mute(_: Given) -> Effect:
    return Effect(is_mute=True)


def _audio(_: Given) -> Effect:
    return Effect(remark="sound files are never fetched; the text within <audio> is spoken")


def _lexicon(_: Given) -> Effect:
    return Effect(is_mute=True, remark="lexicons are never fetched; <lexicon> has no effect")


_LANG: Mapping[str, Values] = {"xml:lang": Language()}
_NAME = Words("any name", longest=200)

ELEMENTS: Mapping[str, Element] = {
    "speak": Element(
        "stands around a whole document, or nowhere",
        _spoken,
        _LANG,
        passed_over=("version", "onlangfailure"),
    ),
    "p": Element("a paragraph: an x-strong pause before and behind it", _gapped("x-strong"), _LANG),
    "s": Element("a sentence: a strong pause before and behind it", _gapped("strong"), _LANG),
    "break": Element(
        "a pause; time wins over strength, neighbours add up",
        _break,
        {"strength": STRENGTH, "time": TIME},
    ),
    "prosody": Element(
        f"ratios to the voice's own way; Hz are taken against {scales.USUAL_VOICE_HZ:.0f} Hz",
        _prosody,
        {"rate": RATE, "pitch": PITCH, "volume": VOLUME},
    ),
    "emphasis": Element(
        f"stress by loudness and rate, {scales.USUAL_EMPHASIS} if no level is given",
        _emphasis,
        {"level": Choice(tuple(EMPHASES))},
    ),
    "say-as": Element(
        "how its text is to be understood; expletive and bleep become a tone",
        _say_as,
        {
            "interpret-as": Choice((*INTERPRETATIONS, *BLEEPED)),
            "format": Words("what interpret-as allows, such as mdy for a date"),
        },
        needs="interpret-as",
    ),
    "sub": Element(
        "its alias is spoken in its place", _sub, {"alias": Words("any text")}, needs="alias"
    ),
    "phoneme": Element(
        "its text is spoken with these sounds where the engine can",
        _phoneme,
        {
            "alphabet": Choice(tuple(_ALPHABETS)),
            "ph": Words("sounds in that alphabet", _LONGEST_PRONUNCIATION),
        },
        needs="ph",
    ),
    "voice": Element("another voice speaks", _voice, {"name": _NAME, **_LANG}, needs="name"),
    "lang": Element("another language", _spoken, _LANG, ("onlangfailure",), needs="xml:lang"),
    "mark": Element("its time is told; it has no sound", _mark, {"name": _NAME}, needs="name"),
    "audio": Element(
        "never fetched: its content is spoken",
        _audio,
        passed_over=(
            *("src", "fetchtimeout", "fetchhint", "maxage", "maxstale", "clipBegin", "clipEnd"),
            *("repeatCount", "repeatDur", "soundLevel", "speed"),
        ),
    ),
    "desc": Element("not spoken", _mute, _LANG),
    "metadata": Element("not spoken", _mute),
    "meta": Element("not spoken", _mute, passed_over=("name", "content", "http-equiv")),
    "lexicon": Element("never fetched", _lexicon, passed_over=("uri", "type")),
}
