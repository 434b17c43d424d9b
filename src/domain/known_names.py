"""Names of voices that clients know from OpenAI and ElevenLabs, and who speaks for them here.

Each row prefers a speaker of XTTS-v2, then one of the embedded engine; the first one there is
speaks. Who hears nobody of a row hears the default voice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

Service = Literal["openai", "elevenlabs", "settings"]


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name clients use without asking which voices there are, and who may speak for it."""

    name: str
    service: Service
    speakers: tuple[str, ...] = ()
    """The engines' own speakers, the preferred one first."""
    id: str | None = None
    """What the service's clients send in place of the name."""
    voice: str | None = None
    """The voice that the operator set, before every speaker."""


_OPENAI = """
alloy   | Claribel Dervla    | Annie
ash     | Damien Black       | Andy
ballad  | Viktor Eka         | Denis
coral   | Ana Florence       | linda
echo    | Andrew Chipper     | Michael
fable   | Royston Min        | ed
marin   | Gracie Wise        | f4
nova    | Nova Hogarth       | Andrea
onyx    | Luis Moray         | Gene
sage    | Daisy Studious     | Alicia
shimmer | Alison Dietlinde   | f5
verse   | Craig Gutsy        | Lee
cedar   | Baldur Sanjin      | john
"""

_ELEVENLABS = """
Adam      | pNInz6obpgDQGcFmaJgB | Damien Black       | Gene
Alice     | Xb7hH8MSUJpSbSDYk0k2 | Tammy Grit         | f4
Antoni    | ErXwobaYiN019PkySvjV | Andrew Chipper     | antonio
Aria      | 9BWtsMINqrJLrRacOk9x | Alison Dietlinde   | Alicia
Arnold    | VR6AewLTigWG4xSOukaG | Viktor Menelaos    | boris
Bella     | hpp4J3VqNfWAUOO0d1Us | Brenda Stern       | belinda
Bill      | pqHfZKP75CvOlQylNhV4 | Wulf Carlevaro     | grandpa
Brian     | nPczCjzI2devNBz1zQrb | Luis Moray         | Mike
Callum    | N2lVS1w4EtoT3dr4eOWO | Torcull Diarmuid   | ian
Charlie   | IKne3meq5aSn9XLyUdCD | Craig Gutsy        | Andy
Charlotte | XB0fDUnXU5powFXDhCwa | Henriette Usha     | f3
Chris     | iP95p4xoKVk53GoZ742B | Dionisio Schuyler  | m3
Clyde     | 2EiwWnXFnvU5JabPnv8n | Abrahan Mack       | victor
Daniel    | onwK4e9ZLuTAKqWW03F9 | Royston Min        | ed
Dave      | CYw3kZ02Hs0563khs1Fj | Zacharie Aimilios  | john
Domi      | AZnzlk1XvdvUeBnXmlld | Gitta Nikolina     | f2
Dorothy   | ThT5KcBeYPX3keUQqHPh | Annmarie Nele      | steph
Drew      | 29vD33N1CtxCmqQRPOHJ | Baldur Sanjin      | Alex
Elli      | MF3mGyEYCl7XYWbV9V6O | Sofia Hellen       | anika
Emily     | LcfcDJNUP1GQjkzn1xUU | Gracie Wise        | f1
Eric      | cjVigY5qzO86Huf0OWal | Viktor Eka         | Lee
Ethan     | g5CIjZEefAph4nQFvHAz | Gilberto Mathias   | m4
Fin       | D38z5RcWu1voky8WS1ja | Ludvig Milivoj     | paul
Freya     | jsCqWAovK2LkecY7zXl4 | Asya Anara         | Andrea
George    | JBFqnCBsd6RMkjVDRZzb | Marcos Rudaski     | Hugo
Gigi      | jBpfuIE2acCO8z3wKNLl | Tammie Ema         | anika
Giovanni  | zcAOhNBS3c14rBihAFp1 | Gilberto Mathias   | Mario
Glinda    | z9fAnlkpzviPz146aGWa | Vjollca Johnnie    | aunty
Grace     | oWAxZDx7w5VEj9dCyTzz | Rosemary Okafor    | f5
Harry     | SOYHLrjzK2X1ezoPC6cr | Adde Michal        | Alex
James     | ZQe5CZNOzWyzPSCn5a3c | Aaron Dreschner    | m2
Jeremy    | bVMeCyTHy58xNoL34h3p | Ilkin Urbano       | Gene2
Jessica   | cgSgspJ2msm6clMCkdW9 | Daisy Studious     | linda
Jessie    | t0jbNlBVZ17f02VDIeMI | Badr Odhiambo      | grandpa
Joseph    | Zlb1dXrM653N07WRdFW3 | Filip Traverse     | ed
Josh      | TxGEqnHWrfWFTfGW9XjX | Kumar Dahl         | m1
Laura     | FGY2WhTYpPnrIDTdsKH5 | Camilla Holmström  | Annie
Liam      | TX3LPaxmHKxFdv7VOQHJ | Damjan Chapman     | Denis
Lily      | pFZP5JQG7iQjIQuC4Bku | Lilya Stainthorpe  | belinda
Matilda   | XrExE9yKIg1WjnnlVkGX | Maja Ruoho         | Alicia
Michael   | flq6f7yk4E4fJM5XTYuZ | Ferran Simen       | Michael
Mimi      | zrHiDhphv9ZnVXBqCLjz | Chandra MacFarland | shelby
Nicole    | piTKgcLEGmPE4e6mEKli | Tanja Adelina      | f2
Patrick   | ODq5zmih8GrVes37Dizd | Xavier Hayasaka    | m5
Paul      | 5Q0t7uMcjvnagumLfvZi | Andrew Chipper     | paul
Rachel    | 21m00Tcm4TlvDq8ikWAM | Claribel Dervla    | Annie
River     | SAz9YHcvj6GT2YYXdXww | Narelle Moon       | Andrea
Roger     | CwhRBWXzGAHq8TQ4Fs17 | Suad Qasim         | Mike
Ryan      | wViXBPUzp2ZZixB1xQuM | Kazuhiko Atallah   | travis
Sam       | yoZ06aMxZJJ28mfd3POQ | Craig Gutsy        | m7
Sarah     | EXAVITQu4vr4xnSDxMaL | Ana Florence       | linda
Serena    | pMsXgVXv3BLzUgSXRplE | Barbora MacLean    | steph
Thomas    | GBv7mTt0atIp3Br8iCZE | Dionisio Schuyler  | m3
Will      | bIHbv24MWmeRgasZH58o | Damien Black       | Andy
"""


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")] for row in table.strip().splitlines()]


