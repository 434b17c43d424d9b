"""Numbers in the languages that num2words lacks or writes in a way nobody reads."""

from collections.abc import Callable, Mapping

from adapters.numbers.language import Language

_CHINESE_SIZES = ("", "万", "亿", "万亿", "亿亿")
_CHINESE_PLACES = ("千", "百", "十", "")
_HINDI_VALUES = (100_000_000_000, 1_000_000_000, 10_000_000, 100_000, 1_000, 100)
_TEN, _HUNDRED, _THOUSAND, _MYRIAD = 10, 100, 1_000, 10_000


def chinese(number: int, language: Language) -> str:
    """Count in myriads, with one zero for each row of them."""
    if not number:
        return language.digits[0]
    said, gap = "", False
    groups = _groups(number, _MYRIAD)
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        zero = language.digits[0] if said and group and (gap or group < _THOUSAND) else ""
        said += zero + _chinese_group(group, language) + (_CHINESE_SIZES[index] if group else "")
        gap = not group
    return said.removeprefix("一") if said.startswith("一十") else said


def _chinese_group(group: int, language: Language) -> str:
    said, zero = "", False
    for digit, place in zip(f"{group:04}", _CHINESE_PLACES, strict=True):
        if digit == "0":
            zero = bool(said)
            continue
        said += (language.digits[0] if zero else "") + language.digits[int(digit)] + place
        zero = False
    return said


def hindi(number: int, language: Language) -> str:
    """Count in lakhs and crores; each number below a hundred has a word of its own."""
    if number < _HUNDRED:
        return (*language.digits, *language.words("teens"))[number]
    names = zip(_HINDI_VALUES, language.words("sizes"), strict=True)
    value, name = next(each for each in names if number >= each[0])
    many, rest = divmod(number, value)
    return f"{hindi(many, language)} {name}" + (f" {hindi(rest, language)}" if rest else "")


def turkish(number: int, language: Language) -> str:
    """Count in thousands, each word apart; one hundred and one thousand go without the one."""
    if not number:
        return language.digits[0]
    sizes = ("", *language.words("sizes"))
    said = [
        _turkish_group(group, sizes[index], language)
        for index, group in enumerate(_groups(number, _THOUSAND))
        if group
    ]
    return " ".join(reversed(said))


def _turkish_group(group: int, size: str, language: Language) -> str:
    hundreds, rest = divmod(group, _HUNDRED)
    tens, ones = divmod(rest, _TEN)
    words = [language.digits[hundreds]] if hundreds > 1 else []
    words += [language.text("hundred")] if hundreds else []
    words += [language.words("tens")[tens - 1]] if tens else []
    words += [language.digits[ones]] if ones else []
    alone = group == 1 and size == language.words("sizes")[0]
    return size if alone else " ".join([*words, size]).strip()


def _groups(number: int, size: int) -> list[int]:
    """Return the groups of digits, the lowest first."""
    groups = []
    while number:
        number, group = divmod(number, size)
        groups.append(group)
    return groups


def korean(number: int, language: Language) -> str:
    """Count in native words, as hours, ages and things are; only from 1 to 99."""
    tens, ones = divmod(number, _TEN)
    said = language.words("native_tens")[tens - 1] if tens else ""
    return said + (language.words("native_units")[ones - 1] if ones else "")


LAWS: Mapping[str, Callable[[int, Language], str]] = {
    "zh": chinese,
    "hi": hindi,
    "tr": turkish,
}
