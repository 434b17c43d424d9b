"""Which form of a noun goes with a number, and of which gender the noun is."""

_TEN, _HUNDRED = 10, 100
_TANWIN = "ًا"
_TEENS = range(11, 15)
_FEW = range(2, 5)


def gender_of(noun: str) -> str:
    """Return the gender a noun is marked with; most are masculine."""
    return noun[0] if noun[1:2] == ":" else "m"


def form(number: int, noun: str, law: str, *, broken: bool = False) -> str:
    """Return the form of `one|many` or `one|few|many|broken` that the language's law asks for."""
    forms = (noun[2:] if noun[1:2] == ":" else noun).split("|")
    found = forms[min(_index(number, law, broken, len(forms)), len(forms) - 1)]
    hundreds = law == "arabic" and number % _HUNDRED == 0 and not broken
    return found.replace(_TANWIN, "") if hundreds else found


def _index(number: int, law: str, broken: bool, forms: int) -> int:  # noqa: FBT001 - one table
    if law == "arabic":
        return 3 if broken else _arabic(number)
    if law == "french":
        return int(number >= _FEW.start)
    if broken:
        return 3 if forms > 3 else 1  # noqa: PLR2004 - the fourth form, where there is one
    if law in ("russian", "polish", "czech"):
        return _slavic(number, law)
    return int(number != 1)


def _slavic(number: int, law: str) -> int:
    last = number if law == "czech" else number % _TEN
    if number == 1 or (law == "russian" and last == 1 and number % _HUNDRED not in _TEENS):
        return 0
    return 1 if last in _FEW and number % _HUNDRED not in _TEENS else 2


def _arabic(number: int) -> int:
    if number in (1, 2):
        return number - 1
    return 2 if number % _HUNDRED in range(3, 11) else 3
