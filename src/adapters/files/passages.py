"""The passages of a job as a file: compressed, and known to be whole by the checksum within."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from domain.passages import Passage, Unspoken
from domain.script import Bleep, Mark, Pronunciation, Prosody, Rest

_LEVEL = 6


def written(passages: Iterable[Passage], path: Path) -> None:
    """Write them, a line each."""
    with gzip.open(path, "wt", _LEVEL, encoding="utf-8", errors="surrogatepass") as file:
        file.writelines(json.dumps(_told(passage)) + "\n" for passage in passages)


def read(path: Path) -> tuple[Passage, ...]:
    """Read them; whatever is wrong with the file is a `ValueError` or an `OSError`."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return tuple(_passage(json.loads(line)) for line in file)
    except (EOFError, KeyError, TypeError) as error:
        raise ValueError(str(error)) from error


def _told(passage: Passage) -> dict[str, Any]:
    prosody = passage.prosody
    return {
        "text": passage.text,
        "pause_s": passage.pause_s,
        "language": passage.language,
        "voice": passage.voice,
        "prosody": [prosody.rate, prosody.pitch, prosody.volume],
        "pronunciations": [[each.char, each.char_end, each.ipa] for each in passage.pronunciations],
        "before": [_unspoken_told(item) for item in passage.before],
    }


def _passage(told: dict[str, Any]) -> Passage:
    return Passage(
        text=told["text"],
        pause_s=told["pause_s"],
        language=told["language"],
        voice=told["voice"],
        prosody=Prosody(*told["prosody"]),
        pronunciations=tuple(Pronunciation(*each) for each in told["pronunciations"]),
        before=tuple(_unspoken(*each) for each in told["before"]),
    )


def _unspoken_told(item: Unspoken) -> list[Any]:
    match item:
        case Rest():
            return ["rest", item.seconds]
        case Bleep():
            return ["bleep", item.seconds]
        case Mark():
            return ["mark", item.name]


def _unspoken(kind: str, value: Any) -> Unspoken:
    kinds: dict[str, type[Unspoken]] = {"rest": Rest, "bleep": Bleep, "mark": Mark}
    return kinds[kind](value)
