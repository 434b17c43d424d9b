"""The line that a new voice speaks first: one neutral sentence of some five seconds a language."""

from collections.abc import Iterable

_OTHERWISE = "en"
_LINES = {
    "en": "The morning train was quiet, and the fields beside the track lay in soft light.",
    "es": "El tren de la mañana iba tranquilo, y los campos de al lado brillaban con luz suave.",
    "fr": "Le train du matin roulait sans bruit, et les champs voisins dormaient dans la brume.",
    "de": "Der Zug am Morgen war ruhig, und die Felder neben der Strecke lagen in sanftem Licht.",
    "it": "Il treno del mattino era tranquillo, e i campi riposavano in una luce dolce.",
    "pt": "O trem da manhã seguia tranquilo, e os campos descansavam numa luz suave.",
    "pl": "Poranny pociąg jechał spokojnie, a pola leżały w łagodnym świetle słońca.",
    "tr": "Sabah treni sakindi, tarlalar da yumuşak bir ışığın altında uzanıyordu.",
    "ru": "Утренний поезд шёл тихо, и поля вокруг лежали в мягком свете раннего солнца.",
    "nl": "De ochtendtrein was stil, en de velden lagen in zacht licht langs het spoor.",
    "cs": "Ranní vlak jel tiše a pole kolem trati ležela v měkkém světle vycházejícího slunce.",
    "ar": "كان قطار الصباح هادئا، وكانت الحقول من حوله تستلقي في ضوء ناعم.",
    "zh-cn": "早上的火车很安静，窗外的田野躺在柔和的阳光里。",
    "hu": "A reggeli vonat csendes volt, és a mezők lágy fényben pihentek mellette.",
    "ko": "아침 기차는 조용했고, 창밖의 들판은 햇살 속에 누워 있었습니다.",
    # in kana: not every engine reads kanji
    "ja": "あさのれっしゃはしずかで、まどのそとのはたけはやわらかなひかりのなかにありました。",
    "hi": "सुबह की रेलगाड़ी शांत थी, और पास के खेत हल्की धूप में चमक रहे थे।",
}


def calibration_line(wanted: str, spoken: Iterable[str]) -> tuple[str, str]:
    """Return a language and its line: the wanted one where there is a line and it is spoken."""
    known = [language for language in spoken if language in _LINES]
    language = next((each for each in (wanted, _OTHERWISE, *known) if each in known), _OTHERWISE)
    return language, _LINES[language]
