"""What XTTS reads: text as coqui's tokenizer takes it, without the endings that make it babble."""

import re
from collections.abc import Iterable, Mapping

from adapters.xtts.model.torchaudio_cpu import mend
from domain.errors import InputError
from domain.language import XTTS_LANGUAGES, canonical

mend()

from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer  # noqa: E402 - torchaudio is mended first

_MOST_IDS = 400
_LONGEST = 2_000
_LONGEST_SHOWN = 40

_ENCLOSING = "\"'`´“”„‟‘’‚‛«»‹›()[]{}<>「」『』（）［］【】《》〈〉｢｣"  # noqa: RUF001 - of many scripts
_QUESTIONS = "?？؟⁇"  # noqa: RUF001
_EXCLAMATIONS = "!！‼"  # noqa: RUF001
_STOPS = ".。｡।॥۔"  # noqa: RUF001
_PAUSES = "…,;:，；：、،؛"  # noqa: RUF001
_MARKS = _QUESTIONS + _EXCLAMATIONS + _STOPS + _PAUSES
_SAID = re.compile(rf".*[^\s{re.escape(_ENCLOSING + _MARKS)}]", re.DOTALL)
_SPACED_MARK = re.compile(rf"\s+[{re.escape(_MARKS)}]")
# Behind so many digits no language has a word, and coqui's patterns take minutes for thousands.
_ENDLESS_NUMBER = re.compile(r"[0-9.,]{320,}")
_WORD = re.compile(r"\S+")

# num2words, which coqui asks, knows no Hindi at all and no Czech ordinals.
_CZECH_ORDINAL = re.compile(r"(?<=[0-9])\.(?=\s)")
_CZECH_END = re.compile(r"(?<=[0-9])\.\Z")
_HINDI_NUMBER = re.compile(r"[0-9]+(?:,[0-9]{2,3})*(?:\.[0-9]+)?")
_HINDI_LONGEST = 12
_HINDI_POINT = "दशमलव"
_HINDI_SIZES = ((10_000_000, "करोड़"), (100_000, "लाख"), (1_000, "हज़ार"), (100, "सौ"))
_HINDI_WORDS = (
    "शून्य एक दो तीन चार पाँच छह सात आठ नौ"
    " दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस"
    " बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस"
    " तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस"
    " चालीस इकतालीस बयालीस तैंतालीस चौवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास"
    " पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ"
    " साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर"
    " सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उन्यासी"
    " अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी नवासी"
    " नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे"
)
_HINDI = tuple(_HINDI_WORDS.split(" "))

# What takes a dictionary of its own; it may be there and broken, so that only trying it tells.
_PROBES = {"zh-cn": "你好", "ja": "日本", "ko": "한국"}


class Text:
    """Turns lines into the ids of a checkpoint's vocabulary, in the languages it really can."""

    def __init__(
        self,
        tokenizer: VoiceBpeTokenizer,
        trained: Iterable[str] = XTTS_LANGUAGES,
    ) -> None:
        self._tokenizer = tokenizer
        tags = {canonical(tag) for tag in trained}
        self.languages = tuple(tag for tag in XTTS_LANGUAGES if tag in tags and self._reads(tag))
        self.longest_text: Mapping[str, int] = {
            canonical(tag): limit for tag, limit in tokenizer.char_limits.items()
        }

    def ids(self, text: str, language: str) -> list[int]:
        """Return what the model is to read; `InputError` names what cannot be read."""
        if len(text) > _LONGEST:
            raise InputError(_too_long(f"{len(text):,} characters"))
        if endless := _ENDLESS_NUMBER.search(text):
            raise InputError(_unreadable(endless[0], language))
        ids = self._encoded(trimmed(text), language)
        if len(ids) > _MOST_IDS:
            raise InputError(_too_long(f"{len(ids)} tokens"))
        return ids

    def _encoded(self, text: str, language: str) -> list[int]:
        try:
            return self._coquis(text, language)
        except Exception as error:  # num2words and the dictionaries each have errors of their own
            culprit = self._culprit(text, language)
            raise InputError(_unreadable(culprit, language)) from error

    def _coquis(self, text: str, language: str) -> list[int]:
        """Do as coqui's `encode` does, which would write long lines of its callers to the log."""
        base = language.split("-", maxsplit=1)[0]
        readable = _with_numbers(text.strip().lower(), base)
        cleaned = self._tokenizer.preprocess_text(readable, base)
        tagged = _tag(language) + (cleaned if cleaned.strip() else ".").replace(" ", "[SPACE]")
        ids: list[int] = self._tokenizer.tokenizer.encode(tagged).ids
        return ids

    def _culprit(self, text: str, language: str) -> str:
        """Return the first word that cannot be read by itself, or all if each of them can."""
        words: list[str] = _WORD.findall(text)
        return next((word for word in words if not self._can(word, language)), text)

    def _reads(self, language: str) -> bool:
        known = self._tokenizer.tokenizer.token_to_id(_tag(language)) is not None
        return known and self._can(_PROBES.get(language, "1"), language)

    def _can(self, text: str, language: str) -> bool:
        try:
            self._coquis(text, language)
        except Exception:  # noqa: BLE001 - whatever it is, it is not read
            return False
        return True


def trimmed(text: str) -> str:
    """Take quotes, brackets and all but one mark off the end; what is left is never empty."""
    found = _SAID.match(text)
    said = found[0] if found else ""
    end = text[len(said) :]
    if not said:
        return _mark(end) or "."
    # the French write a space before some marks, and coqui leaves it there
    return said + (" " if _SPACED_MARK.match(end) else "") + _mark(end)


def _tag(language: str) -> str:
    base = language.split("-", maxsplit=1)[0]
    return "[zh-cn]" if base == "zh" else f"[{base}]"


def _mark(end: str) -> str:
    """Return the mark that says most about how a sentence ends."""
    for marks in (_QUESTIONS, _EXCLAMATIONS, _STOPS, _PAUSES):
        for character in end:
            if character in marks:
                return character
    return ""


def _with_numbers(text: str, language: str) -> str:
    """Write out what coqui would fail at; all else it reads its own way."""
    if language == "cs":
        return _CZECH_END.sub(" .", _CZECH_ORDINAL.sub("", text))
    if language == "hi":
        return _HINDI_NUMBER.sub(_in_hindi, text)
    return text


def _in_hindi(number: re.Match[str]) -> str:
    whole, _, rest = number[0].replace(",", "").partition(".")
    counted = len(whole) <= _HINDI_LONGEST and str(int(whole)) == whole
    words = _hindi(int(whole)) if counted else _digits(whole)
    return f"{words} {_HINDI_POINT} {_digits(rest)}" if rest else words


def _hindi(number: int) -> str:
    if number < len(_HINDI):
        return _HINDI[number]
    size, name = next(each for each in _HINDI_SIZES if number >= each[0])
    many, rest = divmod(number, size)
    return f"{_hindi(many)} {name}" + (f" {_hindi(rest)}" if rest else "")


def _digits(number: str) -> str:
    return " ".join(_HINDI[int(digit)] for digit in number)


def _unreadable(what: str, language: str) -> str:
    shown = what if len(what) <= _LONGEST_SHOWN else what[:_LONGEST_SHOWN] + "…"
    return f"XTTS cannot read {shown!r} in the language {language!r}; write it in words."


def _too_long(size: str) -> str:
    return f"A line of {size} is longer than XTTS can read; send shorter sentences."