USUAL: tuple[KnownName, ...] = (
    *(KnownName(name, "openai", tuple(who)) for name, *who in _rows(_OPENAI)),
    *(KnownName(name, "elevenlabs", tuple(who), id=id_) for name, id_, *who in _rows(_ELEVENLABS)),
)
"""The names of both services; ElevenLabs' are its premade voices, old ones too."""


class KnownNames:
    """The usual names, with what an operator added or set otherwise; case does not matter."""

    def __init__(self, configured: Iterable[tuple[str, str]] = ()) -> None:
        voices = {name.casefold(): (name, voice) for name, voice in configured}
        set_otherwise = [_configured(known, voices) for known in USUAL]
        taken = {key for known in USUAL for key in _keys(known)}
        added = [
            KnownName(name, "settings", voice=voice)
            for key, (name, voice) in voices.items()
            if key not in taken
        ]
        self.all: tuple[KnownName, ...] = (*set_otherwise, *added)
        self._by_key = {key: known for known in self.all for key in _keys(known)}

    def find(self, wanted: str) -> KnownName | None:
        """Return what is known of a name, or of an id that stands for it."""
        return self._by_key.get(wanted.casefold())


def _configured(known: KnownName, voices: Mapping[str, tuple[str, str]]) -> KnownName:
    for key in _keys(known):
        if key in voices:
            return replace(known, voice=voices[key][1])
    return known


def _keys(known: KnownName) -> list[str]:
    return [each.casefold() for each in (known.name, known.id) if each]
