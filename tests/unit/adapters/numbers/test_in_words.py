import pytest

from adapters.numbers.wording import Num2WordsWording

WORDING = Num2WordsWording()

HEARD = [
    (
        "en",
        "He paid $1,234.50.",
        "He paid one thousand two hundred and thirty-four dollars and fifty cents.",
    ),
    ("en", "at 2:30 p.m. for 3-5 items", "at two thirty PM for three to five items"),
    (
        "en",
        "In 1984, the 22nd got 5% off",
        "In nineteen eighty-four, the twenty-second got five percent off",
    ),
    (
        "en",
        "it was -5 °C at 60 km/h",
        "it was minus five degrees Celsius at sixty kilometers per hour",
    ),
    ("en", "Call 555-123-4567 now", "Call five five five, one two three, four five six seven now"),
    ("en", "A & B, 2 + 2 = 4, C++, #5", "A and B, two plus two equals four, C++, number five"),
    (
        "en",
        "1/2 cup, 3 1/2 cups, 2½ cups",
        "one half cup, three and one half cups, two and one half cups",
    ),
    (
        "en",
        "$1.5 million, £5, ₹1,00,000",
        "one point five million dollars, five pounds, one hundred thousand rupees",
    ),
    (
        "en",
        "the 1990s, MP3, version 1.2.3",
        "the nineteen nineties, MP three, version one dot two dot three",
    ),
    ("en", "Louis XIV, Chapter IV, I am", "Louis the fourteenth, Chapter four, I am"),
    ("en", "Dr. Smith lives on Elm Dr. now", "Doctor Smith lives on Elm Dr. now"),
    ("en", "and so on etc. Then", "and so on et cetera. Then"),
    ("en", "July 4, 2024", "July fourth, twenty twenty-four"),
    ("en", "It was 5. Then 1,2,3.", "It was five. Then one,two,three."),
    ("en", "007", "zero zero seven"),
    (
        "es",
        "1.234,50 €, 1º 2ª siglo XX",
        (
            "mil doscientos treinta y cuatro euros con cincuenta "
            "céntimos, primero segunda siglo veinte"
        ),
    ),
    ("es", "$1.000.000", "un millón de dólares"),
    ("fr", "à 14h30, 71 %", "à quatorze heures trente, soixante et onze pour cent"),
    ("fr", "au XIXe siècle, la 1re", "au dix-neuvième siècle, la première"),
    (
        "de",
        "Am 5. Januar 2024 um 14:30 Uhr",
        "Am fünften Januar zweitausendvierundzwanzig um vierzehn Uhr dreißig",
    ),
    ("de", "Der 2. Platz. Er ist 3. Dann", "Der zweite Platz. Er ist drei. Dann"),
    ("de", "20 Mio. Euro, z. B. Bonn", "zwanzig Millionen Euro, zum Beispiel Bonn"),
    ("it", "Il 1 gennaio alle 14:30", "Il primo gennaio alle quattordici e trenta"),
    ("pt", "R$ 2,50", "dois reais e cinquenta centavos"),
    (
        "pl",
        "o 14:30, w 1984 roku",
        "o czternastej trzydzieści, w tysiąc dziewięćset osiemdziesiątym czwartym roku",
    ),
    (
        "pl",
        "22 km, 5,5 kg, 5 zł",
        "dwadzieścia dwa kilometry, pięć przecinek pięć kilograma, pięć złotych",
    ),
    (
        "ru",
        "5 января 2024 года, 21 км, 2-й",
        "пятого января две тысячи двадцать четвёртого года, двадцать один километр, второй",
    ),
    ("ru", "в 1984 году, 2 ₽", "в тысяча девятьсот восемьдесят четвёртом году, два рубля"),
    ("tr", "saat 14:30'da %50, 3. kat", "saat on dört otuzda yüzde elli, üçüncü kat"),
    ("nl", "om 14:30 uur, 1ste", "om veertien uur dertig, eerste"),
    ("cs", "5. ledna 2024, 3 Kč", "pátého ledna dva tisíce dvacet čtyři, tři koruny"),
    ("ar", "٥ كم و 100 $", "خمسة كيلومترات و مائة دولار"),
    ("zh", "2024年3-5天,2个,第2个,¥10", "二零二四年三到五天,两个,第二个,十元"),
    (
        "hu",
        "2024. január 5-én 14:30-kor",
        "kétezer-huszonnégy január ötödikén tizennégy óra harminc perckor",
    ),
    ("ko", "6월 5일 3시 5명", "유월 오일 세시 다섯명"),
    ("ja", "500円、50%", "五百円、五十パーセント"),
    ("hi", "₹1,00,000, 2रा, ५ किमी", "एक लाख रुपये, दूसरा, पाँच किलोमीटर"),
]


@pytest.mark.parametrize(("language", "written", "said"), HEARD)
def test_text_is_said_as_it_is_read_aloud(language: str, written: str, said: str) -> None:
    assert WORDING.in_words(written, language) == said


def test_too_many_digits_are_said_one_by_one() -> None:
    assert WORDING.in_words("1" * 19, "en") == " ".join(["one"] * 19)


def test_text_with_nothing_to_say_stays_as_it_is() -> None:
    text = "  Nothing\there,\n\nSt. Ives - and  more…  "
    assert WORDING.in_words(text, "en") == text


def test_a_language_without_a_table_is_left_alone() -> None:
    assert WORDING.in_words("5 km", "sw") == "5 km"


def test_what_is_too_much_keeps_its_digits() -> None:
    said = WORDING.in_words("7 " * 1_000, "en")
    assert said.startswith("seven seven ")
    assert said.endswith(" 7 7 ")
